"""A Redis that is killed, frozen, wiped again and again, or out of memory: it carries nudges, and nothing is lost."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable

import pytest
import redis.asyncio

from tests.faults.harness import World
from tests.faults.truth import compare_with_twins
from tests.programs import freeze, thaw

EARLY = [f"person-{number}" for number in range(6)]
LATE = [f"person-{number}" for number in range(6, 9)]
WIPE_S = 0.01


@contextlib.asynccontextmanager
async def _killed(world: World) -> AsyncIterator[None]:
    os.kill(world.redis_pid(), signal.SIGKILL)
    try:
        yield
    finally:
        await world.bring_back()


@contextlib.asynccontextmanager
async def _frozen(world: World) -> AsyncIterator[None]:
    pid = world.redis_pid()
    freeze(pid)
    try:
        yield
    finally:
        thaw(pid)


@contextlib.asynccontextmanager
async def _wiped(world: World) -> AsyncIterator[None]:
    async def wipe() -> None:
        async with redis.asyncio.Redis.from_url(world.servers.redis_url) as client:
            while True:
                await client.flushall()
                await asyncio.sleep(WIPE_S)

    wiping = asyncio.create_task(wipe())
    try:
        yield
        assert not wiping.done()
    finally:
        wiping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await wiping


@contextlib.asynccontextmanager
async def _out_of_memory(world: World) -> AsyncIterator[None]:
    async with redis.asyncio.Redis.from_url(world.servers.redis_url) as client:
        await client.config_set("maxmemory", 1)
        yield
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            await client.set("anything", "at all")
        await client.config_set("maxmemory", 0)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(_wiped, id="wiped"),
        pytest.param(_killed, id="killed", marks=pytest.mark.faults),
        pytest.param(_frozen, id="frozen", marks=pytest.mark.faults),
        pytest.param(_out_of_memory, id="out of memory", marks=pytest.mark.faults),
    ],
)
async def test_without_a_sound_redis(
    world: World, fault: Callable[[World], contextlib.AbstractAsyncContextManager[None]]
) -> None:
    """What was taken in before and during it is all done while it lasts, by workers that live on and listen again."""
    workers = await world.workers(2)
    await world.take(EARLY)
    await world.caught(*workers)
    async with fault(world):
        thaw(*(worker.pid for worker in workers))
        await world.take(LATE)
        await world.at_rest()
    await world.nudges_are_heard()
    await world.stop(*workers)
    await compare_with_twins(world, EARLY + LATE)
