"""How much room the database takes, and how many talk to it. Counts rows by PostgreSQL's own estimate; reads none."""

from dataclasses import dataclass

from app.storage.store import Tx

KEPT_FOR_LONG = ("person", "session", "session_numbers", "packed_month", "exclusion")
"""What a person-year is reckoned by: what stays as long as they do, and grows with their sessions."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Connections to the server and how many it allows; bytes of `KEPT_FOR_LONG`; sessions, about."""

    connections: int
    most_connections: int
    bytes: int
    sessions: int


async def weigh(tx: Tx) -> Weight:
    """The database as it is now; a table that was never vacuumed or analysed counts as empty."""
    row = await tx.fetchrow(
        """
        SELECT (SELECT sum(numbackends)::int FROM pg_stat_database) AS connections,
          current_setting('max_connections')::int AS most_connections,
          (SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c LEFT JOIN pg_inherits ON inhrelid = c.oid
            WHERE c.relkind = 'r' AND coalesce(inhparent, c.oid) = ANY($1::text[]::regclass[])) AS bytes,
          (SELECT coalesce(sum(greatest(part.reltuples, 0)), 0)::bigint FROM pg_inherits
            JOIN pg_class part ON part.oid = inhrelid WHERE inhparent = 'session'::regclass) AS sessions
        """,
        list(KEPT_FOR_LONG),
    )
    assert row is not None, "it is one row of values"
    return Weight(**row)
