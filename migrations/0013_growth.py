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
STATISTICS = ["GRANT MAINTAIN ON session, sealed_text, session_numbers, packed_month, event TO spectrum_batch"]


class Migration(BaseMigration):
    """Indexes without a statement, room in hot tables, statistics of partitioned ones."""

    dependencies = [("spectrum", "0012_analytics")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(INDEXES), RunSQL(HOT_TABLES), RunSQL(STATISTICS)]  # noqa: RUF012 - as above
