"""Leases, fencing, attempts and dead letters: what the ledger says when workers die, fail, wait or are too late."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.periods import PeriodKind
from app.domain.sessions import SessionStatus
from app.errors import LeaseLost
from app.jobs import (
    MAX_LOST,
    Claimed,
    FailureClass,
    JobKind,
    JobStatus,
    Later,
    Queue,
    rewrite_period,
)
from app.pipeline import forget
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage.forgetting.operations import ResetScope
from app.storage.history import sessions
from app.storage.jobs import desk, ledger
from app.storage.jobs.desk import JobFilter, LedgerEntry
from app.wiring import Spectrum
from tests.client import LIGHT, session
from tests.life import JUNE, at, hasten, lived, take, weeks_of, who, work_off
from workers.handlers import HANDLERS, Stage
from workers.runner import Runner


@pytest.fixture(autouse=True)
async def rest(spectrum: Spectrum, owner: Any) -> None:
    """Begin each test with an empty ledger."""
    await work_off(spectrum, owner)
    await owner.execute("DELETE FROM job")


async def _claim(spectrum: Spectrum, worker: str, queue: Queue = Queue.SECONDS) -> list[Claimed]:
    async with spectrum.ports.store.for_everyone() as tx:
        return await ledger.claim(tx, queue, worker)


async def _begin(spectrum: Spectrum, *jobs: Claimed) -> list[int]:
    async with spectrum.ports.store.for_everyone() as tx:
        begun = await ledger.begin(tx, jobs)
    return list(begun.values())


async def _expire(owner: Any) -> None:
    await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s' WHERE status = 'RUNNING'")


async def _entry(spectrum: Spectrum, job_id: UUID) -> LedgerEntry:
    async with spectrum.ports.store.for_everyone() as tx:
        (entry,) = await desk.list_by_id(tx, [job_id])
    return entry


async def _one_session(spectrum: Spectrum, owner: Any, person: str) -> tuple[UUID, UUID]:
    sent = session(person, JUNE)
    await take(spectrum, sent)
    job_id: UUID = await owner.fetchval("SELECT id FROM job WHERE kind = 'SESSION_ANALYSIS'")
    return UUID(sent["sessionKey"]), job_id


async def _damage(owner: Any, session_id: UUID) -> bytes:
    """Damage the sealed words so that no analysis can open them; what they were."""
    body: bytes = await owner.fetchval("SELECT body FROM sealed_text WHERE session_id = $1", session_id)
    await owner.execute("UPDATE sealed_text SET body = $2 WHERE session_id = $1", session_id, body[:-1] + b"?")
    return body


async def test_a_lease_is_exclusive_until_it_runs_out(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Eight workers at once lease a job once; when the lease has run out another takes it, under a new token."""
    await _one_session(spectrum, owner, person)
    claims = await asyncio.gather(*(_claim(spectrum, f"w{n}") for n in range(8)))
    (first,) = [job for jobs in claims for job in jobs]
    await _begin(spectrum, first)
    assert await _claim(spectrum, "eager") == []
    await _expire(owner)
    (second,) = await _claim(spectrum, "second")
    assert (second.id, second.token, second.attempt) == (first.id, first.token + 1, 1)
    assert (second.silent, second.lost, second.exhausted) == (True, 1, False)


