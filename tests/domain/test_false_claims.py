"""The published target: where nothing changes, at most one period in ten makes any claim of change.

Small enough for every commit; `python -m benchmarks.honesty` asks thousands of the same people.
"""

from random import Random

import pytest

from app.domain.estimates.estimate import Comparison, Direction
from app.domain.fold import fold
from app.domain.measures import corrected_confidence
from app.domain.periods import Period, baseline_of
from app.domain.pictures.distribution import DistributionDimension, distribution
from app.domain.pictures.landscape import Granularity, landscape
from benchmarks.honesty import claims
from benchmarks.honesty.lives import any_life
from benchmarks.honesty.rules import Rule, compared
from benchmarks.honesty.tally import Cell, Tally

LIVES = 30


@pytest.fixture(scope="module")
def steady() -> Tally:
    """What is claimed of a few steady people."""
    tally = Tally()
    for seed in range(LIVES):
        tally.add(claims.false_claims(Random(seed)))
    return tally


@pytest.mark.parametrize("period", claims.PERIODS)
def test_steady_lives_rarely_hear_of_change(steady: Tally, period: str) -> None:
    """Of weeks, months and ranges at most 10 % claim any change, though most would by 90 % intervals alone."""
    built, naive = (steady[Cell(claims.FAMILY_TABLE, rule, period)] for rule in (Rule.BONFERRONI, Rule.NAIVE))
    assert built.asked == naive.asked == LIVES
    assert built.share <= 0.10
    assert naive.share >= 0.50


@pytest.mark.parametrize("period", ["week", "month"])
def test_steady_lives_are_rarely_told_anything_false(steady: Tally, period: str) -> None:
    """The words are as wary as the numbers: changes, sides of a time of day and movements, all taken together."""
    told = steady[Cell(claims.TOLD_TABLE, "any of the three", period)]
    assert told.asked == LIVES
    assert told.share <= 0.10


@pytest.mark.parametrize("period", ["28 days", "90 days"])
@pytest.mark.parametrize("field", claims.FIELDS)
def test_fields_of_a_range_rarely_claim(steady: Tally, period: str, field: str) -> None:
    """Corrected over what it shows, no field of a range claims much oftener than in one life of ten; these are few."""
    assert steady[Cell(claims.FIELD_TABLE, field, period)].share <= 0.20


@pytest.mark.parametrize("name", ["28 days", "90 days"])
def test_fields_are_asked_as_they_answer(name: str) -> None:
    """What the simulation takes for a field's claims is what the landscape and the distributions say."""
    random = Random(8)
    known, period = claims.steady_life(random, any_life(random)), claims.PERIODS[name]
    picture = landscape(known, (), period, granularity=Granularity.MONTH)
    said = {"landscape": _claims((picture.valence_vs_baseline, picture.arousal_vs_baseline))}
    divisions = zip(list(claims.FIELDS)[1:], ("PATTERN", "EMOTION", "SOURCE", "TIME_OF_DAY", "WEEKDAY"), strict=True)
    for field, by in divisions:
        slices = distribution(known, (), period, by=DistributionDimension(by)).slices
        said[field] = _claims(tuple(part.vs_baseline for part in slices))
    found = compared(*(fold(known, (), each) for each in (period, baseline_of(period))))
    for field, family in claims.FIELDS.items():
        sure = corrected_confidence(len(family))
        assert said[field] == sum(each.measure in family and each.excludes_zero(sure) for each in found)


def _claims(comparisons: tuple[Comparison | None, ...]) -> int:
    return sum(c is not None and c.direction in (Direction.HIGHER, Direction.LOWER) for c in comparisons)


def test_periods_asked_are_what_they_are_called() -> None:
    """The last week and the month end together, and the ranges are neither a week nor a month."""
    assert {name: period.days for name, period in claims.PERIODS.items()} == {
        "week": 7, "month": 31, "28 days": 28, "90 days": 90,
    }  # fmt: skip
    assert claims.WEEK.last == claims.MONTH.last == Period(claims.LAST, claims.LAST).last
