"""What other systems are told of: from what makes it, once, with the ids of its kind and nothing more."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from app.domain.access import Role
from app.domain.global_ids import decode
from app.domain.periods import PeriodKind, ends_at, format_week, previous, week_of
from app.domain.webhooks import WebhookEvent
from app.jobs import Queue
from app.pipeline import forget, paying
from app.pipeline.announcing import announce_periods
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs import ledger, planning
from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.client import LIGHT, Client, session
from tests.gateways.receiver import Receiver
from tests.life import JUNE, at, take, who, work_off
from workers.runner import Runner

UPSERT = """mutation($url: String!, $events: [WebhookEvent!]!) { upsertWebhook(input: {url: $url, events: $events}) {
  userErrors { code } } }"""
EVERY = [each.value for each in WebhookEvent]
FRESH = "UPDATE period_aggregate SET closed_at = now(), backfilled = false, told = true WHERE person_id = $1"
pytestmark = pytest.mark.usefixtures("alone")


async def _hook(client: Client, receiver: Receiver, *events: str) -> None:
    given = {"url": f"http://127.0.0.1:{receiver.port}/hook", "events": events or EVERY}
    assert (await client.team(UPSERT, given, Role.ADMIN))["upsertWebhook"]["userErrors"] == []


async def test_resets_and_budgets_are_told_and_nothing_of_who_is_gone(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any, person: str
) -> None:
    """From what makes them, by the ids of operation and budget; summaries of somebody erased meanwhile are not."""
    await take(spectrum, *(session(person, JUNE + timedelta(days=n // 3, hours=n % 3), LIGHT) for n in range(14)))
    await work_off(spectrum, owner)
    await _hook(client, receiver)
    someone = await at(owner, who(spectrum, person))
    await owner.execute(
        "UPDATE period_aggregate SET closed_at = now(), backfilled = false, told = true WHERE person_id = $1",
        someone.id,
    )
    for kind, first_day in ((PeriodKind.WEEK, JUNE.date()), (PeriodKind.MONTH, JUNE.date())):
        for _ in range(2):
            async with spectrum.ports.store.for_everyone() as tx:
                following = await announce_periods(tx, kind, {someone: first_day})
                await ledger.keep_jobs(tx, following.get(someone.id, ()))
    await owner.execute("UPDATE budget_use SET state = 'OK'")
    await paying.tell_turned(spectrum.ports)
    await owner.execute(
        "INSERT INTO budget_use (feature, period, first_day, spent, state) SELECT feature, period,"
        " date_trunc(lower(period), now() AT TIME ZONE 'UTC')::date, 10 ^ 12, 'OK' FROM budget"
        " ON CONFLICT (feature, period, first_day) DO UPDATE SET spent = excluded.spent, state = 'OK'"
    )
    await paying.tell_turned(spectrum.ports)
    operation = await forget.request(spectrum.ports, someone, ResetScope.EVERYTHING, uuid4())
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await Runner(spectrum.ports).work_off(Queue.MINUTES)
    told = [orjson.loads(request.body) for request in receiver.requests]
    data = {each["type"]: each["data"] for each in told}
    viewer = encode("Viewer", someone.id)
    assert data["SPECTRUM_RESET"] == {"operation": encode("ResetOperation", operation)}
    assert decode(data["BUDGET_STATE_CHANGED"]["budget"])[0] == "Budget"
    # what was about the person went with them, before it was handed over
    assert not any(viewer in request.body.decode() for request in receiver.requests)
    assert {each["type"] for each in told} == {"SPECTRUM_RESET", "BUDGET_STATE_CHANGED"}


async def test_a_summary_is_told_with_its_viewer_and_period(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any, person: str
) -> None:
    """Once, however often it is announced; late ones and what was built afterwards are not."""
    await take(spectrum, *(session(person, JUNE + timedelta(days=n // 3, hours=n % 3), LIGHT) for n in range(14)))
    await work_off(spectrum, owner)
    await _hook(client, receiver)
    someone, first_day = await at(owner, who(spectrum, person)), JUNE.date()

    async def announced() -> None:
        async with spectrum.ports.store.for_everyone() as tx:
            for kind in PeriodKind:
                following = await announce_periods(tx, kind, {someone: first_day})
                await ledger.keep_jobs(tx, following.get(someone.id, ()))
        await Runner(spectrum.ports).work_off(Queue.MINUTES)

    await announced()
    assert receiver.requests == [], "June is long over"
    await owner.execute(
        "UPDATE period_aggregate SET closed_at = now(), backfilled = false, told = true WHERE person_id = $1",
        someone.id,
    )
    await announced()
    await announced()
    told = [orjson.loads(request.body) for request in receiver.requests]
    viewer = (await client.ask("{ viewer { id } }", subject=person))["viewer"]["id"]
    assert sorted((each["type"], each["data"]["viewer"], each["data"]["period"]) for each in told) == [
        ("MONTHLY_SUMMARY_PUBLISHED", viewer, "2026-06"),
        ("WEEKLY_SUMMARY_PUBLISHED", viewer, format_week(week_of(first_day))),
    ]


async def test_a_missed_promise_is_told_once(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any, person: str
) -> None:
    """By the hour's upkeep, which looks again every hour: the words of last week came five hours late."""
    await take(spectrum, session(person, JUNE))
    await _hook(client, receiver, "SLA_MISSED")
    await owner.execute("DELETE FROM sla_miss")
    last = previous(PeriodKind.WEEK, week_of(datetime.now(UTC).date()))
    await owner.execute("UPDATE person SET week_due = $1 WHERE week_due <= $1", last.last + timedelta(days=1))
    late = (
        "INSERT INTO period_aggregate (person_id, kind, first_day, session_count, day_count, excluded_count,"
        " valence_sum, arousal_sum, emotion_sums, pattern_counts, estimates, digest, backfilled, closed_at, due_at,"
        " settled_at, told) VALUES ($1, 'WEEK', $2, 1, 1, 0, 0, 0, '{}', '{}', '{}', 'd', false, $3, $3,"
        " $3::timestamptz + interval '5 hours', true)"
    )
    await owner.execute(late, who(spectrum, person), last.first, ends_at(last, "Europe/Berlin"))
    for _ in range(2):
        async with spectrum.ports.store.for_everyone() as tx:
            await planning.keep_upkeep(tx)
        await Runner(spectrum.ports).work_off(Queue.HOURS)
        await owner.execute("DELETE FROM job WHERE kind = 'UPKEEP'")
        await Runner(spectrum.ports).work_off(Queue.MINUTES)
    told = [orjson.loads(request.body) for request in receiver.requests]
    assert [(each["type"], each["data"]) for each in told] == [("SLA_MISSED", {"period": format_week(last)})]
