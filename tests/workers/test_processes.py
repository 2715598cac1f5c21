"""Worker processes that are killed, stopped, or lose Redis; whatever happens, each job has its effect once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from app.embedded import Servers, embedded_servers, remove_state
from app.embedded.places import known_place
from app.jobs import Queue
from app.wiring import Spectrum
from tests.client import LIGHT, session
from tests.embedded.program import living
from tests.life import JUNE, database_url, hasten, lived, take, weeks_of, who, work_off
from tests.programs import PATIENCE_S, ended, environment_for, program
from workers.process import LOOP_S, work

PAUSE_S = 0.02


@pytest.fixture
async def environment(spectrum: Spectrum, servers: Servers, owner: Any, tmp_path: Path) -> dict[str, str]:
    """Give what a program needs to work on the module's database."""
    name = await owner.fetchval("SELECT current_database()")
    return environment_for(database_url(servers, name), spectrum.redis_url, tmp_path)


async def until(owner: Any, query: str, *arguments: object) -> None:
    """Wait until `query` answers with something true."""
    async with asyncio.timeout(PATIENCE_S):
        while not await owner.fetchval(query, *arguments):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(PAUSE_S)


ALL_DONE = "SELECT NOT EXISTS (SELECT FROM session WHERE person_id = $1 AND status <> 'DONE')"


async def test_killed_in_the_middle_everything_ends_once(
    spectrum: Spectrum, owner: Any, environment: dict[str, str], person: str
) -> None:
    """A drain killed with -9 while it runs leaves nothing undone and nothing doubled for the next one."""
    twin = f"{person}-twin"
    await take(spectrum, *weeks_of(person, weeks=6))
    person_id = who(spectrum, person)
    begun = "SELECT count(*) >= 5 FROM job WHERE person_id = $1 AND status = 'SUCCEEDED'"
    with program(environment, "drain") as first:
        await until(owner, begun, person_id)
        first.send_signal(signal.SIGKILL)
        assert await ended(first) == -signal.SIGKILL
    left = await owner.fetchval("SELECT count(*) FROM job WHERE status IN ('QUEUED', 'RETRYING', 'RUNNING')")
    assert left > 0
    await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s' WHERE status = 'RUNNING'")
    with program(environment, "drain") as second:
        assert await ended(second) == 0
    assert await owner.fetchval(ALL_DONE, person_id)
    statuses = await owner.fetch("SELECT DISTINCT status FROM job")
    assert {row["status"] for row in statuses} == {"SUCCEEDED"}
    twin_id = await lived(spectrum, owner, twin, weeks=6)
    for query in (
        "SELECT kind, first_day, session_count, valence_sum, digest FROM period_aggregate WHERE person_id = $1"
        " ORDER BY 1, 2",
        "SELECT period_kind, first_day, finding_key, brief, edition FROM writing WHERE person_id = $1"
        " AND status = 'ACTIVE' ORDER BY 1, 2, 3",
        "SELECT count(*), sum(valence), sum(joy) FROM session_numbers WHERE person_id = $1",
        "SELECT kind, scope->>'first_day', count(*) FROM job WHERE person_id = $1 AND kind <> 'SESSION_ANALYSIS'"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    ):
        assert await owner.fetch(query, person_id) == await owner.fetch(query, twin_id)


async def test_stopped_by_the_system_it_gives_its_leases_back(
    spectrum: Spectrum, owner: Any, environment: dict[str, str], person: str
) -> None:
    """SIGTERM in the middle ends a worker well: no lease is left, nothing counts as failed, another goes on."""
    await work_off(spectrum, owner)
    await take(spectrum, *weeks_of(person, weeks=40))
    person_id = who(spectrum, person)
    with program(environment, "worker", "--queue", "seconds") as worker:
        await until(owner, "SELECT count(*) > 0 FROM job WHERE person_id = $1 AND status = 'SUCCEEDED'", person_id)
        worker.send_signal(signal.SIGTERM)
        assert await ended(worker) == 0
    rows = await owner.fetch(
        "SELECT status, lease_expires_at, attempt, attempts::text AS attempts FROM job WHERE person_id = $1", person_id
    )
    assert {row["status"] for row in rows} <= {"QUEUED", "SUCCEEDED"}
    for row in rows:
        assert row["lease_expires_at"] is None
        assert row["attempt"] == (1 if row["status"] == "SUCCEEDED" else 0)
        assert "failure" not in row["attempts"]
    await work_off(spectrum, owner)
    assert await owner.fetchval(ALL_DONE, person_id)


