"""What can be seen in a period, each with how much it is worth telling; weeks and months choose among these.

Chooses nothing itself, and sees no more than the fold and the person's own usual.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.affect import EMOTIONS, PATTERNS, Emotion, Source, TimeOfDay, TurnKind, Weekday
from app.domain.estimates.estimate import ConfidenceLevel, Direction
from app.domain.findings.counts import share_of
from app.domain.findings.evidence import Evidence, evidence_of
from app.domain.findings.finding import Finding, InsightKind, SuggestedAction
from app.domain.findings.leaning import is_repeated, leaning
from app.domain.fold import Fold, compare, has_baseline
from app.domain.measures import DAYS_FOR_COMPARISON, SESSIONS_FOR_CARD, Metric, corrected_confidence

WELCOME = frozenset({Emotion.JOY, Emotion.WARMTH, Emotion.HOPE})
UNWELCOME = frozenset({Emotion.SADNESS, Emotion.FEAR, Emotion.ANGER, Emotion.SHAME})
HELPING_TURNS = (TurnKind.NAMING_PATTERN, TurnKind.REFRAMING, TurnKind.AFFIRMING)
_MOVEMENTS: tuple[tuple[Metric, TurnKind | None], ...] = (
    (Metric.SESSION_SHIFT_VALENCE, None),
    *((Metric.TURN_SHIFT_VALENCE, kind) for kind in HELPING_TURNS),
)
_SURE_OF_MOVEMENT = corrected_confidence(len(_MOVEMENTS))
"""Where nothing moves, one in ten would be told that something did, were each movement taken alone."""
_CERTAINTY = {ConfidenceLevel.LOW: 0.6, ConfidenceLevel.MEDIUM: 0.8, ConfidenceLevel.HIGH: 1.0}
_CHANGING: tuple[tuple[Metric, str | None], ...] = (
    (Metric.VALENCE, None),
    (Metric.AROUSAL, None),
    *((Metric.EMOTION_INTENSITY, emotion) for emotion in EMOTIONS if emotion is not Emotion.NEUTRAL),
    *((Metric.PATTERN_SHARE, pattern) for pattern in PATTERNS),
)
_STEP_AT_TIME = {"lighter": SuggestedAction.OPEN_LENS, "heavier": SuggestedAction.OPEN_MIRROR}
_STEP_AFTER_MOVEMENT: Mapping[TurnKind | None, SuggestedAction] = {
    None: SuggestedAction.REVIEW_SESSIONS,
    TurnKind.NAMING_PATTERN: SuggestedAction.OPEN_TURN,
    TurnKind.REFRAMING: SuggestedAction.OPEN_TURN,
    TurnKind.AFFIRMING: SuggestedAction.OPEN_LENS,
}
_GENTLE_TOPICS = frozenset({"landscape", "time"})
"""No feelings: the welcome ones would celebrate, and the others alone would be half of what was there."""
_USUAL_FROM = 10
_LOOKS_ALIKE = 0.15
_SEEN_AT_LEAST = 2


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding with `worth` (effect x certainty, 0 to about 2) and whether telling it would celebrate."""

    finding: Finding
    worth: float
    celebrates: bool = False


def is_gentle(sighting: Sighting) -> bool:
    """Whether it may be told with a mention: plain description alone, and nothing that celebrates."""
    return sighting.finding.topic in _GENTLE_TOPICS and not sighting.celebrates


def changes(current: Fold, baseline: Fold, *, prefix: str = "change") -> Iterator[Sighting]:
    """Measures whose corrected comparison says HIGHER or LOWER. Rare, and first when there are any."""
    if not _is_comparable(current, baseline):
        return
    for metric, subject in _CHANGING:
        comparison = compare(current, baseline, metric, subject)
        if comparison is None or comparison.direction not in (Direction.HIGHER, Direction.LOWER):
            continue
        evidence = evidence_of(metric, subject, current, baseline)
        if not counts_agree(evidence, evidence["direction"]):
            continue
        up = comparison.direction is Direction.HIGHER
        kind = InsightKind.PATTERN if metric is Metric.PATTERN_SHARE else InsightKind.SHIFT
        finding = Finding(
            f"{prefix}:{subject or metric.value}",
            kind,
            (evidence,),
            comparison.difference.confidence,
            _step_after_change(metric, subject, up=up),
        )
        effect = 1 + min(1.0, abs(comparison.difference.value or 0.0))
        yield Sighting(finding, effect * _certainty(finding), celebrates=_is_welcome(metric, subject, up=up))


