"""What a benchmark comes to: figures with their spread, variants measured in turns, and the goals beside them.

Measures nothing and asserts nothing about time: of a shared machine only ratios inside one run mean anything.
"""

import statistics
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from rich.console import Console
from rich.table import Table

WIDTH = 170
"""Of what is printed where nobody says how wide the terminal is: a file is not cut."""

Measured = TypeVar("Measured")


class Unit(StrEnum):
    """What a figure counts; a ratio counts nothing."""

    RATIO = "x"
    MILLISECONDS = "ms"
    SECONDS = "s"
    MICROSECONDS = "µs"
    MEBIBYTES = "MiB"
    KIBIBYTES = "KiB"
    PERCENT = "%"
    DOLLARS = "$"


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of all rounds, with the lowest and the highest of them."""

    median: float
    lowest: float
    highest: float
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one round's values."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    @classmethod
    def ratio(cls, values: Sequence[float], base: Sequence[float]) -> "Spread":
        """Of each round's own ratio, since whatever else the machine did then weighed on both of its numbers."""
        return cls.of([value / beside for value, beside in zip(values, base, strict=True)])


@dataclass(frozen=True, slots=True)
class Figure:
    """One result: of which room, what, how much over its rounds, the absolute values beside it, the goal's key."""

    room: str
    what: str
    measured: Spread
    unit: Unit = Unit.RATIO
    beside: str = ""
    goal: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A number to reach: at most `wanted` where less is better, else at least; `moonshot` would be wonderful."""

    key: str
    room: str
    what: str
    wanted: float
    moonshot: float | None = None
    unit: Unit = Unit.RATIO
    at_most: bool = False

    @property
    def number(self) -> int:
        """Its number in the list of goals; those with letters share one."""
        return int(self.key.rstrip("abc"))

    def is_met_by(self, measured: Spread) -> bool:
        """Whether the median reaches it."""
        return measured.median <= self.wanted if self.at_most else measured.median >= self.wanted


GOALS: Mapping[str, Goal] = {
    goal.key: goal
    for goal in (
        Goal("1", "read", "dashboard from cache, against the ready-JSON limit", 1.0, 1.5),
        Goal("2", "read", "dashboard uncached, against PostGraphile on the same tables", 1.0, 3.0),
        Goal("3", "read", "dashboard uncached, against naive Strawberry + Tortoise", 6.0, 25.0),
        Goal("4", "read", "dashboard uncached, against the limit", 0.1, 0.4),
        Goal("5", "read", "p99 uncached, against PostGraphile's", 1.0, 1 / 3, at_most=True),
        Goal("6", "read", "landscape's store read, as everybody's sessions grow", 1.2, 1.0, at_most=True),
        Goal("7", "aggregate", "closing a week, per person and core", 3.0, 0.7, Unit.MILLISECONDS, at_most=True),
        Goal("8a", "ingest", "batch insert, against COPY", 0.6, 0.8),
        Goal("8b", "ingest", "batch mutation, against single ones", 4.0, 8.0),
        Goal("9a", "jobs", "job start p95, against arq's default", 1 / 8, 1 / 100, at_most=True),
        Goal("9b", "jobs", "a worker's idling, of a core", 1.0, None, Unit.PERCENT, at_most=True),
        Goal("9c", "jobs", "jobs a second, against tuned arq", 1.0, 5.0),
        Goal("10", "ingest", "ingest to numbers in the landscape, p95", 500.0, 150.0, Unit.MILLISECONDS, at_most=True),
        Goal("11", "analyse", "pipeline per core, against the engine alone", 0.6, 0.9),
        Goal("12a", "imports", "API import, against API + litellm", 1 / 5, None, at_most=True),
        Goal("12b", "imports", "API memory, nothing in its cache", 90.0, None, Unit.MEBIBYTES, at_most=True),
        Goal("13", "aggregate", "models, 1,000 active people and month", 2.0, 0.2, Unit.DOLLARS, at_most=True),
    )
}
"""The goals of the design, by key; `9b` is the second number of goal 9."""

_FOLDS = (
    "ours folds a year of sessions anew, minus exclusions, with an interval for each number, for somebody signed in"
)
WHY_NOT: Mapping[str, str] = {
    "1": "each answer checks a token, counts points and reads the person's head before the cache is asked",
    "2": f"{_FOLDS}; PostGraphile reads closed weeks and takes means",
    "3": f"{_FOLDS}; the naive program reads closed weeks and takes means",
    "4": f"{_FOLDS}; the limit hands out a ready text",
    "5": f"{_FOLDS}; PostGraphile reads closed weeks and takes means",
    "12a": "the API is Strawberry, graphql-core, Tortoise and 300 modules of ours: a third of all with litellm",
    "12b": "libraries alone are 71 MiB once imported, the whole program 91, before it has answered anybody",
}
"""Of a goal that is not met on the machines it was measured on: what stands in the way."""


def alternating(
    variants: Mapping[str, Callable[[], Measured]], rounds: int, tell: Callable[[int], None] = lambda _: None
) -> dict[str, list[Measured]]:
    """What each variant came to in each round; every round begins with another one. `tell` hears of ended rounds."""
    found: dict[str, list[Measured]] = {name: [] for name in variants}
    for number, names in _turns(list(variants), rounds):
        for name in names:
            found[name].append(variants[name]())
        tell(number)
    return found


async def alternating_async(
    variants: Mapping[str, Callable[[], Awaitable[Measured]]],
    rounds: int,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, list[Measured]]:
    """The same of variants that are awaited, one at a time."""
    found: dict[str, list[Measured]] = {name: [] for name in variants}
    for number, names in _turns(list(variants), rounds):
        for name in names:
            found[name].append(await variants[name]())
        tell(number)
    return found


def _turns(names: Sequence[str], rounds: int) -> Iterator[tuple[int, Sequence[str]]]:
    for place in range(rounds):
        first = place % len(names)
        yield place + 1, [*names[first:], *names[:first]]


def console() -> Console:
    """Where tables are printed."""
    return Console() if sys.stdout.isatty() else Console(width=WIDTH)


def shown(value: float, unit: Unit) -> str:
    """A value with its unit, to three digits or so."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
    number = f"{value:,.{digits}f}"
    return f"${value:,.2f}" if unit is Unit.DOLLARS else f"{number} {unit}"


