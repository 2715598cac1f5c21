"""Jobs that do nothing: what the ledger costs beside a bare queue (9). All on the same servers, in turns."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from arq import func
from arq.connections import ArqRedis
from arq.worker import Worker
from redis.asyncio import ConnectionPool
from rich.console import Console

from app.jobs import Claimed, Job, JobKind, Kept, PersonAt, Queue
from app.pipeline.ports import Ports
from app.storage.jobs import ledger
from app.wiring import Spectrum
from benchmarks.crowd import make_crowd
from benchmarks.figures import Figure, Spread, Unit, alternating_async
from benchmarks.programs import bench
from benchmarks.sizes import Sizes
from workers.handlers import HANDLERS, Many, Stage
from workers.process import work
from workers.runner import Runner

MEASURES = ("9a", "9b", "9c")
JOBS, QUICK_JOBS = 1_000, 300
STARTS, QUICK_STARTS = 40, 20
PAUSE_S = 0.13
"""Between two starts, so that each finds nothing else to do; not a multiple of arq's own half second."""
IDLE_S, QUICK_IDLE_S = 6.0, 2.0
SETTLED_S = 1.0
DONE_WITHIN_S = 120
DEFAULT, TUNED, LEDGER = "arq, as it comes", "arq, tuned", "the ledger"
OPTIONS: Mapping[str, Mapping[str, Any]] = {DEFAULT: {}, TUNED: {"poll_delay": 0.01, "max_jobs": 100}}
"""The queue alone: its jobs are in Redis, unfenced, and lost with it."""


@dataclass(frozen=True, slots=True)
class _Load:
    """How much one round asks for."""

    jobs: int
    starts: int
    idle_s: float


@dataclass(frozen=True, slots=True)
class _Ran:
    """One round: jobs a second, one by one and of a kind that is batched; start p95 in ms; idling, % of a core."""

    single: float
    batched: float
    p95_ms: float
    idle: float


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


async def _idle(seconds: float) -> float:
    await asyncio.sleep(SETTLED_S)
    busy, start = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    return (time.process_time() - busy) / (time.perf_counter() - start) * 100


async def _run_arq(url: str, load: _Load, options: Mapping[str, Any]) -> _Ran:
    """A bare arq worker in this process."""
    waits: list[float] = []
    all_done = asyncio.Event()

    async def nothing(_: dict[Any, Any], asked: float) -> None:
        waits.append(time.time() - asked)
        if len(waits) == load.jobs:
            all_done.set()

    pool = ArqRedis(ConnectionPool.from_url(url))
    functions = [func(nothing, name="nothing")]
    worker = Worker(functions, redis_pool=pool, queue_name="bench", keep_result=0, handle_signals=False, **options)
    for _ in range(load.jobs):
        await pool.enqueue_job("nothing", time.time(), _queue_name="bench")
    start = time.perf_counter()
    working = asyncio.create_task(worker.async_run())
    await asyncio.wait_for(all_done.wait(), DONE_WITHIN_S)
    rate = load.jobs / (time.perf_counter() - start)
    idle = await _idle(load.idle_s)
    waits.clear()
    for _ in range(load.starts):
        await pool.enqueue_job("nothing", time.time(), _queue_name="bench")
        await asyncio.sleep(PAUSE_S)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await pool.aclose(close_connection_pool=True)
    return _Ran(rate, rate, _p95(waits) * 1000, idle)


async def _prepare(_: Claimed, __: Ports) -> Kept:
    return Kept()


async def _keep(_: Any, result: Kept) -> Kept:
    return result


class _Nothing:
    """A batch's result that changes nothing of a person at revision 0 or later."""

    def __init__(self, revision: int) -> None:
        self.revision = revision


async def _prepare_many(jobs: Sequence[Claimed], ports: Ports) -> Mapping[UUID, _Nothing]:
    people = [job.person.id for job in jobs if job.person]
    async with ports.store.for_everyone() as tx:
        rows = await tx.fetch("SELECT id, revision FROM person WHERE id = ANY($1)", people)
    revisions = {row["id"]: row["revision"] for row in rows}
    return {job.id: _Nothing(revisions[job.person.id]) for job in jobs if job.person}


async def _keep_many(_: Any, results: Mapping[UUID, _Nothing]) -> Mapping[UUID, Kept]:
    return dict.fromkeys(results, Kept())


async def _work_off(spectrum: Spectrum, people: Sequence[UUID], *, together: bool) -> float:
    """Jobs a second that do nothing, with leases, fences, attempts and completion."""
    kind = JobKind.MONTHLY_AGGREGATION if together else JobKind.MONTHLY_NARRATIVE
    stage = Stage(_prepare, _keep, many=Many(_prepare_many, _keep_many) if together else None)
    jobs = [Job(kind, f"bench:{kind}:{uuid4()}", PersonAt(person, 0), {"first_day": "2026-01-01"}) for person in people]
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, jobs)
    start = time.perf_counter()
    assert await Runner(spectrum.ports, {**HANDLERS, kind: stage}).work_off(Queue.MINUTES) == len(jobs)
    return len(jobs) / (time.perf_counter() - start)


