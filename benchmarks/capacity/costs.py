"""What one of everything costs, measured on a small installation: processor time of ours and of PostgreSQL, and bytes.

Processor time depends on the machine, and hardly on what else runs there; elapsed time is not measured.
"""

import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from redis.asyncio import Redis

from app.domain.access import Role
from app.domain.sessions import FinishedSession
from app.edge.tokens import issue_token
from app.embedded.places import known_place
from app.jobs import Queue
from app.pipeline.ingest import MAX_BATCH, ingest
from app.pipeline.ports import Ports
from app.settings import Settings
from app.storage.store import Tx
from app.wiring import Spectrum, opened
from benchmarks.crowd import make_crowd, sessions_of_copy
from benchmarks.edge.asking import OURS
from benchmarks.programs import running
from workers.runner import Runner
from workers.schedule import plan_due

CROWD, MONTHS, READS = 1_000, 200, 200
COPIES = 2
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_SIZE = "SELECT sum(pg_total_relation_size(oid))::float8 FROM pg_class WHERE relkind = 'r' AND relname ~ $1"
SECRET = "a secret of the benchmarks, long enough to be one"


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one core: of a process of ours, and of PostgreSQL for it."""

    own_s: float
    database_s: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What one of each costs; bytes with their indexes."""

    ingested: Cost
    analysed: Cost
    week: Cost
    month: Cost
    planned: Cost
    uncached: Cost
    cached: Cost
    session_bytes: float
    text_bytes: float
    month_bytes: float
    aggregate_bytes: float
    writing_bytes: float
    writings_a_week: float
    job_bytes: float
    person_bytes: float
    redis_bytes: float


class _Meter:
    """Processor time until now: of a process (this one by default), and of all of PostgreSQL's."""

    def __init__(self, state: Path, pid: int = os.getpid()) -> None:
        place = known_place(state.resolve())
        assert place is not None, "the servers run"
        self._postmaster = int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        self._pid = pid

    def now(self) -> tuple[float, float]:
        """Own and PostgreSQL's, in seconds; sessions that have ended are in their parent's sum."""
        own = time.process_time() if self._pid == os.getpid() else _spent(self._pid)[0]
        database = sum(_spent(self._postmaster))
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(_fields(stat)[1]) == self._postmaster:
                    database += _spent(int(stat.parent.name))[0]
            except OSError:
                continue  # it has ended
        return own, database

    async def each(self, work: Callable[[], Awaitable[int]]) -> Cost:
        """What one of those costs that `work` does; it says how many these were."""
        before = self.now()
        count = await work()
        own, database = self.now()
        assert count, "there was something to do"
        return Cost((own - before[0]) / count, (database - before[1]) / count)


def _fields(stat: Path) -> list[str]:
    return stat.read_text().rpartition(")")[2].split()


def _spent(pid: int) -> tuple[float, float]:
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return sum(map(int, fields[11:13])) * _TICK_S, sum(map(int, fields[13:15])) * _TICK_S


async def _take(ports: Ports, sessions: list[FinishedSession]) -> int:
    for start in range(0, len(sessions), MAX_BATCH):
        await ingest(ports, sessions[start : start + MAX_BATCH])
    return len(sessions)


async def _months(ports: Ports) -> int:
    """Let the last month of some be due, close and write it."""
    async with ports.store.for_everyone() as tx:
        await tx.execute(
            "UPDATE person SET month_due = (date_trunc('month', now()) - interval '1 month')::date,"
            " month_due_at = now() - interval '1 minute' WHERE id IN (SELECT id FROM person"
            " WHERE id::text LIKE '00000000-%' ORDER BY id LIMIT $1)",
            MONTHS,
        )
    planned = await plan_due(ports)
    await Runner(ports).work_off(Queue.MINUTES)
    return planned


