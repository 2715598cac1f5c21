"""Somebody who wants to be told of their week, and browsers that subscribed for them. Checks nothing."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import http_ece
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.domain.affect import Weekday
from app.domain.notifications import DEFAULTS, Platform
from app.domain.periods import Period, PeriodKind, ends_at, previous, week_of
from app.jobs import Claimed, JobKind, Kept, Later, PersonAt, Skipped, push
from app.pipeline import notify
from app.storage.notify import devices, preferences
from app.storage.notify.devices import NewDevice
from app.wiring import Spectrum
from tests.client import LIGHT, session
from tests.gateways.receiver import Receiver, Reply, receiver_that
from tests.life import at, take, who, work_off

ZONE = "Europe/Berlin"
BEFORE = timedelta(minutes=5)
"""The chosen time is so long ago."""


@dataclass
class Device:
    """A browser that subscribed; `reply` is what its push service says."""

    key: ec.EllipticCurvePrivateKey
    receiver: Receiver

    def read(self) -> list[tuple[Any, str]]:
        """What arrived, decrypted, and under which topic."""
        return [
            (
                orjson.loads(http_ece.decrypt(each.body, private_key=self.key, auth_secret=b"s" * 16)),
                each.headers["topic"],
            )
            for each in self.receiver.requests
        ]


@dataclass
class Reader:
    """Somebody whose last week has words, who wants to be told at a time that was five minutes ago."""

    spectrum: Spectrum
    owner: Any
    at: PersonAt
    week: Period
    told_at: datetime

    @property
    def job(self) -> Any:
        """The job that tells them."""
        return push(PeriodKind.WEEK, self.at, self.week.first)

    async def choose(self, **more: Any) -> None:
        """Choose how to be told."""
        local = self.told_at.astimezone(ZoneInfo(ZONE))
        usual = replace(
            DEFAULTS, day=tuple(Weekday)[local.weekday()], at=local.time().replace(microsecond=0), quiet=None
        )
        async with self.spectrum.ports.store.for_person(self.at.id) as tx:
            await preferences.keep(tx, self.at.id, replace(usual, **more))

    async def run(self) -> Any:
        """Let the job run by itself, without the ledger."""
        claimed = Claimed(uuid4(), 0, JobKind.PUSH, self.at, self.job.scope, 1, 5, 0, False, None, 0.0)
        result = await notify.prepare(claimed, self.spectrum.ports)
        if not isinstance(result, Skipped | Later):
            async with self.spectrum.ports.store.for_person(self.at.id) as tx:
                assert await notify.keep(tx, result) == Kept()
        return result

    async def row(self) -> dict[str, Any]:
        """What is kept of it."""
        found = await self.owner.fetchrow("SELECT * FROM push WHERE person_id = $1", self.at.id)
        return dict(found or {})


async def reader_of(spectrum: Spectrum, owner: Any, person: str, told_at: datetime) -> Reader:
    """Somebody who wants to be told at that time; the week before it has words since an hour after its end."""
    week = previous(PeriodKind.WEEK, week_of(told_at.astimezone(ZoneInfo(ZONE)).date()))
    noon = datetime.combine(week.first, time(12), ZoneInfo(ZONE))
    await take(spectrum, *(session(person, noon + timedelta(days=n // 2, hours=n % 2), LIGHT) for n in range(12)))
    await work_off(spectrum, owner)
    found = Reader(spectrum, owner, await at(owner, who(spectrum, person)), week, told_at)
    await owner.execute(
        "UPDATE period_aggregate SET settled_at = $2::timestamptz + interval '1 hour', closed_at = $2,"
        " backfilled = false WHERE person_id = $1",
        *(found.at.id, ends_at(week, ZONE)),
    )
    await found.choose()
    return found


Subscribe = Callable[[Reader, Reply], Awaitable[Device]]
"""A way to let somebody subscribe."""


@asynccontextmanager
async def subscribed(reader: Reader, reply: Reply) -> AsyncIterator[Device]:
    """Let somebody subscribe on a device whose push service answers so, for as long as the block."""
    async with receiver_that(reply, None) as receiver:
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        p256dh, auth = (base64.urlsafe_b64encode(each).decode().rstrip("=") for each in (point, b"s" * 16))
        new = NewDevice(Platform.WEB, f"http://127.0.0.1:{receiver.port}/push", p256dh, auth, "1.0", "en", ZONE)
        async with reader.spectrum.ports.store.for_everyone() as tx:
            await devices.keep(tx, reader.at.id, new)
        yield Device(key, receiver)
