"""The published target: where nothing changes, at most one period in ten makes any claim of change.

The benchmarks simulate more lives; this one is small enough for every commit.
"""

from random import Random

import pytest

from app.domain.distribution import DistributionDimension, distribution
from app.domain.estimates import Comparison, Direction
from app.domain.fold import compare, fold
from app.domain.measures import FAMILY
from app.domain.periods import Period, baseline_of, week_of
from tests.domain.lives import MARCH, steady_life

LIVES = 40


def all_comparisons(random: Random, period: Period, chance: float) -> list[Comparison]:
    """Every comparison that a steady life offers about `period`."""
    life = list(steady_life(random, Period(baseline_of(period).first, period.last), chance))
    now, usual = fold(life, [], period), fold(life, [], baseline_of(period))
    feelings = distribution(life, [], period, by=DistributionDimension.EMOTION).slices
    found = [compare(now, usual, metric, subject) for metric, subject in FAMILY]
    found += [part.vs_baseline for part in feelings]
    return [one for one in found if one is not None]


@pytest.mark.parametrize(("period", "chance"), [(MARCH, 0.6), (week_of(MARCH.last), 1.0)])
def test_steady_lives_rarely_hear_of_change(period: Period, chance: float) -> None:
    """At most 10 % of steady lives hear of any change, though most would by 90 % intervals alone."""
    claimed = naive = 0
    for seed in range(LIVES):
        found = all_comparisons(Random(seed), period, chance)
        assert found
        claimed += any(one.direction in (Direction.HIGHER, Direction.LOWER) for one in found)
        shown = [one.difference for one in found if one.difference.low is not None]
        naive += any((one.low or 0.0) > 0 or (one.high or 0.0) < 0 for one in shown)
    assert claimed <= LIVES * 0.10
    assert naive >= LIVES * 0.50
