"""Transactions lose no connection and no write, whatever is cancelled or caught where."""

import asyncio
import contextlib
import random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.storage.engine_asyncpg import TransactionAbortedError
from app.storage.store import IDLE_TIMEOUT_S, LOCK_TIMEOUT_S, StorageUnavailable, Store
from app.wiring import Spectrum
from tests.client import session
from tests.life import JUNE, take, who

STORM = 600
MOST_LOOKS = 250
AT_ONCE = 40
POOL = 8


async def _transaction(store: Store, turns: int) -> None:
    """Go through a whole transaction, letting others run `turns` times inside it."""
    async with store.for_everyone() as tx:
        await tx.fetchval("SELECT pg_sleep(0.0005)")
        for _ in range(turns):
            await asyncio.sleep(0)
        await tx.fetchval("SELECT count(*) FROM person")


async def test_a_storm_of_cancellations_loses_no_connection(
    spectrum: Spectrum, caplog: pytest.LogCaptureFixture
) -> None:
    """Cancelled once or twice anywhere, a transaction ends as cancelled, and the pool is whole afterwards."""
    store = spectrum.ports.store
    luck = random.Random(7)
    ended = {"cancelled": 0, "whole": 0}
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            task = asyncio.create_task(_transaction(store, luck.randrange(4)))
            await asyncio.sleep(luck.random() * 0.012)
            task.cancel()
            if luck.random() < 0.5:
                for _ in range(luck.randrange(5)):
                    await asyncio.sleep(0)
                task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                ended["cancelled"] += 1
            else:
                ended["whole"] += 1

    await asyncio.gather(*(one() for _ in range(STORM)))
    assert ended["cancelled"] > STORM // 10, ended
    assert ended["cancelled"] + ended["whole"] == STORM
    pool = store._client("batch")._pool
    assert pool is not None
    for _ in range(MOST_LOOKS):  # a cancelled one is given back in the background
        if pool.get_size() == pool.get_idle_size():
            break
        await asyncio.sleep(0.02)
    assert pool.get_size() == pool.get_idle_size()
    together = asyncio.Barrier(POOL)

    async def all_at_once() -> None:
        async with store.for_everyone() as tx, asyncio.timeout(5):
            await together.wait()
            assert await tx.fetchval("SELECT 1") == 1

    await asyncio.gather(*(all_at_once() for _ in range(POOL)))
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


async def test_cancelled_writes_are_kept_whole_or_not_at_all(spectrum: Spectrum, owner: Any) -> None:
    """Two writes of one transaction are both there or both missing, wherever it was cancelled."""
    luck = random.Random(11)
    names = [f"cancel-{uuid4()}" for _ in range(150)]

    async def write(name: str) -> None:
        async with spectrum.ports.store.for_everyone() as tx:
            for part in ("first", "second"):
                await tx.execute(
                    "INSERT INTO audit (actor, action, targets, reason) VALUES ($1, $2, '{}', '')", name, part
                )

    for start in range(0, len(names), POOL):
        tasks = [asyncio.create_task(write(name)) for name in names[start : start + POOL]]
        await asyncio.sleep(luck.random() * 0.006)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    counts = await owner.fetch("SELECT count(*) AS n FROM audit WHERE actor = ANY($1) GROUP BY actor", names)
    assert {row["n"] for row in counts} <= {2}


async def test_an_error_caught_inside_keeps_nothing_and_says_so(spectrum: Spectrum, owner: Any) -> None:
    """Swallowing an error in a transaction raises at its end, instead of a COMMIT that silently kept nothing."""
    actor = f"caught-{uuid4()}"
    insert = "INSERT INTO audit (actor, action, targets, reason) VALUES ($1, '', '{}', '')"

    async def swallow() -> None:
        async with spectrum.ports.store.for_everyone() as tx:
            await tx.execute(insert, actor)
            with contextlib.suppress(asyncpg.DivisionByZeroError):
                await tx.execute("SELECT 1 / 0")

    with pytest.raises(TransactionAbortedError):
        await swallow()
    assert await owner.fetchval("SELECT count(*) FROM audit WHERE actor = $1", actor) == 0
    async with spectrum.ports.store.for_everyone() as tx:
        await tx.execute(insert, actor)
    assert await owner.fetchval("SELECT count(*) FROM audit WHERE actor = $1", actor) == 1


