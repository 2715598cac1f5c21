"""The job ledger: PostgreSQL is the only truth about work.

Claims are leases on the database's clock; every later write of a claimed job carries its fencing token.
Runs nothing and knows no handler.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from app import tracing
from app.errors import LeaseLost
from app.jobs import (
    AGGREGATION,
    LEASE_S,
    LIMITS,
    MAX_CLAIM,
    Claimed,
    FailureClass,
    Job,
    JobKind,
    JobStatus,
    PersonAt,
    Queue,
)
from app.storage.store import Tx

MAX_ATTEMPTS_KEPT = 20
"""A job's history is bounded: the newest attempts are kept."""
NOT_ENDED = "status NOT IN ('SUCCEEDED', 'DEAD', 'DISCARDED', 'CANCELLED')"
"""Open, where a person's own jobs are asked for. Said the other way round it would fit the index of everybody's open
jobs, which the planner takes for empty when it last looked in a quiet hour, and everybody's would be looked through."""


async def keep_jobs(tx: Tx, jobs: Sequence[Job]) -> list[UUID]:
    """Insert what is not asked for yet, in the caller's transaction; the ids of what was inserted.

    Each goes on with the trace that it names, or else with the present one.
    """
    if not jobs:
        return []
    present = tracing.current()
    rows = await tx.fetch(
        f"""
        INSERT INTO job (kind, queue, max_attempts, idempotency_key, person_id, epoch, scope, run_after, due_at,
                         priority, caused_by, traceparent)
        SELECT i.kind, i.queue, i.max_attempts, i.key, i.person_id, i.epoch, i.scope::jsonb,
               now() + make_interval(secs => i.delay_s), i.due_at, i.priority, i.caused_by, i.traceparent
        FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::uuid[], $6::int[], $7::text[],
                    $8::float8[], $9::timestamptz[], $10::smallint[], $11::bool[], $12::uuid[], $13::text[])
             AS i(kind, queue, max_attempts, key, person_id, epoch, scope, delay_s, due_at, priority, unless_waiting,
                  caused_by, traceparent)
        WHERE NOT i.unless_waiting OR NOT EXISTS (
          SELECT FROM job j WHERE j.person_id = i.person_id AND j.kind = i.kind AND j.epoch = i.epoch
            AND j.scope = i.scope::jsonb AND j.{NOT_ENDED} AND j.status <> 'RUNNING'
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
        [job.unless_waiting for job in jobs],
        [job.caused_by for job in jobs],
        [job.traceparent or present for job in jobs],
    )
    return [row["id"] for row in rows]


async def claim(tx: Tx, queue: Queue, worker: str) -> list[Claimed]:
    """Lease runnable jobs of `queue`, all of one kind: waiting ones, and those whose worker fell silent.

    As many as the kind's limit says, of the highest priority and then the longest waiting, and none of what is paused.
    A person's periods are leased one at a time and in order, since each is told in the light of the one before.
    A silent worker's run counts as an attempt if it had begun, and its job is leased alone from then on, so that no
    other of its queue shares its fate again. Exhausted ones are leased too: the caller buries them.
    """
    rows = await tx.fetch(
        f"""
        WITH candidate AS (
          SELECT id, kind, priority, run_after, lost, status = 'RUNNING' AND started_at IS NOT NULL AS silent FROM job
          WHERE queue = $1 AND status IN ('QUEUED', 'RETRYING', 'RUNNING') AND run_after <= now()
            AND (status <> 'RUNNING' OR lease_expires_at < now())
            AND NOT EXISTS (SELECT FROM pause WHERE name = $1) AND NOT ARRAY[kind] && ARRAY(SELECT name FROM pause)
            AND NOT (kind = ANY($7) AND EXISTS (
              SELECT FROM job e WHERE e.person_id = job.person_id AND e.kind = job.kind AND e.id <> job.id
                AND e.{NOT_ENDED} AND e.run_after <= now() + interval '1 minute'
                AND (e.lease_expires_at >= now() OR (e.scope->>'first_day', e.id) < (job.scope->>'first_day', job.id))))
          ORDER BY priority DESC, run_after, id LIMIT $3 FOR UPDATE SKIP LOCKED
        ), placed AS (
          SELECT id, kind, silent, lost > 0 OR silent AS suspect, first_value(kind) OVER places AS first_kind,
                 first_value(lost > 0 OR silent) OVER places AS first_suspect, row_number() OVER places AS place
          FROM candidate WINDOW places AS (ORDER BY priority DESC, run_after, id)
        ), taken AS (
          SELECT id, silent FROM placed JOIN unnest($5::text[], $6::int[]) AS of(kind, size) USING (kind)
          WHERE place = 1 OR (kind = first_kind AND NOT suspect AND NOT first_suspect AND place <= size)
        )
        UPDATE job SET
          status = 'RUNNING', token = token + 1, worker = $2, started_at = NULL,
          lease_expires_at = now() + make_interval(secs => $4), lost = lost + taken.silent::int,
          attempts = CASE WHEN taken.silent
            THEN attempts || jsonb_build_object('number', attempt, 'started_at', started_at, 'finished_at', now(),
              'failure', 'LOST_WORKER', 'message', 'The worker fell silent.', 'worker', worker)
            ELSE attempts END
        FROM taken WHERE job.id = taken.id
        RETURNING job.id, token, kind, person_id, epoch, scope, attempt, max_attempts, lost, due_at,
                  extract(epoch FROM now() - run_after)::float8 AS waited_s, taken.silent, traceparent
        """,
        queue,
        worker,
        MAX_CLAIM,
        LEASE_S,
        list(LIMITS),
        [limits.claim for limits in LIMITS.values()],
        list(AGGREGATION.values()),
    )
    return [_claimed(row) for row in rows]


def _claimed(row: Any) -> Claimed:
    return Claimed(
        id=row["id"],
        token=row["token"],
        kind=JobKind(row["kind"]),
        person=None if row["person_id"] is None else PersonAt(row["person_id"], row["epoch"]),
        scope=orjson.loads(row["scope"]),
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        lost=row["lost"],
        silent=row["silent"],
        due_at=row["due_at"],
        waited_s=row["waited_s"],
        traceparent=row["traceparent"],
    )


async def begin(tx: Tx, jobs: Sequence[Claimed]) -> dict[UUID, int]:
    """Count an attempt of each as begun; the number of each that this worker still holds.

    Whatever goes on with no trace is from now on known by its own, in which its later attempts are, too.
    """
    rows = await tx.fetch(
        "UPDATE job SET attempt = attempt + 1, started_at = now(),"
        " lease_expires_at = now() + make_interval(secs => $3),"
        " traceparent = coalesce(traceparent, ($4::text[])[array_position($1::uuid[], job.id)])"
        f" FROM {_HELD} WHERE job.id = held.id RETURNING job.id, attempt",
        *_leases(jobs),
        LEASE_S,
        [job.traceparent for job in jobs],
    )
    return {row["id"]: row["attempt"] for row in rows}


_HELD = """
    (SELECT job.id FROM job JOIN unnest($1::uuid[], $2::bigint[]) AS lease(id, token) USING (id, token)
     WHERE status = 'RUNNING' ORDER BY job.id FOR NO KEY UPDATE OF job) AS held
"""
"""The jobs under these leases, locked in the order of their ids: statements about many of them never deadlock."""


def _leases(jobs: Sequence[Claimed]) -> tuple[list[UUID], list[int]]:
    return [job.id for job in jobs], [job.token for job in jobs]


async def renew(tx: Tx, jobs: Sequence[Claimed]) -> None:
    """Renew the leases that this worker still holds; one that is just ending its job needs none."""
    await tx.execute(
        "UPDATE job SET lease_expires_at = now() + make_interval(secs => $3)"
        f" FROM {_HELD.replace('OF job', 'OF job SKIP LOCKED')} WHERE job.id = held.id",
        *_leases(jobs),
        LEASE_S,
    )


async def complete(tx: Tx, jobs: Sequence[Claimed], note: str | None = None) -> None:
    """End jobs well, in the transaction of their effect. LeaseLost when another worker holds one of them."""
    done = await tx.execute(
        "UPDATE job SET status = 'SUCCEEDED', finished_at = now(), lease_expires_at = NULL, note = $3,"
        " attempts = attempts || jsonb_build_object('number', attempt, 'started_at', started_at,"
        f"   'finished_at', now(), 'worker', worker) FROM {_HELD} WHERE job.id = held.id",
        *_leases(jobs),
        note,
    )
    if done < len(jobs):
        raise LeaseLost("Another worker holds this job.")


async def bury(tx: Tx, job: Claimed) -> None:
    """Make an exhausted job a dead letter. LeaseLost when another worker holds it."""
    dead = await tx.execute(
        "UPDATE job SET status = 'DEAD', finished_at = now(), lease_expires_at = NULL"
        " WHERE id = $1 AND token = $2 AND status = 'RUNNING'",
        job.id,
        job.token,
    )
    if not dead:
        raise LeaseLost("Another worker holds this job.")


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt: its class, a note without content, what becomes of the job, and the wait before it."""

    failure: FailureClass
    message: str
    status: JobStatus
    delay_s: float = 0.0
    counts: bool = True


async def fail(tx: Tx, job: Claimed, failed: Failure) -> None:
    """Keep a failed attempt. LeaseLost when another worker holds the job."""
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
    if not touched:
        raise LeaseLost("Another worker holds this job.")


async def give_back(tx: Tx, jobs: Sequence[Claimed], *, delay_s: float = 0.0) -> None:
    """Give leases back without counting an attempt: nothing went wrong, it is just not their turn."""
    await tx.execute(
        "UPDATE job SET status = CASE WHEN attempts = '[]' THEN 'QUEUED' ELSE 'RETRYING' END, lease_expires_at = NULL,"
        " attempt = attempt - CASE WHEN started_at IS NULL THEN 0 ELSE 1 END, started_at = NULL,"
        " run_after = greatest(run_after, now() + make_interval(secs => $3))"
        f" FROM {_HELD} WHERE job.id = held.id",
        *_leases(jobs),
        delay_s,
    )


async def list_promised(tx: Tx, kind: JobKind, first_days: Mapping[UUID, date]) -> dict[UUID, datetime]:
    """When the planner's promise for a period of each person began; without those it promised nothing."""
    rows = await tx.fetch(
        # an aggregate of each person's own: a join is planned by statistics, and the ledger outgrows those every night
        """
        SELECT i.person_id, (
            SELECT min(j.due_at) FROM job j
            WHERE j.person_id = i.person_id AND j.kind = $1 AND (j.scope->>'first_day')::date = i.first_day
        ) AS due_at FROM unnest($2::uuid[], $3::date[]) AS i(person_id, first_day)
        """,
        kind,
        list(first_days),
        list(first_days.values()),
    )
    return {row["person_id"]: row["due_at"] for row in rows if row["due_at"] is not None}


async def list_open_days(tx: Tx, person_id: UUID, kinds: Sequence[JobKind]) -> frozenset[date]:
    """First days of the periods for which a job of these kinds is still to be done."""
    rows = await tx.fetch(
        "SELECT DISTINCT (scope->>'first_day')::date AS first_day FROM job WHERE person_id = $1 AND kind = ANY($2)"
        f" AND {NOT_ENDED}",
        *(person_id, list(kinds)),
    )
    return frozenset(row["first_day"] for row in rows)


async def has_open(tx: Tx, person_id: UUID, kinds: Sequence[JobKind], scope: Mapping[str, str]) -> bool:
    """Whether a job of these kinds and this scope is still to be done for the person."""
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM job WHERE person_id = $1 AND kind = ANY($2) AND scope = $3::text::jsonb"
        f" AND {NOT_ENDED})",
        person_id,
        list(kinds),
        orjson.dumps(dict(scope)).decode(),
    )
    return found


async def keep_hastened(tx: Tx, person_id: UUID, kind: JobKind) -> None:
    """Let a person's jobs of a kind that wait for their time look at it again, now."""
    await tx.execute(
        "UPDATE job SET run_after = now()"
        " WHERE person_id = $1 AND kind = $2 AND status = 'QUEUED' AND run_after > now()",
        *(person_id, kind),
    )


async def keep_cancelled(tx: Tx, key: str) -> None:
    """Call off a job that nobody has begun; one that runs finds out by itself."""
    await tx.execute(
        "UPDATE job SET status = 'CANCELLED', finished_at = now(), note = 'Called off.'"
        " WHERE idempotency_key = $1 AND status IN ('QUEUED', 'RETRYING')",
        key,
    )


async def erase_finished(tx: Tx, *, days: int, limit: int) -> int:
    """Prune jobs that ended more than `days` ago, at most `limit`; dead letters stay until someone decides."""
    return await tx.execute(
        "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE finished_at < now() - make_interval(days => $1)"
        " AND status IN ('SUCCEEDED', 'DISCARDED', 'CANCELLED') LIMIT $2)",
        days,
        limit,
    )
