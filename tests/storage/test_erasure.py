"""Each reset erases exactly what it says, from tables the catalogue names, and nothing in flight brings it back."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.exclusions import ExclusionTarget
from app.domain.periods import PeriodKind
from app.errors import Gone
from app.jobs import OF_NOBODY, Claimed, JobKind, Queue, Skipped, monthly_narrative, rebuild, rewrite_period
from app.pipeline import exclude, export, forget
from app.pipeline.commit import commit
from app.pipeline.erasing import RESIDUE
from app.storage.forgetting import operations
from app.storage.forgetting.operations import Operation, OperationStatus, ResetScope
from app.storage.jobs import desk, ledger
from app.wiring import Spectrum
from tests.client import session
from tests.life import (
    JUNE,
    PERSONAL,
    at,
    be_told,
    furnish,
    keeping_words,
    lived,
    rows_of,
    say_how_it_was,
    snapshot,
    take,
    weeks_of,
    who,
    work_off,
)
from workers.handlers import HANDLERS
from workers.runner import Runner

DERIVED = {
    *("session_numbers", "packed_month", "period_aggregate", "job"),
    *("writing", "model_call", "safety_decision", "feedback", "rubric_score", "shadow_text"),
    *("blind_pair", "blind_judgement", "webhook_delivery"),
}
HISTORY = DERIVED | {"session", "sealed_text", "correction", "exclusion"}
EVERYTHING = HISTORY | {"idempotency_key", "device", "event", "upgrade", "assignment", "push", "person"}
ERASED = {ResetScope.DERIVED: DERIVED, ResetScope.FORGET_HISTORY: HISTORY, ResetScope.EVERYTHING: EVERYTHING}
MADE_BY_THE_RESET = {"operation"}


async def _furnished(spectrum: Spectrum, owner: Any, key: str) -> UUID:
    """Give a person with rows in every store but the operations."""
    person_id = await lived(spectrum, owner, key, weeks=5)
    target = ExclusionTarget(first=JUNE.date(), last=JUNE.date())
    await exclude.exclude(spectrum.ports, await at(owner, person_id), uuid4(), [target])
    await say_how_it_was(spectrum, await at(owner, person_id))
    await furnish(spectrum, await at(owner, person_id))
    await export.begin(spectrum.ports, person_id)
    empty = {name for name, count in (await rows_of(owner, person_id)).items() if not count}
    assert empty == MADE_BY_THE_RESET
    return person_id


async def _ask(spectrum: Spectrum, owner: Any, person_id: UUID, scope: ResetScope) -> UUID:
    return await forget.request(spectrum.ports, await at(owner, person_id), scope, uuid4())


async def _operation(spectrum: Spectrum, person_id: UUID, operation_id: UUID) -> Operation:
    async with spectrum.ports.store.for_person(person_id) as tx:
        found = await operations.find(tx, person_id, operation_id)
    assert found is not None
    return found


async def _keep(spectrum: Spectrum, job: Claimed, result: Any) -> None:
    await commit(spectrum.ports, lambda tx: HANDLERS[job.kind].keep(tx, result), person=job.person, job=job)


async def _begin(spectrum: Spectrum, queue: Queue) -> list[Claimed]:
    """Claim and begin everything runnable in `queue`, as a worker does that then falls silent."""
    jobs: list[Claimed] = []
    async with spectrum.ports.store.for_everyone() as tx:
        while claimed := await ledger.claim(tx, queue, "zombie"):
            await ledger.begin(tx, claimed)
            jobs += claimed
    return jobs


def test_every_store_is_in_one_of_the_scopes() -> None:
    """A scope erases all that the one before it does."""
    assert DERIVED < HISTORY < EVERYTHING


@pytest.mark.parametrize("scope", list(ResetScope))
async def test_a_reset_erases_exactly_what_it_says(
    spectrum: Spectrum, owner: Any, person: str, scope: ResetScope
) -> None:
    """Its tables are empty, the others as they were, the counts true, and another person untouched."""
    person_id = await _furnished(spectrum, owner, person)
    other = await _furnished(spectrum, owner, f"{person}-other")
    tables = [table["name"] for table in await owner.fetch(PERSONAL)]
    before, others = await rows_of(owner, person_id), await snapshot(owner, tables, other)
    texts = before["sealed_text"]
    operation_id = await _ask(spectrum, owner, person_id, scope)
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 1
    after = await rows_of(owner, person_id)
    assert await snapshot(owner, tables, other) == others
    expected = {name: 0 if name in ERASED[scope] else count for name, count in before.items()}
    expected["operation"] = 1
    if scope is ResetScope.DERIVED:
        expected["job"] = texts  # the sessions whose words are still here are analysed again
    assert after == expected
    operation = await _operation(spectrum, person_id, operation_id)
    assert operation.status is OperationStatus.SUCCEEDED
    assert operation.receipt is not None
    told = {store["store"]: (store["deleted"], store["remaining"]) for store in operation.receipt["stores"]}
    elsewhere = {"redis": (0, 0), "audit": (1, 0)} if scope is ResetScope.EVERYTHING else {}
    assert told == {name: (before[name], 0) for name in ERASED[scope]} | elsewhere
    assert operation.receipt["remaining"] == 0
    assert str(person_id) not in str(operation.receipt)
    assert person not in str(operation.receipt)


async def test_after_derived_everything_is_made_again(spectrum: Spectrum, owner: Any, person: str) -> None:
    """The same numbers and the same words come back from the words that are kept, under the new epoch."""
    person_id = await lived(spectrum, owner, person, weeks=5)
    query = "SELECT period_kind, first_day, finding_key, content FROM writing WHERE person_id = $1 ORDER BY 1, 2, 3"
    words = await owner.fetch(query, person_id)
    numbers = await owner.fetchval("SELECT sum(valence) FROM session_numbers WHERE person_id = $1", person_id)
    assert words
    await _ask(spectrum, owner, person_id, ResetScope.DERIVED)
    await work_off(spectrum, owner)
    assert await owner.fetch(query, person_id) == words
    assert await owner.fetchval("SELECT sum(valence) FROM session_numbers WHERE person_id = $1", person_id) == numbers


async def test_forgotten_sessions_stay_forgotten(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Sessions from before a FORGET_HISTORY are taken as known and kept nowhere; a new one is kept."""
    sent = weeks_of(person, weeks=1)
    await take(spectrum, *sent)
    person_id = who(spectrum, person)
    await _ask(spectrum, owner, person_id, ResetScope.FORGET_HISTORY)
    await work_off(spectrum, owner)
    late = session(person, JUNE)
    answers = await take(spectrum, *sent, late)
    assert all(answer.duplicate for answer in answers)
    counts = await rows_of(owner, person_id)
    assert (counts["session"], counts["sealed_text"], counts["job"]) == (0, 0, 0)
    await owner.execute("UPDATE person SET forget_before = forget_before - interval '1 year' WHERE id = $1", person_id)
    (fresh,) = await take(spectrum, late)
    assert not fresh.duplicate


