"""How Spectrum is used, in sums over many people; days are days of UTC. Nobody can be picked out of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.engagement import OPENINGS, EventName
from app.domain.feedback import FeedbackVerdict
from app.domain.periods import Period
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class UsePoint:
    """A unit of the calendar. `eligible` had Spectrum and were known by its end, `active` of them looked at it.

    `before`: how many were active in the unit before, `returned`: how many of these in this one, too. `tellers`: how
    many people gave the verdicts.
    """

    first_day: date
    last_day: date
    eligible: int
    active: int
    before: int
    returned: int
    insights_opened: int
    evidence_opened: int
    verdicts: int
    rings_true: int
    tellers: int


@dataclass(frozen=True, slots=True)
class EventTally:
    """How often something happened, and to how many people."""

    name: EventName
    events: int
    people: int


@dataclass(frozen=True, slots=True)
class StepTally:
    """How many people came to a step, and the median time since the step before, in seconds; None at the first."""

    name: EventName
    people: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class LoadTally:
    """How long a screen took, in milliseconds, over so many loads by so many people."""

    screen: EventName
    n: int
    people: int
    p50_ms: float
    p75_ms: float
    p95_ms: float


_DAYS = (
    "occurred_at >= $1::date::timestamp AT TIME ZONE 'UTC'"
    " AND occurred_at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'"
)


async def list_use(tx: Tx, units: Sequence[Period]) -> list[UsePoint]:
    """The use of each of these units, which follow each other without a gap."""
    if not units:
        return []
    rows = await tx.fetch(
        """
        WITH unit AS (
          SELECT place, first_day, last_day, first_day::timestamp AT TIME ZONE 'UTC' AS starts,
            (last_day + 1)::timestamp AT TIME ZONE 'UTC' AS ends
          FROM unnest($1::date[], $2::date[]) WITH ORDINALITY AS u(first_day, last_day, place)),
        span AS (SELECT array_agg(starts ORDER BY place) AS starts, min(starts) AS begins, max(ends) AS ends FROM unit),
        happened AS (
          SELECT width_bucket(e.occurred_at, s.starts) AS place, e.person_id, bool_or(e.name = ANY ($3)) AS active,
            count(*) FILTER (WHERE e.name = 'INSIGHT_OPENED') AS insights,
            count(*) FILTER (WHERE e.name = 'EVIDENCE_OPENED') AS evidence
          FROM event e, span s WHERE e.occurred_at >= s.begins AND e.occurred_at < s.ends GROUP BY 1, 2),
        used AS (
          SELECT place, count(*) FILTER (WHERE active) AS active, sum(insights)::bigint AS insights,
            sum(evidence)::bigint AS evidence,
            count(*) FILTER (WHERE active AND previous = place - 1) AS returned
          FROM (SELECT *, lag(place) OVER (PARTITION BY person_id, active ORDER BY place) AS previous FROM happened) h
          GROUP BY place),
        born AS (
          SELECT greatest(1, width_bucket(p.created_at, s.starts)) AS place, count(*) AS people FROM person p, span s
          WHERE p.plan <> 'FREE' AND p.created_at < s.ends GROUP BY 1),
        told AS (
          SELECT width_bucket(f.given_at, s.starts) AS place, count(*) AS verdicts,
            count(*) FILTER (WHERE f.verdict = $4) AS rings_true, count(DISTINCT f.person_id) AS tellers
          FROM feedback f, span s WHERE f.given_at >= s.begins AND f.given_at < s.ends GROUP BY 1)
        SELECT u.first_day, u.last_day,
          coalesce(sum(n.people) OVER (ORDER BY u.place), 0)::bigint AS eligible,
          coalesce(c.active, 0) AS active, coalesce(b.active, 0) AS before, coalesce(c.returned, 0) AS returned,
          coalesce(c.insights, 0) AS insights_opened, coalesce(c.evidence, 0) AS evidence_opened,
          coalesce(t.verdicts, 0) AS verdicts, coalesce(t.rings_true, 0) AS rings_true,
          coalesce(t.tellers, 0) AS tellers
        FROM unit u LEFT JOIN used c ON c.place = u.place LEFT JOIN used b ON b.place = u.place - 1
          LEFT JOIN born n ON n.place = u.place LEFT JOIN told t ON t.place = u.place
        ORDER BY u.place
        """,
        [unit.first for unit in units],
        [unit.last for unit in units],
        sorted(OPENINGS),
        FeedbackVerdict.RINGS_TRUE,
    )
    return [UsePoint(**row) for row in rows]


async def count_active(tx: Tx, days: Period) -> int:
    """How many people looked at something of Spectrum on these days."""
    return int(
        await tx.fetchval(
            f"SELECT count(DISTINCT person_id) FROM event WHERE name = ANY ($3) AND {_DAYS}",
            *(days.first, days.last, sorted(OPENINGS)),
        )
    )


async def count_events(tx: Tx, days: Period) -> list[EventTally]:
    """What happened on these days, by name."""
    rows = await tx.fetch(
        f"SELECT name, count(*) AS events, count(DISTINCT person_id) AS people FROM event WHERE {_DAYS}"
        " GROUP BY name ORDER BY name",
        *(days.first, days.last),
    )
    return [EventTally(EventName(row["name"]), row["events"], row["people"]) for row in rows]


async def list_steps(tx: Tx, steps: Sequence[EventName], days: Period, *, within_days: int) -> list[StepTally]:
    """How far people came who took the first of `steps` on these days, within so many days of it.

    Each step counts from the first time that it followed the one before.
    """
    reached = [
        f"step_0 AS (SELECT person_id, min(occurred_at) AS at, min(occurred_at) AS began FROM event"
        f" WHERE name = $3 AND {_DAYS} GROUP BY person_id)"
    ]
    reached += [
        f"step_{place} AS (SELECT s.person_id, min(e.occurred_at) AS at, s.began, s.at AS before"
        f" FROM step_{place - 1} s JOIN event e ON e.person_id = s.person_id AND e.name = ${place + 4}"
        " AND e.occurred_at >= s.at AND e.occurred_at < s.began + make_interval(days => $4)"
        " GROUP BY s.person_id, s.began, s.at)"
        for place in range(1, len(steps))
    ]
    counted = ["SELECT 0 AS place, count(*) AS people, NULL::float8 AS median_s FROM step_0"]
    counted += [
        f"SELECT {place}, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM at - before))"
        f" FROM step_{place}"
        for place in range(1, len(steps))
    ]
    rows = await tx.fetch(
        f"WITH {', '.join(reached)} SELECT place, people, median_s FROM ({' UNION ALL '.join(counted)}) AS c"
        " ORDER BY place",
        *(days.first, days.last, steps[0], within_days, *steps[1:]),
    )
    return [StepTally(name, row["people"], row["median_s"]) for name, row in zip(steps, rows, strict=True)]


async def list_load_times(tx: Tx, days: Period) -> list[LoadTally]:
    """How long each screen took on these days."""
    rows = await tx.fetch(
        f"""
        SELECT screen, count(*) AS n, count(DISTINCT person_id) AS people,
          percentile_cont(ARRAY[0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY duration_ms) AS at
        FROM event WHERE name = 'SCREEN_LOADED' AND {_DAYS} GROUP BY screen ORDER BY screen
        """,
        *(days.first, days.last),
    )
    return [LoadTally(EventName(row["screen"]), row["n"], row["people"], *row["at"]) for row in rows]
