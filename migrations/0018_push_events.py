"""What somebody did with messages, among the other events of 400 days, for each message to them."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import concurrently

INDEX = concurrently(
    "event_push",
    "event",
    "(person_id, occurred_at) WHERE name IN ('PUSH_RECEIVED', 'PUSH_OPENED')",
    is_partitioned=True,
)


class Migration(BaseMigration):
    """Events of messages, by person."""

    atomic = False
    dependencies = [("spectrum", "0017_analysed")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(INDEX)]  # noqa: RUF012 - as above
