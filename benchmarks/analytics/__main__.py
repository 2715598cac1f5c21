"""`python -m benchmarks.analytics`: how honest the team's figures are, over invented worlds, from a seed.

Asserts nothing; tests/statistics/test_worlds.py holds the promises over a few of the same worlds.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import repeat

import numpy as np
from numpy.random import Generator
from rich.console import Console
from rich.progress import track

from benchmarks.analytics import retaining, upgrades
from benchmarks.analytics.means import Answer, Means

STUDIES: dict[str, Callable[[Generator], Iterator[Answer]]] = {
    "conversion": upgrades.coverage,
    "peeking": upgrades.peeking,
    "split": upgrades.split,
    "holdout": retaining.coverage,
    "reading": retaining.reading,
    "bootstrap": retaining.bootstrap,
}
USUAL = [name for name in STUDIES if name != "bootstrap"]
"""A bootstrap takes seconds a world, and is not how the figures are made."""
WORLDS = 1_000
MOST_WORLDS = 100_000
AT_ONCE = 10


def measure(study: str, worlds: range, seed: int) -> Means:
    """The answers of some worlds of a study; each world has a seed of its own."""
    means = Means()
    for world in worlds:
        means.add(STUDIES[study](np.random.default_rng((seed, list(STUDIES).index(study), world))))
    return means


def main(arguments: list[str] | None = None) -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.analytics", description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS, help=f"of each study (at most {MOST_WORLDS:,})")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--studies", nargs="+", choices=STUDIES, default=USUAL)
    asked = parser.parse_args(arguments)
    if not (1 <= asked.worlds <= MOST_WORLDS and asked.processes >= 1 and asked.seed >= 0):
        parser.error(f"1 to {MOST_WORLDS:,} worlds, at least one process, and a seed of 0 or more")
    chunks = [range(first, min(first + AT_ONCE, asked.worlds)) for first in range(0, asked.worlds, AT_ONCE)]
    console, progress = Console(), Console(stderr=True)
    with ProcessPoolExecutor(asked.processes) as pool:
        for study in asked.studies:
            means = Means()
            done = pool.map(partial(measure, study), chunks, repeat(asked.seed))
            for found in track(done, total=len(chunks), console=progress, description=f"worlds of {study}"):
                means.merge(found)  # in the order of the chunks: a seed always gives the same tables
            console.print(f"\n[bold]{study}, {asked.worlds:,} worlds, seed {asked.seed}[/bold]")
            for table in means.tables():
                console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
