"""What is asked for at the same time in one shared transaction goes in one statement, and nobody can tell."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.storage.store import Store, Tx
from app.wiring import Spectrum
from tests.client import session
from tests.life import JUNE, take, who

NOBODY = UUID(int=0)
QUESTIONS = (
    ("SELECT $1::int AS one, $2::text AS two", (1, "two")),
    ("SELECT n, n * $1 AS times FROM generate_series(1, $2::int) AS n ORDER BY n DESC", (3, 4)),
    ("SELECT $1::uuid AS id, now() AS now, NULL::date AS day", (UUID(int=7),)),
    ("SELECT 1 AS nothing WHERE $1::bool", (False,)),
    ("SELECT '{\"a\": 1}'::jsonb AS json, decode('00ff', 'hex') AS bytes, ARRAY[1, 2]::smallint[] AS several", ()),
)


@asynccontextmanager
async def _counted(store: Store) -> AsyncIterator[tuple[Tx, list[str]]]:
    """A shared transaction, and the statements that reach its connection."""
    async with store.as_it_is(NOBODY) as tx:
        sent: list[str] = []

        def heard(query: asyncpg.connection.LoggedQuery) -> None:
            sent.append(query.query)

        connection = tx._connection
        connection.add_query_logger(heard)
        try:
            yield tx, sent
        finally:
            connection.remove_query_logger(heard)


async def test_rows_are_those_of_each_statement_by_itself(spectrum: Spectrum) -> None:
    """Alone or with others, a read answers with the same values, names and order."""
    async with spectrum.ports.store.as_it_is(NOBODY) as tx:
        alone = [await tx.fetch(sql, *args) for sql, args in QUESTIONS]
        for _ in range(2):
            together = await asyncio.gather(*(tx.fetch(sql, *args) for sql, args in reversed(QUESTIONS)))
            for one, other in zip(alone, reversed(together), strict=True):
                assert [dict(row.items()) for row in one] == [dict(row.items()) for row in other]
                assert [tuple(row) for row in one] == [tuple(row) for row in other]
                assert all(row[0] == row[next(iter(row.keys()))] for row in other)
        values = await asyncio.gather(tx.fetchval("SELECT 5 AS n"), tx.fetchrow(*QUESTIONS[3][:1], False))
    assert list(values) == [5, None]


async def test_what_is_asked_for_at_once_is_one_statement(spectrum: Spectrum) -> None:
    """Many reads at the same time reach the database as one; one after the other, as themselves."""
    async with spectrum.ports.store.as_it_is(NOBODY) as warm:
        await asyncio.gather(*(warm.fetch(sql, *args) for sql, args in QUESTIONS))
    async with _counted(spectrum.ports.store) as (tx, sent):
        await asyncio.gather(*(tx.fetch(sql, *args) for sql, args in QUESTIONS))
        await asyncio.sleep(0)
        assert len(sent) == 1
        await tx.fetch(QUESTIONS[0][0], 1, "two")
        await asyncio.sleep(0)
        assert sent[1:] == [QUESTIONS[0][0]]


async def test_arguments_that_fit_nothing_fail_their_own_read(spectrum: Spectrum) -> None:
    """A read whose argument cannot even be sent fails alone; the others are answered."""
    async with spectrum.ports.store.as_it_is(NOBODY) as tx:
        found = await asyncio.gather(
            tx.fetchval("SELECT $1::int AS n", "no number"),
            tx.fetchval("SELECT $1::int + 1 AS n", 1),
            tx.fetchval("SELECT $1::text AS t", "as ever"),
            return_exceptions=True,
        )
    assert isinstance(found[0], asyncpg.DataError)
    assert list(found[1:]) == [2, "as ever"]


async def test_nobody_sees_more_for_reading_with_others(spectrum: Spectrum, person: str) -> None:
    """In one statement with others' ids a person's transaction still sees one person's rows."""
    other = f"other-{uuid4()}"
    await take(spectrum, session(person, JUNE))
    await take(spectrum, session(other, JUNE))
    asked = "SELECT count(*) AS n FROM session WHERE person_id = $1"
    everybody = "SELECT count(DISTINCT person_id) AS n FROM session"
    async with spectrum.ports.store.as_it_is(who(spectrum, person)) as tx:
        found = await asyncio.gather(
            tx.fetchval(asked, who(spectrum, person)), tx.fetchval(asked, who(spectrum, other)), tx.fetchval(everybody)
        )
    assert list(found) == [1, 0, 1]


async def test_who_leaves_takes_nobody_along(spectrum: Spectrum) -> None:
    """Of reads that go together one may be given up, before it went or after: the others are answered."""
    async with spectrum.ports.store.as_it_is(NOBODY) as tx:
        for wait_s in (0, 0.02):
            slow, quick = (asyncio.create_task(tx.fetchval(f"SELECT {n} AS n, pg_sleep(0.05)")) for n in (1, 2))
            await asyncio.sleep(wait_s)
            slow.cancel()
            assert await quick == 2
            with pytest.raises(asyncio.CancelledError):
                await slow
