"""The response cache: equal questions are answered once, failures never kept, and memory has an end."""

import asyncio

from app.edge.serving.response_cache import ResponseCache
from app.errors import SpectrumError


class Maker:
    """Makes an answer when it is let, and counts."""

    def __init__(self, body: bytes | None) -> None:
        self.body = body
        self.made = 0
        self.may = asyncio.Event()

    async def make(self) -> bytes | None:
        """Wait, and answer."""
        self.made += 1
        await self.may.wait()
        return self.body


async def test_equal_questions_at_once_are_answered_once() -> None:
    """A hundred who ask for the same wait for one answer, which is found from then on."""
    cache, maker = ResponseCache(), Maker(b"answer")
    asking = [asyncio.ensure_future(cache.once(b"key", maker.make)) for _ in range(100)]
    await asyncio.sleep(0)
    maker.may.set()
    assert await asyncio.gather(*asking) == [b"answer"] * 100
    assert maker.made == 1
    assert cache.find(b"key") == b"answer"
    assert cache.find(b"other") is None


async def test_nothing_that_failed_is_kept() -> None:
    """An answer with errors is nobody else's, now or later; whoever waited for it makes their own, one at a time."""
    cache, maker = ResponseCache(), Maker(None)
    asking = [asyncio.ensure_future(cache.once(b"key", maker.make)) for _ in range(3)]
    await asyncio.sleep(0)
    maker.may.set()
    assert await asyncio.gather(*asking) == [None] * 3
    assert cache.find(b"key") is None
    assert maker.made == 3


async def test_those_who_waited_too_long_share_it() -> None:
    """A failure of ours that took its time is everybody's who waited: they do not all begin anew."""
    cache, begun, may = ResponseCache(), 0, asyncio.Event()

    async def make() -> bytes | None:
        nonlocal begun
        begun += 1
        await may.wait()
        raise SpectrumError("It took too long.")

    asking = [asyncio.ensure_future(cache.once(b"key", make)) for _ in range(5)]
    await asyncio.sleep(0)
    may.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(answer) for answer in answers] == [SpectrumError] * 5
    assert begun == 1


async def test_who_leaves_takes_nobody_along() -> None:
    """Whoever was making the answer may go: one of those who waited for it makes it, for all."""
    cache, maker = ResponseCache(), Maker(b"answer")
    first = asyncio.ensure_future(cache.once(b"key", maker.make))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(cache.once(b"key", maker.make))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    maker.may.set()
    assert await second == b"answer"
    assert maker.made == 2


async def test_one_who_waits_may_leave() -> None:
    """Whoever stops waiting breaks nothing for the one who makes the answer."""
    cache, maker = ResponseCache(), Maker(b"answer")
    first = asyncio.ensure_future(cache.once(b"key", maker.make))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(cache.once(b"key", maker.make))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    maker.may.set()
    assert await first == b"answer"


async def test_memory_has_an_end() -> None:
    """However many answers there are, they take no more than was allowed; one that is too large is not kept."""
    cache, maker = ResponseCache(max_bytes=100_000), Maker(b"x" * 1_000)
    maker.may.set()
    for number in range(300):
        await cache.once(str(number).encode(), maker.make)
    assert cache._kept.currsize <= 100_000
    assert cache.find(b"299")
    assert cache.find(b"0") is None
    maker.body = b"x" * 100_001
    assert await cache.once(b"large", maker.make)
    assert cache.find(b"large") is None


async def test_old_answers_leave_memory_by_themselves() -> None:
    """After its time an answer is gone also when nobody asks for anything."""
    cache, maker = ResponseCache(ttl_s=0.01), Maker(b"answer")
    maker.may.set()
    await cache.once(b"key", maker.make)
    for _ in range(500):
        if not _held(cache):
            break
        await asyncio.sleep(0.01)
    assert not _held(cache)
    assert cache._sweep is None


def _held(cache: ResponseCache) -> int:
    """How many answers are really in memory, over their time or not."""
    return len(vars(cache._kept)["_Cache__data"])
