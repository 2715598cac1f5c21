"""The two gates to what is kept: `for_person(id)` sees one person, `for_everyone()` sees all.

Both give one short transaction with row-level security set. Holds no SQL of any noun.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import asyncpg
from tortoise import Tortoise
from tortoise.context import TortoiseContext

from app.errors import ConfigurationError, SpectrumError
from app.jobs import LEASE_S
from app.storage.engine_asyncpg import SafeAsyncpgClient, Transaction, TransactionAbortedError

MIGRATIONS = "migrations"
"""The package Tortoise looks for migrations in; a name, since migrations stand above storage."""
ENGINE = "app.storage.engine_asyncpg"
COMMAND_TIMEOUT_S = 60.0
IDLE_TIMEOUT_S = LEASE_S
"""A program that falls silent with a transaction open keeps its locks no longer than its leases."""
LOCK_TIMEOUT_S = LEASE_S / 2
"""Nor do those of its transactions that were waiting for each other take turns at falling silent."""

Tx = Transaction
"""One open transaction: `fetch`, `fetchrow`, `fetchval`, `execute`, and `using_db(tx)` for models."""


class StorageUnavailable(SpectrumError):
    """PostgreSQL cannot be reached or is shutting down; trying again later is right."""


_SHORT = ("spectrum_person", "spectrum_batch")
_PATIENCE = {
    "idle_in_transaction_session_timeout": f"{IDLE_TIMEOUT_S:.0f}s",
    "lock_timeout": f"{LOCK_TIMEOUT_S:.0f}s",
}
"""Of the roles whose transactions are short."""
MIGRATION_LOCK_TIMEOUT_S = 0.5
"""While a migration waits for a table, everyone who comes after it waits, too: it gives up, and is tried again.

