"""Another system is told what it asked to be told: signed, again until it takes it, with ids and times alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from app.domain.access import Role
from app.domain.global_ids import decode
from app.domain.periods import PeriodKind, format_week, week_of
from app.domain.promises import Promise
from app.domain.webhooks import KEY_OVERLAP, MOST_ATTEMPTS, WebhookEvent
from app.jobs import Queue
from app.pipeline import forget, paying, upkeep
from app.pipeline.announcing import announce, announce_periods
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs import ledger, promises
from app.storage.notify.webhooks import Announcement
from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.client import LIGHT, Client, session
from tests.gateways.receiver import Receiver, answers, receiver_that
from tests.life import JUNE, at, take, who, work_off
from workers.runner import Runner

UPSERT = """mutation($input: UpsertWebhookInput!) { upsertWebhook(input: $input) {
  userErrors { code field } key endpoint { id url events enabled keyHint disabledReason } } }"""
HOOKS = "{ ops { webhooks { id url events enabled keyHint disabledReason } } }"
DELIVERIES = """query($id: ID!, $first: Int!, $after: String) { ops { webhookDeliveries(endpointId: $id, first: $first,
  after: $after) { nodes { id event at attempt httpStatus nextAttemptAt deliveredAt }
  pageInfo { hasNextPage endCursor } } } }"""
REDELIVER = """mutation($id: ID!) { redeliver(input: {deliveryId: $id}) {
  userErrors { code field } delivery { attempt deliveredAt } } }"""
EVERY = [each.value for each in WebhookEvent]
GOOD = "https://hooks.example/"
FRESH = "UPDATE period_aggregate SET closed_at = now(), backfilled = false, told = true WHERE person_id = $1"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Give somebody who takes everything."""
    async with receiver_that(answers(204), None) as found:
        yield found


@pytest.fixture(autouse=True)
async def alone(owner: Any) -> None:
    """Let no other test's webhooks listen."""
    await owner.execute("DELETE FROM webhook_delivery")
    await owner.execute("DELETE FROM webhook")
    await owner.execute("DELETE FROM job WHERE kind = 'WEBHOOK'")


async def _upsert(client: Client, **given: Any) -> Any:
    return (await client.team(UPSERT, {"input": given}, Role.ADMIN))["upsertWebhook"]


async def _hook(client: Client, receiver: Receiver, *events: str) -> Any:
    url = f"http://127.0.0.1:{receiver.port}/hook"
    answer = await _upsert(client, url=url, events=events or EVERY)
    assert answer["userErrors"] == []
    return answer


async def _tell(spectrum: Spectrum, event: WebhookEvent = WebhookEvent.SLA_MISSED, **data: str) -> None:
    """Announce something, and let the workers hand it over once."""
    told = Announcement(event, f"test:{uuid4()}", datetime.now(UTC), data or {"period": "2026-W23"})
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, await announce(tx, [told]))
    await Runner(spectrum.ports).work_off(Queue.MINUTES)


async def _deliveries(client: Client, hook: Any, first: int = 10) -> list[Any]:
    found = await client.team(DELIVERIES, {"id": hook["endpoint"]["id"], "first": first}, Role.OPERATOR)
    nodes: list[Any] = found["ops"]["webhookDeliveries"]["nodes"]
    return nodes


async def _attempt_again(spectrum: Spectrum, owner: Any) -> None:
    await owner.execute("UPDATE job SET run_after = now() WHERE kind = 'WEBHOOK' AND status = 'QUEUED'")
    await Runner(spectrum.ports).work_off(Queue.MINUTES)


async def test_it_is_signed_with_a_key_that_is_told_once(
    spectrum: Spectrum, client: Client, receiver: Receiver
) -> None:
    """The official library verifies what arrived; afterwards only the key's beginning is shown."""
    hook = await _hook(client, receiver)
    await _tell(spectrum)
    (request,) = receiver.requests
    body = Webhook(hook["key"]).verify(request.body, request.headers)
    assert (body["type"], body["data"]) == ("SLA_MISSED", {"period": "2026-W23"})
    (shown,) = (await client.team(HOOKS, None, Role.OPERATOR))["ops"]["webhooks"]
    assert shown["keyHint"] == hook["key"][:10]
    assert hook["key"] not in str(shown)
    (delivery,) = await _deliveries(client, hook)
    assert (delivery["attempt"], delivery["httpStatus"], delivery["nextAttemptAt"]) == (1, 204, None)
    assert delivery["deliveredAt"] is not None
    assert str(UUID(decode(delivery["id"])[1])) == request.headers["webhook-id"]


