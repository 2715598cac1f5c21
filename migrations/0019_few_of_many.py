"""The few rows of large tables that are asked for each hour or scrape."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import concurrently

INDEX = [
    *concurrently("model_call_open", "model_call", "(at) WHERE outcome IS NULL"),
    *concurrently("model_call_answer", "model_call", "(at) WHERE answer IS NOT NULL"),
    *concurrently("audit_decision", "audit", "(action) WHERE action IN ('retry_jobs', 'discard_jobs')"),
]


class Migration(BaseMigration):
    """Open calls, kept answers, decisions about dead letters."""

    atomic = False
    dependencies = [("spectrum", "0018_push_events")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(INDEX)]  # noqa: RUF012 - as above
