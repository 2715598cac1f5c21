"""What the database's own housekeeping leaves to us, and what it is told of tables that are written many times."""

from typing import Any

import pytest

from app.errors import SpectrumError
from app.jobs import AFTER_FAILURE, AfterFailure
from app.pipeline import upkeep
from app.storage import statistics
from app.wiring import Spectrum
from migrations._ddl import PARTITIONS
from tests.life import PERSONAL, lived
from workers.runner import classify

_KNOWN = """
    SELECT count(*) FROM pg_stats WHERE schemaname = 'public' AND inherited AND attname = 'person_id' AND tablename = $1
"""
ROOM = {f"packed_month_{part}": ["fillfactor=90"] for part in range(8)}
SET = ROOM | {
    "job": [
        "autovacuum_analyze_scale_factor=0.02",
        "autovacuum_vacuum_scale_factor=0.01",
        "autovacuum_vacuum_threshold=1000",
    ]
}


async def _outdated(spectrum: Spectrum) -> list[str]:
    async with spectrum.ports.store.for_everyone() as tx:
        return await statistics.list_outdated(tx, days=upkeep.STATISTICS_DAYS)


async def test_upkeep_tells_the_planner_of_partitioned_tables(spectrum: Spectrum, owner: Any, person: str) -> None:
    """The wholes, which autovacuum passes by, are looked at by the hour's upkeep, and again only when that is old."""
    await lived(spectrum, owner, person)
    partitioned = sorted(table["name"] for table in await owner.fetch(PERSONAL) if table["partitioned"])
    await owner.execute("SELECT pg_stat_reset()")
    assert await _outdated(spectrum) == partitioned
    await owner.execute("DELETE FROM pg_statistic WHERE stainherit")
    await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # it looks at no job
    assert await _outdated(spectrum) == []
    assert {name: await owner.fetchval(_KNOWN, name) for name in ("session", "packed_month")} == {
        "session": 1,
        "packed_month": 1,
    }


async def test_only_wholes_are_looked_at(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Upkeep reads a sample of the whole: the partitions' own statistics are autovacuum's.

    Before 18 PostgreSQL knows no ANALYZE of a partitioned table alone, and looks at its partitions, too.
    """
    await lived(spectrum, owner, person)
    await owner.execute("SELECT pg_stat_reset()")
    await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # as above
    looked_at = await owner.fetch("SELECT relname FROM pg_stat_user_tables WHERE last_analyze IS NOT NULL")
    wholes = {table["name"] for table in await owner.fetch(PERSONAL) if table["partitioned"]}
    version = await owner.fetchval("SELECT current_setting('server_version_num')::int / 10000")
    parts = {f"{whole}_{part}" for whole in wholes for part in range(PARTITIONS)} if version < 18 else set()
    assert {row["relname"] for row in looked_at} == wholes | parts


async def test_exactly_what_gains_by_it_has_settings(owner: Any) -> None:
    """Packed months leave room, and the ledger is vacuumed early; the benchmark shows no gain for anything else."""
    rows = await owner.fetch(
        "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND reloptions IS NOT NULL"
    )
    assert {row["relname"]: sorted(row["reloptions"]) for row in rows} == SET


async def test_a_persons_fence_leaves_every_index_alone(owner: Any) -> None:
    """Each change of anybody bumps their revision: no index may hold it, or each would write into five of them."""
    held = await owner.fetch(
        "SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
        " AND a.attnum = ANY(i.indkey) WHERE i.indrelid = 'person'::regclass AND a.attname = 'revision'"
    )
    assert held == []


async def test_a_table_that_is_locked_holds_up_nothing_else(
    spectrum: Spectrum, owner: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """Upkeep tells of it and goes on; the table is looked at by the next one."""
    await owner.execute("SELECT pg_stat_reset()")
    async with owner.transaction():
        await owner.execute("LOCK TABLE event IN SHARE UPDATE EXCLUSIVE MODE")
        await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # as above
    assert await _outdated(spectrum) == ["event"]
    assert "table_not_looked_at" in "".join(capfd.readouterr())


async def test_a_step_that_fails_holds_up_nothing_else(
    spectrum: Spectrum, owner: Any, person: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever comes after it is done all the same; the attempt counts, though what failed it would by itself not."""
    await lived(spectrum, owner, person)
    await owner.execute(
        "INSERT INTO audit (at, actor, action, targets, reason)"
        " VALUES (now() - make_interval(days => $1), 'somebody', 'EXPORT', '{}', 'asked')",
        upkeep.AUDIT_DAYS + 1,
    )
    await owner.execute("SELECT pg_stat_reset()")
    async with owner.transaction():
        await owner.execute("LOCK TABLE budget")  # calls of models are settled under it
        with pytest.raises(SpectrumError, match="Not done this hour: money") as failed:
            await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # as above
    assert AFTER_FAILURE[classify(failed.value)] is AfterFailure.RETRY
    assert await owner.fetchval("SELECT count(*) FROM audit WHERE reason = 'asked'") == 0
    assert await _outdated(spectrum) == []
    said = "".join(capfd.readouterr())
    assert "upkeep_step_failed" in said
    assert "money" in said
