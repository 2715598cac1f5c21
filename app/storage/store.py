"""The two gates to what is kept: `for_person(id)` sees one person, `for_everyone()` sees all.

`for_reports()` is the second one for reading alone, at a replica where there is one. All give one short transaction
with row-level security set. Holds no SQL of any noun. Behind a pooler that lends a session for one transaction
(`pool_mode=transaction` in the URL) nothing is left to the session: role and patience are set in each transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
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
from app.storage.engine_asyncpg import GLANCE_TIMEOUT_S, SafeAsyncpgClient, Transaction, TransactionAbortedError
from app.storage.glances import Glances

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


TRANSACTION = "transaction"
"""The one pool mode that a URL has to name; in `session` mode a pooler changes nothing for us."""
REPORTS = "reports"
REPORTS_POOL = 2
"""Reports are few and long."""
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


def pooler_error() -> ConfigurationError:
    """What to do when a pooler refuses what a session is set up with."""
    return ConfigurationError(
        "The database's address is a pooler's, which takes no role for a session: add pool_mode=transaction to the URL."
    )


def _query(url: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}


def is_pooled(url: str) -> bool:
    """Whether sessions at `url` are lent for one transaction. ConfigurationError for a mode that cannot be served."""
    mode = _query(url).get("pool_mode", "session")
    if mode not in ("session", TRANSACTION):
        raise ConfigurationError("pool_mode in a database's URL is session or transaction: no other can be served.")
    return mode == TRANSACTION


def credentials(url: str, role: str, *, pool: int) -> dict[str, Any]:
    """Tortoise credentials for `url` (postgresql://user:password@host:port/name, `?host=` for a socket folder)."""
    parts, query = urlsplit(url), _query(url)
    session = {"role": role, **_patience(role)}
    return {
        "user": unquote(parts.username or query.get("user", "spectrum")),
        "password": unquote(parts.password) if parts.password else None,
        "host": query.get("host") or parts.hostname or "localhost",
        "port": parts.port or int(query.get("port", "5432")),
        "database": parts.path.lstrip("/") or "spectrum",
        "minsize": 0,
        "maxsize": pool,
        "command_timeout": None if role == _OWNER else COMMAND_TIMEOUT_S,  # a large table takes what it takes
        "server_settings": {"application_name": role, **({} if is_pooled(url) else session)},
        **({"statement_cache_size": 0} if is_pooled(url) else {}),
        **({"ssl": query["sslmode"]} if "sslmode" in query else {}),
    }


def _patience(role: str) -> dict[str, str]:
    if role == _OWNER:
        return {"lock_timeout": f"{MIGRATION_LOCK_TIMEOUT_S * 1000:.0f}ms"}
    return _PATIENCE if role in _SHORT else {}


def _in_each(url: str, role: str) -> str:
    """What every transaction of `role` begins with, where its session is somebody else's a moment later."""
    if not is_pooled(url):
        return ""
    settings = [f"SET LOCAL {name} = '{value}'" for name, value in _patience(role).items()]
    return "; ".join([f"SET LOCAL ROLE {role}", *settings])


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """Where the three roles connect; one URL may serve all of them. `reports` is the batch role's, too."""

    owner: str
    person: str
    batch: str
    reports: str | None = None
    """A read replica; none: reports read where `batch` does."""

    @classmethod
    def one(cls, url: str) -> "DatabaseUrls":
        """The same URL for every role."""
        return cls(url, url, url)


def tortoise_config(urls: DatabaseUrls, *, pool: int = 8) -> dict[str, Any]:
    """Tortoise's configuration: a pool for each role, and for reports, the models, the migrations."""
    roles = {"owner": urls.owner, "person": urls.person, "batch": urls.batch}
    connections = {name: credentials(url, f"spectrum_{name}", pool=pool) for name, url in roles.items()}
    if urls.reports is not None:
        connections[REPORTS] = credentials(urls.reports, "spectrum_batch", pool=REPORTS_POOL)
        connections[REPORTS]["server_settings"]["application_name"] = "spectrum_reports"
    return {
        "connections": {name: {"engine": ENGINE, "credentials": each} for name, each in connections.items()},
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
        self._in_each = {
            "person": _in_each(urls.person, "spectrum_person"),
            "batch": _in_each(urls.batch, "spectrum_batch"),
            REPORTS: _in_each(urls.reports or urls.batch, "spectrum_batch"),
        }
        self._context: TortoiseContext | None = None
        self._glances = Glances(self._glance)

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

    def count_connections(self) -> Mapping[str, tuple[int, int, int]]:
        """By pool: connections it has, those that nobody uses, and how many it may have; all 0 before its first use."""
        pools = ("person", "batch", REPORTS) if self._urls.reports else ("person", "batch")
        return {pool: self._client(pool).count() for pool in pools}

    def _client(self, role: str) -> SafeAsyncpgClient:
        assert self._context is not None, "the store is open while it is used"
        client = self._context.connections.get(role)
        assert isinstance(client, SafeAsyncpgClient)
        return client

    @asynccontextmanager
    async def _gate(self, role: str, *prelude: str) -> AsyncIterator[Tx]:
        begin = "; ".join(filter(None, (self._in_each[role], *prelude)))
        with _told():
            async with AsyncExitStack() as stack:
                with _connecting():
                    tx = await stack.enter_async_context(self._client(role).transaction(begin))
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
            async with self._gate("person", _ONE_MOMENT, _as_person(person_id)) as tx:
                tx.is_shared = True
                yield tx

    async def glance(self, sql: str, person_id: UUID) -> asyncpg.Record | None:
        """The row of a person by a statement without a transaction, which is asked about several at once.

        `sql` takes their ids as an array, sees each as that person by itself, and gives rows with an `id`. Behind a
        pooler it has a transaction all the same, in which alone the role holds. StorageUnavailable as above.
        """
        return await self._glances.find(sql, person_id)

    async def _glance(self, sql: str, ids: list[UUID]) -> list[asyncpg.Record]:
        if self._in_each["person"]:
            with _connecting():
                async with asyncio.timeout(GLANCE_TIMEOUT_S), self._gate("person") as tx:
                    return await tx.fetch(sql, ids)
        with _told(), _connecting():
            return await self._client("person").glance(sql, ids)

    @asynccontextmanager
    async def for_everyone(self) -> AsyncIterator[Tx]:
        """One transaction that sees all people, but nobody's sealed words. StorageUnavailable as above."""
        async with self._gate("batch") as tx:
            yield tx

    @asynccontextmanager
    async def for_reports(self, *, waits: bool) -> AsyncIterator[Tx]:
        """One transaction that reads sums over all people, at a replica where there is one, and writes nothing.

        What it reads may be a while old: `AS_OF` says since when. StorageUnavailable when the replica is away and the
        caller `waits` for it; otherwise it is read where everything else is.
        """
        async with AsyncExitStack() as stack:
            try:
                gate = REPORTS if self._urls.reports else "batch"
                tx = await stack.enter_async_context(self._gate(gate, _READ_ONLY))
            except StorageUnavailable:
                if waits or not self._urls.reports:
                    raise
                tx = await stack.enter_async_context(self._gate("batch", _READ_ONLY))
            try:
                yield tx
            except asyncpg.SerializationError as error:  # what it read was overtaken by what the replica heard of
                raise _unavailable(error) from error


AS_OF = """
    SELECT CASE WHEN pg_is_in_recovery()
      THEN coalesce(pg_last_xact_replay_timestamp(), (SELECT checkpoint_time FROM pg_control_checkpoint()))
      ELSE now() END
"""
"""Since when what is read may be out of date: at a replica the end of the last transaction that it has heard of."""
_READ_ONLY = "SET TRANSACTION READ ONLY"
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
    except asyncpg.ProtocolViolationError as error:
        if "unsupported startup parameter" in str(error):
            raise pooler_error() from error
        raise
    except (OSError, TimeoutError) as error:
        raise _unavailable(error) from error
