"""What room in pages and early vacuuming gain where the same rows are written again and again.

Each variant is a copy of one database on one server; all are written to in turns, by the product's own statements. One
round stands for a minute of a busy installation: after it everything is vacuumed that autovacuum would have taken then,
by the thresholds of the variant. HOT updates leave every index alone.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.progress import track
from rich.table import Table

from app.embedded import embedded_servers, remove_state
from app.jobs import Job, JobKind, PersonAt, Queue
from app.storage import people
from app.storage.jobs import ledger
from app.storage.schema import migrate
from app.storage.store import DatabaseUrls, Store

HISTORY = 200_000
"""Jobs that are kept because they ended lately; what the ledger of 30 days is, in small."""
PEOPLE = 20_000
ROUNDS = 12
JOBS = 2_000
"""Of one round."""
CHANGES = 10_000
"""Of people, and of months, in one round."""
AT_ONCE = 100
BODY = 1_500
"""Bytes of a month of ten sessions."""
SCALE, LEAST = 0.2, 50
"""What autovacuum goes by where nothing is set: this share of the rows, and so many."""

_EARLY = "autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000"
_SETTABLE = "fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor"
VARIANTS: Mapping[str, str] = {
    "as PostgreSQL has it": "",
    "fillfactor 90": "fillfactor = 90",
    "fillfactor 70": "fillfactor = 70",
    "vacuumed at 1 %": _EARLY,
    "90, and at 1 %": f"fillfactor = 90, {_EARLY}",
}
_FILL = (
    f"INSERT INTO person (id, epoch, zone, zone_as_of, locale, plan, week_due, week_due_at, month_due, month_due_at,"
    f" data_key, master_key) SELECT md5(n::text)::uuid, 0, 'UTC', now(), 'en', 'PLUS', '2100-01-04', '2100-01-11',"
    f" '2100-01-01', '2100-02-01', decode(repeat(md5(n::text), 3), 'hex'), 'key'"
    f" FROM generate_series(1, {PEOPLE}) AS n",
    f"INSERT INTO packed_month (person_id, month, body) SELECT md5(n::text)::uuid, '2026-01-01',"
    f" convert_to(substr(repeat(md5(n::text), 60), 1, {BODY}), 'UTF8') FROM generate_series(1, {PEOPLE}) AS n",
    "INSERT INTO job (kind, queue, status, max_attempts, idempotency_key, person_id, epoch, scope, finished_at)"
    " SELECT 'SESSION_ANALYSIS', 'seconds', 'SUCCEEDED', 5, 'history:' || n, md5((n % 20000)::text)::uuid, 0,"
    " jsonb_build_object('session_id', md5(n::text)::uuid), now() - n * interval '10 seconds'"
    f" FROM generate_series(1, {HISTORY}) AS n",
)
_MONTH = (  # as `repack` writes it, whose reading is not the matter here
    "INSERT INTO packed_month (person_id, month, body) SELECT id, '2026-01-01', $2 FROM unnest($1::uuid[]) AS i(id)"
    " ON CONFLICT (person_id, month) DO UPDATE SET body = excluded.body, kept_at = clock_timestamp()"
)
_STATE = """
    SELECT sum(s.n_tup_upd)::float8 AS updated, sum(s.n_tup_hot_upd)::float8 AS hot, sum(s.n_dead_tup)::float8 AS dead,
      sum(pg_relation_size(s.relid))::float8 AS heap, sum(pg_indexes_size(s.relid))::float8 AS indexes
    FROM pg_stat_user_tables s WHERE s.relname ~ $1
"""
TABLES = {"job": r"^job$", "person": r"^person$", "packed_month": r"^packed_month_\d$"}


@dataclass(slots=True)
class _Variant:
    """One database, and how long a hundred writes took in it, by table."""

    options: str
    url: str
    micros: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in TABLES})
    vacuums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TABLES, 0))

    def dead_allowed(self, rows: int) -> float:
        """How many dead rows there may be before autovacuum comes."""
        return 1_000 + 0.01 * rows if _EARLY in self.options else LEAST + SCALE * rows


async def _fill(url: str) -> None:
    await migrate(DatabaseUrls.one(url))
    async with _connected(url) as connection:
        for statement in ("ALTER SYSTEM SET autovacuum = off", "ALTER SYSTEM SET fsync = off"):
            await connection.execute(statement)
        await connection.execute("SELECT pg_reload_conf()")
        for table in await _parts(connection, tuple(TABLES)):
            await connection.execute(f"ALTER TABLE {table} RESET ({_SETTABLE})")  # what a migration has set
        for statement in _FILL:
            await connection.execute(statement)
        await connection.execute("VACUUM (ANALYZE)")


async def _set(variant: _Variant) -> None:
    """Write the tables anew, as they would have been written under the variant's settings."""
    async with _connected(variant.url) as connection:
        for table in await _parts(connection, tuple(TABLES)):
            if variant.options:
                await connection.execute(f"ALTER TABLE {table} SET ({variant.options})")
            await connection.execute(f"VACUUM (FULL, ANALYZE) {table}")


