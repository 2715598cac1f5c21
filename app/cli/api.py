"""`spectrum api`: GraphQL over HTTP."""

import asyncio
import socket
from argparse import ArgumentParser

import uvicorn

from app.cli.stopping import add_with_parent, until_told
from app.edge.export import STALLED_AFTER_S
from app.wiring import read_address

GRACEFUL_STOP_S = 10
MAX_FRAME_BYTES = 65_536


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum api`."""
    add_with_parent(parser)
    parser.set_defaults(run=lambda asked: api(with_parent=asked.with_parent))


class Server(uvicorn.Server):
    """Gives up whoever takes nothing of an answer for a minute: what waits for them may be their words."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in [each for server in self.servers for each in server.sockets]:
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux alone has it; every connection inherits it
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALLED_AFTER_S * 1000))


async def api(*, with_parent: bool) -> int:
    """Serve until told to stop; requests in flight are finished."""
    host, port = read_address()
    server = Server(
        uvicorn.Config(
            "app.main:application",
            factory=True,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACEFUL_STOP_S,
            ws_max_size=MAX_FRAME_BYTES,
        )
    )
    async with until_told(with_parent=with_parent) as stop:
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.should_exit = True
        await serving
    return 0 if server.started else 1
