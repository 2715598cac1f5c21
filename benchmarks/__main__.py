"""`python -m benchmarks [ROOM …]`: what Spectrum costs, as ratios inside one run, beside the goals of the design.

Every room runs in a process of its own, on servers and in a folder of its own. Asserts nothing about time.
"""

import argparse
import json
import os
import platform
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from benchmarks.figures import GOALS, Figure, console, figures_table, goals_table
from benchmarks.growth import FEWEST, MOST
from benchmarks.rooms import ROOMS, measure
from benchmarks.sizes import QUICK, WHOLE, Sizes

MOST_PEOPLE, MOST_ROUNDS = 1_000_000, 99


def _asked() -> tuple[Sequence[str], Sizes, Path | None]:
    rooms = "\n".join(f"  {name:10} {about}" for name, about in ROOMS.items())
    parser = argparse.ArgumentParser(
        prog="benchmarks",
        description=f"{__doc__}\n\n{rooms}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="all of them without one")
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer rounds: about four minutes")
    parser.add_argument("--rounds", type=int, metavar="N", help="turns of each variant, 5 or quickly 3")
    parser.add_argument("--people", type=int, metavar="N", help="whose week is closed in a round")
    parser.add_argument("--sessions", type=int, nargs="+", metavar="N", help="of everybody, rising")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the figures there as JSON")
    asked = parser.parse_args()
    sizes = QUICK if asked.quick else WHOLE
    if unknown := set(asked.rooms) - set(ROOMS):
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    if asked.rounds is not None:
        sizes = replace(sizes, rounds=asked.rounds)
    if asked.people is not None:
        sizes = replace(sizes, people=asked.people)
    if asked.sessions is not None:
        sizes = replace(sizes, sessions=tuple(asked.sessions))
    if not 1 <= sizes.people <= MOST_PEOPLE or not all(FEWEST <= each <= MOST for each in sizes.sessions):
        parser.error(f"1 to {MOST_PEOPLE:,} people, {FEWEST:,} to {MOST:,} sessions")
    if not 1 <= sizes.rounds <= MOST_ROUNDS:
        parser.error(f"1 to {MOST_ROUNDS} rounds")
    return asked.rooms or list(ROOMS), sizes, asked.save


def _run(name: str, sizes: Sizes) -> list[Figure]:
    """A room's figures, from a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(measure, name, sizes).result()


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"


def _save(file: Path, figures: Sequence[Figure], sizes: Sizes) -> None:
    content = {"machine": _machine(), "sizes": asdict(sizes), "figures": [asdict(figure) for figure in figures]}
    file.write_text(json.dumps(content, indent=1) + "\n")


def main() -> int:
    """Run the rooms, print their tables as they come, and the goals at last. 1 when a room broke."""
    rooms, sizes, file = _asked()
    out = console()
    out.print(sizes.said)
    figures: list[Figure] = []
    broken = []
    for name in rooms:
        out.rule(f"{name}: {ROOMS[name]}", align="left")
        try:
            found = _run(name, sizes)
        except Exception:  # noqa: BLE001 - the other rooms go on
            traceback.print_exc()
            broken.append(name)
            continue
        out.print(figures_table(name, found))
        figures += found
        if file is not None:
            _save(file, figures, sizes)
    out.print(goals_table(figures, [goal for goal in GOALS.values() if goal.room in rooms]))
    out.print(f"{_machine()}. {sizes.said}.")
    if broken:
        out.print(f"Broken: {', '.join(broken)}; what they measure is missing above.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
