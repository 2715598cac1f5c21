"""A head in a wave: a person's own jobs are found by the person, whatever the planner knows of open ones."""

from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

# As in 0011, but for how it says that a job is open: 'status IN (open)' fits the index of everybody's open jobs. When
# statistics are of a quiet hour, that index is taken for empty, and all of a wave was looked through for each head.
HEAD = """
    CREATE OR REPLACE FUNCTION head(asked uuid) RETURNS TABLE (
      id uuid, epoch int, revision bigint, plan text, zone text, locale text, paused boolean, created_at timestamptz,
      week_due date, month_due date, promised_from timestamptz, erasures int, now timestamptz, underway text
    ) LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      PERFORM set_config('app.person', asked::text, true);
      RETURN QUERY SELECT p.id, p.epoch, p.revision, p.plan, p.zone, p.locale, p.paused, p.created_at, p.week_due,
        p.month_due, p.promised_from, p.erasures, pg_catalog.now(), concat_ws(',',
          (SELECT string_agg(j.kind || (j.scope->>'first_day'), ',' ORDER BY j.kind, j.scope->>'first_day') FROM job j
            WHERE j.person_id = asked AND j.kind IN ('MONTHLY_AGGREGATION', 'MONTHLY_NARRATIVE')
            AND j.status {open}),
          (SELECT string_agg(o.id::text, ',' ORDER BY o.id) FROM operation o
            WHERE o.person_id = asked AND o.status = 'RUNNING'))
        FROM person p WHERE p.id = asked;
    END $$
"""
NOW = HEAD.format(open="NOT IN ('SUCCEEDED', 'DEAD', 'DISCARDED', 'CANCELLED')")
BEFORE = HEAD.format(open="IN ('QUEUED', 'RETRYING', 'RUNNING')")


class Migration(BaseMigration):
    """The head of a person, by the person."""

    dependencies = [("spectrum", "0014_growth")]  # noqa: RUF012 - the attribute is Tortoise's
    operations = [RunSQL(NOW, reverse_sql=BEFORE)]  # noqa: RUF012 - as above
