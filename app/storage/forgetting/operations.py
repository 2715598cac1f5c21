"""Resets, their receipts, and the answers to repeated mutations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.storage.rows import OperationRow
from app.storage.store import Tx


class OperationStatus(StrEnum):
    """Where a reset is."""

    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ResetScope(StrEnum):
    """How much is erased."""

    DERIVED = "DERIVED"
    FORGET_HISTORY = "FORGET_HISTORY"
    EVERYTHING = "EVERYTHING"


@dataclass(frozen=True, slots=True)
class Operation:
    """A reset as it is kept; `receipt` is what `app.pipeline.forget` wrote of it so far, None before it erased."""

    id: UUID
    person_id: UUID
    scope: ResetScope
    status: OperationStatus
    requested_at: datetime
    cancellable_until: datetime
    finished_at: datetime | None
    failure: str | None
    receipt: Mapping[str, Any] | None

    @property
    def is_immediate(self) -> bool:
        """Whether it could never be called off."""
        return self.cancellable_until == self.requested_at

    @property
    def progress(self) -> float:
        """0..1: nothing begun, erased but not yet counted again, ended."""
        if self.finished_at is not None:
            return 1.0
        return 0.5 if self.receipt else 0.0


def _operation(row: OperationRow) -> Operation:
    return Operation(
        id=row.id,
        person_id=row.person_id,
        scope=ResetScope(row.scope),
        status=OperationStatus(row.status),
        requested_at=row.requested_at,
        cancellable_until=row.cancellable_until,
        finished_at=row.finished_at,
        failure=row.failure,
        receipt=row.receipt,
    )


async def find_locked(tx: Tx, operation_id: UUID) -> Operation | None:
    """An operation of anybody's, locked for whoever carries it out: only one may erase, and only once."""
    row = await OperationRow.filter(id=operation_id).select_for_update().using_db(tx).first()
    return None if row is None else _operation(row)


async def find_any(tx: Tx, operation_id: UUID) -> Operation | None:
    """An operation of anybody's, None when there is none."""
    row = await OperationRow.filter(id=operation_id).using_db(tx).first()
    return None if row is None else _operation(row)


async def find(tx: Tx, person_id: UUID, operation_id: UUID) -> Operation | None:
    """One operation, None when it is not this person's."""
    row = await OperationRow.filter(person_id=person_id, id=operation_id).using_db(tx).first()
    return None if row is None else _operation(row)


async def list_page(tx: Tx, person_id: UUID, *, first: int, after: UUID | None) -> list[Operation]:
    """Up to `first` operations, newest first, that follow the id `after`."""
    query = OperationRow.filter(person_id=person_id)
    page = query.filter(id__lt=after) if after else query
    return [_operation(row) for row in await page.order_by("-id").limit(first).using_db(tx)]


async def find_by_key(tx: Tx, person_id: UUID, idempotency_key: UUID) -> Operation | None:
    """The operation an earlier call with this key made."""
    row = await OperationRow.filter(person_id=person_id, idempotency_key=idempotency_key).using_db(tx).first()
    return None if row is None else _operation(row)


async def keep_new(tx: Tx, person_id: UUID, scope: ResetScope, idempotency_key: UUID, *, delay_s: float = 0.0) -> UUID:
    """Keep a reset that begins now, or after `delay_s` in which it can be called off; its id."""
    operation_id: UUID = await tx.fetchval(
        "INSERT INTO operation (person_id, scope, status, idempotency_key, cancellable_until)"
        " VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5)) RETURNING id",
        person_id,
        scope,
        OperationStatus.SCHEDULED if delay_s else OperationStatus.RUNNING,
        idempotency_key,
        delay_s,
    )
    return operation_id


async def keep_begun(tx: Tx, operation: Operation) -> None:
    """Say that a reset is being carried out: it cannot be called off any more."""
    await (
        OperationRow.filter(person_id=operation.person_id, id=operation.id)
        .using_db(tx)
        .update(status=OperationStatus.RUNNING)
    )


async def keep_cancelled(tx: Tx, person_id: UUID, operation_id: UUID) -> bool:
    """Call a reset off that has not begun, while it can be; whether it could."""
    return bool(
        await tx.execute(
            "UPDATE operation SET status = 'CANCELLED', finished_at = now()"
            " WHERE person_id = $1 AND id = $2 AND status = 'SCHEDULED' AND now() < cancellable_until",
            person_id,
            operation_id,
        )
    )


async def keep_moot(tx: Tx, operation: Operation) -> None:
    """Call off the person's other resets that have erased nothing yet: this one leaves nothing for them."""
    await tx.execute(
        "UPDATE operation SET status = 'CANCELLED', finished_at = now(), failure = NULL WHERE person_id = $1"
        " AND id <> $2 AND status IN ('SCHEDULED', 'RUNNING', 'FAILED') AND NOT coalesce(receipt ? 'deleted', false)",
        operation.person_id,
        operation.id,
    )


