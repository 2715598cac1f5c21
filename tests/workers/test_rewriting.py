"""What changes after a period was closed: late sessions, exclusions and their way back, words past their retention."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from app.domain.exclusions import ExclusionTarget
from app.domain.findings import SUPPORT_KEY
from app.domain.periods import PeriodKind
from app.jobs import AGGREGATION, LIMITS, Claimed, JobKind, Queue
from app.pipeline import exclude
from app.pipeline.ports import Ports
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.life import JUNE, at, hasten, lived, take, weeks_of, who, work_off
from workers.handlers import HANDLERS
from workers.runner import Runner

MONDAY = JUNE.date()
WORDS = """
    SELECT period_kind, first_day, finding_key, rank, content FROM writing
    WHERE person_id = $1 AND status <> 'WITHDRAWN' ORDER BY 1, 2, 3
"""
NUMBERS = """
    SELECT kind, first_day, session_count, day_count, excluded_count, valence_sum, arousal_sum, emotion_sums,
      pattern_counts, estimates, digest
    FROM period_aggregate WHERE person_id = $1 ORDER BY 1, 2
"""
FEED = """
query($month: Month!) { viewer { spectrum {
  insightFeed(first: 50) { nodes { status headline { ...W } body { ...W } } }
  monthlySummary(month: $month) { title { ...W } sections { paragraphs { ...W } } }
} } }
fragment W on Claim { text evidence { check } }
"""


def _checks(value: Any) -> list[str]:
    """Give every evidence's check anywhere in an answer."""
    if isinstance(value, dict):
        return [value["check"]] if "check" in value else [c for each in value.values() for c in _checks(each)]
    return [check for each in value for check in _checks(each)] if isinstance(value, list) else []


async def test_numbers_that_move_while_they_are_written_about_cost_no_attempt(
    spectrum: Spectrum, owner: Any, person: str
) -> None:
    """However often a late session comes in between, the writing waits and is no failure; then it is written."""
    person_id = await lived(spectrum, owner, person)
    await take(spectrum, session(person, JUNE.replace(hour=13), HEAVY))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    week = HANDLERS[JobKind.WEEKLY_AGGREGATION]
    moments = (JUNE + timedelta(minutes=minute) for minute in count(1))

    async def overtaken(job: Claimed, ports: Ports) -> Any:
        result = await week.prepare(job, ports)
        await take(spectrum, session(person, next(moments), LIGHT))
        await Runner(spectrum.ports).work_off(Queue.SECONDS)
        return result

    runner = Runner(spectrum.ports, {**HANDLERS, JobKind.WEEKLY_AGGREGATION: replace(week, prepare=overtaken)})
    for _ in range(LIMITS[JobKind.WEEKLY_AGGREGATION].max_attempts + 1):
        await hasten(owner)
        await runner.work_once(Queue.MINUTES)
    waiting = await owner.fetch(
        "SELECT attempt, attempts::text AS attempts FROM job WHERE person_id = $1 AND kind = 'WEEKLY_AGGREGATION'"
        " AND status <> 'SUCCEEDED'",
        person_id,
    )
    assert waiting
    assert {(row["attempt"], row["attempts"]) for row in waiting} == {(0, "[]")}
    await work_off(spectrum, owner)
    left = await owner.fetchval("SELECT count(*) FROM job WHERE person_id = $1 AND status <> 'SUCCEEDED'", person_id)
    assert left == 0


async def test_there_is_one_first_week_however_late_an_earlier_one_comes(
    spectrum: Spectrum, owner: Any, person: str
) -> None:
    """Sessions from half a year before take the "first week" away from the week that had been the first."""
    person_id = await lived(spectrum, owner, person)
    first = (
        "SELECT first_day FROM writing WHERE person_id = $1 AND finding_key = 'milestone:first-week'"
        " AND status <> 'WITHDRAWN'"
    )
    assert await owner.fetchval(first, person_id) == MONDAY
    earlier = JUNE - timedelta(weeks=21)
    await take(spectrum, *weeks_of(person, weeks=1, first=earlier))
    await work_off(spectrum, owner)
    assert [row["first_day"] for row in await owner.fetch(first, person_id)] == [earlier.date()]


