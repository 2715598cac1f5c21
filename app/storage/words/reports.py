"""What reports last computed, for the team to read. About nobody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from app.storage.store import Tx

AGREEMENT = "agreement"
"""How far people and models agree about the texts of a revision."""
CONVERSION = "conversion"
"""What an experiment did to upgrades; the key is the question."""
RETENTION = "retention"
"""How long people of a cohort came back; the key is the question."""


async def keep(tx: Tx, name: str, key: str, content: Mapping[str, Any], *, read_at: datetime) -> None:
    """Keep what a report computed from what there was `read_at` then, in place of what it had."""
    await tx.execute(
        "INSERT INTO report (name, key, content, computed_at) VALUES ($1, $2, $3::text::jsonb, $4)"
        " ON CONFLICT (name, key) DO UPDATE SET content = excluded.content,"
        " computed_at = excluded.computed_at",
        *(name, key, orjson.dumps(dict(content)).decode(), read_at),
    )


async def find(tx: Tx, name: str, key: str) -> Mapping[str, Any] | None:
    """What a report last computed, None before the first time."""
    found: str | None = await tx.fetchval("SELECT content FROM report WHERE name = $1 AND key = $2", name, key)
    return None if found is None else orjson.loads(found)


async def find_dated(tx: Tx, name: str, key: str) -> tuple[Mapping[str, Any], datetime] | None:
    """What a report last computed, and from what there was when; None before the first time."""
    row = await tx.fetchrow("SELECT content, computed_at FROM report WHERE name = $1 AND key = $2", name, key)
    return None if row is None else (orjson.loads(row["content"]), row["computed_at"])


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Drop up to `limit` answers to questions of the team's that were computed more than `days` ago; how many."""
    return await tx.execute(
        """
        DELETE FROM report WHERE (name, key) IN (
          SELECT name, key FROM report WHERE name = ANY ($3)
            AND computed_at < now() - make_interval(days => $1) LIMIT $2)
        """,
        *(days, limit, [CONVERSION, RETENTION]),
    )
