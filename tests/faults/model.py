"""A language model on the loopback that behaves badly, and a writer that asks it as a careful client would."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import orjson

from app.domain.narrative import Brief, brief_to_json
from app.errors import ModelUnavailable
from app.gateways.language_model import Answer, Engine
from prompts import Revision

LARGEST_ANSWER = 65_536
"""Bytes of an answer that are read; a model that says more is not believed."""
RETRY_AFTER_S = 3600
_MIB = 1_048_576
_GARBAGE = (
    b"\x00\xff\xfe not JSON at all",
    b"",
    b"null",
    b"[" * 5_000,
    b'{"headline": 1, "sentences": {}}',
    b'{"headline": "You should stop your medication.", "sentences": []}',
)


class Writer:
    """Asks the model at `url`; the pipeline bounds its time, and this bounds what is read of an answer."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url

    async def write(self, brief: Brief, revision: Revision) -> Answer:
        """What the model said, unchecked. ModelUnavailable when it refuses, breaks off, or says too much."""
        asked = {"revision": revision.name, "brief": brief_to_json(brief)}
        try:
            async with self._http.stream("POST", self._url, content=orjson.dumps(asked)) as answer:
                if answer.status_code == 429 or answer.status_code >= 500:
                    wait_s = answer.headers.get("retry-after")
                    raise ModelUnavailable("The model refused.", retry_after_s=float(wait_s) if wait_s else None)
                return Answer(_parsed(await _bounded(answer)), Engine.SMALL_MODEL)
        except httpx.HTTPError as error:
            raise ModelUnavailable("The model cannot be reached.") from error


async def _bounded(answer: httpx.Response) -> bytes:
    body = b""
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise ModelUnavailable("The model said too much.")
    return body


def _parsed(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")


@asynccontextmanager
async def open_model(url: str) -> AsyncIterator[Writer]:
    """Give a writer that asks the model at `url`."""
    async with httpx.AsyncClient(timeout=None, trust_env=False) as http:  # the pipeline bounds its time
        yield Writer(http, url)


@dataclass
class Model:
    """The server: how it behaves, how often it was asked, and every byte it was told."""

    behaviour: str
    asked: int = 0
    said: int = 0
    url: str = ""
    heard: bytearray = field(default_factory=bytearray)
    _garbage: "itertools.cycle[bytes]" = field(default_factory=lambda: itertools.cycle(_GARBAGE))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, and behave."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            told = await reader.readexactly(_length_in(head))
            self.heard += head + told + b"\n"
            await BEHAVIOURS[self.behaviour](self, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def say(self, writer: asyncio.StreamWriter, status: str, body: bytes = b"", *headers: str) -> None:
        """Write one whole answer."""
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    async def too_many(self, writer: asyncio.StreamWriter) -> None:
        """Ask to be left alone for an hour."""
        await self.say(writer, "429 Too Many Requests", b"", f"retry-after: {RETRY_AFTER_S}")

    async def broken(self, writer: asyncio.StreamWriter) -> None:
        """Fail."""
        await self.say(writer, "500 Internal Server Error", b"<html>something went wrong</html>")

    async def garbage(self, writer: asyncio.StreamWriter) -> None:
        """Answer something else each time, and never what was asked for."""
        await self.say(writer, "200 OK", next(self._garbage))

    async def slowly(self, writer: asyncio.StreamWriter) -> None:
        """Answer byte by byte, and then break off."""
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        for _ in range(10):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.1)

    async def at_length(self, writer: asyncio.StreamWriter) -> None:
        """Answer with a JSON text of 8 MB."""
        await self.say(writer, "200 OK", b'{"headline": "' + b"a" * (8 * _MIB) + b'"}')

    async def never(self, writer: asyncio.StreamWriter) -> None:
        """Say nothing until whoever asked has gone."""
        while not writer.is_closing():  # noqa: ASYNC110 - a connection that is lost tells nobody
            await asyncio.sleep(0.1)


def _length_in(head: bytes) -> int:
    lengths = (line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return int(next(lengths, b"0"))


BEHAVIOURS: Mapping[str, Callable[[Model, asyncio.StreamWriter], Awaitable[None]]] = {
    "429": Model.too_many,
    "500": Model.broken,
    "garbage": Model.garbage,
    "slowly": Model.slowly,
    "8 MB": Model.at_length,
    "never": Model.never,
}


@asynccontextmanager
async def model_that(behaviour: str) -> AsyncIterator[Model]:
    """Serve a model that behaves so, on a free port of the loopback."""
    model = Model(behaviour)
    server = await asyncio.start_server(model.answer, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield model
    finally:
        server.close()
