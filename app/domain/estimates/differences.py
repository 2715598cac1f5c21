"""Differences between a period and one's own usual, and what may be said of their direction.

Does not know which sessions were counted; samples come from the fold.
"""

from math import sqrt

from app.domain import measures
from app.domain.estimates.estimate import (
    SHARE,
    Comparison,
    Direction,
    Estimate,
    Interval,
    MeanSample,
    Sample,
    Scale,
    Shape,
    ShareSample,
    SuppressionReason,
    estimate,
    mean_and_variance,
    mean_interval,
    share_interval,
    stated,
    withheld,
)
from app.domain.estimates.quantiles import student_t_quantile
from app.domain.periods import Period, is_calendar_unit


def confidence_for_claim(period: Period, shown: int) -> float:
    """Coverage of the interval behind a claim about `period` made by a field that shows `shown` of its measures.

    A calendar week or month is told, so all its measures are one family, whatever a query selects. Of any other range
    the family is what the one field shows.
    """
    return measures.CORRECTED_CONFIDENCE if is_calendar_unit(period) else measures.corrected_confidence(shown)


def comparison(
    current: Sample,
    baseline: Sample,
    baseline_period: Period,
    *,
    claim_confidence: float = measures.CORRECTED_CONFIDENCE,
) -> Comparison:
    """`current` against `baseline`, both of one metric (TypeError otherwise); a claim needs `claim_confidence`.

    The difference is withheld when either side is, under 7 days on either side, and when the 90 % interval of a
    difference of means is wider than the scale allows.
    """
    sides = estimate(current), estimate(baseline)
    refused = _refusal(*sides)
    shown = None if refused else difference(current, baseline, measures.CONFIDENCE)
    widest = current.scale.widest if isinstance(current, MeanSample) else None
    sessions = current.session_count + baseline.session_count
    days = current.day_count + baseline.day_count
    if shown is None:
        answer = refused or withheld(SuppressionReason.TOO_FEW_DAYS, sessions, days, None)
        return Comparison(*sides, answer, Direction.UNCLEAR, baseline_period)
    if widest is not None and shown.width > widest:
        answer = withheld(SuppressionReason.TOO_UNCERTAIN, sessions, days, None)
        return Comparison(*sides, answer, Direction.UNCLEAR, baseline_period)
    corrected = claim_interval(current, baseline, claim_confidence)
    answer = stated(shown, sessions, days)
    return Comparison(*sides, answer, direction(shown, corrected), baseline_period)


def _refusal(current: Estimate, baseline: Estimate) -> Estimate | None:
    """Why two sides cannot be subtracted; None when they can.

    Only sessions of the current side can be asked for, one a day when days are missing too; none when the baseline,
    which lies in the past, would stay too thin all the same.
    """
    sessions = current.sample_count + baseline.sample_count
    days = current.day_count + baseline.day_count
    missing = measures.DAYS_FOR_COMPARISON - current.day_count
    thin = baseline.suppressed is not None or baseline.day_count < measures.DAYS_FOR_COMPARISON
    if current.suppressed:
        asked = None if thin or current.sessions_needed is None else max(current.sessions_needed, missing)
        return withheld(current.suppressed, sessions, days, asked)
    if baseline.suppressed:
        return withheld(baseline.suppressed, sessions, days, None)
    if baseline.day_count < measures.DAYS_FOR_COMPARISON:
        return withheld(SuppressionReason.TOO_FEW_DAYS, sessions, days, None)
    if missing > 0:
        return withheld(SuppressionReason.TOO_FEW_DAYS, sessions, days, missing)
    return None


def direction(shown: Interval, corrected: Interval) -> Direction:
    """What may be said of a difference with its 90 % interval and the one corrected for the whole family.

    SIMILAR when the 90 % interval holds no difference worth naming, even if it excludes 0; HIGHER or LOWER when the
    corrected interval excludes 0; otherwise UNCLEAR. The correction is Bonferroni's over every measure of a person
    and period: it needs no other measure to be looked at, so an answer never depends on what else a query selected,
    and at most one period in ten makes any false claim. Holm's steps would add little and need all of the family.
    """
    if shown.low >= -measures.SMALLEST_DIFFERENCE and shown.high <= measures.SMALLEST_DIFFERENCE:
        return Direction.SIMILAR
    if corrected.low > 0:
        return Direction.HIGHER
    if corrected.high < 0:
        return Direction.LOWER
    return Direction.UNCLEAR


