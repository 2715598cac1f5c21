"""What the ledger costs beside a bare queue: jobs a second, how soon one starts, idling, and a week of many people.

All variants of a queue run on the same servers in the same run. `--people N N` sets how many people's week is closed;
each of several numbers is told beside the first.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from arq import func
from arq.connections import ArqRedis
from arq.worker import Worker
from redis.asyncio import ConnectionPool
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.embedded import remove_state
from app.jobs import Claimed, Job, JobKind, Kept, PersonAt, Queue
from app.pipeline.ports import Ports
from app.settings import Settings
from app.storage.jobs import ledger
from app.wiring import Spectrum, opened
from benchmarks.crowd import WEEKS, make_crowd
from workers.handlers import HANDLERS, Many, Stage
from workers.process import work
from workers.runner import Runner
from workers.schedule import plan_due

JOBS = 1_000
STARTS = 60
PAUSE_S = 0.13
IDLE_S = 10.0
MOST_PEOPLE, MOST_WEEKS = 1_000_000, 52
DONE_WITHIN_S = 120
SIZES = (2_000, 17_000)
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "arq, as it comes": {},
    "arq, tuned": {"poll_delay": 0.01, "max_jobs": 100},
}
"""The queue alone: its jobs are in Redis, unfenced, and lost with it."""


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


async def _measure_arq(url: str, options: Mapping[str, Any]) -> tuple[float, float, float]:
    """Jobs a second, start p95 in ms, idle share of a core of a bare arq worker beside us."""
    waits: list[float] = []
    all_done = asyncio.Event()

    async def nothing(_: dict[Any, Any], asked: float) -> None:
        waits.append(time.time() - asked)
        if len(waits) == JOBS:
            all_done.set()

    pool = ArqRedis(ConnectionPool.from_url(url))
    functions = [func(nothing, name="nothing")]
    worker = Worker(functions, redis_pool=pool, queue_name="bench", keep_result=0, handle_signals=False, **options)
    for _ in range(JOBS):
        await pool.enqueue_job("nothing", time.time(), _queue_name="bench")
    start = time.perf_counter()
    working = asyncio.create_task(worker.async_run())
    await asyncio.wait_for(all_done.wait(), DONE_WITHIN_S)
    rate = JOBS / (time.perf_counter() - start)
    idle = await _idle()
    waits.clear()
    for _ in range(STARTS):
        await pool.enqueue_job("nothing", time.time(), _queue_name="bench")
        await asyncio.sleep(PAUSE_S)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await pool.aclose(close_connection_pool=True)
    return rate, _p95(waits) * 1000, idle


async def _idle() -> float:
    await asyncio.sleep(1)
    busy, start = time.process_time(), time.perf_counter()
    await asyncio.sleep(IDLE_S)
    return (time.process_time() - busy) / (time.perf_counter() - start)


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


async def _measure_ledger(spectrum: Spectrum, people: Sequence[UUID], *, together: bool) -> float:
    """Jobs a second that do nothing, with leases, fences, attempts and completion."""
    kind = JobKind.MONTHLY_AGGREGATION if together else JobKind.MONTHLY_NARRATIVE
    stage = Stage(_prepare, _keep, many=Many(_prepare_many, _keep_many) if together else None)
    jobs = [
        Job(kind, f"bench:{kind}:{place}", PersonAt(person, 0), {"first_day": "2026-01-01"})
        for place, person in enumerate(people)
    ]
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, jobs)
    start = time.perf_counter()
    assert await Runner(spectrum.ports, {**HANDLERS, kind: stage}).work_off(Queue.MINUTES) == len(jobs)
    return len(jobs) / (time.perf_counter() - start)


async def _measure_starts(spectrum: Spectrum) -> tuple[float, float]:
    """Start p95 in ms of a job that is asked for while nothing else is to do, and the idle share of a core."""
    ports, stop = spectrum.ports, asyncio.Event()
    working = asyncio.create_task(work(ports, spectrum.redis_url, list(Queue), stop))
    idle = await _idle()
    for place in range(STARTS):
        async with ports.store.for_everyone() as tx:
            await ledger.keep_jobs(tx, [Job(JobKind.RESET, f"bench:{place}", scope={"operation_id": str(UUID(int=0))})])
        await ports.queue.nudge([Queue.SECONDS])
        await asyncio.sleep(PAUSE_S)
    stop.set()
    await working
    async with ports.store.for_everyone() as tx:
        rows = await tx.fetch(
            "SELECT extract(epoch FROM started_at - queued_at)::float8 AS waited FROM job"
            " WHERE kind = 'RESET' AND started_at IS NOT NULL"
        )
    return _p95([row["waited"] for row in rows]) * 1000, idle


async def compare_queues(spectrum: Spectrum, console: Console) -> None:
    """Print jobs a second, start p95 and idling of bare arq and of the ledger."""
    table = Table("jobs that do nothing", "jobs/s", "start p95", "idle", title="The ledger beside a bare queue")
    figures = {}
    for name, options in VARIANTS.items():
        console.print(f"{name} …")
        figures[name] = await _measure_arq(spectrum.redis_url, options)
    console.print("the ledger …")
    await make_crowd(spectrum.ports, JOBS)
    async with spectrum.ports.store.for_everyone() as tx:
        await tx.execute("UPDATE person SET week_due_at = 'infinity'")
        people = [row["id"] for row in await tx.fetch("SELECT id FROM person")]
    starts, idle = await _measure_starts(spectrum)
    single = await _measure_ledger(spectrum, people, together=False)
    batch = await _measure_ledger(spectrum, people, together=True)
    figures["the ledger, one by one"] = (single, starts, idle)
    figures["the ledger, a kind that is batched"] = (batch, starts, idle)
    base, tuned = figures["arq, as it comes"], figures["arq, tuned"]
    for name, (rate, p95, idling) in figures.items():
        table.add_row(
            name,
            f"{rate:,.0f} ({rate / tuned[0]:.2f} x tuned)",
            f"{p95:.1f} ms ({p95 / base[1]:.3f} x default)",
            f"{idling:.2%} of a core",
        )
    console.print(table)


@dataclass(frozen=True, slots=True)
class _Week:
    """What a week of `people` people took, in seconds; `busy` is the worker's own time, without PostgreSQL's."""

    people: int
    told: int
    planning: float
    closing: float
    busy: float


async def close_weeks(spectrum: Spectrum, people: int, weeks: int, console: Console) -> _Week:
    """Plan and close one week of `people` people with sessions in `weeks` weeks."""
    ports, runner = spectrum.ports, Runner(spectrum.ports)
    with console.status(f"{people:,} people are being made …"):
        await make_crowd(ports, people, weeks)
    start = time.perf_counter()
    planned = await plan_due(ports)
    planning = time.perf_counter() - start
    done, start, busy = 0, time.perf_counter(), time.process_time()
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task(f"Closing {planned:,} weeks", total=planned)
        while ran := await runner.work_once(Queue.MINUTES):
            done += ran
            progress.update(bar, completed=done)
    closing, busy = time.perf_counter() - start, time.process_time() - busy
    async with ports.store.for_everyone() as tx:
        told = await tx.fetchval("SELECT count(*) FROM period_aggregate WHERE kind = 'WEEK' AND told")
    return _Week(people, told, planning, closing, busy)


def _table_of(weeks: Sequence[_Week]) -> Table:
    """What a person costs, each size beside the first."""
    table = Table("people", "told", "seconds", "planned, ms each", "closed, with cards, ms each", "of it the worker")
    first = weeks[0]
    for week in weeks:
        cells = [
            f"{took / week.people * 1000:.{digits}f} ({took / week.people / (of_first / first.people):.2f} x)"
            for took, of_first, digits in (
                (week.planning, first.planning, 3),
                (week.closing, first.closing, 2),
                (week.busy, first.busy, 2),
            )
        ]
        table.add_row(f"{week.people:,}", f"{week.told:,}", f"{week.planning + week.closing:.0f}", *cells)
    return table


@asynccontextmanager
async def _installation() -> AsyncIterator[Spectrum]:
    with tempfile.TemporaryDirectory(prefix="spectrum-bench-") as folder:
        state = Path(folder) / "state"
        settings = Settings.model_validate({"state_dir": state, "default_plan": "PLUS"})
        try:
            async with opened(settings, bring_up_to_date=True) as spectrum:
                yield spectrum
        finally:
            remove_state(state)


async def main() -> int:
    """Measure each on fresh servers: the people who are made for one must not be there for the other."""
    parser = argparse.ArgumentParser(prog="benchmarks.jobs", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=SIZES, metavar="N", help="whose week is closed")
    parser.add_argument("--weeks", type=int, default=WEEKS, metavar="N", help="with sessions; 13 are a whole usual")
    parser.add_argument("--no-queues", action="store_true", help="close weeks alone")
    asked = parser.parse_args()
    if not all(1 <= people <= MOST_PEOPLE for people in asked.people) or not 1 <= asked.weeks <= MOST_WEEKS:
        parser.error(f"1 to {MOST_PEOPLE:,} people with 1 to {MOST_WEEKS} weeks")
    console = Console()
    if not asked.no_queues:
        async with _installation() as spectrum:
            await compare_queues(spectrum, console)
    weeks = []
    for people in asked.people:
        async with _installation() as spectrum:
            weeks.append(await close_weeks(spectrum, people, asked.weeks, console))
    console.print(_table_of(weeks))
    console.print(f"{datetime.now(UTC):%Y-%m-%d}, {sys.platform}, Python {sys.version.split()[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
