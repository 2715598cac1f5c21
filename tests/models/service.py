"""A language model's HTTP service on the loopback, as OpenAI's is: it answers as it is told to, and remembers.

Checks nothing.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

_MIB = 1_048_576
Reply = Callable[["Service", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Service:
    """How it answers, every request that it had, and every byte of them."""

    reply: Reply
    url: str = ""
    heard: bytearray = field(default_factory=bytearray)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, and reply."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            told = await reader.readuntil(b"\r\n\r\n")
            head = told.decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            body = await reader.readexactly(int(headers["content-length"]))
            self.heard += told + body + b"\n"
            self.requests.append(orjson.loads(body))
            self.keys.append(headers.get("authorization", ""))
            await self.reply(self, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def send(writer: asyncio.StreamWriter, status: str, body: bytes) -> None:
    """Write one whole answer."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close"
    writer.write(f"{head}\r\n\r\n".encode() + body)
    await writer.drain()


def says(content: object, *, read: object = 100, written: object = 20) -> Reply:
    """Answer with `content` as the text (what it makes of the request, when it can be called), and so many tokens."""

    async def reply(service: Service, writer: asyncio.StreamWriter) -> None:
        said = content(service.requests[-1]) if callable(content) else content
        message = {"role": "assistant", "content": said}
        answer = {
            "id": "one",
            "object": "chat.completion",
            "created": 1,
            "model": service.requests[-1]["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": 120},
        }
        await send(writer, "200 OK", json.dumps(answer).encode())

    return reply


def refuses(status: str, body: bytes = b"{}") -> Reply:
    """Answer with a status."""

    async def reply(_: Service, writer: asyncio.StreamWriter) -> None:
        await send(writer, status, body)

    return reply


def is_silent() -> Reply:
    """Say nothing until whoever asked has gone."""

    async def reply(_: Service, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():  # noqa: ASYNC110 - a connection that is lost tells nobody
            await asyncio.sleep(0.02)

    return reply


def drips() -> Reply:
    """Answer a byte now and then, without an end."""

    async def reply(_: Service, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    return reply


FAULTS: Mapping[str, Reply] = {
    "429": refuses("429 Too Many Requests"),
    "500": refuses("500 Internal Server Error"),
    "401": refuses("401 Unauthorized", b'{"error": {"message": "no such key: sk-secret"}}'),
    "not JSON": refuses("200 OK", b"\x00\xff hello"),
    "empty": refuses("200 OK", b""),
    "null": refuses("200 OK", b"null"),
    "no choices": refuses("200 OK", b'{"id": "x", "choices": []}'),
    "no text": says(None),
    "8 MB": says("a" * (8 * _MIB)),
    "never": is_silent(),
    "drips": drips(),
}


@asynccontextmanager
async def service_that(reply: Reply) -> AsyncIterator[Service]:
    """Serve it on a free port of the loopback."""
    service = Service(reply)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield service
    finally:
        server.close()
