"""Sixteen callers that ask and ask: raw HTTP/1.1 over kept connections, so that the client is not what is measured.

Counts only whole answers with status 200; anything else ends the run. Reads no body but to look for an error in it.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson

from benchmarks.programs import cpu_s

CALLERS = 16
PATIENCE_S = 30
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask, as bytes on the wire."""

    wire: bytes

    @classmethod
    def get(cls, path: str) -> "Question":
        """A plain GET."""
        return cls(f"GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())

    @classmethod
    def post(cls, path: str, document: str, variables: Mapping[str, object], token: str = "") -> "Question":
        """A GraphQL POST, by somebody when there is a token."""
        body = orjson.dumps({"query": document, "variables": variables})
        head = f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\naccept: application/json\r\n"
        signed = f"authorization: Bearer {token}\r\n" if token else ""
        return cls(f"{head}{signed}content-length: {len(body)}\r\n\r\n".encode() + body)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of a variant came to."""

    rate: float
    p50: float
    p95: float
    p99: float
    cpu_us: float
    size: int


class _Caller(asyncio.Protocol):
    """One connection: hands in a question, waits for the whole answer, hands in the next."""

    def __init__(self, questions: Iterator[Question], waits: list[float], until: float) -> None:
        self._questions, self._waits, self._until = questions, waits, until
        self._buffer, self._asked = bytearray(), 0.0
        self.done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone
        self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        self._asked = time.perf_counter()
        self._transport.write(next(self._questions).wire)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if (size := _whole(self._buffer)) is None:
            return
        if not self._buffer.startswith(b"HTTP/1.1 200") or b'"errors"' in self._buffer:
            self._fail(bytes(self._buffer[:600]).decode(errors="replace"))
            return
        self._buffer.clear()
        now = time.perf_counter()
        self._waits.append(now - self._asked)
        if now < self._until:
            self._ask()
        elif not self.done.done():
            self.done.set_result(size)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._fail(f"The server hung up: {exc}")

    def _fail(self, said: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(said))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _whole(buffer: bytearray) -> int | None:
    """Bytes of the body once all of it is there."""
    end = buffer.find(_END)
    if end < 0:
        return None
    head, size = bytes(buffer[:end]).lower(), len(buffer) - end - len(_END)
    _, _, length = head.partition(b"content-length:")
    if length:
        return size if size >= int(length.split(b"\r\n", 1)[0]) else None
    return size if buffer.endswith(b"\r\n0\r\n\r\n") else None


async def ask(port: int, pid: int, questions: Iterator[Question], seconds: float, *, callers: int = CALLERS) -> Round:
    """Let so many callers ask a server for some seconds; its processor time is that of process `pid`."""
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    busy, start = cpu_s(pid), time.perf_counter()
    until = start + seconds
    asking = [
        (await loop.create_connection(lambda: _Caller(questions, waits, until), "127.0.0.1", port))[1]
        for _ in range(callers)
    ]
    try:
        async with asyncio.timeout(seconds + PATIENCE_S):
            sizes = await asyncio.gather(*(caller.done for caller in asking))
    finally:
        for caller in asking:
            caller.close()
    took, busy = time.perf_counter() - start, cpu_s(pid) - busy
    waits.sort()
    return Round(len(waits) / took, *_at(waits), busy / len(waits) * 1e6, max(sizes))


def _at(waits: Sequence[float]) -> tuple[float, float, float]:
    p50, p95, p99 = (waits[int(len(waits) * share)] * 1000 for share in (0.50, 0.95, 0.99))
    return p50, p95, p99


async def first_answer(port: int, question: Question) -> bytes:
    """The body of one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(question.wire)
    got = bytearray()
    while _whole(got) is None:
        more = await reader.read(65_536)
        assert more, bytes(got)
        got += more
    writer.close()
    head, _, body = bytes(got).partition(_END)
    assert head.startswith(b"HTTP/1.1 200"), bytes(got[:600])
    return body
