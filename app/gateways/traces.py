"""What of a person may stand in Redis: keys that are named by their id, counted and erased. Holds no key itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

_TIMEOUT_S = 5.0
_KEYS_AT_ONCE = 1_000


class RedisTraces:
    """Whatever part of Spectrum keeps something for a person in Redis has their id in the key's name."""

    name = "redis"

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url

    @asynccontextmanager
    async def _keys(self, person_id: UUID) -> AsyncIterator[tuple[Redis, list[bytes]]]:
        """The person's keys. ConnectionError when Redis is away: nobody can say then what is in it."""
        try:
            async with Redis.from_url(
                self._url, socket_connect_timeout=_TIMEOUT_S, socket_timeout=_TIMEOUT_S
            ) as client:
                found: set[bytes] = set()
                for name in (str(person_id), person_id.hex):
                    async for key in client.scan_iter(match=f"*{name}*", count=_KEYS_AT_ONCE):
                        found.add(key)
                yield client, sorted(found)
        except (RedisError, OSError, TimeoutError) as error:
            raise ConnectionError("Redis cannot be reached.") from error

    async def count(self, person_id: UUID) -> int:
        """How many keys are the person's."""
        async with self._keys(person_id) as (_, keys):
            return len(keys)

    async def erase(self, person_id: UUID) -> int:
        """Erase them; how many there were."""
        async with self._keys(person_id) as (client, keys):
            return int(await client.delete(*keys)) if keys else 0
