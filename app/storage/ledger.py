"""The job ledger: PostgreSQL is the only truth about work.

Claims are leases on the database's clock; every later write of a claimed job carries its fencing token.
Runs nothing and knows no handler.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from app.errors import LeaseLost
from app.jobs import LEASE_S, LIMITS, Claimed, FailureClass, Job, JobKind, JobStatus, PersonAt, Queue
from app.storage.store import Tx

MAX_ATTEMPTS_KEPT = 20
"""A job's history is bounded: the newest attempts are kept."""


async def keep_jobs(tx: Tx, jobs: Sequence[Job], *, caused_by: UUID | None = None) -> list[UUID]:
    """Insert what is not asked for yet, in the caller's transaction; the ids of what was inserted."""
    if not jobs:
        return []
    rows = await tx.fetch(
        """
        INSERT INTO job (kind, queue, max_attempts, idempotency_key, person_id, epoch, scope, run_after, due_at,
                         priority, caused_by)
        SELECT i.kind, i.queue, i.max_attempts, i.key, i.person_id, i.epoch, i.scope::jsonb,
               now() + make_interval(secs => i.delay_s), i.due_at, i.priority, $11
        FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::uuid[], $6::int[], $7::text[],
                    $8::float8[], $9::timestamptz[], $10::smallint[], $12::bool[])
             AS i(kind, queue, max_attempts, key, person_id, epoch, scope, delay_s, due_at, priority, unless_waiting)
        WHERE NOT i.unless_waiting OR NOT EXISTS (
          SELECT FROM job j WHERE j.person_id = i.person_id AND j.kind = i.kind AND j.epoch = i.epoch
            AND j.scope = i.scope::jsonb AND j.status IN ('QUEUED', 'RETRYING')
            AND j.run_after <= now() + make_interval(secs => i.delay_s) + interval '1 minute')
        ON CONFLICT (idempotency_key) DO NOTHING
        RETURNING id
        """,
        [job.kind for job in jobs],
        [LIMITS[job.kind].queue for job in jobs],
        [LIMITS[job.kind].max_attempts for job in jobs],
        [job.key for job in jobs],
        [job.person.id if job.person else None for job in jobs],
        [job.person.epoch if job.person else None for job in jobs],
        [orjson.dumps(dict(job.scope)).decode() for job in jobs],
        [job.delay_s for job in jobs],
        [job.due_at for job in jobs],
        [job.priority for job in jobs],
        caused_by,
        [job.unless_waiting for job in jobs],
    )
    return [row["id"] for row in rows]


async def claim(tx: Tx, queue: Queue, worker: str, *, limit: int) -> tuple[list[Claimed], list[Claimed]]:
    """Lease up to `limit` runnable jobs of `queue`: waiting ones, and those whose worker fell silent.

    A person's weeks are leased in order, since each is told in the light of the one before.
    A silent worker's run counts as an attempt if it had begun; a job that has used all its attempts dies here.
    Answers with the leased ones and those that died.
    """
    rows = await tx.fetch(
        """
        WITH due AS (
          SELECT id FROM job
          WHERE queue = $1 AND status IN ('QUEUED', 'RETRYING', 'RUNNING') AND run_after <= now()
            AND (status <> 'RUNNING' OR lease_expires_at < now())
            AND NOT (kind = 'WEEKLY_AGGREGATION' AND EXISTS (
              SELECT FROM job e WHERE e.person_id = job.person_id AND e.kind = job.kind AND e.id <> job.id
                AND e.status IN ('QUEUED', 'RETRYING', 'RUNNING') AND e.run_after <= now() + interval '1 minute'
                AND e.scope->>'first_day' < job.scope->>'first_day'))
          ORDER BY priority DESC, run_after, id LIMIT $2 FOR UPDATE SKIP LOCKED)
        UPDATE job SET
          status = CASE WHEN status = 'RUNNING' AND attempt >= max_attempts THEN 'DEAD' ELSE 'RUNNING' END,
          finished_at = CASE WHEN status = 'RUNNING' AND attempt >= max_attempts THEN now() END,
          attempts = CASE WHEN status = 'RUNNING' AND started_at IS NOT NULL
            THEN attempts || jsonb_build_object('number', attempt, 'started_at', started_at, 'finished_at', now(),
              'failure', 'LOST_WORKER', 'message', 'The worker fell silent.', 'worker', worker)
            ELSE attempts END,
          token = token + 1, lease_expires_at = now() + make_interval(secs => $4), worker = $3, started_at = NULL
        FROM due WHERE job.id = due.id
        RETURNING job.id, token, kind, status, person_id, epoch, scope, attempt, max_attempts, due_at,
                  extract(epoch FROM now() - run_after)::float8 AS waited_s
        """,
        queue,
        limit,
        worker,
        LEASE_S,
    )
    leased = [row for row in rows if row["status"] == JobStatus.RUNNING]
    died = [row for row in rows if row["status"] == JobStatus.DEAD]
    return [_claimed(row) for row in leased], [_claimed(row) for row in died]


