"""What the ledger needs to keep its promises: lost workers, pauses, when a period was due and told, reconciliation."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

LEDGER = [
    "ALTER TABLE job ADD lost smallint NOT NULL DEFAULT 0, ADD cost_microusd bigint NOT NULL DEFAULT 0",
    "COMMENT ON COLUMN job.lost IS 'how often its worker fell silent in the middle of it'",
    "DROP INDEX job_claim",
    "CREATE INDEX job_claim ON job (queue, priority DESC, run_after, id)"
    " WHERE status IN ('QUEUED', 'RETRYING', 'RUNNING')",
    "CREATE INDEX job_period ON job ((scope->>'first_day'), kind) WHERE due_at IS NOT NULL",
    """
    CREATE TABLE pause (
      name text PRIMARY KEY,
      since timestamptz NOT NULL DEFAULT now(),
      actor text NOT NULL,
      reason text NOT NULL
    )
    """,
    "COMMENT ON TABLE pause IS 'queues and kinds of job of which nothing is claimed'",
    "GRANT SELECT, INSERT, DELETE ON pause TO spectrum_batch",
]

CALENDAR = [  # the order in which people are planned: thousands of one zone fall due at one instant
    "DROP INDEX person_week_due",
    "DROP INDEX person_month_due",
    "CREATE INDEX person_week_due ON person (week_due_at, id)",
    "CREATE INDEX person_month_due ON person (month_due_at, id)",
]

PROMISES = [
    "ALTER TABLE period_aggregate ADD due_at timestamptz, ADD settled_at timestamptz, ADD told boolean",
    # of what was closed before nobody knows when: it was told, and is no part of any promise
    "ALTER TABLE period_aggregate NO FORCE ROW LEVEL SECURITY",
    "UPDATE period_aggregate SET settled_at = computed_at, told = true",
    "ALTER TABLE period_aggregate FORCE ROW LEVEL SECURITY",
    "COMMENT ON COLUMN period_aggregate.due_at IS 'the promise counts from it; none when it was only built again'",
    "COMMENT ON COLUMN period_aggregate.settled_at IS 'first published, or (told false) found to hold too little'",
    "CREATE INDEX period_aggregate_promise ON period_aggregate (kind, first_day) WHERE due_at IS NOT NULL",
    """
    CREATE TABLE sla_miss (
      kind text NOT NULL,
      first_day date NOT NULL,
      noticed_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (kind, first_day)
    )
    """,
    "COMMENT ON TABLE sla_miss IS 'weeks and months whose promise was broken, each noticed once'",
    "GRANT SELECT, INSERT ON sla_miss TO spectrum_batch",
    """
    CREATE TABLE reconciliation (
      at timestamptz PRIMARY KEY DEFAULT now(),
      acknowledged bigint NOT NULL,
      done bigint NOT NULL,
      dead bigint NOT NULL,
      pending bigint NOT NULL
    )
    """,
    "COMMENT ON TABLE reconciliation IS 'sessions that were acknowledged, and where they are; the rest is lost'",
    "GRANT SELECT, INSERT, DELETE ON reconciliation TO spectrum_batch",
]


class Migration(BaseMigration):
    """Pauses, lost workers, promises and their misses, reconciliation."""

    dependencies = [("spectrum", "0001_initial")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(LEDGER), RunSQL(CALENDAR), RunSQL(PROMISES)]  # noqa: RUF012 - as above
