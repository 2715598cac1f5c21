"""Tells a browser's push service that there is something to read: one encrypted message, and what became of it.

Web Push (RFC 8030), encrypted for the browser (RFC 8291), under the installation's own key (VAPID, RFC 8292). A message
is a type and a path, all of one length; neither the push service nor a lock screen learns more. Never logs.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

import http_ece
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException

from app.domain.notifications import Told
from app.domain.outside import place_of
from app.errors import ConfigurationError
from app.gateways.outside import AddressRefused, Outside, TooSlow, Unreachable

VAPID = "web push"
"""The purpose of the secret that the installation's key comes from: another one makes every subscription useless."""
TOKEN_LIVES = timedelta(hours=12)
"""RFC 8292 allows a day."""
LONGEST_TTL = timedelta(days=1)
MESSAGE_BYTES = 256
"""Every message is filled up to this, so that its length tells nothing; services take 4,096."""
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5; SP 800-186, 3.2.1.3)."""
_POINT_BYTES, _SECRET_BYTES, _TOPIC_CHARACTERS = 65, 16, 32
_PATH = re.compile(r"/[A-Za-z0-9/_.-]{0,120}", re.ASCII)
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_NOT_NOW = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT})
"""401 and 403: it does not take our key or contact, which is for us to mend, and nothing that a device did."""


class Urgency(StrEnum):
    """How much a message is worth the device's battery (RFC 8030, 5.3)."""

    LOW = "low"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, repr=False)
class Subscription:
    """Where a browser is reached: the push service's URL, and the browser's keys (RFC 8291) in base64url."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is told. `path` opens the page, without a query. ValueError when it is no path.

    A message with the same `topic` takes the place of one that was not delivered yet; after `ttl` the push service
    forgets it.
    """

    told: Told
    path: str
    topic: str
    ttl: timedelta
    urgency: Urgency = Urgency.NORMAL

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise ValueError("a path is of letters, digits and /_.-")
        if not timedelta(0) <= self.ttl <= LONGEST_TTL:
            raise ValueError("a message lives for a day at most")

    @property
    def payload(self) -> bytes:
        """JSON, filled up with the white space that JSON allows."""
        return orjson.dumps({"type": self.told, "path": self.path}).ljust(MESSAGE_BYTES)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The push service has it; whether the browser ever does is not known here."""


@dataclass(frozen=True, slots=True)
class Gone:
    """This device is reached no more: the service said so, or its address or keys cannot be used. `why` fits a log."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The service does not take it from us (too large, badly formed, not our key): the same again is no use."""

    status: int


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too much at once (429): again after so many seconds, None when it does not say."""

    retry_after_s: float | None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """No answer, or a failure of the service (5xx)."""

    why: str
    retry_after_s: float | None = None


Outcome = Accepted | Gone | Refused | Throttled | TryAgain


class WebPush(Protocol):
    """The port: sends one message to one browser."""

    async def send(self, to: Subscription, message: Message, at: datetime) -> Outcome: ...


def vapid_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The P-256 key that 32 secret bytes stand for, always the same one.

    48 bytes are expanded from them (HKDF, RFC 5869) and reduced modulo the order less one: FIPS 186-5, A.2.1. Browsers
    are subscribed under its public half, so another key makes every address of today useless.
    """
    assert len(seed) == 32, "a seed has 32 bytes"
    expanded = HKDFExpand(SHA256(), length=48, info=b"spectrum vapid p-256").derive(seed)
    return ec.derive_private_key(int.from_bytes(expanded, "big") % (_ORDER - 1) + 1, _CURVE)


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half as `pushManager.subscribe` wants its `applicationServerKey`: 65 bytes in base64url."""
    return _base64url(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def topic_of(keyed: Callable[[str], bytes], person_id: UUID, period: str) -> str:
    """A message's topic: one for a person and a period, by a keyed hash of 32 bytes that leads back to neither."""
    return _base64url(keyed(f"{person_id}|{period}"))[:_TOPIC_CHARACTERS]


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether these are a browser's keys: a point of P-256, and 16 bytes."""
    try:
        _keys_of(p256dh, auth)
    except ValueError:
        return False
    return True


class WebPushSender:
    """Sends through a guarded client; `contact` is where a push service can complain (RFC 8292, 2.1)."""

    def __init__(self, outside: Outside, key: ec.EllipticCurvePrivateKey, contact: str) -> None:
        """ConfigurationError when `contact` is no mailto: or https: address."""
        self._outside = outside
        self._vapid = Vapid02(key)
        self._contact = contact
        try:
            self._vapid.sign({"aud": "https://push.example", "sub": contact})
        except VapidException:
            raise ConfigurationError("The contact for push services must be mailto:… or https://….") from None

    async def send(self, to: Subscription, message: Message, at: datetime) -> Outcome:
        """Send once; `at` (aware) is now."""
        try:
            receiver, secret = _keys_of(to.p256dh, to.auth)
            origin = place_of(to.endpoint, allow_loopback=True).origin  # the client decides what may be connected to
        except ValueError:
            return Gone("Its address or keys are none.")
        body = http_ece.encrypt(
            message.payload, private_key=ec.generate_private_key(_CURVE), dh=receiver, auth_secret=secret
        )
        headers = {
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(int(message.ttl.total_seconds())),
            "urgency": message.urgency,
            "topic": message.topic,
            "authorization": self._authorization(origin, at),
        }
        try:
            answer = await self._outside.post(to.endpoint, headers, body)
        except AddressRefused as refused:
            return Gone(str(refused))
        except (Unreachable, TooSlow) as failed:
            return TryAgain(str(failed))
        return _outcome(answer.status, answer.retry_after_s)

    def _authorization(self, origin: str, at: datetime) -> str:
        expires_at = int((at + TOKEN_LIVES).timestamp())
        signed: dict[str, str] = self._vapid.sign({"aud": origin, "sub": self._contact, "exp": expires_at})
        return signed["Authorization"]


def _outcome(status: int, retry_after_s: float | None) -> Outcome:
    if 200 <= status < 300:
        return Accepted()
    if status in _GONE:
        return Gone(f"It answered {status}.")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(retry_after_s)
    if status >= 500 or status in _NOT_NOW:
        return TryAgain(f"It answered {status}.", retry_after_s)
    return Refused(status)


def _keys_of(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """The browser's point (65 bytes) and secret (16 bytes). ValueError when they are none."""
    point, secret = _bytes_of(p256dh), _bytes_of(auth)
    if len(point) != _POINT_BYTES or len(secret) != _SECRET_BYTES:
        raise ValueError("a point has 65 bytes, a secret 16")
    ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    return point, secret


def _bytes_of(text: str) -> bytes:
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("no base64url") from None


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