def _claimed(row: Any) -> Claimed:
    return Claimed(
        id=row["id"],
        token=row["token"],
        kind=JobKind(row["kind"]),
        person=None if row["person_id"] is None else PersonAt(row["person_id"], row["epoch"]),
        scope=orjson.loads(row["scope"]),
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        due_at=row["due_at"],
        waited_s=row["waited_s"],
    )


async def begin(tx: Tx, job: Claimed) -> int:
    """Count this attempt as begun; its number. LeaseLost when another worker holds the job."""
    attempt: int | None = await tx.fetchval(
        "UPDATE job SET attempt = attempt + 1, started_at = now(),"
        " lease_expires_at = now() + make_interval(secs => $3)"
        " WHERE id = $1 AND token = $2 AND status = 'RUNNING' RETURNING attempt",
        job.id,
        job.token,
        LEASE_S,
    )
    if attempt is None:
        raise LeaseLost("Another worker holds this job.")
    return attempt


async def renew(tx: Tx, jobs: Sequence[Claimed]) -> None:
    """Renew the leases that this worker still holds."""
    await tx.execute(
        "UPDATE job SET lease_expires_at = now() + make_interval(secs => $3)"
        " FROM unnest($1::uuid[], $2::bigint[]) AS i(id, token)"
        " WHERE job.id = i.id AND job.token = i.token AND status = 'RUNNING'",
        [job.id for job in jobs],
        [job.token for job in jobs],
        LEASE_S,
    )


async def complete(tx: Tx, job: Claimed, note: str | None = None) -> None:
    """End the job well, in the transaction of its effect. LeaseLost when another worker holds it."""
    done = await tx.execute(
        "UPDATE job SET status = 'SUCCEEDED', finished_at = now(), lease_expires_at = NULL, note = $3,"
        " attempts = attempts || jsonb_build_object('number', attempt, 'started_at', started_at,"
        "   'finished_at', now(), 'worker', worker)"
        " WHERE id = $1 AND token = $2 AND status = 'RUNNING'",
        job.id,
        job.token,
        note,
    )
    if not done:
        raise LeaseLost("Another worker holds this job.")


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt: its class, a note without content, what becomes of the job, and the wait before it."""

    failure: FailureClass
    message: str
    status: JobStatus
    delay_s: float = 0.0
    counts: bool = True


async def fail(tx: Tx, job: Claimed, failed: Failure) -> bool:
    """Keep a failed attempt; whether this worker still held the job."""
    touched = await tx.execute(
        f"""
        UPDATE job SET status = $3, run_after = now() + make_interval(secs => $4), lease_expires_at = NULL,
          attempt = attempt - CASE WHEN $5 OR started_at IS NULL THEN 0 ELSE 1 END,
          finished_at = CASE WHEN $3 = 'DEAD' THEN now() END,
          attempts = (SELECT coalesce(jsonb_agg(a ORDER BY place), '[]') FROM (
            SELECT a, place FROM jsonb_array_elements(attempts || jsonb_build_object(
              'number', attempt, 'started_at', coalesce(started_at, now()), 'finished_at', now(), 'failure', $6::text,
              'message', $7::text, 'worker', worker)) WITH ORDINALITY AS e(a, place)
            ORDER BY place DESC LIMIT {MAX_ATTEMPTS_KEPT}) AS newest)
        WHERE id = $1 AND token = $2 AND status = 'RUNNING'
        """,
        job.id,
        job.token,
        failed.status,
        failed.delay_s,
        failed.counts,
        failed.failure,
        failed.message,
    )
    return touched > 0


async def give_back(tx: Tx, jobs: Sequence[Claimed], *, delay_s: float = 0.0) -> None:
    """Give leases back without counting an attempt: nothing went wrong, it is just not their turn."""
    await tx.execute(
        "UPDATE job SET status = CASE WHEN attempts = '[]' THEN 'QUEUED' ELSE 'RETRYING' END, lease_expires_at = NULL,"
        " attempt = attempt - CASE WHEN started_at IS NULL THEN 0 ELSE 1 END, started_at = NULL,"
        " run_after = greatest(run_after, now() + make_interval(secs => $3))"
        " FROM unnest($1::uuid[], $2::bigint[]) AS i(id, token)"
        " WHERE job.id = i.id AND job.token = i.token AND status = 'RUNNING'",
        [job.id for job in jobs],
        [job.token for job in jobs],
        delay_s,
    )


@dataclass(frozen=True, slots=True)
class Depth:
    """How much of a queue (`kind` None) or of one kind in it there is now, and how the last 15 minutes went."""

    queue: Queue
    kind: JobKind | None
    depth: int
    running: int
    dead: int
    oldest_age_s: float | None
    finished: int
    p95_duration_ms: int | None
    workers: tuple[str, ...]


async def list_depths(tx: Tx) -> list[Depth]:
    """Every queue, and every kind in it, that has work or had some in the last 15 minutes."""
    rows = await tx.fetch(
        """
        SELECT queue, kind,
          count(*) FILTER (WHERE status IN ('QUEUED', 'RETRYING') AND run_after <= now()) AS depth,
          count(*) FILTER (WHERE status = 'RUNNING') AS running,
          count(*) FILTER (WHERE status = 'DEAD') AS dead,
          extract(epoch FROM now() - min(run_after) FILTER (
            WHERE status IN ('QUEUED', 'RETRYING') AND run_after <= now()))::float8 AS oldest_age_s,
          count(*) FILTER (WHERE status = 'SUCCEEDED' AND finished_at > now() - interval '15 minutes') AS finished,
          (percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))
            FILTER (WHERE status = 'SUCCEEDED' AND finished_at > now() - interval '15 minutes') * 1000)::int
            AS p95_duration_ms,
          array_agg(DISTINCT worker) FILTER (WHERE status = 'RUNNING') AS workers
        FROM job
        WHERE status IN ('QUEUED', 'RETRYING', 'RUNNING', 'DEAD') OR finished_at > now() - interval '15 minutes'
        GROUP BY GROUPING SETS ((queue, kind), (queue))
        ORDER BY queue, kind
        """
    )
    return [
        Depth(
            **{
                **row,
                "queue": Queue(row["queue"]),
                "kind": JobKind(row["kind"]) if row["kind"] else None,
                "workers": tuple(row["workers"] or ()),
            }
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left to do: runnable or running now, and waiting for a time within the window asked for."""

    now: int
    soon: int


async def count_remaining(tx: Tx, queues: Sequence[Queue], within_s: float) -> Remaining:
    """How many jobs of `queues` are open, and how many of the waiting ones fall due within `within_s` seconds."""
    row = await tx.fetchrow(
        """
        SELECT count(*) FILTER (WHERE status = 'RUNNING' OR run_after <= now()) AS now,
               count(*) FILTER (WHERE status <> 'RUNNING' AND run_after > now()) AS soon
        FROM job WHERE queue = ANY($1) AND status IN ('QUEUED', 'RETRYING', 'RUNNING')
          AND run_after <= now() + make_interval(secs => $2)
        """,
        list(queues),
        within_s,
    )
    assert row is not None, "an aggregate always answers with one row"
    return Remaining(row["now"], row["soon"])


async def has_open(tx: Tx, person_id: UUID, kinds: Sequence[JobKind], scope: Mapping[str, str]) -> bool:
    """Whether a job of these kinds and this scope is still to be done for the person."""
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM job WHERE person_id = $1 AND kind = ANY($2) AND scope = $3::text::jsonb"
        " AND status IN ('QUEUED', 'RETRYING', 'RUNNING'))",
        person_id,
        list(kinds),
        orjson.dumps(dict(scope)).decode(),
    )
    return found


async def count_by_status(tx: Tx) -> Mapping[tuple[JobKind, JobStatus], int]:
    """The whole ledger, by kind and status."""
    rows = await tx.fetch("SELECT kind, status, count(*) AS n FROM job GROUP BY kind, status")
    return {(JobKind(row["kind"]), JobStatus(row["status"])): row["n"] for row in rows}


async def erase_finished(tx: Tx, *, days: int, limit: int) -> int:
    """Prune jobs that ended more than `days` ago, at most `limit`; dead letters stay until someone decides."""
    return await tx.execute(
        "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE finished_at < now() - make_interval(days => $1)"
        " AND status IN ('SUCCEEDED', 'DISCARDED', 'CANCELLED') LIMIT $2)",
        days,
        limit,
    )
