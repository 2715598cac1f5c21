"""When a person is told of a period: in their own morning, never when it is quiet, never twice, and not for ever."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import Emotion, ThinkingPattern, Weekday
from app.domain.notifications import (
    DEFAULTS,
    LATEST,
    LOCK_SCREEN_WORDS,
    MOST_UNOPENED,
    LockScreenDetail,
    Preferences,
    QuietHours,
    Told,
    lives_for,
    tell_at,
    tell_late,
    told_as,
    when_not_quiet,
)
from app.domain.periods import Period, PeriodKind, ends_at, following, parse_month, parse_week

WEEK, MONTH = PeriodKind.WEEK, PeriodKind.MONTH
SOON = timedelta(minutes=5)
"""After its end a period is written."""
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca", "America/Havana", "Asia/Beirut",
)  # fmt: skip
"""With changes of an hour and of half an hour, at midnight and at two, once of a whole day, and none."""


def _told(
    period: Period, zone: str, chosen: Preferences = DEFAULTS, *, late: timedelta = SOON, kind: PeriodKind = WEEK
) -> str | None:
    """When it is told, on the wall clock of `zone`."""
    written_at = ends_at(period, zone) + late
    told = tell_at(written_at, kind, period, chosen, zone, unopened_in_a_row=0, is_backfill=False)
    return None if told is None else f"{told.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M %z}"


@pytest.mark.parametrize(
    ("week", "zone", "told"),
    [
        ("2026-W27", "UTC", "Mon 2026-07-06 09:00 +0000"),
        ("2026-W27", "Asia/Kathmandu", "Mon 2026-07-06 09:00 +0545"),
        ("2026-W27", "Pacific/Kiritimati", "Mon 2026-07-06 09:00 +1400"),
        ("2026-W27", "Pacific/Pago_Pago", "Mon 2026-07-06 09:00 -1100"),
        ("2026-W12", "Europe/Berlin", "Mon 2026-03-23 09:00 +0100"),
        ("2026-W13", "Europe/Berlin", "Mon 2026-03-30 09:00 +0200"),
        ("2026-W43", "Europe/Berlin", "Mon 2026-10-26 09:00 +0100"),
        ("2025-W52", "America/New_York", "Mon 2025-12-29 09:00 -0500"),
    ],
)
def test_a_week_is_told_in_ones_own_morning(week: str, zone: str, told: str) -> None:
    """At nine on Monday of their own clock, on both sides of a change of the clocks."""
    assert _told(parse_week(week), zone) == told


@pytest.mark.parametrize(
    ("month", "zone", "told"),
    [
        ("2026-06", "Europe/Berlin", "Wed 2026-07-01 09:00 +0200"),
        ("2026-12", "America/St_Johns", "Fri 2027-01-01 09:00 -0330"),
        ("2028-02", "Asia/Kathmandu", "Wed 2028-03-01 09:00 +0545"),
    ],
)
def test_a_month_is_told_on_the_day_after_it(month: str, zone: str, told: str) -> None:
    """Whatever day of the week that is, and whatever day weeks are told on."""
    assert _told(parse_month(month), zone, kind=MONTH) == told
    assert _told(parse_month(month), zone, replace(DEFAULTS, day=Weekday.SATURDAY), kind=MONTH) == told


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (replace(DEFAULTS, day=Weekday.THURSDAY), "Thu 2026-07-09 09:00"),
        (replace(DEFAULTS, day=Weekday.SUNDAY), "Sun 2026-07-12 09:00"),
        (replace(DEFAULTS, at=time(7, 30)), "Mon 2026-07-06 08:00"),
        (replace(DEFAULTS, at=time(8, 0)), "Mon 2026-07-06 08:00"),
        (replace(DEFAULTS, at=time(20, 59)), "Mon 2026-07-06 20:59"),
        (replace(DEFAULTS, at=time(21, 0)), "Tue 2026-07-07 08:00"),
        (replace(DEFAULTS, at=time(23, 30), day=Weekday.SUNDAY), "Mon 2026-07-13 08:00"),
        (replace(DEFAULTS, at=time(23, 30), quiet=None), "Mon 2026-07-06 23:30"),
        (replace(DEFAULTS, at=time(0, 0), quiet=None), "Tue 2026-07-07 00:00"),
        (replace(DEFAULTS, at=time(13, 0), quiet=QuietHours(time(12, 0), time(14, 0))), "Mon 2026-07-06 14:00"),
        (replace(DEFAULTS, at=time(9, 0), quiet=QuietHours(time(9, 1), time(9, 0))), "Mon 2026-07-06 09:00"),
        (replace(DEFAULTS, at=time(9, 1), quiet=QuietHours(time(9, 1), time(9, 0))), "Tue 2026-07-07 09:00"),
    ],
)
def test_a_week_is_told_when_it_was_chosen(chosen: Preferences, told: str) -> None:
    """On the chosen day after its end, at the chosen time, and out of quiet hours, over midnight as well."""
    assert _told(parse_week("2026-W27"), "Europe/Berlin", chosen) == f"{told} +0200"


@pytest.mark.parametrize(
    ("late_h", "told"),
    [
        *((0, "Mon 2026-07-06 09:00"), (9, "Mon 2026-07-06 09:00"), (9.01, "Tue 2026-07-07 09:00")),
        *((33, "Tue 2026-07-07 09:00"), (33.01, "Wed 2026-07-08 09:00"), (48, "Wed 2026-07-08 09:00"), (48.01, None)),
    ],
)
def test_what_is_late_waits_for_the_next_morning_and_then_is_old(late_h: float, told: str | None) -> None:
    """A week that was written in the afternoon is told the next day; one that was written after 48 hours is not."""
    late = timedelta(hours=late_h)
    assert _told(parse_week("2026-W27"), "UTC", late=late) == (told and f"{told} +0000")
    on_thursday = replace(DEFAULTS, day=Weekday.THURSDAY)
    assert _told(parse_week("2026-W27"), "UTC", on_thursday, late=late) == (told and "Thu 2026-07-09 09:00 +0000")


@pytest.mark.parametrize(
    ("zone", "week", "at", "quiet", "told"),
    [
        ("Asia/Beirut", "2026-W13", "02:30", None, "Mon 2026-03-30 02:30 +0300"),
        ("America/Havana", "2026-W10", "00:30", None, "Mon 2026-03-09 00:30 -0400"),
        ("Europe/Berlin", "2026-W12", "02:30", None, "Sun 2026-03-29 03:00 +0200"),
        ("Europe/Berlin", "2026-W12", "01:00", ("21:00", "02:30"), "Sun 2026-03-29 03:00 +0200"),
        ("Europe/Berlin", "2026-W12", "01:00", ("02:50", "02:30"), "Mon 2026-03-30 02:30 +0200"),
        ("Europe/Berlin", "2026-W12", "01:00", ("03:10", "02:30"), "Sun 2026-03-29 03:00 +0200"),
        ("Europe/Berlin", "2026-W42", "02:30", None, "Sun 2026-10-25 02:30 +0200"),
        ("Europe/Berlin", "2026-W42", "01:00", ("21:00", "02:30"), "Sun 2026-10-25 02:30 +0200"),
        ("Australia/Lord_Howe", "2026-W39", "02:15", None, "Sun 2026-10-04 02:30 +1100"),
        ("Pacific/Apia", "2011-W51", "09:00", ("21:00", "08:00"), "Sun 2012-01-01 09:00 +1400"),
    ],
)
def test_clocks_that_change_keep_quiet_hours(
    zone: str, week: str, at: str, quiet: tuple[str, str] | None, told: str
) -> None:
    """A time that is left out comes with the change, and an end that is left out too; what is twice, the first time."""
    hours = None if quiet is None else QuietHours(*map(time.fromisoformat, quiet))
    day = tuple(Weekday)[date.fromisoformat(told.split()[1]).weekday()]
    day = Weekday.SUNDAY if zone == "Europe/Berlin" else day
    assert _told(parse_week(week), zone, replace(DEFAULTS, at=time.fromisoformat(at), day=day, quiet=hours)) == told


def test_an_end_that_is_there_twice_ends_each_time() -> None:
    """Half past two is there twice that night: whoever is in the second quiet half hour waits for the second one."""
    quiet = QuietHours(time(21, 0), time(2, 30))
    for minute, told in ((10, 30), (30, 30), (59, 59), (60, 90), (70, 90), (90, 90)):
        moment = datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(minutes=minute)
        expected = datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(minutes=told)
        assert when_not_quiet(moment, quiet, "Europe/Berlin") == expected


@pytest.mark.parametrize("kind", PeriodKind)
def test_nobody_is_told_what_they_do_not_want(kind: PeriodKind) -> None:
    """Not of a kind that they switched off, and not of a period that was filled in afterwards."""
    week, at = parse_week("2026-W27"), datetime(2026, 7, 6, tzinfo=UTC)
    off = replace(DEFAULTS, weekly_summary=kind is not WEEK, monthly_summary=kind is not MONTH)
    for chosen, is_backfill in ((off, False), (DEFAULTS, True)):
        told = tell_at(at, kind, week, chosen, "UTC", unopened_in_a_row=0, is_backfill=is_backfill)
        assert told is None


@pytest.mark.parametrize(
    ("unopened", "is_told"), [(0, True), (MOST_UNOPENED - 1, True), (MOST_UNOPENED, False), (99, False)]
)
def test_who_opens_nothing_hears_of_months_only(unopened: int, is_told: bool) -> None:
    """After three in a row that were left alone, weeks are not told any more."""
    week, at = parse_week("2026-W27"), datetime(2026, 7, 6, tzinfo=UTC)
    for kind, expected in ((WEEK, is_told), (MONTH, True)):
        told = tell_at(at, kind, week, DEFAULTS, "UTC", unopened_in_a_row=unopened, is_backfill=False)
        assert (told is not None) is expected


@pytest.mark.parametrize(
    ("left", "came_to", "told"),
    [
        ("Europe/Berlin", "America/New_York", "2026-07-06 13:00"),
        ("America/New_York", "Europe/Berlin", "2026-07-06 07:00"),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", "2026-07-06 20:00"),
        ("Pacific/Pago_Pago", "Pacific/Kiritimati", "2026-07-06 19:00"),
    ],
)
def test_who_moved_is_told_on_the_clock_of_where_they_are(left: str, came_to: str, told: str) -> None:
    """A week that ended on another clock is told in the first morning of this one, and never before it was written."""
    week = parse_week("2026-W27")
    written_at = ends_at(week, left) + SOON
    at = tell_at(written_at, WEEK, week, DEFAULTS, came_to, unopened_in_a_row=0, is_backfill=False)
    assert f"{at:%Y-%m-%d %H:%M}" == told


TIMES = st.times().map(lambda each: each.replace(microsecond=0))
QUIET = st.none() | st.tuples(TIMES, TIMES).filter(lambda each: each[0] != each[1]).map(lambda each: QuietHours(*each))
CHOSEN = st.builds(
    Preferences,
    weekly_summary=st.just(True),
    monthly_summary=st.just(True),
    day=st.sampled_from(Weekday),
    at=TIMES,
    quiet=QUIET,
    lock_screen=st.sampled_from(LockScreenDetail),
)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=7_000)).map(
    lambda passed: datetime(2011, 1, 1, tzinfo=UTC) + passed
)
CHANGES = st.sampled_from(
    [
        *(datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)),
        *(datetime(2026, 11, 1, tzinfo=UTC), datetime(2011, 12, 30, tzinfo=UTC), datetime(2026, 10, 4, tzinfo=UTC)),
    ]
).flatmap(lambda day: st.timedeltas(timedelta(days=-2), timedelta(days=2)).map(lambda shift: day + shift))
"""Moments about those at which clocks change."""


@given(MOMENTS | CHANGES, QUIET, st.sampled_from(ZONES))
def test_nobody_is_told_in_quiet_hours(moment: datetime, quiet: QuietHours | None, zone: str) -> None:
    """What is moved is moved onwards, to a moment that is not quiet on the person's own wall; all else stays."""
    told = when_not_quiet(moment, quiet, zone)
    assert told >= moment
    if quiet is not None:
        assert told.astimezone(ZoneInfo(zone)).time() not in quiet
        was_quiet = moment.astimezone(ZoneInfo(zone)).time() in quiet
        assert (told == moment) is not was_quiet
    assert when_not_quiet(told, quiet, zone) == told


