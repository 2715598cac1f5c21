"""Where the sessions of the last month are, for whoever counts each hour what became of them.

Rows come in the order of time, but for those that take an erased one's place: of a range of pages some times are known,
not the first and the last alone.
"""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import concurrently

INDEX = concurrently(
    "session_received", "session", "USING brin (received_at timestamptz_minmax_multi_ops)", is_partitioned=True
)


class Migration(BaseMigration):
    """When sessions were received, by ranges of pages."""

    atomic = False
    dependencies = [("spectrum", "0015_head")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(INDEX)]  # noqa: RUF012 - as above
