"""What writing with models needs: budgets, calls and what they cost, active revisions, and what the checks decided."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import personal

BUDGETS = [
    """
    CREATE TABLE budget (
      feature text NOT NULL,
      period text NOT NULL CHECK (period IN ('DAY', 'MONTH')),
      allowed bigint NOT NULL CHECK (allowed >= 0),
      person_allowed bigint CHECK (person_allowed >= 0),
      warn_at double precision NOT NULL DEFAULT 0.8 CHECK (warn_at BETWEEN 0 AND 1),
      revision integer NOT NULL DEFAULT 1,
      PRIMARY KEY (feature, period)
    )
    """,
    "COMMENT ON TABLE budget IS 'micro-dollars that a feature may spend in a day and month, and for one person'",
    """
    INSERT INTO budget (feature, period, allowed, person_allowed) VALUES
      ('MONTHLY_NARRATIVE', 'DAY', 5000000, NULL), ('MONTHLY_NARRATIVE', 'MONTH', 50000000, 50000),
      ('WEEKLY_INSIGHTS', 'DAY', 1000000, NULL), ('WEEKLY_INSIGHTS', 'MONTH', 10000000, 20000),
      ('RUBRIC_SCORING', 'DAY', 500000, NULL), ('RUBRIC_SCORING', 'MONTH', 5000000, 10000)
    """,
    "GRANT SELECT, UPDATE ON budget TO spectrum_batch",
    """
    CREATE TABLE budget_use (
      feature text NOT NULL,
      period text NOT NULL,
      first_day date NOT NULL,
      spent bigint NOT NULL DEFAULT 0,
      reserved bigint NOT NULL DEFAULT 0,
      state text NOT NULL DEFAULT 'OK',
      PRIMARY KEY (feature, period, first_day),
      FOREIGN KEY (feature, period) REFERENCES budget
    )
    """,
    "COMMENT ON TABLE budget_use IS 'micro-dollars spent, and reserved for calls that are not over, by period of UTC'",
    "GRANT SELECT, INSERT, UPDATE ON budget_use TO spectrum_batch",
    """
    CREATE TABLE spending (
      day date NOT NULL,
      feature text NOT NULL,
      model text NOT NULL,
      engine text NOT NULL,
      prompt_revision text NOT NULL,
      calls bigint NOT NULL DEFAULT 0,
      reused bigint NOT NULL DEFAULT 0,
      tokens_read bigint NOT NULL DEFAULT 0,
      tokens_written bigint NOT NULL DEFAULT 0,
      cost bigint NOT NULL DEFAULT 0,
      refused_cost bigint NOT NULL DEFAULT 0,
      silent_cost bigint NOT NULL DEFAULT 0,
      PRIMARY KEY (day, feature, model, engine, prompt_revision)
    )
    """,
    "COMMENT ON TABLE spending IS 'calls of models by day of UTC, in sums; cost in micro-dollars'",
    "GRANT SELECT, INSERT, UPDATE ON spending TO spectrum_batch",
]

CALLS = [
    """
    CREATE TABLE model_call (
      person_id uuid NOT NULL,
      id uuid NOT NULL,
      job_id uuid,
      at timestamptz NOT NULL DEFAULT now(),
      feature text NOT NULL,
      model text NOT NULL,
      engine text NOT NULL,
      prompt_revision text NOT NULL,
      prompt_hash text NOT NULL,
      brief_digest text NOT NULL,
      reserved bigint NOT NULL,
      outcome text CHECK (outcome IN ('TEXT', 'REFUSED', 'SILENT')),
      cost bigint,
      answer jsonb,
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, id)
    )
    """,
    "CREATE INDEX model_call_question ON model_call (brief_digest, prompt_hash)",
    "CREATE INDEX model_call_age ON model_call (at)",
    "COMMENT ON COLUMN model_call.answer IS 'a text that passed its checks, until it is published'",
    *personal("model_call", person="SELECT, UPDATE", batch="SELECT, INSERT, UPDATE, DELETE"),
]

WRITINGS = [
    """
    ALTER TABLE writing ADD COLUMN model text, ADD COLUMN answer jsonb, ADD COLUMN cost bigint NOT NULL DEFAULT 0,
      ADD COLUMN degraded boolean NOT NULL DEFAULT false, ADD COLUMN pulled boolean NOT NULL DEFAULT false
    """,
    "COMMENT ON COLUMN writing.answer IS 'what a model answered, by which the words are made again; none: composed'",
    "COMMENT ON COLUMN writing.pulled IS 'taken back by a reviewer: stays back while it rests on the same brief'",
    "CREATE INDEX writing_question ON writing (brief_digest, prompt_hash) WHERE answer IS NOT NULL",
    "CREATE INDEX writing_revision ON writing (prompt_revision)",
    "CREATE INDEX writing_id ON writing (id)",
    """
    CREATE TABLE safety_decision (
      person_id uuid NOT NULL,
      id uuid NOT NULL DEFAULT uuidv7(),
      at timestamptz NOT NULL DEFAULT now(),
      period_kind text NOT NULL,
      first_day date NOT NULL,
      finding_key text NOT NULL,
      kind text NOT NULL,
      action text NOT NULL CHECK (action IN ('ALLOWED', 'REWRITTEN', 'TEMPLATE_USED', 'WITHHELD')),
      prompt_revision text,
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, id)
    )
    """,
    "CREATE INDEX safety_decision_at ON safety_decision (at DESC, id DESC)",
    "CREATE INDEX safety_decision_revision ON safety_decision (prompt_revision)",
    "COMMENT ON TABLE safety_decision IS 'which checks a text failed, and what came of it'",
    *personal("safety_decision", person="SELECT, INSERT, DELETE", batch="SELECT, INSERT, DELETE"),
]

FEEDBACK = [
    """
    CREATE TABLE feedback (
      person_id uuid NOT NULL,
      writing_id uuid NOT NULL,
      verdict text NOT NULL CHECK (verdict IN ('RINGS_TRUE', 'NOT_QUITE', 'NOT_HELPFUL', 'UPSETTING')),
      prompt_revision text NOT NULL,
      given_at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, writing_id)
    )
    """,
    "CREATE INDEX feedback_revision ON feedback (prompt_revision)",
    "COMMENT ON TABLE feedback IS 'what a person said of a text, and which revision had written it'",
    *personal("feedback", person="SELECT, INSERT, UPDATE, DELETE", batch="SELECT, INSERT, UPDATE, DELETE"),
]

PROMPTS = [
    """
    CREATE TABLE prompt_activation (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      prompt text NOT NULL,
      revision text NOT NULL,
      hash text NOT NULL,
      previous text NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      actor text NOT NULL,
      reason text NOT NULL,
      forced boolean NOT NULL DEFAULT false,
      effective boolean NOT NULL
    )
    """,
    "COMMENT ON TABLE prompt_activation IS 'which revision of a prompt was made the active one, by whom and why'",
    "GRANT SELECT ON prompt_activation TO spectrum_person",
    "GRANT SELECT, INSERT ON prompt_activation TO spectrum_batch",
]


class Migration(BaseMigration):
    """Budgets, calls of models, revisions in use, decisions on safety, and what people said of their texts."""

    dependencies = [("spectrum", "0004_privacy")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(BUDGETS), RunSQL(CALLS), RunSQL(WRITINGS), RunSQL(FEEDBACK), RunSQL(PROMPTS)]  # noqa: RUF012 - as above
