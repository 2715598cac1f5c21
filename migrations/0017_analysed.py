"""Where the numbers of the last month are, as of sessions in 0016."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import concurrently

INDEX = concurrently(
    "session_numbers_analysed",
    "session_numbers",
    "USING brin (analysed_at timestamptz_minmax_multi_ops)",
    is_partitioned=True,
)


class Migration(BaseMigration):
    """When numbers were read, by ranges of pages."""

    atomic = False
    dependencies = [("spectrum", "0016_received")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(INDEX)]  # noqa: RUF012 - as above
