"""A bucket of cost points for each caller, shared by all API processes through Redis. Decides nothing about a request.

Keys are pseudonyms of this one purpose and go when their bucket is full again.
"""

import asyncio
import contextlib
import time
from typing import NamedTuple

from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import RedisError

from app.errors import ConfigurationError
from app.telemetry import logger

LIMIT = 1_000
"""Points in a full bucket."""
RESTORE_PER_S = 50.0
_TIMEOUT_S = 0.25
_QUIET_S = 2.0
"""After a failure Redis is not asked for this long: the API goes on by itself."""
_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'points', 'at')
local limit, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local points = limit
if kept[1] then points = math.min(limit, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * rate / 1000) end
local granted = 0
if points >= tonumber(ARGV[3]) then granted = math.min(tonumber(ARGV[4]), math.floor(points)) end
points = math.min(limit, points - granted)
redis.call('HSET', KEYS[1], 'points', tostring(points), 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((limit - points) / rate * 1000) + 1000)
return {granted, tostring(points)}
"""
"""A token bucket in one step, on Redis's own clock: grants ARGV[4] points or what there is, if that is ARGV[3].

Negative ones are given back.
"""

log = logger("points")


class Granted(NamedTuple):
    """Points that are the asker's to spend now (0: too few were left), and what is left in the bucket."""

    points: int
    left: float


class SharedPoints:
    """The buckets. Never raises, and takes no longer than about a quarter of a second."""

    def __init__(self, redis_url: str) -> None:
        """ConfigurationError when the address is none."""
        try:
            pool = ConnectionPool.from_url(redis_url, socket_connect_timeout=_TIMEOUT_S, socket_timeout=_TIMEOUT_S)
        except ValueError:
            raise ConfigurationError("SPECTRUM_REDIS_URL must be redis://host:port/0, rediss://… or unix://…") from None
        self._redis = Redis(connection_pool=pool)
        self._script = self._redis.register_script(_TAKE)
        self._quiet_until = 0.0

    async def take(self, key: str, *, least: int, most: int) -> Granted | None:
        """Take `most` points of a bucket, or what there is when that is `least`; None while Redis cannot be asked.

        Both below 0: give as many back.
        """
        if time.monotonic() < self._quiet_until:
            return None
        # By itself: a call that is cancelled in the middle leaves its answer to the next one on the same connection,
        # and may swallow the cancellation.
        return await asyncio.shield(asyncio.ensure_future(self._take(key, least, most)))

    async def _take(self, key: str, least: int, most: int) -> Granted | None:
        try:
            granted, left = await self._script(
                keys=[f"spectrum:points:{key}"], args=[LIMIT, RESTORE_PER_S, least, most]
            )
        except (RedisError, OSError, TimeoutError) as error:
            self._quiet_until = time.monotonic() + _QUIET_S
            log.warning("points_not_shared", error=type(error).__name__)
            return None
        return Granted(int(granted), float(left))

    async def close(self) -> None:
        """Give the connections back."""
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose(close_connection_pool=True)
