"""The schema comes to be once, however many programs bring it, and is what the models say."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.models import Model

from app.embedded import Servers
from app.storage.rows import ExclusionRow, OperationRow
from app.storage.schema import newest
from app.storage.store import DatabaseUrls, tortoise_config
from app.wiring import Spectrum
from tests.conftest import MASTER_KEY
from tests.life import database_url

ROOT = Path(__file__).parents[2]
PROGRAMS = 4
TYPES = {
    "UUIDField": "uuid",
    "TextField": "text",
    "DateField": "date",
    "DatetimeField": "timestamp with time zone",
    "JSONField": "jsonb",
}


def _all_end_well(environment: dict[str, str], *arguments: str) -> list[str]:
    """Start the same command several times at once; what those said that did not end well."""
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for _ in range(PROGRAMS)
    ]
    said = [program.communicate()[1].decode() for program in programs]
    return [text for program, text in zip(programs, said, strict=True) if program.returncode]


async def test_four_programs_migrate_at_once(servers: Servers, owner: Any, tmp_path: Path) -> None:
    """Each of four programs that bring an empty database up to date ends well, and it was done once."""
    name = f"empty_{uuid4().hex[:12]}"
    await owner.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        environment = {
            "SPECTRUM_DATABASE_URL": database_url(servers, name),
            "SPECTRUM_REDIS_URL": servers.redis_url,
            "SPECTRUM_STATE_DIR": str(tmp_path),
            "SPECTRUM_MASTER_KEY": MASTER_KEY,
        }
        assert _all_end_well(environment, "migrate") == []
        connection = await asyncpg.connect(database_url(servers, name))
        try:
            applied = await connection.fetch("SELECT name FROM tortoise_migrations ORDER BY name")
            names = [row["name"] for row in applied]
            assert names == [f"{number:04d}" + name[4:] for number, name in enumerate(names, start=1)]
            assert names[-1] == newest()
            assert await connection.fetchval("SELECT count(*) FROM secret") == 2
        finally:
            await connection.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


_UP_TO = """
import asyncio, sys
from app.storage.schema import migrate
from app.storage.store import DatabaseUrls
asyncio.run(migrate(DatabaseUrls.one(sys.argv[1]), target=sys.argv[2]))
"""


def _up_to(url: str, migration: str) -> None:
    subprocess.run([sys.executable, "-c", _UP_TO, url, migration], cwd=ROOT, check=True)


async def test_what_revisions_failed_before_it_was_counted_is_not_forgotten(servers: Servers, owner: Any) -> None:
    """An older database with people's rows in it: what the owner may not see is counted and kept all the same."""
    name = f"older_{uuid4().hex[:12]}"
    url = database_url(servers, name)
    await owner.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        _up_to(url, "0007_reviews")
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("""
                INSERT INTO safety_decision (person_id, period_kind, first_day, finding_key, kind, action,
                  prompt_revision)
                VALUES (gen_random_uuid(), 'WEEK', '2026-06-01', 'a', 'tone, no-diagnosis', 'REWRITTEN',
                    'weekly-card@1'),
                  (gen_random_uuid(), 'WEEK', '2026-06-01', 'b', 'review', 'WITHHELD', 'weekly-card@1');
                INSERT INTO shadow_text (person_id, period_kind, first_day, finding_key, brief_digest, prompt_revision,
                  prompt_hash, failed, cost)
                VALUES (gen_random_uuid(), 'WEEK', '2026-06-01', 'a', 'digest', 'weekly-card@1', 'hash', '{tone}', 0);
                INSERT INTO blind_judgement (person_id, pair_id, rater, review_id, a_left, choice, flags)
                VALUES (gen_random_uuid(), gen_random_uuid(), 'one', gen_random_uuid(), true, 'LEFT', '{UNSAFE}');
                INSERT INTO report (name, key, content, computed_at) VALUES ('agreement', 'weekly-card@1', '{}', now());
            """)
            _up_to(url, newest())
            counted = await connection.fetch("SELECT name, times FROM revision_fault ORDER BY name")
            assert [tuple(row) for row in counted] == [("no-diagnosis", 1), ("tone", 2)]
            flags = await connection.fetchrow("SELECT flags_left, flags_right FROM blind_judgement")
            assert tuple(flags) == (["UNSAFE"], ["UNSAFE"])
            assert await connection.fetchval("SELECT count(*) FROM report") == 0
            forced = "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname = ANY($1)"
            assert await connection.fetchval(forced, ["safety_decision", "shadow_text", "blind_judgement"])
        finally:
            await connection.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_the_models_are_what_the_migrations_made(spectrum: Spectrum) -> None:
    """Making migrations from the models would find nothing to do."""
    context = spectrum.ports.store._context
    assert context is not None
    assert context.apps is not None
    models = context.apps.get_models_iterable()
    assert {model._meta.db_table for model in models} == {"exclusion", "operation"}
    apps = tortoise_config(DatabaseUrls.one("postgresql:///none"))["apps"]
    assert await MigrationAutodetector(context.apps, apps).changes() == []


@pytest.mark.parametrize("model", [ExclusionRow, OperationRow])
async def test_the_models_are_what_the_database_has(owner: Any, model: type[Model]) -> None:
    """Each model has exactly the table's columns, with their types and whether they may be empty."""
    columns = await owner.fetch(
        "SELECT column_name, data_type, is_nullable = 'YES' AS empty FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = $1",
        model._meta.db_table,
    )
    modelled = {field.source_field or name: field for name, field in model._meta.fields_map.items()}
    assert {row["column_name"] for row in columns} == set(modelled)
    for row in columns:
        field = modelled[row["column_name"]]
        assert (row["data_type"], row["empty"]) == (TYPES[type(field).__name__], field.null), row["column_name"]
