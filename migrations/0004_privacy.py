"""Which master key wraps what, erasures that outlive backups, and who looked at what."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

KEYS = [
    "ALTER TABLE person ADD master_key text",
    "COMMENT ON COLUMN person.master_key IS 'id of the master key that wraps data_key; null: not known yet'",
    "CREATE INDEX person_master_key ON person (master_key)",
    "ALTER TABLE secret ADD master_key text",
    "COMMENT ON COLUMN secret.master_key IS 'id of the master key that wraps it; null: not known yet'",
    "GRANT UPDATE ON secret TO spectrum_batch",
]

ERASURES = [
    "ALTER TABLE person ADD erasures integer NOT NULL DEFAULT 0",
    "COMMENT ON COLUMN person.erasures IS 'how often single sessions of theirs were erased, which keeps the epoch'",
    "ALTER TABLE tombstone ADD scope text NOT NULL DEFAULT 'EVERYTHING'",
    "ALTER TABLE tombstone ALTER scope DROP DEFAULT",
    "ALTER TABLE tombstone RENAME created_at TO erased_at",
    # one reset, one tombstone: two lives of a database may number their epochs alike
    "ALTER TABLE tombstone DROP CONSTRAINT tombstone_pkey, ADD PRIMARY KEY (operation_id)",
    "CREATE INDEX tombstone_subject ON tombstone (subject_hash, epoch)",
    """
    CREATE TABLE erased_session (
      subject_hash text NOT NULL,
      session_id uuid NOT NULL,
      erased_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (subject_hash, session_id)
    )
    """,
    "COMMENT ON TABLE erased_session IS 'sessions that the app erased, under a keyed hash: sent again they stay out'",
    "GRANT SELECT, INSERT ON erased_session TO spectrum_batch",
]

AUDIT = [
    "CREATE INDEX audit_actor ON audit (actor, action, at)",
    "CREATE INDEX audit_age ON audit (at)",
]


class Migration(BaseMigration):
    """Key rotation, tombstones of every erasure, the audit log by actor and age."""

    dependencies = [("spectrum", "0003_corrections")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(KEYS), RunSQL(ERASURES), RunSQL(AUDIT)]  # noqa: RUF012 - as above
