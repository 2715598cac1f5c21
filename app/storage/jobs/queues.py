"""The queues as a whole: how deep they are, what remains, and what is paused. Claims and changes no job."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from app.jobs import JobKind, JobStatus, Queue
from app.storage.audit import keep_audit
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Depth:
    """How much of a queue (`kind` None) or of one kind in it there is now, and how the last 15 minutes went.

    `oldest_age_s` is of the oldest runnable job that is not paused; `depth` counts what is paused, too. The 95th
    percentile is up to 2 % too long.
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


_OPEN = "status IN ('QUEUED', 'RETRYING', 'RUNNING') AND run_after <= now()"
"""What there is to do now, as its index has it."""
_CLAIMED = "NOT ARRAY[queue, kind] && ARRAY(SELECT name FROM pause)"
"""Neither the job's queue nor its kind is paused: what is, waits because somebody wants it to."""
_WIDTH = 1.02
"""Durations are counted by ranges, each so many times the one before: nothing is sorted, however many ended."""


async def list_depths(tx: Tx) -> list[Depth]:
    """Every queue, and every kind in it, that has work or had some in the last 15 minutes."""
    present = await tx.fetch(
        f"""
        SELECT queue, kind, worker, depth, running, dead,
          CASE WHEN {_CLAIMED} THEN extract(epoch FROM now() - oldest)::float8 END AS oldest_age_s
        FROM (
          SELECT queue, kind, CASE WHEN status = 'RUNNING' THEN worker END AS worker,
            count(*) FILTER (WHERE status IN ('QUEUED', 'RETRYING')) AS depth,
            count(*) FILTER (WHERE status = 'RUNNING') AS running,
            count(*) FILTER (WHERE status = 'DEAD') AS dead,
            min(run_after) FILTER (WHERE status IN ('QUEUED', 'RETRYING')) AS oldest
          FROM job WHERE ({_OPEN}) OR status = 'DEAD' GROUP BY 1, 2, 3) AS each
        """
    )
    ended = await tx.fetch(
        """
        SELECT queue, kind, status = 'SUCCEEDED' AS is_well, count(*) AS n,
          CASE WHEN started_at IS NOT NULL THEN
            ceil(ln(greatest(1, date_part('epoch', finished_at - started_at) * 1000)) / ln($1::float8))::int
          END AS duration
        FROM job WHERE finished_at > now() - interval '15 minutes' AND status IN ('SUCCEEDED', 'DISCARDED')
        GROUP BY 1, 2, 3, 5
        """,
        _WIDTH,
    )
    kinds = {(row["queue"], row["kind"]) for row in (*present, *ended)}
    keys = sorted({(queue, None) for queue, _ in kinds} | kinds, key=lambda key: (key[0], key[1] or ""))
    return [_depth(key, _of(key, present), [row for row in _of(key, ended) if row["is_well"]]) for key in keys]


def _of(key: tuple[str, str | None], rows: Sequence[Any]) -> list[Any]:
    """Those of a queue, or of a kind in it."""
    return [row for row in rows if row["queue"] == key[0] and key[1] in (None, row["kind"])]


def _depth(key: tuple[str, str | None], present: Sequence[Any], ended: Sequence[Any]) -> Depth:
    """A queue, or a kind in it, out of its rows by worker, and of those that ended well by duration."""
    ages = [row["oldest_age_s"] for row in present if row["oldest_age_s"] is not None]
    return Depth(
        queue=Queue(key[0]),
        kind=JobKind(key[1]) if key[1] else None,
        depth=sum(row["depth"] for row in present),
        running=sum(row["running"] for row in present),
        dead=sum(row["dead"] for row in present),
        oldest_age_s=max(ages, default=None),
        finished=sum(row["n"] for row in ended),
        p95_duration_ms=_p95_ms(ended),
        workers=tuple(sorted({row["worker"] for row in present} - {None})),
    )


def _p95_ms(ended: Sequence[Any]) -> int | None:
    """The 95th percentile of the durations, at most a fiftieth too long; None without any."""
    timed = sorted((row["duration"], row["n"]) for row in ended if row["duration"] is not None)
    if not timed:
        return None
    so_far = list(accumulate(n for _, n in timed))
    duration, _ = timed[bisect_left(so_far, 0.95 * so_far[-1])]
    return round(float(_WIDTH**duration))


async def list_oldest(tx: Tx) -> dict[Queue, float]:
    """How many seconds the oldest runnable job of each queue that is not paused has been waiting, 0 when none is.

    Of each priority the first entry of the index is enough, however many wait behind it; but for kinds that are paused.
    """
    rows = await tx.fetch(
        f"""
        WITH RECURSIVE level AS (
          SELECT of.queue, (SELECT max(priority) FROM job WHERE queue = of.queue AND {_OPEN}) AS priority
          FROM unnest($1::text[]) AS of(queue) WHERE NOT of.queue = ANY(ARRAY(SELECT name FROM pause))
          UNION ALL
          SELECT l.queue, (SELECT max(priority) FROM job WHERE queue = l.queue AND priority < l.priority AND {_OPEN})
          FROM level AS l WHERE l.priority IS NOT NULL
        )
        SELECT level.queue, max(extract(epoch FROM now() - first.run_after))::float8 AS age_s
        FROM level, LATERAL (
          SELECT run_after FROM job WHERE queue = level.queue AND priority = level.priority AND {_OPEN}
            AND status <> 'RUNNING' AND {_CLAIMED}
          ORDER BY run_after LIMIT 1) AS first
        GROUP BY level.queue
        """,
        [*Queue],
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
