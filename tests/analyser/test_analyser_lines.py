"""`spectrum analyse`: JSON lines in, JSON lines out, and never a word of the input in an error."""

import json

import pytest

from app.analyser import Analyser
from app.analyser.lines import analyse_lines
from app.analyser.taxonomy import EMOTION_ORDER, PATTERN_ORDER


def test_a_line_becomes_its_prediction(analyser: Analyser) -> None:
    """Every name of the taxonomy is there in lower case, in its order, with the numbers of the engine."""
    text = "I should be over this by now. Thank you for the cake!"
    (answer,) = map(json.loads, analyse_lines([json.dumps({"id": "a", "text": text, "other": 1})], analyser))
    (one,) = analyser.analyse([text])
    assert list(answer) == [
        *("id", "emotions", "emotions28", "emotions_on", "valence", "arousal"),
        *("patterns", "patterns_on", "care", "confidence", "english", "analyserVersion"),
    ]
    assert answer["id"] == "a"
    assert tuple(answer["emotions"]) == EMOTION_ORDER
    assert tuple(answer["patterns"]) == PATTERN_ORDER
    assert list(answer["emotions"].values()) == pytest.approx(one.emotions, abs=1e-4)
    assert answer["valence"] == pytest.approx(one.valence, abs=1e-4)
    assert "should_statements" in answer["patterns_on"]
    assert "warmth" in answer["emotions_on"]
    assert (answer["care"], answer["analyserVersion"]) == ("none", analyser.version)


def test_order_and_ids_are_kept_and_blank_lines_passed_over(analyser: Analyser) -> None:
    """Answers come in the order of the lines; whole numbers are ids too."""
    lines = ['{"id": 7, "text": "good"}\n', "\n", '{"id": "b", "text": ""}\n']
    assert [json.loads(answer)["id"] for answer in analyse_lines(lines, analyser)] == [7, "b"]


@pytest.mark.parametrize(
    "bad",
    [
        "my secret words",
        '{"id": 1, "text": "my secret words"',
        '["my secret words"]',
        '{"text": "my secret words"}',
        '{"id": null, "text": "my secret words"}',
        '{"id": {"secret": 1}, "text": "x"}',
        '{"id": true, "text": "my secret words"}',
        '{"id": 1, "text": ["my secret words"]}',
        '{"id": 1, "secret": "words"}',
        "[" * 100_000 + "secret",
    ],
)
def test_a_bad_line_is_answered_with_its_number_only(analyser: Analyser, bad: str) -> None:
    """A bad line gives its number and the reason, repeats nothing, and the lines after it are still read."""
    good = '{"id": "z", "text": "fine"}'
    first, second, third = analyse_lines([good, bad, good], analyser)
    error = json.loads(second)
    assert set(error) == {"line", "error"}
    assert error["line"] == 2
    assert "secret" not in second
    assert first == third
