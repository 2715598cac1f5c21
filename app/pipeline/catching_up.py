"""Takes the reading of a person's sessions up again: what waited is read while its text lasts. Asks; reads nothing."""

from datetime import date

from app.domain.periods import PeriodKind, period_of
from app.jobs import LATE_SESSION_DEBOUNCE_S, Job, session_analysis
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_for
from app.storage import people
from app.storage.history import sessions
from app.storage.people import Head
from app.storage.store import Tx


async def catch_up(tx: Tx, ports: Ports, before: Head) -> tuple[Job, ...]:
    """Read what waits, and write the periods that ended since `before` was current and have a session."""
    person = before.person
    await people.keep_due_now(tx, person.id)
    after = await people.find_head(tx, person.id)
    assert after is not None, "the fence has just seen this person"
    waiting = await sessions.list_waiting(tx, person.id)
    return (
        *(session_analysis(person, id_, ports.analyser_version, resumed_at=before.revision) for id_ in waiting),
        *await ask_for(tx, after, await _list_ended(tx, before, after), delay_s=LATE_SESSION_DEBOUNCE_S),
    )


async def _list_ended(tx: Tx, before: Head, after: Head) -> dict[PeriodKind, list[date]]:
    """First days of the periods with a session that fell due meanwhile, by kind, oldest first."""
    due = {
        PeriodKind.WEEK: (before.week_due, after.week_due),
        PeriodKind.MONTH: (before.month_due, after.month_due),
    }
    days = await sessions.list_days(tx, before.person.id, since=min(before.week_due, before.month_due))
    return {
        kind: sorted({first for day in days if old <= (first := period_of(kind, day).first) < new})
        for kind, (old, new) in due.items()
    }
