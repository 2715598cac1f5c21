"""The team's reports read at a real streaming replica, say as of when, and outlive it; nothing else reads there."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from app.domain.access import Role
from app.domain.periods import format_week, week_of
from app.embedded import Servers, embedded_servers, remove_state
from app.jobs import JobKind, Queue
from app.storage import health
from app.storage.schema import migrate
from app.storage.store import AS_OF, DatabaseUrls, StorageUnavailable
from app.wiring import Spectrum, opened
from tests.client import Client
from tests.conftest import AUTH_SECRET, settings_for
from tests.life import hasten, weeks_of
from tests.programs import PATIENCE_S
from tests.replica import copied, following
from workers.runner import Runner

ROOT = Path(__file__).parents[2]
READERS = {"answering.py", "agree.py", "usage.py", "reached.py", "money.py"}
"""Who reads sums of many people, and nothing that something is decided by at once."""
USE = "{ ops { engagement(range: {preset: LAST_7_DAYS}, granularity: DAY) { points { activeSpectrum } } } }"
LIFT = "query($input: RetentionInput!) { ops { retentionLift(input: $input) { computedAt } } }"
_OPENED = """
    WITH new AS (
      INSERT INTO person (id, epoch, zone, zone_as_of, locale, plan, week_due, week_due_at, month_due, month_due_at,
        data_key, created_at)
      SELECT gen_random_uuid(), 0, 'UTC', now(), 'en', 'PLUS', '2100-01-04', '2100-01-11', '2100-01-01', '2100-02-01',
        '', now() - interval '20 days' FROM generate_series(1, $1::int) RETURNING id)
    INSERT INTO event (person_id, id, name, occurred_at, app_version, platform)
    SELECT id, gen_random_uuid(), 'LANDSCAPE_VIEWED', now(), '1.0', 'WEB' FROM new
"""


@dataclass
class Pair:
    """An installation whose reports read at a replica that can be stopped and started."""

    spectrum: Spectrum
    primary: Any
    state: Path
    running: ExitStack = field(default_factory=ExitStack)

    async def start(self) -> str:
        """Let the replica follow; its URL."""
        return await asyncio.to_thread(self.running.enter_context, following(self.state))

    async def stop(self) -> None:
        """Let it be away."""
        await asyncio.to_thread(self.running.close)

    async def caught_up(self) -> None:
        """Wait until the replica has replayed everything there is."""
        until = await self.primary.fetchval("SELECT pg_current_wal_lsn()")
        async with asyncio.timeout(PATIENCE_S):
            while not await self.replica("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn", until):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def replica(self, query: str, *arguments: object) -> Any:
        """The first value of a query at the replica, as its superuser."""
        connection = await asyncpg.connect(self.spectrum.ports.store._urls.reports)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Give servers of this module's own."""
    state = tmp_path_factory.mktemp("primary")
    try:
        with embedded_servers(state) as servers:
            yield servers
    finally:
        remove_state(state)


