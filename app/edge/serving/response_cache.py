"""Answers about a person that were given before, in this process's memory: by revision, so that none is ever stale.

Holds answers without errors only, bounded by bytes and time; nothing of it goes to Redis or a disk.
"""

import asyncio
from collections.abc import Awaitable, Callable

from cachetools import TTLCache

from app.errors import SpectrumError
from app.telemetry import CACHE_BYTES, CACHE_DROPPED, CACHE_LOOKUPS

KEPT_BYTES = 64 * 1024 * 1024
KEPT_S = 600.0
_SWEEP = 0.1
"""Part of its time that an answer may be in memory over it."""
_ENTRY_BYTES = 400
"""What an entry takes beside its answer."""


_HIT, _MISS, _SHARED = (CACHE_LOOKUPS.labels(result) for result in ("hit", "miss", "shared"))
_FULL, _OLD = (CACHE_DROPPED.labels(reason) for reason in ("full", "old"))


def _size_of(body: bytes) -> int:
    return len(body) + _ENTRY_BYTES


class _Kept(TTLCache[bytes, bytes]):
    """Answers by key; counts those that have to go, for others or for their age."""

    def popitem(self) -> tuple[bytes, bytes]:
        _FULL.inc()
        return super().popitem()

    def expire(self, time: float | None = None) -> list[tuple[bytes, bytes]]:
        old = super().expire(time)
        _OLD.inc(len(old))
        return old


class ResponseCache:
    """Answers by key, as JSON. Equal questions that come at the same time are answered once."""

    def __init__(self, *, max_bytes: int = KEPT_BYTES, ttl_s: float = KEPT_S) -> None:
        self._ttl_s = ttl_s
        self._kept = _Kept(max_bytes, ttl_s, getsizeof=_size_of)
        self._being_made: dict[bytes, asyncio.Future[bytes | None]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    def find(self, key: bytes) -> bytes | None:
        """The answer to a question that was answered before."""
        found = self._kept.get(key)
        if found is not None:
            _HIT.inc()
        return found

    async def once(self, key: bytes, make: Callable[[], Awaitable[bytes | None]]) -> bytes | None:
        """The answer that somebody else is making right now, or what `make` answers, kept; None is not kept.

        Those who waited for one that came to nothing make theirs one after the other; where making it took too long or
        the database was away, they share that failure.
        """
        while (making := self._being_made.get(key)) is not None:
            body = await asyncio.shield(making)
            if body is not None:
                _SHARED.inc()
                return body
        _MISS.inc()
        making = self._being_made[key] = asyncio.get_running_loop().create_future()
        body = None
        try:
            body = await make()
        except SpectrumError as error:
            making.set_exception(error)
            making.exception()  # nobody may have waited
            raise
        finally:
            del self._being_made[key]
            if not making.done():
                making.set_result(body)
        if body is not None:
            self._keep(key, body)
        return body

    def _keep(self, key: bytes, body: bytes) -> None:
        if len(body) + _ENTRY_BYTES <= self._kept.maxsize:
            self._kept[key] = body
        CACHE_BYTES.set(self._kept.currsize)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._ttl_s * _SWEEP, self._drop_old)

    def _drop_old(self) -> None:
        """What is over its time leaves memory, also when nobody asks for anything."""
        self._kept.expire()
        CACHE_BYTES.set(self._kept.currsize)
        self._sweep = None
        if self._kept:
            self._sweep = asyncio.get_running_loop().call_later(self._ttl_s * _SWEEP, self._drop_old)
