"""Indexes for what is asked of whole tables each hour or scrape, so that it reads what is new and not everything.

Made while others write (docs/release.md).
"""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import concurrently

INDEXES = [
    # rows come in the order of these times, or nearly: a few pages say where the last month is
    *concurrently("session_received", "session", "USING brin (received_at)", is_partitioned=True),
    *concurrently("session_numbers_analysed", "session_numbers", "USING brin (analysed_at)", is_partitioned=True),
    *concurrently("model_call_open", "model_call", "(at) WHERE outcome IS NULL"),
    *concurrently("model_call_answer", "model_call", "(at) WHERE answer IS NOT NULL"),
    *concurrently("audit_decision", "audit", "(action) WHERE action IN ('retry_jobs', 'discard_jobs')"),
    *concurrently(
        "event_push", "event", "(person_id, occurred_at) WHERE name IN ('PUSH_RECEIVED', 'PUSH_OPENED')",
        is_partitioned=True,
    ),
]  # fmt: skip


class Migration(BaseMigration):
    """Indexes of what is asked of whole tables."""

    atomic = False
    dependencies = [("spectrum", "0015_head")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(INDEXES)]  # noqa: RUF012 - as above
