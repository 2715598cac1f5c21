"""What a webhook tells, and when again: ids only, over three days, never in step."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.webhooks import FIELDS, MOST_ATTEMPTS, Event, SigningKey, WebhookEvent, wait_before

AT = datetime(2026, 7, 6, 0, 5, 1, 234_567, tzinfo=UTC)


def test_the_schedule_is_the_specifications() -> None:
    """Immediately, 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h, and then no more."""
    waits = [wait_before(attempt, jitter=0) for attempt in range(1, MOST_ATTEMPTS + 1)]
    hours = [None if wait is None else wait / timedelta(hours=1) for wait in waits]
    assert hours == [0, 5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert wait_before(MOST_ATTEMPTS + 1, jitter=0) is None
    assert wait_before(MOST_ATTEMPTS + 1, jitter=0, asked_s=10) is None
    for attempt in (0, -1):
        with pytest.raises(AssertionError):
            wait_before(attempt, jitter=0)


@given(st.integers(1, MOST_ATTEMPTS), st.floats(0, 1), st.none() | st.floats(0, 86_400))
def test_a_wait_is_never_shorter_than_what_is_asked_for(attempt: int, jitter: float, asked_s: float | None) -> None:
    """By the schedule or by the receiver; jitter adds a tenth at most."""
    wait, plain = wait_before(attempt, jitter=jitter, asked_s=asked_s), wait_before(attempt, jitter=0)
    assert wait is not None
    assert plain is not None
    asked = timedelta(seconds=asked_s or 0)
    assert max(plain, asked) <= wait <= max(plain * 1.1, asked)


def test_a_payload_is_a_type_a_time_and_ids() -> None:
    """The time is the event's own, in UTC, whatever zone it is given in."""
    here = AT.astimezone(timezone(timedelta(hours=5, minutes=45)))
    event = Event(WebhookEvent.WEEKLY_SUMMARY_PUBLISHED, here, {"viewer": "a1b2", "period": "2026-W27"})
    assert event.payload == {
        "type": "WEEKLY_SUMMARY_PUBLISHED",
        "timestamp": "2026-07-06T00:05:01.234Z",
        "data": {"viewer": "a1b2", "period": "2026-W27"},
    }


@pytest.mark.parametrize("kind", WebhookEvent)
def test_an_event_tells_its_fields_and_no_words(kind: WebhookEvent) -> None:
    """A field too many or too few, or a value that reads as a sentence, is refused where it is made."""
    data = dict.fromkeys(FIELDS[kind], "U2Vzc2lvbjox=")
    assert Event(kind, AT, data).payload["type"] == kind.value
    name = next(iter(data))
    wrong = [{**data, "headline": "x"}, {each: data[each] for each in data if each != name}, {}]
    wrong += [{**data, name: value} for value in ("", "a sad week", "traurig!", "ü", "a" * 201, "-", "a\n")]
    for each in wrong:
        with pytest.raises(ValueError, match="tells"):
            Event(kind, AT, each)
    with pytest.raises(ValueError, match="zone"):
        Event(kind, AT.replace(tzinfo=None), data)


def test_a_key_signs_until_its_end_and_is_never_shown() -> None:
    """The moment of its end is after it; neither repr nor str holds it."""
    key = SigningKey("whsec_secret", AT)
    assert [key.is_valid(AT + timedelta(microseconds=n)) for n in (-1, 0, 1)] == [True, False, False]
    assert SigningKey("whsec_secret").is_valid(AT + timedelta(days=36_500))
    assert "secret" not in f"{key} {key!r} {[key]}"
