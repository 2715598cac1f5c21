"""`make bench-honesty`: coverage, false claims and power over invented people, from a seed. Asserts nothing.

The tests of the domain hold the promises with a few of the same people.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import starmap
from random import Random

from rich.console import Console
from rich.progress import track

from benchmarks.honesty.claims import false_claims
from benchmarks.honesty.coverage import coverage
from benchmarks.honesty.power import power
from benchmarks.honesty.tally import Answer, Tally

STUDIES: dict[str, Callable[[Random], Iterator[Answer]]] = {
    "coverage": coverage,
    "claims": false_claims,
    "power": power,
}
LIVES = 2_000
MOST_LIVES = 100_000
POWER_EVERY = 5
"""Every fifth life is asked for power, which looks at fourteen periods instead of four."""
AT_ONCE = 20

Chunk = tuple[str, int]
"""A study and the first of its lives in the chunk."""


def measure(seed: int, lives: int, study: str, first: int) -> Tally:
    """The answers of one chunk of a study's `lives`."""
    tally = Tally()
    for number in range(first, min(first + AT_ONCE, lives)):
        tally.add(STUDIES[study](Random(f"{seed}:{study}:{number}")))
    return tally


def _measured(chunks: list[Chunk], work: Callable[[str, int], Tally], processes: int) -> Iterable[Tally]:
    """In the order of the chunks, whoever is done first, so that a seed always gives the same tables."""
    if processes == 1:
        yield from starmap(work, chunks)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(work, *zip(*chunks, strict=True))


def main(arguments: list[str] | None = None) -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.honesty", description=__doc__)
    parser.add_argument(
        "--lives", type=int, default=LIVES, help=f"invented people of each study (at most {MOST_LIVES})"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--studies", nargs="+", choices=STUDIES, default=list(STUDIES))
    parser.add_argument("--markdown", action="store_true", help="print the tables as docs/statistics.md has them")
    asked = parser.parse_args(arguments)
    if not (1 <= asked.lives <= MOST_LIVES and asked.processes >= 1):
        parser.error(f"1 to {MOST_LIVES} lives, and at least one process")
    sizes = {study: max(1, asked.lives // (POWER_EVERY if study == "power" else 1)) for study in asked.studies}
    tallies = {study: Tally() for study in sizes}
    chunks = [(study, first) for study, lives in sizes.items() for first in range(0, lives, AT_ONCE)]
    done = _measured(chunks, partial(_chunk, asked.seed, sizes), asked.processes)
    progress = track(done, total=len(chunks), console=Console(stderr=True), description="chunks of lives")
    for (study, _), tally in zip(chunks, progress, strict=True):
        tallies[study].merge(tally)
    for study, tally in tallies.items():
        _print(f"{study}, {sizes[study]:,} lives, seed {asked.seed}", tally, markdown=asked.markdown)
    return 0


def _chunk(seed: int, sizes: dict[str, int], study: str, first: int) -> Tally:
    return measure(seed, sizes[study], study, first)


def _print(title: str, tally: Tally, *, markdown: bool) -> None:
    if markdown:
        print(f"\n{title}\n")
        for table in tally.tables:
            print(f"{tally.markdown(table)}\n")
        return
    console = Console()
    console.print(f"\n[bold]{title}[/bold]")
    for table in tally.tables:
        console.print(tally.drawn(table))


if __name__ == "__main__":
    sys.exit(main())
