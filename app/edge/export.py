"""`/export`: everything that is kept of whoever asks, zipped while it is read and while it is sent.

Reads nothing itself, and writes no file: what is in memory is a page of rows and a few pieces of the zip.
"""

import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.edge.refusals import refusal
from app.edge.tokens import TokenVerifier
from app.errors import Gone, SpectrumError, TooOften, TopLevelCode, Unauthenticated
from app.pipeline import export
from app.pipeline.export import ExportFile
from app.pipeline.ports import Ports
from app.telemetry import logger, where

STALLED_AFTER_S = 60.0
"""Whoever takes nothing for so long is given up: their words do not wait in memory."""
PIECE_BYTES = 64 * 1024
"""Compressed between two turns of the event loop."""

log = logger("export")


class Export:
    """The endpoint, as an ASGI application: GET with the person's own token, in whatever role, and about nobody else.

    401 without a token, 405 for every other method, 429 with Retry-After too often, 503 while it cannot be begun.
    What goes wrong later ends the connection in the middle: half a zip does not open.
    """

    def __init__(self, ports: Ports, verifier: TokenVerifier, *, stalled_after_s: float = STALLED_AFTER_S) -> None:
        self._ports = ports
        self._verifier = verifier
        self._stalled_after_s = stalled_after_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "GET":
            return refusal(405, TopLevelCode.BAD_USER_INPUT, "Take your copy with GET.", allow="GET")
        try:
            begun = await self._begun(request)
        except Unauthenticated as error:
            return refusal(401, TopLevelCode.UNAUTHENTICATED, str(error))
        except TooOften as error:
            return refusal(429, TopLevelCode.THROTTLED, str(error), retry_after_ms=error.retry_after_ms)
        except SpectrumError as error:
            request_id = request.state.request_id
            log.warning("export_not_begun", error=type(error).__name__, where=where(error), request_id=request_id)
            return refusal(503, TopLevelCode.INTERNAL, "Your copy cannot be made at the moment. Please try again.")
        return _ZipResponse(begun, request.state.request_id, self._stalled_after_s)

    async def _begun(self, request: Request) -> export.Export:
        caller = await self._verifier.caller(request.headers.get("authorization"))
        if caller is None:
            raise Unauthenticated("Sign in to take your data with you.")
        return await export.begin(self._ports, self._ports.keyring.identity.person_id(caller.subject))


class _ZipResponse(StreamingResponse):
    """A zip of `files`, sent as it is made; given up when a part of it is not taken in time."""

    media_type = "application/zip"

    def __init__(self, begun: export.Export, request_id: str, stalled_after_s: float) -> None:
        self._zipped = zipped(begun.files(), begun.made_at)
        self._request_id = request_id
        self._stalled_after_s = stalled_after_s
        name = f"kalei-spectrum-{begun.made_at.date()}.zip"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        super().__init__(self._zipped, headers=headers)

    async def stream_response(self, send: Send) -> None:
        """Send all of it, and let go of what was read, however it ends."""

        async def sent(message: Message) -> None:
            try:
                async with asyncio.timeout(self._stalled_after_s):
                    await send(message)
            except TimeoutError:
                raise ClientDisconnect from None

        try:
            async with aclosing(self._zipped):
                await super().stream_response(sent)
        except Exception as error:
            told = {"error": type(error).__name__, "where": where(error), "request_id": self._request_id}
            expected = isinstance(error, Gone | ClientDisconnect)
            (log.info if expected else log.error)("export_broken_off", **told)
            raise


async def zipped(files: AsyncGenerator[ExportFile, None], made_at: datetime) -> AsyncGenerator[bytes, None]:
    """A zip archive of `files` in pieces, as it grows. A file in it has at most 2 GiB.

    When it is left before its end, what was given makes no archive: the last file and the directory come last, in one.
    """
    sink = _Sink()
    # leaving a block early writes its end too, but only into the sink, and nobody takes that
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        async with aclosing(files):
            async for file in files:
                if sink.size:
                    yield sink.taken()
                with archive.open(_entry(file.name, made_at), "w") as member:
                    async with aclosing(file.pieces):
                        async for piece in file.pieces:
                            for start in range(0, len(piece), PIECE_BYTES):
                                member.write(piece[start : start + PIECE_BYTES])
                                await asyncio.sleep(0)
                            if sink.size >= PIECE_BYTES:
                                yield sink.taken()
    yield sink.taken()


def _entry(name: str, made_at: datetime) -> ZipInfo:
    entry = ZipInfo(name, made_at.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    return entry


class _Sink(io.RawIOBase):
    """Where a zip is written to: it cannot go back, and gives what was written once."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    @property
    def size(self) -> int:
        return len(self._written)

    def taken(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken
