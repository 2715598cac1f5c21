"""Numbers and doubts in plain English. Whole paragraphs are tested with their pictures."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.estimates.estimate import Comparison, Direction, SuppressionReason, counted, withheld
from app.domain.periods import Period
from app.domain.pictures.plain_words import (
    say_comparison,
    say_count,
    say_estimate,
    say_list,
    say_number,
    say_period,
    say_unread,
    say_withheld,
)
from tests.domain.lives import MARCH


@pytest.mark.parametrize(("number", "said"), [(0.004, "0.00"), (-0.004, "0.00"), (-0.126, "-0.13"), (1.0, "1.00")])
def test_numbers_have_two_decimals(number: float, said: str) -> None:
    """Numbers are rounded to two decimals, and nothing is "minus nothing"."""
    assert say_number(number) == said


@pytest.mark.parametrize(("count", "said"), [(0, "no sessions"), (1, "1 session"), (2, "2 sessions")])
def test_counts_agree_with_their_noun(count: int, said: str) -> None:
    """One thing is singular, and none are none."""
    assert say_count(count, "session") == said


def test_periods_are_said_in_full() -> None:
    """A range names both ends, a day only itself."""
    assert say_period(MARCH) == "From 1 March 2026 to 31 March 2026"
    assert say_period(Period(date(2026, 12, 9), date(2026, 12, 9))) == "On 9 December 2026"


def test_lists_are_joined_as_in_speech() -> None:
    """The last part is joined with "and"."""
    assert [say_list(["a"]), say_list(["a", "b"]), say_list(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


@pytest.mark.parametrize(("count", "said"), [(1, ": 1 session that"), (3, ": 3 sessions that")])
def test_unread_sessions_are_counted_in_words(count: int, said: str) -> None:
    """How many sessions could not be read is a sentence whatever the number."""
    assert said in say_unread(count)


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_every_reason_can_be_said(reason: SuppressionReason) -> None:
    """Each reason for silence has its own words, and the missing sessions are named only when they would help."""
    without, needed = say_withheld(withheld(reason, 3, 2, None)), say_estimate(withheld(reason, 3, 2, 2))
    assert needed == f"{without}; 2 more sessions are needed"
    assert "needed" not in without


def test_every_direction_can_be_said() -> None:
    """Directions read apart; a difference that is withheld is not compared at all."""
    shown = Comparison(counted(1, 1), counted(1, 1), counted(1, 1), Direction.HIGHER, MARCH)
    said = {say_comparison(replace(shown, direction=direction)) for direction in Direction}
    assert len(said) == len(Direction)
    hidden = replace(shown, difference=withheld(SuppressionReason.TOO_FEW_DAYS, 1, 1, None))
    assert say_comparison(hidden) == "not compared with your usual yet"
