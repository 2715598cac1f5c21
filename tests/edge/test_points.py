"""Points: one bucket for a caller whoever serves them, spent a lease at a time; without Redis one in each process."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from app.edge.serving.points import LEASED, Points
from app.embedded import Servers
from app.errors import TooOften
from app.gateways.points import LIMIT, RESTORE_PER_S, SharedPoints
from tests.programs import free_port


@pytest.fixture
async def shared(servers: Servers) -> AsyncIterator[SharedPoints]:
    """Give the buckets in the tests' Redis."""
    points = SharedPoints(servers.redis_url)
    yield points
    await points.close()


class Clock:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Give the time in seconds."""
        return self.now


async def _spend(points: Points, caller: str, each: int) -> int:
    """Take `each` points until there are too few; how many were taken. Bounded by ten full buckets."""
    spent = 0
    for _ in range(10 * LIMIT // each):
        try:
            await points.take(caller, each)
        except TooOften:
            return spent
        spent += each
    raise AssertionError("points never ran out")


async def test_a_bucket_is_shared_by_processes(shared: SharedPoints, servers: Servers) -> None:
    """Two processes together give a caller one bucket, and what came back meanwhile; neither waits for the other."""
    other = SharedPoints(servers.redis_url)
    caller, begun = uuid4().hex, asyncio.get_running_loop().time()
    try:
        processes = Points(shared), Points(other)
        spent = 0
        for _ in range(10 * LIMIT // 30):
            try:
                await processes[spent % 2].take(caller, 30)
            except TooOften:
                break
            spent += 30
        restored = (asyncio.get_running_loop().time() - begun) * RESTORE_PER_S
        assert LIMIT - 2 * LEASED - 30 <= spent <= LIMIT + restored + 1
    finally:
        await other.close()


async def test_too_few_points_say_when_there_are_enough(shared: SharedPoints) -> None:
    """A call that needs more than is left takes nothing, and is told after how long it would be served."""
    points, caller = Points(shared), uuid4().hex
    await points.take(caller, LIMIT - 10)
    with pytest.raises(TooOften) as refused:
        await points.take(caller, 500)
    needed_s = (500 - 10) / RESTORE_PER_S
    assert needed_s * 900 <= refused.value.retry_after_ms <= needed_s * 1000 + 1
    await points.take(caller, 5)


async def test_what_was_not_needed_comes_back(shared: SharedPoints) -> None:
    """Points that are given back can be spent again, here and at once."""
    points, caller = Points(shared), uuid4().hex
    await points.take(caller, LIMIT)
    await points.give_back(caller, 300)
    assert points.balance(caller).available >= 300
    await points.take(caller, 300)


async def test_nothing_is_lost_or_won_by_giving_back(shared: SharedPoints, servers: Servers) -> None:
    """Of much that was not needed a process holds no more than a lease; the rest is in the bucket for all, and once."""
    clock, caller = Clock(), uuid4().hex
    elsewhere = SharedPoints(servers.redis_url)
    points, other = Points(shared, monotonic=clock), Points(elsewhere)
    await points.take(caller, LIMIT)
    await points.give_back(caller, LIMIT - 10)
    await other.take(caller, LIMIT - 10 - LEASED)
    with pytest.raises(TooOften):
        await other.take(caller, 2 * LEASED)
    await elsewhere.close()
    clock.now += 20
    with pytest.raises(TooOften):
        await points.take(caller, LIMIT // 2)
    alone = Points(None, monotonic=clock)
    await alone.take(caller, 900)
    await alone.give_back(caller, 890)
    clock.now += 10.5
    await alone.take(caller, LIMIT)
    with pytest.raises(TooOften):
        await alone.take(caller, 200)


async def test_a_lease_does_not_last() -> None:
    """What lies unspent in a process for longer than its lease is gone there: the bucket has refilled by then."""
    clock = Clock()
    points = Points(None, monotonic=clock)
    await points.give_back("caller", 50)
    clock.now += 9
    assert points.balance("caller").available == LIMIT
    await points.take("caller", LIMIT)
    with pytest.raises(TooOften):
        await points.take("caller", LIMIT)


async def test_without_redis_each_process_has_a_bucket() -> None:
    """A Redis that is away costs nobody anything but the sharing: the same limit holds in each process."""
    away = SharedPoints(f"redis://127.0.0.1:{free_port()}/0")
    clock = Clock()
    points = Points(away, monotonic=clock)
    assert await _spend(points, "caller", 100) == LIMIT
    clock.now += 2
    assert await _spend(points, "caller", 100) == 2 * RESTORE_PER_S
    await away.close()


async def test_anonymous_callers_leave_no_trace(servers: Servers, shared: SharedPoints) -> None:
    """Whoever is not signed in is counted in the process alone: no address gets into Redis."""
    points = Points(shared)
    await points.take("address 192.0.2.7", 10, is_shared=False)
    assert points.balance("address 192.0.2.7").available == LIMIT - 10
    keys = [key async for key in shared._redis.scan_iter(match="spectrum:points:*")]
    assert not [key for key in keys if b"192.0.2.7" in key]


async def test_keys_go_when_the_bucket_is_full(shared: SharedPoints) -> None:
    """Redis remembers a caller no longer than there is something to remember."""
    caller = uuid4().hex
    await shared.take(caller, least=1, most=LEASED)
    left_ms = await shared._redis.pttl(f"spectrum:points:{caller}")
    assert 0 < left_ms <= LEASED / RESTORE_PER_S * 1000 + 1001


async def test_who_is_cancelled_is_cancelled(shared: SharedPoints) -> None:
    """A call that is given up while Redis answers ends at once, and leaves its answer to nobody else."""
    one, other = uuid4().hex, uuid4().hex
    for _ in range(50):
        giving_up = asyncio.ensure_future(shared.take(one, least=1, most=7))
        await asyncio.sleep(0)
        giving_up.cancel()
        granted = await shared.take(other, least=1, most=1)
        assert giving_up.cancelled() or giving_up.done()
        assert granted is not None
        assert granted.points == 1
        assert (await asyncio.gather(giving_up, return_exceptions=True))[0].__class__ is asyncio.CancelledError
