"""How a copy ends over a real socket and the shipped server: erased, left, or not taken, nothing goes on behind it."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zipfile import BadZipFile, ZipFile

import asyncpg
import pytest

from app.embedded import Servers
from app.pipeline import forget
from app.pipeline.forget_sessions import forget_sessions
from app.storage.forgetting.operations import ResetScope
from app.wiring import Spectrum
from tests.client import Client
from tests.life import at, owner_of, take, who
from tests.stories.serving import PATIENCE_S, Reader, Served, served
from tests.stories.unzipping import LONG_WORDS, SPEC_VERSION, Copy, long_words, taken
from workers.drain import drain

_BUSY = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
      AND state <> 'idle' AND pid <> ALL($1)
"""
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
_LOOK_S = 0.01


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(_LOOK_S)


async def _comes_to_rest(owner: Any, *besides: int) -> None:
    """Wait until no connection of the installation has a statement or a transaction open, whatever others do."""
    apart = [owner.get_server_pid(), *besides]

    async def is_at_rest() -> bool:
        return not await owner.fetchval(_BUSY, apart)

    await _until(is_at_rest)


def _opens(content: bytes) -> bool:
    try:
        ZipFile(io.BytesIO(content)).close()
    except BadZipFile:
        return False
    return True


async def _read(served_: Served, token: str) -> Reader:
    async with Reader.of(served_.port, token) as reader:
        await reader.read()
        await served_.tap.ended.wait()
    return reader


async def test_a_copy_arrives_whole(spectrum: Spectrum, client: Client, person: str) -> None:
    """Undisturbed it comes in many pieces and opens; the server speaks the version that the other tests speak."""
    await take(spectrum, *long_words(person))
    async with served(spectrum) as server:
        reader = await _read(server, client.token(person))
    assert reader.status == b"HTTP/1.1 200 OK"
    assert reader.is_whole
    assert len(Copy.of(reader.body).lines("words.jsonl")) == LONG_WORDS
    assert server.tap.pieces > LONG_WORDS
    assert server.tap.spec_version == SPEC_VERSION


async def _reset(spectrum: Spectrum, owner: Any, person_id: UUID, scope: ResetScope) -> None:
    await forget.request(spectrum.ports, await at(owner, person_id), scope, uuid4())
    await drain(spectrum.ports)


async def _erase_one(spectrum: Spectrum, person_id: UUID, session_id: UUID) -> None:
    assert await forget_sessions(spectrum.ports, person_id, [session_id], actor="the app") == 1


@pytest.mark.parametrize("place", [1, 5])
@pytest.mark.parametrize("what", [*ResetScope, "first session", "last session"])
async def test_an_erasure_ends_it(
    spectrum: Spectrum, owner: Any, client: Client, person: str, what: ResetScope | str, place: int
) -> None:
    """Of everything or of one session, told already or not: no piece follows, no end, no zip, no open transaction."""
    sent = long_words(person)
    await take(spectrum, *sent)
    person_id = who(spectrum, person)
    async with served(spectrum) as server:
        server.tap.at = place
        if isinstance(what, ResetScope):
            server.tap.happens = partial(_reset, spectrum, owner, person_id, what)
        else:
            session_id = UUID(sent[0 if what == "first session" else -1]["sessionKey"])
            server.tap.happens = partial(_erase_one, spectrum, person_id, session_id)
        reader = await _read(server, client.token(person))
    assert server.tap.pieces == place
    assert reader.status == b"HTTP/1.1 200 OK"
    assert reader.body
    assert not reader.is_whole
    assert not _opens(reader.body)
    await _comes_to_rest(owner)


async def test_who_hangs_up_ends_the_statement_that_runs(
    spectrum: Spectrum, owner: Any, servers: Servers, client: Client, person: str
) -> None:
    """While words are being read, held up by a lock, the reader leaves: the statement ends, and so does everything."""
    await take(spectrum, *long_words(person))
    async with served(spectrum) as server, owner_of(spectrum, servers) as other:
        async with other.transaction(), Reader.of(server.port, client.token(person)) as reader:
            await other.execute("LOCK TABLE sealed_text IN ACCESS EXCLUSIVE MODE")
            await _until(partial(_waits, owner))
            pieces = server.tap.pieces
            reader.hang_up()
            await asyncio.wait_for(server.tap.ended.wait(), PATIENCE_S)
            await _comes_to_rest(owner, other.get_server_pid())
        assert server.tap.pieces == pieces
    assert len((await taken(client, person)).lines("words.jsonl")) == LONG_WORDS


async def _waits(owner: asyncpg.Connection) -> bool:
    return bool(await owner.fetchval(_WAITING))


async def test_who_leaves_in_the_middle_is_let_go(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """Whoever took a part and goes is sent no more, whatever would have come; the next copy is whole."""
    await take(spectrum, *long_words(person))
    under_way = asyncio.Event()

    async def wait_for_nothing() -> None:
        under_way.set()
        await asyncio.Event().wait()

    async with served(spectrum) as server:
        server.tap.at, server.tap.happens = 2, wait_for_nothing
        async with Reader.of(server.port, client.token(person)) as reader:
            await asyncio.wait_for(under_way.wait(), PATIENCE_S)
            await reader.read_some()
            reader.hang_up()
            await asyncio.wait_for(server.tap.ended.wait(), PATIENCE_S)
        assert server.tap.pieces == server.tap.at
        await _comes_to_rest(owner)
    assert len((await taken(client, person)).lines("words.jsonl")) == LONG_WORDS


async def test_who_takes_nothing_is_given_up(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """Once the buffers are full and nothing is taken, the copy ends: what still comes then is half a zip."""
    await take(spectrum, *long_words(person))
    async with served(spectrum, stalled_after_s=0.05) as server, Reader.of(server.port, client.token(person)) as reader:
        await asyncio.wait_for(server.tap.ended.wait(), PATIENCE_S)
        await _comes_to_rest(owner)
        await reader.read()
    assert reader.status == b"HTTP/1.1 200 OK"
    assert not reader.is_whole
    assert not _opens(reader.body)
