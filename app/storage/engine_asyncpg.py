"""A Tortoise engine for PostgreSQL whose transactions lose no connection and no write.

Tortoise's own leaks a pooled connection when its task is cancelled during BEGIN, and commits an aborted
transaction without a word. Here acquiring and releasing survive cancellation at any await, and a COMMIT that
the server answers with ROLLBACK raises. Handles no pools of other databases. (Tortoise picks its schema editor
by the module's name: it must contain "asyncpg".)
"""

import asyncio
import time
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

from asyncpg import Connection, DataError, InterfaceError, InternalClientError, Pool, PostgresError, Record
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionContext,
    TransactionContextPooled,
)

from app.errors import ConfigurationError
from app.storage.reads_together import Read, answer
from app.telemetry import POOL_TIMEOUTS, POOL_WAIT_SECONDS

ACQUIRE_TIMEOUT_S = 5.0
GLANCE_TIMEOUT_S = 5.0
"""Others wait behind it: a connection that has died without a word must not hold them up for long."""
FELT_S = 0.005
"""A wait for a connection that is counted: a shorter one is the event loop's."""
_TURNS = 3
"""Of the event loop that a shared read waits for others that go with it."""


ROLE_IGNORED = (
    "The database's address ignores which role is asked for: behind a transaction pooler add pool_mode=transaction to"
    " its URL, and take `role` out of what the pooler ignores."
)


class _PooledConnection(Connection):  # type: ignore[misc]  # asyncpg ships no types
    """A connection without session state, so that giving it back needs no round trip."""

    def get_reset_query(self) -> str:
        return ""


class TransactionAbortedError(RuntimeError):
    """An error was swallowed inside a transaction, and PostgreSQL had thrown all of it away."""


class Transaction(TransactionWrapper):
    """One transaction in plain statements, one after the other whoever asks; nesting makes savepoints.

    Set `is_shared` where several tasks read in it: what they ask for at the same time is then read in one round trip,
    and one of them that is cancelled breaks no statement of theirs.
    """

    def __init__(self, connection: AsyncpgDBClient, *, prelude: str = "", depth: int = 0) -> None:
        super().__init__(connection)
        self.is_shared = False
        self._reads: list[Read] = []
        self._reading: set[asyncio.Task[None]] = set()
        self._begin = f"BEGIN; {prelude}" if prelude else "BEGIN"
        self._depth = depth

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(Transaction(self, depth=self._depth + 1))

    async def begin(self) -> None:
        await self._connection.execute(self._begin)

    async def commit(self) -> None:
        async with self._lock:  # whoever shared it may have gone away in the middle of a statement
            status = await self._connection.execute("COMMIT")
            self._finalized = True
        if status != "COMMIT":
            raise TransactionAbortedError("an error was caught inside this transaction: nothing of it was kept")

    async def rollback(self) -> None:
        self._finalized = True
        if not self._connection.is_closed():
            await self._connection.execute("ROLLBACK")

    async def savepoint(self) -> None:
        await self._connection.execute(f"SAVEPOINT s{self._depth}")

    async def release_savepoint(self) -> None:
        await self._connection.execute(f"RELEASE SAVEPOINT s{self._depth}")

    async def savepoint_rollback(self) -> None:
        await self._connection.execute(f"ROLLBACK TO SAVEPOINT s{self._depth}")

    async def _alone(self, statement: Coroutine[Any, Any, Any]) -> Any:
        async with self._lock:
            if self._finalized:
                statement.close()
                raise InterfaceError("this transaction has ended")
            return await statement

    async def _together(self, sql: str, *args: object) -> list[Any]:
        """The rows of a read that goes with all others that are asked for by now."""
        read = Read(sql, args)
        self._reads.append(read)
        if len(self._reads) == 1:
            asyncio.get_running_loop().call_soon(self._gather, _TURNS)
        return await read.answer

    def _gather(self, turns: int) -> None:
        """Let whoever is about to ask do so, and begin."""
        if turns:
            asyncio.get_running_loop().call_soon(self._gather, turns - 1)
            return
        reads, self._reads = self._reads, []
        reading = asyncio.ensure_future(self._answer(reads))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)

    async def _answer(self, reads: list[Read]) -> None:
        try:
            await self._alone(answer(self._connection, reads))
        except BaseException as error:
            if len(reads) == 1 or self._finalized or not _was_never_sent(error):
                _fail(reads, error)
                if not isinstance(error, Exception):
                    raise
                return
            for read in reads:
                await self._answer([read])

    async def fetch(self, sql: str, *args: object) -> list[Record]:
        """All rows of `sql`."""
        if self.is_shared:
            return await self._together(sql, *args)
        rows: list[Record] = await self._alone(self._connection.fetch(sql, *args))
        return rows

    async def fetchrow(self, sql: str, *args: object) -> Record | None:
        """The first row of `sql`, None when there is none."""
        if self.is_shared:
            return next(iter(await self._together(sql, *args)), None)
        row: Record | None = await self._alone(self._connection.fetchrow(sql, *args))
        return row

    async def fetchval(self, sql: str, *args: object) -> Any:
        """The first column of the first row of `sql`, None when there is none."""
        if self.is_shared:
            row = next(iter(await self._together(sql, *args)), None)
            return None if row is None else row[0]
        return await self._alone(self._connection.fetchval(sql, *args))

    async def execute(self, sql: str, *args: object) -> int:
        """Run `sql`; how many rows it touched."""
        status: str = await self._alone(self._connection.execute(sql, *args))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0


