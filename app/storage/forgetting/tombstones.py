"""That something was erased, without naming anyone: what outlives backups, and is replayed over a restored one.

A subject is a keyed hash of the person. Erases nothing itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.storage.forgetting.operations import ResetScope
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A reset that happened: whose, which epoch began with it, and when."""

    subject: str
    epoch: int
    operation_id: UUID
    scope: ResetScope
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class ErasedSessions:
    """Sessions that the app erased one by one: they stay out, however often they are sent again."""

    subject: str
    session_ids: tuple[UUID, ...]
    erased_at: datetime


Erasure = Tombstone | ErasedSessions


async def keep(tx: Tx, stone: Tombstone) -> None:
    """Remember a reset; the same one twice is one."""
    await tx.execute(
        "INSERT INTO tombstone (subject_hash, epoch, operation_id, scope, erased_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING",
        stone.subject,
        stone.epoch,
        stone.operation_id,
        stone.scope,
        stone.erased_at,
    )


async def keep_sessions(tx: Tx, erased: ErasedSessions) -> None:
    """Remember that these sessions are to stay out; of those that are known already, since when stands."""
    await tx.execute(
        "INSERT INTO erased_session (subject_hash, session_id, erased_at)"
        " SELECT $1, id, $3 FROM unnest($2::uuid[]) AS i(id) ORDER BY id ON CONFLICT DO NOTHING",
        erased.subject,
        list(erased.session_ids),
        erased.erased_at,
    )


async def list_erased(tx: Tx, subjects: Sequence[str], session_ids: Sequence[UUID]) -> frozenset[tuple[str, UUID]]:
    """Which of these (subject, session) the app has erased."""
    rows = await tx.fetch(
        "SELECT e.subject_hash, e.session_id FROM unnest($1::text[], $2::uuid[]) AS i(subject_hash, session_id)"
        " JOIN erased_session e USING (subject_hash, session_id)",
        list(subjects),
        list(session_ids),
    )
    return frozenset((row["subject_hash"], row["session_id"]) for row in rows)


async def list_unknown(tx: Tx, erasures: Sequence[Erasure]) -> list[Erasure]:
    """Those that this database has not seen: it was restored from before them."""
    resets = [each.operation_id for each in erasures if isinstance(each, Tombstone)]
    rows = await tx.fetch("SELECT operation_id FROM tombstone WHERE operation_id = ANY($1)", resets)
    known = {row["operation_id"] for row in rows}
    pairs = [(each.subject, id_) for each in erasures if isinstance(each, ErasedSessions) for id_ in each.session_ids]
    erased = await list_erased(tx, [subject for subject, _ in pairs], [id_ for _, id_ in pairs])

    def is_known(each: Erasure) -> bool:
        match each:
            case Tombstone(operation_id=operation_id):
                return operation_id in known
            case ErasedSessions(subject=subject, session_ids=ids):
                return all((subject, id_) in erased for id_ in ids)

    return [each for each in erasures if not is_known(each)]
