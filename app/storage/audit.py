"""The audit log: who decided or asked for what, and why. Append only, until it is old; holds no content."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.storage.store import Tx

EXPORT = "EXPORT"
"""Somebody took a copy of their own data."""


async def keep_audit(tx: Tx, action: str, targets: Sequence[UUID] = (), *, actor: str, reason: str) -> None:
    """Keep one decision, in the transaction that carries it out; `actor` is a pseudonym."""
    await tx.execute(
        "INSERT INTO audit (actor, action, targets, reason) VALUES ($1, $2, $3, $4)",
        actor,
        action,
        list(targets),
        reason,
    )


async def keep_at_most(tx: Tx, most: int, within: timedelta, action: str, *, actor: str, reason: str) -> int | None:
    """Keep one more unless there are `most` of it in the time `within`: then the seconds until there is room again.

    Who asks twice at once waits for themselves, so that both are counted.
    """
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{action}|{actor}")
    left_s: float | None = await tx.fetchval(
        "SELECT extract(epoch FROM at + $3 - now())::float8 FROM audit"
        " WHERE actor = $1 AND action = $2 AND at > now() - $3 ORDER BY at DESC OFFSET $4 LIMIT 1",
        actor,
        action,
        within,
        most - 1,
    )
    if left_s is not None:
        return max(1, math.ceil(left_s))
    await keep_audit(tx, action, actor=actor, reason=reason)
    return None


async def list_of(tx: Tx, action: str, *, actor: str, limit: int) -> list[str]:
    """What `actor` did of it, newest first and at most `limit`, each as one line of JSON."""
    rows = await tx.fetch(
        "SELECT row_to_json(a)::text AS line FROM audit a WHERE actor = $1 AND action = $2 ORDER BY at DESC LIMIT $3",
        actor,
        action,
        limit,
    )
    return [row["line"] for row in rows]


async def erase_of(tx: Tx, action: str, *, actor: str, until: datetime) -> int:
    """Erase what `actor` did of it `until` then; how many times that was."""
    return await tx.execute("DELETE FROM audit WHERE actor = $1 AND action = $2 AND at <= $3", actor, action, until)


async def count_of(tx: Tx, action: str, *, actor: str, until: datetime) -> int:
    """How often `actor` did it `until` then."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM audit WHERE actor = $1 AND action = $2 AND at <= $3", actor, action, until
    )
    return count


async def erase_old(tx: Tx, *, days: int) -> int:
    """Erase decisions of more than `days` ago; how many."""
    return await tx.execute("DELETE FROM audit WHERE at < now() - make_interval(days => $1)", days)
