"""How the promise of words in time is counted, noticed when broken, and where every acknowledged session is.

The clock is the server's: sessions lie in the past, and are made to have been received when they were lived.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.periods import Period, PeriodKind, ends_at, month_of, previous, week_of
from app.domain.promises import OBJECTIVE, TARGET_S, Promise
from app.jobs import JobKind, Queue, rewrite_period
from app.pipeline import forget, upkeep
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs import ledger, promises, queues, reconciliation
from app.wiring import Spectrum
from tests.client import LIGHT, session
from tests.life import JUNE, at, hasten, take, weeks_of, who, work_off
from workers.runner import Runner
from workers.schedule import plan_due

WEEK = week_of(JUNE.date())
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def nobody(spectrum: Spectrum, owner: Any) -> None:
    """Begin each test without people, jobs and misses."""
    await work_off(spectrum, owner)
    await owner.execute("TRUNCATE person, session, sealed_text, session_numbers, packed_month, period_aggregate,"
                        " writing, event, job, sla_miss, reconciliation")  # fmt: skip


async def _lived(spectrum: Spectrum, owner: Any, *keys: str, count: int = 4) -> list[UUID]:
    """Take a week's first `count` sessions in of each, as if they had come when they were lived."""
    for key in keys:
        await take(spectrum, *weeks_of(key, weeks=1)[:count])
    await owner.execute("UPDATE session SET received_at = ended_at")
    return [who(spectrum, key) for key in keys]


async def _promise(spectrum: Spectrum, kind: PeriodKind, period: Period) -> Promise:
    async with spectrum.ports.store.for_everyone() as tx:
        return await promises.find_promise(tx, kind, period)


async def _settle(owner: Any, person_id: UUID, minutes: int) -> None:
    await owner.execute(
        "UPDATE period_aggregate SET settled_at = due_at + make_interval(mins => $2) WHERE person_id = $1",
        person_id,
        minutes,
    )


def _counts(promise: Promise) -> tuple[int, int, int, int, int]:
    return promise.due, promise.on_time, promise.late, promise.missing, promise.not_enough_data


async def test_everybody_due_is_in_one_of_four(spectrum: Spectrum, owner: Any, person: str) -> None:
    """On time, late, missing and too little to tell add up; who came only afterwards was promised nothing."""
    keys = [f"{person}-{n}" for n in ("early", "late", "silent", "missing")]
    early, late, silent, missing = await _lived(spectrum, owner, *keys)
    assert _counts(await _promise(spectrum, PeriodKind.WEEK, WEEK)) == (4, 0, 0, 4, 0)
    await take(spectrum, *weeks_of(f"{person}-afterwards", weeks=1))
    await work_off(spectrum, owner)
    await owner.execute("UPDATE period_aggregate SET told = (person_id <> $1)", silent)
    await owner.execute("DELETE FROM period_aggregate WHERE person_id = $1", missing)
    for person_id, minutes in ((early, 12), (late, 61), (silent, 500)):
        await _settle(owner, person_id, minutes)
    for kind, period in ((PeriodKind.WEEK, WEEK), (PeriodKind.MONTH, month_of(WEEK.first))):
        promise = await _promise(spectrum, kind, period)
        assert _counts(promise) == (4, 1, 1, 1, 1), kind
        assert (promise.complete, promise.met) == (True, False)
        assert promise.p50_lag_s == pytest.approx((12 + 61) / 2 * 60)
    assert _counts(await _promise(spectrum, PeriodKind.WEEK, previous(PeriodKind.WEEK, WEEK))) == (0, 0, 0, 0, 0)


