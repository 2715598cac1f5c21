"""Week and month aggregates: what a closed period's numbers were, which words cite and staff reports sum."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from app.domain.periods import PeriodKind
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A closed period in exact sums (1/10,000) and counts, with its estimates and a digest of all of it.

    `due_at`: when the promise of its words began, None when it is only built again. `told`: whether words were
    published with it, None while they are still to be written.
    """

    kind: PeriodKind
    first_day: date
    session_count: int
    day_count: int
    excluded_count: int
    valence_sum: int
    arousal_sum: int
    emotion_sums: tuple[int, ...]
    pattern_counts: tuple[int, ...]
    estimates: Mapping[str, Any]
    digest: str
    backfilled: bool
    closed_at: datetime
    due_at: datetime | None = None
    told: bool | None = None


_LAG = """
    CASE WHEN told AND NOT backfilled AND settled_at = now() THEN extract(epoch FROM settled_at - due_at)::float8 END
"""
"""How long after its due time a promised period is told, where it is told in this very transaction."""


@dataclass(frozen=True, slots=True)
class KeptAggregate:
    """The revision of an aggregate, and where its period was told just now, how many seconds after it was due."""

    revision: int
    lag_s: float | None


async def keep(tx: Tx, found: Mapping[UUID, Aggregate]) -> dict[UUID, KeptAggregate]:
    """Keep an aggregate of each person in place of an earlier one; its revision grows when its digest changes.

    What was due and when it was first settled stay as they were.
    """
    rows = await tx.fetch(
        f"""
        INSERT INTO period_aggregate AS a (person_id, kind, first_day, session_count, day_count, excluded_count,
          valence_sum, arousal_sum, emotion_sums, pattern_counts, estimates, digest, backfilled, closed_at, due_at,
          settled_at, told)
        SELECT person_id, kind, first_day, session_count, day_count, excluded_count, valence_sum, arousal_sum,
          string_to_array(emotion_sums, ',')::bigint[], string_to_array(pattern_counts, ',')::int[],
          estimates::jsonb, digest, backfilled, closed_at, due_at, CASE WHEN told IS NOT NULL THEN now() END, told
        FROM unnest($1::uuid[], $2::text[], $3::date[], $4::int[], $5::int[], $6::int[], $7::bigint[], $8::bigint[],
                    $9::text[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::timestamptz[],
                    $15::timestamptz[], $16::bool[])
             AS i(person_id, kind, first_day, session_count, day_count, excluded_count, valence_sum, arousal_sum,
                  emotion_sums, pattern_counts, estimates, digest, backfilled, closed_at, due_at, told)
        ON CONFLICT (person_id, kind, first_day) DO UPDATE SET
          revision = a.revision + CASE WHEN a.digest = excluded.digest THEN 0 ELSE 1 END,
          session_count = excluded.session_count, day_count = excluded.day_count,
          excluded_count = excluded.excluded_count, valence_sum = excluded.valence_sum,
          arousal_sum = excluded.arousal_sum, emotion_sums = excluded.emotion_sums,
          pattern_counts = excluded.pattern_counts, estimates = excluded.estimates, digest = excluded.digest,
          due_at = coalesce(a.due_at, excluded.due_at), settled_at = coalesce(a.settled_at, excluded.settled_at),
          told = coalesce(a.told, excluded.told), computed_at = now(), kept_at = clock_timestamp()
        RETURNING person_id, revision, {_LAG} AS lag_s
        """,
        list(found),
        *_columns(found.values()),
    )
    return {row["person_id"]: KeptAggregate(row["revision"], row["lag_s"]) for row in rows}


def _columns(found: Collection[Aggregate]) -> list[list[Any]]:
    return [
        [a.kind for a in found],
        [a.first_day for a in found],
        [a.session_count for a in found],
        [a.day_count for a in found],
        [a.excluded_count for a in found],
        [a.valence_sum for a in found],
        [a.arousal_sum for a in found],
        [",".join(map(str, a.emotion_sums)) for a in found],
        [",".join(map(str, a.pattern_counts)) for a in found],
        [orjson.dumps(a.estimates).decode() for a in found],
        [a.digest for a in found],
        [a.backfilled for a in found],
        [a.closed_at for a in found],
        [a.due_at for a in found],
        [a.told for a in found],
    ]


async def keep_told(tx: Tx, person_id: UUID, kind: PeriodKind, first_day: date, *, told: bool) -> float | None:
    """Say when a period's words were first decided on, and whether there were any; the lag, as in `KeptAggregate`."""
    lag_s: float | None = await tx.fetchval(
        "UPDATE period_aggregate SET settled_at = now(), told = $4"
        f" WHERE person_id = $1 AND kind = $2 AND first_day = $3 AND settled_at IS NULL RETURNING {_LAG}",
        person_id,
        kind,
        first_day,
        told,
    )
    return lag_s


@dataclass(frozen=True, slots=True)
class AggregateRef:
    """Which state of an aggregate something rests on."""

    kind: PeriodKind
    first_day: date
    revision: int
    digest: str


async def find_ref(tx: Tx, person_id: UUID, kind: PeriodKind, first_day: date) -> AggregateRef | None:
    """The aggregate's present state, None before the period was closed."""
    row = await tx.fetchrow(
        "SELECT revision, digest FROM period_aggregate WHERE person_id = $1 AND kind = $2 AND first_day = $3",
        person_id,
        kind,
        first_day,
    )
    return None if row is None else AggregateRef(kind, first_day, row["revision"], row["digest"])


async def erase(tx: Tx, person_id: UUID, kind: PeriodKind, first_days: Sequence[date]) -> int:
    """Erase the aggregates of these periods; how many."""
    return await tx.execute(
        "DELETE FROM period_aggregate WHERE person_id = $1 AND kind = $2 AND first_day = ANY($3)",
        person_id,
        kind,
        list(first_days),
    )


async def list_first_days(tx: Tx, person_id: UUID, kind: PeriodKind) -> Sequence[date]:
    """First days of the periods that were closed, oldest first."""
    rows = await tx.fetch(
        "SELECT first_day FROM period_aggregate WHERE person_id = $1 AND kind = $2 ORDER BY first_day", person_id, kind
    )
    return [row["first_day"] for row in rows]
