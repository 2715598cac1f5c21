"""A person's own word on their sessions; what is planned and promised for who paused, which is nothing."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import personal

CORRECTIONS = [
    """
    CREATE TABLE correction (
      person_id uuid NOT NULL,
      session_id uuid NOT NULL,
      valence smallint,
      arousal smallint,
      emotions_present smallint,
      patterns_present smallint,
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, session_id),
      CHECK (num_nonnulls(valence, arousal, emotions_present, patterns_present) > 0)
    )
    """,
    "COMMENT ON TABLE correction IS 'what a person said of a session, in place of the estimate; null: it stands'",
    *personal("correction", person="SELECT, INSERT, UPDATE, DELETE", batch="SELECT, INSERT, UPDATE, DELETE"),
]

CALENDAR = [  # who paused or has no plan stays due for as long: nobody may look past them every two seconds
    "CREATE INDEX person_week_planned ON person (week_due_at, id) WHERE NOT paused AND plan <> 'FREE'",
    "CREATE INDEX person_month_planned ON person (month_due_at, id) WHERE NOT paused AND plan <> 'FREE'",
    "DROP INDEX person_week_due",
    "DROP INDEX person_month_due",
    "ALTER TABLE person ADD promised_from timestamptz",
    "COMMENT ON COLUMN person.promised_from IS 'words of what ended before a pause did are not promised'",
]


class Migration(BaseMigration):
    """Corrections, and pauses in the calendar."""

    dependencies = [("spectrum", "0002_jobs")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(CORRECTIONS), RunSQL(CALENDAR)]  # noqa: RUF012 - as above
