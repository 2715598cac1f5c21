"""The public keys that may sign tokens, fetched from a JWKS address and kept for a while.

Checks no token. Fetching never holds the event loop, and a caller cannot make us fetch more than twice a minute.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

import jwt

from app.errors import ConfigurationError, Unauthenticated

ASYMMETRIC_ALGORITHMS = ["ES256", "RS256", "EdDSA"]
REFETCH_AT_MOST_EVERY_S = 30
"""For an unknown key id and for a key set that could not be fetched alike."""
FRESH_FOR_S = 600
"""After this a key set is fetched again, so that a withdrawn key stops working."""
KEPT_FOR_S = 86_400
"""While the address cannot be reached the last set is used this long, so that an outage there is none here."""
FETCH_TIMEOUT_S = 5
MOST_KEYS = 32


class SigningKeys:
    """Keys by id from `url`; `monotonic` gives seconds and only paces the fetching."""

    def __init__(self, url: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        try:
            self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=FETCH_TIMEOUT_S)
        except jwt.PyJWTError:
            raise ConfigurationError("SPECTRUM_AUTH_JWKS_URL must be an http or https address.") from None
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    async def find(self, key_id: str) -> jwt.PyJWK:
        """Return the key with this id, fetching the set when that is due; raises Unauthenticated if there is none."""
        refreshing = key_id in self._keys and self._lock.locked()  # a known key need not wait for that
        if self._due(key_id) and not refreshing:
            async with self._lock:
                if self._due(key_id):  # whoever held the lock before us may have fetched it
                    await self._fetch()
        key = self._keys.get(key_id)
        if key is None or self._age() > KEPT_FOR_S:
            raise Unauthenticated("The token is signed by a key that is not known here.")
        return key

    def _due(self, key_id: str) -> bool:
        paused = self._tried_at is not None and self._monotonic() - self._tried_at < REFETCH_AT_MOST_EVERY_S
        return not paused and (key_id not in self._keys or self._age() > FRESH_FOR_S)

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._monotonic() - self._fetched_at

    async def _fetch(self) -> None:
        try:
            keys = await asyncio.to_thread(self._client.get_signing_keys, refresh=True)
        except (jwt.PyJWTError, ValueError, RecursionError, OSError):
            return  # the last set stays in use
        finally:
            self._tried_at = self._monotonic()  # not earlier: callers that come meanwhile wait for the outcome
        usable = [key for key in keys if key.key_id and key.algorithm_name in ASYMMETRIC_ALGORITHMS]
        self._keys = {str(key.key_id): key for key in usable[:MOST_KEYS]}
        self._fetched_at = self._monotonic()
