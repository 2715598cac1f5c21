"""What the tests share: real servers for the session, a database of its own for each module, a signed-in client."""

import gc
import os
import re
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.embedded import Servers, embedded_servers, remove_state
from app.errors import ConfigurationError
from app.memory import NEW_OBJECTS
from app.settings import Settings
from app.storage.schema import migrate
from app.storage.store import DatabaseUrls
from app.wiring import Spectrum, opened
from tests.client import Client
from tests.life import owner_of

TEMPLATE = "spectrum_template"
LEFT_OUT = ("browser", "faults", "conformance", "release")
"""Tests with one of these marks run only when `-m` asks for them."""
_ALL_LEFT_OUT = re.compile(rf"^pytestmark = pytest\.mark\.({'|'.join(LEFT_OUT)})$", re.MULTILINE)
DEAR = {"faults", "leakage", "isolation", "cli", "workers", "simulation"}
"""Folders whose single tests take seconds."""
MASTER_KEY = "00112233445566778899aabbccddeeff" * 2
AUTH_SECRET = "a secret of the tests, long enough to be one"


def pytest_configure() -> None:
    """Let Ctrl-C mean something to the programs that tests start, also where the suite runs in the background.

    Garbage is looked for as rarely as in the programs themselves.
    """
    gc.set_threshold(NEW_OBJECTS)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's "&" has it ignored, and that is inherited


def pytest_collection_finish() -> None:
    """Spare the collector thousands of tests that live to the end."""
    gc.collect()
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import a module of tests that are all left out: some need packages that take a second."""
    if config.option.markexpr or collection_path.suffix != ".py":
        return None
    return _ALL_LEFT_OUT.search(collection_path.read_text(encoding="utf-8")) is not None or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes long first, so that nobody waits for it; leave out what has a mark of its own unless asked."""
    items.sort(key=lambda item: item.path.relative_to(Path(__file__).parent).parts[0] not in DEAR)
    if config.option.markexpr:
        return
    of = {item: any(map(item.get_closest_marker, LEFT_OUT)) for item in items}
    items[:] = [item for item, is_left_out in of.items() if not is_left_out]
    config.hook.pytest_deselected(items=[item for item, is_left_out in of.items() if is_left_out])


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Give one PostgreSQL and one Redis to all test processes, and erase them after the last.

    TESTS_POSTGRES is the URL of another PostgreSQL to test on, by a superuser and a socket's folder:
    `postgresql://spectrum@/spectrum?host=/folder`.
    """
    base = tmp_path_factory.getbasetemp()
    state = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "servers"
    other = os.environ.get("TESTS_POSTGRES")
    with embedded_servers(state) as running:
        yield Servers(other, running.redis_url) if other else running
    with suppress(ConfigurationError):  # another test process still uses them, and will erase them
        remove_state(state)


def _url(servers: Servers, database: str) -> str:
    return servers.database_url.replace("@/spectrum?", f"@/{database}?")


@asynccontextmanager
async def _admin(servers: Servers) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(_url(servers, "postgres"))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def template(servers: Servers) -> str:
    """Give the name of a migrated database that others are copied from; made once, whoever comes first."""
    async with _admin(servers) as admin:
        await admin.execute("SELECT pg_advisory_lock(1)")
        if not await admin.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", TEMPLATE):
            for setting in ("fsync", "full_page_writes"):  # programs are killed here, machines are not
                await admin.execute(f"ALTER SYSTEM SET {setting} = off")
            await admin.execute("SELECT pg_reload_conf()")
            await admin.execute(f"CREATE DATABASE {TEMPLATE}")
            await migrate(DatabaseUrls.one(_url(servers, TEMPLATE)))
    return TEMPLATE


@asynccontextmanager
async def database(servers: Servers, template: str) -> AsyncIterator[str]:
    """Give the URL of a new database, and drop it afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    async with _admin(servers) as admin:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield _url(servers, name)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def settings_for(url: str, servers: Servers, state: Path) -> Settings:
    """Settings of an installation over the database at `url`."""
    return Settings.model_validate(
        {
            "database_url": url,
            "redis_url": servers.redis_url,
            "state_dir": state,
            "master_key": MASTER_KEY,
            "auth_secret": AUTH_SECRET,
            "analyser": "small",
        }
    )


@pytest.fixture(scope="module")
async def spectrum(
    servers: Servers, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Spectrum]:
    """Give an installation over a database that the tests of a module share; each test brings its own people."""
    async with database(servers, template) as url:
        state = tmp_path_factory.mktemp("state")
        async with opened(settings_for(url, servers, state)) as installation:
            yield installation


@pytest.fixture
async def client(spectrum: Spectrum) -> AsyncIterator[Client]:
    """Give a client of the installation's own HTTP program, in this process."""
    async with Client.of(spectrum, AUTH_SECRET) as found:
        yield found


@pytest.fixture
def person() -> str:
    """Give the key of a person nobody has met."""
    return f"person-{secrets.token_hex(6)}"


@pytest.fixture(scope="module")
async def owner(spectrum: Spectrum, servers: Servers) -> AsyncIterator[Any]:
    """Give a superuser's connection to the module's database: for setting times, and for looking at everything."""
    async with owner_of(spectrum, servers) as connection:
        yield connection
