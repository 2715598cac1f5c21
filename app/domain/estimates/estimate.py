"""Numbers with their uncertainty, and when a number must not be shown.

Plain Python on purpose (it is on the hot read path): scipy checks it in the tests, and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import cbrt, ceil, exp, log, sqrt
from operator import mul
from typing import NamedTuple

from app.domain import measures
from app.domain.estimates.quantiles import normal_quantile, student_t_quantile
from app.domain.periods import Period


class SuppressionReason(StrEnum):
    """Why a number is withheld."""

    TOO_FEW_SESSIONS = "TOO_FEW_SESSIONS"
    TOO_FEW_DAYS = "TOO_FEW_DAYS"
    TOO_UNCERTAIN = "TOO_UNCERTAIN"
    SAFETY = "SAFETY"
    EXCLUDED = "EXCLUDED"
    PENDING = "PENDING"


class ConfidenceLevel(StrEnum):
    """How sure the words may be, from sample size and interval width."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class Direction(StrEnum):
    """How a number behaves against its comparison, after its uncertainty."""

    HIGHER = "HIGHER"
    LOWER = "LOWER"
    SIMILAR = "SIMILAR"
    UNCLEAR = "UNCLEAR"


class Estimate(NamedTuple):
    """A number on its metric's own scale with its 90 % interval.

    `value`, `low` and `high` are None together, exactly when `suppressed` is set. `sessions_needed` is 0 when
    shown, None when more sessions would not help. A tuple, as its sample and its interval are, because a picture of a
    year has hundreds of them: five times as quick to make as a dataclass.
    """

    value: float | None
    low: float | None
    high: float | None
    sample_count: int
    day_count: int
    confidence: ConfidenceLevel
    suppressed: SuppressionReason | None
    sessions_needed: int | None


class Affect(NamedTuple):
    """A place on the feeling plane, or a movement on it."""

    valence: Estimate
    arousal: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number against the person's own usual: `difference` is current minus baseline."""

    current: Estimate
    baseline: Estimate
    difference: Estimate
    direction: Direction
    baseline_period: Period


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a number can lie, and the widest interval that still says something (None: any does)."""

    lowest: float
    highest: float
    widest: float | None


SIGNED = Scale(-1.0, 1.0, measures.WIDEST_INTERVAL)
MOVEMENT = Scale(-2.0, 2.0, measures.WIDEST_INTERVAL)
"""Differences of two signed numbers."""
INTENSITY = Scale(0.0, 1.0, measures.WIDEST_INTERVAL)
"""No narrower limit for the shorter scale: days on which a feeling happens to be missing look alike, and half as much
would let only such weeks show its strength, of which 63 % hold the truth instead of 92 %.
"""
SHARE = Scale(0.0, 1.0, None)
DISTANCE = Scale(0.0, sqrt(8), measures.WIDEST_INTERVAL)
"""Of two points on the feeling plane, whose sides are 2 long."""


class Shape(StrEnum):
    """How the days of a mean lie: evenly around it, mostly at one end of their scale, or as natural logarithms."""

    EVEN = "EVEN"
    SKEWED = "SKEWED"
    LOGARITHMIC = "LOGARITHMIC"


_EVEN = Shape.EVEN


class MeanSample(NamedTuple):
    """One number for each day, oldest first, whose mean is asked for, and the sessions behind them.

    `told` is the number to tell when it is not that mean itself but one that a small sample bends (a spread comes
    out too small): then the days are free of the bend, and the interval is drawn from them. It is never a logarithm,
    also where the days are.
    """

    days: tuple[float, ...]
    session_count: int
    scale: Scale
    told: float | None = None
    shape: Shape = _EVEN

    @property
    def day_count(self) -> int:
        """Days behind the mean."""
        return len(self.days)


@dataclass(frozen=True, slots=True)
class ShareSample:
    """How many of `session_count` sessions on `day_count` days are `hits`.

    `a_day`: how many sessions the day of a session has on average, itself counted; None when all days have as many.
    """

    hits: int
    session_count: int
    day_count: int
    a_day: float | None = None

    @property
    def effective_count(self) -> float:
        """Sessions on days of their own that would weigh as much: those of one day resemble each other.

        Kish, L. (1965), Survey sampling, section 5.4: the design effect of clusters, here of sessions per day.
        """
        return self._effective(self.session_count / self.day_count)

    @property
    def wary_count(self) -> float:
        """The same, where days count as often as they have sessions: never more, and fewer when some are crowded.

        Donner, A. and Klar, N. (2000), Design and analysis of cluster randomization trials: clusters of unequal size.
        """
        return self.effective_count if self.a_day is None else self._effective(self.a_day)

    def _effective(self, a_day: float) -> float:
        return self.session_count / (1 + (a_day - 1) * measures.SESSIONS_IN_SAME_DAY_ALIKE)


Sample = MeanSample | ShareSample


class Interval(NamedTuple):
    """A number and the ends of its interval; low <= value <= high."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low

    def within(self, scale: Scale) -> "Interval":
        """The same, cut off where `scale` ends."""
        return Interval(self.value, max(self.low, scale.lowest), min(self.high, scale.highest))


