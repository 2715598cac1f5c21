"""Brings a database to this build's schema: roles, then migrations, one program at a time.

Changes no data by itself; the migrations do, and say so.
"""

from importlib import import_module
from pkgutil import iter_modules

import asyncpg
from tortoise import Tortoise
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
_LOCK = 0x5BEC7  # one number for this product's migrations
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


async def migrate(urls: DatabaseUrls, *, target: str | None = None) -> None:
    """Make the roles, then apply what is missing (up to `target`, if given). Several programs may call it at once.

    ConfigurationError when the login may not create roles and they are missing, and behind a transaction pooler: what
    keeps programs from migrating at once is a lock of the session.
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
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await _ensure_roles(connection)
        try:
            await api.migrate(config=tortoise_config(urls, pool=1), target=target and f"spectrum.{target}")
        finally:
            await Tortoise.close_connections()
    finally:
        await connection.close()


async def _connected(urls: DatabaseUrls) -> asyncpg.Connection:
    login = credentials(urls.owner, "none", pool=1)
    return await asyncpg.connect(
        **{name: login[name] for name in ("user", "password", "host", "port", "database", "ssl") if name in login}
    )


async def is_current(tx: Tx) -> bool:
    """Whether the newest migration of this build was applied."""
    if await tx.fetchval("SELECT to_regclass('tortoise_migrations') IS NULL"):
        return False
    return bool(await tx.fetchval("SELECT EXISTS (SELECT FROM tortoise_migrations WHERE name = $1)", newest()))


async def find_applied(tx: Tx) -> str | None:
    """The name of the newest migration that was applied, None when there is none."""
    found: str | None = await tx.fetchval("SELECT max(name) FROM tortoise_migrations")
    return found


def newest() -> str:
    """The name of this build's newest migration."""
    room = import_module(MIGRATIONS).__path__
    return max(module.name for module in iter_modules(room) if not module.name.startswith("_"))


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
