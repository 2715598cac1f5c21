"""Reading: dashboards over real HTTP beside peers on the same tables (1 to 5), and one person's year (6)."""

import asyncio

import uvloop
from rich.console import Console

from benchmarks import growth
from benchmarks.edge import comparing
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes

MEASURES = ("1", "2", "3", "4", "5", "6")


def measure(sizes: Sizes, console: Console) -> list[Figure]:
    """Dashboards in turns; then the store's read in turns."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(comparing.compare(console, people=sizes.askers, rounds=sizes.rounds, seconds=sizes.seconds))
    return [*comparing.figures_of(found), *growth.figures_of(growth.read_in_turns(sizes.sessions, console))]
