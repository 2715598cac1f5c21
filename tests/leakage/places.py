"""Everything an installation keeps, says or shows, as bytes by the name of its place. Searches nothing."""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis.asyncio

SEALED = re.compile(r"public\.sealed_text(_\d+)?\.body")
"""The one place where words are kept; even there they are not to be found without a key."""


async def everything_kept(owner: Any) -> dict[str, bytes]:
    """Every column of every table, also of those outside our schema, and what the planner noted of their values.

    Values that PostgreSQL keeps apart (toast) are read through their columns.
    """
    found: dict[str, bytearray] = {}
    for table in await _tables(owner):
        for row in await owner.fetch(f"SELECT * FROM {table}"):
            for column, value in row.items():
                place = found.setdefault(f"{table}.{column}", bytearray())
                place += b"\n" + (value if isinstance(value, bytes) else str(value).encode())
    noted = await owner.fetch("SELECT s::text AS noted FROM pg_stats s WHERE schemaname = 'public'")
    found["pg_stats"] = bytearray("\n".join(row["noted"] for row in noted).encode())
    return {place: bytes(content) for place, content in found.items()}


async def _tables(owner: Any) -> list[str]:
    rows = await owner.fetch(
        "SELECT quote_ident(nspname) || '.' || quote_ident(relname) AS name FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relkind IN ('r', 'm')"
        " AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
        " UNION ALL SELECT 'pg_catalog.' || name FROM unnest($1::text[]) AS name",
        ["pg_description", "pg_largeobject", "pg_prepared_xacts", "pg_stat_activity", "pg_db_role_setting"],
    )
    return [row["name"] for row in rows]


async def statements_of(owner: Any) -> set[bytes]:
    """What `pg_stat_activity` shows now, and `pg_stat_statements` remembers where it is there."""
    columns = "concat_ws(' ', usename, application_name, client_hostname, state, query)"
    seen = await owner.fetch(f"SELECT {columns} AS line FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    if await owner.fetchval("SELECT to_regclass('pg_stat_statements') IS NOT NULL"):
        seen += await owner.fetch("SELECT query AS line FROM pg_stat_statements")
    return {row["line"].encode() for row in seen}


async def everything_in_redis(url: str) -> bytes:
    """Every key of every database with its value, of whatever type."""
    parts: list[bytes] = []
    async with redis.asyncio.Redis.from_url(url) as client:
        parts += [repr(await client.info("keyspace")).encode(), repr(await client.slowlog_get(1_000)).encode()]
        async for key in client.scan_iter():
            kind = await client.type(key)
            if kind == b"none":  # it has run out since it was named
                continue
            parts += [key, kind, await client.dump(key) or b""]
            if kind == b"string":
                parts.append(await client.get(key) or b"")
            elif kind == b"zset":
                parts += await client.zrange(key, 0, -1)
            elif kind == b"hash":
                parts += [part for pair in (await client.hgetall(key)).items() for part in pair]
            elif kind == b"list":
                parts += await client.lrange(key, 0, -1)
            elif kind == b"set":
                parts += await client.smembers(key)
            elif kind == b"stream":
                parts.append(repr(await client.xrange(key)).encode())
            else:
                raise AssertionError(f"teach this to read a {kind!r}")
    return b"\n".join(parts)


def everything_on_disk(*folders: Path) -> dict[str, bytes]:
    """Every file below these folders: databases, write-ahead logs, logs, temporary files."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {f"file {path.name} in {path.parent.name}": path.read_bytes() for path in files}


def temporary_files(folder: Path, pids: Iterable[int]) -> set[bytes]:
    """Every file below `folder`, and every one that these programs have open although it has no name (any more)."""
    found = set()
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # it went while it was looked for
                found.add(name.encode() + b"\n" + Path(place, name).read_bytes())
    for pid in pids:
        with suppress(OSError):  # so did the program
            for opened in os.listdir(f"/proc/{pid}/fd"):
                place = f"/proc/{pid}/fd/{opened}"
                if os.readlink(place).endswith(" (deleted)") and os.path.isfile(place):
                    found.add(Path(place).read_bytes())
    return found
