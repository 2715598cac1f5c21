"""What every request reads of a person first, in one round trip."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

HEAD = [
    """
    CREATE FUNCTION head(asked uuid) RETURNS TABLE (
      id uuid, epoch int, revision bigint, plan text, zone text, locale text, paused boolean, created_at timestamptz,
      week_due date, month_due date, promised_from timestamptz, erasures int, now timestamptz, underway text
    ) LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      PERFORM set_config('app.person', asked::text, true);
      RETURN QUERY SELECT p.id, p.epoch, p.revision, p.plan, p.zone, p.locale, p.paused, p.created_at, p.week_due,
        p.month_due, p.promised_from, p.erasures, pg_catalog.now(), concat_ws(',',
          (SELECT string_agg(j.kind || (j.scope->>'first_day'), ',' ORDER BY j.kind, j.scope->>'first_day') FROM job j
            WHERE j.person_id = asked AND j.kind IN ('MONTHLY_AGGREGATION', 'MONTHLY_NARRATIVE')
            AND j.status IN ('QUEUED', 'RETRYING', 'RUNNING')),
          (SELECT string_agg(o.id::text, ',' ORDER BY o.id) FROM operation o
            WHERE o.person_id = asked AND o.status = 'RUNNING'))
        FROM person p WHERE p.id = asked;
    END $$
    """,
    "COMMENT ON FUNCTION head(uuid) IS 'a person''s head, seen as that person; row-level security is the caller''s'",
    "REVOKE ALL ON FUNCTION head(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION head(uuid) TO spectrum_person",
]


class Migration(BaseMigration):
    """The head of a person."""

    dependencies = [("spectrum", "0010_engagement")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(HEAD, reverse_sql="DROP FUNCTION head(uuid)")]  # noqa: RUF012 - as above
