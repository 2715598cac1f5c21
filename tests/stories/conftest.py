"""Somebody who is told of their week, their browsers, and another system that listens."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from app.wiring import Spectrum
from tests.gateways.receiver import Receiver, Reply, answers, receiver_that
from tests.readers import BEFORE, Device, Reader, Subscribe, reader_of, subscribed


@pytest.fixture
async def reader(spectrum: Spectrum, owner: Any, person: str) -> Reader:
    """Give somebody who wanted to be told five minutes ago."""
    return await reader_of(spectrum, owner, person, datetime.now(UTC) - BEFORE)


@pytest.fixture
async def device() -> AsyncIterator[Subscribe]:
    """Give a way to let somebody subscribe."""
    async with AsyncExitStack() as stack:

        async def subscribe(reader: Reader, reply: Reply) -> Device:
            return await stack.enter_async_context(subscribed(reader, reply))

        yield subscribe


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Give another system that takes everything."""
    async with receiver_that(answers(204), None) as found:
        yield found


@pytest.fixture
async def alone(owner: Any) -> None:
    """Let no other test's webhooks listen."""
    await owner.execute("DELETE FROM webhook_delivery")
    await owner.execute("DELETE FROM webhook")
    await owner.execute("DELETE FROM job WHERE kind = 'WEBHOOK'")
