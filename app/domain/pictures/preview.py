"""What a period would look like were other sessions left out: the same fold with another list, kept nowhere.

Decides nothing about texts; it compares numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.affect import SessionNumbers
from app.domain.estimates.estimate import SHARE, Estimate, MeanSample, SuppressionReason
from app.domain.exclusions import ExclusionTarget
from app.domain.findings import sessions_needed_for_month
from app.domain.fold import Fold, fold
from app.domain.measures import FAMILY, SESSIONS_FOR_CARD, Metric
from app.domain.periods import Period, baseline_of, month_of, week_of
from app.domain.pictures.landscape import Granularity, Landscape, landscape_of

MOST_CHANGES = 20
_TOO_FEW = (SuppressionReason.TOO_FEW_SESSIONS, SuppressionReason.TOO_FEW_DAYS, SuppressionReason.EXCLUDED)


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A measure whose value or visibility would change."""

    metric: Metric
    subject: str | None
    before: Estimate
    after: Estimate


@dataclass(frozen=True, slots=True)
class Preview:
    """A period as it is and as it would be; `changes` largest first, at most 20.

    `becomes_too_small`: it would drop below what its words need, or, of a range without words, its centre.
    """

    before: Landscape
    after: Landscape
    changes: tuple[MetricChange, ...]
    becomes_too_small: bool


def preview(
    numbers: Iterable[SessionNumbers],
    now: Sequence[ExclusionTarget],
    then: Sequence[ExclusionTarget],
    period: Period,
) -> Preview:
    """What `period` would become if `then` were left out in place of `now`.

    `numbers` hold its sessions and those of the 12 weeks before it.
    """
    known = tuple(numbers)
    whole, rest = fold(known, now, period), fold(known, then, period)
    before, after = (_picture(known, targets, current) for targets, current in ((now, whole), (then, rest)))
    return Preview(before, after, _changes(whole, rest), is_enough(whole) and not is_enough(rest))


def _picture(known: Sequence[SessionNumbers], targets: Sequence[ExclusionTarget], current: Fold) -> Landscape:
    usual = fold(known, targets, baseline_of(current.period), alike=current)
    return landscape_of(current, usual, granularity=Granularity.DAY)


def is_enough(whole: Fold) -> bool:
    """Whether a week has enough for a card, a month for its narrative, any other range for its centre."""
    period = whole.period
    if period == week_of(period.first):
        return whole.session_count >= SESSIONS_FOR_CARD
    if period == month_of(period.first):
        return not sessions_needed_for_month(whole)
    return whole.measure(Metric.VALENCE).suppressed not in _TOO_FEW


def _changes(whole: Fold, rest: Fold) -> tuple[MetricChange, ...]:
    found = []
    for metric, subject in ((Metric.SESSION_COUNT, None), *FAMILY):
        before, after = whole.measure(metric, subject), rest.measure(metric, subject)
        if (before.value, before.suppressed) != (after.value, after.suppressed):
            found.append((_size(whole, metric, subject, before, after), MetricChange(metric, subject, before, after)))
    found.sort(key=lambda sized: -sized[0])
    return tuple(change for _, change in found[:MOST_CHANGES])


def _size(whole: Fold, metric: Metric, subject: str | None, before: Estimate, after: Estimate) -> float:
    """How much changes, as a part of the metric's scale: the count first, then what comes or goes, then what moves.

    A share or strength of nothing that comes or goes is the least of all.
    """
    if metric is Metric.SESSION_COUNT:
        return 3.0
    sample = whole.sample(metric, subject)
    scale = sample.scale if isinstance(sample, MeanSample) else SHARE
    if before.value is None or after.value is None:
        is_nothing = scale.lowest == 0 and not (before.value or after.value)
        return 0.0 if is_nothing else 2.0
    return abs(after.value - before.value) / (scale.highest - scale.lowest)
