"""Comparisons with one's own usual. Which sessions are on which side is the fold's to test."""

from datetime import date, timedelta
from math import hypot, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.domain.estimates.differences import (
    claim_interval,
    comparison,
    confidence_for_claim,
    difference,
    direction,
    mean_difference,
    share_difference,
)
from app.domain.estimates.estimate import (
    DISTANCE,
    SIGNED,
    Direction,
    Interval,
    MeanSample,
    Sample,
    Scale,
    Shape,
    ShareSample,
    SuppressionReason,
    mean_interval,
)
from app.domain.measures import CONFIDENCE, CORRECTED_CONFIDENCE, corrected_confidence
from app.domain.periods import Period, month_of, week_of
from tests.domain.lives import MARCH, calmly
from tests.domain.test_estimates import OPEN_ENDED, assert_coherent

values = st.integers(-10_000, 10_000).map(lambda n: n / 10_000)
mean_samples = st.lists(values, min_size=7, max_size=40).map(
    lambda days: MeanSample(tuple(days), len(days) + 2, SIGNED)
)
share_samples = st.integers(1, 60).flatmap(
    lambda n: st.builds(ShareSample, st.integers(0, n), st.just(n), st.integers(1, n))
)


def around(middle: float, days: int, apart: float = 0.05) -> MeanSample:
    """Days that lie alternately above and below `middle`."""
    return MeanSample(tuple(middle + apart * (-1) ** n for n in range(days)), days, SIGNED)


@calmly
@given(current=mean_samples, baseline=mean_samples)
def test_mean_difference_is_welchs(current: MeanSample, baseline: MeanSample) -> None:
    """The difference of two means has scipy's Welch interval over the days."""
    now = MeanSample(current.days, current.session_count, OPEN_ENDED)
    if len(set(now.days)) == 1 or len(set(baseline.days)) == 1:
        return
    expected = stats.ttest_ind(now.days, baseline.days, equal_var=False).confidence_interval(CONFIDENCE)
    found = mean_difference(now, baseline, CONFIDENCE)
    allowed = 7e-6 * found.width + 1e-9
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=0, abs=allowed)


@calmly
@given(current=share_samples, baseline=share_samples)
def test_share_difference_is_newcombes(current: ShareSample, baseline: ShareSample) -> None:
    """The difference of two shares lies in its interval, which turns its sign when the sides are swapped."""
    found = share_difference(current, baseline, CONFIDENCE)
    swapped = share_difference(baseline, current, CONFIDENCE)
    assert found.low <= found.value <= found.high
    assert (swapped.value, swapped.low, swapped.high) == pytest.approx((-found.value, -found.high, -found.low))


