"""Tells a person that a week or month is there to read: once, in their own morning, without a word of what is in it.

That it is told is kept before anything is sent. Whoever dies in between sends it again: the message's topic lets the
push service put the second in place of the first, and the notification's tag does the same on the device.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.notifications import LATEST, Preferences, lives_for, tell_at, tell_late, told_as
from app.domain.periods import PeriodKind, format_period, period_of
from app.gateways.web_push import (
    Accepted,
    Gone,
    Message,
    Outcome,
    Refused,
    Subscription,
    Throttled,
    TryAgain,
    WebPush,
    topic_of,
)
from app.jobs import Claimed, Kept, Later, Skipped
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.notify import preferences, pushes
from app.storage.notify.pushes import Address, Occasion, PushKey, Sent
from app.storage.people import Head
from app.storage.store import Tx
from app.telemetry import logger

log = logger("notify")

LEAST_WAIT_S, MOST_WAIT_S = 30.0, 3_600.0
"""Between two attempts; the longer it is due, the longer."""


@dataclass(frozen=True, slots=True)
class Notified:
    """A message that is done with: every device was reached, is gone, or was given up."""

    key: PushKey


@dataclass(frozen=True, slots=True)
class _Read:
    head: Head
    occasion: Occasion
    chosen: Preferences
    addresses: list[Address]

    @property
    def may_be_told(self) -> bool:
        """Whether there is still something to read, for somebody who may read it, and a device to say so."""
        return self.occasion.is_there and self.head.plan != "FREE" and bool(self.addresses)


async def prepare(job: Claimed, ports: Ports) -> Notified | Skipped | Later:
    """Read · decide when · keep · send."""
    assert job.person is not None, "somebody is told"
    key = PushKey(job.person.id, PeriodKind(job.scope["period"]), job.first_day)
    read = await _read(ports, key)
    due_at = None if read is None or not read.may_be_told else _due_at(key, read)
    if read is None or due_at is None:
        return Skipped("They are not told of this, or not any more.")
    now, quiet = read.head.now, read.chosen.quiet
    at = tell_late(now, due_at, quiet, read.head.zone)
    if at is None:
        return await _gave_up(ports, key, read.addresses)
    if at > now:
        return Later((at - now).total_seconds(), "It is told later.")
    held = quiet is not None and read.chosen.at in quiet
    async with ports.store.for_person(key.person_id) as tx:
        await people.keep_epoch(tx, job.person)
        answered = await pushes.keep(tx, key, due_at=due_at, held=held)
    if answered is None:
        return Skipped("They were told.")
    return await _send(ports, key, read, [each for each in read.addresses if each.id not in answered], due_at)


async def _read(ports: Ports, key: PushKey) -> _Read | None:
    async with ports.store.for_person(key.person_id) as tx:
        head = await people.find_head(tx, key.person_id)
        occasion = await pushes.find_occasion(tx, key)
        if head is None or occasion is None:
            return None
        chosen = await preferences.find(tx, key.person_id)
        return _Read(head, occasion, chosen, await pushes.list_addresses(tx, key.person_id))


def _due_at(key: PushKey, read: _Read) -> datetime | None:
    return tell_at(
        read.occasion.written_at,
        key.kind,
        period_of(key.kind, key.first_day),
        read.chosen,
        read.head.zone,
        unopened_in_a_row=read.occasion.unopened,
        is_backfill=read.occasion.is_backfill,
    )


async def _send(
    ports: Ports, key: PushKey, read: _Read, addresses: list[Address], due_at: datetime
) -> Notified | Later:
    """Send to those that have not answered for good yet, and keep what they answer."""
    now, message = read.head.now, _message(ports, key, read)
    sender = await ports.web_push()
    outcomes = await asyncio.gather(*(_sent_to(sender, to, message, now) for to in addresses))
    settled = {to.id: each for to, each in zip(addresses, outcomes, strict=True) if _is_final(each)}
    async with ports.store.for_person(key.person_id) as tx:
        await pushes.keep_unreachable(tx, key.person_id, [id_ for id_, each in settled.items() if _is_gone(each)])
        await pushes.keep_answered(tx, key, list(settled), _sent(list(settled.values())))
    waits = [each.retry_after_s or 0.0 for each in outcomes if isinstance(each, Throttled | TryAgain)]
    if not waits:
        return Notified(key)
    late_s = (now - due_at).total_seconds()
    return Later(max(min(max(late_s / 2, LEAST_WAIT_S), MOST_WAIT_S), *waits), "A push service did not take it yet.")


async def _sent_to(sender: WebPush, to: Address, message: Message, now: datetime) -> Outcome:
    """What came of one device; a surprise is that device's alone."""
    try:
        return await sender.send(Subscription(to.endpoint, to.p256dh, to.auth), message, now)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other devices are told
        log.error("push_failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may hold the address
        return TryAgain("It failed here.")


def _message(ports: Ports, key: PushKey, read: _Read) -> Message:
    period = format_period(key.kind, period_of(key.kind, key.first_day))
    return Message(
        told=told_as(key.kind, read.chosen.lock_screen),
        path=f"/app/insights/{period}" if key.kind is PeriodKind.WEEK else f"/app/month/{period}",
        topic=topic_of(ports.keyring.identity.keyed("push topic"), key.person_id, period),
        ttl=lives_for(read.head.now, read.chosen.quiet, read.head.zone),
    )


def _is_final(outcome: Outcome) -> bool:
    return isinstance(outcome, Accepted | Gone | Refused)


def _is_gone(outcome: Outcome) -> bool:
    return isinstance(outcome, Gone)


def _sent(settled: list[Outcome]) -> Sent:
    accepted, gone = (sum(isinstance(each, kind) for each in settled) for kind in (Accepted, Gone))
    return Sent(len(settled), accepted, gone, len(settled) - accepted - gone)


async def _gave_up(ports: Ports, key: PushKey, addresses: list[Address]) -> Notified | Skipped:
    """Two days on it is no news any more: what was begun ends, with those devices as failed that never answered."""
    async with ports.store.for_person(key.person_id) as tx:
        answered = await pushes.find_answered(tx, key)
        if answered is None:
            return Skipped(f"It could not be told within {LATEST.total_seconds() / 3600:.0f} hours.")
        left: list[UUID] = [each.id for each in addresses if each.id not in answered]
        await pushes.keep_answered(tx, key, left, Sent(len(left), 0, 0, len(left)))
    return Notified(key)


async def keep(tx: Tx, result: Notified) -> Kept:
    """Say that it is done."""
    await pushes.keep_done(tx, result.key)
    return Kept()