def spread_shown(measured: Spread, unit: Unit) -> str:
    """From the lowest to the highest; nothing where there was one round alone."""
    if measured.rounds == 1:
        return "one"
    return f"{shown(measured.lowest, unit)} to {shown(measured.highest, unit)}"


def figures_table(title: str, figures: Sequence[Figure]) -> Table:
    """A room's figures."""
    table = Table("what", "median", "lowest to highest", "beside it", "goal", title=title, title_justify="left")
    for figure in figures:
        table.add_row(
            figure.what,
            shown(figure.measured.median, figure.unit),
            spread_shown(figure.measured, figure.unit),
            figure.beside,
            figure.goal or "",
        )
    return table


def goals_table(figures: Sequence[Figure], goals: Sequence[Goal], why_not: Mapping[str, str] = WHY_NOT) -> Table:
    """The goals with what was measured of each: on which sizes and beside what, or why it is not met."""
    columns = ("#", "what", "goal", "moonshot", "measured", "lowest to highest", "", "beside it, or why not")
    table = Table(*columns, title="Goals", title_justify="left")
    by_goal = {figure.goal: figure for figure in figures}
    for goal in goals:
        sign = "<=" if goal.at_most else ">="
        moonshot = "" if goal.moonshot is None else shown(goal.moonshot, goal.unit)
        cells = [goal.key, goal.what, f"{sign} {shown(goal.wanted, goal.unit)}", moonshot]
        figure = by_goal.get(goal.key)
        if figure is None:
            table.add_row(*cells, "", "", "not measured")
            continue
        is_met = goal.is_met_by(figure.measured)
        table.add_row(
            *cells,
            shown(figure.measured.median, goal.unit),
            spread_shown(figure.measured, goal.unit),
            "met" if is_met else "NOT met",
            figure.beside if is_met else why_not.get(goal.key, figure.beside),
        )
    return table