Shorter than PostgreSQL's `deadlock_timeout` (1 s), so that in a deadlock it is the migration that gives way, and no
reader.
"""
_OWNER = "spectrum_owner"

_LOST = (
    ConnectionError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.QueryCanceledError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""The connection went, the server goes, or a lock is held for too long.

An OSError or TimeoutError says so only while connecting.
"""
MISCONFIGURED = (
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidParameterValueError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
"""No such database or role, or the login is refused: trying again will not help."""


def configuration_error(error: Exception) -> ConfigurationError:
    """What to do when the database refuses the connection as such."""
    return ConfigurationError(
        f"The database refuses the connection ({type(error).__name__}): check SPECTRUM_DATABASE_URL and the URLs of the"
        " other roles, then run `spectrum migrate`, which makes the roles."
    )


def credentials(url: str, role: str, *, pool: int) -> dict[str, Any]:
    """Tortoise credentials for `url` (postgresql://user:password@host:port/name, `?host=` for a socket folder)."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "user": unquote(parts.username or query.get("user", "spectrum")),
        "password": unquote(parts.password) if parts.password else None,
        "host": query.get("host") or parts.hostname or "localhost",
        "port": parts.port or int(query.get("port", "5432")),
        "database": parts.path.lstrip("/") or "spectrum",
        "minsize": 0,
        "maxsize": pool,
        "command_timeout": None if role == _OWNER else COMMAND_TIMEOUT_S,  # a large table takes what it takes
        "server_settings": {"role": role, "application_name": role, **_patience(role)},
        **({"ssl": query["sslmode"]} if "sslmode" in query else {}),
    }


def _patience(role: str) -> dict[str, str]:
    if role == _OWNER:
        return {"lock_timeout": f"{MIGRATION_LOCK_TIMEOUT_S * 1000:.0f}ms"}
    return _PATIENCE if role in _SHORT else {}


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """Where the three roles connect; one URL may serve all of them."""

    owner: str
    person: str
    batch: str

    @classmethod
    def one(cls, url: str) -> "DatabaseUrls":
        """The same URL for every role."""
        return cls(url, url, url)


def tortoise_config(urls: DatabaseUrls, *, pool: int = 8) -> dict[str, Any]:
    """Tortoise's configuration: a connection for each role, the models, the migrations."""
    roles = {"owner": urls.owner, "person": urls.person, "batch": urls.batch}
    return {
        "connections": {
            name: {"engine": ENGINE, "credentials": credentials(url, f"spectrum_{name}", pool=pool)}
            for name, url in roles.items()
        },
        "apps": {
            "spectrum": {
                "models": ["app.storage.rows"],
                "default_connection": "owner",
                "migrations": MIGRATIONS,
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _unavailable(error: Exception) -> StorageUnavailable:
    return StorageUnavailable(f"The database is not available ({type(error).__name__}).")


def _is_our_mistake(error: asyncpg.InterfaceError) -> bool:
    """A wrong number or type of arguments has the same class as a lost connection."""
    return isinstance(error, ValueError) or str(error).startswith("the server expects")


class Store:
    """What is kept. Open it once in a process; every read and write goes through one of its two gates."""

    def __init__(self, urls: DatabaseUrls, *, pool: int = 8) -> None:
        self._urls = urls
        self._pool = pool
        self._context: TortoiseContext | None = None

    async def open(self) -> None:
        """Prepare the pools; connections are made when they are needed."""
        self._context = await Tortoise.init(
            config=tortoise_config(self._urls, pool=self._pool), _enable_global_fallback=True
        )

    async def close(self) -> None:
        """Give every connection back."""
        if self._context is not None:
            await self._context.close_connections()
            self._context = None

    def _client(self, role: str) -> SafeAsyncpgClient:
        assert self._context is not None, "the store is open while it is used"
        client = self._context.connections.get(role)
        assert isinstance(client, SafeAsyncpgClient)
        return client

    @asynccontextmanager
    async def _gate(self, role: str, prelude: str) -> AsyncIterator[Tx]:
        with _told():
            async with AsyncExitStack() as stack:
                with _connecting():
                    tx = await stack.enter_async_context(self._client(role).transaction(prelude))
                yield tx

    @asynccontextmanager
    async def for_person(self, person_id: UUID) -> AsyncIterator[Tx]:
        """One transaction that sees `person_id` alone. StorageUnavailable when the database is away."""
        async with self._gate("person", _as_person(person_id)) as tx:
            yield tx

    @asynccontextmanager
    async def as_it_is(self, person_id: UUID) -> AsyncIterator[Tx]:
        """The same for reads of several tasks, all of which see one moment. StorageUnavailable as above."""
        with suppress(TransactionAbortedError):  # whoever caught a failed read knows; there was nothing to keep
            async with self._gate("person", f"{_ONE_MOMENT}; {_as_person(person_id)}") as tx:
                tx.is_shared = True
                yield tx

    async def glance(self, sql: str, *args: object) -> asyncpg.Record | None:
        """The first row of one statement without a transaction, about a person whom `sql` sets by itself.

        StorageUnavailable as above.
        """
        with _told(), _connecting():
            return await self._client("person").glance(sql, *args)

    @asynccontextmanager
    async def for_everyone(self) -> AsyncIterator[Tx]:
        """One transaction that sees all people, but nobody's sealed words. StorageUnavailable as above."""
        async with self._gate("batch", "") as tx:
            yield tx


_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def _as_person(person_id: UUID) -> str:
    return f"SELECT set_config('app.person', '{person_id}', true)"


@contextmanager
def _told() -> Iterator[None]:
    """What a lost connection raises, in our words."""
    try:
        yield
    except _LOST as error:
        if isinstance(error, asyncpg.InterfaceError) and _is_our_mistake(error):
            raise
        raise _unavailable(error) from error


@contextmanager
def _connecting() -> Iterator[None]:
    """What only connecting raises."""
    try:
        yield
    except MISCONFIGURED as error:
        raise configuration_error(error) from error
    except (OSError, TimeoutError) as error:
        raise _unavailable(error) from error
