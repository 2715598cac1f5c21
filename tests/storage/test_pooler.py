"""Behind a pgbouncer that lends two sessions to everybody, for a transaction each, nobody ever is somebody else."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.embedded import Servers
from app.errors import ConfigurationError
from app.jobs import Queue
from app.storage import audit
from app.storage.people import glance_head
from app.storage.schema import migrate
from app.storage.store import IDLE_TIMEOUT_S, LOCK_TIMEOUT_S, DatabaseUrls, StorageUnavailable, Store
from app.wiring import Spectrum, opened
from tests.client import Client
from tests.conftest import AUTH_SECRET, settings_for
from tests.life import take, weeks_of, who, work_off
from tests.pgbouncer import SESSIONS, pooled
from workers.runner import Runner
from workers.schedule import plan_due

ROUNDS = 60
AT_ONCE = 12
STORM = 200
READ = """
    { viewer { sessions(first: 50) { totalCount nodes { id } } spectrum {
      insightFeed(first: 5) { nodes { id } } landscape(range: {month: "2026-06"}) { textAlternative } } } }
"""


@pytest.fixture(scope="module")
async def direct(spectrum: Spectrum) -> str:
    """Give the URL of the module's database without anything between."""
    return spectrum.ports.store._urls.person


@pytest.fixture(scope="module")
def through(direct: str) -> Iterator[str]:
    """Give the URL that leads through the pooler; its login is a superuser, for whom nothing is hidden."""
    with pooled(direct) as url:
        yield url


@pytest.fixture(scope="module")
async def behind(through: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Spectrum]:
    """Give the installation as it is with the pooler between."""
    async with opened(settings_for(through, servers, tmp_path_factory.mktemp("behind"))) as installation:
        yield installation


async def test_everything_works_behind_a_pooler(behind: Spectrum, client: Client, owner: Any, person: str) -> None:
    """Sessions are taken in, analysed, their weeks closed and read again, all over borrowed sessions."""
    async with Client.of(behind, AUTH_SECRET) as pooled_client:
        payloads = await pooled_client.ingest(*weeks_of(person))
        assert {payload["duplicate"] for payload in payloads} == {False}
        await work_off(behind, owner)
        found = (await pooled_client.ask(READ, subject=person))["viewer"]
    assert found["sessions"]["totalCount"] == len(payloads)
    assert found["spectrum"]["insightFeed"]["nodes"]
    assert found == (await client.ask(READ, subject=person))["viewer"], "the same is read without a pooler"
    assert await owner.fetchval("SELECT count(*) FROM job WHERE status <> 'SUCCEEDED'") == 0


async def test_people_never_see_each_other(behind: Spectrum, direct: str, owner: Any) -> None:
    """Two sessions serve a dozen readers of two people and of everybody, mixed as they come: each sees their own."""
    people = {}
    for key, weeks in (("one", 1), ("other", 2)):
        await take(behind, *weeks_of(f"pooled-{key}", weeks=weeks))
        people[who(behind, f"pooled-{key}")] = 4 * weeks
    everybody = await owner.fetchval("SELECT count(*) FROM session")
    store, luck, gate = behind.ports.store, random.Random(11), asyncio.Semaphore(AT_ONCE)

    async def read(person_id: UUID) -> None:
        async with gate:
            async with luck.choice((store.for_person, store.as_it_is))(person_id) as tx:
                seen = await tx.fetch("SELECT person_id, current_user AS role FROM session")
                await asyncio.sleep(0)
                again = await tx.fetchval("SELECT count(*) FROM person")
            assert {(row["person_id"], row["role"]) for row in seen} == {(person_id, "spectrum_person")}
            assert (len(seen), again) == (people[person_id], 1)
            head = await glance_head(store, person_id)
            assert head is not None
            assert head.person.id == person_id

    async def read_all() -> None:
        async with gate, store.for_everyone() as tx:
            assert await tx.fetchval("SELECT current_user") == "spectrum_batch"
            assert await tx.fetchval("SELECT count(*) FROM session") == everybody
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.execute("SAVEPOINT s0; SELECT body FROM sealed_text")
            await tx.execute("ROLLBACK TO SAVEPOINT s0")

    async with asyncio.TaskGroup() as group:
        for _ in range(ROUNDS):
            for person_id in people:
                group.create_task(read(person_id))
            group.create_task(read_all())
    assert await _sessions_of(owner) <= SESSIONS


async def _sessions_of(owner: Any) -> int:
    """How many sessions the pooler has, which alone come without a role."""
    count: int = await owner.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    return count