@pytest.fixture(scope="module")
async def pair(primary: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """Give an installation with a replica of its database, which follows."""
    await migrate(DatabaseUrls.one(primary.database_url))
    owner = await asyncpg.connect(primary.database_url)
    with copied(primary.database_url, tmp_path_factory.mktemp("replica")) as state, ExitStack() as stack:
        replica_url = stack.enter_context(following(state))
        settings = settings_for(primary.database_url, primary, tmp_path_factory.mktemp("state"))
        settings = settings.model_copy(update={"reports_database_url": SecretStr(replica_url)})
        async with opened(settings) as spectrum:
            yield Pair(spectrum, owner, state, stack)
    await owner.close()


@pytest.fixture
async def team(pair: Pair) -> AsyncIterator[Client]:
    """Give a client of the installation."""
    async with Client.of(pair.spectrum, AUTH_SECRET) as found:
        yield found


async def _active(team: Client) -> int | None:
    """How many people looked at something today, as the team is told."""
    points = (await team.team(USE, None, Role.ANALYST))["ops"]["engagement"]["points"]
    found: int | None = points[-1]["activeSpectrum"]
    return found


async def _lift(team: Client, *, weeks_ago: int) -> datetime | None:
    """Ask for the report of a week's cohort; when it was computed from what there was, None while it is not."""
    week = format_week(week_of(datetime.now(UTC).date() - timedelta(weeks=weeks_ago)))
    asked = {"design": "OBSERVATIONAL", "cohortFrom": week, "cohortTo": week}
    found = (await team.team(LIFT, {"input": asked}, Role.ANALYST))["ops"]["retentionLift"]["computedAt"]
    return None if found is None else datetime.fromisoformat(found)


async def test_reports_are_read_at_the_replica_as_of_when_it_is(pair: Pair, team: Client) -> None:
    """While the replica stands still, sums stay as they were, and what is computed says since when they may be old."""
    await pair.primary.execute(_OPENED, 25)
    await pair.caught_up()
    assert await _active(team) == 25
    await pair.replica("SELECT pg_wal_replay_pause()")
    still = await pair.primary.fetchval("SELECT clock_timestamp()")
    await pair.primary.execute(_OPENED, 10)
    assert await _active(team) == 25
    assert await _lift(team, weeks_ago=3) is None
    assert await Runner(pair.spectrum.ports).work_off(Queue.HOURS) == 1
    computed = await _lift(team, weeks_ago=3)
    assert computed is not None
    assert still - timedelta(minutes=1) < computed < still
    await pair.replica("SELECT pg_wal_replay_resume()")
    await pair.caught_up()
    assert await _active(team) == 35


async def test_a_replica_that_has_heard_nothing_yet_says_so(pair: Pair) -> None:
    """Right after its start it has replayed no transaction: what it has is as old as its last checkpoint."""
    await pair.stop()
    await pair.start()
    async with pair.spectrum.ports.store.for_reports(waits=True) as tx:
        as_of = await tx.fetchval(AS_OF)
    assert as_of <= datetime.now(UTC)
    assert as_of > datetime.now(UTC) - timedelta(minutes=10)


async def test_a_replica_that_is_cut_off_grows_old(pair: Pair) -> None:
    """It has replayed all that it received, and is behind all the same: nobody sends. It is not while somebody does."""

    async def lag_s() -> float | None:
        async with pair.spectrum.ports.store.for_reports(waits=True) as tx:
            return (await health.find_database(tx)).replica_lag_s

    async def hears(expected: bool) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while expected is not await pair.replica("SELECT EXISTS (SELECT FROM pg_stat_wal_receiver)"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def is_level() -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await lag_s() != 0:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    await hears(True)
    await is_level()
    whom = await pair.replica("SELECT current_setting('primary_conninfo')")
    await pair.replica("ALTER SYSTEM SET primary_conninfo = ''")
    try:
        await pair.replica("SELECT pg_reload_conf()")
        await hears(False)
        cut = await lag_s()
        assert cut is not None
        assert cut > 0
    finally:
        quoted = whom.replace("'", "''")
        await pair.replica(f"ALTER SYSTEM SET primary_conninfo = '{quoted}'")
        await pair.replica("SELECT pg_reload_conf()")
    await hears(True)
    await is_level()


async def test_nothing_is_written_and_nobodys_words_are_read(pair: Pair) -> None:
    """The gate of the reports is the batch role's, at the replica, for reading alone; so it is without a replica."""
    async with pair.spectrum.ports.store.for_reports(waits=True) as tx:
        row = await tx.fetchrow(
            "SELECT current_user::text, pg_is_in_recovery(), current_setting('application_name'),"
            " current_setting('transaction_read_only')"
        )
    assert tuple(row or ()) == ("spectrum_batch", True, "spectrum_reports", "on")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with pair.spectrum.ports.store.for_reports(waits=True) as tx:
            await tx.fetch("SELECT body FROM sealed_text")
    await pair.stop()
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with pair.spectrum.ports.store.for_reports(waits=False) as tx:
            await tx.execute("UPDATE person SET revision = revision + 1")
    await pair.start()


async def test_people_are_never_read_there(pair: Pair, team: Client, person: str) -> None:
    """Whatever people, workers and the desk do, only reports have sessions at the replica."""
    await team.ingest(*weeks_of(person, weeks=1))
    await Runner(pair.spectrum.ports).work_off(Queue.SECONDS)
    await team.ask("{ viewer { sessions(first: 5) { totalCount } spectrum { dataRevision } } }", subject=person)
    await team.team("{ ops { queues { name depth } } }")
    await _active(team)
    names = await pair.replica(
        "SELECT array_agg(DISTINCT application_name) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    assert names == ["spectrum_reports"]


async def test_the_team_is_answered_while_the_replica_is_away(pair: Pair, team: Client) -> None:
    """What somebody waits for is read beside everything else; a report's job waits, no attempt counted, and is done."""
    await pair.caught_up()
    before = await _active(team)
    await pair.stop()
    assert await _active(team) == before
    with pytest.raises(StorageUnavailable):
        async with pair.spectrum.ports.store.for_reports(waits=True):
            pass
    assert await _lift(team, weeks_ago=5) is None
    await Runner(pair.spectrum.ports).work_off(Queue.HOURS)
    row = await pair.primary.fetchrow(
        "SELECT status, attempt, attempts->-1->>'failure' AS failure FROM job WHERE kind = $1 ORDER BY id DESC LIMIT 1",
        JobKind.REPORT,
    )
    assert tuple(row) == ("RETRYING", 0, "DEPENDENCY")
    await pair.start()
    await hasten(pair.primary)
    await Runner(pair.spectrum.ports).work_off(Queue.HOURS)
    assert await _lift(team, weeks_ago=5) is not None


def test_only_sums_are_read_there() -> None:
    """Nobody else goes through this gate: what is a while old may decide nothing, and is nobody's answer."""
    rooms = [path for room in ("app", "graphql_schema", "workers") for path in (ROOT / room).rglob("*.py")]
    found = {path.name for path in rooms if ".for_reports(" in path.read_text()}
    assert found == READERS
