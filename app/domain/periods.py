"""Days, ISO weeks, months and ranges of a person's own calendar, and when they end as instants.

Knows no clock: "today" and "now" are always arguments. Weeks are ISO weeks, ranges include both ends.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

BASELINE_WEEKS = 12
MAX_RANGE_DAYS = 367
"""A range may end at most 366 days after it begins."""

_ABBREVIATIONS = {
    "CET": "Europe/Brussels",
    "EET": "Europe/Athens",
    "MET": "Europe/Brussels",
    "WET": "Europe/Lisbon",
}
"""Names with summer time that are also abbreviations without; the links are those of the tz database since 2024b."""
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class Preset(StrEnum):
    """A range named by its distance from today; today is included."""

    LAST_7_DAYS = "LAST_7_DAYS"
    LAST_28_DAYS = "LAST_28_DAYS"
    LAST_90_DAYS = "LAST_90_DAYS"
    LAST_365_DAYS = "LAST_365_DAYS"
    THIS_WEEK = "THIS_WEEK"
    THIS_MONTH = "THIS_MONTH"


class PeriodKind(StrEnum):
    """The calendar units that are closed, aggregated and written about."""

    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole local days from `first` to `last`, both included. ValueError when `last` lies before `first`."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends on or after the day it begins")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.days))

    @property
    def days(self) -> int:
        """Whole days, both ends counted."""
        return (self.last - self.first).days + 1

    def overlaps(self, other: "Period") -> bool:
        """Whether at least one day is in both."""
        return self.first <= other.last and other.first <= self.last


def week_of(day: date) -> Period:
    """The ISO week (Monday to Sunday) that holds `day`."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def month_of(day: date) -> Period:
    """The calendar month that holds `day`."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def months_of(period: Period) -> Iterator[date]:
    """The first day of each calendar month that `period` touches, oldest first."""
    month, last = period.first.replace(day=1), period.last.replace(day=1)
    while month < last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)
    yield last


def period_of(kind: PeriodKind, day: date) -> Period:
    """The week or month that holds `day`."""
    return week_of(day) if kind is PeriodKind.WEEK else month_of(day)


def previous(kind: PeriodKind, period: Period) -> Period:
    """The week or month just before `period`."""
    return period_of(kind, period.first - timedelta(days=1))


def following(kind: PeriodKind, period: Period) -> Period:
    """The week or month just after `period`."""
    return period_of(kind, period.last + timedelta(days=1))


def is_calendar_unit(period: Period) -> bool:
    """Whether `period` is a whole ISO week or calendar month: the periods that are closed and told."""
    return period in (week_of(period.first), month_of(period.first))


def parse_week(text: str) -> Period:
    """The week written as YYYY-Www. ValueError when there is no such week, OverflowError past the calendar."""
    match = _WEEK.fullmatch(text)
    if match is None:
        raise ValueError("a week is written YYYY-Www, e.g. 2026-W07")
    return week_of(date.fromisocalendar(int(match[1]), int(match[2]), 1))


def format_week(period: Period) -> str:
    """YYYY-Www of the week that holds the first day of `period`."""
    year, week, _ = period.first.isocalendar()
    return f"{year:04d}-W{week:02d}"


def parse_month(text: str) -> Period:
    """The month written as YYYY-MM. ValueError when there is no such month, OverflowError past the calendar."""
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ValueError("a month is written YYYY-MM, e.g. 2026-07")
    return month_of(date(int(match[1]), int(match[2]), 1))


def format_month(period: Period) -> str:
    """YYYY-MM of the first day of `period`."""
    return f"{period.first:%Y-%m}"


def format_period(kind: PeriodKind, period: Period) -> str:
    """The week or month in the words of the contract: YYYY-Www or YYYY-MM."""
    return format_week(period) if kind is PeriodKind.WEEK else format_month(period)


def from_preset(preset: Preset, today: date) -> Period:
    """The range that `preset` names on `today`."""
    if preset is Preset.THIS_WEEK:
        return week_of(today)
    if preset is Preset.THIS_MONTH:
        return month_of(today)
    days = int(preset.value.split("_")[1])
    return Period(today - timedelta(days=days - 1), today)


def baseline_of(period: Period) -> Period:
    """One's own usual: the 12 weeks that end the day before `period` begins."""
    return Period(period.first - timedelta(weeks=BASELINE_WEEKS), period.first - timedelta(days=1))


def canonical_zone(name: str) -> str:
    """The zone that `name` stands for in the tz database, where PostgreSQL would read a fixed offset; else `name`."""
    return _ABBREVIATIONS.get(name, name)


def local_start(started_at: datetime, zone: str) -> tuple[date, int]:
    """Local day and minutes after local midnight (0..1439) on the clock of `zone` at `started_at`."""
    local = started_at.astimezone(ZoneInfo(zone))
    return local.date(), local.hour * 60 + local.minute


def ends_at(period: Period, zone: str) -> datetime:
    """The instant (UTC) at which the last day of `period` is over in `zone`."""
    midnight = datetime.combine(period.last + timedelta(days=1), time.min, ZoneInfo(zone))
    return midnight.astimezone(UTC)


@cache
def _regions() -> Mapping[str, str]:
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def region_of(zone: str) -> str:
    """The ISO 3166 region that a zone lies in, "" when none or several; from the table of the tz database."""
    return _regions().get(zone, "")
