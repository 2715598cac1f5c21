"""Whether, when and where a person wants to be told that something is there to read. Sends nothing."""

import re
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from app.domain.affect import Weekday
from app.errors import ErrorCode, Problem

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


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local wall-clock times between which nobody is told anything; over midnight when `start` is the later one."""

    start: time
    end: time


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
