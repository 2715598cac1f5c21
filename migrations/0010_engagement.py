"""What phones tell of how Spectrum is used: events from a closed list. Nothing here can carry what a person wrote."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import partitioned, personal

NAMES = (
    "'SPECTRUM_OPENED', 'LANDSCAPE_VIEWED', 'DISTRIBUTION_VIEWED', 'FEED_VIEWED', 'INSIGHT_OPENED', 'EVIDENCE_OPENED',"
    " 'MONTHLY_OPENED', 'EXCLUSION_PREVIEWED', 'SETTINGS_OPENED', 'TEASER_SHOWN', 'TEASER_TAPPED', 'PAYWALL_SHOWN',"
    " 'PUSH_RECEIVED', 'PUSH_OPENED', 'SCREEN_LOADED'"
)

EVENT = [
    *partitioned(
        "event",
        f"""
        person_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL CHECK (name IN ({NAMES})),
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        subject text CHECK (subject IN ('INSIGHT', 'WEEK', 'MONTH')),
        writing_id uuid,
        subject_day date,
        impression_id uuid,
        impression_day date,
        duration_ms integer CHECK (duration_ms BETWEEN 0 AND 600000),
        screen text CHECK (screen IN ({NAMES})),
        from_cache boolean,
        app_version text NOT NULL,
        platform text NOT NULL CHECK (platform IN ('IOS', 'ANDROID', 'WEB')),
        kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (person_id, id),
        FOREIGN KEY (person_id, writing_id) REFERENCES writing (person_id, id) ON DELETE SET NULL (writing_id),
        CHECK (writing_id IS NULL OR subject = 'INSIGHT'),
        CHECK ((subject_day IS NOT NULL) = coalesce(subject IN ('WEEK', 'MONTH'), false)),
        CHECK ((impression_id IS NULL) = (impression_day IS NULL))
        """,
    ),
    "CREATE INDEX event_age ON event (received_at)",
    "CREATE INDEX event_about ON event (person_id, writing_id) WHERE writing_id IS NOT NULL",
    "COMMENT ON COLUMN event.writing_id IS 'the card it is about, while that is kept'",
    "COMMENT ON COLUMN event.impression_id IS 'what the token of a teaser said; the token itself is kept nowhere'",
    *personal("event", person="SELECT, INSERT, DELETE", batch="SELECT, DELETE"),
]


class Migration(BaseMigration):
    """Events of engagement."""

    dependencies = [("spectrum", "0009_edge")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(EVENT)]  # noqa: RUF012 - as above