async def test_savepoints_keep_what_was_before_them(spectrum: Spectrum, owner: Any) -> None:
    """An error inside a nested transaction undoes that level alone, two levels deep."""
    actor = f"nested-{uuid4()}"

    async def keep(tx: Any, action: str) -> None:
        await tx.execute("INSERT INTO audit (actor, action, targets, reason) VALUES ($1, $2, '{}', '')", actor, action)

    async def fail(tx: Any, action: str) -> None:
        async with tx._in_transaction() as inner:
            await keep(inner, action)
            await inner.execute("SELECT 1 / 0")

    async with spectrum.ports.store.for_everyone() as tx:
        await keep(tx, "outer")
        async with tx._in_transaction() as middle:
            await keep(middle, "middle")
            with pytest.raises(asyncpg.DivisionByZeroError):
                await fail(middle, "inner")
            await keep(middle, "after")
        with pytest.raises(asyncpg.DivisionByZeroError):
            await fail(tx, "undone")
        await keep(tx, "last")
    rows = await owner.fetch("SELECT action FROM audit WHERE actor = $1 ORDER BY at, id", actor)
    assert [row["action"] for row in rows] == ["outer", "middle", "after", "last"]


async def test_a_severed_connection_is_replaced(spectrum: Spectrum, owner: Any) -> None:
    """When the server ends a connection inside a transaction, the caller is told, and the next one works."""
    severed = []

    async def sever() -> None:
        async with spectrum.ports.store.for_everyone() as tx:
            severed.append(await tx.fetchval("SELECT pg_backend_pid()"))
            await owner.execute("SELECT pg_terminate_backend($1)", severed[0])
            await tx.fetchval("SELECT 1")

    with pytest.raises(StorageUnavailable):
        await sever()
    for _ in range(POOL):
        async with spectrum.ports.store.for_everyone() as tx:
            assert await tx.fetchval("SELECT pg_backend_pid()") not in severed


async def _fall_silent(store: Store) -> None:
    async with store.for_everyone() as tx:
        await tx.execute("SET LOCAL idle_in_transaction_session_timeout = '20ms'")
        await asyncio.sleep(0.2)
        await tx.fetchval("SELECT 1")


async def _wait_for(store: Store, person_id: UUID) -> None:
    async with store.for_everyone() as tx:
        await tx.execute("SET LOCAL lock_timeout = '20ms'")
        await tx.execute("UPDATE person SET revision = revision + 1 WHERE id = $1", person_id)


async def test_nobody_keeps_a_lock_by_falling_silent(spectrum: Spectrum) -> None:
    """A transaction that says nothing for as long as a lease lives is ended by the server, and says so as an outage."""
    async with spectrum.ports.store.for_everyone() as tx:
        shown = [await tx.fetchval(f"SHOW {name}") for name in ("idle_in_transaction_session_timeout", "lock_timeout")]
    assert shown == [f"{IDLE_TIMEOUT_S:.0f}s", f"{LOCK_TIMEOUT_S:.0f}s"]
    with pytest.raises(StorageUnavailable):
        await _fall_silent(spectrum.ports.store)


async def test_nobody_waits_for_a_lock_for_ever(spectrum: Spectrum, owner: Any, person: str) -> None:
    """What somebody else holds for too long is tried again later, as when the database is away."""
    await take(spectrum, session(person, JUNE))
    async with owner.transaction():
        await owner.execute("SELECT FROM person WHERE id = $1 FOR UPDATE", who(spectrum, person))
        with pytest.raises(StorageUnavailable):
            await _wait_for(spectrum.ports.store, who(spectrum, person))


async def test_a_shared_transaction_ends_after_the_statements_of_those_who_left(spectrum: Spectrum) -> None:
    """Whoever stops waiting for their read does not make the end of the transaction a failure for the others."""
    store, nobody = spectrum.ports.store, UUID(int=0)
    for _ in range(AT_ONCE):
        async with store.as_it_is(nobody) as tx:
            left = [asyncio.create_task(tx.fetchval("SELECT pg_sleep(0.02)")) for _ in range(2)]
            await asyncio.sleep(0)
            assert await tx.fetchval("SELECT 1") == 1
            left.append(asyncio.create_task(tx.fetchval("SELECT pg_sleep(0.02)")))
            await asyncio.sleep(0.005)
            for task in left:
                task.cancel()
        ended = await asyncio.gather(*left, return_exceptions=True)
        assert isinstance(ended[-1], asyncio.CancelledError)
    async with store.for_person(nobody) as tx:
        assert await tx.fetchval("SELECT 1") == 1