@pytest.mark.parametrize(
    ("now", "usual", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
    ids=list("abcdefgh"),
)
def test_share_difference_gives_the_published_examples(
    now: tuple[int, int], usual: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), table II, method 10 at 95 %, sessions on days of their own."""
    sides = [ShareSample(hits, size, size) for hits, size in (now, usual)]
    found = share_difference(sides[0], sides[1], 0.95)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_difference_of_spreads_recovers_their_own_intervals() -> None:
    """Each end lies as far away as the two ends of the sides that lead there, squared and added (Zou and Donner)."""
    now, usual = (
        MeanSample(
            tuple(log(level) + 0.1 * (n % 5 - 2) for n in range(days)), days, DISTANCE, level, shape=Shape.LOGARITHMIC
        )
        for level, days in ((0.5, 10), (0.3, 40))
    )
    one, other = mean_interval(now, CONFIDENCE), mean_interval(usual, CONFIDENCE)
    found = difference(now, usual, CONFIDENCE)
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.2 - hypot(0.5 - one.low, other.high - 0.3))
    assert found.high == pytest.approx(0.2 + hypot(one.high - 0.5, 0.3 - other.low))
    alike = MeanSample((log(0.5),) * 10, 10, DISTANCE, 0.5, shape=Shape.LOGARITHMIC)
    assert difference(alike, usual, CONFIDENCE).width < claim_interval(alike, usual, CONFIDENCE).width


@calmly
@given(current=mean_samples | share_samples, baseline=mean_samples | share_samples)
def test_comparison_is_coherent(current: Sample, baseline: Sample) -> None:
    """All three estimates are coherent, and a direction is only given beside a difference that is shown."""
    if type(current) is not type(baseline):
        with pytest.raises(TypeError):
            difference(current, baseline, CONFIDENCE)
        return
    found = comparison(current, baseline, MARCH)
    for number in (found.current, found.baseline, found.difference):
        assert_coherent(number)
    if found.difference.suppressed:
        assert found.direction is Direction.UNCLEAR
    if found.difference.value is not None:
        assert found.current.value is not None
        assert found.baseline.value is not None
        assert found.difference.value == pytest.approx(found.current.value - found.baseline.value)


@pytest.mark.parametrize(
    ("now", "usual", "reason", "needed"),
    [
        (around(0.1, 6), around(0.1, 30), SuppressionReason.TOO_FEW_DAYS, 1),
        (around(0.1, 30), around(0.1, 6), SuppressionReason.TOO_FEW_DAYS, None),
        (around(0.1, 4), around(0.1, 30), SuppressionReason.TOO_FEW_SESSIONS, 3),
        (around(0.1, 4), around(0.1, 6), SuppressionReason.TOO_FEW_SESSIONS, None),
        (around(0.1, 30), around(0.1, 3), SuppressionReason.TOO_FEW_SESSIONS, None),
        (around(0.1, 8, 0.36), around(0.1, 8, 0.36), SuppressionReason.TOO_UNCERTAIN, None),
        (around(0.1, 7), around(0.1, 7), None, 0),
        (ShareSample(3, 9, 6), ShareSample(3, 9, 9), SuppressionReason.TOO_FEW_DAYS, 1),
        (ShareSample(2, 4, 2), ShareSample(3, 9, 9), SuppressionReason.TOO_FEW_SESSIONS, 5),
        (ShareSample(3, 9, 7), ShareSample(3, 9, 7), None, 0),
    ],
)
def test_comparison_needs_7_days_on_each_side(
    now: Sample, usual: Sample, reason: SuppressionReason | None, needed: int | None
) -> None:
    """A difference is withheld when a side is, under 7 days on either side, and when it is too vague."""
    found = comparison(now, usual, MARCH).difference
    assert (found.suppressed, found.sessions_needed) == (reason, needed)


@pytest.mark.parametrize(
    ("shown", "corrected", "expected"),
    [
        ((0.15, 0.30), (0.01, 0.44), Direction.HIGHER),
        ((0.15, 0.30), (-0.01, 0.46), Direction.UNCLEAR),
        ((-0.30, -0.15), (-0.44, -0.01), Direction.LOWER),
        ((-0.09, 0.10), (-0.2, 0.2), Direction.SIMILAR),
        ((-0.11, 0.05), (-0.2, 0.2), Direction.UNCLEAR),
        ((0.02, 0.08), (0.01, 0.09), Direction.SIMILAR),
    ],
)
def test_direction_follows_both_intervals(
    shown: tuple[float, float], corrected: tuple[float, float], expected: Direction
) -> None:
    """The corrected interval must exclude 0 for an arrow; SIMILAR rules out what is worth naming; else UNCLEAR."""
    assert direction(Interval(0.0, *shown), Interval(0.0, *corrected)) is expected


def test_clear_change_is_claimed() -> None:
    """A month well above one's usual is HIGHER, and the mirror image LOWER."""
    assert comparison(around(0.5, 20), around(0.1, 60), MARCH).direction is Direction.HIGHER
    assert comparison(around(-0.5, 20), around(0.1, 60), MARCH).direction is Direction.LOWER
    assert comparison(around(0.12, 20), around(0.1, 60), MARCH).direction is Direction.SIMILAR


def test_days_alike_by_chance_claim_nothing() -> None:
    """Seven days that happen to be equal are judged by how far one's usual days lie apart."""
    random = Random(7)
    usual = MeanSample(tuple(random.gauss(0.3, 0.3) for _ in range(60)), 60, Scale(-1, 1, 0.6))
    week = MeanSample((0.05,) * 7, 7, Scale(-1, 1, 0.6))
    assert mean_difference(week, usual, CONFIDENCE).high < 0
    assert claim_interval(week, usual).high > 0


@pytest.mark.parametrize(
    ("period", "shown", "coverage"),
    [
        (week_of(MARCH.first), 2, 1 - 0.10 / 54),
        (MARCH, 12, 1 - 0.10 / 54),
        (Period(date(2026, 2, 1), date(2026, 2, 28)), 2, 1 - 0.10 / 54),
        (Period(date(2026, 3, 1), date(2026, 3, 7)), 2, 1 - 0.10 / 2),
        (Period(date(2026, 3, 4), date(2026, 3, 31)), 12, 1 - 0.10 / 12),
        (Period(date(2026, 3, 31), date(2026, 4, 28)), 1, CONFIDENCE),
    ],
)
def test_only_calendar_weeks_and_months_are_one_family(period: Period, shown: int, coverage: float) -> None:
    """What is told is corrected over all 54 measures; any other range over those that its one field shows."""
    assert confidence_for_claim(period, shown) == pytest.approx(coverage)


@given(first=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(1, 366), shown=st.integers(1, 12))
def test_no_range_asks_more_than_the_whole_family(first: date, days: int, shown: int) -> None:
    """A field's own family never needs a surer interval than all measures do, nor a vaguer one than is shown."""
    period = Period(first, first + timedelta(days=days - 1))
    told = period in (week_of(first), month_of(first))
    expected = CORRECTED_CONFIDENCE if told else corrected_confidence(shown)
    assert confidence_for_claim(period, shown) == expected
    assert CONFIDENCE <= expected <= CORRECTED_CONFIDENCE


@calmly
@given(current=mean_samples, baseline=mean_samples, size=st.integers(1, 53))
def test_smaller_family_claims_no_less(current: MeanSample, baseline: MeanSample, size: int) -> None:
    """What the whole family allows to claim, a smaller one does; the numbers that are shown stay the same."""
    whole = comparison(current, baseline, MARCH)
    small = comparison(current, baseline, MARCH, claim_confidence=corrected_confidence(size))
    assert (whole.current, whole.baseline, whole.difference) == (small.current, small.baseline, small.difference)
    if whole.direction is not Direction.UNCLEAR:
        assert small.direction is whole.direction