async def test_nothing_of_a_transaction_stays_with_the_session(behind: Spectrum, through: str, person: str) -> None:
    """Whoever is lent the session next is themselves, sees no setting, and finds no statement of others."""
    person_id = who(behind, person)
    await take(behind, *weeks_of(person, weeks=1))
    connections = [await asyncpg.connect(through.partition("?")[0], statement_cache_size=0) for _ in range(SESSIONS)]
    try:
        for _ in range(5):
            async with behind.ports.store.as_it_is(person_id) as tx:
                for setting, expected in (
                    ("lock_timeout", LOCK_TIMEOUT_S),
                    ("idle_in_transaction_session_timeout", IDLE_TIMEOUT_S),
                ):
                    assert (
                        await tx.fetchval("SELECT setting::float8 / 1000 FROM pg_settings WHERE name = $1", setting)
                        == expected
                    )
            glanced = await behind.ports.store.glance(
                "SELECT current_user::text AS role, id FROM unnest($1::uuid[]) AS id", person_id
            )
            assert dict(glanced or {}) == {"role": "spectrum_person", "id": person_id}
            for connection in connections:
                async with connection.transaction():
                    row = await connection.fetchrow(
                        "SELECT current_user::text AS role, current_setting('app.person', true) AS person,"
                        " current_setting('lock_timeout') AS patience, count(*) AS left FROM pg_prepared_statements"
                        " WHERE name <> ''"
                    )
                assert (row["role"], row["person"] or "", row["patience"], row["left"]) == ("spectrum", "", "0", 0)
    finally:
        for connection in connections:
            await connection.close()


async def test_locks_of_a_transaction_hold(behind: Spectrum) -> None:
    """What may happen three times happens three times, however many ask at once: the lock is the transaction's."""

    async def ask() -> bool:
        async with behind.ports.store.for_everyone() as tx:
            left = await audit.keep_at_most(tx, 3, timedelta(days=1), "EXPORT", actor="pooled", reason="asked")
        return left is None

    assert sum(await asyncio.gather(*(ask() for _ in range(3 * AT_ONCE)))) == 3


async def test_workers_share_the_ledger(behind: Spectrum, owner: Any) -> None:
    """Several workers behind the pooler run each job once."""
    for number in range(4):
        await take(behind, *weeks_of(f"shared-{number}", weeks=2))
    await plan_due(behind.ports)
    asked = await owner.fetchval("SELECT count(*) FROM job WHERE status = 'QUEUED' AND queue = 'seconds'")
    ran = await asyncio.gather(*(Runner(behind.ports).work_off(Queue.SECONDS) for _ in range(4)))
    assert sum(ran) == asked > 0


async def test_a_storm_of_cancellations_leaves_everybody_themselves(behind: Spectrum, person: str) -> None:
    """Readers that go away in the middle of a transaction leave neither their role nor their transaction behind."""
    await take(behind, *weeks_of(person, weeks=1))
    store, person_id, luck = behind.ports.store, who(behind, person), random.Random(5)

    async def read() -> None:
        async with store.for_person(person_id) as tx:
            await tx.fetchval("SELECT pg_sleep(0.001)")
            assert await tx.fetchval("SELECT count(*) FROM person") == 1

    for _ in range(STORM // AT_ONCE):
        tasks = [asyncio.create_task(read()) for _ in range(AT_ONCE)]
        await asyncio.sleep(luck.random() * 0.01)
        for task in luck.sample(tasks, k=AT_ONCE // 2):
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert not [each for each in results if isinstance(each, AssertionError)], results
        async with store.for_everyone() as tx:
            assert await tx.fetchval("SELECT current_user") == "spectrum_batch"
    async with asyncio.timeout(5):
        await read()


async def test_migrations_want_a_session_of_their_own(through: str, direct: str) -> None:
    """A lock of the session would stay with the pooler; with the owner's own address beside it everything is well."""
    with pytest.raises(ConfigurationError, match="SPECTRUM_OWNER_DATABASE_URL"):
        await migrate(DatabaseUrls.one(through))
    await migrate(DatabaseUrls(direct, through, through))


async def _opened(url: str) -> None:
    store = Store(DatabaseUrls.one(url))
    await store.open()
    try:
        async with store.for_everyone() as tx:
            await tx.fetchval("SELECT 1")
    finally:
        await store.close()


async def test_an_address_that_does_not_name_its_mode_is_refused(through: str, direct: str) -> None:
    """Without the mode in the URL a pooler takes no role, and says so; one told to pass over it is found out."""
    with pytest.raises(ConfigurationError, match="add pool_mode=transaction"):
        await _opened(through.partition("?")[0])
    ignored = "role, lock_timeout, idle_in_transaction_session_timeout"
    with pooled(direct, ignored=ignored) as careless, pytest.raises(ConfigurationError, match="ignores which role"):
        await _opened(careless.partition("?")[0])


async def test_other_modes_are_refused(direct: str) -> None:
    """A transaction is what everything here rests on: a mode without any cannot be asked for."""
    with pytest.raises(ConfigurationError, match="session or transaction"):
        await _opened(f"{direct}&pool_mode=statement")
    await _opened(f"{direct}&pool_mode=session")


async def test_a_pooler_that_is_away_is_waited_for(direct: str) -> None:
    """A pooler that was stopped is a database that is not there: trying again later is right."""
    with pooled(direct) as url:
        await _opened(url)
    with pytest.raises(StorageUnavailable):
        await _opened(url)
