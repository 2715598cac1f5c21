"""What the product is judged by and how it speaks up by itself: plans, experiments, pushes, webhooks."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import personal

PLANS = [
    """
    CREATE TABLE upgrade (
      person_id uuid NOT NULL,
      id uuid NOT NULL,
      plan text NOT NULL CHECK (plan IN ('FREE', 'TRIAL', 'PLUS')),
      at timestamptz NOT NULL,
      impression_id uuid,
      impression_day date,
      received_at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, id),
      CHECK ((impression_id IS NULL) = (impression_day IS NULL))
    )
    """,
    "CREATE INDEX upgrade_at ON upgrade (at)",
    "CREATE INDEX upgrade_age ON upgrade (received_at)",
    "COMMENT ON TABLE upgrade IS 'what billing said of somebody''s plan, by its own event''s id'",
    *personal("upgrade", person="SELECT, INSERT, DELETE", batch="SELECT, INSERT, DELETE"),
    "CREATE INDEX event_time ON event USING brin (occurred_at)",  # events come in the order of time, or nearly
]

EXPERIMENTS = [
    """
    CREATE TABLE assignment (
      person_id uuid NOT NULL,
      experiment text NOT NULL,
      arm text NOT NULL,
      assigned_at timestamptz NOT NULL DEFAULT now(),
      exposed_at timestamptz,
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, experiment)
    )
    """,
    "CREATE INDEX assignment_age ON assignment (assigned_at)",
    "CREATE INDEX assignment_experiment ON assignment (experiment, arm)",
    "COMMENT ON TABLE assignment IS 'which arm of an experiment somebody is in; the arm itself is a hash of both'",
    "COMMENT ON COLUMN assignment.exposed_at IS 'when what the arms differ in first came, or would have come, up'",
    "GRANT DELETE ON report TO spectrum_batch",
    *personal("assignment", person="SELECT, INSERT, UPDATE, DELETE", batch="SELECT, INSERT, DELETE"),
]

PUSHES = [
    """
    CREATE TABLE push (
      person_id uuid NOT NULL,
      period_kind text NOT NULL CHECK (period_kind IN ('WEEK', 'MONTH')),
      first_day date NOT NULL,
      due_at timestamptz NOT NULL,
      held boolean NOT NULL DEFAULT false,
      sent_at timestamptz,
      devices smallint NOT NULL DEFAULT 0 CHECK (devices >= 0),
      accepted smallint NOT NULL DEFAULT 0 CHECK (accepted >= 0),
      gone smallint NOT NULL DEFAULT 0 CHECK (gone >= 0),
      failed smallint NOT NULL DEFAULT 0 CHECK (failed >= 0),
      answered uuid[] NOT NULL DEFAULT '{}',
      at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (person_id, period_kind, first_day)
    )
    """,
    "CREATE INDEX push_age ON push (at)",
    "COMMENT ON TABLE push IS 'that somebody is told of a week or month, once: kept before anything is sent'",
    "COMMENT ON COLUMN push.held IS 'it fell into their quiet hours and was moved'",
    "COMMENT ON COLUMN push.answered IS 'devices whose push service has answered for good'",
    "COMMENT ON COLUMN push.sent_at IS 'none: nothing was sent yet, or there was no device'",
    *personal("push", person="SELECT, INSERT, UPDATE, DELETE", batch="SELECT, DELETE"),
    "GRANT UPDATE (reachable) ON device TO spectrum_person",
]

WEBHOOKS = [
    """
    CREATE TABLE webhook (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      url text NOT NULL,
      events text[] NOT NULL,
      enabled boolean NOT NULL DEFAULT true,
      disabled_reason text,
      away_until timestamptz,
      rotated timestamptz[] NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "COMMENT ON TABLE webhook IS 'where other systems are told that something happened'",
    "COMMENT ON COLUMN webhook.away_until IS 'it did not take something just now: what is new waits until then'",
    "COMMENT ON COLUMN webhook.rotated IS 'when each key but the newest was replaced; keys are kept nowhere'",
    "GRANT SELECT, INSERT, UPDATE ON webhook TO spectrum_batch",
    """
    CREATE TABLE webhook_delivery (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      person_id uuid,
      webhook_id uuid NOT NULL REFERENCES webhook (id),
      event text NOT NULL,
      event_key text NOT NULL,
      data jsonb NOT NULL,
      happened_at timestamptz NOT NULL,
      attempt smallint NOT NULL DEFAULT 0 CHECK (attempt >= 0),
      http_status smallint,
      next_attempt_at timestamptz,
      delivered_at timestamptz,
      at timestamptz NOT NULL DEFAULT now(),
      kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery (webhook_id, event_key)",
    "CREATE INDEX webhook_delivery_person ON webhook_delivery (person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX webhook_delivery_page ON webhook_delivery (webhook_id, id)",
    "CREATE INDEX webhook_delivery_age ON webhook_delivery (at)",
    "COMMENT ON TABLE webhook_delivery IS 'one event for one webhook: ids and times, and how handing it over went'",
    "COMMENT ON COLUMN webhook_delivery.event_key IS 'what the event is told once by, however often it is announced'",
    "COMMENT ON COLUMN webhook_delivery.person_id IS 'whom it is about; none: about nobody'",
    *personal("webhook_delivery", person="SELECT, DELETE", batch="SELECT, INSERT, UPDATE, DELETE"),
]


class Migration(BaseMigration):
    """Plans, experiments, pushes, webhooks."""

    dependencies = [("spectrum", "0011_head")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(PLANS), RunSQL(EXPERIMENTS), RunSQL(PUSHES), RunSQL(WEBHOOKS)]  # noqa: RUF012 - as above
