"""Another system is told what it asked to be told: signed, again until it takes it, with ids and times alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from app.domain.access import Role
from app.domain.global_ids import decode
from app.domain.webhooks import KEY_OVERLAP, MOST_ATTEMPTS, WebhookEvent
from app.jobs import Job, Queue, webhook
from app.pipeline.announcing import announce
from app.pipeline.hooking import MOST_WEBHOOKS
from app.storage.jobs import ledger
from app.storage.notify.webhooks import Announcement
from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.client import Client
from tests.gateways.receiver import Receiver, answers
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
pytestmark = pytest.mark.usefixtures("alone")


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
    await owner.execute("UPDATE webhook SET rotated = ARRAY[now() - $1::interval]", KEY_OVERLAP)
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


async def test_a_delivery_can_be_wanted_now(spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any) -> None:
    """While the next attempt waits for hours it is made at once, and the one that waited makes none of its own."""
    receiver.reply = answers(503)
    hook = await _hook(client, receiver)
    await _tell(spectrum)
    receiver.reply = answers(200)
    (delivery,) = await _deliveries(client, hook)
    for _ in range(2):
        assert (await client.team(REDELIVER, {"id": delivery["id"]}, Role.OPERATOR))["redeliver"]["userErrors"] == []
    await Runner(spectrum.ports).work_off(Queue.MINUTES)
    await _attempt_again(spectrum, owner)
    (delivery,) = await _deliveries(client, hook)
    assert (delivery["attempt"], delivery["httpStatus"]) == (2, 200), "made by two at once it is counted once"
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


async def test_what_came_while_it_was_off_is_handed_over_when_it_is_on(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any
) -> None:
    """Off, nothing is sent and nothing is lost; of one that is off no delivery can be wanted."""
    hook = await _hook(client, receiver)
    told = Announcement(WebhookEvent.SLA_MISSED, "while-off", datetime.now(UTC), {"period": "2026-W23"})
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, await announce(tx, [told]))
    url, id_ = hook["endpoint"]["url"], hook["endpoint"]["id"]
    await _upsert(client, id=id_, url=url, events=EVERY, enabled=False)
    await Runner(spectrum.ports).work_off(Queue.MINUTES)
    (delivery,) = await _deliveries(client, hook)
    refused = (await client.team(REDELIVER, {"id": delivery["id"]}, Role.OPERATOR))["redeliver"]
    assert [each["code"] for each in refused["userErrors"]] == ["CONFLICT"]
    assert receiver.requests == []
    await _upsert(client, id=id_, url=url, events=EVERY)
    await Runner(spectrum.ports).work_off(Queue.MINUTES)
    assert len(receiver.requests) == 1


async def test_two_rotations_in_a_day_leave_the_first_key_in_force(
    spectrum: Spectrum, client: Client, receiver: Receiver
) -> None:
    """An answer that was lost is asked for again, and nobody's key stops early."""
    hook = await _hook(client, receiver)
    for _ in range(2):
        turned = await _upsert(
            client, id=hook["endpoint"]["id"], url=hook["endpoint"]["url"], events=EVERY, rotateKey=True
        )
    await _tell(spectrum)
    for key in (hook["key"], turned["key"]):
        Webhook(key).verify(receiver.requests[-1].body, receiver.requests[-1].headers)


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


async def _jobs(spectrum: Spectrum, *jobs: Job) -> None:
    """Let the workers carry these out."""
    async with spectrum.ports.store.for_everyone() as tx:
        assert len(await ledger.keep_jobs(tx, jobs)) == len(jobs)
    await Runner(spectrum.ports).work_off(Queue.MINUTES)


async def test_what_was_handed_over_is_not_sent_again(
    spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any
) -> None:
    """A job of before, of whichever attempt, finds that there is nothing left to do."""
    await _hook(client, receiver)
    await _tell(spectrum)
    delivery_id = await owner.fetchval("SELECT id FROM webhook_delivery")
    await _jobs(spectrum, *(webhook(delivery_id, attempt=number, asked=uuid4()) for number in (1, 2, 3)))
    assert len(receiver.requests) == 1
    assert await owner.fetchval("SELECT attempt FROM webhook_delivery") == 1


async def test_an_attempt_is_made_once(spectrum: Spectrum, client: Client, receiver: Receiver, owner: Any) -> None:
    """While it is not taken, an attempt that was made and one whose turn has not come send nothing."""
    receiver.reply = answers(503)
    await _hook(client, receiver)
    await _tell(spectrum)
    delivery_id = await owner.fetchval("SELECT id FROM webhook_delivery")
    await _jobs(spectrum, *(webhook(delivery_id, attempt=number, asked=uuid4()) for number in (1, 3)))
    assert len(receiver.requests) == 1
    await _jobs(spectrum, webhook(delivery_id, attempt=2, asked=uuid4()))
    assert len(receiver.requests) == 2
    assert await owner.fetchval("SELECT attempt FROM webhook_delivery") == 2


async def test_there_are_twenty_at_most(client: Client, owner: Any) -> None:
    """One more is refused; those that there are can be changed."""
    for number in range(MOST_WEBHOOKS):
        last = await _upsert(client, url=f"{GOOD}{number}", events=EVERY)
        assert last["userErrors"] == []
    refused = await _upsert(client, url=GOOD, events=EVERY)
    assert [each["code"] for each in refused["userErrors"]] == ["TOO_MANY"]
    assert await owner.fetchval("SELECT count(*) FROM webhook") == MOST_WEBHOOKS == 20
    assert (await _upsert(client, id=last["endpoint"]["id"], url=GOOD, events=EVERY))["userErrors"] == []


async def test_a_change_is_in_the_audit_log_and_its_path_is_not(client: Client, owner: Any) -> None:
    """The audit log has the origin and the events; the path, which is a secret of whoever listens, it has not."""
    audited = "SELECT action, reason FROM audit WHERE $1 = ANY (targets) ORDER BY id"
    hook = await _upsert(client, url="https://hooks.example/T0/secret?key=secret", events=["SLA_MISSED"])
    events = ["SPECTRUM_RESET", "SLA_MISSED", "SLA_MISSED"]
    await _upsert(client, id=hook["endpoint"]["id"], url="https://other.example:8443/secret", events=events)
    rows = await owner.fetch(audited, UUID(decode(hook["endpoint"]["id"])[1]))
    assert [tuple(row) for row in rows] == [
        ("create webhook", "https://hooks.example: SLA_MISSED"),
        ("change webhook", "https://other.example:8443: SLA_MISSED, SPECTRUM_RESET"),
    ]
