"""Tells the API processes whose data moved on, over Redis pub/sub: a channel per person, a revision, a reason, an id.

Best effort by design, and nothing is kept: what was not heard is never told again. Whoever hears reads for themselves.
"""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError

from app.domain.news import News, RevisionReason
from app.errors import ConfigurationError
from app.jobs import PersonAt
from app.telemetry import EVENTS_DROPPED, EVENTS_PUBLISHED, logger

_TIMEOUT_S = 0.5
_QUIET_S = 2.0
"""After a failed message none is tried for this long."""
HEARTBEAT_S = 5.0
"""A silent line is asked whether it lives; when it does not answer for as long again, another one is opened."""
_BACKOFF_S = (0.1, 5.0)
_ANYBODY = b"spectrum:person"
"""Nobody's channel: it keeps a line a subscriber where nobody listens."""
_ABOUT = re.compile(r"[A-Za-z]{1,40}:[\w.-]{1,120}", re.ASCII)
_FAILURES = (RedisError, OSError, TimeoutError)

log = logger("events")


@dataclass(frozen=True, slots=True)
class Change:
    """Whose data, in which epoch, are at which revision now, and why."""

    person: PersonAt
    revision: int
    news: News


@dataclass(frozen=True, slots=True)
class Gap:
    """Something may have been told that was not heard."""


class Inbox:
    """What one listener has not read yet: never more than one change, however slowly it is read."""

    def __init__(self) -> None:
        self._waiting: Change | Gap | None = None
        self._bell = asyncio.Event()

    def put(self, found: Change | Gap) -> None:
        """Let a change take the place of what waits. Two changes together are about no one thing."""
        before = self._waiting
        if isinstance(found, Gap):
            self._waiting = before or found
        elif isinstance(before, Change) and before.news.about != found.news.about:
            self._waiting = Change(found.person, found.revision, News(found.news.reason))
        else:
            self._waiting = found
        self._bell.set()

    async def next(self, *, within_s: float) -> Change | Gap | None:
        """What waits, or comes within this time; None when nothing does."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._bell.wait()
        self._bell.clear()
        found, self._waiting = self._waiting, None
        return found


class Events:
    """Publishes changes, and lets this process listen: one connection for all, opened when somebody first does.

    Nothing here raises because of Redis. Publishing takes no longer than about half a second.
    """

    def __init__(self, redis_url: str, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        """ConfigurationError when the address is none."""
        self._pool = _pool(redis_url)
        self._client = Redis(connection_pool=self._pool)
        self._heartbeat_s = heartbeat_s
        self._quiet_until = 0.0
        self._inboxes: dict[bytes, set[Inbox]] = {}
        self._line: AbstractConnection | None = None
        self._listening: asyncio.Task[None] | None = None

    async def publish(self, changes: Iterable[Change]) -> None:
        """Tell whoever listens, if Redis can be reached."""
        wanted = list(changes)
        if not wanted:
            return
        if time.monotonic() < self._quiet_until:
            EVENTS_DROPPED.inc(len(wanted))
            return
        try:
            async with asyncio.timeout(_TIMEOUT_S), self._client.pipeline(transaction=False) as pipe:
                for change in wanted:
                    pipe.publish(channel_of(change.person.id), _written(change))
                await pipe.execute()
        except _FAILURES as error:
            self._quiet_until = time.monotonic() + _QUIET_S
            EVENTS_DROPPED.inc(len(wanted))
            log.warning("event_not_published", error=type(error).__name__, count=len(wanted))
        else:
            EVENTS_PUBLISHED.inc(len(wanted))

    @contextlib.asynccontextmanager
    async def listening(self, person_id: UUID) -> AsyncIterator[Inbox]:
        """Hear of one person's changes for the length of the block.

        A Gap comes first, when what is published from then on is heard, and again after each interruption.
        """
        channel, inbox = channel_of(person_id), Inbox()
        mine = self._inboxes.setdefault(channel, set())
        mine.add(inbox)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        try:
            await self._send("SUBSCRIBE", channel)  # once more is no harm: its answer is a Gap, as for the first
            yield inbox
        finally:
            mine.discard(inbox)
            if not mine and self._inboxes.get(channel) is mine:
                del self._inboxes[channel]
                await self._send("UNSUBSCRIBE", channel)

    async def close(self) -> None:
        """Stop listening, and give the connections back."""
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
        with contextlib.suppress(*_FAILURES):
            await self._client.aclose()
            await self._pool.aclose()

    async def _send(self, command: str, *channels: bytes) -> None:
        """Say something on the line, if there is one; one that breaks is noticed by whoever reads it."""
        line = self._line
        if line is not None and line.is_connected:  # redis-py would open it again by itself, and nobody would know
            try:
                await line.send_command(command, *channels)
            except _FAILURES:
                await line.disconnect(nowait=True)

    async def _listen(self) -> None:
        pause_s = _BACKOFF_S[0]
        while True:
            line: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
            try:
                async with asyncio.timeout(2 * _TIMEOUT_S):
                    await line.connect()  # type: ignore[no-untyped-call]
                    await line.send_command("SUBSCRIBE", _ANYBODY, *self._inboxes)
                self._line, pause_s = line, _BACKOFF_S[0]
                await self._read(line)
            except _FAILURES as error:
                log.warning("events_not_heard", error=type(error).__name__)
            finally:
                self._line = None
                await line.disconnect(nowait=True)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - so that not all come back at once
            pause_s = min(_BACKOFF_S[1], 2 * pause_s)

    async def _read(self, line: AbstractConnection) -> None:
        """Hand on what comes. One of the failures when the line breaks, or does not answer any more."""
        asked = False
        while True:
            said = await line.read_response(timeout=self._heartbeat_s, disconnect_on_error=False)
            if said is None and asked:
                raise TimeoutError
            asked = said is None
            if asked:
                await line.send_command("PING")
                continue
            match said:
                case [b"subscribe", bytes(channel), _]:
                    self._hand_on(channel, Gap())
                case [b"message", bytes(channel), bytes(written)]:
                    self._hand_on(channel, _read(channel, written))
                case _:
                    pass

    def _hand_on(self, channel: bytes, found: Change | Gap | None) -> None:
        if found is not None:
            for inbox in self._inboxes.get(channel, ()):
                inbox.put(found)


def channel_of(person_id: UUID) -> bytes:
    """Where a person's changes are told; the id is a pseudonym already."""
    return b"%b:%b" % (_ANYBODY, str(person_id).encode())


def _written(change: Change) -> bytes:
    news = change.news
    content = {"revision": [change.person.epoch, change.revision], "reason": news.reason}
    return orjson.dumps(content | ({"about": news.about} if news.about else {}))


def _read(channel: bytes, written: bytes) -> Change | None:
    """The change that a message tells of, None when it is none of ours: others may write to a Redis, too."""
    try:
        content = orjson.loads(written)
        (epoch, revision), about = content["revision"], content.get("about")
        if not (type(epoch) is int and type(revision) is int and (about is None or _ABOUT.fullmatch(about))):
            return None
        person_id = UUID(channel.rpartition(b":")[2].decode())
        return Change(PersonAt(person_id, epoch), revision, News(RevisionReason(content["reason"]), about))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _pool(redis_url: str) -> ConnectionPool:
    try:
        return ConnectionPool.from_url(redis_url, socket_connect_timeout=_TIMEOUT_S, socket_timeout=_TIMEOUT_S)
    except ValueError:
        raise ConfigurationError("SPECTRUM_REDIS_URL must be redis://host:port/0, rediss://… or unix://…") from None
