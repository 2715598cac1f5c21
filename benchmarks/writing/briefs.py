"""A fixed set of briefs: what a few hundred invented people are to be told, week by week and month by month.

Made by seed through the product's own findings and briefs; needs no database and writes no word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from app.domain.affect import CareLevel, SessionNumbers
from app.domain.findings import Before, Finding, find_month, find_week
from app.domain.fold import Fold, fold
from app.domain.narrative import Brief, brief_for_card, brief_for_month
from app.domain.periods import BASELINE_WEEKS, Period, PeriodKind, baseline_of, month_of, previous, week_of
from benchmarks.honesty.claims import LAST
from benchmarks.honesty.lives import any_life, lived
from benchmarks.writing.lives import changing_life

WEEKS = 8
MONTHS = (month_of(LAST.replace(day=1) - timedelta(days=1)), month_of(LAST))
_DAYS = 7 * BASELINE_WEEKS + 62
_STEADY_EVERY = 3
_CARE = ((CareLevel.EXPLICIT, 0.01), (CareLevel.MENTION, 0.05))
"""How many weeks hold it: enough of both to be seen in the tables."""
_RANK = (CareLevel.NONE, CareLevel.MENTION, CareLevel.EXPLICIT)


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that is to be written, and the number of the person it is for, whom no brief names."""

    person: int
    brief: Brief

    @property
    def reader(self) -> UUID:
        """The person as the composer knows them."""
        return UUID(int=self.person)

    @property
    def period(self) -> Period:
        """The week or month it is about."""
        return self.brief.period


def fixed_briefs(people: int, *, seed: int = 0) -> Iterator[Asked]:
    """The briefs of `people` (1 and up): for each person 8 weeks of up to 3 cards, then two months."""
    for number in range(people):
        random = Random(f"{seed}:{number}")
        known = _life(number, random)
        care = {week.first: _care(random) for week in _weeks()}
        for brief in (*_cards(known, care), *_months(known, care)):
            yield Asked(number, brief)


def week_findings(
    known: Sequence[SessionNumbers], week: Period, *, told: frozenset[str], care: CareLevel
) -> tuple[Finding, ...]:
    """What a week of somebody's sessions has to say, as the pipeline finds it."""
    current, usual, _ = _folds(known, PeriodKind.WEEK, week)
    days = [session.local_date for session in known if session.local_date < week.first]
    before = Before(len(days), max(days, default=None))
    return find_week(current, usual, told_last_week=told, care=care, before=before)


def month_findings(known: Sequence[SessionNumbers], month: Period, care: CareLevel) -> tuple[Finding, ...]:
    """What a month of somebody's sessions has to say, as the pipeline finds it."""
    return find_month(*_folds(known, PeriodKind.MONTH, month), care=care)


def _life(number: int, random: Random) -> list[SessionNumbers]:
    if number % _STEADY_EVERY:
        return list(changing_life(random, days=_DAYS, last=LAST))
    days = Period(LAST - timedelta(days=_DAYS - 1), LAST)
    return list(lived(any_life(random), random, days, random.uniform(0.3, 0.8)))


def _weeks() -> list[Period]:
    return [week_of(LAST - timedelta(weeks=ago)) for ago in reversed(range(WEEKS))]


def _care(random: Random) -> CareLevel:
    drawn, chance = random.random(), 0.0
    for level, share in _CARE:
        chance += share
        if drawn < chance:
            return level
    return CareLevel.NONE


def _cards(known: list[SessionNumbers], care: dict[date, CareLevel]) -> Iterator[Brief]:
    told: frozenset[str] = frozenset()
    for week in _weeks():
        findings = week_findings(known, week, told=told, care=care[week.first])
        told = frozenset(finding.key for finding in findings)
        yield from (brief_for_card(finding, week, care[week.first]) for finding in findings)


def _months(known: list[SessionNumbers], care: dict[date, CareLevel]) -> Iterator[Brief]:
    for month in MONTHS:
        level = max((level for monday, level in care.items() if monday in month), key=_RANK.index)
        findings = month_findings(known, month, level)
        if findings:
            yield brief_for_month(findings, month, level)


def _folds(known: Sequence[SessionNumbers], kind: PeriodKind, period: Period) -> tuple[Fold, Fold | None, Fold | None]:
    """The period, the person's own usual, and the period before; None for those without a session."""
    current = fold(known, (), period)
    usual = fold(known, (), baseline_of(period), alike=current)
    before = fold(known, (), previous(kind, period))
    return current, usual if usual.sessions else None, before if before.sessions else None
