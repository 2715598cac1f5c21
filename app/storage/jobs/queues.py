"""The queues as a whole: how deep they are, what remains, and what is paused. Claims and changes no job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.jobs import JobKind, JobStatus, Queue
from app.storage.audit import keep_audit
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Depth:
    """How much of a queue (`kind` None) or of one kind in it there is now, and how the last 15 minutes went.

    `oldest_age_s` is of the oldest runnable job that is not paused; `depth` counts what is paused, too.
    """

    queue: Queue
    kind: JobKind | None
    depth: int
    running: int
    dead: int
    oldest_age_s: float | None
    finished: int
    p95_duration_ms: int | None
    workers: tuple[str, ...]


_PRESENT = (
    "((status IN ('QUEUED', 'RETRYING', 'RUNNING') AND run_after <= now()) OR status = 'DEAD'"
    " OR (finished_at > now() - interval '15 minutes' AND status IN ('SUCCEEDED', 'DISCARDED')))"
)
"""What there is to do now or to decide, and what ended lately; each has an index of its own."""

_CLAIMED = "NOT ARRAY[queue, kind] && ARRAY(SELECT name FROM pause)"
"""Neither the job's queue nor its kind is paused: what is, waits because somebody wants it to."""


async def list_depths(tx: Tx) -> list[Depth]:
    """Every queue, and every kind in it, that has work or had some in the last 15 minutes."""
    rows = await tx.fetch(
        f"""
        SELECT queue, kind,
          count(*) FILTER (WHERE status IN ('QUEUED', 'RETRYING') AND run_after <= now()) AS depth,
          count(*) FILTER (WHERE status = 'RUNNING') AS running,
          count(*) FILTER (WHERE status = 'DEAD') AS dead,
          extract(epoch FROM now() - min(run_after) FILTER (
            WHERE status IN ('QUEUED', 'RETRYING') AND run_after <= now() AND {_CLAIMED}))::float8 AS oldest_age_s,
          count(*) FILTER (WHERE status = 'SUCCEEDED' AND finished_at > now() - interval '15 minutes') AS finished,
          (percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))
            FILTER (WHERE status = 'SUCCEEDED' AND finished_at > now() - interval '15 minutes') * 1000)::int
            AS p95_duration_ms,
          array_agg(DISTINCT worker) FILTER (WHERE status = 'RUNNING') AS workers
        FROM job
        WHERE {_PRESENT}
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


async def list_oldest(tx: Tx) -> dict[Queue, float]:
    """How many seconds the oldest runnable job of each queue that is not paused has been waiting, 0 when none is."""
    rows = await tx.fetch(
        "SELECT queue, extract(epoch FROM now() - min(run_after))::float8 AS age_s FROM job"
        f" WHERE status IN ('QUEUED', 'RETRYING') AND run_after <= now() AND {_CLAIMED} GROUP BY queue"
    )
    return dict.fromkeys(Queue, 0.0) | {Queue(row["queue"]): row["age_s"] for row in rows}


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left to do: runnable or running now, and waiting for a time within the window asked for."""

    now: int
    soon: int


async def count_remaining(tx: Tx, queues: Sequence[Queue], within_s: float) -> Remaining:
    """How many jobs of `queues` are open, and how many of the waiting ones fall due within `within_s` seconds.

    What is paused is not counted, since nothing would come of waiting for it, nor are recounts still to come.
    """
    row = await tx.fetchrow(
        f"""
        SELECT count(*) FILTER (WHERE status = 'RUNNING' OR run_after <= now()) AS now,
               count(*) FILTER (WHERE status <> 'RUNNING' AND run_after > now() AND kind <> 'RECEIPT_CHECK') AS soon
        FROM job WHERE queue = ANY($1) AND status IN ('QUEUED', 'RETRYING', 'RUNNING')
          AND run_after <= now() + make_interval(secs => $2)
          AND (status = 'RUNNING' OR {_CLAIMED})
        """,
        list(queues),
        within_s,
    )
    assert row is not None, "an aggregate always answers with one row"
    return Remaining(row["now"], row["soon"])


async def count_by_status(tx: Tx) -> Mapping[tuple[JobKind, JobStatus], int]:
    """The whole ledger by kind and status."""
    rows = await tx.fetch("SELECT kind, status, count(*) AS n FROM job GROUP BY kind, status")
    return {(JobKind(row["kind"]), JobStatus(row["status"])): row["n"] for row in rows}


@dataclass(frozen=True, slots=True)
class Pause:
    """A queue or kind of which nothing is claimed, since when and why."""

    name: str
    since: datetime
    reason: str


async def list_pauses(tx: Tx) -> list[Pause]:
    """What is paused, in the order of its names."""
    return [Pause(**row) for row in await tx.fetch("SELECT name, since, reason FROM pause ORDER BY name")]


async def list_paused(tx: Tx) -> frozenset[str]:
    """The queues and kinds of which nothing is claimed."""
    return frozenset(row["name"] for row in await tx.fetch("SELECT name FROM pause"))


async def keep_paused(tx: Tx, target: Queue | JobKind, *, actor: str, reason: str) -> bool:
    """Claim no more of a queue or kind; what runs goes on. Whether that is news: a pause is audited once."""
    news = await tx.execute(
        "INSERT INTO pause (name, actor, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", target, actor, reason
    )
    if news:
        await keep_audit(tx, f"pause {target}", actor=actor, reason=reason)
    return bool(news)


async def keep_resumed(tx: Tx, target: Queue | JobKind, *, actor: str, reason: str) -> bool:
    """Claim of a queue or kind again. Whether that is news, as above."""
    news = await tx.execute("DELETE FROM pause WHERE name = $1", target)
    if news:
        await keep_audit(tx, f"resume {target}", actor=actor, reason=reason)
    return bool(news)
