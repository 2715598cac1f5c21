"""Opens one session's sealed words and turns them into numbers. The words stay in memory here and go no further."""

import asyncio
from uuid import UUID

import orjson

from app.analyser import PersonTurn
from app.domain.affect import SessionNumbers, Speaker, TurnKind
from app.domain.sessions import self_shift
from app.pipeline.ports import Ports
from app.storage.history.sessions import KeptSession, SealedText
from app.storage.sealed import text_aad, unseal


async def read(ports: Ports, person_id: UUID, session: KeptSession, sealed: SealedText) -> SessionNumbers:
    """The numbers of a session by the present analyser, which runs in a thread, so that heartbeats go on."""
    key = ports.keyring.master.unwrap(f"person|{person_id}", sealed.wrapped_key, sealed.master_key)
    content = unseal(key, sealed.body, text_aad(person_id, session.id, sealed.epoch))
    analyser = await ports.analyser()
    reading = await asyncio.to_thread(analyser.read_session, _own_turns(content), care=sealed.care)
    return SessionNumbers(
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
        self_shift=self_shift(session.source, session.self_before, session.self_after),
        confidence=reading.confidence,
        analyser_version=reading.analyser_version,
    )


def _own_turns(content: bytes) -> list[PersonTurn]:
    """The person's own turns of a sealed session; what the app said is not analysed."""
    turns = orjson.loads(content)["turns"]
    return [
        PersonTurn(index, TurnKind(kind), text) for index, speaker, kind, _, text in turns if speaker == Speaker.PERSON
    ]
