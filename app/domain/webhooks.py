"""What other systems are told, in which fields, and when again. Sends nothing, and knows no clock.

After the Standard Webhooks specification, 1.0 (standardwebhooks.com).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

KEY_OVERLAP = timedelta(hours=24)
"""How long a key that was replaced still signs beside the new one."""
_WAITS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before each attempt; from the first to the last a little more than three days."""
MOST_ATTEMPTS = len(_WAITS)
_JITTER = 0.1
"""A wait is longer by up to this share, so that what failed together does not come back together."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=+/-]{0,199}", re.ASCII)
"""Ids, periods (2026-W07) and nothing that reads as a sentence."""


class WebhookEvent(StrEnum):
    """What there is to tell; also the `type` of a payload."""

    WEEKLY_SUMMARY_PUBLISHED = "WEEKLY_SUMMARY_PUBLISHED"
    MONTHLY_SUMMARY_PUBLISHED = "MONTHLY_SUMMARY_PUBLISHED"
    SPECTRUM_RESET = "SPECTRUM_RESET"
    BUDGET_STATE_CHANGED = "BUDGET_STATE_CHANGED"
    SLA_MISSED = "SLA_MISSED"


FIELDS: Mapping[WebhookEvent, frozenset[str]] = {
    WebhookEvent.WEEKLY_SUMMARY_PUBLISHED: frozenset({"viewer", "period"}),
    WebhookEvent.MONTHLY_SUMMARY_PUBLISHED: frozenset({"viewer", "period"}),
    WebhookEvent.SPECTRUM_RESET: frozenset({"operation"}),
    WebhookEvent.BUDGET_STATE_CHANGED: frozenset({"budget"}),
    WebhookEvent.SLA_MISSED: frozenset({"period"}),
}
"""What `data` holds: the ids that phones and the team know these things by, and periods.

`viewer` is `Viewer.id`, which the app can keep beside its own key of the person; of a reset only the operation is
named, since nothing of the person may be left.
"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at `at` (aware); `data` has exactly the event's fields.

    ValueError when it has others, or a value is not of the form of an id: no words leave by a webhook.
    """

    type: WebhookEvent
    at: datetime
    data: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a moment has a zone")
        if self.data.keys() != FIELDS[self.type]:
            raise ValueError(f"{self.type} tells {', '.join(sorted(FIELDS[self.type]))}")
        if not all(_ID.fullmatch(value) for value in self.data.values()):
            raise ValueError("a webhook tells ids and times only")

    @property
    def payload(self) -> dict[str, object]:
        """As it is sent: `type`, `timestamp` (RFC 3339, UTC, of the event and not of the attempt) and `data`."""
        at = self.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"type": self.type, "timestamp": at, "data": dict(self.data)}


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A key as its endpoint has it (`whsec_…`), and until when it signs: None, until it is replaced."""

    value: str
    until: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        """Whether it signs at this moment."""
        return self.until is None or at < self.until


def wait_before(attempt: int, *, jitter: float, asked_s: float | None = None) -> timedelta | None:
    """How long to wait before an attempt, counted from 1, after the one before it; None: no further one is made.

    `jitter` is a random number from 0 to 1. What the receiver asked for (`asked_s`, its Retry-After) is the least.
    """
    assert attempt >= 1, "attempts are counted from 1"
    assert 0 <= jitter <= 1, "jitter is a share"
    if attempt > MOST_ATTEMPTS:
        return None
    return max(_WAITS[attempt - 1] * (1 + _JITTER * jitter), timedelta(seconds=asked_s or 0))
