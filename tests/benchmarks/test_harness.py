"""The benchmarks' own arithmetic, and that every goal is measured in one place. How long it takes is not looked at."""

import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import figures
from benchmarks.figures import GOALS, Figure, Goal, Spread, Unit, alternating, alternating_async, goals_table
from benchmarks.rooms import ROOMS, room

ROOT = Path(__file__).parents[2]


def test_every_goal_is_measured_by_one_room() -> None:
    """Goals 1 to 13 are there, each of its numbers belongs to one room, and that room says so."""
    assert {goal.number for goal in GOALS.values()} == set(range(1, 14))
    measured = {name: room(name).MEASURES for name in ROOMS}
    assert Counter(key for keys in measured.values() for key in keys) == Counter(list(GOALS))
    assert {key: name for name, keys in measured.items() for key in keys} == {
        goal.key: goal.room for goal in GOALS.values()
    }
    assert set(figures.WHY_NOT) <= set(GOALS)


def test_a_spread_is_that_of_each_rounds_ratio() -> None:
    """A round in which the machine was slow weighs on both of its numbers."""
    spread = Spread.ratio([10.0, 2.0, 30.0], [5.0, 1.0, 10.0])
    assert spread == Spread(median=2.0, lowest=2.0, highest=3.0, rounds=3)
    with pytest.raises(ValueError, match="zip"):
        Spread.ratio([1.0], [1.0, 2.0])


@pytest.mark.parametrize(
    ("at_most", "median", "is_met"),
    [(True, 0.9, True), (True, 1.0, True), (True, 1.1, False), (False, 0.9, False), (False, 1.0, True)],
)
def test_at_most_and_at_least(median: float, *, at_most: bool, is_met: bool) -> None:
    """The median decides, the goal's own number reaches it."""
    goal = Goal("1", "read", "a thing", 1.0, at_most=at_most)
    assert goal.is_met_by(Spread(median, 0.0, 99.0, 5)) is is_met


def test_the_table_of_goals_says_what_was_met() -> None:
    """Each goal with its words: met, not met and why, or not measured at all."""
    goals = [
        Goal("1", "read", "fast", 2.0),
        Goal("2", "read", "small", 10.0, None, Unit.MEBIBYTES, at_most=True),
        Goal("3", "read", "cheap", 1.0, 0.5, Unit.DOLLARS, at_most=True),
    ]
    found = [
        Figure("read", "fast", Spread(3.0, 1.0, 4.0, 5), goal="1"),
        Figure("read", "small", Spread(12.5, 12.5, 12.5, 1), Unit.MEBIBYTES, goal="2"),
    ]
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(goals_table(found, goals, {"1": "never said", "2": "it is large"}))
    lines = [line for line in console.export_text().splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in line.strip("│").split("│")] for line in lines] == [
        ["1", "fast", ">= 2.00 x", "", "3.00 x", "1.00 x to 4.00 x", "met", ""],
        ["2", "small", "<= 10.0 MiB", "", "12.5 MiB", "one", "NOT met", "it is large"],
        ["3", "cheap", "<= $1.00", "$0.50", "", "", "not measured", ""],
    ]


async def test_variants_take_turns() -> None:
    """Every round has each variant once and begins with another one, awaited or not."""
    order: list[str] = []

    def turn(name: str) -> int:
        order.append(name)
        return len(order)

    async def awaited(name: str) -> int:
        return turn(name)

    assert alternating({"a": lambda: turn("a"), "b": lambda: turn("b")}, 2) == {"a": [1, 4], "b": [2, 3]}
    assert await alternating_async({"a": lambda: awaited("a"), "b": lambda: awaited("b")}, 2) == {
        "a": [5, 8],
        "b": [6, 7],
    }
    assert order == ["a", "b", "b", "a"] * 2


@pytest.mark.release
def test_the_smallest_room_runs(tmp_path: Path) -> None:
    """`python -m benchmarks imports --quick --rounds 1` measures its goals, and saves what it printed."""
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "imports", "--quick", "--rounds", "1", "--save", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "API import, against API + litellm" in done.stdout
    saved = json.loads(file.read_text())
    assert {figure["goal"] for figure in saved["figures"]} >= {"12a", "12b"}
    assert saved["sizes"]["is_quick"]


def test_an_unknown_room_is_refused() -> None:
    """A room that is not there is said to be none, before anything is measured."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "kitchen"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no such room: kitchen" in done.stderr
