"""The ledger as staff work with it: list jobs, replay or discard dead letters; each decision is audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from app.domain.promises import TARGET_S
from app.jobs import FailureClass, JobKind, JobStatus
from app.storage.audit import keep_audit
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as the ledger remembers it; `failure` is None when it succeeded."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    failure: FailureClass | None
    message: str | None
    worker: str


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A job as staff see it at the moment `now`; `zone` is the person's, UTC without one."""

    id: UUID
    kind: JobKind
    status: JobStatus
    priority: int
    attempt: int
    max_attempts: int
    key: str
    person_id: UUID | None
    scope: Mapping[str, str]
    queued_at: datetime
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None
    lease_expires_at: datetime | None
    due_at: datetime | None
    caused_by: UUID | None
    cost_microusd: int
    attempts: tuple[Attempt, ...]
    zone: str
    now: datetime

    @property
    def first_day(self) -> date | None:
        """First local day of the period it is about, None when it is about none."""
        first_day = self.scope.get("first_day")
        return date.fromisoformat(first_day) if first_day else None


RETRY, DISCARD = "retry_jobs", "discard_jobs"
"""What the audit log calls the two decisions about a dead letter."""
_COLUMNS = """
  id, kind, CASE WHEN status = 'QUEUED' AND run_after > now() THEN 'SCHEDULED' ELSE status END AS status, priority,
  attempt, max_attempts, idempotency_key, person_id, scope, queued_at, run_after, started_at, finished_at,
  lease_expires_at, due_at, caused_by, cost_microusd, attempts,
  coalesce((SELECT p.zone FROM person p WHERE p.id = job.person_id), 'UTC') AS zone, now() AS now
"""


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs to list; an empty filter lists all."""

    kinds: tuple[JobKind, ...] = ()
    statuses: tuple[JobStatus, ...] = ()
    person_id: UUID | None = None
    overdue: bool | None = None
    queued_after: datetime | None = None


def _attempt(value: dict[str, Any]) -> Attempt:
    finished = value.get("finished_at")
    return Attempt(
        number=value["number"],
        started_at=datetime.fromisoformat(value["started_at"]),
        finished_at=datetime.fromisoformat(finished) if finished else None,
        failure=FailureClass(value["failure"]) if value.get("failure") else None,
        message=value.get("message"),
        worker=value["worker"],
    )


def _entry(row: Any) -> LedgerEntry:
    return LedgerEntry(
        id=row["id"],
        kind=JobKind(row["kind"]),
        status=JobStatus(row["status"]),
        priority=row["priority"],
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        key=row["idempotency_key"],
        person_id=row["person_id"],
        scope=orjson.loads(row["scope"]),
        queued_at=row["queued_at"],
        run_after=row["run_after"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        lease_expires_at=row["lease_expires_at"],
        due_at=row["due_at"],
        caused_by=row["caused_by"],
        cost_microusd=row["cost_microusd"],
        attempts=tuple(_attempt(attempt) for attempt in orjson.loads(row["attempts"])),
        zone=row["zone"],
        now=row["now"],
    )


async def list_jobs(tx: Tx, chosen: JobFilter, *, first: int, after: UUID | None) -> tuple[list[LedgerEntry], int]:
    """Up to `first` jobs, newest first, that follow the id `after`; and how many match in all."""
    statuses = set(chosen.statuses)
    if JobStatus.QUEUED in statuses or JobStatus.SCHEDULED in statuses:
        statuses |= {JobStatus.QUEUED}
    where = f"""
        (cardinality($1::text[]) = 0 OR kind = ANY($1)) AND (cardinality($2::text[]) = 0 OR status = ANY($2))
        AND (cardinality($6::text[]) = 0
             OR (CASE WHEN status = 'QUEUED' AND run_after > now() THEN 'SCHEDULED' ELSE status END) = ANY($6))
        AND ($3::uuid IS NULL OR person_id = $3)
        AND ($4::bool IS NULL OR $4 = coalesce(
             due_at + interval '{TARGET_S} seconds' < now() AND status NOT IN ('SUCCEEDED', 'DISCARDED'), false))
        AND ($5::timestamptz IS NULL OR queued_at > $5)
    """
    arguments = (
        list(chosen.kinds),
        sorted(statuses),
        chosen.person_id,
        chosen.overdue,
        chosen.queued_after,
        list(chosen.statuses),
    )
    total: int = await tx.fetchval(f"SELECT count(*) FROM job WHERE {where}", *arguments)
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM job WHERE {where} AND ($7::uuid IS NULL OR id < $7) ORDER BY id DESC LIMIT $8",
        *arguments,
        after,
        first,
    )
    return [_entry(row) for row in rows], total


async def list_by_id(tx: Tx, ids: Sequence[UUID]) -> list[LedgerEntry]:
    """Those of `ids` that exist, newest first."""
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM job WHERE id = ANY($1) ORDER BY id DESC", list(ids))
    return [_entry(row) for row in rows]


async def find_id(tx: Tx, key: str) -> UUID | None:
    """The job with this identity, whoever asked for it first."""
    found: UUID | None = await tx.fetchval("SELECT id FROM job WHERE idempotency_key = $1", key)
    return found


async def keep_retried(tx: Tx, ids: Sequence[UUID], *, actor: str, reason: str) -> list[UUID]:
    """Queue dead letters again with all their attempts; again on a job that is not dead does nothing."""
    rows = await tx.fetch(
        "UPDATE job SET status = 'QUEUED', attempt = 0, lost = 0, run_after = now(), finished_at = NULL, note = NULL"
        " WHERE id = ANY($1) AND status = 'DEAD' RETURNING id",
        list(ids),
    )
    return await _audited(tx, RETRY, [row["id"] for row in rows], actor=actor, reason=reason)


async def keep_discarded(tx: Tx, ids: Sequence[UUID], *, actor: str, reason: str) -> list[UUID]:
    """Give dead letters up, with a reason; again on a job that is not dead does nothing."""
    rows = await tx.fetch(
        "UPDATE job SET status = 'DISCARDED', finished_at = now(), note = $2"
        " WHERE id = ANY($1) AND status = 'DEAD' RETURNING id",
        list(ids),
        reason,
    )
    return await _audited(tx, DISCARD, [row["id"] for row in rows], actor=actor, reason=reason)


async def count_decisions(tx: Tx) -> Mapping[str, int]:
    """How many dead letters were ever retried or discarded, by whichever way."""
    rows = await tx.fetch(  # the words themselves: they name the index
        f"SELECT action, sum(cardinality(targets)) AS n FROM audit WHERE action IN ('{RETRY}', '{DISCARD}')"
        " GROUP BY action"
    )
    return {RETRY: 0, DISCARD: 0} | {row["action"]: row["n"] for row in rows}


async def _audited(tx: Tx, action: str, ids: list[UUID], *, actor: str, reason: str) -> list[UUID]:
    if ids:
        await keep_audit(tx, action, ids, actor=actor, reason=reason)
    return ids
