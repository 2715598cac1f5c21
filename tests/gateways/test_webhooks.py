"""Webhooks as a receiver gets them: verified by the specification's own library, with an honest outcome."""

import re
import secrets
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import orjson
import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from app.domain.webhooks import KEY_OVERLAP, Event, SigningKey, WebhookEvent
from app.gateways.outside import Outside
from app.gateways.webhooks import Delivered, Disable, Outcome, TryAgain, Webhooks, hint, key_of, signed
from tests.gateways.receiver import NAME, Certificates, Reply, answers, is_silent, receiver_that, sends, to_loopback

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""The example of the specification."""
EVENT = Event(
    WebhookEvent.MONTHLY_SUMMARY_PUBLISHED, datetime(2026, 7, 1, tzinfo=UTC), {"viewer": "a1b2", "period": "2026-06"}
)
SHORT_S = 0.3


def _key() -> str:
    return key_of(secrets.token_bytes(32))


def _now() -> datetime:
    return datetime.now(UTC)


async def _told(outside: Outside, certificates: Certificates, reply: Reply) -> Outcome:
    async with receiver_that(reply, certificates.server(NAME)) as receiver:
        return await Webhooks(outside).deliver(receiver.url(), [SigningKey(KEY)], "msg_1", _now(), EVENT)


async def test_a_receiver_verifies_it(outside: Outside, certificates: Certificates) -> None:
    """What arrived is what was signed, byte by byte; with a bit changed, or another key, it is refused."""
    key = _key()
    async with receiver_that(answers(204), certificates.server(NAME)) as receiver:
        told = await Webhooks(outside).deliver(receiver.url(), [SigningKey(key)], "msg_1", _now(), EVENT)
    assert told == Delivered(204)
    (request,) = receiver.requests
    assert Webhook(key).verify(request.body, request.headers) == orjson.loads(request.body) == EVENT.payload
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "msg_1"
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(request.body.replace(b"2026-06", b"2026-07"), request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(request.body, {**request.headers, "webhook-id": "msg_2"})
    with pytest.raises(WebhookVerificationError):
        Webhook(_key()).verify(request.body, request.headers)


async def test_while_a_key_is_replaced_either_verifies(outside: Outside, certificates: Certificates) -> None:
    """A receiver with the old key and one with the new key both read the same request, until the old one ends."""
    old, new = _key(), _key()
    replaced_at = _now()
    for at, readers in ((replaced_at, [old, new]), (replaced_at + KEY_OVERLAP, [new])):
        keys = [SigningKey(new), SigningKey(old, replaced_at + KEY_OVERLAP)]
        headers = signed("{}", keys, "msg_1", at)
        assert len(headers["webhook-signature"].split(" ")) == len(readers)
    async with receiver_that(answers(200), certificates.server(NAME)) as receiver:
        keys = [SigningKey(new), SigningKey(old, replaced_at + KEY_OVERLAP)]
        assert await Webhooks(outside).deliver(receiver.url(), keys, "msg_1", replaced_at, EVENT) == Delivered(200)
    (request,) = receiver.requests
    for key in (old, new):
        assert Webhook(key).verify(request.body, request.headers) == EVENT.payload
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(request.body, {**request.headers, **signed("{}", [SigningKey(old)], "msg_1", replaced_at)})


@pytest.mark.parametrize(
    "zone", [UTC, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns"), timezone(timedelta(hours=-12))]
)
def test_a_moment_is_the_same_in_every_zone(zone: ZoneInfo) -> None:
    """Header and signature hold seconds since 1970 (UTC), rounded down."""
    at = datetime(2026, 3, 29, 1, 30, 59, 999_999, tzinfo=UTC)
    told = signed("{}", [SigningKey(KEY)], "msg_1", at.astimezone(zone))
    assert told == signed("{}", [SigningKey(KEY)], "msg_1", at)
    assert told["webhook-timestamp"] == str(int(at.timestamp()))


def test_a_signature_is_that_of_the_specification() -> None:
    """Its published example: the same id, moment and body give the same signature."""
    body = '{"test": 2432232314}'
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    told = signed(body, [SigningKey(KEY)], "msg_p5jXN8AQM9LWM0D4loKWxJek", at)
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_nothing_is_sent_unsigned() -> None:
    """No key, none that is still valid, or an id that could change what is signed."""
    at = _now()
    for keys in ([], [SigningKey(KEY, at)]):
        with pytest.raises(ValueError, match="signed"):
            signed("{}", keys, "msg_1", at)
    for message_id in ("", "a.b", "a b", "a\nb", "ü"):
        with pytest.raises(ValueError, match="id"):
            signed("{}", [SigningKey(KEY)], message_id, at)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (answers(200), Delivered(200)),
        (answers(202, body=b"thanks"), Delivered(202)),
        (answers(500), TryAgain("It answered 500.", 500)),
        (answers(503, "Retry-After: 120"), TryAgain("It answered 503.", 503, 120.0)),
        (answers(429, "Retry-After: 3600"), TryAgain("It answered 429.", 429, 3600.0)),
        (answers(404), TryAgain("It answered 404.", 404)),
        (answers(400), TryAgain("It answered 400.", 400)),
        (answers(307, "Location: https://127.0.0.1/"), TryAgain("It answered 307.", 307)),
        (answers(410), Disable("It answered that it is gone (410).", 410)),
        (sends(b""), TryAgain("It gave no answer (RemoteProtocolError).")),
    ],
)
async def test_an_answer_says_what_is_next(
    outside: Outside, certificates: Certificates, reply: Reply, outcome: Outcome
) -> None:
    """2xx is delivered, 410 is the end, and all else comes again."""
    assert await _told(outside, certificates, reply) == outcome


async def test_no_answer_comes_again(certificates: Certificates) -> None:
    """A receiver that says nothing may have it or not: the same id tells it so when it comes again."""
    client = Outside(allow_loopback=True, resolve=to_loopback, tls=certificates.trust, whole_s=SHORT_S)
    assert await _told(client, certificates, is_silent()) == TryAgain("It did not answer in time.")
    await client.close()


async def test_an_address_that_may_not_be_reached_is_disabled(certificates: Certificates) -> None:
    """By its form, or by where its name leads; neither comes again."""
    client = Outside(resolve=to_loopback, tls=certificates.trust)
    for url, reason in (
        ("https://hooks.example/secret", "It leads to an address that is not public."),
        ("http://hooks.example/secret", "An address is an https URL."),
    ):
        told = await Webhooks(client).deliver(url, [SigningKey(KEY)], "msg_1", _now(), EVENT)
        assert told == Disable(reason)
    await client.close()


def test_a_key_is_long_and_its_hint_is_short() -> None:
    """32 random bytes as the specification writes them; of its 43 characters the hint shows four."""
    keys = {_key() for _ in range(100)}
    assert len(keys) == 100
    for key in keys:
        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", key)
        assert hint(key) == key[:10]