async def test_someone_erased_comes_back_in_a_later_epoch(spectrum: Spectrum, owner: Any, person: str) -> None:
    """After EVERYTHING a tombstone without a name stays, and the same app key begins anew, with another key."""
    await take(spectrum, *weeks_of(person, weeks=1))
    person_id = who(spectrum, person)
    first = await owner.fetchrow("SELECT epoch, data_key FROM person WHERE id = $1", person_id)
    operation_id = await _ask(spectrum, owner, person_id, ResetScope.EVERYTHING)
    await work_off(spectrum, owner)
    stones = await owner.fetch("SELECT subject_hash, epoch FROM tombstone WHERE operation_id = $1", operation_id)
    pseudonym = spectrum.ports.keyring.identity.pseudonym("tombstone", person_id)
    assert [tuple(stone) for stone in stones] == [(pseudonym, first["epoch"] + 1)]
    await take(spectrum, *weeks_of(person, weeks=1))
    again = await owner.fetchrow("SELECT epoch, data_key FROM person WHERE id = $1", person_id)
    assert again["epoch"] == stones[0]["epoch"] + 1
    assert again["data_key"] != first["data_key"]


@pytest.mark.parametrize("scope", list(ResetScope))
async def test_nothing_in_flight_writes_after_an_erasure(
    spectrum: Spectrum, owner: Any, person: str, scope: ResetScope
) -> None:
    """Every kind of a person's job, begun before and ending after, is dropped; so is a mutation of before."""
    person_id = await lived(spectrum, owner, person, weeks=5)
    before = await at(owner, person_id)
    await take(spectrum, session(person, JUNE))
    async with spectrum.ports.store.for_person(person_id) as tx:
        month, day = JUNE.date(), JUNE.date()
        rewrites = [rewrite_period(kind, before, day, revision=-1) for kind in PeriodKind]
        again = rebuild(before, spectrum.ports.analyser_version, hour="now")
        await ledger.keep_jobs(tx, [*rewrites, monthly_narrative(before, month, revision=-1), again])
    told = await be_told(spectrum, owner, before)
    async with spectrum.ports.store.for_person(person_id) as tx:
        await ledger.keep_jobs(tx, [told])
    await owner.execute("UPDATE session_numbers SET analyser_version = 'older' WHERE person_id = $1", person_id)
    begun = [job for queue in Queue for job in await _begin(spectrum, queue) if job.person]
    assert {job.kind for job in begun} == set(JobKind) - {JobKind.RESET, JobKind.RECEIPT_CHECK, *OF_NOBODY}
    prepared = [(job, await HANDLERS[job.kind].prepare(job, keeping_words(spectrum.ports))) for job in begun]
    assert not any(isinstance(result, Skipped) for _, result in prepared)
    await _ask(spectrum, owner, person_id, scope)
    assert await Runner(spectrum.ports).work_once(Queue.SECONDS) == 1
    after = await rows_of(owner, person_id)
    for job, result in prepared:
        with pytest.raises(Gone):
            await _keep(spectrum, job, result)
    with pytest.raises(Gone):
        await exclude.exclude(spectrum.ports, before, uuid4(), [ExclusionTarget(first=JUNE.date(), last=JUNE.date())])
    assert await rows_of(owner, person_id) == after
    await work_off(spectrum, owner)


