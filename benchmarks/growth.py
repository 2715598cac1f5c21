"""`python -m benchmarks.growth`: one person's landscape of a year, read while everybody's data grow.

Each size is an installation of its own, on servers and in a folder of its own, and all of them are read in turns, so
that whatever else the machine does weighs on each alike. Row-level security is on; nothing is asserted.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import asyncpg
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from app.domain.envelopes import SESSIONS_A_YEAR
from app.domain.periods import Period, baseline_of
from app.domain.pictures.landscape import Granularity, landscape
from app.embedded import embedded_servers, remove_state
from app.pipeline.ports import Ports
from app.settings import Settings
from app.storage.history import exclusions, numbers
from app.storage.store import Tx
from app.wiring import opened
from benchmarks.everybody import EACH, FILLED, MONTHS, TEMPLATES, Everybody, make_everybody
from benchmarks.figures import Figure, Spread, Unit
from benchmarks.sizes import WHOLE

FEWEST, MOST = EACH * TEMPLATES, 20_000_000
ROUNDS = 61
WARM = 5
YEAR_DAYS = 365
READS = {"again": "the same person as before", "first": "somebody else each time, whose pages may lie on the disk"}
PARTS = ("their packed months", "all that the store reads", "read, and drawn by week")
STORE = 1

_BYTES = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname ~ ANY($1)"

Micros = tuple[float, float, float]
"""Of one read, by `PARTS`, each with what came before it."""


class _Watched:
    """A transaction that knows how long its rows took."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.seconds = 0.0

    async def fetch(self, sql: str, *args: object) -> list[Any]:
        start = time.perf_counter()
        rows = await self._tx.fetch(sql, *args)
        self.seconds += time.perf_counter() - start
        return rows


async def _read(ports: Ports, everybody: Everybody, number: int) -> Micros:
    """Read one person's year as the API does, and draw it."""
    person, days = everybody.id(number), everybody.days
    year = Period(days.last - timedelta(days=YEAR_DAYS - 1), days.last)
    span = Period(baseline_of(year).first, year.last)
    start = time.perf_counter()
    async with ports.store.for_person(person) as tx:
        watched = _Watched(tx)
        known = await numbers.list_numbers(cast(Tx, watched), person, span)
        targets = await exclusions.list_targets(tx, person)
    read = time.perf_counter()
    picture = landscape(known, targets, year, granularity=Granularity.WEEK)
    drawn = time.perf_counter()
    assert picture.session_count + picture.excluded_count > EACH // 2, "a whole year is there"
    return watched.seconds * 1e6, (read - start) * 1e6, (drawn - start) * 1e6


async def _settle(state: Path) -> int:
    """Gather statistics and write everything out, as time would have done; bytes of all tables and their indexes."""
    with embedded_servers(state, postgres=True, redis=False) as servers:
        connection = await asyncpg.connect(servers.database_url)
        try:
            await connection.execute("VACUUM (ANALYZE)", timeout=3600)
            await connection.execute("CHECKPOINT", timeout=3600)
            return int(await connection.fetchval(_BYTES, [rf"^{table}(_\d+)?$" for table in FILLED]))
        finally:
            await connection.close()


async def _serve(pipe: Connection, sessions: int) -> None:
    """Fill an installation, then read whoever is asked for, until nobody asks any more."""
    with tempfile.TemporaryDirectory(prefix="spectrum-bench-") as folder:
        state = Path(folder) / "state"
        try:
            async with opened(Settings.model_validate({"state_dir": state}), bring_up_to_date=True) as spectrum:
                everybody = await make_everybody(spectrum.ports, sessions, pipe.send)
                pipe.send((everybody.count, await _settle(state)))
                while True:
                    pipe.send(await _read(spectrum.ports, everybody, pipe.recv()))
        finally:
            remove_state(state)


def _work(pipe: Connection, sessions: int) -> None:
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        asyncio.run(_serve(pipe, sessions))


@dataclass(slots=True)
class Size:
    """One installation, and how long its reads took."""

    sessions: int
    pipe: Connection
    worker: Any
    people: int = 0
    bytes: int = 0
    micros: dict[str, list[Micros]] = field(default_factory=lambda: {name: [] for name in READS})

    def read(self, number: int) -> Micros:
        """Have somebody read."""
        self.pipe.send(number)
        return cast(Micros, self.pipe.recv())

    def median(self, name: str, part: int) -> float:
        """Of all reads of a kind."""
        return statistics.median(each[part] for each in self.micros[name])