async def test_keys_overlap_for_a_day(spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any) -> None:
    """After a rotation both keys verify, and a day later the new one alone."""
    hook = await _hook(client, receiver)
    url, id_ = hook["endpoint"]["url"], hook["endpoint"]["id"]
    turned = await _upsert(client, id=id_, url=url, events=EVERY, rotateKey=True)
    assert turned["key"] not in (None, hook["key"])
    assert (await _upsert(client, id=id_, url=url, events=EVERY))["key"] is None
    await _tell(spectrum)
    for key in (hook["key"], turned["key"]):
        Webhook(key).verify(receiver.requests[-1].body, receiver.requests[-1].headers)
    await owner.execute("UPDATE webhook SET rotated_at = now() - $1::interval", KEY_OVERLAP)
    await _tell(spectrum)
    Webhook(turned["key"]).verify(receiver.requests[-1].body, receiver.requests[-1].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(hook["key"]).verify(receiver.requests[-1].body, receiver.requests[-1].headers)


async def test_it_is_told_what_it_asked_for(spectrum: Spectrum, client: Client, receiver: Receiver) -> None:
    """Of another event nothing; turned off nothing at all; and the same event once."""
    hook = await _hook(client, receiver, "SPECTRUM_RESET")
    await _tell(spectrum)
    assert receiver.requests == []
    await _tell(spectrum, WebhookEvent.SPECTRUM_RESET, operation="abc")
    assert len(receiver.requests) == 1
    await _upsert(client, id=hook["endpoint"]["id"], url=hook["endpoint"]["url"], events=EVERY, enabled=False)
    await _tell(spectrum)
    assert len(receiver.requests) == 1


async def test_who_does_not_take_it_is_asked_for_days(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any
) -> None:
    """Ten attempts, each later than the one before; then it is given up, and a person can ask for it again."""
    receiver.reply = answers(503)
    hook = await _hook(client, receiver)
    await _tell(spectrum)
    waits = []
    for number in range(1, MOST_ATTEMPTS):
        (delivery,) = await _deliveries(client, hook)
        assert (delivery["attempt"], delivery["httpStatus"], delivery["deliveredAt"]) == (number, 503, None)
        waits.append(await owner.fetchval("SELECT next_attempt_at - now() FROM webhook_delivery"))
        await _attempt_again(spectrum, owner)
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(hours=20)
    (delivery,) = await _deliveries(client, hook)
    assert (delivery["attempt"], delivery["nextAttemptAt"]) == (MOST_ATTEMPTS, None)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    receiver.reply = answers(200)
    again = (await client.team(REDELIVER, {"id": delivery["id"]}, Role.OPERATOR))["redeliver"]
    assert again == {"userErrors": [], "delivery": {"attempt": MOST_ATTEMPTS, "deliveredAt": None}}
    await Runner(spectrum.ports).work_off(Queue.MINUTES)
    (delivery,) = await _deliveries(client, hook)
    assert (delivery["attempt"], delivery["httpStatus"]) == (MOST_ATTEMPTS + 1, 200)


async def test_one_that_is_away_is_left_alone(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any
) -> None:
    """While it takes nothing, what is new waits without asking; once it does again, all of it arrives."""
    receiver.reply = answers(503)
    hook = await _hook(client, receiver)
    for _ in range(4):
        await _tell(spectrum)
    assert len(receiver.requests) == 1
    assert sorted(each["attempt"] for each in await _deliveries(client, hook)) == [0, 0, 0, 1]
    receiver.reply = answers(200)
    await owner.execute("UPDATE webhook SET away_until = now()")
    await _attempt_again(spectrum, owner)
    assert all(each["deliveredAt"] for each in await _deliveries(client, hook))
    assert len(receiver.requests) == 5


async def test_a_receiver_decides_when_again(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any
) -> None:
    """Retry-After is the least."""
    receiver.reply = answers(429, "retry-after: 900")
    await _hook(client, receiver)
    await _tell(spectrum)
    wait = await owner.fetchval("SELECT next_attempt_at - now() FROM webhook_delivery")
    assert timedelta(seconds=890) < wait <= timedelta(seconds=900)


async def test_one_that_is_gone_is_turned_off(spectrum: Spectrum, client: Client, receiver: Receiver) -> None:
    """410 ends it, with a reason the team can read; turned on again it is told again."""
    receiver.reply = answers(410)
    hook = await _hook(client, receiver)
    await _tell(spectrum)
    await _tell(spectrum)
    assert len(receiver.requests) == 1
    (shown,) = (await client.team(HOOKS, None, Role.OPERATOR))["ops"]["webhooks"]
    assert (shown["enabled"], "410" in shown["disabledReason"]) == (False, True)
    on = await _upsert(client, id=hook["endpoint"]["id"], url=hook["endpoint"]["url"], events=EVERY)
    assert (on["endpoint"]["enabled"], on["endpoint"]["disabledReason"]) == (True, None)
    receiver.reply = answers(200)
    await _tell(spectrum)
    assert len(receiver.requests) == 2


async def test_a_worker_that_dies_after_sending_sends_the_same_again(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any
) -> None:
    """What was sent and not written down is sent again, under the same id: nothing is lost, and it can be told."""
    await _hook(client, receiver)
    await _tell(spectrum)
    await owner.execute("UPDATE webhook_delivery SET attempt = 0, delivered_at = NULL")
    await owner.execute(
        "UPDATE job SET status = 'QUEUED', finished_at = NULL, run_after = now() WHERE kind = 'WEBHOOK'"
    )
    await Runner(spectrum.ports).work_off(Queue.MINUTES)
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"url": "https://10.0.0.1/", "events": EVERY}, ["input", "url"], "INVALID"),
        ({"url": "https://[::ffff:10.0.0.1]/", "events": EVERY}, ["input", "url"], "INVALID"),
        ({"url": "http://hooks.example/", "events": EVERY}, ["input", "url"], "INVALID"),
        ({"url": "https://me:secret@hooks.example/", "events": EVERY}, ["input", "url"], "INVALID"),
        ({"url": GOOD, "events": []}, ["input", "events"], "REQUIRED"),
        (
            {"url": "https://hooks.example/", "events": EVERY, "id": encode("WebhookEndpoint", uuid4())},
            None,
            "NOT_FOUND",
        ),
        ({"url": "https://hooks.example/", "events": EVERY, "id": "nonsense"}, None, "NOT_FOUND"),
    ],
)
async def test_what_cannot_be_told_is_refused(client: Client, given: Any, field: Any, code: str) -> None:
    """An address inside, one without TLS, one with a password, no event, and no such webhook."""
    (error,) = (await _upsert(client, **given))["userErrors"]
    assert error["code"] == code
    assert error["field"] == (field or ["input", "id"])


