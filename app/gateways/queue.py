"""Wakes workers: a nudge carries a queue's name and nothing else, over arq. The only enqueuer.

Best effort by design. Jobs are in the ledger; whatever a nudge does not reach, the workers' own loop finds.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from app.errors import ConfigurationError
from app.jobs import Queue
from app.telemetry import logger

NUDGE = "work"
"""Name of the arq function that claims and runs what is due."""
_TIMEOUT_S = 0.5
_CLOCKS_APART = timedelta(hours=2)
"""arq runs nothing before its time on the worker's clock: a nudge is dated back, so that slow clocks hear it too."""
_NUDGE_LIVES_S = 60
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


def arq_queue(queue: Queue) -> str:
    """The Redis key of a queue's nudges, and the channel that says there is one."""
    return f"spectrum:{queue}"


def open_pool(redis_url: str, *, timeout_s: float) -> ArqRedis:
    """A pool that connects when it is first used; whatever Redis does, no answer is waited for longer than `timeout_s`.

    ConfigurationError when the address is none.
    """
    try:
        pool = ConnectionPool.from_url(redis_url, socket_connect_timeout=timeout_s, socket_timeout=timeout_s)
    except ValueError:
        raise ConfigurationError("SPECTRUM_REDIS_URL must be redis://host:port/0, rediss://… or unix://…") from None
    return ArqRedis(pool, job_serializer=to_json, job_deserializer=from_json)


class Nudger:
    """Sends nudges. Never raises, and takes no longer than about half a second."""

    def __init__(self, redis_url: str) -> None:
        """ConfigurationError when the address is none."""
        self._pool = open_pool(redis_url, timeout_s=_TIMEOUT_S)
        self._quiet_until = 0.0

    async def nudge(self, queues: Iterable[Queue]) -> None:
        """Wake a worker of each queue, if Redis can be reached."""
        wanted = set(queues)
        if not wanted or time.monotonic() < self._quiet_until:
            return
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                for queue in wanted:
                    name = arq_queue(queue)
                    too_old = (time.time() - _CLOCKS_APART.total_seconds() - _NUDGE_LIVES_S) * 1000
                    await self._pool.zremrangebyscore(name, "-inf", too_old)  # arq forgets the job, not its place
                    await self._pool.enqueue_job(
                        NUDGE, _queue_name=name, _expires=_NUDGE_LIVES_S, _defer_by=-_CLOCKS_APART
                    )
                    await self._pool.publish(name, b"")
        except (RedisError, OSError, TimeoutError) as error:
            self._quiet_until = time.monotonic() + _QUIET_S
            log.warning("nudge_failed", error=type(error).__name__)

    async def close(self) -> None:
        """Give the connections back."""
        with contextlib.suppress(RedisError, OSError):
            await self._pool.aclose(close_connection_pool=True)
