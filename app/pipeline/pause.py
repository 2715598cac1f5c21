"""Stops the reading of a person's sessions, and takes it up again: what came meanwhile is read while its text lasts.

What exists stays, and goes on following its numbers. Nothing is planned for who has paused, and nothing promised for
the weeks and months that ended meanwhile: they are written when their sessions are read.
"""

from app.domain.periods import Period
from app.jobs import LATE_SESSION_DEBOUNCE_S, Job, Kept, PersonAt, session_analysis
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_again
from app.storage import people, sessions
from app.storage.people import Head
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
        return Kept() if paused else Kept(await _catch_up(tx, ports, before))

    await commit(ports, keep, person=person)


async def _catch_up(tx: Tx, ports: Ports, before: Head) -> tuple[Job, ...]:
    """Read what waits, and write the periods that ended during the pause and have a session."""
    person = before.person
    await people.keep_due_now(tx, person.id)
    if before.plan == "FREE":
        return ()
    waiting = await sessions.list_waiting(tx, person.id)
    days = await sessions.list_days(tx, person.id, since=min(before.week_due, before.month_due))
    return (
        *(session_analysis(person, id_, ports.analyser_version, resumed_at=before.revision) for id_ in waiting),
        *await ask_again(
            tx,
            person.id,
            [Period(day, day) for day in days],
            delay_s=LATE_SESSION_DEBOUNCE_S,
            as_yardstick=False,
        ),
    )