async def test_a_name_that_leads_inside_is_never_told(spectrum: Spectrum, client: Client, owner: Any) -> None:
    """What only shows when it is looked up turns the webhook off, and is not tried again."""
    hook = await _upsert(client, url="https://metadata.invalid/", events=EVERY)
    await owner.execute("UPDATE webhook SET url = 'https://169.254.169.254/latest'")
    await _tell(spectrum)
    (shown,) = (await client.team(HOOKS, None, Role.OPERATOR))["ops"]["webhooks"]
    assert (shown["id"], shown["enabled"]) == (hook["endpoint"]["id"], False)
    (delivery,) = await _deliveries(client, hook)
    assert (delivery["attempt"], delivery["nextAttemptAt"]) == (1, None)


async def test_pages_of_deliveries_go_back_in_time(spectrum: Spectrum, client: Client, receiver: Receiver) -> None:
    """Newest first, each once, and a foreign cursor is refused."""
    hook = await _hook(client, receiver)
    for _ in range(5):
        await _tell(spectrum)
    asked, after, found = {"id": hook["endpoint"]["id"], "first": 2}, None, []
    while True:
        page = await client.team(DELIVERIES, {**asked, "after": after}, Role.OPERATOR)
        found += page["ops"]["webhookDeliveries"]["nodes"]
        info = page["ops"]["webhookDeliveries"]["pageInfo"]
        if not info["hasNextPage"]:
            break
        after = info["endCursor"]
    assert len({each["id"] for each in found}) == len(found) == 5
    assert [each["at"] for each in found] == sorted((each["at"] for each in found), reverse=True)
    answer = await client.post(
        DELIVERIES, {**asked, "after": "bm9uc2Vuc2U"}, subject="team", roles=(Role.OPERATOR,), path="/ops/graphql"
    )
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


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
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the hour's upkeep, which looks again every hour."""
    await _hook(client, receiver, "SLA_MISSED")
    await owner.execute("DELETE FROM sla_miss")
    missed = Promise(10, 0, 10, 0, 0, 9e4, 9e4, 9e4, complete=True)

    async def find_promise(*_: Any) -> Any:
        return missed

    monkeypatch.setattr(promises, "find_promise", find_promise)
    for _ in range(2):
        await upkeep._watch_promises(spectrum.ports)
    await Runner(spectrum.ports).work_off(Queue.MINUTES)
    told = [orjson.loads(request.body) for request in receiver.requests]
    assert {each["type"] for each in told} == {"SLA_MISSED"}
    assert len({each["data"]["period"] for each in told}) == len(told) == 4
