"""The figures in invented worlds of known truth: intervals hold it, and what looks like an effect is told from one.

Small enough for every commit, and always the same; `python -m benchmarks.analytics` asks thousands of such worlds.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from numpy.random import Generator

from benchmarks.analytics import habits, retaining, upgrades
from benchmarks.analytics.means import Answer, Means
from benchmarks.honesty.tally import Cell

WORLDS = 60


def _asked(study: Callable[[Generator], Iterator[Answer]], worlds: int = WORLDS) -> Means:
    means = Means()
    for world in range(worlds):
        means.add(study(np.random.default_rng((20, world))))
    return means


@pytest.fixture(scope="module")
def reading() -> Means:
    """What a holdout, users against non-users and the adjusted difference read in a few worlds."""
    return _asked(retaining.reading, 25)


@pytest.fixture(scope="module")
def experiments() -> Means:
    """Coverage and power of experiments in a few worlds."""
    return _asked(upgrades.coverage)


@pytest.fixture(scope="module")
def holdouts() -> Means:
    """Coverage of holdouts in a few worlds."""
    return _asked(retaining.coverage)


@pytest.mark.parametrize("study", ["experiments", "holdouts"])
def test_intervals_hold_the_truth(study: str, request: pytest.FixtureRequest) -> None:
    """Of 60 worlds each 95 % interval holds the truth in at least 52; fewer would come of 95 % once in 100."""
    means: Means = request.getfixturevalue(study)
    asked = {cell: mean for cell, mean in means.cells.items() if "Coverage" in cell.table}
    assert len(asked) == 16
    for cell, mean in asked.items():
        assert mean.given > WORLDS / 2, cell
        assert mean.value >= 100 * 52 / 60, cell
    pooled = [sum(mean.total for mean in asked.values()), sum(mean.given for mean in asked.values())]
    assert 93 <= pooled[0] / pooled[1] <= 97.5


def test_what_can_be_detected_is(experiments: Means) -> None:
    """A difference as small as is promised is found about 4 times in 5."""
    found = [mean.value for cell, mean in experiments.cells.items() if cell.table == upgrades.POWER]
    assert len(found) == 8
    assert 75 <= np.mean(found) <= 85


@pytest.mark.parametrize("row", retaining.WORLDS)
def test_a_holdout_reads_the_truth(reading: Means, row: str) -> None:
    """With an effect or without, and whatever is hidden, chance shared it out: no more than 1.5 points off."""
    truth, read = (reading[Cell(retaining.READS, row, column)] for column in ("truth, of all", "holdout"))
    assert abs(read.value - truth.value) < 1.5


@pytest.mark.parametrize("row", retaining.WORLDS)
def test_users_against_non_users_read_far_too_much(reading: Means, row: str) -> None:
    """Who is gone finds nothing and who stays finds it: in every world it reads over 20 points above the truth."""
    cells = [Cell(retaining.READS, row, column) for column in ("truth, of all", "users against non-users")]
    assert reading[cells[1]].value - reading[cells[0]].value > 20


def test_what_was_counted_is_taken_away_and_what_was_not_is_not(reading: Means) -> None:
    """The adjusted difference is the truth where behaviour says all, and nearer to it where an intent is hidden."""
    for row, world in retaining.WORLDS.items():
        truth, naive, found = (
            reading[Cell(retaining.READS, row, column)].value
            for column in ("truth, adjusted", "users against non-users", "adjusted")
        )
        if world.hidden:
            assert 5 < found - truth < (naive - truth) / 2, "that is why the caveat is always there"
        else:
            assert abs(found - truth) < 1.5
    asked = [mean for cell, mean in reading.cells.items() if cell.table == retaining.ADJUSTED_COVERAGE]
    assert len(asked) == 8
    assert 90 <= np.mean([mean.value for mean in asked]) <= 99


def test_the_worlds_know_their_truth() -> None:
    """Drawn people of a holdout are retained as the formula says; without an effect the adjusted truth is 0."""
    random = np.random.default_rng(4)
    drawn = habits.group(40_000, random, effect=0.2, all_seen=True)
    left = np.mean(~drawn.lost | (drawn.lasted > habits.HORIZON))
    assert left == pytest.approx(habits.retained(habits.HORIZON, 0.2), abs=0.01)
    spent = np.minimum(drawn.lasted, habits.HORIZON).mean()
    assert spent == pytest.approx(habits.mean_time(0.2), abs=0.05)
    assert habits.adjusted_truth(habits.Choosers(), random, people=1_000) == pytest.approx(0, abs=1e-12)


def test_looking_again_and_again_finds_what_is_not_there() -> None:
    """Looked at each week, tests without any difference show one more often than when they are READY."""
    means = _asked(partial(upgrades.peeking, every=7), 50)
    looked, ready = (
        means[Cell(upgrades.PEEKING, row, upgrades.EITHER)].value for row in (upgrades.ANY_LOOK, upgrades.WHEN_READY)
    )
    assert looked >= 10
    assert ready <= 8


def test_a_broken_split_is_found_and_a_whole_one_is_not() -> None:
    """Where all are exposed 1 % of lost exposures is found; where nothing is wrong, hardly anything ever is."""
    means = _asked(upgrades.split, 40)
    whole = [mean.value for cell, mean in means.cells.items() if cell.column == "nothing lost"]
    assert np.mean(whole) < 0.7
    row = f"{upgrades.PLANNED:,} an arm, 100% exposed"
    assert means[Cell(upgrades.SPLIT, row, "1% lost")].value == 100
    assert means[Cell(upgrades.SPLIT, f"{row}, sizes alone", "5% lost")].value < 5


def test_the_same_seed_gives_the_same_worlds() -> None:
    """A study asked twice answers alike, to the last digit, and numbers merge as they add up."""
    once, again = _asked(retaining.coverage, 4), _asked(retaining.coverage, 4)
    assert {cell: str(mean) for cell, mean in once.cells.items()} == {
        cell: str(mean) for cell, mean in again.cells.items()
    }
    again.merge(once)
    assert all(mean.asked == 8 for mean in again.cells.values())
    assert len(list(again.tables())) == 1
