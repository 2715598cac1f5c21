"""Takes what a person has opened. Changes no words."""

from collections.abc import Sequence
from uuid import UUID

from app.jobs import Kept, PersonAt
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage.store import Tx
from app.storage.words import seen


async def see(ports: Ports, person: PersonAt, writing_ids: Sequence[UUID]) -> None:
    """Mark cards as opened, those of the person's that stand; when all were opened before, nothing changes."""
    async with ports.store.for_person(person.id) as tx:
        if not await seen.has_unseen(tx, person.id, writing_ids):
            return

    async def keep(tx: Tx) -> Kept:
        await seen.keep(tx, person.id, writing_ids)
        return Kept()

    await commit(ports, keep, person=person)
