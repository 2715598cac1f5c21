"""The HTTP server itself: what it sets on its sockets."""

import asyncio
import socket

import pytest
import uvicorn
from starlette.applications import Starlette

from app.cli.api import Server
from app.edge.export import STALLED_AFTER_S


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux alone can give a reader up")
async def test_a_reader_who_takes_nothing_is_given_up_by_the_system() -> None:
    """What was written for somebody waits for them a minute at most, also after we have let go of the connection."""
    server = Server(uvicorn.Config(Starlette(), host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        (listening,) = server.servers[0].sockets
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == STALLED_AFTER_S * 1000
    finally:
        server.should_exit = True
        await serving
