"""What phones keep here: which cards were seen, where a person can be reached, and how they want to be."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import personal

SEEN = [
    "ALTER TABLE writing ADD COLUMN seen_at timestamptz",
    "COMMENT ON COLUMN writing.seen_at IS 'when its person first opened it'",
]

REACHED = [
    """
    CREATE TABLE device (
      person_id uuid NOT NULL,
      id uuid NOT NULL DEFAULT uuidv7(),
      platform text NOT NULL CHECK (platform IN ('IOS', 'ANDROID', 'WEB')),
      endpoint text NOT NULL,
      p256dh text NOT NULL,
      auth text NOT NULL,
      app_version text NOT NULL,
      locale text NOT NULL,
      zone text NOT NULL,
      reachable boolean NOT NULL DEFAULT true,
      seen_at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, id)
    )
    """,
    "CREATE UNIQUE INDEX device_own ON device (person_id, endpoint)",
    "CREATE INDEX device_endpoint ON device (endpoint)",
    "CREATE INDEX device_age ON device (seen_at)",
    "COMMENT ON TABLE device IS 'where a person can be reached by Web Push; one address is one person''s'",
    *personal("device", person="SELECT, DELETE", batch="SELECT, INSERT, UPDATE, DELETE"),
    "ALTER TABLE person ADD COLUMN preferences jsonb",
    "COMMENT ON COLUMN person.preferences IS 'whether and when to tell them that there is news; none: the defaults'",
]


class Migration(BaseMigration):
    """Seen cards, devices, preferences."""

    dependencies = [("spectrum", "0008_writing_again")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(SEEN), RunSQL(REACHED)]  # noqa: RUF012 - as above