async def test_every_write_of_a_zombie_is_fenced(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A worker that wakes after its lease was taken changes nothing: not the job, not the lease, not the numbers."""
    session_id, job_id = await _one_session(spectrum, owner, person)
    (zombie,) = await _claim(spectrum, "zombie")
    await _begin(spectrum, zombie)
    stage = HANDLERS[zombie.kind]
    late = await stage.prepare(zombie, spectrum.ports)
    await _expire(owner)
    (second,) = await _claim(spectrum, "second")
    await _begin(spectrum, second)
    before = await owner.fetchrow("SELECT * FROM job WHERE id = $1", job_id)
    assert await _begin(spectrum, zombie) == []
    with pytest.raises(LeaseLost):
        await commit(spectrum.ports, lambda tx: stage.keep(tx, late), person=zombie.person, job=zombie)
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.renew(tx, [zombie])
        await ledger.give_back(tx, [zombie])
        with pytest.raises(LeaseLost):
            await ledger.fail(tx, zombie, ledger.Failure(FailureClass.BUG, "late", JobStatus.DEAD))
        with pytest.raises(LeaseLost):
            await ledger.bury(tx, zombie)
    assert await owner.fetchrow("SELECT * FROM job WHERE id = $1", job_id) == before
    assert await owner.fetchval("SELECT count(*) FROM session_numbers WHERE session_id = $1", session_id) == 0
    result = await stage.prepare(second, spectrum.ports)
    await commit(spectrum.ports, lambda tx: stage.keep(tx, result), person=second.person, job=second)
    entry = await _entry(spectrum, job_id)
    assert entry.status is JobStatus.SUCCEEDED
    assert [(a.number, a.failure, a.worker) for a in entry.attempts] == [
        (1, FailureClass.LOST_WORKER, "zombie"),
        (2, None, "second"),
    ]


async def test_stopped_at_any_moment_a_worker_keeps_no_lease(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Cancelled before, in or after its claim, a runner leaves every job to others at once, and no attempt is lost."""
    await take(spectrum, *weeks_of(person, weeks=2))
    runner = Runner(spectrum.ports)
    await runner.work_once(Queue.HOURS)  # connected: from here on the moments below fall into the claim
    for step in range(40):
        working = asyncio.create_task(runner.work_off(Queue.SECONDS))
        await asyncio.sleep(step * 0.0003)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        left = await owner.fetchval("SELECT count(*) FROM job WHERE status = 'RUNNING' OR lease_expires_at IS NOT NULL")
        assert left == 0, f"a lease is left after step {step}"
    await work_off(spectrum, owner)
    assert await owner.fetchval("SELECT bool_and(status = 'SUCCEEDED' AND attempt = 1) FROM job") is True


async def test_the_more_urgent_goes_first(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A job of a higher priority is leased before any that has waited longer, whatever its kind."""
    await take(spectrum, *weeks_of(person, weeks=2))
    await forget.request(spectrum.ports, await at(owner, who(spectrum, person)), ResetScope.DERIVED, uuid4())
    first, second = await _claim(spectrum, "one"), await _claim(spectrum, "two")
    assert [job.kind for job in first] == [JobKind.RESET]
    assert {job.kind for job in second} == {JobKind.SESSION_ANALYSIS}
    assert len(second) == 8


async def test_only_what_began_counts(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Leases that ran out before the job began cost no attempt, however often."""
    _, job_id = await _one_session(spectrum, owner, person)
    for turn in range(8):
        (job,) = await _claim(spectrum, f"w{turn}")
        assert (job.attempt, job.lost, job.silent) == (0, 0, False)
        await _expire(owner)
    assert (await _entry(spectrum, job_id)).attempts == ()
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 1
    assert (await _entry(spectrum, job_id)).attempt == 1


async def test_a_job_that_silences_its_workers_is_dead(spectrum: Spectrum, owner: Any, person: str) -> None:
    """After the third worker that fell silent in the middle of it nobody tries again, and its session says FAILED."""
    session_id, job_id = await _one_session(spectrum, owner, person)
    for number in range(1, MAX_LOST + 1):
        (job,) = await _claim(spectrum, "dies")
        assert await _begin(spectrum, job) == [number]
        await _expire(owner)
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 1
    entry = await _entry(spectrum, job_id)
    assert entry.status is JobStatus.DEAD
    assert [attempt.failure for attempt in entry.attempts] == [FailureClass.LOST_WORKER] * MAX_LOST
    assert await owner.fetchval("SELECT status FROM session WHERE id = $1", session_id) == SessionStatus.FAILED
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 0

    async with spectrum.ports.store.for_everyone() as tx:
        assert await desk.keep_retried(tx, [job_id], actor="team", reason="mended") == [job_id]
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 1
    assert (await _entry(spectrum, job_id)).status is JobStatus.SUCCEEDED


async def test_what_shared_a_silent_worker_is_leased_alone(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Jobs that were under way when their worker fell silent run one by one; those that only waited go on together."""
    await take(spectrum, *(session(person, JUNE.replace(minute=minute), LIGHT) for minute in range(6)))
    claimed = await _claim(spectrum, "dies")
    assert len(claimed) == 6
    await _begin(spectrum, *claimed[:3])
    await _expire(owner)
    sizes = []
    while jobs := await _claim(spectrum, "next"):
        sizes.append(len(jobs))
        assert {job.id for job in jobs} <= {job.id for job in (claimed[:3] if len(jobs) == 1 else claimed[3:])}
        assert all(job.silent == (len(jobs) == 1) for job in jobs)
    assert sorted(sizes) == [1, 1, 1, 3]


async def test_five_failures_make_a_dead_letter(spectrum: Spectrum, owner: Any, person: str) -> None:
    """It names class and place but no content; its session is FAILED and said so; its neighbours are done."""
    sent = [session(person, JUNE, "a quiet unrepeatable day") for _ in range(3)]
    await take(spectrum, *sent)
    broken = UUID(sent[1]["sessionKey"])
    body = await _damage(owner, broken)
    runner, person_id = Runner(spectrum.ports), who(spectrum, person)
    for round_ in range(5):
        if round_ == 4:
            revision = await owner.fetchval("SELECT revision FROM person WHERE id = $1", person_id)
        assert await runner.work_once(Queue.SECONDS) == (3 if round_ == 0 else 1)
        await hasten(owner)
    async with spectrum.ports.store.for_everyone() as tx:
        (dead,), total = await desk.list_jobs(tx, JobFilter(statuses=(JobStatus.DEAD,)), first=10, after=None)
    assert (total, dead.attempt, dead.scope) == (1, 5, {"session_id": str(broken)})
    assert [a.number for a in dead.attempts] == [1, 2, 3, 4, 5]
    for attempt in dead.attempts:
        assert attempt.failure is FailureClass.BUG
        assert attempt.message is not None
        assert attempt.message.startswith("CannotOpen at sealed.py:")
    assert "unrepeatable" not in str(await owner.fetchval("SELECT j::text FROM job j WHERE id = $1", dead.id))
    async with spectrum.ports.store.for_person(person_id) as tx:
        counts = await sessions.count_by_status(tx, person_id)
    assert counts == {SessionStatus.DONE: 2, SessionStatus.FAILED: 1}
    assert await owner.fetchval("SELECT revision FROM person WHERE id = $1", person_id) > revision

    await owner.execute("UPDATE sealed_text SET body = $2 WHERE session_id = $1", broken, body)
    for expected in ([dead.id], []):
        async with spectrum.ports.store.for_everyone() as tx:
            assert await desk.keep_retried(tx, [dead.id], actor="team", reason="mended") == expected
    await work_off(spectrum, owner)
    assert (await _entry(spectrum, dead.id)).status is JobStatus.SUCCEEDED
    assert await owner.fetchval("SELECT status FROM session WHERE id = $1", broken) == SessionStatus.DONE
    audited = await owner.fetch("SELECT actor, action, reason FROM audit WHERE targets = ARRAY[$1::uuid]", dead.id)
    assert [tuple(row) for row in audited] == [("team", "retry_jobs", "mended")]


async def test_a_discarded_letter_stays_discarded(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Discarding is done and audited once, only to dead letters, and none is run or retried afterwards."""
    _, job_id = await _one_session(spectrum, owner, person)
    async with spectrum.ports.store.for_everyone() as tx:
        assert await desk.keep_discarded(tx, [job_id], actor="team", reason="too early") == []
    await owner.execute("UPDATE job SET status = 'DEAD', finished_at = now() WHERE id = $1", job_id)
    for expected in ([job_id], []):
        async with spectrum.ports.store.for_everyone() as tx:
            assert await desk.keep_discarded(tx, [job_id], actor="team", reason="known") == expected
    async with spectrum.ports.store.for_everyone() as tx:
        assert await desk.keep_retried(tx, [job_id], actor="team", reason="again") == []
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 0
    assert (await _entry(spectrum, job_id)).status is JobStatus.DISCARDED
    audited = await owner.fetch("SELECT action, reason FROM audit WHERE $1::uuid = ANY(targets)", job_id)
    assert [tuple(row) for row in audited] == [("discard_jobs", "known")]


async def test_a_persons_weeks_run_in_order(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A week whose earlier week is still to be done is not leased, and follows it in order."""
    person_id = await lived(spectrum, owner, person, weeks=2)
    now, monday, next_monday = await at(owner, person_id), JUNE.date(), JUNE.date().replace(day=8)
    async with spectrum.ports.store.for_person(person_id) as tx:
        (later_id,) = await ledger.keep_jobs(tx, [rewrite_period(PeriodKind.WEEK, now, next_monday, revision=-1)])
        (early_id,) = await ledger.keep_jobs(
            tx, [rewrite_period(PeriodKind.WEEK, now, monday, revision=-1, delay_s=30)]
        )
    runner = Runner(spectrum.ports)
    assert await runner.work_once(Queue.MINUTES) == 0
    await work_off(spectrum, owner, runner)
    early, later = await _entry(spectrum, early_id), await _entry(spectrum, later_id)
    assert early.status is later.status is JobStatus.SUCCEEDED
    assert early.finished_at is not None
    assert later.finished_at is not None
    assert early.finished_at <= later.finished_at


async def test_a_persons_weeks_never_run_side_by_side(spectrum: Spectrum, owner: Any, person: str) -> None:
    """While a week is being written, an earlier one waits for it, but not for a worker that fell silent."""
    person_id = await lived(spectrum, owner, person, weeks=2)
    now, monday, next_monday = await at(owner, person_id), JUNE.date(), JUNE.date().replace(day=8)
    asked = []
    for first_day in (next_monday, monday):
        async with spectrum.ports.store.for_person(person_id) as tx:
            asked += await ledger.keep_jobs(tx, [rewrite_period(PeriodKind.WEEK, now, first_day, revision=-1)])
        if first_day == next_monday:
            (running,) = await _claim(spectrum, "first", Queue.MINUTES)
            await _begin(spectrum, running)
    assert await _claim(spectrum, "second", Queue.MINUTES) == []
    await _expire(owner)
    (earlier,) = await _claim(spectrum, "second", Queue.MINUTES)
    assert [running.id, earlier.id] == asked


async def test_later_costs_no_attempt(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A stage that says "not yet" leaves its job waiting, with no attempt counted."""
    _, job_id = await _one_session(spectrum, owner, person)

    async def not_yet(_: Claimed, __: Ports) -> Later:
        return Later(60.0, "not yet")

    stage = Stage(not_yet, HANDLERS[JobKind.SESSION_ANALYSIS].keep)
    assert await Runner(spectrum.ports, {JobKind.SESSION_ANALYSIS: stage}).work_once(Queue.SECONDS) == 1
    waiting = await _entry(spectrum, job_id)
    assert (waiting.status, waiting.attempt, waiting.attempts) == (JobStatus.SCHEDULED, 0, ())


async def test_nothing_to_do_is_a_good_end(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A session whose words are gone, or whose person is, ends its job with a reason and without a failure."""
    session_id, job_id = await _one_session(spectrum, owner, person)
    await owner.execute("DELETE FROM sealed_text WHERE session_id = $1", session_id)
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 1
    entry = await _entry(spectrum, job_id)
    assert (entry.status, entry.attempt, [a.failure for a in entry.attempts]) == (JobStatus.SUCCEEDED, 1, [None])
    note = await owner.fetchval("SELECT note FROM job WHERE id = $1", job_id)
    assert note == "The session's text was gone before it could be analysed."

    await owner.execute("DELETE FROM job")
    session_id, _ = await _one_session(spectrum, owner, f"{person}-gone")
    await owner.execute("UPDATE person SET epoch = epoch + 1 WHERE id = $1", who(spectrum, f"{person}-gone"))
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 1
    note = await owner.fetchval("SELECT note FROM job WHERE scope->>'session_id' = $1", str(session_id))
    assert note == "Dropped: the person's data were erased meanwhile."


async def test_given_back_leases_are_free_at_once(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A worker that stops in the middle gives its jobs back: runnable now, and no attempt is counted."""
    _, job_id = await _one_session(spectrum, owner, person)
    (job,) = await _claim(spectrum, "stops")
    await _begin(spectrum, job)
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.give_back(tx, [job])
    entry = await _entry(spectrum, job_id)
    assert (entry.status, entry.attempt, entry.attempts) == (JobStatus.QUEUED, 0, ())
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 1


async def test_asking_twice_is_asking_once(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Jobs with one identity are one job, also from transactions side by side; history stays bounded."""
    person_id = await lived(spectrum, owner, person, weeks=1)
    job = rewrite_period(PeriodKind.WEEK, await at(owner, person_id), JUNE.date(), revision=-7)

    async def ask() -> list[UUID]:
        async with spectrum.ports.store.for_everyone() as tx:
            return await ledger.keep_jobs(tx, [job])

    asked = await asyncio.gather(*(ask() for _ in range(6)))
    (job_id,) = [id_ for ids in asked for id_ in ids]
    for _ in range(ledger.MAX_ATTEMPTS_KEPT + 5):
        (claimed,) = await _claim(spectrum, "waits", Queue.MINUTES)
        await _begin(spectrum, claimed)
        async with spectrum.ports.store.for_everyone() as tx:
            away = ledger.Failure(FailureClass.DEPENDENCY, "away", JobStatus.RETRYING, counts=False)
            await ledger.fail(tx, claimed, away)
    entry = await _entry(spectrum, job_id)
    assert (entry.status, entry.attempt) == (JobStatus.RETRYING, 0)
    assert len(entry.attempts) == ledger.MAX_ATTEMPTS_KEPT
