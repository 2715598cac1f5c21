"""What growing showed: an index that no statement asks for."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

INDEXES = ["DROP INDEX upgrade_at"]


class Migration(BaseMigration):
    """Indexes without a statement."""

    dependencies = [("spectrum", "0012_analytics")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(INDEXES)]  # noqa: RUF012 - as above