def _begin(sessions: int) -> Size:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    worker = context.Process(target=_work, args=(there, sessions))
    worker.start()
    there.close()
    return Size(sessions, here, worker)


def _fill(size: Size, progress: Progress) -> None:
    bar = progress.add_task(f"{size.sessions:,} sessions", total=size.sessions)
    while isinstance(told := size.pipe.recv(), int):
        progress.advance(bar, told)
    size.people, size.bytes = told
    progress.update(bar, completed=size.sessions)


def _measure(sizes: Sequence[Size], progress: Progress) -> None:
    """Read each size in turns: the person as ever, and one with the same numbers who was not read before."""
    for size in sizes:
        for _ in range(WARM):
            size.read(0)
    for place in progress.track(range(ROUNDS), description="reading in turns"):
        for size in (*sizes[place % len(sizes) :], *sizes[: place % len(sizes)]):
            nobody_yet = 1 + 3 * place + TEMPLATES * (7919 * place % max(1, size.people // TEMPLATES))
            size.micros["first"].append(size.read(nobody_yet))
            size.micros["again"].append(size.read(0))


def _table(sizes: Sequence[Size]) -> Table:
    """Medians, each size beside the first."""
    table = Table("sessions of everybody", title=f"One person's year, in µs: medians of {ROUNDS} reads, all in turns")
    for size in sizes:
        table.add_column(f"{size.sessions:,}", justify="right")
    table.add_row("people", *(f"{size.people:,}" for size in sizes))
    table.add_row("MB filled", *(f"{size.bytes / 1e6:,.0f}" for size in sizes), end_section=True)
    for name, told in READS.items():
        table.add_row(f"[italic]{told}")
        for part, label in enumerate(PARTS):
            found = [size.median(name, part) for size in sizes]
            table.add_row(f"  {label}", *(f"{each:,.0f} ({each / found[0]:.2f} x)" for each in found))
    table.caption = f"Filled: {', '.join(FILLED)}; {EACH} sessions a person in {MONTHS} months. One machine, one run."
    return table


def read_in_turns(wanted: Sequence[int], console: Console) -> list[Size]:
    """Fill an installation for each of the `wanted` numbers of sessions, and read all of them in turns."""
    sizes: list[Size] = []
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn(), console=console) as bars:
        try:
            for sessions in wanted:
                sizes.append(_begin(sessions))
                _fill(sizes[-1], bars)
            _measure(sizes, bars)
        finally:
            for size in sizes:
                size.pipe.close()
                size.worker.join()
    return sizes


def figures_of(sizes: Sequence[Size]) -> list[Figure]:
    """How the largest compares with the first, read by read; the store's read of the same person is goal 6."""
    first, last = sizes[0], sizes[-1]
    figures = []
    for name, told in (("again", "the same person"), ("first", "somebody not read before")):
        for part, label in enumerate(PARTS):
            spread = Spread.ratio(*([each[part] for each in size.micros[name]] for size in (last, first)))
            of = " to ".join(f"{size.median(name, part):,.0f}" for size in (first, last))
            grown = " to ".join(f"{size.sessions:,}" for size in (first, last))
            goal = "6" if (name, part) == ("again", STORE) else None
            figures.append(Figure("read", f"{told}: {label}", spread, beside=f"{of} µs, {grown} sessions", goal=goal))
    a_year = Spread.of([last.bytes / last.sessions * SESSIONS_A_YEAR / 1024])
    told = f"{SESSIONS_A_YEAR} sessions; {', '.join(FILLED)}, with indexes"
    return [*figures, Figure("read", "database, a person-year", a_year, Unit.KIBIBYTES, told)]


def main() -> int:
    """Fill, read in turns, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.growth", description=__doc__)
    parser.add_argument("--sessions", type=int, nargs="+", default=WHOLE.sessions, metavar="N", help="rising")
    wanted: Sequence[int] = parser.parse_args().sessions
    if not all(FEWEST <= sessions <= MOST for sessions in wanted):
        parser.error(f"{FEWEST:,} to {MOST:,} sessions")
    console = Console()
    console.print(_table(read_in_turns(wanted, console)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