@given(MOMENTS | CHANGES, QUIET, st.sampled_from(ZONES), st.timedeltas(timedelta(days=-3), timedelta(days=3)))
def test_what_was_missed_is_told_out_of_quiet_hours_or_never(
    due: datetime, quiet: QuietHours | None, zone: str, passed: timedelta
) -> None:
    """Not before it is due, not in quiet hours, and not when it is two days old."""
    told = tell_late(due + passed, due, quiet, zone)
    assert (told is None) is (passed > LATEST)
    if told is not None:
        assert told >= max(due, due + passed)
        assert quiet is None or told.astimezone(ZoneInfo(zone)).time() not in quiet


@given(
    CHOSEN,
    st.sampled_from(ZONES),
    st.sampled_from(PeriodKind),
    st.dates(date(2011, 1, 1), date(2030, 1, 1)),
    st.timedeltas(timedelta(0), LATEST),
    st.timedeltas(timedelta(0), LATEST),
)
def test_each_period_is_told_once_and_in_its_turn(
    chosen: Preferences, zone: str, kind: PeriodKind, day: date, late: timedelta, next_late: timedelta
) -> None:
    """After it was written, out of quiet hours, within ten days; planned again, the same; one after the other."""
    period = parse_week(f"{day:%G-W%V}") if kind is WEEK else parse_month(f"{day:%Y-%m}")
    told = []
    for each, after in ((period, late), (following(kind, period), next_late)):
        ended_at = ends_at(each, zone)
        written_at = ended_at + after
        (moment,) = {
            tell_at(written_at, kind, each, chosen, zone, unopened_in_a_row=n, is_backfill=False)
            for n in range(MOST_UNOPENED)
        }
        assert moment is not None
        assert written_at <= moment <= ended_at + timedelta(days=10)
        assert chosen.quiet is None or moment.astimezone(ZoneInfo(zone)).time() not in chosen.quiet
        told.append(moment)
    assert told[1] - told[0] > timedelta(days=3)