@asynccontextmanager
async def _reader(
    spectrum: Spectrum, state: Path
) -> AsyncIterator[tuple[_Meter, Callable[[str, int], Awaitable[None]]]]:
    """Run an API process; its meter, and how to read somebody's dashboard, moved by some days."""
    environment = {"SPECTRUM_STATE_DIR": str(state), "SPECTRUM_AUTH_SECRET": SECRET, "SPECTRUM_DEFAULT_PLAN": "PLUS"}
    command = [sys.executable, "-m", "benchmarks.edge.ours", "PORT"]
    async with running(command, environment) as program, httpx.AsyncClient(trust_env=False) as http:
        url = f"http://127.0.0.1:{program.port}/graphql"

        async def read(subject: str, days: int) -> None:
            last = datetime.now(UTC).date() - timedelta(days=days)
            variables = {"from": str(last - timedelta(days=363)), "to": str(last), "month": f"{last:%Y-%m}"}
            token = issue_token(SECRET, subject=subject, roles=(Role.USER,), ttl_s=600)
            headers = {"authorization": f"Bearer {token}"}
            answer = await http.post(url, json={"query": OURS, "variables": variables}, headers=headers)
            assert answer.status_code == 200, answer.text
            assert "errors" not in answer.json(), answer.text

        yield _Meter(state, program.pid), read


async def measure(state: Path, tell: Callable[[str], None]) -> Costs:
    """Measure everything on an installation in `state`, which is new; a few minutes."""
    settings = Settings.model_validate({"state_dir": state, "default_plan": "PLUS", "auth_secret": SECRET})
    async with opened(settings, bring_up_to_date=True) as spectrum:
        ports, meter, found = spectrum.ports, _Meter(state), {}
        sessions = [each for copy in range(COPIES) for each in sessions_of_copy(copy)]
        await ports.analyser()
        tell(f"{len(sessions):,} sessions are taken in, analysed and closed")
        found["ingested"] = await meter.each(lambda: _take(ports, sessions))
        found["analysed"] = await meter.each(lambda: Runner(ports).work_off(Queue.SECONDS))
        await plan_due(ports)
        await Runner(ports).work_off(Queue.MINUTES)
        people = sorted({each.subject_key for each in sessions})
        tell(f"dashboards of {len(people)} people are read")
        found |= await _measure_reads(spectrum, state, people)
        tell(f"a week of {CROWD:,} people is closed")
        await make_crowd(ports, CROWD, 13)
        found["planned"] = await meter.each(lambda: plan_due(ports))
        found["week"] = await meter.each(lambda: Runner(ports).work_off(Queue.MINUTES))
        tell(f"a month of {MONTHS} people is closed and written")
        found["month"] = await meter.each(lambda: _months(ports))
        async with ports.store.for_everyone() as tx, Redis.from_url(spectrum.redis_url) as redis:
            sizes = await _bytes(tx)
            return Costs(**found, **sizes, redis_bytes=float((await redis.info("memory"))["used_memory"]))


async def _measure_reads(spectrum: Spectrum, state: Path, people: list[str]) -> dict[str, Cost]:
    async with _reader(spectrum, state) as (meter, read):

        async def first() -> int:
            for number in range(READS):
                await read(people[number % len(people)], 1 + number // len(people))
            return READS

        async def again() -> int:
            for _ in range(READS):
                await read(people[0], 1)
            return READS

        await read(people[0], 0)  # which prepares what is prepared once
        return {"uncached": await meter.each(first), "cached": await meter.each(again)}


async def _bytes(tx: Tx) -> dict[str, float]:
    async def each(tables: str, rows: str) -> float:
        size: float = await tx.fetchval(_SIZE, rf"^({tables})(_\d)?$")
        return size / max(1, await tx.fetchval(f"SELECT count(*) FROM {rows}"))

    weeks: Any = await tx.fetchval("SELECT count(*) FROM period_aggregate WHERE kind = 'WEEK' AND told")
    cards: Any = await tx.fetchval("SELECT count(*) FROM writing WHERE period_kind = 'WEEK'")
    return {
        "session_bytes": await each("session|session_numbers", "session"),
        "text_bytes": await each("sealed_text", "sealed_text"),
        "month_bytes": await each("packed_month", "packed_month"),
        "aggregate_bytes": await each("period_aggregate", "period_aggregate"),
        "writing_bytes": await each("writing", "writing"),
        "writings_a_week": cards / max(1, weeks),
        "job_bytes": await each("job", "job"),
        "person_bytes": await each("person", "person"),
    }
