"""The rooms of the harness: each measures one side of the product and answers in figures.

A room is a module with `MEASURES`, the keys of the goals that are its own, and `measure(sizes, console)`. It is loaded
when it is asked for: none pays for what another imports.
"""

import logging
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from rich.console import Console

from app.telemetry import configure_logging
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes

ROOMS = {
    "read": "the dashboard, served by us and by peers; one person's year as everybody's sessions grow",
    "ingest": "sessions taken in: rows against COPY, batches against single ones, until their numbers show; sealing",
    "aggregate": "weeks planned, closed and written; what models would cost for it",
    "jobs": "the ledger beside a bare queue",
    "analyse": "the pipeline beside the engine alone; the engines beside each other; the fold",
    "imports": "what a process costs before it does anything: import, start, memory",
}
"""Names, in the order in which they run, with what each is about."""


class Room(Protocol):
    """What a room's module holds."""

    MEASURES: Sequence[str]

    def measure(self, sizes: Sizes, console: Console) -> list[Figure]:
        """Its figures; `console` hears of progress, and of what is left out."""


def room(name: str) -> Room:
    """The module of a room."""
    return cast(Room, import_module(f"benchmarks.rooms.{name}"))


def measure(name: str, sizes: Sizes) -> list[Figure]:
    """A room's figures, measured in this process."""
    configure_logging(logging.WARNING)
    found = room(name)
    figures = found.measure(sizes, Console())
    goals = [figure.goal for figure in figures if figure.goal]
    assert set(goals) <= set(found.MEASURES), f"{name} measures goals of another room"
    assert len(goals) == len(set(goals)), f"{name} measures a goal twice"
    return figures
