"""Invented people whose weeks and months are told in tests: changing lives, and what is found and written for them.

Holds no assertion.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from app.domain.affect import CareLevel, SessionNumbers
from app.domain.findings import Before, Finding, find_month, find_week
from app.domain.fold import Fold, fold
from app.domain.narrative import Brief, Draft, brief_for_card, brief_for_month, compose
from app.domain.periods import Period, PeriodKind, baseline_of, month_of, previous, week_of
from benchmarks.writing import lives
from prompts import load_revision

WEEK = week_of(date(2026, 3, 18))
MONTH = month_of(date(2026, 3, 18))
CARD_PHRASES = load_revision("weekly-card").phrases
MONTH_PHRASES = load_revision("monthly-narrative").phrases


@dataclass(frozen=True, slots=True)
class Told:
    """What one finding, or one month of them, became."""

    findings: tuple[Finding, ...]
    brief: Brief
    draft: Draft


def folds_of(numbers: list[SessionNumbers], period: Period) -> tuple[Fold, Fold, Fold]:
    """The period, the person's own usual, and the month before."""
    before = previous(PeriodKind.MONTH, period)
    return fold(numbers, [], period), fold(numbers, [], baseline_of(period)), fold(numbers, [], before)


def found_in_week(
    numbers: list[SessionNumbers],
    *,
    period: Period = WEEK,
    told: frozenset[str] = frozenset(),
    care: CareLevel = CareLevel.NONE,
) -> tuple[Finding, ...]:
    """The findings of a week of a life."""
    current, usual, _ = folds_of(numbers, period)
    return find_week(current, usual, told_last_week=told, care=care, before=before_of(numbers, period))


def before_of(numbers: list[SessionNumbers], period: Period) -> Before:
    """What was known of a life before a period."""
    days = [session.local_date for session in numbers if session.local_date < period.first]
    return Before(len(days), max(days, default=None))


def told_in_week(numbers: list[SessionNumbers], *, care: CareLevel = CareLevel.NONE) -> list[Told]:
    """The cards of a week of a life."""
    cards = []
    for finding in found_in_week(numbers, care=care):
        brief = brief_for_card(finding, WEEK, care)
        cards.append(Told((finding,), brief, compose(brief, CARD_PHRASES)))
    return cards


def told_in_month(numbers: list[SessionNumbers], *, care: CareLevel = CareLevel.NONE) -> Told | None:
    """The narrative of a month of a life, None when it is too thin."""
    findings = find_month(*folds_of(numbers, MONTH), care=care)
    if not findings:
        return None
    brief = brief_for_month(findings, MONTH, care)
    return Told(findings, brief, compose(brief, MONTH_PHRASES))


def changing_life(seed: int, *, days: int = 112, last: date = MONTH.last) -> Iterator[SessionNumbers]:
    """A person of the benchmarks, with habits and hours of their own, whose mood drifts; some pause for weeks."""
    return lives.changing_life(Random(seed), days=days, last=last)
