"""Everything of the first release: partitions, row-level security and roles from the start."""

from tortoise import fields
from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import CURRENT_PERSON, CreateModelAs, partitioned, personal

ALL = "SELECT, INSERT, UPDATE, DELETE"

EMOTIONS = ("joy", "warmth", "hope", "sadness", "fear", "anger", "shame", "surprise", "neutral")
PATTERNS = (
    "all_or_nothing", "overgeneralization", "mental_filter", "discounting_positive", "mind_reading", "fortune_telling",
    "catastrophizing", "emotional_reasoning", "should_statements", "labeling", "personalization", "comparing",
)  # fmt: skip

PERSON = [
    """
    CREATE TABLE person (
      id uuid PRIMARY KEY,
      epoch integer NOT NULL,
      revision bigint NOT NULL DEFAULT 0,
      zone text NOT NULL,
      zone_as_of timestamptz NOT NULL,
      locale text NOT NULL,
      plan text NOT NULL,
      paused boolean NOT NULL DEFAULT false,
      forget_before timestamptz,
      week_due date NOT NULL,
      week_due_at timestamptz NOT NULL,
      month_due date NOT NULL,
      month_due_at timestamptz NOT NULL,
      data_key bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "COMMENT ON COLUMN person.week_due IS 'Monday of the next week to close; week_due_at is its end in the zone'",
    # every personal row says when it was written: an erasure tells by it what it had to erase from what came after
    "COMMENT ON COLUMN person.data_key IS 'wrapped by the master key'",
    "CREATE INDEX person_week_due ON person (week_due_at)",
    "CREATE INDEX person_month_due ON person (month_due_at)",
    *personal("person", person=ALL, batch=ALL, key="id"),
]

SESSION = [
    *partitioned(
        "session",
        """
        person_id uuid NOT NULL,
        id uuid NOT NULL,
        source text NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL,
        zone text NOT NULL,
        local_date date NOT NULL,
        local_minute smallint NOT NULL,
        turn_count smallint NOT NULL,
        self_before smallint,
        self_after smallint,
        status text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (person_id, id)
        """,
    ),
    "CREATE INDEX session_day ON session (person_id, local_date, started_at, id)",
    "CREATE INDEX session_waiting ON session (person_id, received_at) WHERE status = 'PENDING'",
    *personal("session", person=ALL, batch=ALL),
    *partitioned(
        "sealed_text",
        """
        person_id uuid NOT NULL,
        session_id uuid NOT NULL,
        body bytea NOT NULL,
        epoch integer NOT NULL,
        content_hmac bytea NOT NULL,
        care text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (person_id, session_id)
        """,
    ),
    "CREATE INDEX sealed_text_age ON sealed_text (received_at)",
    *personal("sealed_text", person="SELECT, INSERT, DELETE", batch="INSERT, DELETE"),
    # the batch role never reads a body: it gets every other column
    "GRANT SELECT (person_id, session_id, epoch, content_hmac, care, received_at, kept_at) ON sealed_text"
    " TO spectrum_batch",
]

NUMBERS = [
    *partitioned(
        "session_numbers",
        f"""
        person_id uuid NOT NULL,
        session_id uuid NOT NULL,
        local_date date NOT NULL,
        local_minute smallint NOT NULL,
        source text NOT NULL,
        use text NOT NULL,
        valence smallint NOT NULL,
        arousal smallint NOT NULL,
        {", ".join(f"{name} smallint NOT NULL" for name in EMOTIONS)},
        emotions_present smallint NOT NULL,
        {", ".join(f"{name} smallint NOT NULL" for name in PATTERNS)},
        patterns_present smallint NOT NULL,
        turn_index smallint[] NOT NULL,
        turn_kind smallint[] NOT NULL,
        turn_valence smallint[] NOT NULL,
        turn_arousal smallint[] NOT NULL,
        self_shift smallint,
        confidence smallint NOT NULL,
        analyser_version text NOT NULL,
        analysed_at timestamptz NOT NULL DEFAULT now(),
        kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (person_id, session_id)
        """,
    ),
    "CREATE INDEX session_numbers_day ON session_numbers (person_id, local_date)",
    *personal("session_numbers", person=ALL, batch=ALL),
    *partitioned(
        "packed_month",
        """
        person_id uuid NOT NULL,
        month date NOT NULL,
        body bytea NOT NULL,
        kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (person_id, month)
        """,
    ),
    *personal("packed_month", person=ALL, batch=ALL),
    """
    CREATE TABLE period_aggregate (
      person_id uuid NOT NULL,
      kind text NOT NULL,
      first_day date NOT NULL,
      revision integer NOT NULL DEFAULT 1,
      session_count integer NOT NULL,
      day_count integer NOT NULL,
      excluded_count integer NOT NULL,
      valence_sum bigint NOT NULL,
      arousal_sum bigint NOT NULL,
      emotion_sums bigint[] NOT NULL,
      pattern_counts integer[] NOT NULL,
      estimates jsonb NOT NULL,
      digest text NOT NULL,
      backfilled boolean NOT NULL,
      closed_at timestamptz NOT NULL,
      computed_at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, kind, first_day)
    )
    """,
    *personal("period_aggregate", person=ALL, batch=ALL),
]

WRITING = [
    """
    CREATE TABLE writing (
      person_id uuid NOT NULL,
      id uuid NOT NULL DEFAULT uuidv7(),
      period_kind text NOT NULL,
      first_day date NOT NULL,
      last_day date NOT NULL,
      finding_key text NOT NULL,
      rank smallint NOT NULL,
      insight_kind text,
      status text NOT NULL,
      confidence text NOT NULL,
      content jsonb NOT NULL,
      edition integer NOT NULL DEFAULT 1,
      aggregate_revision integer NOT NULL,
      aggregate_digest text NOT NULL,
      engine text NOT NULL,
      prompt_revision text NOT NULL,
      prompt_hash text NOT NULL,
      brief jsonb NOT NULL,
      brief_digest text NOT NULL,
      checks_passed text[] NOT NULL,
      written_at timestamptz NOT NULL DEFAULT now(),
      published_at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, id),
      UNIQUE (person_id, period_kind, first_day, finding_key)
    )
    """,
    "CREATE INDEX writing_feed ON writing (person_id, period_kind, first_day DESC, rank, id)",
    *personal("writing", person=ALL, batch=ALL),
]

EXCLUSION = [
    """
    CREATE TABLE exclusion (
      person_id uuid NOT NULL,
      id uuid NOT NULL DEFAULT uuidv7(),
      session_id uuid,
      first_day date,
      last_day date,
      source text,
      created_at timestamptz NOT NULL DEFAULT now(),
      removed_at timestamptz,
      effective_at timestamptz,
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, id),
      CHECK (num_nonnulls(session_id, first_day, source) = 1),
      CHECK ((first_day IS NULL) = (last_day IS NULL))
    )
    """,
    *personal("exclusion", person=ALL, batch=ALL),
]

OPERATION = [
    """
    CREATE TABLE operation (
      person_id uuid NOT NULL,
      id uuid NOT NULL DEFAULT uuidv7(),
      scope text NOT NULL,
      status text NOT NULL,
      idempotency_key uuid NOT NULL,
      requested_at timestamptz NOT NULL DEFAULT now(),
      cancellable_until timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz,
      failure text,
      receipt jsonb,
      PRIMARY KEY (person_id, id),
      UNIQUE (person_id, idempotency_key)
    )
    """,
    "CREATE INDEX operation_id ON operation (id)",
    *personal("operation", person="SELECT, INSERT, UPDATE", batch="SELECT, INSERT, UPDATE"),
]

OWN_JOB = (
    f"person_id = {CURRENT_PERSON} OR (person_id IS NULL AND kind = 'RESET' AND EXISTS ("
    f"SELECT FROM operation o WHERE o.person_id = {CURRENT_PERSON} AND o.id = (job.scope->>'operation_id')::uuid))"
)

LEDGER = [
    """
    CREATE TABLE idempotency_key (
      person_id uuid NOT NULL,
      key uuid NOT NULL,
      mutation text NOT NULL,
      input_digest text NOT NULL,
      answer uuid[] NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, key)
    )
    """,
    *personal("idempotency_key", person="SELECT, INSERT, DELETE", batch="SELECT, DELETE"),
    """
    CREATE TABLE job (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      kind text NOT NULL,
      queue text NOT NULL,
      status text NOT NULL DEFAULT 'QUEUED',
      priority smallint NOT NULL DEFAULT 0,
      idempotency_key text NOT NULL UNIQUE,
      person_id uuid,
      epoch integer,
      scope jsonb NOT NULL DEFAULT '{}',
      run_after timestamptz NOT NULL DEFAULT now(),
      due_at timestamptz,
      attempt smallint NOT NULL DEFAULT 0,
      max_attempts smallint NOT NULL,
      token bigint NOT NULL DEFAULT 0,
      lease_expires_at timestamptz,
      worker text,
      attempts jsonb NOT NULL DEFAULT '[]',
      note text,
      caused_by uuid,
      queued_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      finished_at timestamptz,
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      CHECK ((person_id IS NULL) = (epoch IS NULL))
    )
    """,
    "CREATE INDEX job_claim ON job (queue, priority DESC, run_after) WHERE status IN ('QUEUED', 'RETRYING', 'RUNNING')",
    "CREATE INDEX job_person ON job (person_id, kind)",
    "CREATE INDEX job_finished ON job (finished_at)",
    "CREATE INDEX job_dead ON job (id) WHERE status = 'DEAD'",
    "ALTER TABLE job ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE job FORCE ROW LEVEL SECURITY",
    # a reset belongs to nobody by design, so that erasing its person leaves it alone; who asked for it may see it
    f"CREATE POLICY person ON job TO spectrum_person USING ({OWN_JOB}) WITH CHECK ({OWN_JOB})",
    "CREATE POLICY batch ON job TO spectrum_batch USING (true) WITH CHECK (true)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON job TO spectrum_person, spectrum_batch",
    """
    CREATE TABLE tombstone (
      subject_hash text NOT NULL,
      epoch integer NOT NULL,
      operation_id uuid NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (subject_hash, epoch)
    )
    """,
    "COMMENT ON TABLE tombstone IS 'keyed hash of who was erased; outlives backups, holds nobody'",
    "GRANT SELECT, INSERT ON tombstone TO spectrum_batch",
    """
    CREATE TABLE secret (
      name text PRIMARY KEY,
      wrapped bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "COMMENT ON TABLE secret IS 'keys of the installation, wrapped by the master key'",
    "GRANT SELECT, INSERT ON secret TO spectrum_batch",
    """
    CREATE TABLE audit (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      at timestamptz NOT NULL DEFAULT now(),
      actor text NOT NULL,
      action text NOT NULL,
      targets uuid[] NOT NULL,
      reason text NOT NULL
    )
    """,
    "GRANT SELECT, INSERT, DELETE ON audit TO spectrum_batch",
    "GRANT SELECT ON tortoise_migrations TO spectrum_batch",
]


