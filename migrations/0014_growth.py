"""What growing showed: an index that no statement asks for, and room where rows are written many times.

The figures are in docs/scale.md (`python -m benchmarks.hot_tables`). Pages that are there already get their room as
they are written anew; nothing is rewritten here.
"""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import PARTITIONS

INDEXES = ["DROP INDEX upgrade_at"]

HOT_TABLES = [
    # a job is written four times in its life, among a month of others: a fifth of these is too late for a vacuum
    "ALTER TABLE job SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,"
    " autovacuum_analyze_scale_factor = 0.02)",
    # a month is written with each of its sessions, five to a page: with room, no index is written beside it
    *(f"ALTER TABLE packed_month_{part} SET (fillfactor = 90)" for part in range(PARTITIONS)),
]

# autovacuum looks at partitions, never at the whole: upkeep does, by a role that owns nothing
STATISTICS = [
    """
    CREATE FUNCTION look_at_whole(asked regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_class WHERE oid = asked AND relkind = 'p'
                     AND relnamespace = 'public'::regnamespace) THEN
        RAISE EXCEPTION 'not a partitioned table';
      END IF;
      EXECUTE format(
        CASE WHEN current_setting('server_version_num')::int >= 180000 THEN 'ANALYZE ONLY %s' ELSE 'ANALYZE %s' END,
        asked);
    END $$
    """,
    "COMMENT ON FUNCTION look_at_whole(regclass) IS 'statistics of a partitioned table; before 18 its partitions, too'",
    "REVOKE ALL ON FUNCTION look_at_whole(regclass) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION look_at_whole(regclass) TO spectrum_batch",
]


class Migration(BaseMigration):
    """Indexes without a statement, room in hot tables, statistics of partitioned ones."""

    dependencies = [("spectrum", "0013_tracing")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(INDEXES), RunSQL(HOT_TABLES), RunSQL(STATISTICS)]  # noqa: RUF012 - as above
