"""Whether, when and where a person wants to be told that something is there to read. Sends nothing."""

import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.affect import Weekday
from app.domain.periods import Period, PeriodKind, ends_at
from app.errors import ErrorCode, Problem

LATEST = timedelta(hours=48)
"""A period that is written longer after its end than this is there to read, and nobody is told."""
MOST_UNOPENED = 3
"""After so many in a row nobody is told of weeks, until one is opened again; of months they are."""
LONGEST_LIFE = timedelta(days=1)
"""For which a push service may hold what is told."""
_MOST_DAYS = 7
"""That are looked at for a moment: two of delay, one of quiet, one of a change of the clocks, and some to spare."""

_VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){0,3}(-(alpha|beta|rc)(\.\d{1,5})?)?(\+\d{1,9})?", re.ASCII)


class Platform(StrEnum):
    """What the app runs on."""

    IOS = "IOS"
    ANDROID = "ANDROID"
    WEB = "WEB"


class PushTransport(StrEnum):
    """How a device is reached; others are served by the app itself, from the webhook."""

    WEB_PUSH = "WEB_PUSH"


class LockScreenDetail(StrEnum):
    """What a lock screen may show; never a feeling, a pattern or a number."""

    DISCREET = "DISCREET"
    NAMED = "NAMED"


class Told(StrEnum):
    """What a message says that there is; all that a service worker is given to choose its words by."""

    SOMETHING_NEW = "SOMETHING_NEW"
    WEEK_READY = "WEEK_READY"
    MONTH_READY = "MONTH_READY"


LOCK_SCREEN_WORDS: Mapping[Told, str] = {
    Told.SOMETHING_NEW: "You have something new to read.",
    Told.WEEK_READY: "Your week in Spectrum is ready.",
    Told.MONTH_READY: "Your month in Spectrum is ready.",
}
"""The English, by which another language's words are found."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local wall-clock times between which nobody is told anything; over midnight when `start` is the later one."""

    start: time
    end: time

    def __contains__(self, local: time) -> bool:
        """Whether it is quiet then: from the first moment of `start` to the last one before `end`."""
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person wants to be told, and when: `day` and `at` are of their own calendar and clock."""

    weekly_summary: bool
    monthly_summary: bool
    day: Weekday
    at: time
    quiet: QuietHours | None
    lock_screen: LockScreenDetail


DEFAULTS = Preferences(
    weekly_summary=True,
    monthly_summary=True,
    day=Weekday.MONDAY,
    at=time(9, 0),
    quiet=QuietHours(time(21, 0), time(8, 0)),
    lock_screen=LockScreenDetail.DISCREET,
)
"""For whoever has said nothing: their own Monday morning."""


def problems_of_version(text: str) -> list[Problem]:
    """What is wrong with an app's version: nothing when it is of the form of one, which carries nobody's words."""
    if _VERSION.fullmatch(text):
        return []
    message = "A version is written as in 4.12.0 or 4.12.0-beta.1."
    return [Problem(ErrorCode.INVALID, message, ("input", "appVersion"))]


def told_as(kind: PeriodKind, detail: LockScreenDetail) -> Told:
    """What to say of a period: a discreet lock screen does not even show which kind it is of."""
    if detail is LockScreenDetail.DISCREET:
        return Told.SOMETHING_NEW
    return Told.WEEK_READY if kind is PeriodKind.WEEK else Told.MONTH_READY


def tell_at(
    written_at: datetime,
    kind: PeriodKind,
    period: Period,
    preferences: Preferences,
    zone: str,
    *,
    unopened_in_a_row: int,
    is_backfill: bool,
) -> datetime | None:
    """The moment (UTC) at which a person is told of a period, first written at `written_at`; None: they are not told.

    A week is told on the chosen day of the week after it, a month on the day after it, at the chosen time or, when that
    is quiet, as soon as it is not. When that was over before it was written, it is told on the next day. No clock is
    asked: whoever plans it again, in the same zone and under the same preferences, plans the same moment.
    """
    wanted = preferences.weekly_summary if kind is PeriodKind.WEEK else preferences.monthly_summary
    is_tired = kind is PeriodKind.WEEK and unopened_in_a_row >= MOST_UNOPENED
    if not wanted or is_tired or is_backfill or written_at - ends_at(period, zone) > LATEST:
        return None
    days = 1 + (tuple(Weekday).index(preferences.day) if kind is PeriodKind.WEEK else 0)
    mornings = (_instant(period.last + timedelta(days=days + n), preferences.at, zone) for n in range(_MOST_DAYS))
    told = (when_not_quiet(each, preferences.quiet, zone) for each in mornings)
    return next(each for each in told if each >= written_at)


def tell_late(now: datetime, due: datetime, quiet: QuietHours | None, zone: str) -> datetime | None:
    """When to tell what was to be told at `due`, if that is over: now, or after quiet hours; None when it is stale.

    Also what a sender asks right before it sends: the answer is `now` exactly when it may.
    """
    return None if now - due > LATEST else when_not_quiet(max(now, due), quiet, zone)


def when_not_quiet(moment: datetime, quiet: QuietHours | None, zone: str) -> datetime:
    """`moment`, or the end of the quiet hours that it lies in; UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    if quiet is None or local.time() not in quiet:
        return moment.astimezone(UTC)
    return next(
        each
        for each in _moments(local.date(), quiet.end, zone)
        if each >= moment and each.astimezone(ZoneInfo(zone)).time() not in quiet
    )


def lives_for(moment: datetime, quiet: QuietHours | None, zone: str) -> timedelta:
    """How long what is told at `moment` may wait for its device: until quiet hours begin, a day at most.

    A device that is switched on at night is told nothing then.
    """
    if quiet is None:
        return LONGEST_LIFE
    today = moment.astimezone(ZoneInfo(zone)).date()
    begins_at = next(each for each in _moments(today, quiet.start, zone) if each > moment)
    return min(LONGEST_LIFE, begins_at - moment)


def _moments(day: date, local: time, zone: str) -> Iterator[datetime]:
    """The instants (UTC) from `day` on at which clocks in `zone` show `local`; where that is twice, both."""
    for n in range(_MOST_DAYS):
        yield from sorted({_instant(day + timedelta(days=n), local.replace(fold=fold), zone) for fold in (0, 1)})


def _instant(day: date, local: time, zone: str) -> datetime:
    """When clocks in `zone` show this (UTC): the time that a change of the clocks leaves out comes with the change."""
    wall = datetime.combine(day, local, ZoneInfo(zone))
    later, earlier = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if earlier >= later:
        return wall.astimezone(UTC)
    before = earlier.astimezone(ZoneInfo(zone)).utcoffset()
    seconds = range(int((later - earlier).total_seconds()))
    changed = bisect(
        seconds, 0, key=lambda n: (earlier + timedelta(seconds=n)).astimezone(ZoneInfo(zone)).utcoffset() != before
    )
    return earlier + timedelta(seconds=changed)
