"""How texts are scored: by rules, models and people; what revisions on trial write; and what reports computed."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import personal

SCORES = [
    """
    CREATE TABLE rubric_score (
      person_id uuid NOT NULL,
      period_kind text NOT NULL,
      first_day date NOT NULL,
      finding_key text NOT NULL,
      edition integer NOT NULL,
      brief_digest text NOT NULL,
      prompt_revision text NOT NULL,
      prompt_hash text NOT NULL,
      scorer text NOT NULL CHECK (scorer IN ('RULE', 'MODEL', 'HUMAN')),
      rater text NOT NULL,
      rubric text NOT NULL,
      rubric_revision integer NOT NULL,
      scores jsonb NOT NULL,
      mean double precision NOT NULL,
      passed boolean NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, period_kind, first_day, finding_key, edition, brief_digest, prompt_hash, rubric,
        rubric_revision, scorer, rater)
    )
    """,
    "CREATE INDEX rubric_score_revision ON rubric_score (prompt_revision, scorer)",
    "CREATE INDEX rubric_score_age ON rubric_score (at)",
    "COMMENT ON COLUMN rubric_score.edition IS 'of the text; 0: one by a revision on trial'",
    *personal("rubric_score", person="SELECT", batch="SELECT, INSERT, UPDATE, DELETE"),
    "CREATE INDEX writing_written ON writing (written_at)",
]

SHADOWS = [
    """
    CREATE TABLE shadow_text (
      person_id uuid NOT NULL,
      period_kind text NOT NULL,
      first_day date NOT NULL,
      finding_key text NOT NULL,
      brief_digest text NOT NULL,
      prompt_revision text NOT NULL,
      prompt_hash text NOT NULL,
      engine text,
      draft jsonb,
      failed text[] NOT NULL DEFAULT '{}',
      cost bigint NOT NULL DEFAULT 0,
      at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, period_kind, first_day, finding_key, brief_digest, prompt_hash)
    )
    """,
    "CREATE INDEX shadow_text_age ON shadow_text (at)",
    "COMMENT ON TABLE shadow_text IS 'what a revision on trial wrote over the brief of a published text: for nobody'",
    "COMMENT ON COLUMN shadow_text.draft IS 'only what passed its checks'",
    *personal("shadow_text", person="SELECT", batch="SELECT, INSERT, DELETE"),
]

REPORTS = [
    """
    CREATE TABLE report (
      name text NOT NULL,
      key text NOT NULL,
      computed_at timestamptz NOT NULL DEFAULT now(),
      content jsonb NOT NULL,
      PRIMARY KEY (name, key)
    )
    """,
    "COMMENT ON TABLE report IS 'what a report last computed; about nobody'",
    "GRANT SELECT, INSERT, UPDATE ON report TO spectrum_batch",
]


class Migration(BaseMigration):
    """Scores by a rubric, texts of revisions on trial, and reports."""

    dependencies = [("spectrum", "0005_writing")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(SCORES), RunSQL(SHADOWS), RunSQL(REPORTS)]  # noqa: RUF012 - as above
