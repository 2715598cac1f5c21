"""What callers may spend: points come from their shared bucket a hundred at a time, and are spent here one by one.

So an answer seldom waits for Redis, and no caller spends more than one bucket however many processes serve them.
While Redis is away each process keeps a bucket of its own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from cachetools import LRUCache

from app.errors import TooOften
from app.gateways.points import LIMIT, RESTORE_PER_S, SharedPoints

LEASED = 100
"""Points taken from the shared bucket at once: at most so many are lost when they are not spent here in time."""
LEASE_S = 10.0
MOST_CALLERS = 10_000
"""Whose points are remembered in one process; a caller who is forgotten asks the shared bucket again."""


class Balance(NamedTuple):
    """What a caller has after a request: points left of `LIMIT`, and in how many seconds the bucket is full."""

    available: int
    full_in_s: float


@dataclass(slots=True)
class _Purse:
    """What this process holds of one caller's points, and the last it heard of their bucket."""

    leased: int
    leased_at: float
    left: float
    left_at: float

    def left_now(self, now: float) -> float:
        return min(LIMIT, self.left + (now - self.left_at) * RESTORE_PER_S)


class Points:
    """The callers' points as one process sees them. `shared` None: this process alone decides."""

    def __init__(self, shared: SharedPoints | None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._monotonic = monotonic
        self._purses: LRUCache[str, _Purse] = LRUCache(MOST_CALLERS)

    async def take(self, caller: str, points: int, *, is_shared: bool = True) -> Balance:
        """Take `points` of a caller's. TooOften when too few are left, then nothing is taken."""
        purse = self._purse(caller)
        held = min(purse.leased, points)
        purse.leased -= held
        if held < points:
            try:
                await self._fill(purse, caller, points - held, is_shared=is_shared)
            except BaseException:
                purse.leased += held
                raise
        return self.balance(caller)

    async def give_back(self, caller: str, points: int, *, is_shared: bool = True) -> Balance:
        """Points that were taken and not needed: what a lease may hold stays here, the rest goes back to the bucket."""
        purse = self._purse(caller)
        kept = min(points, max(0, LEASED - purse.leased)) if is_shared else 0
        purse.leased += kept
        if rest := points - kept:
            granted = None
            if self._shared is not None and is_shared:
                granted = await self._shared.take(caller, least=-rest, most=-rest)
            now = self._monotonic()
            left = purse.left_now(now) + rest if granted is None else granted.left
            purse.left, purse.left_at = min(LIMIT, left), now
        return self.balance(caller)

    def balance(self, caller: str) -> Balance:
        """What a caller has, as far as this process knows."""
        purse = self._purse(caller)
        available = min(LIMIT, purse.leased + purse.left_now(self._monotonic()))
        return Balance(int(available), (LIMIT - available) / RESTORE_PER_S)

    def _purse(self, caller: str) -> _Purse:
        now = self._monotonic()
        purse = self._purses.get(caller)
        if purse is None:
            purse = self._purses[caller] = _Purse(0, now, LIMIT, now)
        elif now - purse.leased_at > LEASE_S:
            purse.leased, purse.leased_at = 0, now
        return purse

    async def _fill(self, purse: _Purse, caller: str, needed: int, *, is_shared: bool) -> None:
        granted = None
        if self._shared is not None and is_shared:
            granted = await self._shared.take(caller, least=needed, most=max(needed, LEASED))
        now = self._monotonic()
        if granted is not None:
            purse.left, purse.left_at = granted.left, now
            if not granted.points:
                raise _too_few(needed, granted.left)
            purse.leased += granted.points - needed
            purse.leased_at = now
            return
        left = purse.left_now(now)
        if left < needed:
            raise _too_few(needed, left)
        purse.left, purse.left_at = left - needed, now


def _too_few(needed: int, left: float) -> TooOften:
    message = "You are asking faster than your points come back. Wait a little."
    return TooOften(message, retry_after_s=(needed - left) / RESTORE_PER_S)
