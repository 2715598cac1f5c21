"""Erases what is kept of a person.

Which tables there are comes from the catalogue, so that a new one is found by itself; which of them survive a
scope is said here, with the reason.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.jobs import PersonAt
from app.storage import catalogue
from app.storage.forgetting.operations import ResetScope
from app.storage.store import Tx

MADE = (
    *("period_aggregate", "writing", "model_call", "safety_decision", "feedback"),
    *("rubric_score", "shadow_text", "blind_judgement", "blind_pair", "webhook_delivery", "job"),
)
"""What closing periods made, and what was said of it, scored, written beside it, compared with it and announced."""
DERIVED = ("session_numbers", "packed_month", *MADE)
"""What Spectrum made of a person's sessions, and was about to make."""
HISTORY = (*DERIVED, "session", "sealed_text", "correction", "exclusion")
"""The same, and the sessions themselves with everything that names one."""
SURVIVES_EVERYTHING = ("operation",)
"""The operation and its receipt: the proof that the rest is gone."""


async def list_stores(tx: Tx, scope: ResetScope) -> tuple[str, ...]:
    """The tables that `scope` erases, in order; for EVERYTHING all with a person, from the catalogue."""
    if scope is ResetScope.DERIVED:
        return DERIVED
    if scope is ResetScope.FORGET_HISTORY:
        return HISTORY
    tables = {table.name for table in await catalogue.list_personal(tx)} - {"person", *SURVIVES_EVERYTHING}
    return (*sorted(tables), "person")


OF_A_SESSION = ("sealed_text", "session_numbers", "correction", "exclusion", "session")
"""Where a single session has rows; what was made of it together with others is made again."""


async def erase_sessions(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> int:
    """Delete all rows of these sessions, and the jobs about them; how many sessions there were."""
    await keep_jobs_locked(tx, person_id)
    await tx.execute(
        "DELETE FROM job WHERE person_id = $1 AND scope->>'session_id' = ANY($2)", person_id, list(map(str, ids))
    )
    sessions = 0
    for store in OF_A_SESSION:
        key = "id" if store == "session" else "session_id"
        sessions = await tx.execute(
            f"DELETE FROM {store} WHERE person_id = $1 AND {key} = ANY($2)", person_id, list(ids)
        )
    return sessions


async def keep_jobs_locked(tx: Tx, person_id: UUID) -> None:
    """Hold the person's jobs, locked as workers lock those that they hold, so that neither waits for the other."""
    await tx.execute("SELECT FROM job WHERE person_id = $1 ORDER BY id FOR UPDATE", person_id)


async def list_sessions(tx: Tx, person_id: UUID, *, until: datetime) -> tuple[list[UUID], int]:
    """The person's sessions that were kept `until` then, and how many came later."""
    rows = await tx.fetch("SELECT id, kept_at <= $2 AS before FROM session WHERE person_id = $1", person_id, until)
    before = [row["id"] for row in rows if row["before"]]
    return before, len(rows) - len(before)


async def keep_locked(tx: Tx, person_id: UUID) -> bool:
    """Hold the person's lock until the transaction ends; whether they are known."""
    return await tx.fetchval("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", person_id) is not None


def key_of(store: str) -> str:
    """The column that says whose a row of `store` is."""
    return "id" if store == "person" else "person_id"


async def keep_next_epoch(tx: Tx, person_id: UUID, *, at_least: int = 0) -> tuple[PersonAt, datetime] | None:
    """Begin the person's next epoch, and the moment it began: whatever is in flight for them is dropped.

    None when they are not known.
    """
    row = await tx.fetchrow(
        "UPDATE person SET epoch = CASE WHEN epoch < $2 THEN $2 ELSE epoch + 1 END, revision = revision + 1"
        " WHERE id = $1 RETURNING epoch, clock_timestamp() AS at",
        person_id,
        at_least,
    )
    return None if row is None else (PersonAt(person_id, row["epoch"]), row["at"])


async def erase(tx: Tx, person_id: UUID, stores: tuple[str, ...], *, until: datetime | None = None) -> dict[str, int]:
    """Delete the person's rows from `stores`, or only those that were kept `until` then; how many from each."""
    await keep_jobs_locked(tx, person_id)
    return {
        store: await tx.execute(
            f"DELETE FROM {store} WHERE {key_of(store)} = $1 AND kept_at <= coalesce($2::timestamptz, 'infinity')",
            person_id,
            until,
        )
        for store in stores
    }


async def keep_forgotten(tx: Tx, person_id: UUID, *, until: datetime) -> None:
    """Sessions `until` then, and all that are kept, are from here on accepted as duplicates, and their text dropped.

    A phone whose clock is fast has sent some that end a little later than now.
    """
    await tx.execute(
        "UPDATE person SET forget_before = greatest($2, forget_before,"
        " (SELECT max(ended_at) FROM session WHERE person_id = $1 AND kept_at <= $2)) WHERE id = $1",
        person_id,
        until,
    )


async def keep_unanalysed(tx: Tx, person: PersonAt) -> list[UUID]:
    """After derived data went: sessions with text wait for analysis again (their ids), the others are SKIPPED.

    Sessions that were analysed since keep their numbers; nothing happens when another epoch has begun.
    """
    rows = await tx.fetch(
        """
        WITH held AS (UPDATE person SET revision = revision + 1 WHERE id = $1 AND epoch = $2 RETURNING id)
        UPDATE session s SET status = CASE WHEN EXISTS (
          SELECT FROM sealed_text t WHERE t.person_id = s.person_id AND t.session_id = s.id)
          THEN 'PENDING' ELSE 'SKIPPED' END
        FROM held WHERE s.person_id = held.id AND NOT EXISTS (
          SELECT FROM session_numbers n WHERE n.person_id = s.person_id AND n.session_id = s.id)
        RETURNING s.id, s.status
        """,
        person.id,
        person.epoch,
    )
    return [row["id"] for row in rows if row["status"] == "PENDING"]
