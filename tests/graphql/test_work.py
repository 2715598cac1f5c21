"""The team's view of work over GraphQL: queues and their switch, jobs and who they are about, promises, schedules."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.access import Role
from app.domain.periods import format_month, format_week, month_of, week_of
from app.jobs import JobKind
from app.wiring import Spectrum
from graphql_schema.ids import decode
from tests.client import LIGHT, Client, session
from tests.life import JUNE, take, weeks_of, who, work_off

WEEK = week_of(JUNE.date())
JOB = """
fragment J on Job { id kind status priority attempt maxAttempts dedupeKey subject period { from to open timeZone }
  queuedAt runAfter startedAt finishedAt leaseExpiresAt dueAt cost causedBy { id kind }
  attempts { number failure message worker } }
"""


@pytest.fixture(autouse=True)
async def rest(spectrum: Spectrum, owner: Any) -> None:
    """Begin each test with an empty ledger, nothing paused."""
    await work_off(spectrum, owner)
    await owner.execute("TRUNCATE job, pause, audit")


async def _jobs(client: Client, filter_: dict[str, Any] | None = None) -> list[Any]:
    document = (
        f"query($f: JobFilter) {{ ops {{ jobs(first: 50, filter: $f) {{ totalCount nodes {{ ...J }} }} }} }} {JOB}"
    )
    found = (await client.team(document, {"f": filter_}))["ops"]["jobs"]
    assert found["totalCount"] == len(found["nodes"])
    return list(found["nodes"])


async def test_a_job_says_what_it_is_about_and_names_nobody(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Its period, its cause, its cost and what makes it one job; the person is a pseudonym that filters find again."""
    await take(spectrum, *weeks_of(person, weeks=1), *weeks_of(f"{person}-other", weeks=1))
    await work_off(spectrum, owner)
    nodes = await _jobs(client)
    assert {node["status"] for node in nodes} == {"SUCCEEDED"}
    person_id = who(spectrum, person)
    assert str(person_id) not in str(nodes)
    by_id = {node["id"]: node for node in nodes}
    narrative = next(node for node in nodes if node["kind"] == "MONTHLY_NARRATIVE")
    assert narrative["period"] == {"from": "2026-06-01", "to": "2026-06-30", "open": False, "timeZone": "Europe/Berlin"}
    assert by_id[narrative["causedBy"]["id"]]["kind"] == narrative["causedBy"]["kind"] == "MONTHLY_AGGREGATION"
    assert by_id[narrative["causedBy"]["id"]]["subject"] == narrative["subject"]
    assert narrative["dueAt"] == by_id[narrative["causedBy"]["id"]]["dueAt"] == "2026-06-30T22:00:00Z"
    assert {node["cost"] for node in nodes} == {"0"}
    analysis = next(node for node in nodes if node["kind"] == "SESSION_ANALYSIS")
    assert (analysis["period"], analysis["causedBy"], analysis["dueAt"]) == (None, None, None)
    assert len({node["dedupeKey"] for node in nodes}) == len(nodes)
    for sent in await owner.fetch("SELECT id FROM session"):
        assert str(sent["id"]) not in str(nodes)
    asked = {"input": {"kind": "UPKEEP", "dedupeKey": "ours"}}
    document = "mutation($input: EnqueueJobInput!) { enqueueJob(input: $input) { job { id dedupeKey } } }"
    first, again = [(await client.team(document, asked))["enqueueJob"]["job"] for _ in range(2)]
    assert first == again
    assert first["dedupeKey"] == "ours"

    job_id = UUID(decode(analysis["id"])[1])
    await owner.execute("UPDATE job SET cost_microusd = 1234500 WHERE id = $1", job_id)
    shown = await client.team(f"query($id: ID!) {{ ops {{ job(id: $id) {{ ...J }} }} }} {JOB}", {"id": analysis["id"]})
    assert shown["ops"]["job"]["cost"] == "1.2345"

    subjects = {node["subject"] for node in nodes if node["subject"]}
    assert len(subjects) == 2
    for subject in subjects:
        found = await _jobs(client, {"subject": subject})
        assert len(found) == sum(node["subject"] == subject for node in nodes) > 0
        assert {node["subject"] for node in found} == {subject}
    for unknown in ("0" * 32, "ada", "", str(person_id), person):
        assert await _jobs(client, {"subject": unknown}) == []


