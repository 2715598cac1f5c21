"""Answers about a person that were given before, in this process's memory: by revision, so that none is ever stale.

Holds answers without errors only, bounded by bytes and time; nothing of it goes to Redis or a disk.
"""

import asyncio
from collections.abc import Awaitable, Callable

from cachetools import TTLCache

KEPT_BYTES = 64 * 1024 * 1024
KEPT_S = 600.0
_ENTRY_BYTES = 400
"""What an entry takes beside its answer."""


class ResponseCache:
    """Answers by key, as JSON. Equal questions that come at the same time are answered once."""

    def __init__(self, *, max_bytes: int = KEPT_BYTES, ttl_s: float = KEPT_S) -> None:
        self._ttl_s = ttl_s
        self._kept: TTLCache[bytes, bytes] = TTLCache(max_bytes, ttl_s, getsizeof=lambda body: len(body) + _ENTRY_BYTES)
        self._being_made: dict[bytes, asyncio.Future[bytes | None]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    def find(self, key: bytes) -> bytes | None:
        """The answer to a question that was answered before."""
        return self._kept.get(key)

    async def once(self, key: bytes, make: Callable[[], Awaitable[bytes | None]]) -> bytes | None:
        """The answer that somebody else is making right now, or what `make` answers, kept; None is not kept.

        Whoever waited for one that came to nothing gets None, too, and answers for themselves.
        """
        making = self._being_made.get(key)
        if making is not None:
            return await asyncio.shield(making)
        making = self._being_made[key] = asyncio.get_running_loop().create_future()
        body: bytes | None = None
        try:
            body = await make()
            return body
        finally:
            del self._being_made[key]
            making.set_result(body)
            if body is not None:
                self._keep(key, body)

    def _keep(self, key: bytes, body: bytes) -> None:
        if len(body) + _ENTRY_BYTES <= self._kept.maxsize:
            self._kept[key] = body
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._ttl_s, self._drop_old)

    def _drop_old(self) -> None:
        """What is over its time leaves memory, also when nobody asks for anything."""
        self._kept.expire()
        self._sweep = asyncio.get_running_loop().call_later(self._ttl_s, self._drop_old) if self._kept else None
