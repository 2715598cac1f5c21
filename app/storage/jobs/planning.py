"""Plans the periods that fell due, set-based: advance the person's due column, insert the job, once.

The clock is the database's. A period that was missed is made up in order, one after the other; a period without a
session is passed over; one whose sessions are still being analysed waits for them, at most ten minutes. Nothing is
planned for people who paused.
"""

from uuid import UUID

from app.domain.periods import PeriodKind
from app.jobs import AGGREGATION, LIMITS, JobKind, PersonAt
from app.storage.calendar import ends_at_sql
from app.storage.jobs.ledger import NOT_ENDED
from app.storage.store import Tx

PEOPLE_AT_ONCE = 2_000
ANALYSIS_GRACE = "10 minutes"

UPKEEP_KEY = """'upkeep:' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24')"""
"""The identity of this hour's upkeep, in SQL."""
_STEP = {PeriodKind.WEEK: "7 days", PeriodKind.MONTH: "1 month"}
COLUMN = {PeriodKind.WEEK: "week_due", PeriodKind.MONTH: "month_due"}
"""The person's column that holds the first day of the next period to close; with `_at`, the instant of its end."""

_DUE = """p.{column}_at <= now() AND NOT p.paused AND p.plan <> 'FREE'
    AND NOT (SELECT EXISTS (
      SELECT FROM session s WHERE s.person_id = p.id AND s.status = 'PENDING'
        AND s.received_at > now() - interval '{grace}' AND s.local_date < p.{column} + interval '{step}'))"""
"""Who is planned for now."""

# each EXISTS stands in a SELECT of its own, so that it is asked of these people alone and never of everybody's sessions
_PLAN = """
WITH due AS (
  SELECT p.id, p.epoch, p.zone, p.{column} AS first_day, p.{column}_at AS due_at,
         (p.{column} + interval '{step}')::date AS next_day
  FROM person p
  WHERE {due}
  ORDER BY p.{column}_at, p.id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
  UPDATE person p SET {column} = due.next_day,
    {column}_at = {ends_at}
  FROM due WHERE p.id = due.id
), planned AS (
  INSERT INTO job (kind, queue, max_attempts, idempotency_key, person_id, epoch, scope, due_at)
  SELECT $2, $3, $4, 'close:{kind}:' || id || ':' || epoch || ':' || first_day, id, epoch,
         jsonb_build_object('first_day', first_day::text), due_at
  FROM due
  WHERE (SELECT EXISTS (SELECT FROM session s WHERE s.person_id = due.id
                        AND s.local_date >= due.first_day AND s.local_date < due.next_day))
  ORDER BY due_at, id
  ON CONFLICT (idempotency_key) DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM due) AS advanced, (SELECT count(*) FROM planned) AS planned
"""


async def keep_due(tx: Tx, kind: PeriodKind) -> tuple[int, int]:
    """Advance up to 2,000 people whose `kind` of period is over; how many advanced, how many jobs were made.

    Call it until nobody advances: someone who missed several periods advances one at a time.
    """
    job = AGGREGATION[kind]
    row = await tx.fetchrow(
        _PLAN.format(
            column=COLUMN[kind],
            step=_STEP[kind],
            kind=kind,
            due=_due(kind),
            ends_at=ends_at_sql(f"due.next_day + interval '{_STEP[kind]}'", "due.zone"),
        ),
        PEOPLE_AT_ONCE,
        job,
        LIMITS[job].queue,
        LIMITS[job].max_attempts,
    )
    assert row is not None, "a query of two counts always answers with one row"
    return row["advanced"], row["planned"]


def _due(kind: PeriodKind) -> str:
    return _DUE.format(column=COLUMN[kind], step=_STEP[kind], grace=ANALYSIS_GRACE)


async def find_oldest_due_s(tx: Tx) -> float:
    """For how many seconds the longest waiting of those whom the planner should have planned by now is due; 0: nobody.

    Whose analyses it waits for is not late, nor is who paused or has no plan: of both it asks as `keep_due` does.
    """
    oldest = ", ".join(
        f"(SELECT p.{column}_at FROM person p WHERE {_due(kind)} ORDER BY p.{column}_at, p.id LIMIT 1)"
        for kind, column in COLUMN.items()
    )
    age_s: float = await tx.fetchval(f"SELECT greatest(0, extract(epoch FROM now() - least({oldest})))::float8")
    return age_s


async def list_unasked(tx: Tx, *, limit: int) -> list[tuple[PersonAt, int, UUID]]:
    """Sessions, with their person and revision, that may be read and that no job will read; at most `limit`.

    Their person got a plan since they came. Who paused is left out: a resume asks by itself. People are locked, but for
    those whom somebody else holds: no erasure comes between this and the jobs.
    """
    rows = await tx.fetch(
        f"""
        SELECT p.id AS person_id, p.epoch, p.revision, s.id FROM session s JOIN person p ON p.id = s.person_id
        WHERE s.status = 'PENDING' AND NOT p.paused AND p.plan <> 'FREE'
          AND (SELECT EXISTS (SELECT FROM sealed_text t WHERE t.person_id = s.person_id AND t.session_id = s.id))
          AND NOT (SELECT EXISTS (
            SELECT FROM job j WHERE j.person_id = s.person_id AND j.kind = 'SESSION_ANALYSIS'
              AND j.scope->>'session_id' = s.id::text AND j.{NOT_ENDED}))
        ORDER BY s.person_id, s.id LIMIT $1 FOR NO KEY UPDATE OF p SKIP LOCKED
        """,
        limit,
    )
    waiting = await tx.fetch(  # a single session may have been erased before its person was locked
        "SELECT s.person_id, s.id FROM unnest($1::uuid[], $2::uuid[]) AS i(person_id, id)"
        " JOIN session s USING (person_id, id) WHERE s.status = 'PENDING'",
        [row["person_id"] for row in rows],
        [row["id"] for row in rows],
    )
    still = {tuple(row) for row in waiting}
    return [
        (PersonAt(row["person_id"], row["epoch"]), row["revision"], row["id"])
        for row in rows
        if (row["person_id"], row["id"]) in still
    ]


async def keep_upkeep(tx: Tx) -> int:
    """Ask for this hour's upkeep, once; how many jobs were made."""
    limits = LIMITS[JobKind.UPKEEP]
    return await tx.execute(
        f"INSERT INTO job (kind, queue, max_attempts, idempotency_key, scope) SELECT 'UPKEEP', $1, $2, {UPKEEP_KEY},"
        " '{}' ON CONFLICT (idempotency_key) DO NOTHING",
        limits.queue,
        limits.max_attempts,
    )
