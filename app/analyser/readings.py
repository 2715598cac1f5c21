"""What the analyser takes and what it answers: words in, numbers and names out.

Computes nothing; the numbers of a session mean the same as in `app.domain.affect.SessionNumbers`.
"""

from dataclasses import dataclass, field

from app.domain.affect import CareLevel, Emotion, ThinkingPattern, TurnKind, TurnReading, Use


@dataclass(frozen=True, slots=True)
class PersonTurn:
    """One turn in the person's own words: 0-based place in the session, kind, text. Its repr never shows the text."""

    index: int
    kind: TurnKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prediction:
    """One text in numbers.

    `emotions` (9, in the order of `EMOTIONS`), `labels` (the 28 finer ones, in the order of `LABELS_28`) and `patterns`
    (12, in the order of `PATTERNS`): calibrated, 0..1; `valence`, `arousal`: -1..1, 0 is neutral; `balance`: 0..1, how
    far the text holds a wider view of something hard; the `present` sets passed the threshold of their class;
    `confidence`: 0..1, the chance that people would name its strongest emotion too.
    """

    emotions: tuple[float, ...]
    emotions_present: frozenset[Emotion]
    labels: tuple[float, ...]
    labels_present: frozenset[str]
    valence: float
    arousal: float
    balance: float
    patterns: tuple[float, ...]
    patterns_present: frozenset[ThinkingPattern]
    care: CareLevel
    confidence: float
    english: bool


@dataclass(frozen=True, slots=True)
class SessionReading:
    """One session in integers of 1/10,000; under AFFECT_ONLY patterns are zeros and nothing of turns is listed."""

    use: Use
    valence: int
    arousal: int
    emotions: tuple[int, ...]
    emotions_present: frozenset[Emotion]
    patterns: tuple[int, ...]
    patterns_present: frozenset[ThinkingPattern]
    turns: tuple[TurnReading, ...]
    confidence: int
    analyser_version: str
