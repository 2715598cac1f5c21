"""A person's copy, taken over HTTP and read as strictly as anything reads a zip; and the same taken piece by piece."""

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import httpx
from starlette.types import ASGIApp, Message

from app.domain.access import Role
from tests.client import Client, session

START = datetime(2026, 7, 1, 7, tzinfo=UTC)
LONG_WORDS = 5
SPEC_VERSION = "2.3"
"""Of ASGI, as the installed server speaks it: on it depends which of Starlette's ways an answer is sent."""


def long_words(key: str) -> list[dict[str, Any]]:
    """Give sessions whose words no compression makes small, so that a page of them is many pieces."""
    turns = [[_noise(f"{day} {turn}") for turn in range(8)] for day in range(LONG_WORDS)]
    return [session(key, START + timedelta(days=day), *texts) for day, texts in enumerate(turns)]


def _noise(seed: str) -> str:
    return "".join(hashlib.sha256(f"{seed} {place}".encode()).hexdigest() for place in range(120))


@dataclass(frozen=True, slots=True)
class Copy:
    """What was in a zip, by file name."""

    files: dict[str, bytes]

    @classmethod
    def of(cls, content: bytes) -> "Copy":
        """All files of a zip, each checked against its checksum, none of them twice."""
        with ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            names = archive.namelist()
            assert len(names) == len(set(names))
            return cls({name: archive.read(name) for name in names})

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a CSV file by its header, as a spreadsheet that knows UTF-8 reads it."""
        assert self.files[name].startswith("\ufeff".encode())
        return list(csv.DictReader(io.StringIO(self.files[name].decode("utf-8-sig"), newline=""), strict=True))

    def lines(self, name: str) -> list[Any]:
        """The values of a JSONL file."""
        return [json.loads(line) for line in self.files[name].decode().split("\n")[:-1]]

    @property
    def readme(self) -> str:
        """The page that explains it."""
        return self.files["README.txt"].decode()


async def asked(client: Client, subject: str | None, *roles: Role, method: str = "GET") -> httpx.Response:
    """The whole answer of `/export`; `subject` None is an anonymous call."""
    headers = {"authorization": f"Bearer {client.token(subject, *roles)}"} if subject else {}
    return await client.http.request(method, "/export", headers=headers)


async def taken(client: Client, subject: str) -> Copy:
    """A person's copy."""
    answer = await asked(client, subject)
    assert answer.status_code == 200
    return Copy.of(answer.content)


OnPiece = Callable[[list[bytes]], Awaitable[None]]
"""Called after each piece with all that have arrived; nothing more is sent before it returns."""


async def piecewise(app: ASGIApp, token: str, on_piece: OnPiece) -> list[bytes]:
    """The pieces of a copy that came to its end; what ended it before is raised, and was not told as an end."""
    pieces: list[bytes] = []
    ended: list[bool] = []

    async def receive() -> Message:
        await asyncio.Event().wait()  # the reader stays
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            if message["body"]:
                pieces.append(message["body"])
                await on_piece(pieces)
            if not message["more_body"]:
                ended.append(True)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": SPEC_VERSION},
        "method": "GET",
        "path": "/export",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode())],
        "state": {"request_id": "0" * 32},
    }
    try:
        await app(scope, receive, send)
    except Exception:
        assert not ended
        raise
    assert ended
    return pieces