def claim_interval(current: Sample, baseline: Sample, confidence: float = measures.CORRECTED_CONFIDENCE) -> Interval:
    """The interval of a difference that a sentence of change needs: corrected for its family, and wary.

    Days of the current side count as apart at least as those of one's usual. A few days that happen to be alike are
    no sign that days have become alike; taken at their word, 7 of them make a false claim in 23 % of weeks in which
    nothing changed (feelings are mostly absent, so their day means are skewed), not in 10 %. Of shares, crowded days
    count as often as they have sessions: otherwise a tenth of ranges and a little more hear of a pattern that is as
    it was.
    """
    if isinstance(current, MeanSample) and isinstance(baseline, MeanSample):
        usual = mean_and_variance(baseline.days)[1]
        return mean_difference(current, baseline, confidence, least_variance=usual)
    if isinstance(current, ShareSample) and isinstance(baseline, ShareSample):
        return share_difference(current, baseline, confidence, wary=True)
    return difference(current, baseline, confidence)


def difference(current: Sample, baseline: Sample, confidence: float) -> Interval:
    """Current minus baseline with its interval at `confidence`. TypeError when one is a mean and one a share."""
    if isinstance(current, MeanSample) and isinstance(baseline, MeanSample):
        return mean_difference(current, baseline, confidence)
    if isinstance(current, ShareSample) and isinstance(baseline, ShareSample):
        return share_difference(current, baseline, confidence)
    raise TypeError("a mean and a share cannot be subtracted")


def mean_difference(
    current: MeanSample, baseline: MeanSample, confidence: float, *, least_variance: float = 0.0
) -> Interval:
    """Difference of two means of at least 4 days each; current days vary by `least_variance` or more.

    Welch, B. L. (1947), The generalization of "Student's" problem when several different variances are involved.
    Means of logarithms are told as what they are logarithms of, and so is their difference.
    """
    if current.shape is Shape.LOGARITHMIC:
        now = mean_interval(current, confidence, least_variance=least_variance)
        return _recovered(now, mean_interval(baseline, confidence), current.scale)
    mean, variance = mean_and_variance(current.days)
    usual, usual_variance = mean_and_variance(baseline.days)
    part, usual_part = max(variance, least_variance) / current.day_count, usual_variance / baseline.day_count
    spread = part + usual_part
    reach = 0.0
    if spread > 0:
        freedom = spread**2 / (part**2 / (current.day_count - 1) + usual_part**2 / (baseline.day_count - 1))
        reach = student_t_quantile(confidence, freedom) * sqrt(spread)
    value = _told(current, mean) - _told(baseline, usual)
    low, high = mean - usual - reach, mean - usual + reach
    return Interval(value, min(value, low), max(value, high)).within(_doubled(current.scale))


def _told(sample: MeanSample, mean: float) -> float:
    return mean if sample.told is None else sample.told


def share_difference(current: ShareSample, baseline: ShareSample, confidence: float, *, wary: bool = False) -> Interval:
    """Difference of two shares from their Wilson intervals on effective, or `wary`, numbers of sessions.

    Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions, method 10.
    """
    now, usual = (share_interval(sample, confidence, wary=wary) for sample in (current, baseline))
    return _recovered(now, usual, SHARE)


def _recovered(now: Interval, usual: Interval, scale: Scale) -> Interval:
    """Difference of two numbers whose own intervals need not lie evenly around them.

    Zou, G. Y. and Donner, A. (2008), Construction of confidence limits about effect measures: a general approach.
    """
    value = now.value - usual.value
    down = sqrt((now.value - now.low) ** 2 + (usual.high - usual.value) ** 2)
    up = sqrt((now.high - now.value) ** 2 + (usual.value - usual.low) ** 2)
    return Interval(value, value - down, value + up).within(_doubled(scale))


def _doubled(scale: Scale) -> Scale:
    """Where a difference of two numbers on `scale` can lie."""
    length = scale.highest - scale.lowest
    return Scale(-length, length, None)
