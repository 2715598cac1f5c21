"""Wakes workers: a nudge carries a queue's name and nothing else, over arq. The only enqueuer.

Best effort by design. Jobs are in the ledger; whatever a nudge does not reach, the workers' own loop finds.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterable
from typing import Any

from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from app.jobs import Queue
from app.telemetry import logger

NUDGE = "work"
"""Name of the arq function that claims and runs what is due."""
_TIMEOUT_S = 0.5
_QUIET_S = 2.0
"""After a failed nudge none is tried for this long: the claim loop is as quick by then."""

log = logger("queue")


def to_json(value: dict[str, Any]) -> bytes:
    """Arq's messages as JSON: nobody who can write to Redis may run code here."""
    return json.dumps(value, default=str).encode()


def from_json(value: bytes) -> dict[str, Any]:
    """The other way round."""
    message: dict[str, Any] = json.loads(value)
    return message


def redis_settings(url: str) -> RedisSettings:
    """How arq connects: it gives up at once, since nobody may wait for a nudge."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 1
    settings.conn_retries = 0
    return settings


def arq_queue(queue: Queue) -> str:
    """The Redis key of a queue's nudges."""
    return f"spectrum:{queue}"


async def open_pool(redis_url: str) -> ArqRedis:
    """A pool of arq's; cancelled while it connects, it is closed and not left behind half made."""
    settings = redis_settings(redis_url)
    opening = asyncio.ensure_future(create_pool(settings, job_serializer=to_json, job_deserializer=from_json))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with contextlib.suppress(RedisError, OSError):
            await (await opening).aclose(close_connection_pool=True)
        raise


class Nudger:
    """Sends nudges. Never raises and never takes longer than half a second."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._pool: ArqRedis | None = None
        self._opening: asyncio.Future[None] | None = None
        self._quiet_until = 0.0

    async def nudge(self, queues: Iterable[Queue]) -> None:
        """Wake a worker of each queue, if Redis can be reached."""
        wanted = set(queues)
        if not wanted or time.monotonic() < self._quiet_until:
            return
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                pool = await self._connected()
                for queue in wanted:
                    await pool.enqueue_job(NUDGE, _queue_name=arq_queue(queue), _expires=60)
        except (RedisError, OSError, TimeoutError) as error:
            self._quiet_until = time.monotonic() + _QUIET_S
            log.warning("nudge_failed", error=type(error).__name__)

    async def _connected(self) -> ArqRedis:
        """The pool; a nudge that gives up waiting leaves no half-made connection, since the opening goes on."""
        if self._pool is None:
            self._opening = self._opening or asyncio.ensure_future(self._open())
            await asyncio.shield(self._opening)
        assert self._pool is not None, "opening sets it, or raises"
        return self._pool

    async def _open(self) -> None:
        try:
            self._pool = await open_pool(self._redis_url)
        finally:
            self._opening = None

    async def close(self) -> None:
        """Give the connections back."""
        if self._opening is not None:
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._pool is not None:
            await self._pool.aclose(close_connection_pool=True)
            self._pool = None
