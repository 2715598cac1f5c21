"""What a phone tells is taken or not by fixed rules; nothing is lost, and no place is left for words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.engagement import (
    LATEST,
    LONGEST_MS,
    MOST_AHEAD,
    OF_AN_OFFER,
    SCREENS,
    EventName,
    Impression,
    Judged,
    Subject,
    SubjectKind,
    Told,
    judge,
)
from app.domain.notifications import problems_of_version

NOW = datetime(2026, 7, 8, 9, 30, 15, 123456, tzinfo=UTC)
CARD, OTHER = UUID(int=1), UUID(int=2)
SHOWN = Impression(UUID(int=3), date(2026, 7, 8))
OPENED = Told(UUID(int=9), EventName.FEED_VIEWED, NOW - timedelta(minutes=1))
LOADED = replace(OPENED, name=EventName.SCREEN_LOADED, screen=EventName.FEED_VIEWED, duration_ms=850)
TAPPED = replace(OPENED, name=EventName.TEASER_TAPPED, impression_token="ours")


def _judge(*told: Told) -> Judged:
    return judge(told, now=NOW, cards={CARD}, impressions={"ours": SHOWN})


def _about(kind: SubjectKind, **more: Any) -> Told:
    return replace(OPENED, subject=Subject(kind, **more))


@pytest.mark.parametrize(
    "told",
    [
        OPENED,
        LOADED,
        TAPPED,
        replace(OPENED, from_cache=True),
        replace(OPENED, occurred_at=NOW - LATEST),
        replace(OPENED, occurred_at=NOW + MOST_AHEAD),
        replace(LOADED, duration_ms=0),
        replace(LOADED, duration_ms=LONGEST_MS),
        replace(TAPPED, name=EventName.PAYWALL_SHOWN),
        replace(TAPPED, impression_token=None),
        _about(SubjectKind.INSIGHT, writing_id=CARD),
        _about(SubjectKind.WEEK, first_day=date(2026, 7, 6)),
    ],
)
def test_what_fits_its_name_is_taken(told: Told) -> None:
    """Each with what it says, at whole seconds, and never later than now."""
    (event,) = _judge(told).events
    assert event.occurred_at == min(told.occurred_at, NOW).replace(microsecond=0)
    assert (event.id, event.name, event.subject, event.from_cache) == (
        told.id, told.name, told.subject, told.from_cache,
    )  # fmt: skip
    assert (event.duration_ms, event.screen) == (told.duration_ms, told.screen)
    assert event.impression == (SHOWN if told.impression_token else None)


@pytest.mark.parametrize(
    "told",
    [
        replace(OPENED, occurred_at=NOW - LATEST - timedelta(microseconds=1)),
        replace(OPENED, occurred_at=NOW + MOST_AHEAD + timedelta(microseconds=1)),
        replace(OPENED, is_readable=False),
        replace(OPENED, duration_ms=850),
        replace(OPENED, screen=EventName.FEED_VIEWED),
        replace(LOADED, duration_ms=-1),
        replace(LOADED, duration_ms=LONGEST_MS + 1),
        replace(LOADED, duration_ms=None),
        replace(LOADED, screen=None),
        replace(LOADED, screen=EventName.SCREEN_LOADED),
        replace(LOADED, screen=EventName.PUSH_OPENED),
        replace(TAPPED, impression_token="forged"),
        replace(OPENED, impression_token="ours"),
        _about(SubjectKind.INSIGHT, writing_id=OTHER),
    ],
)
def test_what_does_not_is_rejected(told: Told) -> None:
    """Too old, too early, about nothing of theirs, or with a property that its name has no place for."""
    assert _judge(told) == Judged((), 0, (told.id,))


def test_an_id_counts_once() -> None:
    """The first that can be taken stands; what cannot is told by its id, as often as it was sent; order is kept."""
    other = replace(OPENED, id=UUID(int=4))
    wrong = replace(OPENED, is_readable=False)
    judged = _judge(wrong, OPENED, other, replace(OPENED, name=EventName.SETTINGS_OPENED), wrong)
    assert [(event.id, event.name) for event in judged.events] == [
        (OPENED.id, EventName.FEED_VIEWED),
        (other.id, EventName.FEED_VIEWED),
    ]
    assert (judged.repeated, judged.rejected) == (1, (OPENED.id, OPENED.id))


@given(
    st.lists(
        st.builds(
            Told,
            st.integers(1, 6).map(lambda number: UUID(int=number)),
            st.sampled_from(EventName),
            st.timedeltas(timedelta(days=-9), timedelta(days=2)).map(lambda offset: NOW + offset),
            is_readable=st.booleans(),
            impression_token=st.sampled_from([None, "ours", "forged"]),
            duration_ms=st.none() | st.integers(-1, LONGEST_MS + 1),
            screen=st.none() | st.sampled_from(EventName),
        ),
        max_size=30,
    )
)
def test_nothing_is_lost_between_the_three(told: list[Told]) -> None:
    """Taken, repeated and rejected add up to what was told; each id is taken once."""
    judged = _judge(*told)
    assert len(judged.events) + judged.repeated + len(judged.rejected) == len(told)
    assert len({event.id for event in judged.events}) == len(judged.events)
    assert all(NOW - LATEST - timedelta(seconds=1) < event.occurred_at <= NOW for event in judged.events)


def test_every_event_is_of_one_kind() -> None:
    """An event looks at a screen or names none; what belongs to an offer is in the list."""
    assert set(EventName) - SCREENS == {
        EventName.TEASER_TAPPED,
        EventName.PUSH_RECEIVED,
        EventName.PUSH_OPENED,
        EventName.SCREEN_LOADED,
    }
    assert set(EventName) > OF_AN_OFFER


def test_a_token_of_a_teaser_is_not_printed() -> None:
    """What a phone sends as a token may be anything: no log and no error shows it."""
    assert "ours" not in repr(TAPPED)


@pytest.mark.parametrize(("text", "fits"), [("4.12.0", True), ("4.12.0-beta.1+77", True), ("my mother", False)])
def test_a_version_is_of_its_form(text: str, *, fits: bool) -> None:
    """Anything else could be words."""
    assert (problems_of_version(text) == []) is fits
