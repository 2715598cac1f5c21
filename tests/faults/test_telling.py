"""A worker is killed while it tells somebody: another tells them, under the same name, so that it is shown once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from app.domain.webhooks import WebhookEvent
from app.jobs import Job, Queue
from app.pipeline.announcing import announce
from app.storage.jobs import ledger
from app.storage.notify import webhooks
from app.storage.notify.webhooks import Announcement
from app.wiring import Spectrum
from tests.faults.harness import PATIENCE_S, World
from tests.gateways.receiver import Receiver, answers, is_silent, receiver_that
from tests.life import who
from tests.programs import end
from tests.readers import BEFORE, Reader, reader_of, subscribed


async def _killed_while_sending(world: World, receiver: Receiver) -> None:
    """Let a worker send to a receiver that says nothing, kill it there, and let another go on when it answers."""
    (first,) = await world.workers(1, queues=[Queue.MINUTES])
    async with asyncio.timeout(PATIENCE_S):
        while not receiver.requests:  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)
    end(first)
    receiver.reply = answers(201)
    await world.hasten()
    await world.workers(1, queues=[Queue.MINUTES])


async def _ask(spectrum: Spectrum, *jobs: Job) -> None:
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, jobs)


async def test_a_webhook_is_told_again_under_the_same_id(world: World) -> None:
    """What was sent and not written down comes twice, and a receiver can tell; nothing is lost."""
    async with receiver_that(is_silent(), None) as receiver, world.opened() as spectrum:
        async with spectrum.ports.store.for_everyone() as tx:
            url = f"http://127.0.0.1:{receiver.port}/hook"
            await webhooks.keep_new(tx, url, [WebhookEvent.SLA_MISSED], enabled=True)
            missed = Announcement(WebhookEvent.SLA_MISSED, "once", datetime.now(UTC), {"period": "2026-W23"})
            jobs = await announce(tx, [missed])
        await _ask(spectrum, *jobs)
        await _killed_while_sending(world, receiver)
        await world.until("SELECT delivered_at IS NOT NULL FROM webhook_delivery")
        assert await world.look("SELECT attempt FROM webhook_delivery") == 1, "an attempt is counted when it is known"
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert len(ids) == 2
    assert len({*ids}) == 1


@asynccontextmanager
async def _reader(world: World) -> AsyncIterator[Reader]:
    async with world.opened() as spectrum, world.owner() as owner:
        yield await reader_of(spectrum, owner, "told-person", datetime.now(UTC) - BEFORE)


async def test_a_push_is_sent_again_under_the_same_topic(world: World) -> None:
    """Its row is there before it is sent: one row, two messages, of which the second takes the first one's place."""
    async with _reader(world) as reader, subscribed(reader, is_silent()) as device:
        await _ask(reader.spectrum, reader.job)
        await _killed_while_sending(world, device.receiver)
        await world.until("SELECT bool_and(sent_at IS NOT NULL) FROM push")
        kept: Any = await world.look("SELECT (count(*), sum(accepted), sum(devices))::text FROM push")
        assert kept == "(1,1,1)"
        assert who(reader.spectrum, "told-person") == reader.at.id
        told = device.read()
    assert len(told) == 2
    assert told[0] == told[1]
