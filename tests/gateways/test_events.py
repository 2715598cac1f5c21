"""Events over a real Redis: who hears what, what an interruption leaves, and that telling never holds anybody up."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from app.domain.news import News, RevisionReason
from app.errors import ConfigurationError
from app.gateways.events import Change, Events, Gap, Inbox, channel_of
from app.jobs import PersonAt
from app.telemetry import EVENTS_DROPPED, EVENTS_PUBLISHED
from tests.own_redis import OwnRedis, own_redis
from tests.phones import PATIENCE_S, until_heard

ANALYSED, RESET = RevisionReason.SESSION_ANALYSED, RevisionReason.RESET
HEARTBEAT_S = 0.2


@pytest.fixture(scope="module")
def redis() -> Iterator[OwnRedis]:
    """Give a Redis that the tests of this module may break and mend."""
    with own_redis() as running:
        yield running


@asynccontextmanager
async def _events(redis: OwnRedis) -> AsyncIterator[Events]:
    events = Events(redis.url, heartbeat_s=HEARTBEAT_S)
    try:
        yield events
    finally:
        await events.close()


def _change(person_id: UUID, revision: int = 1, *, about: str | None = None) -> Change:
    return Change(PersonAt(person_id, 0), revision, News(ANALYSED, about))


async def _next(inbox: Inbox) -> Change | Gap | None:
    return await inbox.next(within_s=PATIENCE_S)


async def _hear_again(events: Events, inbox: Inbox, change: Change) -> None:
    """Tell the same until it is heard: nobody knows when a line is open again."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await events.publish([change])
            if await inbox.next(within_s=0.1) == change:
                return


def test_what_waits_is_never_more_than_one_change() -> None:
    """A newer change takes the place of an older one; two of them are about no one thing; a gap hides none."""
    person_id = uuid4()

    async def waiting(*found: Change | Gap) -> Change | Gap | None:
        inbox = Inbox()
        for each in found:
            inbox.put(each)
        first = await inbox.next(within_s=0)
        assert await inbox.next(within_s=0) is None
        return first

    async def check() -> None:
        one, same, other = (_change(person_id, n, about=f"Session:{a}") for n, a in ((1, "a"), (2, "a"), (3, "b")))
        assert await waiting() is None
        assert await waiting(Gap()) == Gap()
        assert await waiting(one, same) == same
        assert await waiting(one, other) == _change(person_id, 3)
        assert await waiting(one, Gap()) == one
        assert await waiting(Gap(), one) == one

    asyncio.run(check())


async def test_each_hears_their_own(redis: OwnRedis) -> None:
    """Over one connection many people are listened for, each by as many as like; whoever leaves hears no more."""
    mine, theirs = uuid4(), uuid4()
    async with _events(redis) as here, _events(redis) as there:
        async with here.listening(mine) as first, here.listening(theirs) as other:
            async with here.listening(mine) as second:
                for inbox in (first, other, second):
                    assert await _next(inbox) == Gap()
                await until_heard(redis.url, mine)
                await until_heard(redis.url, theirs)
                await first.next(within_s=0)
                change = Change(PersonAt(mine, 3), 17, News(RESET, "Session:abc"))
                await there.publish([change])
                assert await _next(first) == change
                assert await _next(second) == change
            await there.publish([_change(theirs, 18)])
            assert await _next(other) == _change(theirs, 18)
            assert await first.next(within_s=0) is None
            async with Redis.from_url(redis.url) as client:
                lines = [each for each in await client.client_list() if int(each["sub"]) > 0]
                assert len(lines) == 1
                assert not await client.keys("*")
        for person_id in (mine, theirs):
            await until_heard(redis.url, person_id, lines=0)


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"revision": 1, "reason": "RESET"}',
        b'{"revision": [1, "2"], "reason": "RESET"}',
        b'{"revision": [1, 2], "reason": "I feel sad"}',
        b'{"revision": [1, 2], "reason": ["RESET"]}',
        b'{"revision": [1, 2], "reason": "RESET", "about": 7}',
        b'{"revision": [1, 2], "reason": "RESET", "about": "I feel sad"}',
    ],
)
async def test_what_is_no_event_is_not_heard(redis: OwnRedis, junk: bytes) -> None:
    """Others may write to a Redis: what is not of our form is nothing, and the next event is heard."""
    person_id = uuid4()
    async with _events(redis) as events, events.listening(person_id) as inbox:
        await _next(inbox)
        async with Redis.from_url(redis.url) as client:
            await client.publish(channel_of(person_id), junk)
        await events.publish([_change(person_id, 5)])
        assert await _next(inbox) == _change(person_id, 5)


@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_without_redis_nobody_waits_and_listeners_come_back(redis: OwnRedis, fault: str) -> None:
    """Telling is given up, and is quick at once; when Redis is back there is a gap, and what is told then is heard."""
    person_id = uuid4()
    async with _events(redis) as events, events.listening(person_id) as inbox:
        assert await _next(inbox) == Gap()
        dropped, published = EVENTS_DROPPED._value.get(), EVENTS_PUBLISHED._value.get()
        redis.kill() if fault == "killed" else redis.freeze()
        try:
            async with asyncio.timeout(PATIENCE_S):
                for revision in range(100):  # half a second each would be too long for this
                    await events.publish([_change(person_id, revision)])
                while events._line is not None:  # noqa: ASYNC110 - it is noticed by itself
                    await asyncio.sleep(HEARTBEAT_S / 10)
        finally:
            redis.start() if fault == "killed" else redis.thaw()
        assert EVENTS_DROPPED._value.get() == dropped + 100
        assert EVENTS_PUBLISHED._value.get() == published
        while (found := await _next(inbox)) != Gap():  # of a frozen one, what had reached it in time
            assert isinstance(found, Change)
        await _hear_again(events, inbox, _change(person_id, 1_000))


def test_an_address_that_is_none_is_named() -> None:
    """Whoever set it wrongly learns which setting it is."""
    with pytest.raises(ConfigurationError, match="SPECTRUM_REDIS_URL"):
        Events("nonsense://")
