"""Reads a person's kept words again after the analyser changed: all of them at once, so that no mixture lasts."""

from dataclasses import dataclass

from app.domain.affect import SessionNumbers
from app.domain.news import News, RevisionReason
from app.domain.periods import Period
from app.jobs import REBUILD_DEBOUNCE_S, Claimed, Kept, PersonAt, Skipped
from app.pipeline.ports import Ports
from app.pipeline.reading import read
from app.pipeline.rewriting import ask_again
from app.storage import people
from app.storage.history import numbers, sessions
from app.storage.history.sessions import KeptSession, SealedText
from app.storage.store import Tx

SESSIONS_AT_ONCE = 500
"""What lies beyond is asked for again in the next hour."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The new numbers of a person's sessions, ready to keep."""

    person: PersonAt
    numbers: tuple[SessionNumbers, ...]


async def prepare(job: Claimed, ports: Ports) -> Rebuilt | Skipped:
    """Read again what another version read, one session after the other."""
    assert job.person is not None, "a rebuild is about a person"
    if job.scope["analyser_version"] != ports.analyser_version:  # a worker of another build: upkeep asks again
        return Skipped("This worker's analyser is of another version.")
    async with ports.store.for_person(job.person.id) as tx:
        head = await people.find_head(tx, job.person.id)
        if head is None or head.paused or head.plan == "FREE":
            return Skipped("Nothing is read for this person now.")
        outdated = await _outdated(tx, ports, job.person)
    if not outdated:
        return Skipped("There is nothing left to read again.")
    numbers_read = [await read(ports, job.person.id, session, sealed) for session, sealed in outdated]
    return Rebuilt(job.person, tuple(numbers_read))


async def _outdated(tx: Tx, ports: Ports, person: PersonAt) -> list[tuple[KeptSession, SealedText]]:
    found = await sessions.list_outdated(
        tx,
        person.id,
        ports.analyser_version,
        retention_days=ports.rules.raw_retention_days,
        limit=SESSIONS_AT_ONCE,
    )
    texts = [(session, await sessions.find_sealed(tx, person.id, session.id)) for session in found]
    return [(session, sealed) for session, sealed in texts if sealed is not None]


async def keep(tx: Tx, result: Rebuilt) -> Kept:
    """Keep the numbers, and ask for the words that rest on those days, once for all.

    Of a session that was erased while it was read nothing is kept.
    """
    there = await sessions.list_by_id(tx, result.person.id, [one.session_id for one in result.numbers])
    kept = {session.id for session in there}
    read_again = [one for one in result.numbers if one.session_id in kept]
    for one in read_again:
        await numbers.keep(tx, result.person.id, one)
    days = [Period(one.local_date, one.local_date) for one in read_again]
    again = await ask_again(tx, result.person.id, days, delay_s=REBUILD_DEBOUNCE_S)
    return Kept(again, News(RevisionReason.ANALYSER_UPGRADED))
