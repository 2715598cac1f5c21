"""`python -m benchmarks.capacity`: measure what everything costs here, and compute what many people need.

`--costs FILE` computes with costs that were measured and written by `--keep FILE` before. Asserts nothing.
"""

import argparse
import asyncio
import json
import math
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from app.embedded import remove_state
from benchmarks.capacity.costs import Cost, Costs, measure
from benchmarks.capacity.week import READS_A_WEEK, SESSIONS_A_WEEK, cores_needed, simulate

SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
WEEKS, MONTHS, KEPT_DAYS, LEDGER_DAYS = 52, 12, 30, 30
EVENT_BYTES, EVENTS_A_READ, EVENT_DAYS = 250, 2, 400
"""Of an event with its indexes (`benchmarks.events`), of one look at a screen."""
JOBS_A_WEEK = SESSIONS_A_WEEK + 1 + 2 * MONTHS / WEEKS
DATABASE_CORES, DATABASE_TB = 32, 8
"""What one PostgreSQL is given of work and of disk: half of a machine of 64 cores, and what is restored in hours."""
REPLICA_FROM = 0.25
"""Reports read at a replica from this part of a PostgreSQL's work on."""
POOL, REPORTS_POOL = 16, 2
"""Connections of a process at most: 8 of each role, and two for reports."""


def bytes_a_year(costs: Costs) -> float:
    """What an active person has after a year, indexes included; what goes after a time counts as it stands."""
    sessions = SESSIONS_A_WEEK * WEEKS
    kept = sessions * costs.session_bytes + MONTHS * costs.month_bytes + costs.person_bytes
    kept += (WEEKS + MONTHS) * costs.aggregate_bytes
    kept += (WEEKS * costs.writings_a_week + MONTHS) * costs.writing_bytes
    kept += sessions * KEPT_DAYS / 365 * costs.text_bytes + JOBS_A_WEEK * LEDGER_DAYS / 7 * costs.job_bytes
    return kept + READS_A_WEEK * EVENTS_A_READ * EVENT_DAYS / 7 * EVENT_BYTES


def sizes_of(people: int, costs: Costs, *, one_zone: bool = False) -> dict[str, Any]:
    """Everything that so many active people need, by what it is called in the table."""
    week = simulate(people, costs, most_cores=cores_needed(people, costs, one_zone=one_zone), one_zone=one_zone)
    terabytes = people * bytes_a_year(costs) / 1e12
    shards = max(math.ceil(week.database_cores / DATABASE_CORES), math.ceil(terabytes / DATABASE_TB))
    processes = math.ceil(week.api_cores) + math.ceil(week.seconds_cores) + week.minutes_cores
    return {
        "largest wave, people": f"{week.wave:,}",
        "its words: half, 99 %, all told after min": f"{week.p50_min:.0f}, {week.p99_min:.0f}, {week.longest_min:.0f}",
        "told too late": f"{week.late:.2%}",
        "cores: API": _cores(week.api_cores),
        "cores: workers of seconds": _cores(week.seconds_cores),
        "cores: workers of minutes, in the wave": f"{week.minutes_cores:,}",
        "cores: PostgreSQL, busiest minute": _cores(week.database_cores),
        "storage after a year": f"{terabytes * 1000:,.0f} GB" if terabytes < 1 else f"{terabytes:,.1f} TB",
        "jobs in the ledger": f"{people * JOBS_A_WEEK * LEDGER_DAYS / 7:,.0f}",
        "connections without a pooler": f"{processes * POOL:,}",
        "PostgreSQL": _databases(shards, week.database_cores),
    }


def _cores(cores: float) -> str:
    return f"{cores:,.1f}" if cores < 10 else f"{cores:,.0f}"


def _databases(shards: int, cores: float) -> str:
    if shards > 1:
        return f"{shards} shards, a replica each"
    return "one, and a replica" if cores > REPLICA_FROM * DATABASE_CORES else "one"


def _costs_table(costs: Costs) -> Table:
    table = Table("one of these", "ours, ms of a core", "PostgreSQL's, ms", title="What it costs here")
    for name, value in asdict(costs).items():
        if isinstance(getattr(costs, name), Cost):
            table.add_row(name, f"{value['own_s'] * 1000:.2f}", f"{value['database_s'] * 1000:.2f}")
    table.add_section()
    for name, value in asdict(costs).items():
        if not isinstance(getattr(costs, name), Cost):
            table.add_row(name, f"{value:,.1f}", "")
    table.add_row("bytes an active person has after a year", f"{bytes_a_year(costs):,.0f}", "")
    return table


def _sizes_table(costs: Costs, *, one_zone: bool) -> Table:
    where = "all in one time zone" if one_zone else "over the world's time zones"
    table = Table(f"active people, {where}", *(f"{people:,}" for people in SIZES))
    found = [sizes_of(people, costs, one_zone=one_zone) for people in SIZES]
    for name in found[0]:
        table.add_row(name, *(each[name] for each in found))
    return table


async def _measured(console: Console) -> Costs:
    with tempfile.TemporaryDirectory(prefix="spectrum-bench-") as folder:
        state = Path(folder) / "state"
        try:
            return await measure(state, console.print)
        finally:
            remove_state(state)


def _read(path: Path) -> Costs:
    kept = json.loads(path.read_text())
    return Costs(**{name: Cost(**each) if isinstance(each, dict) else each for name, each in kept.items()})


def main() -> int:
    """Measure, simulate, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.capacity", description=__doc__)
    parser.add_argument("--costs", type=Path, metavar="FILE", help="costs that were measured before")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="where to write what was measured")
    asked = parser.parse_args()
    console = Console()
    costs = _read(asked.costs) if asked.costs else asyncio.run(_measured(console))
    if asked.keep:
        asked.keep.write_text(json.dumps(asdict(costs), indent=2))
    console.print(_costs_table(costs))
    for one_zone in (False, True):
        console.print(_sizes_table(costs, one_zone=one_zone))
    return 0


if __name__ == "__main__":
    sys.exit(main())
