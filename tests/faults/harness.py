"""A world that may be hit: servers, people and programs of its own, caught while jobs are in flight, seen to the end.

Checks only that the programs do what it waits for; what must hold afterwards is told in `truth`.
"""

import asyncio
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis.asyncio

from app.embedded import Servers, embedded_servers, remove_state
from app.embedded.places import Place, known_place
from app.embedded.programs import postgres_programs, run_program
from app.jobs import JobKind, Queue
from app.storage.schema import migrate
from app.storage.store import DatabaseUrls
from app.wiring import Spectrum, opened
from tests.conftest import settings_for
from tests.embedded.program import living
from tests.life import JUNE, take, weeks_of
from tests.programs import end, ended, environment_for, freeze, ledger_name, started, thaw

jobs_to_hit = pytest.mark.parametrize(
    ("kind", "hastened"),
    [
        pytest.param(JobKind.SESSION_ANALYSIS, True, id="quick"),
        pytest.param(JobKind.SESSION_ANALYSIS, False, id="analysis", marks=pytest.mark.faults),
        pytest.param(JobKind.WEEKLY_AGGREGATION, False, id="weeks", marks=pytest.mark.faults),
    ],
)
"""Which jobs are in flight at a hit; `hastened`: without the time that leases take to run out."""
PATIENCE_S = 60.0
"""The longest that a world may take to come to rest, or to be caught; nothing is asserted about time."""
LOOK_S = 5.0
"""A look at the ledger takes no longer, since Postgres may be frozen."""
PAUSE_S = 0.02
SETTLE_S = 0.01
"""What a server was told before its client froze, it still does within this time."""
IN_FLIGHT = 3
WEEKS = 6

_HELD = """
SELECT count(*) FROM job WHERE status = 'RUNNING' AND started_at IS NOT NULL AND lease_expires_at > now()
  AND kind = ANY($1) AND worker = ANY($2)
"""
_WRITING = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
               AND backend_xid IS NOT NULL)
"""
_AT_REST = """
SELECT NOT EXISTS (SELECT FROM job WHERE status IN ('QUEUED', 'RETRYING', 'RUNNING'))
   AND NOT EXISTS (SELECT FROM session WHERE status = 'PENDING')
   AND NOT EXISTS (SELECT FROM person WHERE week_due_at <= now() OR month_due_at <= now())
