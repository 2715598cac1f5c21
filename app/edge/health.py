"""What those who run Spectrum ask of it: whether it lives, whether it can serve, and its numbers.

Reads the ledger when it is asked, so that every API process answers the same. Checks no token and names nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.errors import SpectrumError
from app.jobs import LIMITS, JobKind, JobStatus, Queue
from app.pipeline.ports import Ports
from app.storage.jobs import desk, promises, queues, reconciliation
from app.storage.jobs.queues import Depth
from app.storage.jobs.reconciliation import Reconciliation
from app.storage.schema import is_current
from app.storage.store import Tx
from app.telemetry import exposition

TIMEOUT_S = 2.0
_Value = TypeVar("_Value")


def health_routes(ports: Ports) -> list[Route]:
    """`/healthz`, `/readyz` and `/metrics` of an installation."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        """200 once it can serve: the database answers and has this build's schema. Late work is told, and no reason."""
        ready = await _read(ports, is_current)
        oldest = await _read(ports, queues.list_oldest) if ready else None
        detail = {"status": "ready" if ready else "not ready", "oldestDueSeconds": oldest}
        return JSONResponse(detail, 200 if ready else 503)

    async def metrics(_: Request) -> Response:
        """503 while the ledger cannot be read, since its last numbers would look like the present."""
        present = await _read(ports, _present)
        if present is None:
            return Response("The ledger cannot be read.\n", 503, media_type="text/plain")
        return Response(exposition() + generate_latest(_gauges(present)), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _read(ports: Ports, read: Callable[[Tx], Awaitable[_Value]]) -> _Value | None:
    """What `read` answers; None when the database is away or takes longer than 2 s."""
    try:
        async with asyncio.timeout(TIMEOUT_S), ports.store.for_everyone() as tx:
            return await read(tx)
    except (SpectrumError, TimeoutError):
        return None


@dataclass(frozen=True, slots=True)
class _Present:
    """The ledger at one moment."""

    depths: Sequence[Depth]
    counts: Mapping[tuple[JobKind, JobStatus], int]
    paused: frozenset[str]
    decisions: Mapping[str, int]
    misses: int
    reconciled: Reconciliation | None


async def _present(tx: Tx) -> _Present:
    return _Present(
        depths=await queues.list_depths(tx),
        counts=await queues.count_by_status(tx, within_days=1),
        paused=await queues.list_paused(tx),
        decisions=await desk.count_decisions(tx),
        misses=await promises.count_misses(tx),
        reconciled=await reconciliation.find_newest(tx),
    )


def _gauges(present: _Present) -> CollectorRegistry:
    found = CollectorRegistry()

    def gauge(name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"spectrum_{name}", meaning, labels, registry=found)

    oldest = gauge("queue_oldest_due_seconds", "Age of the oldest runnable job, 0 without", "queue")
    paused = gauge("queue_paused", "1 while nothing of it is claimed", "name")
    whole = {depth.queue: depth for depth in present.depths if depth.kind is None}
    for queue in Queue:
        depth = whole.get(queue)
        oldest.labels(queue).set(depth.oldest_age_s or 0 if depth else 0)
    for name in (*Queue, *JobKind):
        paused.labels(name).set(name in present.paused)
    waiting = gauge("queue_depth", "Jobs runnable now", "queue", "kind")
    running = gauge("queue_running", "Jobs under a lease", "queue", "kind")
    dead = gauge("queue_dead", "Dead letters", "queue", "kind")
    finished = gauge("jobs_finished_15m", "Jobs that ended well in the last 15 minutes", "kind")
    p95 = gauge("job_p95_seconds", "95th percentile of a run over the last 15 minutes", "kind")
    by_kind = {depth.kind: depth for depth in present.depths if depth.kind is not None}
    for kind, limits in LIMITS.items():
        depth = by_kind.get(kind)
        waiting.labels(limits.queue, kind).set(depth.depth if depth else 0)
        running.labels(limits.queue, kind).set(depth.running if depth else 0)
        dead.labels(limits.queue, kind).set(depth.dead if depth else 0)
        finished.labels(kind).set(depth.finished if depth else 0)
        p95.labels(kind).set((depth.p95_duration_ms or 0) / 1000 if depth else 0)
    jobs = gauge("jobs", "Jobs that are open or dead, or ended within a day", "kind", "status")
    for (kind, status), count in present.counts.items():
        jobs.labels(kind, status).set(count)
    decided = gauge("dead_letters_decided", "Dead letters that the team retried or discarded, ever", "decision")
    for decision, count in present.decisions.items():
        decided.labels(decision).set(count)
    gauge("sla_misses", "Weeks and months whose promise was broken").set(present.misses)
    _reconciled(found, present.reconciled)
    return found


def _reconciled(found: CollectorRegistry, reconciled: Reconciliation | None) -> None:
    if reconciled is None:  # none of these gauges is 0 before the first count
        return
    state = Gauge("spectrum_sessions", "Sessions at the last reconciliation", ["state"], registry=found)
    for name in ("acknowledged", "done", "dead", "pending", "lost"):
        state.labels(name).set(getattr(reconciled, name))
    at = Gauge("spectrum_reconciled_timestamp_seconds", "When that was", registry=found)
    at.set(reconciled.at.timestamp())
