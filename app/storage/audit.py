"""The audit log: who of the team decided what, and why. Append only, until it is old; holds no content."""

from collections.abc import Sequence
from uuid import UUID

from app.storage.store import Tx


async def keep_audit(tx: Tx, action: str, targets: Sequence[UUID] = (), *, actor: str, reason: str) -> None:
    """Keep one decision, in the transaction that carries it out; `actor` is a pseudonym."""
    await tx.execute(
        "INSERT INTO audit (actor, action, targets, reason) VALUES ($1, $2, $3, $4)",
        actor,
        action,
        list(targets),
        reason,
    )


async def erase_old(tx: Tx, *, days: int) -> int:
    """Drop decisions of more than `days` ago; how many."""
    return await tx.execute("DELETE FROM audit WHERE at < now() - make_interval(days => $1)", days)
