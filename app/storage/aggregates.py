"""Week and month aggregates: what a closed period's numbers were, which words cite and staff reports sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from app.domain.periods import PeriodKind
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A closed period in exact sums (1/10,000) and counts, with its estimates and a digest of all of it."""

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


async def keep(tx: Tx, person_id: UUID, aggregate: Aggregate) -> int:
    """Keep the aggregate in place of an earlier one; its revision, which grows only when its digest changes."""
    revision: int = await tx.fetchval(
        """
        INSERT INTO period_aggregate AS a (person_id, kind, first_day, session_count, day_count, excluded_count,
          valence_sum, arousal_sum, emotion_sums, pattern_counts, estimates, digest, backfilled, closed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb, $12, $13, $14)
        ON CONFLICT (person_id, kind, first_day) DO UPDATE SET
          revision = a.revision + CASE WHEN a.digest = excluded.digest THEN 0 ELSE 1 END,
          session_count = excluded.session_count, day_count = excluded.day_count,
          excluded_count = excluded.excluded_count, valence_sum = excluded.valence_sum,
          arousal_sum = excluded.arousal_sum, emotion_sums = excluded.emotion_sums,
          pattern_counts = excluded.pattern_counts, estimates = excluded.estimates, digest = excluded.digest,
          computed_at = now(), kept_at = clock_timestamp()
        RETURNING revision
        """,
        person_id,
        aggregate.kind,
        aggregate.first_day,
        aggregate.session_count,
        aggregate.day_count,
        aggregate.excluded_count,
        aggregate.valence_sum,
        aggregate.arousal_sum,
        list(aggregate.emotion_sums),
        list(aggregate.pattern_counts),
        orjson.dumps(aggregate.estimates).decode(),
        aggregate.digest,
        aggregate.backfilled,
        aggregate.closed_at,
    )
    return revision


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


async def list_first_days(tx: Tx, person_id: UUID, kind: PeriodKind) -> Sequence[date]:
    """First days of the periods that were closed, oldest first."""
    rows = await tx.fetch(
        "SELECT first_day FROM period_aggregate WHERE person_id = $1 AND kind = $2 ORDER BY first_day", person_id, kind
    )
    return [row["first_day"] for row in rows]
