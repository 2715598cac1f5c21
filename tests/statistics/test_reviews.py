"""The figures of a blinded review: hand-counted, at their edges, and how often they find what is there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest

from app.domain.reviews import FLAGS, Choice, Pair
from app.domain.rubric import WRITING
from app.statistics.reviews import Said, agreement, figures, preference

RUNS = 200
RESAMPLES = 799
"""Fewer than a report takes: it is only asked whether an interval holds the middle."""


def _pair(number: int, repeats: int | None = None) -> Pair:
    return Pair(UUID(int=number + 1), number, None if repeats is None else UUID(int=repeats + 1))


def _said(number: int, word: str, rater: str = "0a", *, a_left: bool = True, repeats: int | None = None) -> Said:
    """Give a judgement by its meaning: "A", "B" or "=", wherever A is."""
    choice = Choice.TIE if word == "=" else Choice.LEFT if (word == "A") == a_left else Choice.RIGHT
    return Said(_pair(number, repeats), rater, a_left, choice)


def _figures(said: Sequence[Said]) -> dict[str, object]:
    return dict(figures(said, seed=7, a="weekly-card@1", b="weekly-card@2"))


def test_wins_are_counted_by_text_and_not_by_side() -> None:
    """A choice is turned back into A or B by the side on which A was; ties count half, repeats not at all."""
    words = "BBBBBBA=BBAB"
    said = [_said(number, word, a_left=number % 2 == 0) for number, word in enumerate(words)]
    said += [_said(50, "B", a_left=False, repeats=0), _said(51, "A", a_left=True, repeats=1)]
    found = _figures(said)
    assert (found["wins_a"], found["wins_b"], found["ties"]) == (2, 9, 1)
    prefer = preference([each for each in said if each.pair.repeats is None], seed=7)
    assert (prefer["numerator"], prefer["denominator"], prefer["rate"]) == (9, 12, pytest.approx(9.5 / 12))
    assert found["prefer_b"] == prefer
    left = found["left_rate"]
    assert isinstance(left, dict)
    assert (left["numerator"], left["denominator"]) == (sum(s.choice is Choice.LEFT for s in said), 13)
    swapped = found["swap_consistency"]
    assert isinstance(swapped, dict)
    assert (swapped["numerator"], swapped["denominator"]) == (1, 2)


def test_alpha_is_krippendorffs() -> None:
    """Full agreement is 1; of two raters who differ once in four, it is what Krippendorff's own formula gives."""
    same = [_said(n, word, rater) for n, word in enumerate("ABAB") for rater in ("0a", "0b")]
    assert agreement(same) == {"alpha": pytest.approx(1.0), "raters": 2, "items": 4}
    differ = [_said(n, word, "0a") for n, word in enumerate("ABAB")]
    differ += [_said(n, word, "0b") for n, word in enumerate("ABAA")]
    # coincidences: AA 4, BB 2, AB and BA 1 each; n = 8: 1 - 7 x 1 / (5 x 3)
    assert agreement(differ)["alpha"] == pytest.approx(1 - 7 / 15)
    assert agreement([_said(0, "A"), _said(1, "B")]) == {"alpha": None, "raters": 0, "items": 0}
    assert agreement([_said(0, "A", rater) for rater in ("0a", "0b")])["alpha"] is None


@pytest.mark.parametrize("said", [[], [_said(0, "B")], [_said(0, "="), _said(1, "=")]])
def test_little_is_no_answer(said: list[Said]) -> None:
    """With nothing, one judgement, or ties alone, there are figures where there can be, and no decision."""
    found = _figures(said)
    assert str(found["decision"]).startswith("Too few pairs were judged")


@pytest.mark.parametrize(("word", "told"), [("B", "B is preferred: 100 %"), ("A", "A is preferred: weekly-card@1")])
def test_all_for_one_is_decided(word: str, told: str) -> None:
    """When all prefer the same, that is the decision; the sides were even, so that nothing is added."""
    said = [_said(number, word, a_left=number % 2 == 0) for number in range(40)]
    found = _figures(said)
    assert str(found["decision"]).startswith(told)
    assert "one side" not in str(found["decision"])
    prefer = found["prefer_b"]
    assert isinstance(prefer, dict)
    assert 0 < prefer["high"] - prefer["low"] < 0.1, "forty of one mind are not all of mankind"
    ties = preference([_said(number, "=") for number in range(31)], seed=7)
    assert ties["low"] + ties["high"] == pytest.approx(1.0), "ties lean to neither side"
    few = _figures(said[:29])
    assert few["decision"] == "Too few pairs were judged to say anything: 29 of at least 30."


