"""Web Push as a browser and its push service get it: decrypted and verified by other code than what made it."""

import base64
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import http_ece
import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.domain.notifications import Told
from app.errors import ConfigurationError
from app.gateways.outside import Outside
from app.gateways.web_push import (
    MESSAGE_BYTES,
    Accepted,
    Gone,
    Message,
    Outcome,
    Refused,
    Subscription,
    Throttled,
    TryAgain,
    Urgency,
    WebPush,
    WebPushSender,
    are_keys,
    public_key,
    topic_of,
    vapid_key,
)
from app.storage.sealed import Identity
from tests.gateways.receiver import NAME, Certificates, Reply, answers, is_silent, receiver_that, sends, to_loopback

SEED = bytes(range(32))
KNOWN = "BD85IfJxjr-scuwRQcBO5VqwDU_Ks_PVggkUJbxXDkTN9zs52bhpi0xsguxxQDr1SIFH88UQhednjbNoC5UySuI"
"""Its public half."""
ORDER = 2**256 - 2**224 + 2**192 - 89188191075325690597107910205041859247
"""Of P-256's base point, as SP 800-186 writes it in another way."""
CONTACT = "mailto:push@example.com"
PERSON = UUID("0192f0c1-0000-8000-8000-000000000001")
MESSAGE = Message(Told.WEEK_READY, "/app/week/2026-W27", "a" * 32, timedelta(hours=12))
SHORT_S = 0.3


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass(frozen=True)
class Browser:
    """A browser's half of a subscription."""

    key: ec.EllipticCurvePrivateKey
    secret: bytes

    @classmethod
    def new(cls) -> "Browser":
        return cls(ec.generate_private_key(ec.SECP256R1()), os.urandom(16))

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def at(self, endpoint: str) -> Subscription:
        return Subscription(endpoint, _base64url(self.point), _base64url(self.secret))

    def read(self, body: bytes) -> bytes:
        """Decrypt it as RFC 8291 says."""
        plain: bytes = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return plain


@pytest.fixture
def sender(outside: Outside) -> WebPush:
    """Give a sender under a key of its own."""
    return WebPushSender(outside, vapid_key(SEED), CONTACT)


async def test_a_browser_reads_it_and_nobody_else(sender: WebPush, certificates: Certificates) -> None:
    """The body is a type and a path; another browser, or another secret, opens nothing."""
    browser = Browser.new()
    async with receiver_that(answers(201), certificates.server(NAME)) as receiver:
        for _ in range(2):
            assert await sender.send(browser.at(receiver.url("/push/1")), MESSAGE, datetime.now(UTC)) == Accepted()
    first, second = receiver.requests
    assert orjson.loads(browser.read(first.body)) == {"type": "WEEK_READY", "path": "/app/week/2026-W27"}
    assert first.body != second.body, "a key and salt for each"
    assert b"WEEK" not in first.body
    for other in (Browser.new(), Browser(browser.key, os.urandom(16))):
        with pytest.raises(http_ece.ECEException):
            other.read(first.body)


async def test_a_push_service_is_told_how_to_hold_it(sender: WebPush, certificates: Certificates) -> None:
    """TTL, Urgency and Topic (RFC 8030), the encoding (RFC 8188), and nothing about the person or the period."""
    async with receiver_that(answers(201), certificates.server(NAME)) as receiver:
        await sender.send(Browser.new().at(receiver.url()), MESSAGE, datetime.now(UTC))
    (request,) = receiver.requests
    told = {name: value for name, value in request.headers.items() if name != "authorization"}
    assert told == {
        "host": f"{NAME}:{receiver.port}",
        "user-agent": "kalei-spectrum",
        "accept": "*/*",
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "content-length": str(len(request.body)),
        "ttl": "43200",
        "urgency": "normal",
        "topic": "a" * 32,
    }


