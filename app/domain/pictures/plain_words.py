"""Numbers, days and doubts in short plain English, for the texts that stand in for a picture.

Finds nothing and judges nothing; it says what estimates already decided.
"""

from collections.abc import Sequence
from datetime import date

from app.domain.estimates.estimate import Comparison, Direction, Estimate, SuppressionReason
from app.domain.periods import Period

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_DIRECTIONS = {
    Direction.HIGHER: "higher than your usual",
    Direction.LOWER: "lower than your usual",
    Direction.SIMILAR: "about the same as your usual",
    Direction.UNCLEAR: "not clearly different from your usual, and not clearly the same",
}

_REASONS = {
    SuppressionReason.TOO_FEW_SESSIONS: "there are too few sessions to say",
    SuppressionReason.TOO_FEW_DAYS: "the sessions fall on too few different days to say",
    SuppressionReason.TOO_UNCERTAIN: "the sessions are too uncertain to say",
    SuppressionReason.SAFETY: "it is not shown for this period",
    SuppressionReason.EXCLUDED: "you left out all sessions of this period",
    SuppressionReason.PENDING: "it is not ready yet",
}


def say_day(day: date) -> str:
    """A day: "3 July 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_period(period: Period) -> str:
    """A period as it begins a sentence: "From 1 July 2026 to 31 July 2026" or "On 3 July 2026"."""
    if period.days == 1:
        return f"On {say_day(period.first)}"
    return f"From {say_day(period.first)} to {say_day(period.last)}"


def say_count(count: int, noun: str) -> str:
    """A count of things whose plural ends in s: "1 session", "no sessions"."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def say_number(number: float) -> str:
    """A number with two decimals and never a negative zero."""
    return f"{round(number, 2) + 0.0:.2f}"


def say_estimate(estimate: Estimate) -> str:
    """A number with its interval, or why it is not said and how many sessions are missing."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return say_withheld(estimate)
    return f"{say_number(estimate.value)}, likely between {say_number(estimate.low)} and {say_number(estimate.high)}"


def say_withheld(estimate: Estimate) -> str:
    """Why a number is not said: "there are too few sessions to say; 2 more sessions are needed"."""
    assert estimate.suppressed is not None
    reason = _REASONS[estimate.suppressed]
    if not estimate.sessions_needed:
        return reason
    verb = "is" if estimate.sessions_needed == 1 else "are"
    return f"{reason}; {say_count(estimate.sessions_needed, 'more session')} {verb} needed"


def say_unread(count: int) -> str:
    """How many sessions could not be read, as a sentence of its own; `count` is at least 1."""
    return f"Not part of how they felt: {say_count(count, 'session')} that could not be read well enough."


def say_comparison(comparison: Comparison) -> str:
    """How a number stands to the person's own usual."""
    if comparison.difference.suppressed:
        return "not compared with your usual yet"
    return _DIRECTIONS[comparison.direction]


def say_list(parts: Sequence[str]) -> str:
    """At least one part, joined as in speech: "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