def steadiness(current: Fold, baseline: Fold) -> Iterator[Sighting]:
    """Valence that the interval shows to be close to one's usual: steady is news too."""
    if not _is_comparable(current, baseline):
        return
    comparison = compare(current, baseline, Metric.VALENCE)
    if comparison is None or comparison.direction is not Direction.SIMILAR:
        return
    evidence = evidence_of(Metric.VALENCE, None, current, baseline)
    if looks_alike(evidence):
        confidence = comparison.difference.confidence
        finding = Finding(
            "steady:VALENCE", InsightKind.STEADY, (evidence,), confidence, SuggestedAction.REVIEW_SESSIONS
        )
        yield Sighting(finding, 0.9 * _certainty(finding), celebrates=True)


def patterns(current: Fold, baseline: Fold | None, *, at_least: int = _SEEN_AT_LEAST) -> Iterator[Sighting]:
    """Thinking patterns seen in at least `at_least` sessions and a quarter of them; fresher ones are worth more."""
    for pattern in PATTERNS:
        count, total = share_of(current, Metric.PATTERN_SHARE, pattern)
        if count < at_least or 4 * count < total:
            continue
        evidence = evidence_of(Metric.PATTERN_SHARE, pattern, current)
        share = count / total
        finding = Finding(
            f"pattern:{pattern}", InsightKind.PATTERN, (evidence,), evidence.value.confidence, SuggestedAction.OPEN_TURN
        )
        yield Sighting(finding, share * _freshness(evidence, baseline) * _certainty(finding))


def feelings(current: Fold, baseline: Fold | None, *, at_least: int = SESSIONS_FOR_CARD) -> Iterator[Sighting]:
    """Feelings in two sessions and a third of them, of `at_least` that could be read; each brings the next along."""
    if len(current.readable) < at_least:
        return
    named = (emotion for emotion in EMOTIONS if emotion is not Emotion.NEUTRAL)
    often = [e for e in named if share_of(current, Metric.EMOTION_INTENSITY, e)[0] >= _SEEN_AT_LEAST]
    seen = sorted((evidence_of(Metric.EMOTION_INTENSITY, e, current) for e in often), key=lambda e: -e["count"])
    for place, evidence in enumerate(seen):
        share = evidence["count"] / evidence["total"]
        if share < 1 / 3:
            continue
        welcome = evidence.subject in WELCOME
        step = SuggestedAction.OPEN_LENS if welcome else SuggestedAction.OPEN_MIRROR
        along = tuple(other for other in seen[place + 1 :] if other["count"] * 4 >= other["total"])[:2]
        key = f"feeling:{evidence.subject}"
        finding = Finding(key, InsightKind.QUESTION, (evidence, *along), evidence.value.confidence, step)
        worth = 0.8 * share * _freshness(evidence, baseline) * _certainty(finding)
        yield Sighting(finding, worth, celebrates=welcome)


def landscape(current: Fold, *, at_least: int = SESSIONS_FOR_CARD) -> Iterator[Sighting]:
    """Where the sessions sat between heavy and light, as counts of `at_least` that could be read."""
    evidence = evidence_of(Metric.VALENCE, None, current)
    lighter, heavier, total = evidence["lighter"], evidence["heavier"], evidence["total"]
    if total < at_least:
        return
    step = SuggestedAction.OPEN_LENS if lighter > heavier else SuggestedAction.OPEN_MIRROR
    finding = Finding("landscape:VALENCE", InsightKind.QUESTION, (evidence,), evidence.value.confidence, step)
    effect = 0.4 + 0.4 * abs(lighter - heavier) / total
    yield Sighting(finding, effect * _certainty(finding), celebrates=2 * lighter > total)


def times(current: Fold, baseline: Fold | None, *, weekdays: bool = False) -> Iterator[Sighting]:
    """Parts of the day (or weekdays) that hold much of the period, or lean to one side unlike the rest.

    Only what leans brings how all sessions lay along: without it, a side is not told as the slot's own.
    """
    for subject in Weekday if weekdays else TimeOfDay:
        if not is_repeated(current, subject):
            continue
        evidence = evidence_of(Metric.TIME_SHARE, subject, current)
        count, total = evidence["count"], evidence["total"]
        lean = leaning(current, subject, evidence)
        crowded = count * (3 if weekdays else 2) >= total
        if not (lean or crowded):
            continue
        topic = "weekday" if weekdays else "time"
        step = _STEP_AT_TIME.get(lean, SuggestedAction.REVIEW_SESSIONS)
        seen = (evidence, evidence_of(Metric.VALENCE, None, current)) if lean else (evidence,)
        confidence = evidence.value.confidence
        finding = Finding(f"{topic}:{subject}", InsightKind.RHYTHM, seen, confidence, step)
        effect = 0.5 * count / total * _freshness(evidence, baseline) + (0.4 if lean else 0.0)
        yield Sighting(finding, effect * _certainty(finding), celebrates=2 * evidence["lighter"] > count)