def _was_never_sent(error: BaseException) -> bool:
    """Whether arguments fit no place, so that the server heard nothing: whoever asks the same without them may."""
    return isinstance(error, InterfaceError | DataError) and getattr(error, "severity", None) is None


def _fail(reads: list[Read], error: BaseException) -> None:
    for read in reads:
        read.failed(error)


async def acquire(pool: Pool, client: AsyncpgDBClient, *, timeout_s: float = ACQUIRE_TIMEOUT_S) -> Connection:
    """A connection of the client's pool. TimeoutError after `timeout_s`; a wait that somebody may feel is counted."""
    start = time.perf_counter()
    try:
        return await pool.acquire(timeout=timeout_s)
    except TimeoutError:
        POOL_TIMEOUTS.labels(client.connection_name).inc()
        raise
    finally:
        waited_s = time.perf_counter() - start
        if waited_s >= FELT_S:
            POOL_WAIT_SECONDS.labels(client.connection_name).observe(waited_s)


class SafeTransaction(TransactionContextPooled):
    """Acquire, begin, end, release: whatever is cancelled where, the connection goes back to its pool."""

    client: Transaction

    async def __aenter__(self) -> Transaction:
        await self.ensure_connection()
        pool = self.client._parent._pool
        assert pool is not None, "ensure_connection makes the pool"
        connection = await acquire(pool, self.client._parent)
        self.client._connection = connection
        try:
            await self.client.begin()
        except BaseException as error:
            await asyncio.shield(self._give_back(pool, connection, error))
            raise
        return self.client

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        pool = self.client._parent._pool
        assert pool is not None, "a pool lives longer than its transactions"
        error = exc_val
        try:
            if exc_type is None:
                await self.client.commit()
        except BaseException as failed:
            error = failed
            raise
        finally:
            # in one piece: a second cancellation must not release a connection that is still rolling back
            await asyncio.shield(self._give_back(pool, self.client._connection, error))

    async def _give_back(self, pool: Pool, connection: Connection, error: BaseException | None) -> None:
        """Undo what was not committed, and release; a connection that cannot even do that is thrown away.

        So is a cancelled one: its request to the server may still be on the way, and would hit whoever came next.
        """
        try:
            if not self.client._finalized:
                await self.client.rollback()
            if isinstance(error, asyncio.CancelledError | TimeoutError):
                connection.terminate()
        except (OSError, TimeoutError, PostgresError, InterfaceError, InternalClientError):
            connection.terminate()
        finally:
            await pool.release(connection)


class SafeAsyncpgClient(AsyncpgDBClient):
    """The client behind each of Spectrum's pools."""

    connection_class = _PooledConnection

    async def create_pool(self, **settings: Any) -> Pool:
        """A pool each of whose connections is what it was asked to be: a pooler between may have dropped the role."""

        async def look(connection: Connection) -> None:
            if role is not None and role != await connection.fetchval("SELECT current_user::text"):
                raise ConfigurationError(ROLE_IGNORED)

        role = settings.get("server_settings", {}).get("role")
        return await super().create_pool(init=look, **settings)

    def count(self) -> tuple[int, int, int]:
        """How many connections its pool has, how many of them nobody uses, and how many it may have."""
        pool = self._pool
        return (pool.get_size(), pool.get_idle_size(), pool.get_max_size()) if pool else (0, 0, 0)

    async def glance(self, sql: str, *args: object) -> list[Record]:
        """The rows of one statement that needs no transaction around it."""
        await PoolConnectionWrapper(self, self._pool_init_lock).ensure_connection()
        pool = self._pool
        assert pool is not None, "ensure_connection makes the pool"
        connection = await acquire(pool, self)
        try:
            rows: list[Record] = await connection.fetch(sql, *args, timeout=GLANCE_TIMEOUT_S)
        except (asyncio.CancelledError, TimeoutError):
            connection.terminate()  # its request may still be on the way, and would hit whoever came next
            raise
        finally:
            await pool.release(connection)  # which no cancellation stops: asyncpg shields it by itself
        return rows

    def transaction(self, prelude: str = "") -> SafeTransaction:
        """A transaction whose BEGIN also runs `prelude` (trusted SQL) in the same round trip."""
        return SafeTransaction(Transaction(self, prelude=prelude), self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return SafeTransaction(Transaction(self), self._pool_init_lock)


client_class = SafeAsyncpgClient
