"""Feelings, thinking patterns and what one session looks like in numbers.

Holds names and values only; how they are estimated is the analyser's, how they are summed the fold's.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

UNIT = 10_000
"""Numbers of a session are integers in 1/10,000, so that sums are exact in any order."""


class Source(StrEnum):
    """Where a session came from."""

    MIRROR = "MIRROR"
    TURN = "TURN"
    LENS = "LENS"


class Speaker(StrEnum):
    """Who said a turn. Only the person's own turns are analysed."""

    PERSON = "PERSON"
    APP = "APP"


class TurnKind(StrEnum):
    """What a turn does inside its session."""

    OPENING = "OPENING"
    EXPLORING = "EXPLORING"
    NAMING_PATTERN = "NAMING_PATTERN"
    REFRAMING = "REFRAMING"
    AFFIRMING = "AFFIRMING"
    CLOSING = "CLOSING"


class Emotion(StrEnum):
    """Unions of GoEmotions labels; there is no CALM, because nothing open teaches it."""

    JOY = "JOY"
    WARMTH = "WARMTH"
    HOPE = "HOPE"
    SADNESS = "SADNESS"
    FEAR = "FEAR"
    ANGER = "ANGER"
    SHAME = "SHAME"
    SURPRISE = "SURPRISE"
    NEUTRAL = "NEUTRAL"


class ThinkingPattern(StrEnum):
    """Habits of thought (Burns' ten, jumping to conclusions split in two, plus comparing). Never called errors."""

    ALL_OR_NOTHING = "ALL_OR_NOTHING"
    OVERGENERALIZATION = "OVERGENERALIZATION"
    MENTAL_FILTER = "MENTAL_FILTER"
    DISCOUNTING_POSITIVE = "DISCOUNTING_POSITIVE"
    MIND_READING = "MIND_READING"
    FORTUNE_TELLING = "FORTUNE_TELLING"
    CATASTROPHIZING = "CATASTROPHIZING"
    EMOTIONAL_REASONING = "EMOTIONAL_REASONING"
    SHOULD_STATEMENTS = "SHOULD_STATEMENTS"
    LABELING = "LABELING"
    PERSONALIZATION = "PERSONALIZATION"
    COMPARING = "COMPARING"


class CareLevel(StrEnum):
    """Language of self-harm as the analyser saw it. Not a risk score."""

    NONE = "NONE"
    MENTION = "MENTION"
    EXPLICIT = "EXPLICIT"


class Use(StrEnum):
    """What a session may be used for. It never says why."""

    FULL = "FULL"
    AFFECT_ONLY = "AFFECT_ONLY"


class TimeOfDay(StrEnum):
    """Part of the day by local start time: 05-11, 11-17, 17-22, 22-05."""

    MORNING = "MORNING"
    AFTERNOON = "AFTERNOON"
    EVENING = "EVENING"
    NIGHT = "NIGHT"


class Weekday(StrEnum):
    """Days in ISO order: `tuple(Weekday)[date.weekday()]`."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


EMOTIONS = tuple(Emotion)
PATTERNS = tuple(ThinkingPattern)


def time_of_day(local_minute: int) -> TimeOfDay:
    """The part of the day of a start `local_minute` minutes (0..1439) after local midnight."""
    hour = local_minute // 60
    if 5 <= hour < 11:
        return TimeOfDay.MORNING
    if 11 <= hour < 17:
        return TimeOfDay.AFTERNOON
    if 17 <= hour < 22:
        return TimeOfDay.EVENING
    return TimeOfDay.NIGHT


class TurnReading(NamedTuple):
    """One PERSON turn in numbers: its place, its kind, and valence and arousal in 1/10,000 (-10,000..10,000).

    A tuple, as a session is, because a read of a year makes some thousand of them: ten times as quick as a dataclass.
    """

    index: int  # type: ignore[assignment]  # a turn's place; nobody searches a turn, as tuples can be
    kind: TurnKind
    valence: int
    arousal: int


class SessionNumbers(NamedTuple):
    """All that is known of a session once its words are left behind.

    `valence`, `arousal`, `self_shift`: -10,000..10,000; `emotions` (9), `patterns` (12), `confidence`:
    0..10,000, in the order of `EMOTIONS` and `PATTERNS`. `emotions_present` and `patterns_present` say which of
    them passed the analyser's own thresholds: shares count these, never sums of probabilities.
    `turns` holds the PERSON turns only, in order; it is empty, as are the patterns, when `use` is AFFECT_ONLY.
    `self_shift` is the impact by the person's own rating, None when the app sent none.
    """

    session_id: UUID
    source: Source
    local_date: date
    local_minute: int
    use: Use
    valence: int
    arousal: int
    emotions: tuple[int, ...]
    emotions_present: frozenset[Emotion]
    patterns: tuple[int, ...]
    patterns_present: frozenset[ThinkingPattern]
    turns: Sequence[TurnReading]
    self_shift: int | None
    confidence: int
    analyser_version: str
