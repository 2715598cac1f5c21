"""What closes is announced by what closes it: two people's weeks in one claim, and a month; and only what is news."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from app.domain.notifications import LATEST
from app.domain.periods import PeriodKind, format_week, week_of
from app.domain.webhooks import WebhookEvent
from app.jobs import PersonAt, Queue, rewrite_period
from app.storage.jobs import ledger
from app.storage.notify import devices, pushes, webhooks
from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.gateways.receiver import Receiver, answers, receiver_that
from tests.life import DEVICE, JUNE, at, lived
from workers.runner import Runner

WEEK, MONTH = PeriodKind.WEEK, PeriodKind.MONTH
FIRST = JUNE.date()
FRESH = "UPDATE period_aggregate SET closed_at = now() - interval '1 hour', backfilled = false WHERE person_id = $1"
PUSHED = "SELECT scope FROM job WHERE person_id = $1 AND kind = 'PUSH'"
Weeks = list[tuple[str, date]]


@pytest.fixture
async def receiver(spectrum: Spectrum, owner: Any) -> AsyncIterator[Receiver]:
    """Give somebody who takes everything; no other test's webhooks listen."""
    await owner.execute("DELETE FROM webhook_delivery")
    await owner.execute("DELETE FROM webhook")
    async with receiver_that(answers(204), None) as found:
        async with spectrum.ports.store.for_everyone() as tx:
            url = f"http://127.0.0.1:{found.port}/hook"
            await webhooks.keep_new(tx, url, [each.value for each in WebhookEvent], enabled=True)
        yield found


async def _person(spectrum: Spectrum, owner: Any, key: str) -> PersonAt:
    """Somebody with five weeks and a month of words that closed an hour ago, and a device since."""
    someone = await at(owner, await lived(spectrum, owner, key))
    await owner.execute(FRESH, someone.id)
    async with spectrum.ports.store.for_everyone() as tx:
        await devices.keep(tx, someone.id, replace(DEVICE, endpoint=f"https://push.example/{uuid4()}"))
    assert await _pushed(owner, someone.id) == []
    return someone


async def _pushed(owner: Any, person_id: UUID) -> Weeks:
    scopes = [orjson.loads(row["scope"]) for row in await owner.fetch(PUSHED, person_id)]
    return [(scope["period"], date.fromisoformat(scope["first_day"])) for scope in scopes]


async def _close_again(spectrum: Spectrum, kind: PeriodKind, *people: PersonAt) -> None:
    """Close everybody's period in one claim, and let all that follows run."""
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(
            tx, [rewrite_period(kind, each, FIRST, revision=-uuid4().int % 1_000_000) for each in people]
        )
    runner = Runner(spectrum.ports)
    assert await runner.work_once(Queue.MINUTES) == len(people)
    await runner.work_off(Queue.MINUTES)


def _told(receiver: Receiver) -> list[tuple[str, str, str]]:
    bodies = [orjson.loads(request.body) for request in receiver.requests]
    return sorted((each["type"], each["data"]["viewer"], each["data"]["period"]) for each in bodies)


async def test_weeks_that_close_together_are_announced_each(
    spectrum: Spectrum, owner: Any, receiver: Receiver, person: str
) -> None:
    """Two people's weeks in one claim: a push and a delivery for each, with their own names, and once."""
    people = [await _person(spectrum, owner, f"{person}-{number}") for number in range(2)]
    for _ in range(2):
        await _close_again(spectrum, WEEK, *people)
    for each in people:
        assert await _pushed(owner, each.id) == [("WEEK", FIRST)]
    assert _told(receiver) == sorted(
        ("WEEKLY_SUMMARY_PUBLISHED", encode("Viewer", each.id), format_week(week_of(FIRST))) for each in people
    )


async def test_a_month_is_announced_with_its_words(
    spectrum: Spectrum, owner: Any, receiver: Receiver, person: str
) -> None:
    """Once its narrative is kept: a push and a delivery."""
    someone = await _person(spectrum, owner, person)
    for _ in range(2):
        await _close_again(spectrum, MONTH, someone)
    assert await _pushed(owner, someone.id) == [("MONTH", FIRST)]
    assert _told(receiver) == [("MONTHLY_SUMMARY_PUBLISHED", encode("Viewer", someone.id), "2026-06")]


async def test_who_has_no_device_is_asked_for_no_push(
    spectrum: Spectrum, owner: Any, receiver: Receiver, person: str
) -> None:
    """Other systems are told of theirs all the same."""
    someone = await _person(spectrum, owner, person)
    await owner.execute("UPDATE device SET reachable = false WHERE person_id = $1", someone.id)
    await _close_again(spectrum, WEEK, someone)
    assert await _pushed(owner, someone.id) == []
    assert [event for event, _, _ in _told(receiver)] == ["WEEKLY_SUMMARY_PUBLISHED"]


@pytest.mark.parametrize(
    ("set_", "is_fresh"),
    [
        ("told = true", True),
        ("told = false", False),
        ("told = NULL, settled_at = NULL", False),
        ("backfilled = true", False),
        ("closed_at = now() - interval '47 hours'", True),
        ("closed_at = now() - interval '49 hours'", False),
    ],
)
async def test_what_is_news(spectrum: Spectrum, owner: Any, set_: str, is_fresh: bool) -> None:
    """Words that are there, with a session of before its end, for two days; of that kind and that first day."""
    person_id = uuid4()
    await owner.execute(
        "INSERT INTO period_aggregate (person_id, kind, first_day, session_count, day_count, excluded_count,"
        " valence_sum, arousal_sum, emotion_sums, pattern_counts, estimates, digest, backfilled, closed_at,"
        " settled_at, told) VALUES ($1, 'WEEK', $2, 1, 1, 0, 0, 0, '{}', '{}', '{}', 'd', false, now(), now(), true)",
        *(person_id, FIRST),
    )
    await owner.execute(f"UPDATE period_aggregate SET {set_} WHERE person_id = $1", person_id)
    async with spectrum.ports.store.for_everyone() as tx:
        found = await pushes.list_fresh(tx, WEEK, {person_id: FIRST, uuid4(): FIRST}, latest=LATEST)
        assert found == ({person_id: False} if is_fresh else {})
        assert await pushes.list_fresh(tx, MONTH, {person_id: FIRST}, latest=LATEST) == {}
        other = FIRST + timedelta(weeks=1)
        assert await pushes.list_fresh(tx, WEEK, {person_id: other}, latest=LATEST) == {}
