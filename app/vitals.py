"""How a process is: its connections, its memory, and how late its event loop runs. Looked at every five seconds.

Not when it is scraped, since processes that count together are scraped through one of them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from app.memory import resident_bytes
from app.telemetry import LOOP_LAG_SECONDS, POOL_CONNECTIONS, POOL_TIMEOUTS, RESIDENT_BYTES

LOOK_S = 5.0

Connections = Callable[[], Mapping[str, tuple[int, int, int]]]


@asynccontextmanager
async def watched(connections: Connections, *, every_s: float = LOOK_S) -> AsyncIterator[None]:
    """Tell how this process is for the length of the block; `connections`: by pool, those it has, free, and at most."""
    look(connections)
    watching = asyncio.create_task(_watch(connections, every_s))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(connections: Connections, every_s: float) -> None:
    while True:
        start = time.monotonic()
        await asyncio.sleep(every_s)
        LOOP_LAG_SECONDS.set(max(0.0, time.monotonic() - start - every_s))
        look(connections)


def look(connections: Connections) -> None:
    """Tell it once."""
    for pool, (open_, free, most) in connections().items():
        POOL_TIMEOUTS.labels(pool)  # a series that begins with its first burst has no rate
        for state, count in (("open", open_), ("free", free), ("most", most)):
            POOL_CONNECTIONS.labels(pool, state).set(count)
    if (resident := resident_bytes()) is not None:
        RESIDENT_BYTES.set(resident)