"""


def told(key: str, *, weeks: int = WEEKS) -> list[dict[str, Any]]:
    """Give the sessions of a person; the number in their key moves their hours, so that lives differ."""
    place = int("".join(filter(str.isdigit, key)) or 0)
    return weeks_of(key, weeks=weeks, first=JUNE + timedelta(minutes=7 * place))


@dataclass
class World:
    """Servers of its own and the programs on them. `note` keeps a figure for the summary of the run."""

    folder: Path
    servers: Servers
    note: Callable[[str, object], None]
    programs: list[subprocess.Popen[bytes]] = field(default_factory=list)
    hit_at: float = 0.0

    @property
    def state(self) -> Path:
        """Where the servers keep their files."""
        return self.folder / "servers"

    @property
    def place(self) -> Place:
        """The servers' files and account."""
        place = known_place(self.state)
        assert place is not None
        return place

    @property
    def log(self) -> Path:
        """What all programs said."""
        return self.folder / "programs.log"

    def start(
        self, *arguments: str, module: str = "app", environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program on these servers."""
        own = environment_for(self.servers.database_url, self.servers.redis_url, self.folder)
        process = started({**own, **(environment or {})}, *arguments, module=module, log=self.log)
        self.programs.append(process)
        return process

    async def workers(
        self, count: int, *, queues: Collection[Queue] = tuple(Queue), environment: Mapping[str, str] | None = None
    ) -> list[subprocess.Popen[bytes]]:
        """Start workers, and wait until they listen; one that a fault meets while it starts says so, and ends."""
        named = [word for queue in queues for word in ("--queue", queue)]
        listening = await self._count_listeners() + count * len(queues)
        started = [self.start("worker", *named, environment=environment) for _ in range(count)]
        async with asyncio.timeout(PATIENCE_S):
            while await self._count_listeners() < listening:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(PAUSE_S)
        return started

    async def _count_listeners(self) -> int:
        async with redis.asyncio.Redis.from_url(self.servers.redis_url) as client:
            return sum(each["sub"] != "0" for each in await client.client_list())

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Spectrum]:
        """Open the installation in this process."""
        async with opened(settings_for(self.servers.database_url, self.servers, self.folder)) as spectrum:
            yield spectrum

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[Any]:
        """Look past row-level security."""
        connection = await asyncpg.connect(self.servers.database_url, timeout=LOOK_S)
        try:
            yield connection
            await connection.close(timeout=LOOK_S)
        finally:
            connection.terminate()

    async def look(self, query: str, *arguments: object) -> Any:
        """Give the first value of a query, over a connection of its own, in a bounded time."""
        async with asyncio.timeout(LOOK_S), self.owner() as owner:
            return await owner.fetchval(query, *arguments)

    async def until(self, query: str, *arguments: object, patience_s: float = PATIENCE_S) -> None:
        """Wait until `query` answers with something true; while the database is away, nothing is."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                if await self.look(query, *arguments):
                    return
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                pass
            if time.monotonic() > deadline:
                raise AssertionError(f"in vain: {query}\n{await self.open_jobs()}\n{self.last_words()}")
            await asyncio.sleep(PAUSE_S)

    async def open_jobs(self) -> list[Any]:
        """What is left in the ledger, for whoever reads a failure."""
        async with self.owner() as owner:
            rows: list[Any] = await owner.fetch(
                "SELECT kind, status, attempt, lost, worker, attempts FROM job WHERE status <> 'SUCCEEDED' LIMIT 9"
            )
            return rows

    def last_words(self) -> str:
        """What the programs said last, for whoever reads a failure."""
        return self.log.read_text()[-3000:] if self.log.exists() else ""

    async def take(self, keys: Sequence[str], *, weeks: int = WEEKS) -> None:
        """Take the lives of people in, without a program in between."""
        async with self.opened() as spectrum:
            for key in keys:
                await take(spectrum, *told(key, weeks=weeks))

    async def caught(
        self, *workers: subprocess.Popen[bytes], kind: JobKind = JobKind.SESSION_ANALYSIS, writing: bool = False
    ) -> None:
        """Freeze workers at a moment at which they are in the middle of three jobs or more, says the ledger.

        `writing`: and hold a transaction open that has written already. Other programs stand still while it looks.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not await self.try_to_catch(*workers, kinds=[kind], writing=writing):
            await self._may_be_caught_until(deadline, kind)

    async def caught_one(
        self, *workers: subprocess.Popen[bytes], kind: JobKind = JobKind.SESSION_ANALYSIS
    ) -> list[subprocess.Popen[bytes]]:
        """Freeze whichever worker is in the middle of three jobs or more by itself; that one, and then the others."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            for worker in workers:
                if await self.try_to_catch(worker, kinds=[kind]):
                    return [worker, *(other for other in workers if other is not worker)]
            await self._may_be_caught_until(deadline, kind)

    async def _may_be_caught_until(self, deadline: float, kind: JobKind) -> None:
        if time.monotonic() > deadline:
            raise AssertionError(f"never in the middle of three {kind}\n{await self.open_jobs()}\n{self.last_words()}")
        await asyncio.sleep(random.uniform(0, PAUSE_S))

    async def try_to_catch(
        self, *workers: subprocess.Popen[bytes], kinds: Sequence[JobKind] = tuple(JobKind), writing: bool = False
    ) -> bool:
        """Freeze workers if this is such a moment; whether it was."""
        assert [worker.poll() for worker in workers] == [None] * len(workers), self.last_words()
        everybody = [each.pid for each in self.programs if each.poll() is None]
        names = [ledger_name(worker) for worker in workers]
        freeze(*everybody)
        await asyncio.sleep(SETTLE_S)
        held = await self.look(_HELD, kinds, names)
        found = held >= IN_FLIGHT and (not writing or await self.look(_WRITING))
        thaw(*set(everybody) - ({worker.pid for worker in workers} if found else set()))
        if found:
            self.note("in flight", held)
            self.hit_at = time.monotonic()
        return bool(found)

    async def is_at_rest(self) -> bool:
        """Whether all work is done."""
        return bool(await self.look(_AT_REST))

    async def at_rest(self, *, patience_s: float = PATIENCE_S) -> None:
        """Wait until all work is done, and note how long that took since `hit_at`."""
        await self.until(_AT_REST, patience_s=patience_s)
        self.note("recovery s", round(time.monotonic() - self.hit_at, 1))

    async def said(self, *events: str) -> None:
        """Wait until a program has told of one of these events."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(event in self.log.read_text() for event in events):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(PAUSE_S)

    async def nudges_are_heard(self) -> None:
        """Wait until workers ask Redis for nudges, which they do with a command of their own."""
        async with asyncio.timeout(PATIENCE_S), redis.asyncio.Redis.from_url(self.servers.redis_url) as client:
            await client.config_resetstat()
            while "cmdstat_zrangebyscore" not in await client.info("commandstats"):  # noqa: ASYNC110 - as above
                await asyncio.sleep(PAUSE_S)

    async def stop(self, *workers: subprocess.Popen[bytes]) -> None:
        """End workers as the system does; that they still live, and end well, is part of every promise."""
        for worker in workers:
            assert worker.poll() is None, self.last_words()
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            assert await ended(worker) == 0, self.last_words()

    async def hasten(self) -> None:
        """Let every lease run out now: a quick test does not wait for them."""
        async with self.owner() as owner:
            await owner.execute("UPDATE job SET lease_expires_at = now() - interval '1 s' WHERE status = 'RUNNING'")

    def redis_pid(self) -> int:
        """Give the number of the Redis server."""
        (pid,) = (pid for pid, title in living(self.place.sockets).items() if "redis-server" in title)
        return pid

    def postgres_pids(self) -> list[int]:
        """Give the numbers of all Postgres processes, the one that starts the others first."""
        first = int((self.place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        return [first, *(pid for pid in living(self.place.data) if pid != first)]

    def crash_postgres(self) -> None:
        """Stop Postgres in immediate mode: no session is ended well, and it has to recover."""
        place = self.place
        command: list[str | Path] = [postgres_programs(place.account) / "pg_ctl", "stop", "-m", "immediate", "--wait"]
        environment = {"PGDATA": str(place.data)}
        assert not run_program(place.account, command, log=place.postgres_log, timeout_s=60, environment=environment)

    async def bring_back(self) -> None:
        """Start again whichever server is not there, over the same files."""

        def start() -> None:
            with embedded_servers(self.state):
                pass  # the world's own part keeps them running

        await asyncio.to_thread(start)

    def end(self) -> None:
        """End every program, and thaw what is frozen, so that the servers can be stopped."""
        for process in self.programs:
            end(process)
        thaw(*living(self.place.data, self.place.sockets))


@contextmanager
def world_in(folder: Path, note: Callable[[str, object], None]) -> Iterator[World]:
    """Give a world in an empty folder, and leave nothing of it, whatever happens."""
    state = folder / "servers"
    try:
        with embedded_servers(state) as servers:
            world = World(folder, servers, note)
            try:
                yield world
            finally:
                world.end()
    finally:
        remove_state(state)


async def prepare(world: World) -> None:
    """Bring the world's database up to date."""
    await migrate(DatabaseUrls.one(world.servers.database_url))
