"""How often a period of a life in which nothing changes holds any claim, in numbers and in what is told.

Asks nothing of true effects; `power` does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from random import Random
from typing import Any

from app.domain.affect import CareLevel, Emotion, SessionNumbers, TimeOfDay, Weekday
from app.domain.findings import Before, Finding, InsightKind, find_month, find_week
from app.domain.fold import Fold, fold
from app.domain.measures import SUBJECTS, Metric, corrected_confidence
from app.domain.periods import Period, PeriodKind, baseline_of, month_of, previous, week_of
from app.domain.pictures.landscape import COMPARED
from benchmarks.honesty.lives import Life, any_life, lived
from benchmarks.honesty.rules import SHARE_OF_FEELING, Compared, Measure, claims, compared
from benchmarks.honesty.tally import Answer, Cell

FAMILY_TABLE = "Steady lives with any false claim among all 54 measures (%)"
FIELD_TABLE = "Steady lives with any false claim in one field of a range, corrected over that field (%)"
TOLD_TABLE = "Steady lives that are told something false (%)"
HARDER: dict[str, dict[str, Any]] = {
    " (moods that linger)": {"inertia": 0.3},
    " (sessions of a day more alike)": {"alike": 0.6},
    " (3 to 5 sessions a day)": {"a_day": (3, 4, 5)},
    " (both of these)": {"alike": 0.6, "a_day": (3, 4, 5)},
}
"""Lives that are not what every interval takes them for: days that know of each other, or sessions that are less."""
HARDER_LIVES = 0.25
"""Of the lives, so many are asked again in each of these ways."""
LAST = date(2026, 5, 31)
"""A Sunday and the end of a month."""
WEEK, MONTH = week_of(LAST), month_of(LAST)
PERIODS = {
    "week": WEEK,
    "month": MONTH,
    "28 days": Period(LAST - timedelta(days=27), LAST),
    "90 days": Period(LAST - timedelta(days=89), LAST),
}
LEAST_ACTIVE, MOST_ACTIVE = 0.4, 0.8
FIELDS: dict[str, tuple[Measure, ...]] = {
    "landscape": tuple((metric, None) for metric in COMPARED),
    "patterns": tuple((Metric.PATTERN_SHARE, each) for each in SUBJECTS[Metric.PATTERN_SHARE]),
    "feelings": tuple((SHARE_OF_FEELING, each) for each in Emotion),
    "sources": tuple((Metric.SOURCE_SHARE, each) for each in SUBJECTS[Metric.SOURCE_SHARE]),
    "times of day": tuple((Metric.TIME_SHARE, each) for each in TimeOfDay),
    "weekdays": tuple((Metric.TIME_SHARE, each) for each in Weekday),
}
"""What each field of a range compares with one's usual."""


def false_claims(random: Random) -> Iterator[Answer]:
    """Whether any claim is made of somebody steady, as the intervals take people to be, and as they are not."""
    life = any_life(random)
    yield from _claims_of(life, random, "")
    for name, changed in HARDER.items():
        if random.random() < HARDER_LIVES:
            yield from _claims_of(replace(life, **changed), random, name)


def steady_life(random: Random, life: Life) -> list[SessionNumbers]:
    """Sessions of a steady person up to `LAST`: active on 40 to 80 % of days, and on each day of the last week.

    Only a week of 7 days is ever compared: the last is one, so that it is asked where it could claim.
    """
    days = Period(baseline_of(PERIODS["90 days"]).first, WEEK.first - timedelta(days=1))
    active = random.uniform(LEAST_ACTIVE, MOST_ACTIVE)
    return [*lived(life, random, days, active), *lived(life, random, WEEK, 1.0)]


def _claims_of(life: Life, random: Random, suffix: str) -> Iterator[Answer]:
    known = steady_life(random, life)
    for name, period in PERIODS.items():
        current, usual = fold(known, (), period), fold(known, (), baseline_of(period))
        found = compared(current, usual)
        for rule, claimed in claims(found).items():
            yield Cell(FAMILY_TABLE, rule + suffix, name), bool(claimed)
        if period in (WEEK, MONTH):
            yield from _told(told(current, usual, known), name, suffix)
        else:
            yield from _fields(found, name, suffix)


def _fields(found: Sequence[Compared], name: str, suffix: str) -> Iterator[Answer]:
    """What each field of a range claims, corrected over what it shows, as `landscape` and `distribution` do."""
    claimed = {
        field: any(
            each.excludes_zero(corrected_confidence(len(measures))) for each in found if each.measure in measures
        )
        for field, measures in FIELDS.items()
    }
    for field, any_claim in {**claimed, "any of the six": any(claimed.values())}.items():
        yield Cell(FIELD_TABLE, field + suffix, name), any_claim


def told(current: Fold, usual: Fold, known: list[SessionNumbers]) -> tuple[Finding, ...]:
    """What a person is told of a week or month."""
    if current.period == WEEK:
        before = [s.local_date for s in known if s.local_date < WEEK.first]
        earlier = Before(len(before), max(before))
        return find_week(current, usual, told_last_week=frozenset(), care=CareLevel.NONE, before=earlier)
    last_month = fold(known, (), previous(PeriodKind.MONTH, current.period))
    return find_month(current, usual, last_month, care=CareLevel.NONE)


def _told(findings: tuple[Finding, ...], name: str, suffix: str) -> Iterator[Answer]:
    """Nothing changes, no time of day differs and no session moves: each of these three kinds of news is false."""
    kinds = {
        "a change": any(f.topic == "change" or f.kind is InsightKind.SHIFT for f in findings),
        "a side of a time of day or weekday": any(_leans(f) for f in findings),
        "a movement in sessions": any(f.kind is InsightKind.WHAT_HELPED for f in findings),
    }
    for kind, said in chain(kinds.items(), (("any of the three", any(kinds.values())),)):
        yield Cell(TOLD_TABLE, kind + suffix, name), said


def _leans(finding: Finding) -> bool:
    """A rhythm that names a side brings how all sessions lay along."""
    return finding.kind is InsightKind.RHYTHM and len(finding.evidence) > 1
