"""Single numbers with their intervals, and when they are withheld. Which sessions count is the fold's to test."""

from datetime import timedelta
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.domain.affect import Source
from app.domain.estimates import sampling
from app.domain.estimates.estimate import (
    INTENSITY,
    SIGNED,
    ConfidenceLevel,
    Estimate,
    MeanSample,
    Scale,
    Shape,
    ShareSample,
    SuppressionReason,
    confidence_level,
    counted,
    estimate,
    mean_estimate,
    mean_interval,
    observed,
    share_estimate,
    share_interval,
)
from app.domain.measures import CONFIDENCE, CORRECTED_CONFIDENCE
from app.domain.table import Days, SessionTable
from tests.domain.lives import MARCH, calmly, session

OPEN_ENDED = Scale(-100.0, 100.0, None)
day_values = st.lists(st.integers(-10_000, 10_000).map(lambda n: n / 10_000), min_size=1, max_size=40).map(tuple)
share_samples = st.integers(1, 60).flatmap(
    lambda n: st.builds(ShareSample, st.integers(0, n), st.just(n), st.integers(1, n))
)


def assert_coherent(number: Estimate) -> None:
    """Value, low and high are there together, in order, and exactly when nothing is suppressed."""
    if number.suppressed is not None:
        assert (number.value, number.low, number.high) == (None, None, None)
        assert number.confidence is ConfidenceLevel.LOW
        assert number.sessions_needed is None or number.sessions_needed > 0
        return
    assert number.value is not None
    assert number.low is not None
    assert number.high is not None
    assert number.low <= number.value <= number.high
    assert number.sessions_needed == 0


@calmly
@given(days=day_values, confidence=st.sampled_from([CONFIDENCE, CORRECTED_CONFIDENCE]))
def test_mean_lies_in_its_interval_and_scale(days: tuple[float, ...], confidence: float) -> None:
    """Whatever the days, the estimate of their mean is coherent and never leaves the scale."""
    number = mean_estimate(MeanSample(days, len(days), SIGNED), confidence)
    assert_coherent(number)
    if number.low is not None and number.high is not None:
        assert number.low >= -1
        assert number.high <= 1


@calmly
@given(sample=share_samples, confidence=st.sampled_from([CONFIDENCE, CORRECTED_CONFIDENCE]))
def test_share_lies_in_its_interval(sample: ShareSample, confidence: float) -> None:
    """Whatever the counts, the estimate of a share is coherent and lies in 0..1."""
    number = share_estimate(sample, confidence)
    assert_coherent(number)
    if number.low is not None and number.high is not None:
        assert 0 <= number.low <= number.high <= 1


@calmly
@given(days=day_values.filter(lambda days: len(days) >= 4 and len(set(days)) > 1))
def test_mean_interval_is_students_t(days: tuple[float, ...]) -> None:
    """The interval of a mean is scipy's one-sample t interval over the days."""
    expected = stats.ttest_1samp(days, 0).confidence_interval(CONFIDENCE)
    found = mean_interval(MeanSample(days, len(days), OPEN_ENDED), CONFIDENCE)
    allowed = 7e-6 * found.width + 1e-9
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=0, abs=allowed)


