"""What each pattern, feeling and measure means, in short plain English. Static; knows nothing of any person."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.affect import EMOTIONS, PATTERNS, Emotion, ThinkingPattern
from app.domain.measures import Metric, label

_PATTERNS: Mapping[ThinkingPattern, str] = {
    ThinkingPattern.ALL_OR_NOTHING: "Seeing something as wholly one thing or wholly another, with nothing in between.",
    ThinkingPattern.OVERGENERALIZATION: "Taking one event as how things always go.",
    ThinkingPattern.MENTAL_FILTER: "Looking at one hard detail until it fills the whole picture.",
    ThinkingPattern.DISCOUNTING_POSITIVE: "Setting aside what went well, as if it did not count.",
    ThinkingPattern.MIND_READING: "Treating a guess at what somebody else thinks as something known.",
    ThinkingPattern.FORTUNE_TELLING: "Treating a guess at what will happen as something known.",
    ThinkingPattern.CATASTROPHIZING: "Expecting the worst that could happen, and that it could not be borne.",
    ThinkingPattern.EMOTIONAL_REASONING: "Taking a feeling as proof of how things are.",
    ThinkingPattern.SHOULD_STATEMENTS: "Measuring oneself or others by fixed rules: should, must, ought to.",
    ThinkingPattern.LABELING: "Turning one act into a name for the whole person.",
    ThinkingPattern.PERSONALIZATION: "Taking as one's own doing what had many reasons.",
    ThinkingPattern.COMPARING: "Measuring oneself against others, mostly where they seem ahead.",
}

_EMOTIONS: Mapping[Emotion, str] = {
    Emotion.JOY: "Joy, amusement, excitement.",
    Emotion.WARMTH: "Love, care, gratitude, admiration, approval.",
    Emotion.HOPE: "Optimism, longing, pride, relief.",
    Emotion.SADNESS: "Sadness, grief, disappointment.",
    Emotion.FEAR: "Fear, worry, nervousness.",
    Emotion.ANGER: "Anger, annoyance, disapproval, disgust.",
    Emotion.SHAME: "Embarrassment, remorse.",
    Emotion.SURPRISE: "Surprise, confusion, curiosity, seeing something for the first time.",
    Emotion.NEUTRAL: "Words that carry no strong feeling.",
}

_METRICS: Mapping[Metric, tuple[str, str]] = {
    Metric.SESSION_COUNT: ("Number of sessions", "Finished sessions that count, on their local day."),
    Metric.VALENCE: (
        "Pleasantness",
        "How pleasant a session felt, from -1 (unpleasant) to 1 (pleasant). Also called valence.",
    ),
    Metric.AROUSAL: ("Energy", "How activated a session felt, from -1 (still) to 1 (activated). Also called arousal."),
    Metric.SPREAD: (
        "Spread",
        "How widely sessions ranged around the centre: their typical distance from it on the feeling plane.",
    ),
    Metric.EMOTION_INTENSITY: (
        "Strength of a feeling",
        "From 0 to 1, averaged over days; a session without the feeling counts as 0.",
    ),
    Metric.PATTERN_SHARE: (
        "Share of a pattern",
        "Of all sessions that could be read, those in which a thinking pattern may have been there.",
    ),
    Metric.SOURCE_SHARE: ("Share of a source", "Of all sessions, those that came from Mirror, Turn or Lens."),
    Metric.TIME_SHARE: ("Share of a time", "Of all sessions, those that began at a time of day or on a weekday."),
    Metric.SESSION_SHIFT_VALENCE: (
        "Movement in a session",
        "How much more pleasant a session ended than it began; your own rating counts where you gave one.",
    ),
    Metric.TURN_SHIFT_VALENCE: (
        "Movement at a turn",
        "How much more pleasant your words were than in your turn before. It was seen, and nobody can say why.",
    ),
}


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """`key`: the enum value that the note is about."""

    key: str
    label: str
    description: str


GLOSSARY: tuple[GlossaryEntry, ...] = (
    *(GlossaryEntry(pattern, label(pattern), _PATTERNS[pattern]) for pattern in PATTERNS),
    *(GlossaryEntry(emotion, label(emotion), _EMOTIONS[emotion]) for emotion in EMOTIONS),
    *(GlossaryEntry(metric, *_METRICS[metric]) for metric in Metric),
)
"""Patterns, feelings and measures, each in the order of its enum."""
