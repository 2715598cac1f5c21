"""Calendar units in a person's own zone: what they hold, how they are written, and when they end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.periods import (
    Period,
    PeriodKind,
    Preset,
    baseline_of,
    canonical_zone,
    ends_at,
    following,
    format_month,
    format_week,
    from_preset,
    local_start,
    month_of,
    parse_month,
    parse_week,
    period_of,
    previous,
    region_of,
    week_of,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"])


@given(DAYS, st.sampled_from(PeriodKind))
def test_units_tile_the_calendar(day: date, kind: PeriodKind) -> None:
    """Each day lies in one unit, which follows its predecessor without a gap and comes back from its own text."""
    unit = period_of(kind, day)
    assert day in unit
    assert previous(kind, unit).last + timedelta(days=1) == unit.first
    assert following(kind, unit).first - timedelta(days=1) == unit.last
    assert (parse_week(format_week(unit)) if kind is PeriodKind.WEEK else parse_month(format_month(unit))) == unit
    assert len(list(unit)) == unit.days


@given(DAYS)
def test_weeks_begin_on_monday_and_have_seven_days(day: date) -> None:
    """ISO weeks, also across the turn of a year."""
    week = week_of(day)
    assert (week.first.weekday(), week.days) == (0, 7)
    assert format_week(week) == "{:04d}-W{:02d}".format(*day.isocalendar()[:2])


@pytest.mark.parametrize(
    ("text", "first"),
    [("2026-W01", date(2025, 12, 29)), ("2020-W53", date(2020, 12, 28)), ("2026-W53", date(2026, 12, 28))],
)
def test_weeks_at_the_turn_of_a_year(text: str, first: date) -> None:
    """Week 1 may begin in December, and some years have 53 weeks."""
    assert parse_week(text).first == first


@pytest.mark.parametrize("text", ["2025-W53", "2026-W00", "2026-w07", "2026-7", " 2026-W07", "2026-W07\n", ""])
def test_a_week_that_is_none_is_refused(text: str) -> None:
    """Weeks that do not exist, and other ways to write one, are errors."""
    with pytest.raises(ValueError, match=r"week|isoformat|Invalid"):
        parse_week(text)


@pytest.mark.parametrize(("text", "days"), [("2024-02", 29), ("2026-02", 28), ("2026-12", 31)])
def test_months_know_their_length(text: str, days: int) -> None:
    """Leap days count."""
    assert parse_month(text).days == days


@given(DAYS, ZONES)
def test_a_period_ends_at_the_next_local_midnight(day: date, zone: str) -> None:
    """The last instant before the end is still the last day, the end itself is the day after."""
    after = day + timedelta(days=1)
    assume(_was_lived(day, zone) and _was_lived(after, zone))
    end = ends_at(Period(day, day), zone)
    assert local_start(end - timedelta(seconds=1), zone)[0] == day
    assert local_start(end, zone)[0] == after


def _was_lived(day: date, zone: str) -> bool:
    """Whether the day was, there: where the date line moved, one was left out, as in Kiritimati the last of 1994."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    return local_start(noon.astimezone(UTC), zone)[0] == day


def test_a_day_that_was_left_out_is_not_lived() -> None:
    """What the test above passes over is there, and nothing else is."""
    assert not _was_lived(date(1994, 12, 31), "Pacific/Kiritimati")
    assert _was_lived(date(1994, 12, 31), "Europe/Berlin")


def test_the_day_of_a_start_is_its_local_one() -> None:
    """A session at 23:30 in Berlin counts toward that evening, though UTC says 21:30 or 22:30."""
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert local_start(summer.astimezone(UTC), "Europe/Berlin") == (date(2026, 7, 1), 23 * 60 + 30)
    assert local_start(summer.astimezone(UTC), "Pacific/Auckland")[0] == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("preset", "first"),
    [
        (Preset.LAST_7_DAYS, date(2026, 7, 9)),
        (Preset.LAST_365_DAYS, date(2025, 7, 16)),
        (Preset.THIS_WEEK, date(2026, 7, 13)),
        (Preset.THIS_MONTH, date(2026, 7, 1)),
    ],
)
def test_presets_include_today(preset: Preset, first: date) -> None:
    """A preset is counted from today, which is in it."""
    today = date(2026, 7, 15)
    period = from_preset(preset, today)
    assert period.first == first
    assert today in period


@given(DAYS)
def test_the_baseline_is_the_twelve_weeks_before(day: date) -> None:
    """One's own usual never includes the period itself."""
    usual = baseline_of(week_of(day))
    assert usual.days == 84
    assert usual.last + timedelta(days=1) == week_of(day).first
    assert not usual.overlaps(week_of(day))


def test_a_period_cannot_end_before_it_begins() -> None:
    """Such a period is an error, not an empty one."""
    with pytest.raises(ValueError, match="on or after"):
        Period(date(2026, 7, 2), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("zone", "region"), [("Europe/Berlin", "DE"), ("America/New_York", "US"), ("UTC", ""), ("Nowhere/Else", "")]
)
def test_regions_come_from_the_zone(zone: str, region: str) -> None:
    """A zone of one region names it; others name none."""
    assert region_of(zone) == region


def test_a_month_is_found_from_any_of_its_days() -> None:
    """The first and the last day give the same month."""
    assert month_of(date(2026, 2, 1)) == month_of(date(2026, 2, 28))


@pytest.mark.parametrize("name", ["CET", "EET", "MET", "WET"])
def test_an_abbreviation_is_the_zone_it_stands_for(name: str) -> None:
    """It has the summer time of the zone that the tz database links it to, and every other name is its own."""
    for month in range(1, 13):
        moment = datetime(2026, month, 15, 12, tzinfo=UTC)
        assert moment.astimezone(ZoneInfo(name)).utcoffset() == (
            moment.astimezone(ZoneInfo(canonical_zone(name))).utcoffset()
        )
    assert canonical_zone("Europe/Paris") == "Europe/Paris"
