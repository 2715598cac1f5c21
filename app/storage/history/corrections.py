"""What people said of their sessions in place of the estimate; the estimate itself stays in the session's numbers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain.affect import EMOTIONS, PATTERNS
from app.domain.corrections import Correction
from app.storage.history.masks import emotions_of, mask_of, patterns_of
from app.storage.store import Tx

COLUMNS = ("valence", "arousal", "emotions_present", "patterns_present")


def correction_of(values: Sequence[Any]) -> Correction:
    """The correction that a row's `COLUMNS` hold; an empty one when all are null."""
    valence, arousal, emotions, patterns = values
    return Correction(
        valence=valence,
        arousal=arousal,
        emotions=None if emotions is None else emotions_of(emotions),
        patterns=None if patterns is None else patterns_of(patterns),
    )


async def find(tx: Tx, person_id: UUID, session_id: UUID) -> Correction:
    """What the person said of a session; an empty correction when they said nothing."""
    row = await tx.fetchrow(
        f"SELECT {', '.join(COLUMNS)} FROM correction WHERE person_id = $1 AND session_id = $2", person_id, session_id
    )
    return Correction() if row is None else correction_of(tuple(row))


async def keep(tx: Tx, person_id: UUID, session_id: UUID, correction: Correction) -> None:
    """Keep what the person says now, in place of what they said before; the caller repacks the month."""
    if correction.is_empty:
        await tx.execute("DELETE FROM correction WHERE person_id = $1 AND session_id = $2", person_id, session_id)
        return
    await tx.execute(
        f"INSERT INTO correction (person_id, session_id, {', '.join(COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (person_id, session_id) DO UPDATE SET"
        f" {', '.join(f'{name} = excluded.{name}' for name in COLUMNS)},"
        " kept_at = clock_timestamp()",
        person_id,
        session_id,
        correction.valence,
        correction.arousal,
        None if correction.emotions is None else mask_of(correction.emotions, EMOTIONS),
        None if correction.patterns is None else mask_of(correction.patterns, PATTERNS),
    )