async def _parts(connection: Any, names: Sequence[str]) -> list[str]:
    pattern = "|".join(TABLES[name] for name in names)
    rows = await connection.fetch("SELECT relname FROM pg_stat_user_tables WHERE relname ~ $1", pattern)
    return [row["relname"] for row in rows]


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url, timeout=60)
    try:
        yield connection
    finally:
        await connection.close()


async def _work(store: Store, place: int) -> None:
    """Let a hundred jobs be asked for, claimed, begun, held on to and ended."""
    jobs = [
        Job(JobKind.WEEKLY_AGGREGATION, f"hot:{place}:{n}", PersonAt(_person(n), 0), {"first_day": f"{place}"})
        for n in range(AT_ONCE)
    ]
    async with store.for_everyone() as tx:
        await ledger.keep_jobs(tx, jobs)
    async with store.for_everyone() as tx:
        claimed = await ledger.claim(tx, Queue.MINUTES, "a worker")
    async with store.for_everyone() as tx:
        await ledger.begin(tx, claimed)
    async with store.for_everyone() as tx:
        await ledger.renew(tx, claimed)
    async with store.for_everyone() as tx:
        await ledger.complete(tx, claimed)
    assert len(claimed) == AT_ONCE


def _person(number: int) -> UUID:
    return UUID(md5(str(number + 1).encode()).hexdigest())


async def _change(store: Store, _: int) -> None:
    """Let a hundred people change."""
    chosen = [_person(n) for n in random.sample(range(PEOPLE), AT_ONCE)]
    async with store.for_everyone() as tx:
        heads = await people.list_heads(tx, chosen)
    async with store.for_everyone() as tx:
        await people.keep_revisions(tx, {head.person: head.revision for head in heads.values()})


async def _repack(store: Store, place: int) -> None:
    """Let a hundred months be written again."""
    chosen = [_person(n) for n in random.sample(range(PEOPLE), AT_ONCE)]
    async with store.for_everyone() as tx:
        await tx.execute(_MONTH, chosen, random.randbytes(BODY))


WRITES: Mapping[str, tuple[Callable[[Store, int], Awaitable[None]], int]] = {
    "job": (_work, JOBS),
    "person": (_change, CHANGES),
    "packed_month": (_repack, CHANGES),
}


async def _minute(variant: _Variant, place: int) -> None:
    """Write for a round, then vacuum what is due."""
    store = Store(DatabaseUrls.one(variant.url))
    await store.open()
    try:
        for name, (write, rows) in WRITES.items():
            for turn in range(rows // AT_ONCE):
                start = time.perf_counter()
                await write(store, place * rows + turn)
                variant.micros[name].append((time.perf_counter() - start) * 1e6)
    finally:
        await store.close()  # which has every session tell what it did
    async with _connected(variant.url) as connection:
        for table in await _parts(connection, tuple(TABLES)):
            rows, dead = await connection.fetchrow(
                "SELECT n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE relname = $1", table
            )
            if dead > variant.dead_allowed(rows):
                await connection.execute(f"VACUUM {table}")
                variant.vacuums[next(name for name in TABLES if table.startswith(name))] += 1


async def _table(variants: Mapping[str, _Variant]) -> Table:
    table = Table(
        "table", "variant", "HOT", "table", "indexes", "vacuums", "100, ms", title="Medians of the second half"
    )
    for name, pattern in TABLES.items():
        first: float | None = None
        for label, variant in variants.items():
            async with _connected(variant.url) as connection:
                row = await connection.fetchrow(_STATE, pattern)
            late = variant.micros[name][len(variant.micros[name]) // 2 :]
            took = statistics.median(late) / 1000
            first = first or took
            table.add_row(
                name,
                label,
                f"{row['hot'] / row['updated']:.0%}",
                f"{row['heap'] / 1e6:.1f} MB",
                f"{row['indexes'] / 1e6:.1f} MB",
                f"{variant.vacuums[name]}",
                f"{took:.2f} ({took / first:.2f} x)",
            )
        table.add_section()
    return table


async def main() -> int:
    """Fill, copy, write in turns, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.hot_tables", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="minutes that are played")
    rounds = parser.parse_args().rounds
    console = Console()
    with tempfile.TemporaryDirectory(prefix="spectrum-bench-") as folder:
        state = Path(folder) / "state"
        try:
            with embedded_servers(state, postgres=True, redis=False) as servers:
                url = servers.database_url
                await _fill(url)
                variants = {}
                for place, (label, options) in enumerate(VARIANTS.items()):
                    async with _connected(url.replace("@/spectrum?", "@/postgres?")) as admin:
                        await admin.execute(f"CREATE DATABASE hot_{place} TEMPLATE spectrum STRATEGY FILE_COPY")
                    variants[label] = _Variant(options, url.replace("@/spectrum?", f"@/hot_{place}?"))
                    await _set(variants[label])
                for place in track(range(rounds), console=console):
                    order = list(variants.values())
                    for variant in (*order[place % len(order) :], *order[: place % len(order)]):
                        await _minute(variant, place)
                console.print(await _table(variants))
        finally:
            remove_state(state)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
