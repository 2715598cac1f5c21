"""Stops the reading of a person's sessions, and takes it up again: what came meanwhile is read while its text lasts.

What exists stays, and goes on following its numbers. Nothing is planned for who has paused, and nothing promised for
the weeks and months that ended meanwhile: they are written when their sessions are read.
"""

from datetime import date

from app.domain.periods import PeriodKind, period_of
from app.jobs import LATE_SESSION_DEBOUNCE_S, Job, Kept, PersonAt, session_analysis
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_for
from app.storage import people
from app.storage.history import sessions
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
    if before.plan == "FREE":
        return ()
    await people.keep_due_now(tx, person.id)
    after = await people.find_head(tx, person.id)
    assert after is not None, "the fence has just seen this person"
    waiting = await sessions.list_waiting(tx, person.id)
    return (
        *(session_analysis(person, id_, ports.analyser_version, resumed_at=before.revision) for id_ in waiting),
        *await ask_for(tx, after, await _list_ended(tx, before, after), delay_s=LATE_SESSION_DEBOUNCE_S),
    )


async def _list_ended(tx: Tx, before: Head, after: Head) -> dict[PeriodKind, list[date]]:
    """First days of the periods with a session that fell due during the pause, by kind, oldest first."""
    due = {
        PeriodKind.WEEK: (before.week_due, after.week_due),
        PeriodKind.MONTH: (before.month_due, after.month_due),
    }
    days = await sessions.list_days(tx, before.person.id, since=min(before.week_due, before.month_due))
    return {
        kind: sorted({first for day in days if old <= (first := period_of(kind, day).first) < new})
        for kind, (old, new) in due.items()
    }