def helping(current: Fold) -> Iterator[Sighting]:
    """Movements inside sessions whose interval, corrected over all that are looked at, lies above 0. Observed only."""
    for metric, subject in _MOVEMENTS:
        sure = current.measure(metric, subject, confidence=_SURE_OF_MOVEMENT)
        if sure.low is None or sure.low <= 0:
            continue
        evidence = evidence_of(metric, subject, current)
        if 2 * evidence["lifted"] <= evidence["total"]:
            continue
        key = f"helped:{subject or 'SESSIONS'}"
        step = _STEP_AFTER_MOVEMENT[subject]
        finding = Finding(key, InsightKind.WHAT_HELPED, (evidence,), evidence.value.confidence, step)
        effect = 0.5 + min(0.5, evidence.value.value or 0.0)
        yield Sighting(finding, effect * _certainty(finding), celebrates=True)


def sources(current: Fold) -> tuple[Evidence, ...]:
    """Where the sessions came from, most first, those with any."""
    found = (evidence_of(Metric.SOURCE_SHARE, source, current) for source in Source)
    return tuple(sorted((e for e in found if e["count"]), key=lambda e: -e["count"]))


def _is_comparable(current: Fold, baseline: Fold) -> bool:
    """Whether any comparison can be settled: the days of most weeks are too few, whatever is compared."""
    enough = min(current.day_count, baseline.day_count) >= DAYS_FOR_COMPARISON
    return enough and has_baseline(baseline)


def looks_alike(evidence: Evidence) -> bool:
    """Whether the counts on each side look as alike as the means are: within 15 points of one's usual."""
    total, usual = max(1, evidence["total"]), max(1, evidence["usual_total"])
    sides = ("lighter", "heavier", "middle")
    return all(abs(evidence[side] / total - evidence[f"usual_{side}"] / usual) <= _LOOKS_ALIKE for side in sides)


def _freshness(evidence: Evidence, baseline: Fold | None) -> float:
    """From 0.6 for a count that is just as usual to 1 for one that is not, or when there is no usual yet."""
    if baseline is None or evidence.subject is None:
        return 1.0
    count, total = share_of(baseline, evidence.metric, evidence.subject)
    if total < _USUAL_FROM:
        return 1.0
    apart = abs(evidence["count"] / evidence["total"] - count / total)
    return 0.6 + 0.4 * min(1.0, apart / 0.3)


def counts_agree(evidence: Evidence, direction: int) -> bool:
    """Whether the counts a sentence shows point the way of the change (1 up, -1 down); a mean can move without them.

    Of a mood both sides must: a sentence shows the one that grew. Energy has no counts, so that nothing can disagree.
    """
    if evidence.metric is Metric.AROUSAL:
        return True

    def gain(side: str) -> float:
        share, usual = (evidence.get(p + side) / max(1, evidence[p + "total"]) for p in ("", "usual_"))
        return share - usual

    if evidence.metric is Metric.VALENCE:
        grew, other = ("lighter", "heavier") if direction > 0 else ("heavier", "lighter")
        return gain(grew) > max(0.0, gain(other))
    return gain("count") * direction > 0


def _certainty(finding: Finding) -> float:
    return _CERTAINTY[finding.confidence]


def _is_welcome(metric: Metric, subject: str | None, *, up: bool) -> bool:
    if metric is Metric.VALENCE or subject in WELCOME:
        return up
    return not up and (metric is Metric.PATTERN_SHARE or subject in UNWELCOME)


def _step_after_change(metric: Metric, subject: str | None, *, up: bool) -> SuggestedAction:
    if metric is Metric.PATTERN_SHARE:
        return SuggestedAction.OPEN_TURN if up else SuggestedAction.REVIEW_SESSIONS
    return SuggestedAction.OPEN_LENS if _is_welcome(metric, subject, up=up) else SuggestedAction.OPEN_MIRROR
