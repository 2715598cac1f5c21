"""A release is replaced while it serves: what runs already goes on over the schema of what comes next."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.embedded import Servers
from app.storage.schema import newest
from tests.client import HEAVY, LIGHT, Client, session
from tests.conftest import AUTH_SECRET, database
from tests.life import database_url
from tests.programs import PATIENCE_S, environment_for, free_port
from tests.release.releases import (
    EXPANDS,
    Release,
    is_shallow,
    migrations,
    next_release,
    out_of_reach,
    previous_release,
    this_release,
)

pytestmark = pytest.mark.release
SEEN = """{ viewer { sessions(first: 50) { totalCount }
  spectrum { landscape(range: {preset: LAST_90_DAYS}) { points { sampleCount } } } } }"""
PROGRAMS = 2
LAST = max(EXPANDS)
_WAITS = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
  AND application_name = 'spectrum_owner')
"""
_GIVES_UP_ONCE = """
import asyncio, app.storage.schema as schema
schema.TRIES = 1
from app.cli import main
raise SystemExit(main(["migrate"]))
"""


@pytest.fixture
async def settings(servers: Servers, owner: Any, tmp_path: Path) -> AsyncIterator[Mapping[str, str]]:
    """Give the environment of an installation over an empty database."""
    name = f"release_{uuid4().hex[:12]}"
    await owner.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield environment_for(database_url(servers, name), servers.redis_url, tmp_path)
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def current(servers: Servers, template: str, tmp_path: Path) -> AsyncIterator[Mapping[str, str]]:
    """Give the same over a database with this release's schema."""
    async with database(servers, template) as url:
        yield environment_for(url, servers.redis_url, tmp_path)


@asynccontextmanager
async def _directly(settings: Mapping[str, str]) -> AsyncIterator[Any]:
    """Give a superuser's connection to that database."""
    connection = await asyncpg.connect(settings["SPECTRUM_DATABASE_URL"])
    try:
        yield connection
    finally:
        await connection.close()


async def _newest(settings: Mapping[str, str]) -> str:
    async with _directly(settings) as direct:
        return str(await direct.fetchval("SELECT max(name) FROM tortoise_migrations"))