def estimate(sample: Sample, confidence: float = measures.CONFIDENCE) -> Estimate:
    """The number that `sample` supports with its interval at `confidence` (0..1), or why it is withheld.

    Whether it is withheld never depends on `confidence`: that is decided on the interval which is shown.
    """
    if isinstance(sample, MeanSample):
        return mean_estimate(sample, confidence)
    return share_estimate(sample, confidence)


def mean_estimate(sample: MeanSample, confidence: float = measures.CONFIDENCE) -> Estimate:
    """The mean of the days by Student's t: sessions of one day are not independent, so the day is the unit.

    Withheld under 5 sessions, under 4 days, and when the 90 % interval is wider than the scale allows.
    """
    sessions, days = sample.session_count, sample.day_count
    missing_days = max(0, measures.DAYS_FOR_MEAN - days)
    if sessions < measures.SESSIONS_FOR_MEAN:
        needed = max(measures.SESSIONS_FOR_MEAN - sessions, missing_days)
        return withheld(SuppressionReason.TOO_FEW_SESSIONS, sessions, days, needed)
    if missing_days:
        return withheld(SuppressionReason.TOO_FEW_DAYS, sessions, days, missing_days)
    reach = _mean_and_ends(sample, measures.CONFIDENCE, 0.0)
    shown, widest = _within(sample, *reach), sample.scale.widest
    if widest is not None and shown.high - shown.low > widest:
        more = _sessions_to_narrow(sample, reach[2] - reach[1])
        return withheld(SuppressionReason.TOO_UNCERTAIN, sessions, days, more)
    if confidence == measures.CONFIDENCE:
        return stated(shown, sessions, days)
    return stated(mean_interval(sample, confidence), sessions, days)


def share_estimate(sample: ShareSample, confidence: float = measures.CONFIDENCE) -> Estimate:
    """The share of hits by Wilson's interval on the effective number of sessions; withheld under 5 sessions."""
    sessions, days = sample.session_count, sample.day_count
    if sessions < measures.SESSIONS_FOR_SHARE:
        needed = measures.SESSIONS_FOR_SHARE - sessions
        return withheld(SuppressionReason.TOO_FEW_SESSIONS, sessions, days, needed)
    return stated(share_interval(sample, confidence), sessions, days)


def stated(interval: Interval, session_count: int, day_count: int) -> Estimate:
    """An estimate that is shown."""
    confidence = confidence_level(session_count, interval.width)
    return Estimate(interval.value, interval.low, interval.high, session_count, day_count, confidence, None, 0)


def withheld(reason: SuppressionReason, session_count: int, day_count: int, needed: int | None) -> Estimate:
    """An estimate that is not shown; `needed` sessions more would show it (None: more would not help)."""
    return Estimate(None, None, None, session_count, day_count, ConfidenceLevel.LOW, reason, needed)


def observed(value: float, session_count: int, day_count: int) -> Estimate:
    """An observation, which claims nothing beyond itself: its interval is itself, and its confidence LOW."""
    return Estimate(value, value, value, session_count, day_count, ConfidenceLevel.LOW, None, 0)


def counted(session_count: int, day_count: int) -> Estimate:
    """The number of sessions: exact, hence never withheld and sure."""
    n = float(session_count)
    return Estimate(n, n, n, session_count, day_count, ConfidenceLevel.HIGH, None, 0)


