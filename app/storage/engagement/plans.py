"""What billing said of people's plans: each word once, the newest one counts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.engagement import Impression
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A change of plan (up or down) by billing's own event; `impression` is the teaser that led to it, if one did."""

    id: UUID
    plan: str
    at: datetime
    impression: Impression | None


async def keep(tx: Tx, person_id: UUID, upgrade: Upgrade) -> bool:
    """Keep what was said; whether it was said for the first time."""
    impression = upgrade.impression
    return bool(
        await tx.execute(
            "INSERT INTO upgrade (person_id, id, plan, at, impression_id, impression_day)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            *(person_id, upgrade.id, upgrade.plan, upgrade.at),
            impression.id if impression else None,
            impression.day if impression else None,
        )
    )


async def find(tx: Tx, person_id: UUID, upgrade_id: UUID) -> tuple[str, datetime] | None:
    """The plan and the time of what was said under this id."""
    row = await tx.fetchrow("SELECT plan, at FROM upgrade WHERE person_id = $1 AND id = $2", person_id, upgrade_id)
    return None if row is None else (row["plan"], row["at"])


async def find_newest(tx: Tx, person_id: UUID) -> str | None:
    """The plan that was said last, by billing's own time; of two at once the one that came later."""
    plan: str | None = await tx.fetchval(
        "SELECT plan FROM upgrade WHERE person_id = $1 ORDER BY at DESC, received_at DESC, id DESC LIMIT 1", person_id
    )
    return plan


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Erase up to `limit` that were received more than `days` ago; how many. Plans stay. Waits for nobody."""
    return await tx.execute(
        """
        WITH old AS (
          SELECT person_id, id FROM upgrade WHERE received_at < now() - make_interval(days => $1) LIMIT $2),
        held AS (
          SELECT id FROM person WHERE id IN (SELECT person_id FROM old) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
        DELETE FROM upgrade u USING old JOIN held ON held.id = old.person_id
        WHERE u.person_id = old.person_id AND u.id = old.id
        """,
        days,
        limit,
    )