@calmly
@given(sample=share_samples)
def test_share_interval_is_wilsons(sample: ShareSample) -> None:
    """Of sessions on days of their own, the interval of a share is scipy's Wilson interval."""
    sample = ShareSample(sample.hits, sample.session_count, sample.session_count)
    expected = stats.binomtest(sample.hits, sample.session_count).proportion_ci(CONFIDENCE, method="wilson")
    found = share_interval(sample, CONFIDENCE)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_share_counts_effective_sessions() -> None:
    """20 sessions on 10 days weigh as much as 20 / 1.3 single ones: the interval grows accordingly."""
    crowded = share_interval(ShareSample(8, 20, 10), CONFIDENCE)
    spread_out = share_interval(ShareSample(8, 20, 20), CONFIDENCE)
    assert crowded.value == spread_out.value == 0.4
    z, n = stats.norm.ppf(0.95), 20 / 1.3
    centre = (0.4 + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * (0.4 * 0.6 / n + z * z / (4 * n * n)) ** 0.5 / (1 + z * z / n)
    assert (crowded.low, crowded.high) == pytest.approx((centre - reach, centre + reach))
    assert crowded.width > spread_out.width


@pytest.mark.parametrize(
    ("days", "sessions", "reason", "needed"),
    [
        ((), 0, SuppressionReason.TOO_FEW_SESSIONS, 5),
        ((0.1,), 1, SuppressionReason.TOO_FEW_SESSIONS, 4),
        ((0.1,), 4, SuppressionReason.TOO_FEW_SESSIONS, 3),
        ((0.1, 0.1, 0.1, 0.1), 4, SuppressionReason.TOO_FEW_SESSIONS, 1),
        ((0.1,), 9, SuppressionReason.TOO_FEW_DAYS, 3),
        ((0.1, 0.1, 0.1), 5, SuppressionReason.TOO_FEW_DAYS, 1),
        ((0.1, 0.11, 0.1, 0.1), 5, None, 0),
    ],
)
def test_mean_needs_5_sessions_on_4_days(
    days: tuple[float, ...], sessions: int, reason: SuppressionReason | None, needed: int
) -> None:
    """A mean is withheld under 5 sessions or 4 days, and says how many sessions are missing."""
    number = mean_estimate(MeanSample(days, sessions, SIGNED))
    assert (number.suppressed, number.sessions_needed) == (reason, needed)
    assert (number.sample_count, number.day_count) == (sessions, len(days))


@pytest.mark.parametrize(("sessions", "needed"), [(0, 5), (1, 4), (4, 1), (5, 0)])
def test_share_needs_5_sessions(sessions: int, needed: int) -> None:
    """A share is withheld under 5 sessions, on however few days."""
    number = share_estimate(ShareSample(0, sessions, min(sessions, 1)))
    assert (number.suppressed is None, number.sessions_needed) == (needed == 0, needed)


def test_wide_interval_is_withheld_until_enough_sessions() -> None:
    """A mean whose interval is wider than 0.6 is withheld, and asks for the sessions that would narrow it."""
    days = (-0.4, 0.4, -0.4, 0.4, 0.0)
    number = mean_estimate(MeanSample(days, 5, SIGNED))
    assert number.suppressed is SuppressionReason.TOO_UNCERTAIN
    assert number.sessions_needed is not None
    size = 5 + number.sessions_needed
    assert mean_estimate(MeanSample((days * 20)[:size], size, SIGNED)).suppressed is None


def test_hopeless_interval_asks_for_nothing() -> None:
    """When more than 60 further sessions would be needed, the answer is that more sessions would not help."""
    number = mean_estimate(MeanSample((0.0, 0.0, 1.0, 1.0), 80, Scale(0.0, 1.0, 0.01)))
    assert (number.suppressed, number.sessions_needed) == (SuppressionReason.TOO_UNCERTAIN, None)


def test_scale_decides_how_wide_is_too_wide() -> None:
    """An interval of 0.42 is shown of a mood and of a feeling's strength alike, and withheld by a narrower limit."""
    days = (0.3, 0.5, 0.6, 0.7, 0.2, 0.9)
    assert mean_interval(MeanSample(days, 6, SIGNED), CONFIDENCE).width == pytest.approx(0.42, abs=0.01)
    assert mean_estimate(MeanSample(days, 6, SIGNED)).suppressed is None
    assert mean_estimate(MeanSample(days, 6, INTENSITY)).suppressed is None
    assert mean_estimate(MeanSample(days, 6, Scale(0.0, 1.0, 0.4))).suppressed is SuppressionReason.TOO_UNCERTAIN


@pytest.mark.parametrize(
    ("sizes", "effective", "wary"),
    [
        ((1, 1, 1, 1), 4.0, 4.0),
        ((2, 2), 4 / 1.3, 4 / 1.3),
        ((1, 3), 4 / 1.3, 4 / (1 + 1.5 * 0.3)),
        ((4,), 4 / 1.9, 4 / 1.9),
    ],
)
def test_crowded_days_weigh_by_their_sessions(sizes: tuple[int, ...], effective: float, wary: float) -> None:
    """4 sessions on 2 days are 2 a day; a claim of change minds that of 1 and 3, a session's day has 2.5 on average."""
    dates = [MARCH.first + timedelta(days=place) for place, size in enumerate(sizes) for _ in range(size)]
    days = Days.of(SessionTable.of(session(n, day) for n, day in enumerate(dates)))
    sample = sampling.shares(days, sampling.SOURCE, Source)[Source.MIRROR]
    assert sample.effective_count == pytest.approx(effective)
    assert sample.wary_count == pytest.approx(wary)
    assert share_interval(sample, CONFIDENCE, wary=True).width >= share_interval(sample, CONFIDENCE).width


@calmly
@given(days=st.lists(st.integers(0, 100).map(lambda n: n / 100), min_size=4, max_size=40))
def test_interval_of_what_lies_askew_leans_with_it(days: list[float]) -> None:
    """It holds the mean, reaches further on the side of the tail, and is scipy's t interval when nothing is askew."""
    if len(set(days)) == 1:
        return
    found = mean_interval(MeanSample(tuple(days), len(days), OPEN_ENDED, shape=Shape.SKEWED), CONFIDENCE)
    plain = mean_interval(MeanSample(tuple(days), len(days), OPEN_ENDED), CONFIDENCE)
    assert found.low < found.value == plain.value < found.high
    leans = (found.high - found.value) - (found.value - found.low)
    skewness = stats.skew(days)
    assert leans * skewness >= 0 or abs(skewness) < 1e-6
    mirrored = MeanSample((*days, *(2 * found.value - day for day in days)), 2 * len(days), OPEN_ENDED)
    even = mean_interval(mirrored, CONFIDENCE)
    assert mean_interval(mirrored._replace(shape=Shape.SKEWED), CONFIDENCE).width == pytest.approx(even.width)


@given(days=st.lists(st.integers(-20, 5).map(lambda n: n / 10), min_size=4, max_size=30), told=st.floats(0.01, 1))
def test_mean_of_logarithms_is_told_on_the_scale(days: list[float], told: float) -> None:
    """The interval of a number whose days are logarithms is scipy's t interval of those, turned back."""
    if len(set(days)) == 1:
        return
    expected = stats.ttest_1samp(days, 0).confidence_interval(CONFIDENCE)
    scale = Scale(0.0, 1e6, None)
    found = mean_interval(MeanSample(tuple(days), len(days), scale, told, shape=Shape.LOGARITHMIC), CONFIDENCE)
    assert found.low == pytest.approx(min(told, exp(expected.low)), rel=1e-4)
    assert found.high == pytest.approx(max(told, min(1e6, exp(expected.high))), rel=1e-4)


@calmly
@given(sample=share_samples | day_values.map(lambda days: MeanSample(days, len(days) + 1, SIGNED)))
def test_correction_widens_but_never_hides(sample: ShareSample | MeanSample) -> None:
    """A corrected interval holds the plain one, and whether a number is withheld does not depend on it."""
    plain, corrected = estimate(sample), estimate(sample, CORRECTED_CONFIDENCE)
    assert plain.suppressed is corrected.suppressed
    if plain.low is not None and corrected.low is not None and plain.high is not None and corrected.high is not None:
        assert corrected.low <= plain.low
        assert plain.high <= corrected.high


def test_telling_another_number_keeps_it_inside() -> None:
    """A number that a small sample bends is told as it is, and the interval of the days is stretched to hold it."""
    days = (0.50, 0.51, 0.49, 0.50)
    found = mean_interval(MeanSample(days, 5, SIGNED, told=0.2), CONFIDENCE)
    plain = mean_interval(MeanSample(days, 5, SIGNED), CONFIDENCE)
    assert (found.value, found.low, found.high) == (0.2, 0.2, plain.high)


@pytest.mark.parametrize(
    ("sessions", "width", "level"),
    [
        (19, 0.1, ConfidenceLevel.MEDIUM),
        (20, 0.2, ConfidenceLevel.HIGH),
        (20, 0.21, ConfidenceLevel.MEDIUM),
        (100, 0.41, ConfidenceLevel.LOW),
        (8, 0.4, ConfidenceLevel.MEDIUM),
        (7, 0.01, ConfidenceLevel.LOW),
    ],
)
def test_confidence_comes_from_size_and_width(sessions: int, width: float, level: ConfidenceLevel) -> None:
    """Both the number of sessions and the width of the interval must allow a level."""
    assert confidence_level(sessions, width) is level


def test_counts_and_observations_are_their_own_interval() -> None:
    """A count is sure of itself; an observation of one day is shown but claims little."""
    for number, level in ((counted(3, 2), ConfidenceLevel.HIGH), (observed(0.25, 1, 1), ConfidenceLevel.LOW)):
        assert_coherent(number)
        assert number.low == number.value == number.high
        assert number.confidence is level
