"""The one table between the lower-case names of the training data and the names of the product.

Decides nothing about how a feeling or a pattern is recognised.
"""

from app.domain.affect import EMOTIONS, PATTERNS, Emotion, ThinkingPattern

EMOTION_NAMES: dict[Emotion, str] = {
    Emotion.JOY: "joy",
    Emotion.WARMTH: "warmth",
    Emotion.HOPE: "hope",
    Emotion.SADNESS: "sadness",
    Emotion.FEAR: "fear",
    Emotion.ANGER: "anger",
    Emotion.SHAME: "shame",
    Emotion.SURPRISE: "surprise",
    Emotion.NEUTRAL: "neutral",
}
"""`spectrum9` of taxonomy.json."""

PATTERN_NAMES: dict[ThinkingPattern, str] = {
    ThinkingPattern.ALL_OR_NOTHING: "all_or_nothing",
    ThinkingPattern.OVERGENERALIZATION: "overgeneralization",
    ThinkingPattern.MENTAL_FILTER: "mental_filter",
    ThinkingPattern.DISCOUNTING_POSITIVE: "discounting_positive",
    ThinkingPattern.MIND_READING: "mind_reading",
    ThinkingPattern.FORTUNE_TELLING: "fortune_telling",
    ThinkingPattern.CATASTROPHIZING: "catastrophizing",
    ThinkingPattern.EMOTIONAL_REASONING: "emotional_reasoning",
    ThinkingPattern.SHOULD_STATEMENTS: "should_statements",
    ThinkingPattern.LABELING: "labeling",
    ThinkingPattern.PERSONALIZATION: "personalization_blame",
    ThinkingPattern.COMPARING: "comparing",
}
"""`patterns12` of taxonomy.json."""

EMOTIONS_BY_NAME = {name: emotion for emotion, name in EMOTION_NAMES.items()}
PATTERNS_BY_NAME = {name: pattern for pattern, name in PATTERN_NAMES.items()}

EMOTION_ORDER = tuple(EMOTION_NAMES[emotion] for emotion in EMOTIONS)
PATTERN_ORDER = tuple(PATTERN_NAMES[pattern] for pattern in PATTERNS)

LABELS_28 = (
    *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire"),
    *("disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy"),
    *("love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral"),
)
"""`labels28` of taxonomy.json, in its order; weighed too, so that the finer figures can be measured."""
