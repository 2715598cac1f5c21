"""People of an experiment or a cohort, as statistics need them: counts, days and units, and nobody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.engagement import OPENINGS
from app.domain.periods import Period
from app.storage.store import AS_OF, Tx


@dataclass(frozen=True, slots=True)
class ArmTally:
    """What came of one arm: people who were assigned, upgraded within the window, were exposed, and did both.

    `days_to_upgrade`: from assignment on, one for each who upgraded.
    """

    people: int
    upgraded: int
    exposed: int
    exposed_upgraded: int
    days_to_upgrade: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """Somebody of a cohort: their group, how many complete units could be looked at, and which had a session (1..)."""

    group: str
    seen: int
    active: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lived:
    """Somebody of a cohort that chose: whether they ever used Spectrum, and what they did in their first days.

    `was_user`: they used it in these days. `behaviour`: sessions, active days, sources, and weeks since the first
    session, all of these days.
    """

    is_user: bool
    was_user: bool
    seen: int
    active: tuple[int, ...]
    behaviour: tuple[float, float, float, float]


async def count_arms(tx: Tx, experiment: str, *, within_days: int) -> Mapping[str, ArmTally]:
    """What came of each arm of an experiment that anybody is in; who met it too late to matter was not exposed."""
    rows = await tx.fetch(
        """
        SELECT a.arm, count(*) AS people, count(u.at) AS upgraded, count(*) FILTER (WHERE e.exposed) AS exposed,
          count(u.at) FILTER (WHERE e.exposed) AS exposed_upgraded,
          coalesce(array_agg(extract(epoch FROM u.at - a.assigned_at)::float8 / 86400 ORDER BY u.at)
            FILTER (WHERE u.at IS NOT NULL), '{}') AS days
        FROM assignment a LEFT JOIN LATERAL (
          SELECT min(at) AS at FROM upgrade WHERE person_id = a.person_id AND plan <> 'FREE'
            AND at >= a.assigned_at AND at < a.assigned_at + make_interval(days => $2)) AS u ON true
        CROSS JOIN LATERAL (SELECT coalesce(a.exposed_at <= least(coalesce(u.at, 'infinity'),
          a.assigned_at + make_interval(days => $2)), false) AS exposed) AS e
        WHERE a.experiment = $1 GROUP BY a.arm
        """,
        *(experiment, within_days),
    )
    return {
        row["arm"]: ArmTally(
            row["people"], row["upgraded"], row["exposed"], row["exposed_upgraded"], tuple(map(float, row["days"]))
        )
        for row in rows
    }


_UNITS = f"""
    coalesce((SELECT array_agg(DISTINCT floor(extract(epoch FROM s.started_at - c.since) / $4::float8)::int + 1)
      FROM session s WHERE s.person_id = c.id AND s.started_at >= c.since
        AND s.started_at < c.since + make_interval(secs => $4::float8 * $5::int)), '{{}}') AS active,
    least($5::int, greatest(0, floor(extract(epoch FROM ({AS_OF}) - c.since) / $4::float8)::int)) AS seen
"""
"""Units with a session since somebody became eligible, the first is 1; and how many are complete, of at most $5.

Complete as of when the data are: a replica that lags has not heard of sessions that there may have been since.
"""


async def list_lives(tx: Tx, experiment: str, cohort: Period, *, unit: timedelta, most: int) -> list[Life]:
    """Everybody who was assigned on these days of UTC, by arm, up to `most` units."""
    rows = await tx.fetch(
        f"""
        WITH c AS (
          SELECT person_id AS id, arm, assigned_at AS since FROM assignment WHERE experiment = $1
            AND assigned_at >= $2::date::timestamp AT TIME ZONE 'UTC'
            AND assigned_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC')
        SELECT c.arm, {_UNITS} FROM c
        """,
        *(experiment, cohort.first, cohort.last, unit.total_seconds(), most),
    )
    return [Life(row["arm"], row["seen"], tuple(row["active"])) for row in rows]


async def list_lived(tx: Tx, cohort: Period, *, unit: timedelta, most: int, landmark_days: int) -> Sequence[Lived]:
    """Everybody who was first met on these days of UTC, up to `most` units; their first days are `landmark_days`."""
    rows = await tx.fetch(
        f"""
        WITH c AS (
          SELECT id, created_at AS since FROM person WHERE created_at >= $2::date::timestamp AT TIME ZONE 'UTC'
            AND created_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'),
        used AS (
          SELECT e.person_id, min(e.occurred_at) AS at FROM event e JOIN c ON c.id = e.person_id
          WHERE e.name = ANY ($1) GROUP BY e.person_id),
        early AS (
          SELECT c.id, count(*) AS sessions, count(DISTINCT s.local_date) AS days, count(DISTINCT s.source) AS sources,
            extract(epoch FROM c.since + make_interval(days => $6) - min(s.started_at)) / 604800 AS weeks
          FROM c JOIN session s ON s.person_id = c.id AND s.started_at < c.since + make_interval(days => $6)
          GROUP BY c.id, c.since)
        SELECT used.at IS NOT NULL AS is_user,
          coalesce(used.at < c.since + make_interval(days => $6), false) AS was_user, {_UNITS},
          coalesce(early.sessions, 0) AS sessions, coalesce(early.days, 0) AS days,
          coalesce(early.sources, 0) AS sources, coalesce(early.weeks, 0)::float8 AS weeks
        FROM c LEFT JOIN used ON used.person_id = c.id LEFT JOIN early ON early.id = c.id
        """,
        *(sorted(OPENINGS), cohort.first, cohort.last, unit.total_seconds(), most, landmark_days),
    )
    return [
        Lived(
            is_user=row["is_user"],
            was_user=row["was_user"],
            seen=row["seen"],
            active=tuple(row["active"]),
            behaviour=(float(row["sessions"]), float(row["days"]), float(row["sources"]), row["weeks"]),
        )
        for row in rows
    ]
