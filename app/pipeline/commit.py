"""The one way to change a person's data: fence, keep, complete the job, insert what follows; then nudge.

Serves workers, resolvers and the command line alike. Decides nothing.
"""

from collections.abc import Awaitable, Callable

from app.jobs import LIMITS, Claimed, Kept, PersonAt
from app.pipeline.ports import Ports
from app.storage import ledger, people
from app.storage.store import Tx

Keep = Callable[[Tx], Awaitable[Kept]]
"""Writes one effect inside the transaction it is given, and says which jobs follow from it."""


async def commit(ports: Ports, keep: Keep, *, person: PersonAt | None, job: Claimed | None = None) -> int | None:
    """Run `keep` as `person` (as everyone without one) and end `job` in the same transaction.

    Answers with the person's new revision. Gone when their epoch has moved on, LeaseLost when another worker holds
    the job: nothing is kept then.
    """
    gate = ports.store.for_person(person.id) if person else ports.store.for_everyone()
    async with gate as tx:
        revision = await people.keep_revision(tx, person) if person else None
        kept = await keep(tx)
        if job is not None:
            await ledger.complete(tx, job)
        await ledger.keep_jobs(tx, kept.next, caused_by=job.id if job else None)
    await ports.queue.nudge(LIMITS[following.kind].queue for following in kept.next)
    return revision
