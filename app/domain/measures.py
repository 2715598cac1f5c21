"""What can be measured of a person and a period: the metrics, their plain names, and every threshold in one place.

Computes nothing; the fold does, and `estimates` decides what may be shown.
"""

from enum import StrEnum
from itertools import chain

from app.domain.affect import Emotion, Source, ThinkingPattern, TimeOfDay, TurnKind, Weekday
from app.domain.wording import Sentence

CONFIDENCE = 0.90
"""Coverage of every interval that is shown."""
SESSIONS_FOR_MEAN = 5
DAYS_FOR_MEAN = 4
SESSIONS_FOR_SHARE = 5
DAYS_FOR_COMPARISON = 7
"""On each side."""
BASELINE_WEEKS_WITH_DATA = 4
WIDEST_INTERVAL = 0.6
"""Of a mean or a difference of means; a wider interval says too little."""
SMALLEST_DIFFERENCE = 0.10
"""Worth naming: of valence, and of a share."""
SESSIONS_IN_SAME_DAY_ALIKE = 0.3
"""Intraclass correlation of sessions of one day."""
LEAST_CONFIDENCE = 1_500
"""In 1/10,000: a session whose reading the analyser trusts less says nothing of feelings and patterns.

One English word that the analyser knows reads with 5,000 and more ("tired" says something). Sentences of other
languages, symbols and letters without words stay under 1,000, most short foreign phrases too; of 1,460 sessions by
real English writers none is under 2,400. What lies below is the intercept of the model, not the person.
"""
SESSIONS_FOR_CARD = 3
SESSIONS_FOR_NARRATIVE = 8
DAYS_FOR_NARRATIVE = 6


class Metric(StrEnum):
    """What a number is about. Most need a subject; `SUBJECTS` lists which."""

    SESSION_COUNT = "SESSION_COUNT"
    VALENCE = "VALENCE"
    AROUSAL = "AROUSAL"
    SPREAD = "SPREAD"
    EMOTION_INTENSITY = "EMOTION_INTENSITY"
    PATTERN_SHARE = "PATTERN_SHARE"
    SOURCE_SHARE = "SOURCE_SHARE"
    TIME_SHARE = "TIME_SHARE"
    SESSION_SHIFT_VALENCE = "SESSION_SHIFT_VALENCE"
    TURN_SHIFT_VALENCE = "TURN_SHIFT_VALENCE"


SUBJECTS: dict[Metric, tuple[str, ...]] = {
    Metric.EMOTION_INTENSITY: tuple(Emotion),
    Metric.PATTERN_SHARE: tuple(ThinkingPattern),
    Metric.SOURCE_SHARE: tuple(Source),
    Metric.TIME_SHARE: (*TimeOfDay, *Weekday),
    Metric.TURN_SHIFT_VALENCE: tuple(TurnKind),
}
"""The enum values a metric can be about; a metric that is not listed is about the whole period."""

FAMILY: tuple[tuple[Metric, str | None], ...] = (
    (Metric.VALENCE, None),
    (Metric.AROUSAL, None),
    (Metric.SPREAD, None),
    (Metric.SESSION_SHIFT_VALENCE, None),
    *chain.from_iterable(((metric, subject) for subject in subjects) for metric, subjects in SUBJECTS.items()),
)
"""Every measure of a person and period about which a change can be claimed, whatever a query selected."""
FAMILY_SIZE = len(FAMILY) + len(Emotion)
"""The family, and the shares of sessions with each emotion, which have no metric of their own."""


def corrected_confidence(family_size: int) -> float:
    """Coverage of each interval such that all of `family_size` (1 or more) hold together with `CONFIDENCE`.

    Bonferroni's correction; Dunn, O. J. (1961), Multiple comparisons among means.
    """
    return 1 - (1 - CONFIDENCE) / family_size


CORRECTED_CONFIDENCE = corrected_confidence(FAMILY_SIZE)
"""Coverage of each interval behind a claim when the whole family is looked at."""

