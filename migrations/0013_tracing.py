"""Where the trace that a job goes on with stands, so that it crosses processes without a word in it."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

TRACING = [
    "ALTER TABLE job ADD traceparent text",
    # rows from before have none, so that nothing needs to be looked at while everybody waits
    "ALTER TABLE job ADD CONSTRAINT job_traceparent CHECK (length(traceparent) = 55) NOT VALID",
    "COMMENT ON COLUMN job.traceparent IS 'W3C trace context that it follows, or began itself; none without tracing'",
]


class Migration(BaseMigration):
    """The trace context of a job."""

    dependencies = [("spectrum", "0012_analytics")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(TRACING, reverse_sql="ALTER TABLE job DROP traceparent")]  # noqa: RUF012 - as above
