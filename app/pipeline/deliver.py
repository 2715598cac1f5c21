"""Hands an event over to another system, again and again over days until it is taken. One job is one attempt.

A worker that dies after sending sends the same message again, under the same id: receivers tell by it.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.webhooks import Event, WebhookEvent, wait_before
from app.gateways.webhooks import Delivered, Disable, Outcome
from app.jobs import Claimed, Kept, Later, Skipped, webhook
from app.pipeline.ports import Ports
from app.pipeline.signing import signing_keys
from app.storage.notify import webhooks
from app.storage.notify.webhooks import Delivery
from app.storage.store import Tx

AWAY_S = 30.0
"""A webhook that did not take something is left alone for so long, however many events wait for it."""


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt at a delivery, made at `at`, and what came of it."""

    delivery: Delivery
    outcome: Outcome
    at: datetime


async def prepare(job: Claimed, ports: Ports) -> Attempted | Skipped | Later:
    """Read · sign · send."""
    async with ports.store.for_everyone() as tx:
        delivery = await webhooks.find_delivery(tx, UUID(job.scope["delivery_id"]))
        to = None if delivery is None else await webhooks.find(tx, delivery.webhook_id)
        now: datetime = await tx.fetchval("SELECT now()")
    if delivery is None or delivery.delivered_at is not None:
        return Skipped("There is nothing to hand over any more.")
    if delivery.attempt + 1 != int(job.scope["attempt"]):
        return Skipped("This attempt was made.")
    if to is None or not to.enabled:
        return Skipped("The webhook is off.")
    if delivery.attempt == 0 and to.away_until is not None and to.away_until > now:
        wait_s = (to.away_until - now).total_seconds() + AWAY_S * random.random()  # noqa: S311 - no secret
        return Later(wait_s, "The webhook takes nothing just now.")
    event = Event(WebhookEvent(delivery.event), delivery.happened_at, delivery.data)
    sender = await ports.webhooks()
    keys = signing_keys(ports.keyring.identity, to)
    return Attempted(delivery, await sender.deliver(to.url, keys, str(delivery.id), now, event), now)


async def keep(tx: Tx, result: Attempted) -> Kept:
    """Count the attempt, and ask for the next one; an endpoint that is gone is told nothing any more."""
    delivery, outcome = result.delivery, result.outcome
    made = delivery.attempt + 1
    if isinstance(outcome, Delivered | Disable):
        await webhooks.keep_attempt(
            tx, delivery.id, made, http_status=outcome.status, delivered=isinstance(outcome, Delivered), next_at=None
        )
        await webhooks.keep_away(tx, delivery.webhook_id, None)
        if isinstance(outcome, Disable):
            await webhooks.keep_disabled(tx, delivery.webhook_id, outcome.reason)
        return Kept()
    wait = wait_before(made + 1, jitter=random.random(), asked_s=outcome.retry_after_s)  # noqa: S311 - no secret
    next_at = None if wait is None else result.at + wait
    away_s = max(AWAY_S, outcome.retry_after_s or 0)
    await webhooks.keep_away(tx, delivery.webhook_id, result.at + timedelta(seconds=away_s))
    is_new = await webhooks.keep_attempt(
        tx, delivery.id, made, http_status=outcome.status, delivered=False, next_at=next_at
    )
    return (
        Kept()
        if wait is None or not is_new
        else Kept((webhook(delivery.id, attempt=made + 1, delay_s=wait.total_seconds()),))
    )
