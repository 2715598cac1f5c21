"""Scalars of the contract beyond GraphQL's own, strict both ways. Holds no types."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NewType
from uuid import UUID

import strawberry
from strawberry.types.scalar import ScalarDefinition

from app.domain.periods import Period, format_month, format_week, parse_month, parse_week

Week = NewType("Week", Period)
Month = NewType("Month", Period)
Sha256 = NewType("Sha256", str)
TimeZone = NewType("TimeZone", str)
Locale = NewType("Locale", str)

FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Calendar units lie in these years, so that every comparison and every end of one has a date too."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a string is needed")  # noqa: TRY004 - graphql-core reports a ValueError as bad input
    return value


def _date(value: object) -> date:
    text = _text(value)
    try:
        day = date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise ValueError("a date is written YYYY-MM-DD") from None
    return _within_reach(Period(day, day)).first


def _time(value: object) -> time:
    text = _text(value)
    try:
        return time.fromisoformat(text if _TIME.fullmatch(text) else "")
    except ValueError:
        raise ValueError("a time is written HH:MM") from None


def _within_reach(period: Period) -> Period:
    if not FIRST_YEAR <= period.first.year <= period.last.year <= LAST_YEAR:
        raise ValueError(f"the year must be {FIRST_YEAR} to {LAST_YEAR}")
    return period


def read_week(text: str) -> Period:
    """The week written as YYYY-Www. ValueError when there is none, or it lies out of reach."""
    return _within_reach(_calendar(parse_week, text))


def read_month(text: str) -> Period:
    """The month written as YYYY-MM. ValueError as above."""
    return _within_reach(_calendar(parse_month, text))


def _calendar(parse: Callable[[str], Period], text: str) -> Period:
    try:
        return parse(text)
    except OverflowError:
        raise ValueError(f"the year must be {FIRST_YEAR} to {LAST_YEAR}") from None


def _instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(value))
    except ValueError:
        raise ValueError("an instant is written as in 2026-07-01T09:30:00Z") from None
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset, such as Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant must lie in the years 1 to 9999, in UTC") from None


def _uuid(value: object) -> UUID:
    text = _text(value)
    if _UUID.fullmatch(text) is None:
        raise ValueError("a UUID is written in lower case with hyphens")
    return UUID(text)


def _decimal(text: str) -> Decimal:
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError("money is written as in 12.50")
    return Decimal(text)


def show_instant(value: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _scalar(
    name: str, description: str, *, serialize: Callable[[Any], Any] = str, parse: Callable[[object], Any] = _text
) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=serialize, parse_value=parse)


SCALARS: dict[object, ScalarDefinition] = {
    date: _scalar("Date", "Calendar day in the viewer's time zone, YYYY-MM-DD.", serialize=date.isoformat, parse=_date),
    datetime: _scalar("DateTime", "Instant, RFC 3339 in UTC.", serialize=show_instant, parse=_instant),
    time: _scalar(
        "LocalTime", "Local wall-clock time, HH:MM, 24 hours.", serialize=lambda value: f"{value:%H:%M}", parse=_time
    ),
    UUID: _scalar("UUID", "RFC 9562 UUID, lower case.", parse=_uuid),
    Week: _scalar(
        "Week",
        "ISO week in the viewer's time zone, YYYY-Www (e.g. 2026-W07).",
        serialize=format_week,
        parse=lambda value: read_week(_text(value)),
    ),
    Month: _scalar(
        "Month",
        "Calendar month in the viewer's time zone, YYYY-MM.",
        serialize=format_month,
        parse=lambda value: read_month(_text(value)),
    ),
    Decimal: _scalar(
        "Decimal", "Decimal number as a string, for money and nothing else.", parse=lambda value: _decimal(_text(value))
    ),
    Sha256: _scalar("Sha256", "Lower-case hex SHA-256."),
    TimeZone: _scalar("TimeZone", "IANA time zone name, e.g. Asia/Kathmandu."),
    Locale: _scalar("Locale", "BCP 47 language tag, e.g. pt-BR."),
}
