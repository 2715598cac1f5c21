"""Stops the reading of a person's sessions, and takes it up again: what came meanwhile is read while its text lasts.

What exists stays, and goes on following its numbers. Nothing is planned for who has paused, and nothing promised for
the weeks and months that ended meanwhile: they are written when their sessions are read.
"""

from app.jobs import Kept, PersonAt
from app.pipeline.catching_up import catch_up
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.store import Tx


async def set_paused(ports: Ports, person: PersonAt, *, paused: bool) -> None:
    """Pause, or resume; doing either twice changes nothing."""
    async with ports.store.for_person(person.id) as tx:
        head = await people.find_head(tx, person.id)
    if head is not None and head.paused is paused:
        return

    async def keep(tx: Tx) -> Kept:
        before = await people.find_head(tx, person.id)
        if before is None or before.paused is paused:
            return Kept()
        await people.keep_paused(tx, person.id, paused=paused)
        is_read_again = not paused and before.plan != "FREE"
        return Kept(await catch_up(tx, ports, before)) if is_read_again else Kept()

    await commit(ports, keep, person=person)
