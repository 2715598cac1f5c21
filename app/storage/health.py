"""How PostgreSQL is, from its own statistics: tables, their indexes, connections, replicas. Reads nobody's rows.

A partitioned table is told of as one. What this login may not see is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class TableHealth:
    """A table since the server last forgot its counts; `vacuumed_age_s` is of the part that waits longest for a vacuum.

    A part that was never vacuumed waits since its counts began.
    `index_hits` and `index_reads` are pages of its indexes that were in memory, and that were not.
    """

    name: str
    live: int
    dead: int
    seq_scans: int
    index_scans: int
    index_hits: int
    index_reads: int
    vacuumed_age_s: float


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """`replica_lag_s`: of this server, if it is a replica, else of the slowest that follows it; None without any.

    `xid_age`: transactions since the oldest row that is not frozen; PostgreSQL stops at two thousand million.
    """

    connections: int
    most_connections: int
    xid_age: int
    hits: int
    reads: int
    deadlocks: int
    temporary_bytes: int
    invalid_indexes: int
    unused_indexes: int
    replicas: int
    replica_lag_s: float | None


@dataclass(frozen=True, slots=True)
class Statements:
    """What `pg_stat_statements` counts of this database, of all statements together. No text of any."""

    calls: int
    seconds: float
    rows: int
    temporary_blocks: int


async def list_tables(tx: Tx) -> Sequence[TableHealth]:
    """Every table of ours."""
    # where nobody reset this database's counts, they began with the server's own: at its first start or last crash
    rows = await tx.fetch(
        """
        SELECT coalesce(parent.relname, s.relname) AS name, sum(s.n_live_tup)::bigint AS live,
          sum(s.n_dead_tup)::bigint AS dead, sum(s.seq_scan)::bigint AS seq_scans,
          coalesce(sum(s.idx_scan), 0)::bigint AS index_scans,
          coalesce(sum(io.idx_blks_hit), 0)::bigint AS index_hits,
          coalesce(sum(io.idx_blks_read), 0)::bigint AS index_reads,
          extract(epoch FROM now() - min(coalesce(greatest(s.last_vacuum, s.last_autovacuum), counts.began)))::float8
            AS vacuumed_age_s
        FROM pg_stat_user_tables s JOIN pg_statio_user_tables io USING (relid)
        CROSS JOIN (
          SELECT coalesce(d.stats_reset, server.stats_reset, pg_postmaster_start_time()) AS began
          FROM pg_stat_bgwriter server, pg_stat_database d WHERE d.datname = current_database()) counts
        LEFT JOIN pg_inherits i ON i.inhrelid = s.relid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
        WHERE s.schemaname = current_schema() GROUP BY 1 ORDER BY 1
        """
    )
    return [TableHealth(**row) for row in rows]


async def find_database(tx: Tx) -> DatabaseHealth:
    """The database as a whole. The lag of replicas needs pg_monitor (or pg_read_all_stats).

    A replica that has replayed all it received is not behind, unless nobody sends: then what it has grows old.
    """
    row = await tx.fetchrow(
        """
        SELECT (SELECT sum(numbackends)::int FROM pg_stat_database) AS connections,
          current_setting('max_connections')::int AS most_connections,
          (SELECT age(datfrozenxid) FROM pg_database WHERE datname = d.datname) AS xid_age,
          d.blks_hit AS hits, d.blks_read AS reads, d.deadlocks, d.temp_bytes AS temporary_bytes,
          (SELECT count(*) FROM pg_index WHERE NOT indisvalid) AS invalid_indexes,
          (SELECT count(*) FROM pg_stat_user_indexes u JOIN pg_index i USING (indexrelid)
            WHERE u.idx_scan = 0 AND NOT i.indisunique) AS unused_indexes,
          (SELECT count(*) FROM pg_stat_replication) AS replicas,
          CASE WHEN pg_is_in_recovery() THEN
            CASE WHEN pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()
                   AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
                 ELSE extract(epoch FROM now() - coalesce(
                   pg_last_xact_replay_timestamp(), (SELECT checkpoint_time FROM pg_control_checkpoint()))) END
          ELSE (SELECT extract(epoch FROM max(replay_lag)) FROM pg_stat_replication) END::float8 AS replica_lag_s
        FROM pg_stat_database d WHERE d.datname = current_database()
        """
    )
    assert row is not None, "the database that answers is in the catalogue"
    return DatabaseHealth(**row)


async def find_statements(tx: Tx) -> Statements | None:
    """All statements together, None where the extension is not there."""
    if not await tx.fetchval("SELECT to_regprocedure('pg_stat_statements(boolean)') IS NOT NULL"):
        return None
    # without their texts, which the view would read from a file each time
    row = await tx.fetchrow(
        "SELECT coalesce(sum(calls), 0)::bigint AS calls, coalesce(sum(total_exec_time), 0)::float8 / 1000 AS seconds,"
        " coalesce(sum(rows), 0)::bigint AS rows, coalesce(sum(temp_blks_written), 0)::bigint AS temporary_blocks"
        " FROM pg_stat_statements(false) WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    assert row is not None, "an aggregate always answers with one row"
    return Statements(**row)
