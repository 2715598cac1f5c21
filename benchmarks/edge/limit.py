"""The limit: Starlette and asyncpg, one row by key whose text is the ready answer. Parses, checks and computes nothing.

`python -m benchmarks.edge.limit DATABASE_URL PORT`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

READY = "SELECT body FROM peer.ready WHERE person_id = $1::text::uuid"


def program(url: str) -> Starlette:
    """The program over a database."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(url, min_size=4, max_size=16)
        yield
        await app.state.pool.close()

    async def ready(request: Request) -> Response:
        body = await request.app.state.pool.fetchval(READY, request.path_params["person"])
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/ready/{person}", ready)], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(program(sys.argv[1]), port=int(sys.argv[2]), log_config=None, access_log=False)
