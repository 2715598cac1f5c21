"""The table between the names of the data and those of the product."""

from app.analyser.taxonomy import (
    EMOTION_NAMES,
    EMOTION_ORDER,
    EMOTIONS_BY_NAME,
    LABELS_28,
    PATTERN_NAMES,
    PATTERN_ORDER,
    PATTERNS_BY_NAME,
)
from app.domain.affect import EMOTIONS, PATTERNS, ThinkingPattern


def test_every_name_of_the_product_has_one_of_the_data() -> None:
    """All emotions and patterns are in the table, each with a name of its own, there and back."""
    assert set(EMOTION_NAMES) == set(EMOTIONS)
    assert set(PATTERN_NAMES) == set(PATTERNS)
    assert [EMOTIONS_BY_NAME[name] for name in EMOTION_ORDER] == list(EMOTIONS)
    assert [PATTERNS_BY_NAME[name] for name in PATTERN_ORDER] == list(PATTERNS)
    assert len(set(LABELS_28)) == 28


def test_names_are_the_same_but_for_case_and_one() -> None:
    """Only personalisation is named differently in the data; a slip in any other name would show here."""
    different = {pattern for pattern, name in PATTERN_NAMES.items() if pattern.value.lower() != name}
    assert different == {ThinkingPattern.PERSONALIZATION}
    assert PATTERN_NAMES[ThinkingPattern.PERSONALIZATION] == "personalization_blame"
    assert all(emotion.value.lower() == name for emotion, name in EMOTION_NAMES.items())