@pytest.fixture(scope="module")
def coming(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Give a release whose migrations add columns, a table and indexes."""
    return next_release(tmp_path_factory.mktemp("next"), EXPANDS)


@pytest.fixture(params=[pytest.param("this", marks=pytest.mark.faults), "previous"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Release:
    """Give the release that serves while the next comes; in a clone without history this one stands for the last."""
    if request.param == "this":
        return this_release()
    folder = tmp_path / "previous"
    folder.mkdir()
    return previous_release(folder) or (this_release() if is_shallow() else out_of_reach())


async def _migrate(release: Release, settings: Mapping[str, str]) -> None:
    done = await asyncio.to_thread(release.run, settings, "migrate")
    assert done.returncode == 0, done.stderr


@asynccontextmanager
async def _serving(release: Release, settings: Mapping[str, str]) -> AsyncIterator[Client]:
    """Run the release's API for the length of the block."""
    port = free_port()
    with release.program({**settings, "SPECTRUM_PORT": str(port)}, "api") as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    assert process.poll() is None, "the API ended"
                    with suppress(httpx.TransportError):
                        if (await http.get("/readyz")).status_code == 200:
                            break
                    await asyncio.sleep(0.05)
            yield Client(http, AUTH_SECRET)


def _days(person: str, first: int, last: int) -> list[dict[str, Any]]:
    begun = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return [session(person, begun - timedelta(days=day), (LIGHT, HEAVY)[day % 2]) for day in range(first, last)]


async def _shown(client: Client, person: str) -> tuple[int, int]:
    """How many sessions the person sees, and how many are in their picture."""
    viewer = (await client.ask(SEEN, subject=person))["viewer"]
    points = viewer["spectrum"]["landscape"]["points"]
    return viewer["sessions"]["totalCount"], sum(point["sampleCount"] for point in points)


async def _takes_in(client: Client, person: str, days: list[dict[str, Any]], *, then: int) -> None:
    """Hand sessions over, and wait until all that there are `then` were read."""
    assert [each["userErrors"] for each in await client.ingest(*days)] == [[] for _ in days]
    async with asyncio.timeout(PATIENCE_S):
        while await _shown(client, person) != (then, then):  # noqa: ASYNC110 - another program does it
            await asyncio.sleep(0.1)


async def test_what_serves_goes_on_over_the_next_schema(
    running: Release, coming: Release, settings: Mapping[str, str], person: str
) -> None:
    """While the next release migrates, and after, the one before reads, takes sessions in, works and starts again."""
    await _migrate(running, settings)
    with running.program(settings, "worker", "--queue", "seconds"):
        async with _serving(running, settings) as client:
            await _takes_in(client, person, _days(person, 10, 14), then=4)
            migrating = asyncio.create_task(_migrate(coming, settings))
            reads = 0
            while not migrating.done():
                assert await _shown(client, person) == (4, 4)
                reads += 1
                await asyncio.sleep(0.1)  # a person's points come back
            await migrating
            assert reads > 0
            assert await _newest(settings) == LAST
            assert (await client.http.get("/readyz")).status_code == 200
            await _takes_in(client, person, _days(person, 5, 8), then=7)
    async with _serving(coming, settings) as client:
        assert await _shown(client, person) == (7, 7), "the next release reads what the one before wrote meanwhile"
    await _migrate(running, settings)  # the first step of the way back: it takes nothing away
    assert await _newest(settings) == LAST
    async with _serving(running, settings) as client:
        assert await _shown(client, person) == (7, 7)
        health = await client.team("{ ops { health { ok database migration } } }")
        assert health["ops"]["health"] == {"ok": True, "database": True, "migration": LAST}


async def test_indexes_are_made_while_others_wait_to_migrate(coming: Release, current: Mapping[str, str]) -> None:
    """Whoever waits for their turn keeps nobody's index from being made, and every index is whole."""
    done = await asyncio.gather(*(asyncio.to_thread(coming.run, current, "migrate") for _ in range(PROGRAMS)))
    assert [each.stderr for each in done if each.returncode] == []
    async with _directly(current) as direct:
        indexes = await direct.fetch(
            "SELECT indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname ~ '^(session|job)_next'"
        )
    assert len(indexes) == 1 + 8 + 1
    assert all(index["indisvalid"] for index in indexes)


async def test_a_contraction_stops_those_it_does_not_serve(current: Mapping[str, str], tmp_path: Path) -> None:
    """A migration that takes away names the oldest it serves: older programs are not ready, and do not start again."""
    running = this_release()
    name = f"9998_drops_since_{newest()[:4]}"
    contracts = next_release(tmp_path, migrations((name, '["ALTER TABLE writing DROP COLUMN seed"]')))
    async with _serving(running, current) as client:
        await _migrate(contracts, current)
        assert (await client.http.get("/readyz")).status_code == 200, "this one is served"
        async with _directly(current) as direct:  # the same, as if only those from 9998 on were
            await direct.execute("UPDATE tortoise_migrations SET name = '9998_drops_since_9998' WHERE name = $1", name)
        assert (await client.http.get("/readyz")).status_code == 503
    refused = await asyncio.to_thread(running.run, current, "api")
    assert refused.returncode != 0
    assert "newer than this build can serve (9998_drops_since_9998)" in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_a_migration_lets_others_pass(coming: Release, current: Mapping[str, str]) -> None:
    """While a long transaction keeps a table, a migration that wants it gives way to whoever came after it.

    After its last try it ends with a sentence, and what it did not get to is as it was.
    """
    async with _directly(current) as long, _directly(current) as other, _directly(current) as direct:
        await long.execute("BEGIN; SELECT FROM job LIMIT 1")
        done = await asyncio.to_thread(coming.script, current, _GIVES_UP_ONCE)
        assert done.returncode == 2
        assert done.stderr.startswith("spectrum: A table that is to be changed stayed in use")
        assert await _newest(current) < "9996_job"
        migrating = asyncio.create_task(asyncio.to_thread(coming.run, current, "migrate"))
        async with asyncio.timeout(PATIENCE_S):
            while not await direct.fetchval(_WAITS):
                assert not migrating.done(), migrating.result().stderr
                await asyncio.sleep(0.02)
            await other.fetch("SELECT FROM job LIMIT 1")
        assert not migrating.done(), "it tries again"
        await long.execute("COMMIT")
        assert (await migrating).returncode == 0
        assert await _newest(current) == LAST
