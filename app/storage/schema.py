"""Brings a database to this build's schema: roles, then migrations, one program at a time; says what it can serve.

Changes no data by itself; the migrations do, and say so.
"""

import asyncio
import re
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import asyncpg
from tortoise import Tortoise
from tortoise.exceptions import OperationalError
from tortoise.migrations import api

from app.errors import ConfigurationError
from app.storage.store import (
    MIGRATIONS,
    MISCONFIGURED,
    DatabaseUrls,
    StorageUnavailable,
    Tx,
    configuration_error,
    credentials,
    is_pooled,
    tortoise_config,
)

ROLES = ("spectrum_owner", "spectrum_person", "spectrum_batch")
OLDEST_POSTGRES = 16
"""The oldest major version that this was tested on (docs/release.md says how)."""
_LOCK = 0x5BEC7  # one number for this product's migrations
_LOOK_S = 0.2
TRIES = 60
PAUSE_S = 2.0
"""Between two tries of a migration whose table is in use: whoever waited behind it has gone on by then."""
_SERVES_SINCE = re.compile(r"_since_(\d{4})$")
_MAKE_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN
    GRANT {role} TO CURRENT_USER;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

# PostgreSQL 18 has it by itself. Like there, what follows the milliseconds is their fraction (RFC 9562, 6.2, method 3).
_MAKE_UUIDV7 = """
CREATE FUNCTION public.uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(substring(int8send(us / 1000) FROM 3) || int2send((28672 | us % 1000 * 4096 / 1000)::int2)
    || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid
  FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS present
$$
"""


async def migrate(urls: DatabaseUrls, *, target: str | None = None) -> None:
    """Make the roles, then apply what is missing (up to `target`, if given). Several programs may call it at once.

    It never waits long for a table that is in use, since whoever comes after it would wait as well: it is tried again.
    ConfigurationError when the login may not create roles and they are missing, when PostgreSQL is too old, and behind
    a transaction pooler: what keeps programs from migrating at once is a lock of the session. StorageUnavailable when a
    table stayed in use.
    """
    if is_pooled(urls.owner):
        raise ConfigurationError(
            "Migrations need a session of their own: give SPECTRUM_OWNER_DATABASE_URL an address of PostgreSQL itself,"
            " not of a transaction pooler."
        )
    try:
        connection = await _connected(urls)
    except MISCONFIGURED as error:
        raise configuration_error(error) from error
    except OSError as error:
        raise StorageUnavailable(f"The database cannot be reached ({type(error).__name__}).") from error
    try:
        version = connection.get_server_version()
        if refusal := _refusal(version.major, version.minor):
            raise ConfigurationError(refusal)
        # Asked again and again, since whoever sleeps in a statement would keep an index from being made concurrently.
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110 - see above
            await asyncio.sleep(_LOOK_S)
        await _ensure_roles(connection)
        await _ensure_uuidv7(connection)
        await _apply(urls, target and f"spectrum.{target}")
    finally:
        await connection.close()


async def _apply(urls: DatabaseUrls, target: str | None) -> None:
    for _ in range(TRIES):
        try:
            await api.migrate(config=tortoise_config(urls, pool=1), target=target)
        except (asyncpg.LockNotAvailableError, OperationalError) as error:
            if not _was_locked_out(error):
                raise
        else:
            return
        finally:
            await Tortoise.close_connections()
        await asyncio.sleep(PAUSE_S)
    raise StorageUnavailable(
        "A table that is to be changed stayed in use, and was left as it is: end the transaction that has been open"
        " longest (pg_stat_activity, xact_start), then run `spectrum migrate` again."
    )


def _was_locked_out(error: BaseException) -> bool:
    """Tortoise raises its own kind of error, with PostgreSQL's in it."""
    return any(isinstance(each, asyncpg.LockNotAvailableError) for each in (error, error.__cause__, *error.args))


async def _connected(urls: DatabaseUrls) -> asyncpg.Connection:
    login = credentials(urls.owner, "none", pool=1)
    return await asyncpg.connect(
        **{name: login[name] for name in ("user", "password", "host", "port", "database", "ssl") if name in login}
    )


def _refusal(major: int, minor: int) -> str | None:
    if major >= OLDEST_POSTGRES:
        return None
    return f"PostgreSQL {OLDEST_POSTGRES} or newer is needed; this is {major}.{minor}."


async def find_misfit(tx: Tx) -> str | None:
    """Why this build cannot serve the database as it is, a sentence that says what to do; None when it can.

    It can when all of its own migrations were applied, and of those that a later release has applied since none is
    named as serving later builds alone (`…_since_0018`): whatever else they are, they only add (docs/release.md).
    """
    found = await tx.fetchrow(_PRESENT)
    assert found is not None
    if refusal := _refusal(*divmod(found["version"], 10_000)):
        return refusal
    if found["is_empty"]:
        return _BEHIND
    applied = {row["name"] for row in await tx.fetch("SELECT name FROM tortoise_migrations")}
    if not _own() <= applied:
        return _BEHIND
    for name in sorted(applied - _own()):
        since = _SERVES_SINCE.search(name)
        if since and since[1] > newest()[:4]:
            return (
                f"The database's schema is newer than this build can serve ({name}): run the release that made it, or a"
                " later one."
            )
    return None


_PRESENT = """
SELECT to_regclass('tortoise_migrations') IS NULL AS is_empty, current_setting('server_version_num')::int AS version
"""
_BEHIND = "The database's schema is not this build's: run `spectrum migrate` first."


async def is_current(tx: Tx) -> bool:
    """Whether this build can serve the database as it is."""
    return await find_misfit(tx) is None


async def find_applied(tx: Tx) -> str | None:
    """The name of the newest migration that was applied, None when there is none."""
    found: str | None = await tx.fetchval("SELECT max(name) FROM tortoise_migrations")
    return found


def newest() -> str:
    """The name of this build's newest migration."""
    return max(_own())


@cache
def _own() -> frozenset[str]:
    room = import_module(MIGRATIONS).__path__
    return frozenset(module.name for module in iter_modules(room) if not module.name.startswith("_"))


async def _ensure_uuidv7(connection: asyncpg.Connection) -> None:
    if await connection.fetchval("SELECT to_regprocedure('uuidv7()') IS NULL"):
        await connection.execute(f"SET ROLE spectrum_owner; {_MAKE_UUIDV7}; RESET ROLE")


async def _ensure_roles(connection: asyncpg.Connection) -> None:
    try:
        for role in ROLES:
            await connection.execute(_MAKE_ROLE.format(role=role))
        database = await connection.fetchval("SELECT quote_ident(current_database())")
        await connection.execute(
            f"GRANT CONNECT, CREATE ON DATABASE {database} TO spectrum_owner;"
            "GRANT USAGE, CREATE ON SCHEMA public TO spectrum_owner;"
            "GRANT USAGE ON SCHEMA public TO spectrum_person, spectrum_batch"
        )
    except asyncpg.InsufficientPrivilegeError:
        raise ConfigurationError(
            "The login of SPECTRUM_OWNER_DATABASE_URL may not create roles: create "
            + ", ".join(ROLES)
            + " (NOLOGIN NOBYPASSRLS), grant them to the logins, and start again"
        ) from None
