"""Says which other systems are told, and of what, and hands out the keys that sign it. Sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from app.domain.outside import place_of, problems_of_url
from app.domain.webhooks import WebhookEvent
from app.errors import ErrorCode, Problem, Refused
from app.jobs import Job, Kept, webhook
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.pipeline.signing import signing_key
from app.storage import audit
from app.storage.notify import webhooks
from app.storage.notify.webhooks import Webhook
from app.storage.store import Tx

MOST_WEBHOOKS = 20
MOST_WAITING = 10_000
"""Deliveries that are handed over when a webhook is turned on again: the newest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A webhook as somebody of the team wants it; `id` None: a new one."""

    id: UUID | None
    url: str = field(repr=False)
    events: Sequence[WebhookEvent]
    enabled: bool
    rotate: bool


async def keep_webhook(ports: Ports, wanted: Wanted, *, actor: str) -> tuple[Webhook, str | None]:
    """Create or change a webhook: as it stands now, and its key where that is a new one, which is told this once.

    Refused when the address may not be told, there is nothing to tell, or no such webhook. Kept in the audit log.
    """
    faults = problems_of_url(wanted.url, "input", "url", allow_loopback=ports.rules.tells_loopback)
    if not wanted.events:
        faults.append(Problem(ErrorCode.REQUIRED, "Name an event to tell.", ("input", "events")))
    if faults:
        raise Refused(*faults)
    ids: list[UUID] = []

    async def keep(tx: Tx) -> Kept:
        ids.append(await _kept(tx, wanted))
        action = "create webhook" if wanted.id is None else "change webhook"
        told = f"{place_of(wanted.url, allow_loopback=True).origin}: {', '.join(sorted({*wanted.events}))}"
        await audit.keep_audit(tx, action, ids[-1:], actor=actor, reason=told)
        return Kept(await _waiting(tx, ids[-1]) if wanted.enabled else ())

    await commit(ports, keep, person=None)
    async with ports.store.for_everyone() as tx:
        found = await webhooks.find(tx, ids[-1])
    assert found is not None, "webhooks are turned off, never deleted"
    is_new_key = wanted.id is None or wanted.rotate
    return found, signing_key(ports.keyring.identity, found.id, found.generation) if is_new_key else None


async def _kept(tx: Tx, wanted: Wanted) -> UUID:
    events = sorted({*wanted.events})
    if wanted.id is None:
        if len(await webhooks.list_all(tx)) >= MOST_WEBHOOKS:
            raise Refused(Problem(ErrorCode.TOO_MANY, f"There are {MOST_WEBHOOKS} webhooks: change one.", ("input",)))
        return await webhooks.keep_new(tx, wanted.url, events, enabled=wanted.enabled)
    if not await webhooks.keep(tx, wanted.id, wanted.url, events, enabled=wanted.enabled, rotated=wanted.rotate):
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such webhook.", ("input", "id")))
    return wanted.id


async def _waiting(tx: Tx, webhook_id: UUID) -> tuple[Job, ...]:
    """What came while a webhook was off is handed over; where it was not off, whichever job comes first does it."""
    waiting = await webhooks.list_waiting(tx, webhook_id, limit=MOST_WAITING)
    return tuple([webhook(each.id, attempt=each.attempt + 1, asked=uuid4()) for each in waiting])


async def redeliver(ports: Ports, delivery_id: UUID, *, actor: str) -> UUID:
    """Hand a delivery over once more, now; its webhook's id. Refused when there is none, or its webhook is off."""
    asked: list[UUID] = []

    async def keep(tx: Tx) -> Kept:
        delivery = await webhooks.find_delivery(tx, delivery_id)
        to = None if delivery is None else await webhooks.find(tx, delivery.webhook_id)
        if delivery is None or to is None:
            raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such delivery.", ("input", "deliveryId")))
        if not to.enabled:
            raise Refused(Problem(ErrorCode.CONFLICT, "Its webhook is off: turn it on first.", ("input", "deliveryId")))
        await webhooks.keep_wanted_again(tx, delivery.id)
        await audit.keep_audit(tx, "redeliver", [delivery.id], actor=actor, reason=delivery.event)
        asked.append(to.id)
        return Kept((webhook(delivery.id, attempt=delivery.attempt + 1, asked=uuid4()),))

    await commit(ports, keep, person=None)
    return asked[-1]
