"""Counts what an erasure has left, wherever Spectrum keeps something of a person; erases nothing."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app.pipeline.erasing import AUDIT, actor_of
from app.pipeline.ports import Ports
from app.storage import audit
from app.storage.audit import EXPORT
from app.storage.forgetting import erasure


async def count_left(ports: Ports, person_id: UUID, stores: Collection[str], erased_at: datetime) -> dict[str, int]:
    """How much of what was there at `erased_at` is left, by store: those tables, in a fresh transaction, and elsewhere.

    ConnectionError without Redis: nobody knows then what is in it.
    """
    elsewhere = {traces.name: traces for traces in ports.elsewhere}
    async with ports.store.for_everyone() as tx:
        tables = tuple(store for store in stores if store not in {AUDIT, *elsewhere})
        left = await erasure.count_left(tx, person_id, tables, erased_at)
        if AUDIT in stores:
            left[AUDIT] = await audit.count_of(tx, EXPORT, actor=actor_of(ports, person_id), until=erased_at)
    return left | {name: await traces.count(person_id) for name, traces in elsewhere.items()}