async def test_a_push_service_knows_who_sends(sender: WebPush, certificates: Certificates) -> None:
    """A token for this service alone, that ends within a day, signed by the key that browsers subscribe under."""
    at = datetime.now(UTC)
    async with receiver_that(answers(201), certificates.server(NAME)) as receiver:
        await sender.send(Browser.new().at(receiver.url("/push/1?a=b")), MESSAGE, at)
    scheme, _, fields = receiver.requests[0].headers["authorization"].partition(" ")
    given = dict(each.strip().split("=", 1) for each in fields.split(","))
    assert (scheme, sorted(given)) == ("vapid", ["k", "t"])
    assert given["k"] == public_key(vapid_key(SEED))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.urlsafe_b64decode(given["k"] + "="))
    audience = f"https://{NAME}:{receiver.port}"
    claims = jwt.decode(given["t"], key, algorithms=["ES256"], audience=audience)
    assert claims == {"aud": audience, "sub": CONTACT, "exp": int((at + timedelta(hours=12)).timestamp())}
    other = vapid_key(bytes(32)).public_key()
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(given["t"], other, algorithms=["ES256"], audience=audience)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        *((answers(status), Accepted()) for status in (200, 201, 202, 204)),
        (answers(404), Gone("It answered 404.")),
        (answers(410), Gone("It answered 410.")),
        *((answers(status), Refused(status)) for status in (400, 413, 307)),
        (answers(429, "Retry-After: 60"), Throttled(60.0)),
        (answers(429), Throttled(None)),
        (answers(500), TryAgain("It answered 500.")),
        (answers(503, "Retry-After: 5"), TryAgain("It answered 503.", 5.0)),
        (sends(b""), TryAgain("It gave no answer (RemoteProtocolError).")),
    ],
)
async def test_an_answer_says_what_is_next(
    sender: WebPush, certificates: Certificates, reply: Reply, outcome: Outcome
) -> None:
    """Accepted, gone for good, a fault of ours, throttled, or again."""
    async with receiver_that(reply, certificates.server(NAME)) as receiver:
        assert await sender.send(Browser.new().at(receiver.url()), MESSAGE, datetime.now(UTC)) == outcome


async def test_no_answer_comes_again(certificates: Certificates) -> None:
    """Its topic lets the service replace what it may have got."""
    client = Outside(allow_loopback=True, resolve=to_loopback, tls=certificates.trust, whole_s=SHORT_S)
    async with receiver_that(is_silent(), certificates.server(NAME)) as receiver:
        sender = WebPushSender(client, vapid_key(SEED), CONTACT)
        told = await sender.send(Browser.new().at(receiver.url()), MESSAGE, datetime.now(UTC))
    await client.close()
    assert told == TryAgain("It did not answer in time.")


async def test_an_address_from_a_browser_is_not_believed(certificates: Certificates) -> None:
    """Anybody may register any address: one that leads inside is gone, and is not connected to."""
    browser = Browser.new()
    client = Outside(resolve=to_loopback, tls=certificates.trust)
    sender = WebPushSender(client, vapid_key(SEED), CONTACT)
    async with receiver_that(answers(201), certificates.server(NAME)) as receiver:
        for url in (
            receiver.url(),
            f"https://127.0.0.1:{receiver.port}/",
            f"http://localhost:{receiver.port}/",
            "https://[::1]/",
            "",
        ):
            told = await sender.send(browser.at(url), MESSAGE, datetime.now(UTC))
            assert isinstance(told, Gone), url
    await client.close()
    assert receiver.connections == 0


