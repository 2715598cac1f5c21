"""The published target: where nothing changes, at most one period in ten makes any claim of change.

Small enough for every commit; how the target was found is in the decision record.
"""

from random import Random

import pytest

from app.domain.affect import CareLevel
from app.domain.distribution import DistributionDimension, distribution
from app.domain.estimates import Comparison, Direction
from app.domain.findings import InsightKind, find_month
from app.domain.fold import compare, fold
from app.domain.measures import FAMILY
from app.domain.periods import Period, PeriodKind, baseline_of, previous, week_of
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


def test_steady_months_are_rarely_told_a_change() -> None:
    """The words are as wary as the numbers: against one's usual and the month before, at most 10 % name a side."""
    told = 0
    before = previous(PeriodKind.MONTH, MARCH)
    for seed in range(2 * LIVES):
        life = list(steady_life(Random(seed), Period(baseline_of(MARCH).first, MARCH.last), 0.6))
        folds = [fold(life, [], period) for period in (MARCH, baseline_of(MARCH), before)]
        found = find_month(*folds, care=CareLevel.NONE)
        told += any(each.topic == "change" or each.kind is InsightKind.SHIFT for each in found)
    assert told <= 2 * LIVES * 0.10
