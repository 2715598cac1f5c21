"""What the planner knows of partitioned tables as wholes, which autovacuum never looks at: it sees to partitions alone.

Joins of a batch of people with their rows are planned by it. Reads no row for anybody.
"""

from app.storage.store import Tx


async def list_outdated(tx: Tx, *, days: int) -> list[str]:
    """The partitioned tables, by their names, that were not looked at as wholes for so many `days`, or ever."""
    rows = await tx.fetch(
        """
        SELECT c.oid::regclass::text AS name FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'p'
          AND (s.last_analyze IS NULL OR s.last_analyze < now() - make_interval(days => $1))
        ORDER BY 1
        """,
        days,
    )
    return [row["name"] for row in rows]


async def keep_anew(tx: Tx, name: str) -> None:
    """Look at a sample of one of these tables, as a whole; its partitions' own statistics stay."""
    await tx.fetchval("SELECT look_at_whole($1::text::regclass)", name)