@given(MOMENTS | CHANGES, QUIET, st.sampled_from(ZONES))
def test_what_is_told_does_not_outlive_the_day(moment: datetime, quiet: QuietHours | None, zone: str) -> None:
    """It waits for its device until quiet hours begin, and for a day at most: no night is woken by a delay."""
    told = when_not_quiet(moment, quiet, zone)
    lives = lives_for(told, quiet, zone)
    assert timedelta(0) < lives <= timedelta(days=1)
    if quiet is not None and told.date() not in {date(2026, 10, 24), date(2026, 10, 25), date(2026, 11, 1)}:
        last = (told + lives - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        assert last.time().replace(microsecond=0) not in quiet or lives <= timedelta(seconds=1)


@pytest.mark.parametrize(("told", "hours"), [("09:00", 12), ("20:59", 1 / 60), ("08:00", 13)])
def test_what_is_told_in_the_morning_waits_until_the_evening(told: str, hours: float) -> None:
    """Until nine, where quiet hours begin at nine; for a day, where there are none."""
    moment = datetime.combine(date(2026, 7, 6), time.fromisoformat(told), ZoneInfo("Europe/Berlin"))
    assert lives_for(moment, DEFAULTS.quiet, "Europe/Berlin") == timedelta(hours=hours)
    assert lives_for(moment, None, "Europe/Berlin") == timedelta(days=1)


def test_a_lock_screen_says_no_more_than_was_chosen() -> None:
    """Discreet is one sentence for all; no sentence holds a number, a feeling or a pattern."""
    discreet = {told_as(kind, LockScreenDetail.DISCREET) for kind in PeriodKind}
    assert discreet == {Told.SOMETHING_NEW}
    assert {kind: LOCK_SCREEN_WORDS[told_as(kind, LockScreenDetail.NAMED)] for kind in PeriodKind} == {
        WEEK: "Your week in Spectrum is ready.",
        MONTH: "Your month in Spectrum is ready.",
    }
    assert LOCK_SCREEN_WORDS[Told.SOMETHING_NEW] == "You have something new to read."
    assert LOCK_SCREEN_WORDS.keys() == set(Told)
    named = {word.lower().replace("_", " ") for word in (*Emotion, *ThinkingPattern)}
    for words in LOCK_SCREEN_WORDS.values():
        assert not any(character.isdigit() for character in words)
        assert not any(name in words.lower() for name in named)
