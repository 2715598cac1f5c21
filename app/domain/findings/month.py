"""The findings of a month, in reading order: months are long enough to claim a change, against one's own usual.

Decides what is said and in which order, not how.
"""

from collections.abc import Iterable, Iterator

from app.domain.affect import CareLevel
from app.domain.estimates.estimate import ConfidenceLevel, Direction
from app.domain.findings.evidence import evidence_of
from app.domain.findings.finding import Finding, InsightKind, SuggestedAction, support_offer
from app.domain.findings.sightings import (
    Sighting,
    changes,
    counts_agree,
    feelings,
    helping,
    is_gentle,
    landscape,
    looks_alike,
    patterns,
    sources,
    steadiness,
    times,
)
from app.domain.findings.week import offering_support
from app.domain.fold import Fold, is_enough_for_month
from app.domain.measures import DAYS_FOR_NARRATIVE, SESSIONS_FOR_NARRATIVE, Metric
from app.domain.safety import needs_support

_PATTERN_SESSIONS = 3
_MOST = {"pattern": 3, "feeling": 1, "landscape": 1, "time": 1, "weekday": 1, "helped": 2, "change": 3, "steady": 1}


def sessions_needed_for_month(fold: Fold) -> int:
    """Sessions still missing before a month can be told, at one a day when days are missing; 0 when none is."""
    return max(0, SESSIONS_FOR_NARRATIVE - fold.session_count, DAYS_FOR_NARRATIVE - fold.day_count)


def find_month(
    current: Fold, baseline: Fold | None, previous_month: Fold | None, *, care: CareLevel
) -> tuple[Finding, ...]:
    """What a month has to say, in reading order; empty when it is not `is_enough_for_month`.

    `baseline` is the fold of the 12 weeks before, `previous_month` that of the month before; None without any.
    EXPLICIT care gives one offer of support; MENTION describes plainly, celebrates nothing and compares nothing.
    """
    if care is CareLevel.EXPLICIT:
        return (support_offer(),)
    if not is_enough_for_month(current):
        return ()
    gentle = needs_support(care)
    told = [_overview(current)]
    for group in _groups(current, baseline):
        told.extend(_strongest(s for s in group if not gentle or is_gentle(s)))
    if not gentle:
        told.extend(_against_usual(current, baseline, told))
        told.extend(_against_previous(current, previous_month))
    told.append(_looking_ahead(told))
    return (*told[:-1], *offering_support(told[-1:])) if gentle else tuple(told)


def _groups(current: Fold, baseline: Fold | None) -> Iterator[Iterable[Sighting]]:
    yield landscape(current, at_least=SESSIONS_FOR_NARRATIVE)
    yield feelings(current, None, at_least=SESSIONS_FOR_NARRATIVE)
    yield patterns(current, None, at_least=_PATTERN_SESSIONS)
    yield times(current, None)
    yield times(current, None, weekdays=True)
    yield helping(current)
    if baseline is not None:
        yield changes(current, baseline)
        yield steadiness(current, baseline)


def _strongest(group: Iterable[Sighting]) -> Iterator[Finding]:
    ranked = sorted(group, key=lambda s: (-s.worth, s.finding.key))
    if ranked:
        for sighting in ranked[: _MOST[ranked[0].finding.topic]]:
            yield sighting.finding


def _overview(current: Fold) -> Finding:
    count = evidence_of(Metric.SESSION_COUNT, None, current)
    return Finding("overview:month", InsightKind.QUESTION, (count, *sources(current)), ConfidenceLevel.HIGH, None)


def _against_usual(current: Fold, baseline: Fold | None, told: Iterable[Finding]) -> Iterator[Finding]:
    """That the numbers do not settle whether the month differs, where a comparison is shown and claims nothing.

    No side is named: a sentence of change needs the corrected interval, and a hint is read as one.
    """
    if baseline is None or any(finding.topic in ("change", "steady") for finding in told):
        return
    evidence = evidence_of(Metric.VALENCE, None, current, baseline)
    comparison = evidence.comparison
    if comparison is None or comparison.direction is not Direction.UNCLEAR or comparison.difference.value is None:
        return
    yield Finding("unsettled:VALENCE", InsightKind.QUESTION, (evidence,), ConfidenceLevel.LOW, None)


def _against_previous(current: Fold, previous_month: Fold | None) -> Iterator[Finding]:
    if previous_month is None:
        return
    evidence = evidence_of(Metric.VALENCE, None, current, previous_month)
    comparison = evidence.comparison
    if comparison is None or comparison.direction is Direction.UNCLEAR:
        return
    similar = comparison.direction is Direction.SIMILAR
    if not (looks_alike(evidence) if similar else counts_agree(evidence, evidence["direction"])):
        return
    kind = InsightKind.STEADY if similar else InsightKind.SHIFT
    yield Finding("previous:VALENCE", kind, (evidence,), comparison.difference.confidence, None)


def _looking_ahead(told: Iterable[Finding]) -> Finding:
    """One open question and the step that fits what the month held most of."""
    steps = [finding.suggestion for finding in told if finding.suggestion is not None]
    step = steps[0] if steps else SuggestedAction.REVIEW_SESSIONS
    return Finding("ahead:month", InsightKind.QUESTION, (), ConfidenceLevel.LOW, step)
