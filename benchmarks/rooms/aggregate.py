"""Weeks planned, closed and written (7), and what models would cost for writing (13).

One worker in this process. Its processor time and PostgreSQL's together are what a person costs a core; the time that
passed stands beside it, in which both overlap.
"""

import asyncio
import time
from dataclasses import dataclass

import asyncpg
from rich.console import Console

from app.gateways.routes import read_routes
from app.jobs import Queue
from app.memory import collect_rarely
from app.wiring import Spectrum
from benchmarks.crowd import make_crowd
from benchmarks.figures import Figure, Spread, Unit
from benchmarks.programs import bench, cpu_of_family_s, postmaster
from benchmarks.sizes import Sizes
from benchmarks.writing import cost
from workers.runner import Runner
from workers.schedule import plan_due

MEASURES = ("7", "13")
WRITERS_LIVES = 100
"""Invented people whose briefs the models' cost is worked out from."""


@dataclass(frozen=True, slots=True)
class _Week:
    """What a person's week took, in milliseconds: planned, closed, and of both programs' processor time."""

    planning_ms: float
    closing_ms: float
    worker_ms: float
    database_ms: float


async def _close(spectrum: Spectrum, server: int, people: int, offset: int) -> _Week:
    """Let the week of the next `people` people be due; plan it, close it and write its cards."""
    ports, runner = spectrum.ports, Runner(spectrum.ports)
    async with ports.store.for_everyone() as tx:
        await tx.execute(
            "UPDATE person SET week_due_at = now() - interval '1 minute'"
            " WHERE id IN (SELECT id FROM person ORDER BY id OFFSET $1 LIMIT $2)",
            offset,
            people,
        )
    start = time.perf_counter()
    planned = await plan_due(ports)
    planning = time.perf_counter() - start
    assert planned >= people, f"{planned} weeks of {people} are due"  # the hour's upkeep comes with them
    start, worker, database = time.perf_counter(), time.process_time(), cpu_of_family_s(server)
    while await runner.work_once(Queue.MINUTES):
        pass
    took = time.perf_counter() - start, time.process_time() - worker, cpu_of_family_s(server) - database
    closing_ms, worker_ms, database_ms = (seconds / people * 1000 for seconds in took)
    return _Week(planning / people * 1000, closing_ms, worker_ms, database_ms)


async def _weeks(people: int, rounds: int, console: Console) -> list[_Week]:
    """Each round closes the week of others."""
    with bench() as on:
        async with on.opened() as spectrum:
            console.print(f"{people * rounds:,} people live four weeks ...")
            await make_crowd(spectrum.ports, people * rounds)
            async with spectrum.ports.store.for_everyone() as tx:
                await tx.execute("UPDATE person SET week_due_at = 'infinity'")
            owner = await asyncpg.connect(on.servers.database_url)
            await owner.execute("ANALYZE")  # as autovacuum would have done by the end of the week
            await owner.close()
            collect_rarely()  # as `spectrum worker` does
            server, found = await postmaster(on.servers.database_url), []
            for number in range(rounds):
                found.append(await _close(spectrum, server, people, number * people))
                console.print(f"weeks: round {number + 1}")
            async with spectrum.ports.store.for_everyone() as tx:
                told = await tx.fetchval("SELECT count(*) FROM period_aggregate WHERE kind = 'WEEK' AND told")
            assert told == people * rounds, "every week has cards"
            return found


def _spend() -> Figure:
    """What the default routes would cost: of each feature that has one, the first model asked."""
    routes = read_routes(cost.MODELS)
    rows = list(cost.rows(routes, people=WRITERS_LIVES, rewrites=cost.REWRITES))
    first: dict[str, float] = {}
    for row in rows:
        if row.feature in routes:
            first.setdefault(row.feature, float(row.dollars))
    told = ", ".join(f"{feature} ${dollars:.2f}" for feature, dollars in first.items())
    what = "models, 1,000 active people and month, at the default routes"
    return Figure("aggregate", what, Spread.of([sum(first.values())]), Unit.DOLLARS, f"computed: {told}", "13")


def measure(sizes: Sizes, console: Console) -> list[Figure]:
    """Weeks round by round, and the money."""
    found = asyncio.run(_weeks(sizes.people, sizes.rounds, console))

    def each(name: str) -> Spread:
        return Spread.of([getattr(week, name) for week in found])

    closed = Spread.of([week.worker_ms + week.database_ms for week in found])
    parts = f"worker {each('worker_ms').median:.2f}, PostgreSQL {each('database_ms').median:.2f}"
    people = f"of {sizes.people:,} people a round, one worker"
    return [
        Figure("aggregate", "a week closed, of a core", closed, Unit.MILLISECONDS, f"a person; {parts} ms", "7"),
        Figure("aggregate", "the same, by the clock", each("closing_ms"), Unit.MILLISECONDS, people),
        Figure("aggregate", "a week planned, by the clock", each("planning_ms"), Unit.MILLISECONDS, people),
        _spend(),
    ]
