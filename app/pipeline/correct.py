"""Takes a person's own word on a session: numbers follow in the same transaction, words within a minute."""

from collections.abc import Callable
from uuid import UUID

from app.domain.corrections import Correction, check_correction, corrected
from app.domain.exclusions import hidden_by
from app.domain.news import News, RevisionReason
from app.domain.periods import Period, month_of
from app.domain.sessions import SessionStatus
from app.errors import ErrorCode, Problem, Refused
from app.jobs import Job, Kept, PersonAt
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_again
from app.storage.history import corrections, exclusions, numbers, sessions
from app.storage.store import Tx

Revise = Callable[[Correction], Correction]
"""What the person says now, out of what they said before."""

_NOT_FOUND = Problem(ErrorCode.NOT_FOUND, "There is no such session.", ("input", "sessionId"))
_NOT_READ_YET = Problem(
    ErrorCode.CONFLICT, "This session is still being read: try again in a minute.", ("input", "sessionId")
)
_NO_NUMBERS = Problem(
    ErrorCode.CONFLICT, "No number counts this session, so there is nothing to correct.", ("input", "sessionId")
)


async def correct(ports: Ports, person: PersonAt, session_id: UUID, revise: Revise) -> None:
    """Correct a session; saying the same again changes nothing at all.

    Refused when the session is not the person's or has no numbers, and when the correction does not fit it.
    """
    async with ports.store.for_person(person.id) as tx:
        before = await corrections.find(tx, person.id, session_id)
        known = await sessions.find(tx, person.id, session_id) is not None
    if known and revise(before) == before:
        return

    async def keep(tx: Tx) -> Kept:
        jobs = await _keep(tx, person, session_id, revise)
        return Kept(jobs, News(RevisionReason.SESSION_CORRECTED, f"Session:{session_id}"))

    await commit(ports, keep, person=person)


async def _keep(tx: Tx, person: PersonAt, session_id: UUID, revise: Revise) -> tuple[Job, ...]:
    session = await sessions.find(tx, person.id, session_id)
    if session is None:
        raise Refused(_NOT_FOUND)
    before = await corrections.find(tx, person.id, session_id)
    correction = revise(before)
    estimated = await numbers.find_estimated(tx, person.id, session_id)
    if estimated is None and not correction.is_empty:
        raise Refused(_NOT_READ_YET if session.status is SessionStatus.PENDING else _NO_NUMBERS)
    if estimated is not None:
        problems = tuple(check_correction(before, correction, estimated))
        if problems:
            raise Refused(*problems)
    await corrections.keep(tx, person.id, session_id, correction)
    if estimated is None or corrected(estimated, before) == corrected(estimated, correction):
        return ()
    await numbers.repack(tx, person.id, month_of(session.local_date))
    is_hidden = hidden_by(await exclusions.list_targets(tx, person.id))
    if is_hidden(session.id, session.local_date, session.source):
        return ()
    return await ask_again(tx, person.id, [Period(session.local_date, session.local_date)])