async def test_mending_a_missed_week_by_hand_makes_it_late(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A week whose closing died, and that another job closed in its place, was promised and came late."""
    (person_id,) = await _lived(spectrum, owner, person)
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await plan_due(spectrum.ports)
    await owner.execute("UPDATE job SET status = 'DEAD', finished_at = now() WHERE kind = 'WEEKLY_AGGREGATION'")
    assert (await _promise(spectrum, PeriodKind.WEEK, WEEK)).missing == 1
    async with spectrum.ports.store.for_everyone() as tx:
        now = await at(owner, person_id)
        await ledger.keep_jobs(tx, [rewrite_period(PeriodKind.WEEK, now, WEEK.first, revision=-1)])
    await work_off(spectrum, owner)
    assert _counts(await _promise(spectrum, PeriodKind.WEEK, WEEK)) == (1, 0, 1, 0, 0)


@pytest.mark.parametrize("kind", list(PeriodKind))
async def test_what_analysis_kept_waiting_is_late_and_not_silent(
    spectrum: Spectrum, owner: Any, person: str, kind: PeriodKind
) -> None:
    """A period that closed over sessions nobody had read yet is missing until its words are there, and then late."""
    period = WEEK if kind is PeriodKind.WEEK else month_of(WEEK.first)
    await take(spectrum, *(each for week in (0, 1) for each in weeks_of(person, weeks=week + 1)[4 * week :]),
               *weeks_of(person, weeks=4, first=JUNE + timedelta(hours=3)))  # fmt: skip
    await owner.execute("UPDATE session SET received_at = ended_at")
    async with spectrum.ports.store.for_everyone() as tx:
        await queues.keep_paused(tx, Queue.SECONDS, actor="team", reason="a look")
    await work_off(spectrum, owner)
    assert _counts(await _promise(spectrum, kind, period)) == (1, 0, 0, 1, 0)
    async with spectrum.ports.store.for_everyone() as tx:
        await queues.keep_resumed(tx, Queue.SECONDS, actor="team", reason="seen")
    await work_off(spectrum, owner)
    assert _counts(await _promise(spectrum, kind, period)) == (1, 0, 1, 0, 0)


async def test_whoever_had_it_erased_is_promised_nothing(spectrum: Spectrum, owner: Any, person: str) -> None:
    """After a reset nobody misses the words of weeks before it, and no session of theirs counts as lost meanwhile."""
    (person_id,) = await _lived(spectrum, owner, person)
    await work_off(spectrum, owner)
    await owner.execute("DELETE FROM sealed_text")
    await forget.request(spectrum.ports, await at(owner, person_id), ResetScope.DERIVED, uuid4())
    async with spectrum.ports.store.for_everyone() as tx:
        (job,) = await ledger.claim(tx, Queue.SECONDS, "slow")
    await forget.prepare(job, spectrum.ports)
    counted = await _reconciled(spectrum)
    assert (counted.acknowledged, counted.pending, counted.lost) == (4, 4, 0)
    await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s'")
    await work_off(spectrum, owner)
    counted = await _reconciled(spectrum)
    assert (counted.done, counted.lost) == (4, 0)
    assert _counts(await _promise(spectrum, PeriodKind.WEEK, WEEK)) == (0, 0, 0, 0, 0)


async def test_a_month_is_kept_when_its_words_are_there(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A folded month is still missing; its summary settles it, and the jobs behind it carry what they are due."""
    month = month_of(WEEK.first)
    (person_id,) = await _lived(spectrum, owner, person)
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await plan_due(spectrum.ports)
    while not await owner.fetchval("SELECT EXISTS (SELECT FROM job WHERE kind = $1)", JobKind.MONTHLY_NARRATIVE):
        assert await Runner(spectrum.ports).work_once(Queue.MINUTES)
    promise = await _promise(spectrum, PeriodKind.MONTH, month)
    assert (promise.due, promise.missing) == (1, 1)
    await work_off(spectrum, owner)
    promise = await _promise(spectrum, PeriodKind.MONTH, month)
    assert (promise.due, promise.missing) == (1, 0)
    due = await owner.fetch("SELECT kind, due_at FROM job WHERE person_id = $1 AND due_at IS NOT NULL", person_id)
    ends = {JobKind.WEEKLY_AGGREGATION: ends_at(WEEK, "Europe/Berlin")}
    assert {row["kind"]: row["due_at"] for row in due} == {
        JobKind.MONTHLY_AGGREGATION: ends_at(month, "Europe/Berlin"),
        JobKind.MONTHLY_NARRATIVE: ends_at(month, "Europe/Berlin"),
        **ends,
    }


async def test_writing_again_changes_no_promise(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A late session has its week written again; when the week was first told stays."""
    (person_id,) = await _lived(spectrum, owner, person)
    await work_off(spectrum, owner)
    await _settle(owner, person_id, 5)
    kept = "SELECT kind, first_day, due_at, settled_at, told FROM period_aggregate WHERE person_id = $1 ORDER BY 1, 2"
    before = await owner.fetch(kept, person_id)
    await take(spectrum, session(person, JUNE + 30 * MINUTE, LIGHT))
    await work_off(spectrum, owner)
    assert await owner.fetchval("SELECT session_count FROM period_aggregate WHERE kind = 'WEEK'") == 5
    assert await owner.fetch(kept, person_id) == before


async def test_the_worst_come_first(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Jobs without an end before those with one, later ones before earlier ones, at most ten."""
    people = await _lived(spectrum, owner, *(f"{person}-{n}" for n in range(12)))
    await take(spectrum, *weeks_of(f"{person}-afterwards", weeks=1))
    await work_off(spectrum, owner)
    for number, person_id in enumerate(people):
        await owner.execute(
            "UPDATE job SET finished_at = due_at + make_interval(mins => $2) WHERE person_id = $1", person_id, number
        )
    await owner.execute(
        "UPDATE job SET status = 'DEAD' WHERE person_id = $1 AND kind = 'WEEKLY_AGGREGATION'", people[3]
    )
    async with spectrum.ports.store.for_everyone() as tx:
        worst = await promises.list_worst(tx, PeriodKind.WEEK, WEEK.first)
    order = await owner.fetch("SELECT id, person_id FROM job WHERE id = ANY($1)", worst)
    whose = {row["id"]: people.index(row["person_id"]) for row in order}
    assert [whose[id_] for id_ in worst] == [3, 11, 10, 9, 8, 7, 6, 5, 4, 2]


@pytest.mark.parametrize(
    ("on_time", "late", "missing", "quiet", "met"),
    [(99, 1, 0, 0, True), (98, 2, 0, 5, False), (98, 1, 1, 0, False), (0, 0, 0, 7, True), (0, 0, 0, 0, True)],
)
def test_a_promise_is_met_by_the_share_of_those_told(
    on_time: int, late: int, missing: int, quiet: int, met: bool
) -> None:
    """Who had too little to tell is in neither side of the share; before the last zone nothing is said."""
    due = on_time + late + missing + quiet
    promise = Promise(due, on_time, late, missing, quiet, None, None, None, complete=True)
    assert promise.met is met
    assert replace(promise, complete=False).met is None
    assert (OBJECTIVE, TARGET_S) == (0.99, 3600)


async def _upkeep(spectrum: Spectrum, owner: Any) -> None:
    await owner.execute("DELETE FROM job WHERE kind = 'UPKEEP'")
    await work_off(spectrum, owner)


async def _last_period(owner: Any, kind: PeriodKind) -> Period:
    today: date = await owner.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")
    week = previous(PeriodKind.WEEK, previous(PeriodKind.WEEK, week_of(today)))
    return week if kind is PeriodKind.WEEK else previous(PeriodKind.MONTH, previous(PeriodKind.MONTH, month_of(today)))


@pytest.mark.parametrize("kind", list(PeriodKind))
async def test_a_broken_promise_is_noticed_once(
    spectrum: Spectrum, owner: Any, person: str, kind: PeriodKind, capsys: pytest.CaptureFixture[str]
) -> None:
    """Upkeep writes down a week or month that came too late for too many, says so once, and not when it was in time."""
    period = await _last_period(owner, kind)
    start = JUNE.replace(year=period.first.year, month=period.first.month, day=period.first.day)
    await take(spectrum, *weeks_of(person, weeks=1, first=start + timedelta(days=1)))
    await owner.execute("UPDATE session SET received_at = ended_at")
    await work_off(spectrum, owner)
    await owner.execute("UPDATE period_aggregate SET told = true")
    await _settle(owner, who(spectrum, person), 10)
    await owner.execute("TRUNCATE sla_miss")
    await _upkeep(spectrum, owner)
    assert await owner.fetch("SELECT kind FROM sla_miss") == []
    capsys.readouterr()
    await _settle(owner, who(spectrum, person), 100)
    for _ in range(2):
        await _upkeep(spectrum, owner)
    missed = await owner.fetch("SELECT kind, first_day FROM sla_miss WHERE kind = $1", kind)
    assert [tuple(row) for row in missed] == [(kind, period.first)]
    told = [
        line for line in "".join(capsys.readouterr()).splitlines() if "sla_missed" in line and f"kind={kind}" in line
    ]
    assert len(told) == 1
    assert "count=1" in told[0]


STATES: Sequence[tuple[str, str]] = (
    ("dead", "UPDATE session SET status = 'FAILED' WHERE id = $1"),
    ("done", "UPDATE session SET status = 'SKIPPED' WHERE id = $1"),
    ("lost", "DELETE FROM session_numbers WHERE session_id = $1"),
    ("lost", "UPDATE session SET status = 'PENDING' WHERE id = $1"),
)


@pytest.mark.parametrize(("state", "change"), STATES)
async def test_every_acknowledged_session_is_somewhere(
    spectrum: Spectrum, owner: Any, person: str, state: str, change: str
) -> None:
    """Done, dead and pending add up to what was acknowledged; a session that is nowhere is counted as lost."""
    sent = weeks_of(person, weeks=1)
    await take(spectrum, *sent)
    counted = await _reconciled(spectrum)
    assert (counted.acknowledged, counted.pending, counted.lost) == (4, 4, 0)
    await owner.execute("UPDATE job SET status = 'RETRYING' WHERE kind = 'SESSION_ANALYSIS'")
    assert (await _reconciled(spectrum)).lost == 0
    await work_off(spectrum, owner)
    assert (await _reconciled(spectrum)).done == 4
    await owner.execute(change, UUID(sent[0]["sessionKey"]))
    counted = await _reconciled(spectrum)
    expected = {"done": 3, "dead": 0, "lost": 0} | {state: 1 if state != "done" else 4}
    assert {name: getattr(counted, name) for name in expected} == expected
    if state == "lost":
        await owner.execute("UPDATE session SET status = 'PENDING' WHERE id = $1", UUID(sent[0]["sessionKey"]))
        await owner.execute("UPDATE person SET paused = true")
        assert (await _reconciled(spectrum)).lost == 0, "it waits for the end of the pause"


async def _reconciled(spectrum: Spectrum) -> reconciliation.Reconciliation:
    async with spectrum.ports.store.for_everyone() as tx:
        return await reconciliation.keep_reconciliation(tx, days=10_000)


async def test_upkeep_reconciles_and_prunes(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Each hour leaves one count, the newest is shown, and those of more than a month ago go."""
    await take(spectrum, session(person, JUNE, LIGHT))
    await owner.execute("INSERT INTO reconciliation VALUES (now() - interval '31 days', 9, 0, 0, 0)")
    await _upkeep(spectrum, owner)
    async with spectrum.ports.store.for_everyone() as tx:
        newest = await reconciliation.find_newest(tx)
    assert newest is not None
    assert (newest.acknowledged, newest.done, newest.lost) == (1, 1, 0)
    assert await owner.fetchval("SELECT count(*) FROM reconciliation") == 1
    assert upkeep.JOB_DAYS == 30


async def test_schedules_say_what_is_next(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Nobody there: the next calendar ends. Someone due: now, and how many wait. Planned: when their own ends."""
    async with spectrum.ports.store.for_everyone() as tx:
        empty = {each.kind: each for each in await promises.list_schedules(tx)}
        now = await tx.fetchval("SELECT now()")
    assert set(empty) == {JobKind.WEEKLY_AGGREGATION, JobKind.MONTHLY_AGGREGATION, JobKind.UPKEEP}
    assert all(each.next_run_at > now for each in empty.values())
    assert empty[JobKind.WEEKLY_AGGREGATION].catch_up_pending == 0
    await take(spectrum, session(person, JUNE, LIGHT))
    async with spectrum.ports.store.for_everyone() as tx:
        due = {each.kind: each for each in await promises.list_schedules(tx)}
    assert due[JobKind.WEEKLY_AGGREGATION].catch_up_pending == 1
    assert due[JobKind.WEEKLY_AGGREGATION].last_run_at is None
    await work_off(spectrum, owner)
    await hasten(owner)
    row = await owner.fetchrow("SELECT * FROM person WHERE id = $1", (await at(owner, who(spectrum, person))).id)
    async with spectrum.ports.store.for_everyone() as tx:
        planned = {each.kind: each for each in await promises.list_schedules(tx)}
    assert planned[JobKind.WEEKLY_AGGREGATION].next_run_at == row["week_due_at"]
    assert planned[JobKind.MONTHLY_AGGREGATION].next_run_at == row["month_due_at"]
    assert all(each.last_run_at is not None and each.catch_up_pending == 0 for each in planned.values())
