"""Weeks and months that were promised: what became of each, which were missed, and what is scheduled next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.periods import Period, PeriodKind
from app.domain.promises import TARGET_S, Promise
from app.jobs import AGGREGATION, PERIOD, JobKind
from app.storage.calendar import ends_at_sql
from app.storage.jobs.planning import COLUMN, UPKEEP_KEY
from app.storage.store import Tx

WORST = 10
"""Jobs of a period that are named."""
_LAST_ZONE = "Etc/GMT+12"
"""Where a day ends last."""

# as in planning: each EXISTS in a SELECT of its own is asked of those who are left, never of everybody's sessions
_PROMISE = f"""
WITH settled AS (
  SELECT told, extract(epoch FROM settled_at - due_at)::float8 AS lag_s FROM period_aggregate
  WHERE kind = $1 AND first_day = $2 AND due_at IS NOT NULL AND NOT backfilled AND settled_at IS NOT NULL
), missing AS (
  SELECT FROM person p CROSS JOIN LATERAL (SELECT {ends_at_sql("$3::date + 1", "p.zone")} AS ended_at) AS period
  WHERE p.plan <> 'FREE' AND period.ended_at <= now()
    AND NOT p.paused AND (p.promised_from IS NULL OR p.promised_from <= period.ended_at)
    AND NOT (SELECT EXISTS (SELECT FROM period_aggregate a WHERE a.person_id = p.id AND a.kind = $1
                            AND a.first_day = $2 AND a.settled_at IS NOT NULL))
    AND (SELECT EXISTS (SELECT FROM session s WHERE s.person_id = p.id AND s.local_date BETWEEN $2 AND $3
                        AND s.received_at < period.ended_at AND s.status <> 'SKIPPED'))
    AND NOT (SELECT EXISTS (SELECT FROM operation o WHERE o.person_id = p.id AND o.requested_at >= period.ended_at))
)
SELECT count(*) FILTER (WHERE told AND lag_s <= $4) AS on_time, count(*) FILTER (WHERE told AND lag_s > $4) AS late,
       count(*) FILTER (WHERE NOT told) AS not_enough_data, (SELECT count(*) FROM missing) AS missing,
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY lag_s) FILTER (WHERE told) AS lags,
       now() >= ($3::date + 1)::timestamp AT TIME ZONE $5 + make_interval(secs => $4) AS complete
FROM settled
"""


async def find_promise(tx: Tx, kind: PeriodKind, period: Period) -> Promise:
    """How the promise of a week's or month's words went until now.

    Whoever had something erased after the period's end is promised nothing any more, unless it was told again; nor is
    whoever had paused at that end.
    """
    row = await tx.fetchrow(_PROMISE, kind, period.first, period.last, float(TARGET_S), _LAST_ZONE)
    assert row is not None, "an aggregate always answers with one row"
    counts = {name: row[name] for name in ("on_time", "late", "missing", "not_enough_data")}
    p50, p95, p99 = row["lags"] or (None, None, None)
    return Promise(
        due=sum(counts.values()), **counts, p50_lag_s=p50, p95_lag_s=p95, p99_lag_s=p99, complete=row["complete"]
    )


async def list_worst(tx: Tx, kind: PeriodKind, first_day: date) -> list[UUID]:
    """The jobs that close and write this period for someone, those without an end and the latest first; at most 10."""
    rows = await tx.fetch(
        """
        SELECT id FROM job j WHERE scope->>'first_day' = $1 AND kind = ANY($2) AND due_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM period_aggregate a WHERE a.person_id = j.person_id AND a.kind = $4
                          AND a.first_day = $5 AND a.backfilled)
        ORDER BY status = 'SUCCEEDED', coalesce(finished_at, now()) - due_at DESC, id LIMIT $3
        """,
        first_day.isoformat(),
        [job for job, period in PERIOD.items() if period is kind],
        WORST,
        kind,
        first_day,
    )
    return [row["id"] for row in rows]


async def keep_miss(tx: Tx, kind: PeriodKind, first_day: date) -> bool:
    """Notice a broken promise; whether it is news."""
    return bool(
        await tx.execute(
            "INSERT INTO sla_miss (kind, first_day) VALUES ($1, $2) ON CONFLICT DO NOTHING", kind, first_day
        )
    )


async def count_misses(tx: Tx) -> int:
    """How many promises were broken so far."""
    count: int = await tx.fetchval("SELECT count(*) FROM sla_miss")
    return count


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work that is planned by the calendar: when it last ended, when it is due next, and how much is due already."""

    kind: JobKind
    last_run_at: datetime | None
    next_run_at: datetime
    catch_up_pending: int


async def list_schedules(tx: Tx) -> Sequence[Schedule]:
    """Closing weeks, closing months, and the hour's upkeep.

    While nobody is there, the next week or month is the one that ends next in UTC.
    """
    found = []
    for kind, job in AGGREGATION.items():
        row = await tx.fetchrow(
            f"""
            SELECT greatest(coalesce(min({COLUMN[kind]}_at), (date_trunc('{kind.lower()}', now() AT TIME ZONE 'UTC')
                     + interval '1 {kind.lower()}') AT TIME ZONE 'UTC'), now()) AS next_run_at,
                   count(*) FILTER (WHERE {COLUMN[kind]}_at <= now()) AS pending
            FROM person WHERE NOT paused AND plan <> 'FREE'
            """
        )
        assert row is not None, "as above"
        found.append(Schedule(job, await _last_end(tx, job), row["next_run_at"], row["pending"]))
    row = await tx.fetchrow(
        """
        SELECT date_trunc('hour', now(), 'UTC') + interval '1 hour' AS next_run_at,
               (NOT EXISTS (SELECT FROM job WHERE idempotency_key = $1))::int AS pending
        """,
        await tx.fetchval(f"SELECT {UPKEEP_KEY}"),
    )
    assert row is not None, "as above"
    found.append(Schedule(JobKind.UPKEEP, await _last_end(tx, JobKind.UPKEEP), row["next_run_at"], row["pending"]))
    return found


async def _last_end(tx: Tx, kind: JobKind) -> datetime | None:
    ended: datetime | None = await tx.fetchval(
        "SELECT max(finished_at) FROM job WHERE kind = $1 AND status = 'SUCCEEDED'", kind
    )
    return ended
