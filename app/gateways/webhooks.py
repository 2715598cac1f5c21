"""Tells another system that something happened: one signed request (Standard Webhooks), and what became of it.

Keeps nothing, retries nothing, and never logs. Which endpoints there are and when to try again is decided elsewhere.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from standardwebhooks import Webhook

from app.domain.webhooks import Event, SigningKey
from app.gateways.outside import AddressRefused, Outside, TooSlow, Unreachable

KEY_BYTES = 32
"""The specification asks for 24 to 64."""
_PREFIX = "whsec_"
_SHOWN = 4
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it (2xx)."""

    status: int


@dataclass(frozen=True, slots=True)
class TryAgain:
    """It does not have it yet: the status that it answered, None when it gave none; `why` is fit for a log.

    That is every status but 2xx and 410, redirects and other 4xx too, as the specification asks: a receiver that is
    deployed wrongly is mended within the days of the schedule.
    """

    why: str
    status: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Disable:
    """Never again: the receiver is gone (410), or its address may not be connected to (no status)."""

    reason: str
    status: int | None = None


Outcome = Delivered | TryAgain | Disable


def key_of(secret: bytes) -> str:
    """A signing key of 32 secret bytes, as its receiver is given it."""
    assert len(secret) == KEY_BYTES, "a key has 32 bytes"
    return _PREFIX + base64.b64encode(secret).decode()


def hint(key: str) -> str:
    """The key's first characters, by which people tell one from another: 24 of its 256 bits."""
    return key[: len(_PREFIX) + _SHOWN]


def signed(body: str, keys: Sequence[SigningKey], message_id: str, at: datetime) -> dict[str, str]:
    """The headers of a message that is sent `at` (aware), with a signature by each key that is valid then.

    ValueError when none is, or the id is none.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("an id of a message is letters, digits, - and _")
    valid = [key for key in keys if key.is_valid(at)]
    if not valid:
        raise ValueError("a message is signed")
    moment = at.astimezone(UTC).replace(microsecond=0)  # the library reads the clock of whatever zone it is in as UTC
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(key.value).sign(message_id, moment, body) for key in valid),
    }


class Webhooks:
    """Sends webhooks through a guarded client."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def deliver(
        self, url: str, keys: Sequence[SigningKey], message_id: str, at: datetime, event: Event
    ) -> Outcome:
        """Send `event` once; `message_id` is the same in each attempt, `at` is the attempt's own moment."""
        body = orjson.dumps(event.payload)
        headers = {"content-type": "application/json", **signed(body.decode(), keys, message_id, at)}
        try:
            answer = await self._outside.post(url, headers, body)
        except AddressRefused as refused:
            return Disable(str(refused))
        except (Unreachable, TooSlow) as failed:
            return TryAgain(str(failed))
        if 200 <= answer.status < 300:
            return Delivered(answer.status)
        if answer.status == HTTPStatus.GONE:
            return Disable("It answered that it is gone (410).", answer.status)
        return TryAgain(f"It answered {answer.status}.", answer.status, answer.retry_after_s)
