"""One websocket as Strawberry's protocol handler uses it: strict frames in, bounded sending, one close with our words.

Knows no token and no schema: who may speak, and what of, is decided elsewhere.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http.async_base_view import AsyncWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected

from app.edge.sockets.frames import FrameRefused, read_frame
from app.telemetry import SOCKETS_CLOSED

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_ACCEPTABLE = 4400, 4401, 4403, 4406
INIT_TIMEOUT, SUBSCRIBER_EXISTS, TOO_MANY = 4408, 4409, 4429
INTERNAL_ERROR = 1011
_REASONS: Mapping[int, str] = {
    BAD_REQUEST: "This is not what the protocol expects.",
    UNAUTHORIZED: "Unauthorized",
    FORBIDDEN: "Forbidden",
    NOT_ACCEPTABLE: "Subprotocol not acceptable",
    INIT_TIMEOUT: "Connection initialisation timeout",
    SUBSCRIBER_EXISTS: "Subscriber already exists",
    TOO_MANY: "Too many requests",
    INTERNAL_ERROR: "Something went wrong on our side.",
}
"""What a close says. Strawberry's own reasons repeat ids and documents."""
_GONE = (WebSocketDisconnect, OSError, RuntimeError)
"""What sending raises when nobody is there any more, or the close was said by somebody else."""


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Sockets of a process, of one person and, before they said who they are, of one address.

    Operations of one socket, its frames, and how long anything may take.
    """

    sockets: int = 1_000
    of_a_person: int = 5
    waiting: int = 20
    operations: int = 10
    frames_a_second: float = 20.0
    burst: int = 40
    init_s: float = 5.0
    send_s: float = 10.0
    close_s: float = 1.0


class Wire(AsyncWebSocketAdapter):
    """A socket that was accepted. Closing it from whichever task ends the reading of it."""

    def __init__(self, websocket: WebSocket, limits: SocketLimits) -> None:
        self._websocket = websocket
        self._limits = limits
        self._pace = _Pace(limits.frames_a_second, limits.burst)
        self._until: float | None = None
        self._waiting: asyncio.Timeout | None = None
        self._closed = False

    def end_at(self, moment: datetime) -> None:
        """Close the socket as unauthorised at this moment, whatever is going on."""
        self._until = asyncio.get_running_loop().time() + (moment - datetime.now(UTC)).total_seconds()

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The client's messages until somebody closes; a frame that is none, or one too many, closes the socket."""
        while not self._closed:
            received = await self._receive()
            if received is None or received["type"] == "websocket.disconnect":
                return
            now = asyncio.get_running_loop().time()
            if self._until is not None and now >= self._until:
                await self.close(UNAUTHORIZED, "")
                return
            if not self._pace.allows(now):
                await self.close(TOO_MANY, "")
                return
            try:
                message = read_frame(received.get("text") or "")
            except FrameRefused as refused:
                await self._close(BAD_REQUEST, str(refused))
                return
            yield message

    async def _receive(self) -> Any:
        """The next thing that the server hands on; None when the time is up, or the socket was closed here."""
        try:
            async with asyncio.timeout_at(self._until) as self._waiting:
                return await self._websocket.receive()
        except TimeoutError:
            await self.close(UNAUTHORIZED, "")
            return None
        finally:
            self._waiting = None

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message; whoever does not take it in time is given up. WebSocketDisconnected when nobody is there."""
        if self._closed:
            raise WebSocketDisconnected
        try:
            async with asyncio.timeout(self._limits.send_s):
                await self._websocket.send_text(orjson.dumps(message).decode())
        except TimeoutError:
            await self.close(TOO_MANY, "")
            raise WebSocketDisconnected from None
        except _GONE:
            raise WebSocketDisconnected from None

    async def close(self, code: int, reason: str) -> None:
        """Close with our own words for `code`: `reason` may repeat what was sent, and is not used."""
        del reason
        await self._close(code, _REASONS.get(code, ""))

    async def _close(self, code: int, sentence: str) -> None:
        if self._closed:
            return
        self._closed = True
        SOCKETS_CLOSED.labels(code).inc()
        try:
            with suppress(TimeoutError, *_GONE):
                async with asyncio.timeout(self._limits.close_s):
                    await self._websocket.close(code, sentence)
        finally:
            if self._waiting is not None:
                with suppress(RuntimeError):  # its time is up just now anyway
                    self._waiting.reschedule(asyncio.get_running_loop().time())


class _Pace:
    """So many at once, and so many a second after that."""

    def __init__(self, a_second: float, burst: int) -> None:
        self._a_second = a_second
        self._burst = burst
        self._left = float(burst)
        self._at: float | None = None

    def allows(self, now: float) -> bool:
        """Whether one more may come."""
        passed = now - (now if self._at is None else self._at)
        self._left = min(self._burst, self._left + passed * self._a_second) - 1
        self._at = now
        return self._left >= 0