async def _start(spectrum: Spectrum, load: _Load) -> tuple[float, float]:
    """Start p95 in ms of a job that is asked for while nothing else is to do, and idling, % of a core."""
    ports, stop = spectrum.ports, asyncio.Event()
    working = asyncio.create_task(work(ports, spectrum.redis_url, list(Queue), stop))
    idle = await _idle(load.idle_s)
    async with ports.store.for_everyone() as tx:
        since = await tx.fetchval("SELECT clock_timestamp()")
    for _ in range(load.starts):
        async with ports.store.for_everyone() as tx:
            job = Job(JobKind.RESET, f"bench:{uuid4()}", scope={"operation_id": str(UUID(int=0))})
            await ledger.keep_jobs(tx, [job])
        await ports.queue.nudge([Queue.SECONDS])
        await asyncio.sleep(PAUSE_S)
    stop.set()
    await working
    async with ports.store.for_everyone() as tx:
        rows = await tx.fetch(
            "SELECT extract(epoch FROM started_at - queued_at)::float8 AS waited FROM job"
            " WHERE kind = 'RESET' AND started_at IS NOT NULL AND queued_at > $1",
            since,
        )
    return _p95([row["waited"] for row in rows]) * 1000, idle


async def _run_ledger(spectrum: Spectrum, load: _Load, people: Sequence[UUID]) -> _Ran:
    """Our own worker in this process."""
    p95_ms, idle = await _start(spectrum, load)
    single = await _work_off(spectrum, people, together=False)
    return _Ran(single, await _work_off(spectrum, people, together=True), p95_ms, idle)


async def _compare(load: _Load, rounds: int, console: Console) -> dict[str, list[_Ran]]:
    with bench() as on:
        async with on.opened() as spectrum:
            await make_crowd(spectrum.ports, load.jobs)
            async with spectrum.ports.store.for_everyone() as tx:
                await tx.execute("UPDATE person SET week_due_at = 'infinity'")
                people = [row["id"] for row in await tx.fetch("SELECT id FROM person")]
            return await alternating_async(
                {
                    DEFAULT: lambda: _run_arq(spectrum.redis_url, load, OPTIONS[DEFAULT]),
                    TUNED: lambda: _run_arq(spectrum.redis_url, load, OPTIONS[TUNED]),
                    LEDGER: lambda: _run_ledger(spectrum, load, people),
                },
                rounds,
                lambda number: console.print(f"jobs: round {number}"),
            )


def measure(sizes: Sizes, console: Console) -> list[Figure]:
    """Starts, idling and jobs a second of bare arq and of the ledger."""
    quick, whole = _Load(QUICK_JOBS, QUICK_STARTS, QUICK_IDLE_S), _Load(JOBS, STARTS, IDLE_S)
    found = asyncio.run(_compare(quick if sizes.is_quick else whole, sizes.rounds, console))
    default, tuned, ours = found[DEFAULT], found[TUNED], found[LEDGER]
    p95 = {name: Spread.of([each.p95_ms for each in of]).median for name, of in found.items()}
    rate = {name: Spread.of([each.single for each in of]).median for name, of in found.items()}
    batched = Spread.of([each.batched for each in ours]).median
    idle = {name: Spread.of([each.idle for each in of]).median for name, of in found.items()}
    starts, beside = [each.p95_ms for each in ours], [each.p95_ms for each in default]
    told = f"{p95[LEDGER]:.1f} against {p95[DEFAULT]:.0f} ms"
    return [
        Figure("jobs", "job start p95, against arq's default", Spread.ratio(starts, beside), beside=told, goal="9a"),
        Figure(
            "jobs",
            "a worker's idling",
            Spread.of([each.idle for each in ours]),
            Unit.PERCENT,
            f"of a core, all three queues; arq {idle[DEFAULT]:.2f} %, tuned {idle[TUNED]:.2f} %",
            "9b",
        ),
        Figure(
            "jobs",
            "jobs a second of a kind that is batched, against tuned arq",
            Spread.ratio([each.batched for each in ours], [each.single for each in tuned]),
            beside=f"{batched:,.0f} against {rate[TUNED]:,.0f} a second",
            goal="9c",
        ),
        Figure(
            "jobs",
            "the same one by one, against tuned arq",
            Spread.ratio([each.single for each in ours], [each.single for each in tuned]),
            beside=f"{rate[LEDGER]:,.0f} against {rate[TUNED]:,.0f} a second",
        ),
    ]
