"""The one way to change a person's data: fence, keep, complete the job, insert what follows; then nudge.

Serves workers, resolvers and the command line alike. Decides nothing. `track`, which changes no number, goes beside it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from app.jobs import LIMITS, Claimed, Job, Kept, PersonAt
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.jobs import ledger
from app.storage.store import Tx

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


async def commit(ports: Ports, keep: Keep, *, person: PersonAt | None, job: Claimed | None = None) -> int | None:
    """Run `keep` as `person` (as everyone without one) and end `job` in the same transaction.

    Answers with the person's new revision. Gone when their epoch has moved on, LeaseLost when another worker holds
    the job: nothing is kept then.
    """
    gate = ports.store.for_person(person.id) if person else ports.store.for_everyone()
    async with gate as tx:
        revision = await people.keep_revision(tx, person) if person else None
        kept = await keep(tx)
        following = _caused(kept, job.id if job else None)
        if job is not None:
            await ledger.complete(tx, [job])
        await ledger.keep_jobs(tx, following)
    await _nudge(ports, following)
    return revision


async def commit_many(ports: Ports, keep: KeepMany, prepared: Sequence[tuple[Claimed, Prepared]]) -> frozenset[UUID]:
    """Run `keep` once for many jobs of different people, and end them in the same transaction; the ids of those done.

    Whoever was erased or changed since it was read, or is held by somebody else at the moment, is left out. LeaseLost
    when another worker holds one of the jobs: nothing at all is kept then.
    """
    async with ports.store.for_everyone() as tx:
        unchanged = {job.person: result.revision for job, result in prepared if job.person}
        held = await people.keep_revisions(tx, unchanged)
        mine = [(job, result) for job, result in prepared if job.person and job.person.id in held]
        kept = await keep(tx, {job.id: result for job, result in mine})
        following = [job for job_id, each in kept.items() for job in _caused(each, job_id)]
        await ledger.complete(tx, [job for job, _ in mine])
        await ledger.keep_jobs(tx, following)
    await _nudge(ports, following)
    return frozenset(kept)


def _caused(kept: Kept, job_id: UUID | None) -> list[Job]:
    return [replace(job, caused_by=job_id) for job in kept.next]


async def _nudge(ports: Ports, following: Iterable[Job]) -> None:
    await ports.queue.nudge(LIMITS[job.kind].queue for job in following)
