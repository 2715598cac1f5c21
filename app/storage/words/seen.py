"""Which cards a person has opened."""

from collections.abc import Sequence
from uuid import UUID

from app.storage.store import Tx

_UNSEEN = "person_id = $1 AND period_kind = 'WEEK' AND status <> 'WITHDRAWN' AND seen_at IS NULL"


async def keep(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> None:
    """Say that a person opened these cards of theirs now, those that they had not opened before."""
    await tx.execute(
        f"UPDATE writing SET seen_at = now(), kept_at = clock_timestamp() WHERE {_UNSEEN} AND id = ANY($2)",
        *(person_id, list(ids)),
    )


async def has_unseen(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> bool:
    """Whether one of these cards stands and was never opened."""
    found: bool = await tx.fetchval(
        f"SELECT EXISTS (SELECT FROM writing WHERE {_UNSEEN} AND id = ANY($2))", *(person_id, list(ids))
    )
    return found


async def count_unseen(tx: Tx, person_id: UUID) -> int:
    """How many cards that stand were never opened."""
    found: int = await tx.fetchval(f"SELECT count(*) FROM writing WHERE {_UNSEEN}", person_id)
    return found
