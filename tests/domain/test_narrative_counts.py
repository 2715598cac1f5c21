"""Counts in words: read back as numbers, held against what is cited, and refused where no count could be meant."""

from dataclasses import replace

import pytest

from app.domain.narrative.brief import Point
from tests.domain.model_answers import BRIEF, PLAIN, card, failed

_NO_COUNT = [
    "Most of your sessions may have had labelling.",
    "Most had labelling, it may be.",
    "The majority of your sessions had joy.",
    "The bulk of your sessions had joy.",
    "A good part of your sessions had fear.",
    "A small share of your sessions had joy.",
    "A minority of sessions had joy.",
    "All your sessions had joy, all of them.",
    "Fear was there twice as often as joy.",
    "Fear was there 2 times as often.",
    "Fear doubled.",
    "There was twofold fear.",
    "Two thirds of your sessions had fear.",
    "A third had fear.",
    "Three quarters of your sessions had fear.",
    "A fifth of your sessions had joy.",
    "One in five sessions had joy.",
    "Half of your sessions had joy.",
    "Nearly half of your sessions had joy.",
    "More than half had joy.",
    "A couple of sessions had joy.",
    "A handful of sessions had joy.",
    "A pair of sessions had joy.",
    "Half a dozen sessions had fear.",
    "A number of sessions had joy.",
    "Numerous sessions had joy.",
    "Lots of sessions had joy.",
    "Many had fear.",
    "Few sessions had joy.",
    "Some of your sessions had joy.",
    "Every session had joy.",
    "Each evening, fear was there.",
    "Both sessions had joy.",
    "No session had joy.",
    "A single session had joy.",
    "Hardly a session had joy.",
    "Hardly any had joy.",
    "The rest had fear.",
    "Only joy was there.",
    "In the week, fear was often there.",
    "In the week, fear was mostly there.",
    "In the week, fear usually came.",
    "In the week, fear rarely came.",
    "In the week, fear came daily.",
    "In the week, fear was there once.",
    "Fear was there all week, in 6 of 9 sessions.",
    "The whole week had fear.",
    "For the third time, fear was there.",
    "It was the second week of fear.",
    "Fear was first, joy second.",
    "Your first session had fear.",
    "The 6th session had fear.",
    "The first 4 sessions had joy.",
    "The last 6 sessions had fear.",
    "Fear was there in 6 sessions in a row.",
    "Fear was there in 6 consecutive sessions.",
    "Fear was there in about 6 sessions.",
    "Fear was there in over 6 sessions.",
    "Fear was there in barely 6 of 9 sessions.",
    "Fear was there in almost six sessions.",
    "Fear was there in sixty percent of sessions.",
    "Fear was there in 70% of sessions.",
    "Fear was there in 66.7% of sessions.",
    "Fear was there in twenty-one sessions.",
    "Fear was there in 6/9 sessions.",
    "Fear was there in 6-7 sessions.",
    "More often than not, fear was there.",
    "In what week was fear there every evening?",
]


@pytest.mark.parametrize("text", _NO_COUNT)
def test_a_count_in_words_needs_its_count(text: str) -> None:
    """Joy was in 4 of 9 sessions, fear in 6, labelling in 3 of 9, 4 of 8 in the evening: none of these says so."""
    assert "numbers" in failed(card(text, "e7", "e9", "e10"))


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Most of your sessions had fear: 6 of 9.", "e10"),
        ("Most had fear: six of nine sessions.", "e10"),
        ("The majority of your sessions had fear, 6 of 9.", "e10"),
        ("Half of your sessions began in the evening.", "e8"),
        ("Fear was there in 67% of sessions.", "e10"),
        ("Fear was there in six of nine sessions.", "e10"),
        ("Fear was there in 6 out of 9 sessions.", "e10"),
        ("Over 7 days, fear was there in 6 sessions.", "e10"),
        ("Over the last 7 days, fear was there in 6 sessions.", "e10"),
        ("Fear was there less often than your usual.", "e10"),
        ("What is usually around you?", ""),
        ("Is it often like that?", ""),
        ("What comes to mind first?", ""),
    ],
)
def test_a_count_in_words_may_stand_for_its_count(text: str, evidence: str) -> None:
    """Shares that are true, grounded percentages, lengths of time and open questions pass."""
    assert "numbers" not in failed(card(text, *evidence.split()))


def test_a_first_week_is_its_milestones_alone() -> None:
    """Only the card of a first week may say that it was one."""
    (point,) = BRIEF.points
    first = replace(BRIEF, points=(Point("milestone:first-week", point.kind, point.facts, None),))
    answer = card("Your first week held 5 of 9 sessions.", "e1")
    assert "numbers" in failed(answer)
    assert "numbers" not in failed(answer, first)


def test_an_ordinal_is_a_landmark_alone() -> None:
    """The 50th session is said where session number 50 is the milestone, and nowhere else."""
    landmark = replace(PLAIN, id="e15", shown=(("days", 4), ("landmark", 50), ("sessions", 5)))
    brief = replace(BRIEF, facts=(*BRIEF.facts, landmark))
    assert "numbers" not in failed(card("Your 50th session came this week.", "e15"), brief)
    assert "numbers" in failed(card("Your 5th session came this week.", "e15"), brief)
    assert "numbers" in failed(card("Your 50th session came this week.", "e1"), brief)