async def count_open(tx: Tx, person_id: UUID) -> int:
    """How many of the person's resets are still to be carried out."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM operation WHERE person_id = $1 AND status IN ('SCHEDULED', 'RUNNING')", person_id
    )
    return count


async def keep_settled(tx: Tx, done: Sequence[UUID], *, were_done: str, may_be_off: str) -> int:
    """After a restore: end, with a sentence each, resets that are `done` and such as may have been called off.

    Their jobs are called off. Those that could not be called off and are not done are left to be carried out. How many.
    """
    rows = await tx.fetch(
        "UPDATE operation SET status = 'FAILED', finished_at = now(),"
        " failure = CASE WHEN id = ANY($1) THEN $2 ELSE $3 END"
        " WHERE status = 'SCHEDULED' OR (status = 'RUNNING' AND id = ANY($1)) RETURNING id",
        list(done),
        were_done,
        may_be_off,
    )
    await tx.execute(
        "UPDATE job SET status = 'CANCELLED', finished_at = now(), lease_expires_at = NULL, note = 'Called off.'"
        " WHERE kind = 'RESET' AND status IN ('QUEUED', 'RETRYING', 'RUNNING', 'DEAD')"
        " AND scope->>'operation_id' = ANY($1)",
        [str(row["id"]) for row in rows],
    )
    return len(rows)


async def find_newest(tx: Tx, person_id: UUID, scope: ResetScope, statuses: Sequence[OperationStatus]) -> UUID | None:
    """The person's newest reset of a scope that is in one of `statuses`, None without one."""
    found: UUID | None = await tx.fetchval(
        "SELECT id FROM operation WHERE person_id = $1 AND scope = $2 AND status = ANY($3) ORDER BY id DESC LIMIT 1",
        person_id,
        scope,
        list(statuses),
    )
    return found


async def keep_receipt(tx: Tx, operation: Operation, receipt: Mapping[str, Any]) -> None:
    """Keep what is known of an erasure so far, without ending the operation."""
    await OperationRow.filter(person_id=operation.person_id, id=operation.id).using_db(tx).update(receipt=receipt)


async def keep_ended(
    tx: Tx, operation: Operation, receipt: Mapping[str, Any] | None, *, failure: str | None = None
) -> None:
    """End the operation: SUCCEEDED with its receipt, or FAILED with a plain sentence."""
    await tx.execute(
        "UPDATE operation SET status = $3, finished_at = now(), failure = $4 WHERE person_id = $1 AND id = $2",
        operation.person_id,
        operation.id,
        OperationStatus.SUCCEEDED if failure is None else OperationStatus.FAILED,
        failure,
    )
    await OperationRow.filter(person_id=operation.person_id, id=operation.id).using_db(tx).update(receipt=receipt)


@dataclass(frozen=True, slots=True)
class Resets:
    """Resets that were asked for in some days, how they ended, and how many were counted again to the end."""

    requested: int
    succeeded: int
    failed: int
    p95_s: float | None
    verified: int


async def count_resets(tx: Tx, first: date, last: date) -> Resets:
    """The resets of all people that were asked for on the UTC days from `first` to `last`.

    `p95_s`: seconds from the moment that a reset could not be called off any more to its end, of those that succeeded;
    None without one. `verified`: with both later counts, none of which found anything.
    """
    row = await tx.fetchrow(
        """
        SELECT count(*) AS requested,
          count(*) FILTER (WHERE status = 'SUCCEEDED') AS succeeded,
          count(*) FILTER (WHERE status = 'FAILED') AS failed,
          percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - cancellable_until))
            FILTER (WHERE status = 'SUCCEEDED') AS p95_s,
          count(*) FILTER (WHERE status = 'SUCCEEDED' AND jsonb_array_length(receipt->'checks') >= 2
            AND NOT jsonb_path_exists(receipt, '$.checks[*] ? (@.remaining > 0)')) AS verified
        FROM operation WHERE requested_at >= $1::date::timestamp AT TIME ZONE 'UTC'
          AND requested_at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
        """,
        first,
        last,
    )
    assert row is not None, "counting is one row"
    return Resets(row["requested"], row["succeeded"], row["failed"], row["p95_s"], row["verified"])


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What the first call with an idempotency key was, and the ids it answered with."""

    mutation: str
    input_digest: str
    ids: tuple[UUID, ...]


async def find_answer(tx: Tx, person_id: UUID, key: UUID) -> FirstAnswer | None:
    """The first answer to this key within 7 days, None when it is new."""
    row = await tx.fetchrow(
        "SELECT mutation, input_digest, answer FROM idempotency_key"
        " WHERE person_id = $1 AND key = $2 AND created_at > now() - interval '7 days'",
        person_id,
        key,
    )
    return None if row is None else FirstAnswer(row["mutation"], row["input_digest"], tuple(row["answer"]))


async def keep_answer(
    tx: Tx, person_id: UUID, key: UUID, *, mutation: str, input_digest: str, ids: Sequence[UUID]
) -> None:
    """Remember the answer; an older one under the same key (past its 7 days) gives way."""
    await tx.execute("DELETE FROM idempotency_key WHERE person_id = $1 AND key = $2", person_id, key)
    await tx.execute(
        "INSERT INTO idempotency_key (person_id, key, mutation, input_digest, answer) VALUES ($1, $2, $3, $4, $5)",
        person_id,
        key,
        mutation,
        input_digest,
        list(ids),
    )


async def erase_answers(tx: Tx) -> int:
    """Drop answers older than 7 days; how many."""
    return await tx.execute("DELETE FROM idempotency_key WHERE created_at < now() - interval '7 days'")
