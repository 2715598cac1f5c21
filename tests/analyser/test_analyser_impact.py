"""What moved from one text to the next: the formula, its uncertainty, and that cheer is not what it rewards."""

import json
import math
from dataclasses import replace

import pytest

from app.analyser import Analyser, Prediction
from app.analyser.impact import BALANCE_WEIGHT, HALF_WAY, Impact, Movement, impact
from app.analyser.lines import analyse_lines


@pytest.fixture
def neutral(encoder: Analyser) -> Prediction:
    """Give a prediction to change."""
    return replace(encoder.analyse(["The bus stops here."])[0], valence=0.0, balance=0.0)


def moved_from(before: tuple[str, Prediction], after: tuple[str, Prediction]) -> Impact:
    """The movement, where there is something to be said of it."""
    found = impact(before, after)
    assert found is not None
    return found


def test_the_formula(neutral: Prediction) -> None:
    """The shift is valence with balance, the impact its tanh, and the errors of both texts add in squares."""
    ten = "We ate soup and talked about the move to town."
    moved = moved_from((ten, neutral), (ten, replace(neutral, valence=0.5, balance=0.8)))
    assert moved.shift == pytest.approx(0.5 + BALANCE_WEIGHT * 0.8)
    assert moved.impact == pytest.approx(math.tanh(moved.shift / HALF_WAY))
    assert moved.standard_error == pytest.approx(math.hypot(0.35, 0.35))
    assert moved.movement is Movement.LIFTED


@pytest.mark.parametrize(("words", "error"), [(1, 0.40), (5, 0.40), (6, 0.35), (39, 0.35), (40, 0.30), (200, 0.30)])
def test_a_longer_text_is_surer(neutral: Prediction, words: int, error: float) -> None:
    """A few words tell less than a page."""
    text = "word " * words
    assert moved_from((text, neutral), (text, neutral)).standard_error == pytest.approx(math.hypot(error, error))


def test_within_its_error_nothing_is_said(neutral: Prediction) -> None:
    """A movement no larger than its standard error is UNCLEAR, up or down."""
    text = "word " * 10
    for shift, movement in (
        (0.45, Movement.UNCLEAR),
        (-0.45, Movement.UNCLEAR),
        (0.55, Movement.LIFTED),
        (-0.55, Movement.HEAVIER),
    ):
        assert moved_from((text, neutral), (text, replace(neutral, valence=shift))).movement is movement


def test_a_sober_wider_view_moves_too(encoder: Analyser) -> None:
    """A reframe without a glad word moves upwards, and further than its valence alone says."""
    thought = "I ruined the whole dinner and everyone will remember it for ever."
    reframe = "The fish was dry and that annoyed me. People stayed until midnight, and one dish is not the evening."
    before, after = encoder.analyse([thought, reframe])
    moved = moved_from((thought, before), (reframe, after))
    assert moved.shift > max(0.0, after.valence - before.valence)


@pytest.mark.parametrize(
    "hard", ["I want to kill myself tonight.", "Heute bin ich sehr müde und es ist alles zu viel für mich.", "", "..."]
)
def test_nothing_is_said_of_what_is_explicit_or_cannot_be_read(encoder: Analyser, hard: str) -> None:
    """From or to such a text there is no movement at all, and the line says so without a number."""
    glad = "What a lovely evening, I feel so much better now."
    before, after = encoder.analyse([hard, glad])
    assert impact((hard, before), (glad, after)) is None
    assert impact((glad, after), (hard, before)) is None
    (line,) = map(json.loads, analyse_lines([json.dumps({"id": 1, "before": hard, "after": glad})], encoder))
    assert (line["shift"], line["standardError"], line["impact"], line["movement"]) == (None, None, None, "unclear")
    assert line["care"] == ("explicit" if "kill" in hard else "none")


def test_two_texts_in_a_line_are_compared(encoder: Analyser) -> None:
    """`before` and `after` in a line of `spectrum analyse` give the movement, under the same rules for bad lines."""
    good = {"id": 1, "before": "I hate this.", "after": "It was hard, and it passed."}
    lines = [json.dumps(good), json.dumps({**good, "after": 3}), json.dumps({**good, "id": None})]
    answer, *errors = map(json.loads, analyse_lines(lines, encoder))
    assert set(answer) == {
        *("id", "shift", "standardError", "impact", "movement", "care", "confidence", "analyserVersion")
    }
    assert [error["line"] for error in errors] == [2, 3]
    assert [error["error"].split()[0] for error in errors] == ["`before`", "`id`"]
