"""What those who run Spectrum ask of it: whether it lives, whether it can serve, and its numbers.

Reads the ledger when it is asked, so that every API process answers the same. Checks no token and names nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.edge.gauges import gauges_of, read_present
from app.errors import SpectrumError
from app.pipeline.ports import Ports
from app.storage.health import find_statements
from app.storage.jobs import queues
from app.storage.schema import is_current
from app.storage.store import Tx
from app.telemetry import exposition, logger, where

TIMEOUT_S = 2.0
_Value = TypeVar("_Value")
log = logger("edge.health")


def health_routes(ports: Ports) -> list[Route]:
    """`/healthz`, `/readyz` and `/metrics` of an installation."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        """200 once it can serve: the database answers and has this build's schema. Late work is told, and no reason."""
        ready = await _read(ports, is_current)
        oldest = await _read(ports, queues.list_oldest) if ready else None
        detail = {"status": "ready" if ready else "not ready", "oldestDueSeconds": oldest}
        return JSONResponse(detail, 200 if ready else 503)

    async def metrics(request: Request) -> Response:
        """The process's own numbers always; those of the ledger only while it can be read within 2 s."""
        present = await _read(ports, read_present)
        statements = (
            await _read(ports, find_statements) if present is not None else None
        )  # an extension, which may fail
        gauges = gauges_of(present, statements)
        text, content_type = exposition(request.headers.get("accept", ""), beside=gauges)
        return Response(text, headers={"content-type": content_type})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _read(ports: Ports, read: Callable[[Tx], Awaitable[_Value]]) -> _Value | None:
    """What `read` answers; None when the database is away, takes longer than 2 s, or cannot be read at all."""
    try:
        async with asyncio.timeout(TIMEOUT_S), ports.store.for_everyone() as tx:
            return await read(tx)
    except (SpectrumError, TimeoutError):
        return None
    except Exception as error:  # noqa: BLE001 - a table that another schema lacks would take the process's numbers along
        log.warning("ledger_unreadable", error=type(error).__name__, where=where(error))
        return None
