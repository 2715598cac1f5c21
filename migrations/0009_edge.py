"""What phones keep here: which cards were seen."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

SEEN = [
    "ALTER TABLE writing ADD COLUMN seen_at timestamptz",
    "COMMENT ON COLUMN writing.seen_at IS 'when its person first opened it'",
]


class Migration(BaseMigration):
    """Seen cards."""

    dependencies = [("spectrum", "0008_writing_again")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(SEEN)]  # noqa: RUF012 - as above
