"""The one way to change a person's data: fence, keep, complete the job, insert what follows; then nudge and tell.

Serves workers, resolvers and the command line alike. Decides nothing. `track`, which changes no number, goes beside it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from app import tracing
from app.gateways.events import Change
from app.jobs import LIMITS, Claimed, Job, Kept, PersonAt
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.jobs import ledger
from app.storage.store import Tx
from app.telemetry import PROMISE_SECONDS

Keep = Callable[[Tx], Awaitable[Kept]]
"""Writes one effect inside the transaction it is given, and says which jobs follow from it."""
KeepMany = Callable[[Tx, Mapping[UUID, Any]], Awaitable[Mapping[UUID, Kept]]]
"""Writes the effects of a batch, by job, inside the transaction it is given; what follows from each."""


class Prepared(Protocol):
    """A result of a batch, and at which revision of its person it was read."""

    @property
    def revision(self) -> int:
        """As it was before this change."""
        ...


async def commit(
    ports: Ports, keep: Keep, *, person: PersonAt | None, job: Claimed | None = None, as_everyone: bool = False
) -> int | None:
    """Run `keep` as `person` (as everyone without one) and end `job` in the same transaction.

    `as_everyone`: `keep` is about the person, and what follows from it may be jobs of nobody, which no person may ask
    for. Answers with the person's new revision. Gone when their epoch has moved on, LeaseLost when another worker holds
    the job: nothing is kept then.
    """
    gate = ports.store.for_person(person.id) if person and not as_everyone else ports.store.for_everyone()
    async with gate as tx:
        revision = await people.keep_revision(tx, person) if person else None
        kept = await keep(tx)
        following = _caused(kept, job)
        if job is not None:
            await ledger.complete(tx, [job])
        await ledger.keep_jobs(tx, following)
        changes = await _changes(tx, kept, person, revision)
    _tell_lag(job, kept)
    await _nudge(ports, following)
    await ports.events.publish(changes)
    return revision


async def commit_many(
    ports: Ports, keep: KeepMany, prepared: Sequence[tuple[Claimed, Prepared]]
) -> Mapping[UUID, Kept]:
    """Run `keep` once for many jobs of different people, and end them in the same transaction; by id what was kept.

    Whoever was erased or changed since it was read, or is held by somebody else at the moment, is left out. LeaseLost
    when another worker holds one of the jobs: nothing at all is kept then.
    """
    async with ports.store.for_everyone() as tx:
        unchanged = {job.person: result.revision for job, result in prepared if job.person}
        held = await people.keep_revisions(tx, unchanged)
        mine = [(job, result) for job, result in prepared if job.person and job.person.id in held]
        kept = await keep(tx, {job.id: result for job, result in mine})
        of = {job.id: job for job, _ in mine}
        following = [job for job_id, each in kept.items() for job in _caused(each, of[job_id])]
        await ledger.complete(tx, [job for job, _ in mine])
        await ledger.keep_jobs(tx, following)
    for job_id, each in kept.items():
        _tell_lag(of[job_id], each)
    await _nudge(ports, following)
    await ports.events.publish(
        Change(job.person, held[job.person.id], news)
        for job, _ in mine
        if job.person and job.id in kept and (news := kept[job.id].news)
    )
    return kept


async def _changes(tx: Tx, kept: Kept, person: PersonAt | None, revision: int | None) -> list[Change]:
    """What to tell of a change, as of its own transaction; of someone of whom nothing is left, that it is so."""
    if kept.news is None:
        return []
    tracing.mark(news=kept.news.reason)
    if person is not None and revision is not None:
        return [Change(person, revision, kept.news)]
    assert kept.whose is not None, "a change that is told is somebody's"
    head = await people.find_head(tx, kept.whose)
    return [Change(head.person, head.revision, kept.news) if head else Change(PersonAt(kept.whose, 0), 0, kept.news)]


def _caused(kept: Kept, job: Claimed | None) -> list[Job]:
    """What follows, and what it follows from: a job and its trace, or nothing but the present one."""
    if job is None:
        return list(kept.next)
    return [replace(each, caused_by=job.id, traceparent=job.traceparent) for each in kept.next]


def _tell_lag(job: Claimed | None, kept: Kept) -> None:
    if job is not None and kept.lag_s is not None:
        PROMISE_SECONDS.labels(job.kind).observe(kept.lag_s)


async def _nudge(ports: Ports, following: Iterable[Job]) -> None:
    await ports.queue.nudge(LIMITS[job.kind].queue for job in following)