def _no_keys() -> Iterator[tuple[str, str]]:
    browser = Browser.new()
    point, secret = _base64url(browser.point), _base64url(browser.secret)
    off_the_curve = _base64url(b"\x04" + b"\x01" * 64)
    compressed = _base64url(browser.key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
    yield from (
        (each, secret) for each in ("", "a", "===", "ü", off_the_curve, compressed, _base64url(bytes(65)), secret)
    )
    yield from ((point, each) for each in ("", "a", _base64url(bytes(15)), _base64url(bytes(17)), point, "a b"))


async def test_keys_that_are_none_are_gone(sender: WebPush) -> None:
    """They were taken from whoever registered them: a message cannot be made, and nothing fails."""
    for p256dh, auth in _no_keys():
        assert not are_keys(p256dh, auth), (p256dh, auth)
        told = await sender.send(Subscription(f"https://{NAME}/", p256dh, auth), MESSAGE, datetime.now(UTC))
        assert told == Gone("Its address or keys are none.")
    browser = Browser.new().at("")
    assert are_keys(browser.p256dh, browser.auth)
    assert are_keys(browser.p256dh + "=", browser.auth + "==")


async def test_every_message_has_one_length(sender: WebPush, certificates: Certificates) -> None:
    """Whoever sees only sizes cannot tell a week from a month, or a discreet lock screen from another."""
    messages = [Message(told, path, "t", timedelta(0)) for told in Told for path in ("/", "/app/" + "x" * 115)]
    async with receiver_that(answers(201), certificates.server(NAME)) as receiver:
        for message in messages:
            await sender.send(Browser.new().at(receiver.url()), message, datetime.now(UTC))
    assert {len(request.body) for request in receiver.requests} == {MESSAGE_BYTES + 16 + 86 + 1}
    assert len(receiver.requests) == len(messages)


@pytest.mark.parametrize(
    "path", ["", "app", "/app?text=sad", "/a b", "/a#b", "https://a.example/", "/ü", "/" + "a" * 121]
)
def test_a_message_holds_a_path_and_no_words(path: str) -> None:
    """No query, no other site, nothing that reads as a sentence."""
    with pytest.raises(ValueError, match="path"):
        Message(Told.WEEK_READY, path, "t", timedelta(0))


@pytest.mark.parametrize("ttl", [timedelta(seconds=-1), timedelta(days=1, seconds=1)])
def test_a_message_lives_for_a_day_at_most(ttl: timedelta) -> None:
    """What is told on Monday is no news on Wednesday."""
    with pytest.raises(ValueError, match="day"):
        Message(Told.WEEK_READY, "/", "t", ttl, Urgency.LOW)


def test_a_seed_is_one_key() -> None:
    """The same seed gives the same key in every build: another one would make all subscriptions useless."""
    assert public_key(vapid_key(SEED)) == public_key(vapid_key(SEED)) == KNOWN
    assert len(base64.urlsafe_b64decode(KNOWN + "=")) == 65
    seeds = [SEED, bytes(32), b"\xff" * 32, *(os.urandom(32) for _ in range(20))]
    assert len({public_key(vapid_key(seed)) for seed in seeds}) == len(seeds)
    with pytest.raises(AssertionError):
        vapid_key(bytes(31))
    first = hmac.digest(SEED, b"spectrum vapid p-256\x01", "sha256")
    second = hmac.digest(SEED, first + b"spectrum vapid p-256\x02", "sha256")
    number = int.from_bytes((first + second)[:48], "big") % (ORDER - 1) + 1
    assert vapid_key(SEED).private_numbers().private_value == number
    identity = Identity(SEED)
    assert public_key(vapid_key(identity.key_for("web push"))) != public_key(vapid_key(identity.key_for("etag")))


def test_a_topic_stands_for_a_person_and_a_period() -> None:
    """32 characters of base64url (RFC 8030, 5.4), the same for a retry, another for anything else, and under a key."""
    keyed = Identity(SEED).keyed("push topic")
    topic = topic_of(keyed, PERSON, "2026-W27")
    assert topic == topic_of(keyed, PERSON, "2026-W27")
    assert len(topic) == 32
    assert set(topic) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    others = [(keyed, UUID(int=1), "2026-W27"), (keyed, PERSON, "2026-W28"), (keyed, PERSON, "2026-06")]
    others += [(Identity(bytes(32)).keyed("push topic"), PERSON, "2026-W27")]
    assert topic not in {topic_of(*each) for each in others}


@pytest.mark.parametrize("contact", ["", "push@example.com", "mailto:", "http://example.com"])
def test_a_contact_is_one(outside: Outside, contact: str) -> None:
    """Push services refuse a token without: it is said at the start, not with the first message."""
    with pytest.raises(ConfigurationError, match="contact"):
        WebPushSender(outside, vapid_key(SEED), contact)
