"""What may not be there after an erasure: counted, and erased again. Tells what came since from what came back.

A row is residue when it was kept before the erasure, and also when nobody can have kept it since: of a person who is
not there, of an epoch before, without the session that it is about, or of days that were to be forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.storage.forgetting.erasure import keep_jobs_locked, key_of
from app.storage.forgetting.operations import ResetScope
from app.storage.store import Tx

_NO_PERSON = "NOT EXISTS (SELECT FROM person p WHERE p.id = $1)"
_NO_SESSION = "NOT EXISTS (SELECT FROM session s WHERE s.person_id = $1 AND s.id = t.session_id)"
_NO_DAY = "NOT EXISTS (SELECT FROM session s WHERE s.person_id = $1 AND s.local_date BETWEEN {first} AND {last})"
_OF_NOTHING = {
    "session_numbers": _NO_SESSION,
    "sealed_text": _NO_SESSION,
    "correction": _NO_SESSION,
    "packed_month": _NO_DAY.format(first="t.month", last="t.month + interval '1 month' - interval '1 day'"),
    "writing": f"t.status <> 'WITHDRAWN' AND {_NO_DAY.format(first='t.first_day', last='t.last_day')}",
}
"""Rows that rest on sessions, and the sign that there are none."""


@dataclass(frozen=True, slots=True)
class Past:
    """What an erasure erased, up to when, and the epoch that began with it (None of somebody who was not known)."""

    scope: ResetScope
    erased_at: datetime
    epoch: int | None


def _is_left(store: str, past: Past) -> str:
    """SQL that says of a row `t` whether it is the person's ($1) and left by an erasure at $2."""
    signs = ["t.kept_at <= $2"]
    if past.scope is ResetScope.EVERYTHING and store != "person":
        signs.append(_NO_PERSON)
    if store in _OF_NOTHING:
        signs.append(f"({_OF_NOTHING[store]})")
    if past.scope is ResetScope.FORGET_HISTORY and store == "session":
        signs.append("t.ended_at <= (SELECT p.forget_before FROM person p WHERE p.id = $1)")
    keeps_epoch = ("job",) if past.scope is ResetScope.DERIVED else ("job", "sealed_text")
    if past.epoch is not None and store in keeps_epoch:
        later = past.epoch + (past.scope is ResetScope.EVERYTHING)  # whoever comes back begins one epoch later
        signs.append(f"t.epoch < {later:d}")
    return f"t.{key_of(store)} = $1 AND ({' OR '.join(signs)})"


async def count_left(tx: Tx, person_id: UUID, stores: Sequence[str], past: Past) -> dict[str, int]:
    """How much of what an erasure had to erase is in each of `stores` now."""
    return {
        store: await tx.fetchval(
            f"SELECT count(*) FROM {store} t WHERE {_is_left(store, past)}", person_id, past.erased_at
        )
        for store in stores
    }


async def erase_left(tx: Tx, person_id: UUID, stores: Sequence[str], past: Past) -> dict[str, int]:
    """Erase it; how much there was. What came since stays."""
    await keep_jobs_locked(tx, person_id)
    return {
        store: await tx.execute(f"DELETE FROM {store} t WHERE {_is_left(store, past)}", person_id, past.erased_at)
        for store in stores
    }