@asynccontextmanager
async def working(spectrum: Spectrum, *queues: Queue) -> AsyncIterator[None]:
    """Work in this process for the length of the block."""
    stop = asyncio.Event()
    task = asyncio.create_task(work(spectrum.ports, spectrum.redis_url, queues or tuple(Queue), stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE_S):
            await task


async def _heard(url: str) -> None:
    """Wait until a worker asks Redis for nudges, which it does with a command of its own."""
    async with asyncio.timeout(PATIENCE_S), redis.asyncio.Redis.from_url(url) as client:
        while "cmdstat_zrangebyscore" not in await client.info("commandstats"):  # noqa: ASYNC110 - as above
            await asyncio.sleep(PAUSE_S)


async def test_a_nudge_is_quicker_than_the_loop(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Twenty sessions, each sent after the last was done, are more than the loop alone could have claimed by then."""
    await work_off(spectrum, owner)
    async with working(spectrum, Queue.SECONDS):
        await _heard(spectrum.redis_url)
        for minute in range(20):
            sent = session(person, JUNE.replace(minute=minute), LIGHT)
            await take(spectrum, sent)
            await until(owner, ALL_DONE, who(spectrum, person))
    counts = await owner.fetchrow(
        "SELECT count(*) AS done, extract(epoch FROM max(finished_at) - min(queued_at))::float8 AS span_s FROM job"
        " WHERE person_id = $1",
        who(spectrum, person),
    )
    assert counts["done"] == 20
    assert counts["done"] > counts["span_s"] / LOOP_S + 1


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Give a Redis of the test's own, which it may kill, and its state directory."""
    state = tmp_path / "redis"
    with embedded_servers(state, postgres=False) as servers:
        yield state, servers.redis_url
    remove_state(state)


def _signal_redis(state: Path, number: signal.Signals) -> None:
    place = known_place(state)
    assert place is not None
    found = [process for process, title in living(place.sockets).items() if "redis-server" in title]
    assert len(found) == 1
    os.kill(found[0], number)


@pytest.mark.parametrize("listening", [True, False])
async def test_a_frozen_redis_keeps_no_worker_from_stopping(
    spectrum: Spectrum, owner: Any, own_redis: tuple[Path, str], listening: bool
) -> None:
    """A worker whose Redis answers nothing, from the start or from some moment on, ends when it is told to."""
    await work_off(spectrum, owner)
    state, redis_url = own_redis
    if not listening:
        _signal_redis(state, signal.SIGSTOP)
    try:
        async with working(replace(spectrum, redis_url=redis_url), Queue.SECONDS):
            if listening:
                await _heard(redis_url)
                _signal_redis(state, signal.SIGSTOP)
            await asyncio.sleep(PAUSE_S)
    finally:
        _signal_redis(state, signal.SIGCONT)


async def test_a_frozen_redis_keeps_no_program_from_ending(
    spectrum: Spectrum, owner: Any, environment: dict[str, str], own_redis: tuple[Path, str], person: str
) -> None:
    """A drain over a Redis that answers nothing does all its work, and ends."""
    await take(spectrum, session(person, JUNE, LIGHT))
    state, redis_url = own_redis
    _signal_redis(state, signal.SIGSTOP)
    try:
        with program({**environment, "SPECTRUM_REDIS_URL": redis_url}, "drain") as drain:
            assert await ended(drain) == 0
    finally:
        _signal_redis(state, signal.SIGCONT)
    assert await owner.fetchval(ALL_DONE, who(spectrum, person))


async def test_without_redis_the_work_goes_on(
    spectrum: Spectrum, owner: Any, environment: dict[str, str], own_redis: tuple[Path, str], person: str
) -> None:
    """A worker process whose Redis is killed lives, finds new work by its own loop, and listens again later."""
    await work_off(spectrum, owner)
    state, redis_url = own_redis
    with program({**environment, "SPECTRUM_REDIS_URL": redis_url}, "worker") as worker:
        await _heard(redis_url)
        _signal_redis(state, signal.SIGKILL)
        for minute in (1, 2):
            await take(spectrum, session(person, JUNE.replace(minute=minute), LIGHT))
            await until(owner, ALL_DONE, who(spectrum, person))
        assert worker.poll() is None
        with embedded_servers(state, postgres=False):
            await _heard(redis_url)
            assert worker.poll() is None
            worker.send_signal(signal.SIGTERM)
            assert await ended(worker) == 0
    counts = await owner.fetchrow(
        "SELECT count(*) AS jobs, max(attempt) AS most FROM job WHERE person_id = $1 AND kind = 'SESSION_ANALYSIS'",
        who(spectrum, person),
    )
    assert tuple(counts) == (2, 1)


async def test_an_error_nobody_foresaw_ends_no_loop(
    spectrum: Spectrum, owner: Any, person: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """While the ledger is not there claims and plans fail; as soon as it is back, work goes on without a restart."""
    await work_off(spectrum, owner)
    await take(spectrum, session(person, JUNE, LIGHT))
    await owner.execute("UPDATE job SET run_after = now() + interval '1 hour' WHERE status = 'QUEUED'")
    said = ""
    async with working(spectrum):
        await owner.execute("ALTER TABLE job RENAME TO job_away")
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not ("plan_failed" in said and all(f"queue={queue}" in said for queue in Queue)):
                    await asyncio.sleep(PAUSE_S)
                    said += "".join(capsys.readouterr())
        finally:
            await owner.execute("ALTER TABLE job_away RENAME TO job")
        await hasten(owner)  # without a nudge: the loop alone has to find it
        await until(owner, ALL_DONE, who(spectrum, person))
