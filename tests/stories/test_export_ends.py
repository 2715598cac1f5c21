"""How a copy ends before its end, or never begins: an erasure, a limit, the wrong caller, a reader who is too slow."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zipfile import BadZipFile, ZipFile

import pytest
from starlette.requests import ClientDisconnect

from app.edge.export import Export
from app.edge.tokens import TokenVerifier
from app.errors import Gone
from app.jobs import Queue
from app.pipeline import forget
from app.pipeline.export import MOST_EXPORTS
from app.storage.forgetting.operations import ResetScope
from app.wiring import Spectrum
from tests.client import Client, session
from tests.conftest import AUTH_SECRET
from tests.life import at, take, who
from tests.stories.unzipping import LONG_WORDS, START, Copy, OnPiece, asked, long_words, piecewise, taken
from workers.runner import Runner


@pytest.fixture
def endpoint(spectrum: Spectrum) -> Export:
    """Give the endpoint by itself, to be read piece by piece."""
    return Export(spectrum.ports, TokenVerifier(secret=AUTH_SECRET))


async def _erase(spectrum: Spectrum, owner: Any, person_id: UUID, scope: ResetScope) -> None:
    await forget.request(spectrum.ports, await at(owner, person_id), scope, uuid4())
    assert await Runner(spectrum.ports).work_off(Queue.SECONDS) > 0


async def _nothing(_: list[bytes]) -> None:
    """Let it go on."""


def _at(place: int, happens: Callable[[], Awaitable[None]], arrived: list[bytes]) -> OnPiece:
    """Let something happen when this many pieces have arrived, before the next one can; note all that do arrive."""

    async def on_piece(pieces: list[bytes]) -> None:
        arrived[:] = pieces
        if len(pieces) == place:
            await happens()

    return on_piece


@pytest.mark.parametrize("step", [pytest.param(3, id="quick"), pytest.param(1, marks=pytest.mark.faults)])
async def test_an_erasure_ends_it_at_once(
    spectrum: Spectrum, owner: Any, client: Client, endpoint: Export, person: str, step: int
) -> None:
    """Whenever the erasure comes, nothing more is sent after it, in the middle of a page either, and no zip opens."""
    await take(spectrum, *long_words(person))
    whole = await piecewise(endpoint, client.token(person), _nothing)
    assert len(Copy.of(b"".join(whole)).lines("words.jsonl")) == LONG_WORDS
    assert len(whole) > LONG_WORDS, "or no page would be in several pieces"
    for place in range(1, len(whole), step):
        key, scope = f"{person}-{place}", list(ResetScope)[place % len(ResetScope)]
        await take(spectrum, *long_words(key))
        arrived: list[bytes] = []
        erase = partial(_erase, spectrum, owner, who(spectrum, key), scope)
        with pytest.raises(Gone):
            await piecewise(endpoint, client.token(key), _at(place, erase, arrived))
        assert len(arrived) == place, scope
        with pytest.raises(BadZipFile):
            ZipFile(io.BytesIO(b"".join(arrived)))


async def test_who_comes_back_meanwhile_is_somebody_else(
    spectrum: Spectrum, owner: Any, client: Client, endpoint: Export, person: str
) -> None:
    """Someone erased who begins anew while the old copy is being sent finds none of the new life in it."""
    await take(spectrum, *long_words(person))

    async def reborn() -> None:
        await _erase(spectrum, owner, who(spectrum, person), ResetScope.EVERYTHING)
        await take(spectrum, session(person, START))

    with pytest.raises(Gone):
        await piecewise(endpoint, client.token(person), _at(1, reborn, []))
    assert len((await taken(client, person)).lines("words.jsonl")) == 1


async def test_who_becomes_known_meanwhile_asks_again(
    spectrum: Spectrum, client: Client, endpoint: Export, person: str
) -> None:
    """A copy that began by saying that nobody is known does not go on to tell of somebody."""

    async def came() -> None:
        await take(spectrum, session(person, START))

    with pytest.raises(Gone):
        await piecewise(endpoint, client.token(person), _at(1, came, []))


async def test_ten_times_a_day(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """The eleventh within 24 hours is refused until the first is a day old; nobody else is refused for it."""
    actor = spectrum.ports.keyring.identity.pseudonym("audit", who(spectrum, person))
    for _ in range(MOST_EXPORTS):
        await taken(client, person)
    await owner.execute(
        "UPDATE audit SET at = now() - interval '1 hour' * n FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS n"
        " FROM audit WHERE actor = $1) AS i WHERE i.id = audit.id",
        actor,
    )
    refused = await asked(client, person)
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert 13 * 3600 < int(refused.headers["retry-after"]) <= 14 * 3600
    assert refused.headers["cache-control"] == "no-store"
    await taken(client, f"{person}-other")
    await owner.execute("UPDATE audit SET at = at - interval '14 hours 1 second' WHERE actor = $1", actor)
    copy = await taken(client, person)
    rows = await owner.fetch("SELECT action, targets, reason FROM audit WHERE actor = $1", actor)
    assert [tuple(row) for row in rows] == [("EXPORT", [], "asked for by the person")] * (MOST_EXPORTS + 1)
    assert len(copy.lines("everything/audit.jsonl")) == MOST_EXPORTS + 1
    assert (await asked(client, person)).status_code == 429


async def test_the_last_one_is_given_once(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """Of many who ask at once for the last one that is left, exactly one gets it."""
    for _ in range(MOST_EXPORTS - 1):
        await taken(client, person)
    answers = await asyncio.gather(*(asked(client, person) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[429] * 5]
    actor = spectrum.ports.keyring.identity.pseudonym("audit", who(spectrum, person))
    assert await owner.fetchval("SELECT count(*) FROM audit WHERE actor = $1", actor) == MOST_EXPORTS


async def test_nobody_gets_nothing(owner: Any, client: Client) -> None:
    """Without a token, or with one that does not hold, it is refused in the house's form, and not noted."""
    before = await owner.fetchval("SELECT count(*) FROM audit")
    refusals = [await asked(client, None)]
    refusals += [
        await client.http.get("/export", headers={"authorization": header}) for header in ("Basic x", "Bearer x", "")
    ]
    for answer in refusals:
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert await owner.fetchval("SELECT count(*) FROM audit") == before


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_it_is_taken_with_get_alone(owner: Any, client: Client, person: str, method: str) -> None:
    """Every other method is refused, and nothing is read or noted for it."""
    before = await owner.fetchval("SELECT count(*) FROM audit")
    answer = await asked(client, person, method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert await owner.fetchval("SELECT count(*) FROM audit") == before


async def test_it_is_a_file_that_no_cache_keeps(client: Client, person: str) -> None:
    """It comes as an attachment whose name is a day and names nobody, and no cache may keep it."""
    answer = await asked(client, person)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    day = answer.headers["content-disposition"].removeprefix('attachment; filename="kalei-spectrum-')
    assert datetime.strptime(day, '%Y-%m-%d.zip"').replace(tzinfo=UTC) <= datetime.now(UTC) + timedelta(days=1)
    assert person not in str(answer.headers)


async def test_without_the_key_everything_but_the_words_is_told(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """When the person's key does not open, their numbers are in the copy all the same, and it says what is missing."""
    await take(spectrum, session(person, START))
    await owner.execute(
        "UPDATE person SET data_key = set_byte(data_key, 20, 0) || '\\x00' WHERE id = $1", who(spectrum, person)
    )
    copy = await taken(client, person)
    (line,) = copy.lines("words.jsonl")
    assert line["note"] == "These words are kept, but could not be opened."
    assert len(copy.lines("everything/session.jsonl")) == 1
    assert "could not be opened" in copy.readme


async def test_who_takes_nothing_is_given_up(spectrum: Spectrum, client: Client, person: str) -> None:
    """Words do not wait in memory for a reader who never comes: the connection is ended."""
    await take(spectrum, session(person, START))
    impatient = Export(spectrum.ports, TokenVerifier(secret=AUTH_SECRET), stalled_after_s=0.01)

    async def never(_: list[bytes]) -> None:
        await asyncio.Event().wait()

    with pytest.raises(ClientDisconnect):
        await piecewise(impatient, client.token(person), never)