async def test_two_workers_erase_once(spectrum: Spectrum, owner: Any, person: str) -> None:
    """When a silent worker wakes and a second one carries out the same reset, the counts of the deletion stay."""
    person_id = await lived(spectrum, owner, person, weeks=1)
    before, epoch = await rows_of(owner, person_id), (await at(owner, person_id)).epoch
    operation_id = await _ask(spectrum, owner, person_id, ResetScope.EVERYTHING)
    (job,) = await _begin(spectrum, Queue.SECONDS)
    stage = HANDLERS[JobKind.RESET]
    results: list[Any] = await asyncio.gather(*(stage.prepare(job, spectrum.ports) for _ in range(4)))
    for result in results:
        deleted = {store["store"]: store["deleted"] for store in result.receipt["stores"]}
        assert deleted == {**{name: before[name] for name in EVERYTHING}, "redis": 0, "audit": 0}
    await commit(spectrum.ports, lambda tx: stage.keep(tx, results[0]), person=None, job=job)
    assert (await _operation(spectrum, person_id, operation_id)).status is OperationStatus.SUCCEEDED
    assert await owner.fetchval("SELECT count(*) FROM tombstone WHERE operation_id = $1", operation_id) == 1
    await take(spectrum, *weeks_of(person, weeks=1))
    assert (await at(owner, person_id)).epoch == epoch + 2


async def test_what_was_analysed_meanwhile_stays_analysed(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A session that arrives and is analysed while a DERIVED reset ends is not asked for a second time."""
    await take(spectrum, *weeks_of(person, weeks=1))
    await work_off(spectrum, owner)
    person_id = who(spectrum, person)
    await _ask(spectrum, owner, person_id, ResetScope.DERIVED)
    (job,) = await _begin(spectrum, Queue.SECONDS)
    stage = HANDLERS[JobKind.RESET]
    erased = await stage.prepare(job, spectrum.ports)
    await take(spectrum, session(person, JUNE))
    assert await Runner(spectrum.ports).work_off(Queue.SECONDS) == 1
    await commit(spectrum.ports, lambda tx: stage.keep(tx, erased), person=None, job=job)
    query = "SELECT status, count(*) AS n FROM session WHERE person_id = $1 GROUP BY status ORDER BY status"
    assert [tuple(row) for row in await owner.fetch(query, person_id)] == [("DONE", 1), ("PENDING", 4)]
    await work_off(spectrum, owner)
    assert [tuple(row) for row in await owner.fetch(query, person_id)] == [("DONE", 5)]


async def test_a_failed_reset_is_finished_when_tried_again(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A reset whose job died says so plainly, and the team's retry erases and signs after all."""
    person_id = await lived(spectrum, owner, person, weeks=1)
    operation_id = await _ask(spectrum, owner, person_id, ResetScope.EVERYTHING)
    (job,) = await _begin(spectrum, Queue.SECONDS)
    await owner.execute(
        "UPDATE job SET attempt = max_attempts, lease_expires_at = now() - interval '1 s' WHERE id = $1", job.id
    )
    runner = Runner(spectrum.ports)
    assert await runner.work_once(Queue.SECONDS) == 1
    failed = await _operation(spectrum, person_id, operation_id)
    assert (failed.status, failed.failure) == (OperationStatus.FAILED, RESIDUE)
    assert (await rows_of(owner, person_id))["person"] == 1
    async with spectrum.ports.store.for_everyone() as tx:
        assert await desk.keep_retried(tx, [job.id], actor="team", reason="again") == [job.id]
    assert await runner.work_once(Queue.SECONDS) == 1
    ended = await _operation(spectrum, person_id, operation_id)
    assert (ended.status, ended.failure) == (OperationStatus.SUCCEEDED, None)
    assert {name for name, count in (await rows_of(owner, person_id)).items() if count} == {"operation"}


async def test_a_repeated_wish_is_one_reset(spectrum: Spectrum, owner: Any, person: str) -> None:
    """The same idempotency key gives the same operation and one job, also when pressed twice at once."""
    await take(spectrum, *weeks_of(person, weeks=1))
    now, key = await at(owner, who(spectrum, person)), uuid4()
    asked = await asyncio.gather(
        *(forget.request(spectrum.ports, now, ResetScope.FORGET_HISTORY, key) for _ in range(5))
    )
    assert len(set(asked)) == 1
    jobs = await owner.fetchval("SELECT count(*) FROM job WHERE scope->>'operation_id' = $1", str(asked[0]))
    assert jobs == 1
    await work_off(spectrum, owner)