async def test_a_session_without_its_numbers_is_read_again_when_it_is_asked_for(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """What waits, failed, or lost its numbers is found while its words are kept, and has them again."""
    sent = weeks_of(person, weeks=1)
    await take(spectrum, *sent)
    await work_off(spectrum, owner)
    every = "SELECT * FROM session_numbers ORDER BY session_id"
    before = await owner.fetch(every)
    wordless, second, third = [UUID(each["sessionKey"]) for each in sent[:3]]
    await owner.execute("DELETE FROM session_numbers WHERE session_id = ANY($1)", [wordless, second])
    await owner.execute("DELETE FROM sealed_text WHERE session_id = $1", wordless)
    await owner.execute("UPDATE session SET status = 'FAILED' WHERE id = $1", third)
    document = "mutation($i: EnqueueJobInput!) { enqueueJob(input: $i) { job { id } userErrors { code } } }"
    asked = {"i": {"kind": "SESSION_ANALYSIS", "subjectKey": person}}
    for _ in range(2):
        assert (await client.team(document, asked))["enqueueJob"]["userErrors"] == []
        await work_off(spectrum, owner)
    assert (await client.team(document, asked))["enqueueJob"] == {"job": None, "userErrors": [{"code": "NOT_FOUND"}]}
    whenever = {"analysed_at": None, "kept_at": None}
    kept = [dict(row) | whenever for row in before if row["session_id"] != wordless]
    assert [dict(row) | whenever for row in await owner.fetch(every)] == kept
    assert await owner.fetchval("SELECT count(*) FROM session WHERE status <> 'DONE'") == 0


async def test_overdue_is_what_broke_its_promise(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """An hour after the period's end and not ended, dead or not; everything else, with or without a promise, is not."""
    ages = {"in time": 59, "late": 61, "dead": 61, "done": 61}
    for name, minutes in ages.items():
        await owner.execute(
            "INSERT INTO job (kind, queue, max_attempts, idempotency_key, due_at, status)"
            " VALUES ('UPKEEP', 'hours', 5, $1, now() - make_interval(mins => $2), $3)",
            f"desk:{name}",
            minutes,
            {"dead": "DEAD", "done": "SUCCEEDED"}.get(name, "QUEUED"),
        )
    await owner.execute(
        "INSERT INTO job (kind, queue, max_attempts, idempotency_key) VALUES ('UPKEEP', 'hours', 5, 'desk:any time')"
    )
    found = {
        overdue: {job["dedupeKey"] for job in await _jobs(client, {"overdue": overdue, "kinds": ["UPKEEP"]})}
        for overdue in (True, False, None)
    }
    assert found[True] == {"late", "dead"}
    assert found[False] == {"in time", "done", "any time"}
    assert found[None] == found[True] | found[False]
    conflict = "mutation($i: EnqueueJobInput!) { enqueueJob(input: $i) { job { id } userErrors { code field } } }"
    await take(spectrum, session(person, JUNE, LIGHT))
    asked = {"kind": "WEEKLY_AGGREGATION", "subjectKey": person, "period": {"week": format_week(WEEK)}}
    answer = (await client.team(conflict, {"i": {**asked, "dedupeKey": "late"}}))["enqueueJob"]
    assert answer == {"job": None, "userErrors": [{"code": "CONFLICT", "field": ["input", "dedupeKey"]}]}


async def test_queues_are_all_there_and_can_be_paused(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Empty queues are shown too; a pause stops claiming until it is taken back, and is audited with its reason."""
    fields = "name depth running dead workers paused byKind { kind depth paused }"
    idle = (await client.team(f"{{ ops {{ queues {{ {fields} }} }} }}"))["ops"]["queues"]
    assert [queue["name"] for queue in idle] == ["seconds", "minutes", "hours"]
    assert not any(queue["depth"] or queue["paused"] for queue in idle)
    pause = """mutation($input: SetQueuePausedInput!) {
      setQueuePaused(input: $input) {
        userErrors { code field } queue { name paused byKind { kind paused depth } } } }"""
    await take(spectrum, session(person, JUNE, LIGHT))
    for target, whole in (({"kind": "SESSION_ANALYSIS"}, False), ({"queue": "seconds"}, True)):
        for paused in (True, False):
            answer = await client.team(pause, {"input": {**target, "paused": paused, "reason": "a look"}})
            queue = answer["setQueuePaused"]["queue"]
            assert (answer["setQueuePaused"]["userErrors"], queue["name"]) == ([], "seconds")
            assert queue["paused"] == (paused and whole)
            assert queue["byKind"] == [
                {"kind": "SESSION_ANALYSIS", "paused": paused and not whole, "depth": 1},
                {"kind": "RESET", "paused": False, "depth": 0},
            ]
    audited = await owner.fetch("SELECT action, reason FROM audit ORDER BY id")
    assert [row["action"] for row in audited] == [
        "pause SESSION_ANALYSIS", "resume SESSION_ANALYSIS", "pause seconds", "resume seconds",
    ]  # fmt: skip
    for wrong, code in (
        ({}, "INVALID"),
        ({"queue": "seconds", "kind": "UPKEEP"}, "INVALID"),
        ({"queue": "days"}, "NOT_FOUND"),
    ):
        answer = await client.team(pause, {"input": {**wrong, "paused": True, "reason": "a look"}})
        assert [error["code"] for error in answer["setQueuePaused"]["userErrors"]] == [code]
        assert answer["setQueuePaused"]["queue"] is None
    answer = await client.team(pause, {"input": {"queue": "hours", "paused": True, "reason": " "}})
    assert answer["setQueuePaused"]["userErrors"] == [{"code": "REQUIRED", "field": ["input", "reason"]}]
    assert await owner.fetchval("SELECT count(*) FROM pause") == 0


SLA = """period targetSeconds objective due onTime late missing notEnoughData met
  onTimeRate { numerator denominator rate low high suppressed } p50LagSeconds p95LagSeconds p99LagSeconds
  worst { kind subject dueAt }"""


async def test_promises_are_reported_by_week_and_month(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Counts and lags are those of the people of that week; a rate needs twenty; the present is not judged yet."""
    for number in range(20):
        await take(spectrum, *weeks_of(f"{person}-{number}", weeks=1))
    await owner.execute("UPDATE session SET received_at = ended_at")
    await work_off(spectrum, owner)
    await owner.execute("UPDATE period_aggregate SET told = true, settled_at = due_at + interval '10 minutes'")
    await owner.execute(
        "UPDATE period_aggregate SET settled_at = due_at + interval '2 hours' WHERE person_id = $1",
        who(spectrum, f"{person}-7"),
    )
    fields = f"weeklySla(week: $w) {{ {SLA} }} monthlySla(month: $m) {{ {SLA} }}"
    document = f"query($w: Week!, $m: Month!) {{ ops {{ {fields} }} }}"
    asked = {"w": format_week(WEEK), "m": format_month(month_of(WEEK.first))}
    told = (await client.team(document, asked, Role.ANALYST))["ops"]
    for name, period in (("weeklySla", asked["w"]), ("monthlySla", asked["m"])):
        report = told[name]
        assert (report["period"], report["targetSeconds"], report["objective"]) == (period, 3600, 0.99)
        counts = [report[part] for part in ("due", "onTime", "late", "missing", "notEnoughData")]
        assert (counts, report["met"]) == ([20, 19, 1, 0, 0], False)
        rate = report["onTimeRate"]
        assert (rate["numerator"], rate["denominator"], rate["rate"], rate["suppressed"]) == (19, 20, 0.95, False)
        assert rate["low"] == pytest.approx(0.7639, abs=1e-4)  # Wilson, 95 %, 19 of 20
        assert rate["high"] == pytest.approx(0.9911, abs=1e-4)
        assert (report["p50LagSeconds"], report["p99LagSeconds"] > 3600) == (600, True)
        assert len(report["worst"]) == 10
        assert all(job["dueAt"] for job in report["worst"])
    now = await owner.fetchval("SELECT now()")
    asked = {"w": format_week(week_of(now.date())), "m": format_month(month_of(now.date()))}
    for report in (await client.team(document, asked))["ops"].values():
        assert (report["due"], report["met"], report["p50LagSeconds"], report["worst"]) == (0, None, None, [])
        assert report["onTimeRate"] == {
            "numerator": None, "denominator": None, "rate": None, "low": None, "high": None, "suppressed": True,
        }  # fmt: skip


async def test_schedules_say_what_the_calendar_plans(spectrum: Spectrum, client: Client, person: str) -> None:
    """Weeks, months and upkeep, each with a sentence, its next moment, and how many wait to be planned."""
    await take(spectrum, session(person, JUNE + timedelta(days=1), LIGHT))
    fields = "kind description lastRunAt nextRunAt catchUpPending"
    schedules = (await client.team(f"{{ ops {{ schedules {{ {fields} }} }} }}"))["ops"]["schedules"]
    assert [each["kind"] for each in schedules] == [
        JobKind.WEEKLY_AGGREGATION, JobKind.MONTHLY_AGGREGATION, JobKind.UPKEEP,
    ]  # fmt: skip
    assert all(each["description"].endswith(".") and each["nextRunAt"] for each in schedules)
    assert schedules[0]["catchUpPending"] >= 1