def test_scores_and_flags_are_told_of_the_texts() -> None:
    """Scores and flags go to the text that they were given to, wherever it stood; flags of repeats count, too."""
    low, high = (dict.fromkeys((each.key for each in WRITING.criteria), mark) for mark in (2, 4))
    said = [
        replace(_said(0, "B", a_left=True), scores=(low, high), flags=((), ("UNKIND",))),
        replace(_said(1, "B", a_left=False), scores=(high, low)),
        replace(_said(2, "A"), flags=(("UNKIND",), ("WRONG_NUMBER",))),
        replace(_said(3, "B", a_left=False, repeats=0), scores=(low, low), flags=(("UNSAFE",), ())),
    ]
    found = _figures(said)
    flags = found["flags"]
    assert isinstance(flags, list)
    assert len(flags) == 2 * len(FLAGS)
    assert {(each["of"], each["flag"], each["judgements"]) for each in flags if each["judgements"]} == {
        *(("a", "UNKIND", 1), ("b", "UNKIND", 1), ("b", "WRONG_NUMBER", 1), ("b", "UNSAFE", 1)),
    }
    scores = found["scores"]
    assert isinstance(scores, list)
    assert {(each["of"], each["n"], each["mean"]) for each in scores} == {("a", 2, 2.0), ("b", 2, 4.0)}
    assert {each["criterion"] for each in scores} == {each.key for each in WRITING.criteria}
    assert [each["mean"] for each in _scores_of([_said(0, "A")])] == [None, None] * len(WRITING.criteria)


def _scores_of(said: Sequence[Said]) -> list[dict[str, object]]:
    scores = _figures(said)["scores"]
    assert isinstance(scores, list)
    return scores


def test_who_favours_a_side_is_told() -> None:
    """Somebody who always chooses the left prefers nothing, and the decision says so."""
    said = [Said(_pair(number), "0a", number % 2 == 0, Choice.LEFT) for number in range(40)]
    told = str(_figures(said)["decision"])
    assert told.startswith("The reviewers do not settle it: 50 %")
    assert told.endswith("They chose one side of the screen more often than the other: read it with care.")


def test_the_same_review_has_the_same_figures() -> None:
    """The bootstrap is seeded by the review: computed again it gives the same interval."""
    said = [_said(number, "AB"[number % 3 > 0]) for number in range(30)]
    assert _figures(said) == _figures(said)


def _simulated(preferring: float, *, pairs: int, raters: int, lot: Random) -> Iterator[Said]:
    for number in range(pairs):
        for rater in range(raters):
            word = "B" if lot.random() < preferring else "A"
            yield _said(number, word, f"{rater:02x}", a_left=lot.random() < 0.5)


def _found(preferring: float, *, pairs: int, raters: int = 1) -> float:
    """In which share of reviews a preference is found, either way."""
    lot, found = Random(f"{preferring}|{pairs}|{raters}"), 0
    for run in range(RUNS):
        said = list(_simulated(preferring, pairs=pairs, raters=raters, lot=lot))
        prefer = preference(said, seed=run, resamples=RESAMPLES)
        found += not prefer["low"] <= 0.5 <= prefer["high"]
    return found / RUNS


def test_the_sizes_that_are_promised_hold() -> None:
    """194 pairs find 60 % about 8 times in 10, and so do 85 pairs 65 %."""
    assert 0.72 < _found(0.60, pairs=194) < 0.88
    assert 0.72 < _found(0.65, pairs=85) < 0.88


def test_nothing_is_found_where_nothing_is() -> None:
    """Without a preference about one review in twenty finds one, with one reviewer a pair or two."""
    assert _found(0.5, pairs=194) < 0.09
    assert _found(0.5, pairs=85, raters=2) < 0.09