LABELS: dict[str, str] = {
    Source.MIRROR: "Mirror",
    Source.TURN: "Turn",
    Source.LENS: "Lens",
    Emotion.JOY: "Joy",
    Emotion.WARMTH: "Warmth",
    Emotion.HOPE: "Hope",
    Emotion.SADNESS: "Sadness",
    Emotion.FEAR: "Fear",
    Emotion.ANGER: "Anger",
    Emotion.SHAME: "Shame",
    Emotion.SURPRISE: "Surprise",
    Emotion.NEUTRAL: "Neutral",
    ThinkingPattern.ALL_OR_NOTHING: "All-or-nothing thinking",
    ThinkingPattern.OVERGENERALIZATION: "Overgeneralising",
    ThinkingPattern.MENTAL_FILTER: "Mental filter",
    ThinkingPattern.DISCOUNTING_POSITIVE: "Discounting the positive",
    ThinkingPattern.MIND_READING: "Mind reading",
    ThinkingPattern.FORTUNE_TELLING: "Fortune telling",
    ThinkingPattern.CATASTROPHIZING: "Expecting the worst",
    ThinkingPattern.EMOTIONAL_REASONING: "Emotional reasoning",
    ThinkingPattern.SHOULD_STATEMENTS: "Should statements",
    ThinkingPattern.LABELING: "Labelling",
    ThinkingPattern.PERSONALIZATION: "Taking it personally",
    ThinkingPattern.COMPARING: "Comparing with others",
    TimeOfDay.MORNING: "Morning",
    TimeOfDay.AFTERNOON: "Afternoon",
    TimeOfDay.EVENING: "Evening",
    TimeOfDay.NIGHT: "Night",
    Weekday.MONDAY: "Monday",
    Weekday.TUESDAY: "Tuesday",
    Weekday.WEDNESDAY: "Wednesday",
    Weekday.THURSDAY: "Thursday",
    Weekday.FRIDAY: "Friday",
    Weekday.SATURDAY: "Saturday",
    Weekday.SUNDAY: "Sunday",
    TurnKind.OPENING: "Opening",
    TurnKind.EXPLORING: "Exploring",
    TurnKind.NAMING_PATTERN: "Naming a pattern",
    TurnKind.REFRAMING: "Reframing",
    TurnKind.AFFIRMING: "Affirming",
    TurnKind.CLOSING: "Closing",
}
"""The plain English name of every enum value that a number can be about, as it begins a line."""

METRIC_LABELS: dict[Metric, str] = {
    Metric.SESSION_COUNT: "number of sessions",
    Metric.VALENCE: "how pleasant sessions felt",
    Metric.AROUSAL: "energy in sessions",
    Metric.SPREAD: "how widely feelings ranged",
    Metric.EMOTION_INTENSITY: "strength of {subject}",
    Metric.PATTERN_SHARE: "share of sessions with {subject}",
    Metric.SOURCE_SHARE: "share of sessions in {subject}",
    Metric.TIME_SHARE: "share of sessions {subject}",
    Metric.SESSION_SHIFT_VALENCE: "movement from the start of a session to its end",
    Metric.TURN_SHIFT_VALENCE: "movement at turns of {subject}",
}

_KEEP_CAPITAL: frozenset[str] = frozenset((*Source, *Weekday))
_WHEN: dict[str, str] = {
    **{day: f"on {LABELS[day]}s" for day in Weekday},
    TimeOfDay.MORNING: "in the morning",
    TimeOfDay.AFTERNOON: "in the afternoon",
    TimeOfDay.EVENING: "in the evening",
    TimeOfDay.NIGHT: "at night",
}


def label(subject: str) -> str:
    """The name of an enum value at the start of a line ("All-or-nothing thinking"). KeyError when unknown."""
    return LABELS[subject]


def phrase(subject: str) -> str:
    """The name of an enum value inside a sentence ("all-or-nothing thinking", "Mirror"). KeyError when unknown."""
    name = LABELS[subject]
    return name if subject in _KEEP_CAPITAL else name[0].lower() + name[1:]


def when(subject: str) -> str:
    """A TimeOfDay or Weekday as an answer to "when" ("in the morning", "on Mondays"). KeyError when unknown."""
    return _WHEN[subject]


def metric_label(metric: Metric, subject: str | None = None) -> str:
    """The plain name of a measure, as it stands inside a sentence: "share of sessions with mind reading".

    ValueError when the metric needs a subject and has none, has one and needs none, or has a foreign one.
    """
    check_subject(metric, subject)
    if subject is None:
        return METRIC_LABELS[metric]
    named = when(subject) if metric is Metric.TIME_SHARE else phrase(subject)
    return Sentence(METRIC_LABELS[metric], subject=Sentence(named))


def check_subject(metric: Metric, subject: str | None) -> None:
    """ValueError unless `subject` is one that `metric` can be about."""
    allowed = SUBJECTS.get(metric)
    if (subject is None) if allowed is None else (subject in allowed):
        return
    raise ValueError(f"{metric} cannot be about {subject}")
