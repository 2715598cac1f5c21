"""Turns one session's sealed words into numbers. The words are opened here, in memory, and go no further."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import orjson

from app.analyser import PersonTurn
from app.domain.affect import SessionNumbers, Speaker, TurnKind
from app.domain.periods import Period
from app.domain.sessions import SessionStatus, self_shift
from app.errors import Gone
from app.jobs import (
    LATE_SESSION_DEBOUNCE_S,
    Claimed,
    Kept,
    PersonAt,
    Skipped,
)
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_again
from app.storage import numbers, people, sessions
from app.storage.sealed import text_aad, unseal
from app.storage.sessions import KeptSession
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Analysed:
    """A session's numbers, ready to keep."""

    person: PersonAt
    numbers: SessionNumbers


async def prepare(job: Claimed, ports: Ports) -> Analysed | Skipped:
    """Read · open · analyse (in a thread, so that heartbeats go on)."""
    assert job.person is not None, "an analysis is about a person"
    session_id = UUID(job.scope["session_id"])
    async with ports.store.for_person(job.person.id) as tx:
        session = await sessions.find(tx, job.person.id, session_id)
        sealed = await sessions.find_sealed(tx, job.person.id, session_id)
    if session is None:
        return Skipped("The session is not there any more.")
    if sealed is None:
        return Skipped("The session's text was gone before it could be analysed.")
    key = ports.keyring.master.unwrap(f"person|{job.person.id}", sealed.wrapped_key)
    content = unseal(key, sealed.body, text_aad(job.person.id, session_id, sealed.epoch))
    analyser = await ports.analyser()
    reading = await asyncio.to_thread(analyser.read_session, _own_turns(content))
    return Analysed(
        person=job.person,
        numbers=SessionNumbers(
            session_id=session.id,
            source=session.source,
            local_date=session.local_date,
            local_minute=session.local_minute,
            use=reading.use,
            valence=reading.valence,
            arousal=reading.arousal,
            emotions=reading.emotions,
            emotions_present=reading.emotions_present,
            patterns=reading.patterns,
            patterns_present=reading.patterns_present,
            turns=reading.turns,
            self_shift=_own_rating(session),
            confidence=reading.confidence,
            analyser_version=reading.analyser_version,
        ),
    )


def _own_turns(content: bytes) -> list[PersonTurn]:
    """The person's own turns of a sealed session; what the app said is not analysed."""
    turns = orjson.loads(content)["turns"]
    return [
        PersonTurn(index, TurnKind(kind), text) for index, speaker, kind, _, text in turns if speaker == Speaker.PERSON
    ]


def _own_rating(session: KeptSession) -> int | None:
    return self_shift(session.source, session.self_before, session.self_after)


async def keep(tx: Tx, result: Analysed) -> Kept:
    """Keep the numbers, repack the month, and ask again for words that rest on that day, once for many sessions."""
    await numbers.keep(tx, result.person.id, result.numbers)
    await sessions.keep_status(tx, result.person.id, result.numbers.session_id, SessionStatus.DONE)
    day = Period(result.numbers.local_date, result.numbers.local_date)
    return Kept(await ask_again(tx, result.person.id, [day], delay_s=LATE_SESSION_DEBOUNCE_S))


async def bury(tx: Tx, job: Claimed) -> None:
    """Give the session up after its last attempt: it is left out of every number, and says so."""
    assert job.person is not None, "an analysis is about a person"
    try:
        await people.keep_revision(tx, job.person)
    except Gone:  # erased meanwhile: there is nothing left to say it of
        return
    await sessions.keep_status(tx, job.person.id, UUID(job.scope["session_id"]), SessionStatus.FAILED)