def confidence_level(session_count: int, width: float) -> ConfidenceLevel:
    """How sure the words may be, from the sessions behind a number and the width of its 90 % interval.

    HIGH from 20 sessions and up to a width of 0.2, MEDIUM from 8 sessions and up to 0.4, on the number's own
    scale; otherwise LOW.
    """
    if session_count >= 20 and width <= 0.2:
        return ConfidenceLevel.HIGH
    if session_count >= 8 and width <= 0.4:
        return ConfidenceLevel.MEDIUM
    return ConfidenceLevel.LOW


def mean_interval(sample: MeanSample, confidence: float, *, least_variance: float = 0.0) -> Interval:
    """Mean of at least 4 days with its Student's t interval at `confidence`; days vary by `least_variance` or more."""
    return _within(sample, *_mean_and_ends(sample, confidence, least_variance))


def _within(sample: MeanSample, mean: float, low: float, high: float) -> Interval:
    """The interval, where the scale has it end and around what is told."""
    value, scale = mean if sample.told is None else sample.told, sample.scale
    return Interval(value, max(min(value, low), scale.lowest), min(max(value, high), scale.highest))


def _mean_and_ends(sample: MeanSample, confidence: float, least_variance: float) -> tuple[float, float, float]:
    """The mean of the days and the ends of its interval, wherever the scale ends."""
    days, count = sample.days, len(sample.days)
    mean, variance = mean_and_variance(days)
    down = up = student_t_quantile(confidence, count - 1)
    error = sqrt(max(variance, least_variance) / count)
    shape = sample.shape
    if shape is _EVEN:
        return mean, mean - down * error, mean + up * error
    if shape is Shape.SKEWED and variance > 0:
        down, up = _unskewed(down, _skewness(days, mean, variance), count)
    low, high = mean - down * error, mean + up * error
    if shape is not Shape.LOGARITHMIC:
        return mean, low, high
    most = log(sample.scale.highest)
    return exp(min(mean, most)), exp(min(low, most)), exp(min(high, most))


def _unskewed(quantile: float, skewness: float, size: int) -> tuple[float, float]:
    """How many standard errors down and up an interval reaches when `size` numbers, 4 or more, lie askew.

    Hall, P. (1992), On the removal of skewness by transformation, Journal of the Royal Statistical Society B 54: the
    cubic transformation of t, which can be turned back.
    """
    bend = skewness / sqrt(size)
    if abs(bend) < 1e-6:
        return quantile, quantile
    down, up = (3 * (cbrt(1 + bend * (t - bend / 6)) - 1) / bend for t in (quantile, -quantile))
    return down, -up


def _skewness(days: Sequence[float], mean: float, variance: float) -> float:
    n = len(days)
    return n * sum([(day - mean) ** 3 for day in days]) / ((n - 1) * (n - 2) * variance * sqrt(variance))


def mean_and_variance(days: Sequence[float]) -> tuple[float, float]:
    """Mean and unbiased variance of at least 2 numbers."""
    n = len(days)
    mean = sum(days) / n
    apart = [day - mean for day in days]
    return mean, sum(map(mul, apart, apart)) / (n - 1)


def share_interval(sample: ShareSample, confidence: float, *, wary: bool = False) -> Interval:
    """Share of at least 1 session with Wilson's interval on the effective number of sessions, the `wary` one if asked.

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference.
    """
    share = sample.hits / sample.session_count
    effective = sample.wary_count if wary else sample.effective_count
    z = normal_quantile(confidence)
    shrink = 1 + z * z / effective
    centre = (share + z * z / (2 * effective)) / shrink
    reach = z * sqrt(share * (1 - share) / effective + (z / (2 * effective)) ** 2) / shrink
    return Interval(share, max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach)))


MOST_SESSIONS_ASKED_FOR = 60


def _sessions_to_narrow(sample: MeanSample, width: float) -> int | None:
    """Sessions until an interval of `width` is narrow enough, were days to come as they came; None: too far off."""
    assert sample.scale.widest is not None
    width /= _reach(sample.day_count)
    per_day = sample.session_count / sample.day_count
    for extra_days in range(1, MOST_SESSIONS_ASKED_FOR + 1):
        sessions = ceil(extra_days * per_day)
        if sessions > MOST_SESSIONS_ASKED_FOR:
            return None
        if width * _reach(sample.day_count + extra_days) <= sample.scale.widest:
            return sessions
    return None


@lru_cache(maxsize=1024)
def _reach(days: int) -> float:
    """How the reach of an interval falls with the number of days."""
    return student_t_quantile(measures.CONFIDENCE, days - 1) / sqrt(days)
