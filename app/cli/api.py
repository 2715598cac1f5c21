"""`spectrum api`: GraphQL over HTTP and websockets."""

import asyncio
import socket
from argparse import ArgumentParser
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.cli.stopping import add_with_parent, until_told
from app.edge.export import STALLED_AFTER_S
from app.edge.sockets.frames import MAX_FRAME_BYTES
from app.memory import loading
from app.wiring import read_address

GRACEFUL_STOP_S = 10
MAX_UNREAD_BYTES = 131_072
"""Of what waits for a client that reads nothing; the messages of a subscription wait before that."""


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


class Http(HttpToolsProtocol):
    """Gives up whoever takes more than `head_s` or `head_bytes` for the head of a request: uvicorn waits for ever."""

    head_s = 10.0
    head_bytes = 320 * 1024
    """More than what may come at once, with a body behind it."""
    _due: asyncio.TimerHandle | None = None
    _so_far = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._due is not None:
            self._so_far += len(data)
            if self._so_far > self.head_bytes:
                self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._expect_head()

    def on_message_begin(self) -> None:
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._expect_nothing()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._expect_nothing()
        self._due = self.loop.call_later(self.head_s, self.transport.abort)

    def _expect_nothing(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._so_far = 0


class Socket(WebSocketsSansIOProtocol):
    """Gives up whoever sends pings and does not read the pongs: uvicorn lets them pile up."""

    def handle_ping(self) -> None:
        super().handle_ping()
        if self.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self.transport.abort()


def server_for(program: Any, *, http: type[Http] = Http, **more: Any) -> Server:
    """The server as it is shipped, over any ASGI program; `more` are options of uvicorn's."""
    return Server(
        uvicorn.Config(
            program,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACEFUL_STOP_S,
            http=http,
            ws=Socket,
            ws_max_size=MAX_FRAME_BYTES,
            ws_per_message_deflate=False,  # a compressor a socket is more memory than all that is ever said on it
            **more,
        )
    )


async def api(*, with_parent: bool) -> int:
    """Serve until told to stop; requests in flight are finished."""
    host, port = read_address()
    server = server_for("app.main:application", factory=True, host=host, port=port)
    with loading():
        server.config.load()
    async with until_told(with_parent=with_parent) as stop:
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.should_exit = True
        await serving
    return 0 if server.started else 1
