"""`python -m benchmarks.edge`: what `python -m benchmarks read` compares of dashboards, server by server.

Only ratios inside one run mean anything; asserts nothing. What each server computes: see `comparing`.
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime

import uvloop
from rich.table import Table

from benchmarks.edge.asking import AT_ONCE_AGAIN
from benchmarks.edge.comparing import LIMIT, NAIVE, Rounds, compare, figures_of, median
from benchmarks.edge.load import CALLERS
from benchmarks.figures import GOALS, console, goals_table
from benchmarks.sizes import WHOLE

OF_HERE = ("1", "2", "3", "4", "5")


def _table(found: Rounds) -> Table:
    limit, plain = found[LIMIT], found[NAIVE]
    table = Table("dashboard", "req/s", "x limit", "x naive", "CPU µs", "p50 / p95 / p99 ms", "bytes")
    for name, of in found.items():
        rate = median(of, "rate")
        table.add_row(
            name,
            f"{rate:,.0f}",
            f"{rate / median(limit, 'rate'):.3f}",
            f"{rate / median(plain, 'rate'):.2f}",
            f"{median(of, 'cpu_us'):,.0f}",
            " / ".join(f"{median(of, at):.1f}" for at in ("p50", "p95", "p99")),
            f"{of[0].size:,}",
        )
    return table


async def main() -> int:
    """Compare, and print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.edge", description=__doc__)
    parser.add_argument("--people", type=int, default=WHOLE.askers, metavar="N", help="whose dashboards are asked for")
    parser.add_argument("--rounds", type=int, default=WHOLE.rounds, metavar="N", help="turns of each variant")
    parser.add_argument("--seconds", type=float, default=WHOLE.seconds, metavar="S", help="of one turn")
    asked = parser.parse_args()
    if asked.people < AT_ONCE_AGAIN or asked.rounds < 1:
        parser.error(f"at least {AT_ONCE_AGAIN} people and one round")
    out = console()
    found = await compare(out, people=asked.people, rounds=asked.rounds, seconds=asked.seconds)
    out.print(_table(found))
    out.print(goals_table(figures_of(found), [GOALS[key] for key in OF_HERE]))
    out.print(f"{datetime.now(UTC):%Y-%m-%d}, {sys.platform}, {CALLERS} callers, medians of {asked.rounds}")
    return 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main()))
