"""Up to three findings of a week: what was seen, a change only when it is sure, and a question when data are thin.

Weeks describe; months claim. Nothing here is worded.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.affect import CareLevel
from app.domain.estimates.estimate import ConfidenceLevel
from app.domain.findings.evidence import evidence_of
from app.domain.findings.finding import Finding, InsightKind, SuggestedAction, support_offer
from app.domain.findings.sightings import (
    Sighting,
    changes,
    feelings,
    helping,
    is_gentle,
    landscape,
    patterns,
    steadiness,
    times,
)
from app.domain.fold import Fold
from app.domain.measures import SESSIONS_FOR_CARD, Metric
from app.domain.safety import needs_support

MOST_CARDS = 3
LANDMARKS = (10, 50, 100, 250, 500, 1000)
RETURN_AFTER_DAYS = 21
_SAME_TOPIC_AGAIN = 0.7
_FEW_CARDS = 2
_FEW = ("question:few", "question:few-again")
_LOOKING_BACK = ("question:sessions", "question:sessions-again")


@dataclass(frozen=True, slots=True)
class Before:
    """What was known before a week, left out or not: how many sessions, and the day of the last one."""

    sessions: int
    last: date | None


def find_week(
    current: Fold, baseline: Fold | None, *, told_last_week: frozenset[str], care: CareLevel, before: Before
) -> tuple[Finding, ...]:
    """The findings of a week, most worth telling first; at most 3, none of them in `told_last_week`.

    `baseline` is the fold of the 12 weeks before, None without any; milestones count from `before`. EXPLICIT care
    gives one offer of support; no session gives nothing; one or two give a question. With MENTION the first card
    offers support and nothing celebrates.
    """
    if care is CareLevel.EXPLICIT:
        return (support_offer(),)
    if current.session_count == 0:
        return ()
    if current.session_count < SESSIONS_FOR_CARD:
        chosen: list[Finding] = list(_question(_FEW, current, told_last_week))
    else:
        seen = _sightings(current, baseline, before)
        allowed = [s for s in seen if not needs_support(care) or is_gentle(s)]
        chosen = _choose(allowed, told_last_week)
        if not chosen:
            chosen = list(_question(_LOOKING_BACK, current, told_last_week))
    return offering_support(chosen) if needs_support(care) else tuple(chosen)


def offering_support(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The same findings, the first of which now offers support and the others a rest."""
    return tuple(
        Finding(
            finding.key,
            finding.kind,
            finding.evidence,
            finding.confidence,
            SuggestedAction.TAKE_A_BREAK if place else SuggestedAction.SEE_SUPPORT,
        )
        for place, finding in enumerate(findings)
    )


def _sightings(current: Fold, baseline: Fold | None, before: Before) -> Iterator[Sighting]:
    if baseline is not None:
        yield from changes(current, baseline)
        yield from steadiness(current, baseline)
    yield from milestones(current, before)
    yield from helping(current)
    yield from patterns(current, baseline)
    yield from times(current, baseline)
    yield from landscape(current)
    yield from feelings(current, baseline)


def _choose(seen: Iterable[Sighting], told: frozenset[str]) -> list[Finding]:
    """The most worth telling, each topic and subject once; a second question only when there is little else."""
    topics_told = {key.partition(":")[0] for key in told}

    def worth(sighting: Sighting) -> float:
        return sighting.worth * (_SAME_TOPIC_AGAIN if sighting.finding.topic in topics_told else 1.0)

    fresh = [s for s in seen if s.finding.key not in told]
    ranked = [s.finding for s in sorted(fresh, key=lambda s: (-worth(s), s.finding.key))]
    chosen: list[Finding] = []
    questions: list[Finding] = []
    for finding in ranked:
        if any(finding.topic == other.topic or finding.subject == other.subject for other in chosen):
            continue
        if finding.kind is InsightKind.QUESTION and any(other.kind is finding.kind for other in chosen):
            questions.append(finding)
        elif len(chosen) < MOST_CARDS:
            chosen.append(finding)
    return chosen + questions[: max(0, _FEW_CARDS - len(chosen))]


def _question(keys: Sequence[str], current: Fold, told: frozenset[str]) -> Iterator[Finding]:
    """An invitation to look back: always true, and never in last week's words."""
    key = next((key for key in keys if key not in told), None)
    if key is not None:
        evidence = evidence_of(Metric.SESSION_COUNT, None, current)
        step = SuggestedAction.REVIEW_SESSIONS if keys is _LOOKING_BACK else SuggestedAction.OPEN_MIRROR
        yield Finding(key, InsightKind.QUESTION, (evidence,), ConfidenceLevel.LOW, step)


def milestones(current: Fold, before: Before) -> Iterator[Sighting]:
    """A first week, a round number of sessions, a return after three weeks or more. No streaks.

    Sessions that were left out count here: leaving them out does not make a week the first one, nor a time away.
    """
    known = before.sessions + current.session_count + current.excluded_count
    passed = [landmark for landmark in LANDMARKS if before.sessions < landmark <= known]
    if before.sessions == 0:
        key, landmark, worth = "milestone:first-week", None, 0.9
    elif passed:
        key, landmark, worth = f"milestone:{passed[-1]}", passed[-1], 0.6
    elif before.last is not None and current.period.first - before.last > timedelta(days=RETURN_AFTER_DAYS):
        key, landmark, worth = "milestone:return", None, 0.8
    else:
        return
    evidence = evidence_of(Metric.SESSION_COUNT, None, current, landmark=landmark)
    step = SuggestedAction.REVIEW_SESSIONS
    yield Sighting(Finding(key, InsightKind.MILESTONE, (evidence,), ConfidenceLevel.HIGH, step), worth, celebrates=True)
