"""Phones on real sockets: the shipped server over an installation, and clients of the `websockets` library.

Checks nothing; what a phone waits for and does not get fails by itself.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.cli.api import server_for
from app.domain.access import Role
from app.edge.sockets.wire import SocketLimits
from app.edge.tokens import issue_token
from app.gateways.events import channel_of
from app.main import create_app
from app.wiring import Spectrum
from tests.conftest import AUTH_SECRET

PROTOCOL = "graphql-transport-ws"
PATIENCE_S = 60
EVENTS = "subscription { spectrumEvents { dataRevision reason node { __typename id } } }"
_LOOK_S = 0.01


def token(subject: str, *roles: Role, ttl_s: int = 600) -> str:
    """A token for `subject`; USER without roles."""
    return issue_token(AUTH_SECRET, subject=subject, roles=roles or (Role.USER,), ttl_s=ttl_s)


@asynccontextmanager
async def api(spectrum: Spectrum, limits: SocketLimits | None = None) -> AsyncIterator[int]:
    """Run an API process' server over an installation, in this process; its port."""
    program = create_app(spectrum, sockets=limits)
    server = server_for(program, host="127.0.0.1", port=0, lifespan="off")
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(_LOOK_S)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


class Phone:
    """One socket, and what is said on it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    @classmethod
    @asynccontextmanager
    async def at(
        cls, port: int, *, path: str = "/graphql", protocols: tuple[str, ...] = (PROTOCOL,), **more: Any
    ) -> AsyncIterator["Phone"]:
        """Open a socket, and say nothing yet."""
        address = f"ws://127.0.0.1:{port}{path}"
        async with connect(address, subprotocols=list(protocols) or None, compression=None, **more) as socket:  # type: ignore[arg-type]
            yield cls(socket)

    @classmethod
    @asynccontextmanager
    async def of(cls, subject: str, port: int, **more: Any) -> AsyncIterator["Phone"]:
        """Open a socket and let it be known whose it is."""
        async with cls.at(port, **more) as phone:
            assert await phone.greet(token(subject)) == {"type": "connection_ack"}
            yield phone

    async def say(self, message: Any) -> None:
        """Send a message; bytes and text as they are."""
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def hear(self) -> Any:
        """The next message."""
        async with asyncio.timeout(PATIENCE_S):
            return json.loads(await self.socket.recv())

    async def greet(self, bearer: str) -> Any:
        """Say who calls; the answer."""
        await self.say({"type": "connection_init", "payload": {"authorization": f"Bearer {bearer}"}})
        return await self.hear()

    async def ask(self, document: str, *, as_: str = "1", **more: Any) -> None:
        """Begin an operation."""
        await self.say({"type": "subscribe", "id": as_, "payload": {"query": document, **more}})

    async def event(self) -> Any:
        """The next event of a subscription that asked for `EVENTS`."""
        message = await self.hear()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]["spectrumEvents"]

    async def comes_to_an_end(self) -> tuple[int, str]:
        """Read until the server closes; its code and sentence."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await self.socket.recv()
        code = self.socket.close_code
        assert code is not None, "it is closed"
        return code, self.socket.close_reason or ""


class Overheard:
    """Everything that is published of one person, in order, as it goes over Redis."""

    def __init__(self, subscription: PubSub) -> None:
        self._subscription = subscription

    @classmethod
    @asynccontextmanager
    async def of(cls, redis_url: str, person_id: UUID) -> AsyncIterator["Overheard"]:
        """Listen beside the API processes."""
        async with Redis.from_url(redis_url) as client, client.pubsub() as subscription:
            await subscription.subscribe(channel_of(person_id))
            assert (await subscription.get_message(timeout=PATIENCE_S))["type"] == "subscribe"
            yield cls(subscription)

    async def next(self, *, within_s: float = PATIENCE_S) -> bytes | None:
        """The next message, None when there is none in this time."""
        message = await self._subscription.get_message(timeout=within_s)
        return None if message is None else message["data"]

    async def so_far(self) -> list[bytes]:
        """All that was published up to now: Redis has it in its answer before it answers anything else."""
        found: list[bytes] = []
        await self._subscription.ping("so far")
        async with asyncio.timeout(PATIENCE_S):
            while (message := await self._subscription.get_message(timeout=PATIENCE_S))["type"] != "pong":
                found.append(message["data"])
        return found


async def until_heard(redis_url: str, person_id: UUID, *, lines: int = 1) -> None:
    """Wait until so many API processes listen to what is told of this person, no more and no fewer."""
    channel = channel_of(person_id)
    async with asyncio.timeout(PATIENCE_S), Redis.from_url(redis_url) as client:
        while dict(await client.pubsub_numsub(channel))[channel] != lines:  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(_LOOK_S)