async def test_left_out_and_put_back_is_the_identity(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Excluding changes numbers and words; putting back gives the very same ones, and all evidence matches."""
    person_id = await lived(spectrum, owner, person)
    words, numbers = await owner.fetch(WORDS, person_id), await owner.fetch(NUMBERS, person_id)
    seen = await client.ask(FEED, {"month": "2026-06"}, subject=person)
    assert words
    session_id = await owner.fetchval("SELECT id FROM session WHERE person_id = $1 ORDER BY started_at", person_id)
    targets = [
        ExclusionTarget(first=MONDAY, last=MONDAY.replace(day=9)),
        ExclusionTarget(session_id=session_id),
    ]
    left_out = await exclude.exclude(spectrum.ports, await at(owner, person_id), uuid4(), targets)
    stale = await owner.fetchval("SELECT count(*) FROM writing WHERE person_id = $1 AND status = 'STALE'", person_id)
    assert stale > 0
    pending = await owner.fetch("SELECT effective_at FROM exclusion WHERE person_id = $1", person_id)
    assert [row["effective_at"] for row in pending] == [None, None]
    await work_off(spectrum, owner)
    assert await owner.fetch(NUMBERS, person_id) != numbers
    assert await owner.fetch(WORDS, person_id) != words
    settled = await owner.fetch("SELECT effective_at FROM exclusion WHERE person_id = $1", person_id)
    assert None not in {row["effective_at"] for row in settled}
    checks = _checks(await client.ask(FEED, {"month": "2026-06"}, subject=person))
    assert set(checks) == {"MATCHES"}

    await exclude.put_back(spectrum.ports, await at(owner, person_id), uuid4(), left_out)
    await work_off(spectrum, owner)
    assert await owner.fetch(NUMBERS, person_id) == numbers
    assert await owner.fetch(WORDS, person_id) == words
    again = await client.ask(FEED, {"month": "2026-06"}, subject=person)
    assert again == seen
    assert set(_checks(again)) == {"MATCHES"}


async def test_many_late_sessions_reopen_a_week_once(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Six sessions of a closed week are six analyses, and one debounced rewrite of each period that rests on them.

    What rests on them: their week and month, and what is compared with those.
    """
    person_id = await lived(spectrum, owner, person)
    newest = await owner.fetchval("SELECT max(queued_at) FROM job")
    await take(spectrum, *(session(person, JUNE.replace(day=2, hour=hour), LIGHT) for hour in range(6, 12)))
    assert await Runner(spectrum.ports).work_off(Queue.SECONDS) == 6
    asked = await owner.fetch(
        "SELECT kind, scope->>'first_day' AS day, status, run_after > queued_at + interval '25 s' AS debounced"
        " FROM job WHERE person_id = $1 AND queued_at > $2 AND kind <> 'SESSION_ANALYSIS' ORDER BY kind, day",
        person_id,
        newest,
    )
    assert all(row["debounced"] and row["status"] == "QUEUED" for row in asked)
    periods = [(row["kind"], row["day"]) for row in asked]
    assert len(set(periods)) == len(periods)
    assert periods[0] == (JobKind.MONTHLY_AGGREGATION, "2026-06-01")
    assert (JobKind.WEEKLY_AGGREGATION, "2026-06-01") in periods
    closed = "SELECT kind, first_day::text FROM period_aggregate WHERE person_id = $1 AND first_day >= $2"
    known = await owner.fetch(closed, person_id, MONDAY)
    assert set(periods) == {(AGGREGATION[PeriodKind(kind)], day) for kind, day in known}
    await hasten(owner)
    await work_off(spectrum, owner)
    counted = await owner.fetchrow(
        "SELECT session_count, revision FROM period_aggregate"
        " WHERE person_id = $1 AND kind = 'WEEK' AND first_day = $2",
        person_id,
        MONDAY,
    )
    assert tuple(counted) == (4 + 6, 2)
    assert await owner.fetchval("SELECT count(*) FROM writing WHERE status = 'STALE'") == 0


async def test_a_closed_week_written_again_without_change_is_the_same(
    spectrum: Spectrum, owner: Any, person: str
) -> None:
    """A left-out source that has no session changes no edition, no aggregate revision and no word."""
    person_id = await lived(spectrum, owner, person)
    query = "SELECT id, edition, content, aggregate_revision, written_at FROM writing WHERE person_id = $1 ORDER BY id"
    before = await owner.fetch(query, person_id)
    target = [ExclusionTarget(first=MONDAY.replace(year=2025), last=MONDAY.replace(year=2025))]
    (left_out,) = await exclude.exclude(spectrum.ports, await at(owner, person_id), uuid4(), target)
    await work_off(spectrum, owner)
    assert await owner.fetch(query, person_id) == before
    assert await owner.fetchval("SELECT effective_at IS NOT NULL FROM exclusion WHERE id = $1", left_out)


async def _upkeep(spectrum: Spectrum, owner: Any) -> None:
    await owner.execute("DELETE FROM job WHERE kind = 'UPKEEP'")
    await work_off(spectrum, owner)


async def test_words_go_after_their_retention(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Old text is erased with its care level, the rest stays; unread sessions are SKIPPED, support is not repeated."""
    sent = weeks_of(person, weeks=5)
    person_id = who(spectrum, person)
    await take(spectrum, *sent)
    caring = UUID(sent[0]["sessionKey"])
    await owner.execute("UPDATE sealed_text SET care = 'EXPLICIT' WHERE session_id = $1", caring)
    await work_off(spectrum, owner)
    support = "SELECT first_day, status FROM writing WHERE person_id = $1 AND finding_key = $2 ORDER BY period_kind"
    offered = [tuple(row) for row in await owner.fetch(support, person_id, SUPPORT_KEY)]
    assert (MONDAY, "ACTIVE") in offered
    unread = session(person, JUNE, HEAVY)
    await owner.execute("UPDATE person SET paused = true WHERE id = $1", person_id)
    await take(spectrum, unread)
    old, days = [caring, UUID(unread["sessionKey"])], spectrum.ports.rules.raw_retention_days
    await owner.execute(
        "UPDATE sealed_text SET received_at = received_at - make_interval(days => $2) - interval '1 minute'"
        " WHERE session_id = ANY($1)",
        old,
        days,
    )
    revision = await owner.fetchval("SELECT revision FROM person WHERE id = $1", person_id)
    await _upkeep(spectrum, owner)
    kept = await owner.fetchval("SELECT count(*) FROM sealed_text WHERE person_id = $1", person_id)
    assert kept == len(sent) - 1
    assert await owner.fetchval("SELECT count(*) FROM sealed_text WHERE session_id = ANY($1)", old) == 0
    statuses = await owner.fetch("SELECT id, status FROM session WHERE id = ANY($1)", old)
    assert {row["id"]: row["status"] for row in statuses} == {old[0]: "DONE", old[1]: "SKIPPED"}
    assert await owner.fetchval("SELECT revision FROM person WHERE id = $1", person_id) > revision
    after = {row["status"] for row in await owner.fetch(support, person_id, SUPPORT_KEY)}
    assert after == {"WITHDRAWN"}
    week = await owner.fetch(WORDS, person_id)
    assert MONDAY in {row["first_day"] for row in week}
    assert SUPPORT_KEY not in {row["finding_key"] for row in week}
    assert await owner.fetchval("SELECT count(*) FROM session_numbers WHERE session_id = $1", caring) == 1


async def test_old_jobs_and_answers_are_pruned(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Jobs that ended 30 days ago and answers of 7 days go; dead letters and open jobs stay."""
    person_id = await lived(spectrum, owner, person, weeks=1)
    key = uuid4()
    target = [ExclusionTarget(first=MONDAY, last=MONDAY)]
    await exclude.exclude(spectrum.ports, await at(owner, person_id), key, target)
    await work_off(spectrum, owner)
    await owner.execute("UPDATE idempotency_key SET created_at = created_at - interval '8 days' WHERE key = $1", key)
    await owner.execute("UPDATE job SET finished_at = finished_at - interval '31 days' WHERE person_id = $1", person_id)
    dead = await owner.fetchval(
        "UPDATE job SET status = 'DEAD' WHERE id = (SELECT id FROM job WHERE person_id = $1 LIMIT 1) RETURNING id",
        person_id,
    )
    await _upkeep(spectrum, owner)
    left = await owner.fetch("SELECT id FROM job WHERE person_id = $1", person_id)
    assert [row["id"] for row in left] == [dead]
    assert await owner.fetchval("SELECT count(*) FROM idempotency_key WHERE key = $1", key) == 0


async def test_retention_asks_again_although_a_rewrite_died(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A dead rewrite of the same week does not keep the cards from being written again when care goes."""
    sent = weeks_of(person, weeks=2)
    await take(spectrum, *sent)
    person_id = who(spectrum, person)
    await owner.execute("UPDATE sealed_text SET care = 'EXPLICIT' WHERE session_id = $1", UUID(sent[0]["sessionKey"]))
    await work_off(spectrum, owner)
    revision = await owner.fetchval("SELECT revision FROM person WHERE id = $1", person_id)
    await owner.execute(
        "INSERT INTO job (kind, queue, status, max_attempts, idempotency_key, person_id, epoch, scope)"
        " SELECT 'WEEKLY_AGGREGATION', 'minutes', 'DEAD', 5,"
        " 'rewrite:WEEK:' || id || ':' || epoch || ':2026-06-01:' || $2::bigint, id, epoch,"
        " jsonb_build_object('first_day', '2026-06-01') FROM person WHERE id = $1",
        person_id,
        revision,
    )
    await owner.execute(
        "UPDATE sealed_text SET received_at = received_at - interval '90 days' WHERE person_id = $1", person_id
    )
    await _upkeep(spectrum, owner)
    words = await owner.fetch(WORDS, person_id)
    assert SUPPORT_KEY not in {row["finding_key"] for row in words}


async def test_a_late_session_rewrites_its_own_week(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Earlier weeks are not touched; later ones keep words and edition unless numbers in their sentences moved."""
    person_id = await lived(spectrum, owner, person, weeks=8)
    told = (
        "SELECT first_day, finding_key, edition, written_at, content::text AS content, aggregate_revision"
        " FROM writing WHERE person_id = $1 AND period_kind = 'WEEK' ORDER BY 1, 2"
    )
    before = {(row["first_day"], row["finding_key"]): row for row in await owner.fetch(told, person_id)}
    late = MONDAY + timedelta(weeks=3)
    await take(spectrum, session(person, JUNE + timedelta(weeks=3, days=1), HEAVY, HEAVY))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    stale = await owner.fetch(
        "SELECT DISTINCT first_day FROM writing WHERE person_id = $1 AND status = 'STALE'", person_id
    )
    assert min(row["first_day"] for row in stale) >= late.replace(day=1)
    await work_off(spectrum, owner)
    after = {(row["first_day"], row["finding_key"]): row for row in await owner.fetch(told, person_id)}
    own = [key for key in after if key[0] == late]
    assert any(key not in before or after[key]["edition"] > before[key]["edition"] for key in own)
    for key, row in after.items():
        if key[0] != late and key in before:
            same = row["content"] == before[key]["content"]
            assert (row["edition"] == before[key]["edition"]) == same
            assert (row["written_at"] == before[key]["written_at"]) == same
    revised = await owner.fetch(
        "SELECT first_day FROM period_aggregate WHERE person_id = $1 AND kind = 'WEEK' AND revision > 1", person_id
    )
    assert [row["first_day"] for row in revised] == [late]