class Migration(BaseMigration):
    """People, sessions, numbers, words, exclusions, operations, the job ledger."""

    initial = True
    operations = [  # noqa: RUF012 - the attribute is Tortoise's
        RunSQL(PERSON),
        RunSQL(SESSION),
        RunSQL(NUMBERS),
        RunSQL(WRITING),
        CreateModelAs(
            "ExclusionRow",
            [
                ("id", fields.UUIDField(primary_key=True)),
                ("person_id", fields.UUIDField()),
                ("session_id", fields.UUIDField(null=True)),
                ("first_day", fields.DateField(null=True)),
                ("last_day", fields.DateField(null=True)),
                ("source", fields.TextField(null=True)),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
                ("removed_at", fields.DatetimeField(null=True)),
                ("effective_at", fields.DatetimeField(null=True)),
                ("kept_at", fields.DatetimeField(auto_now_add=True)),
            ],
            forward_sql=EXCLUSION,
            table="exclusion",
            description="Something a person left out; `removed_at` is set when they put it back.",
        ),
        CreateModelAs(
            "OperationRow",
            [
                ("id", fields.UUIDField(primary_key=True)),
                ("person_id", fields.UUIDField()),
                ("scope", fields.TextField()),
                ("status", fields.TextField()),
                ("idempotency_key", fields.UUIDField()),
                ("requested_at", fields.DatetimeField(auto_now_add=True)),
                ("cancellable_until", fields.DatetimeField()),
                ("finished_at", fields.DatetimeField(null=True)),
                ("failure", fields.TextField(null=True)),
                ("receipt", fields.JSONField(null=True)),
            ],
            forward_sql=OPERATION,
            table="operation",
            description="A reset and, once it succeeded, its receipt.",
        ),
        RunSQL(LEDGER),
    ]
