"""`/export` behind the shipped HTTP server on a real socket, and a reader as slow as a test wants. Checks nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import uvicorn
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.cli.api import Server
from app.edge.export import STALLED_AFTER_S, Export
from app.edge.tokens import TokenVerifier
from app.main import create_app
from app.wiring import Spectrum
from tests.conftest import AUTH_SECRET

BUFFER_BYTES = 16_384
"""What the system holds of an answer at either end: little, so that a server has to wait for its reader."""
PATIENCE_S = 60
_LINE_END = b"\r\n"


async def _nothing() -> None:
    """Let it go on."""


@dataclass
class Tap:
    """Stands between the endpoint and the server: counts the pieces that are handed on, and knows when it has ended."""

    app: ASGIApp
    pieces: int = 0
    spec_version: str = ""
    at: int = 0
    happens: Callable[[], Awaitable[None]] = _nothing
    """Done when piece `at` was handed on, before the next one can be."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.spec_version = scope["asgi"]["spec_version"]
        try:
            await self.app(scope, receive, partial(self._sent, send))
        finally:
            self.ended.set()

    async def _sent(self, send: Send, message: Message) -> None:
        if message.get("body"):
            self.pieces += 1
        await send(message)
        if message.get("body") and self.pieces == self.at:
            await self.happens()


@dataclass(frozen=True)
class Served:
    """A server that runs, its port, and what stands before its endpoint."""

    port: int
    tap: Tap


@asynccontextmanager
async def served(spectrum: Spectrum, *, stalled_after_s: float = STALLED_AFTER_S) -> AsyncIterator[Served]:
    """Run the whole HTTP program as `spectrum api` does, on a free port."""
    tap = Tap(Export(spectrum.ports, TokenVerifier(secret=AUTH_SECRET), stalled_after_s=stalled_after_s))
    program = create_app(spectrum)
    program.router.routes[:] = [_tapped(route, tap) for route in program.router.routes]
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        listening.bind(("127.0.0.1", 0))
        server = Server(uvicorn.Config(program, log_config=None, access_log=False, server_header=False, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
            yield Served(listening.getsockname()[1], tap)
        finally:
            server.should_exit = server.force_exit = True
            await serving


def _tapped(route: BaseRoute, tap: Tap) -> BaseRoute:
    return Route("/export", tap) if isinstance(route, Route) and route.path == "/export" else route


class Reader:
    """Somebody who asks for their copy, and takes of it when told to."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.received = bytearray()

    @classmethod
    @asynccontextmanager
    async def of(cls, port: int, token: str) -> AsyncIterator["Reader"]:
        """Ask, and take nothing yet."""
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            connection.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(connection, ("127.0.0.1", port))
            head = f"GET /export HTTP/1.1\r\nhost: spectrum.test\r\nauthorization: Bearer {token}\r\n\r\n"
            await loop.sock_sendall(connection, head.encode())
            yield cls(connection)

    async def read(self) -> None:
        """Take all that comes, until the server has nothing more to send or hangs up."""
        with suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE_S):
                while not self.is_whole and (more := await self._more()):
                    self.received += more

    async def read_some(self) -> None:
        """Take the first that comes."""
        self.received += await self._more()

    async def _more(self) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self._connection, 65_536)

    def hang_up(self) -> None:
        """Go away."""
        self._connection.close()

    @property
    def status(self) -> bytes:
        """The first line of the answer."""
        return bytes(self.received).partition(_LINE_END)[0]

    @property
    def is_whole(self) -> bool:
        """Whether the answer said that this was all of it."""
        return self.received.endswith(b"\r\n0\r\n\r\n")

    @property
    def body(self) -> bytes:
        """What has come of the body, its chunks joined, the last one perhaps in part."""
        rest, found = bytes(self.received).partition(2 * _LINE_END)[2], b""
        while rest:
            size, _, rest = rest.partition(_LINE_END)
            length = int(size or b"0", 16)
            found, rest = found + rest[:length], rest[length + 2 :]
        return found
