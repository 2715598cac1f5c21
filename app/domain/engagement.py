"""What a phone may tell of how Spectrum is used, and what of it is taken: names, ids and times from closed lists.

Holds no place for words; reads no clock and looks nothing up.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

MOST_EVENTS = 100
"""Of one call."""
LATEST = timedelta(days=7)
"""A phone that was offline longer than this tells nothing any more."""
MOST_AHEAD = timedelta(days=1)
"""A clock may be this fast: what it says has not happened yet happened now."""
LONGEST_MS = 600_000


class EventName(StrEnum):
    """What happened; a closed list. Upgrades are recorded by the billing service, not by phones."""

    SPECTRUM_OPENED = "SPECTRUM_OPENED"
    LANDSCAPE_VIEWED = "LANDSCAPE_VIEWED"
    DISTRIBUTION_VIEWED = "DISTRIBUTION_VIEWED"
    FEED_VIEWED = "FEED_VIEWED"
    INSIGHT_OPENED = "INSIGHT_OPENED"
    EVIDENCE_OPENED = "EVIDENCE_OPENED"
    MONTHLY_OPENED = "MONTHLY_OPENED"
    EXCLUSION_PREVIEWED = "EXCLUSION_PREVIEWED"
    SETTINGS_OPENED = "SETTINGS_OPENED"
    TEASER_SHOWN = "TEASER_SHOWN"
    TEASER_TAPPED = "TEASER_TAPPED"
    PAYWALL_SHOWN = "PAYWALL_SHOWN"
    PUSH_RECEIVED = "PUSH_RECEIVED"
    PUSH_OPENED = "PUSH_OPENED"
    SCREEN_LOADED = "SCREEN_LOADED"


OF_AN_OFFER = frozenset({EventName.TEASER_SHOWN, EventName.TEASER_TAPPED, EventName.PAYWALL_SHOWN})
"""What may say which impression of a teaser it belongs to."""
SCREENS = frozenset(EventName) - {
    *(EventName.TEASER_TAPPED, EventName.PUSH_RECEIVED, EventName.PUSH_OPENED, EventName.SCREEN_LOADED)
}
"""What looks at a screen, and so names one."""


OPENINGS = frozenset(
    {
        *(EventName.SPECTRUM_OPENED, EventName.LANDSCAPE_VIEWED, EventName.DISTRIBUTION_VIEWED, EventName.FEED_VIEWED),
        *(EventName.INSIGHT_OPENED, EventName.EVIDENCE_OPENED, EventName.MONTHLY_OPENED),
    }
)
"""What makes somebody active: they looked at something of Spectrum."""
TARGET_MS = 1_800
"""A screen is to be there by then, by its 75th percentile; the median of a cold start on a slow phone."""


class SubjectKind(StrEnum):
    """What an event can be about."""

    INSIGHT = "INSIGHT"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class Subject:
    """A card by its `writing_id`, or the summary of the week or month that begins on `first_day`."""

    kind: SubjectKind
    writing_id: UUID | None = None
    first_day: date | None = None


@dataclass(frozen=True, slots=True)
class Impression:
    """One day of one person on which a teaser was given out; `id` leads back to nobody."""

    id: UUID
    day: date


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a phone tells it. `is_readable` is false when its subject is nothing that an event can be about."""

    id: UUID
    name: EventName
    occurred_at: datetime
    subject: Subject | None = None
    is_readable: bool = True
    impression_token: str | None = field(default=None, repr=False)
    duration_ms: int | None = None
    screen: EventName | None = None
    from_cache: bool | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is kept; `occurred_at` is whole seconds, never later than now."""

    id: UUID
    name: EventName
    occurred_at: datetime
    subject: Subject | None
    impression: Impression | None
    duration_ms: int | None
    screen: EventName | None
    from_cache: bool | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What can be kept, each id once; how many in the call only repeated one of them; and the ids of the rest.

    The three add up to what was told. Order is kept.
    """

    events: tuple[Event, ...]
    repeated: int
    rejected: tuple[UUID, ...]


def judge(
    told: Sequence[Told], *, now: datetime, cards: Collection[UUID], impressions: Mapping[str, Impression]
) -> Judged:
    """Which events are taken; `cards` are the person's own, `impressions` what tokens of theirs say."""
    events: dict[UUID, Event] = {}
    repeated, rejected = 0, []
    for each in told:
        if not _passes(each, now, cards, impressions):
            rejected.append(each.id)
        elif each.id in events:
            repeated += 1
        else:
            events[each.id] = _event(each, now, impressions)
    return Judged(tuple(events.values()), repeated, tuple(rejected))


def _passes(told: Told, now: datetime, cards: Collection[UUID], impressions: Mapping[str, Impression]) -> bool:
    return (
        now - LATEST <= told.occurred_at <= now + MOST_AHEAD
        and told.is_readable
        and (told.subject is None or told.subject.writing_id is None or told.subject.writing_id in cards)
        and (told.impression_token is None or (told.name in OF_AN_OFFER and told.impression_token in impressions))
        and _measures_what_it_may(told)
    )


def _measures_what_it_may(told: Told) -> bool:
    """A loaded screen says which, and how long it took; nothing else does."""
    if told.name is not EventName.SCREEN_LOADED:
        return told.duration_ms is None and told.screen is None
    return told.screen in SCREENS and told.duration_ms is not None and 0 <= told.duration_ms <= LONGEST_MS


def _event(told: Told, now: datetime, impressions: Mapping[str, Impression]) -> Event:
    return Event(
        id=told.id,
        name=told.name,
        occurred_at=min(told.occurred_at, now).replace(microsecond=0),  # no room for anything but a moment
        subject=told.subject,
        impression=impressions[told.impression_token] if told.impression_token is not None else None,
        duration_ms=told.duration_ms,
        screen=told.screen,
        from_cache=told.from_cache,
    )
