"""Turns one session's sealed words into numbers, once they arrived."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.affect import SessionNumbers
from app.domain.news import News, RevisionReason
from app.domain.periods import Period
from app.domain.sessions import SessionStatus
from app.errors import Gone
from app.jobs import (
    LATE_SESSION_DEBOUNCE_S,
    Claimed,
    Kept,
    PersonAt,
    Skipped,
)
from app.pipeline.ports import Ports
from app.pipeline.reading import read
from app.pipeline.rewriting import ask_again
from app.storage import people
from app.storage.history import numbers, sessions
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Analysed:
    """A session's numbers, ready to keep."""

    person: PersonAt
    numbers: SessionNumbers


async def prepare(job: Claimed, ports: Ports) -> Analysed | Skipped:
    """Find the session and its sealed words, and read them."""
    assert job.person is not None, "an analysis is about a person"
    session_id = UUID(job.scope["session_id"])
    async with ports.store.for_person(job.person.id) as tx:
        head = await people.find_head(tx, job.person.id)
        session = await sessions.find(tx, job.person.id, session_id)
        sealed = await sessions.find_sealed(tx, job.person.id, session_id)
    if head is None or session is None:
        return Skipped("The session is not there any more.")
    if head.paused:
        return Skipped("The person has paused: it is read when they resume.")
    if head.plan == "FREE":
        return Skipped("The person has no plan that reads: it is read when they have one.")
    if sealed is None:
        return Skipped("The session's text was gone before it could be analysed.")
    return Analysed(person=job.person, numbers=await read(ports, job.person.id, session, sealed))


async def keep(tx: Tx, result: Analysed) -> Kept:
    """Keep the numbers, repack the month, and ask again for words that rest on that day, once for many sessions."""
    await numbers.keep(tx, result.person.id, result.numbers)
    await sessions.keep_status(tx, result.person.id, result.numbers.session_id, SessionStatus.DONE)
    day = Period(result.numbers.local_date, result.numbers.local_date)
    again = await ask_again(tx, result.person.id, [day], delay_s=LATE_SESSION_DEBOUNCE_S, are_more=True)
    return Kept(again, News(RevisionReason.SESSION_ANALYSED, f"Session:{result.numbers.session_id}"))


async def bury(tx: Tx, job: Claimed) -> None:
    """Give the session up after its last attempt: it is left out of every number, and says so."""
    assert job.person is not None, "an analysis is about a person"
    try:
        await people.keep_revision(tx, job.person)
    except Gone:  # erased meanwhile: there is nothing left to say it of
        return
    await sessions.keep_status(tx, job.person.id, UUID(job.scope["session_id"]), SessionStatus.FAILED)
