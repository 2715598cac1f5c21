"""Cards and monthly summaries: unique by person, period and finding, rewritten in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from app.domain.periods import Period, PeriodKind
from app.storage.store import Tx
from app.storage.words.aggregates import AggregateRef


class WritingStatus(StrEnum):
    """STALE: its numbers changed and it is being rewritten; WITHDRAWN: taken back."""

    ACTIVE = "ACTIVE"
    STALE = "STALE"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class NewWriting:
    """A checked text to publish. `content`: the words with their evidence, as the domain writes them to JSON."""

    period_kind: PeriodKind
    period: Period
    finding_key: str
    rank: int
    insight_kind: str | None
    confidence: str
    content: Mapping[str, Any]
    made: "Making"


@dataclass(frozen=True, slots=True)
class Making:
    """What a text was made with: enough to make it again. `cost` is in micro-dollars, all calls for it together.

    `seed` is what the composer drew its words by; None where a model wrote.
    """

    engine: str
    model: str | None
    prompt_revision: str
    prompt_hash: str
    brief: Mapping[str, Any]
    brief_digest: str
    answer: Mapping[str, Any] | None
    checks_passed: tuple[str, ...]
    cost: int
    degraded: bool
    seed: str | None


class Writing(NamedTuple):
    """A published text. A tuple, as an estimate is: a page of the feed has twenty of them to make."""

    id: UUID
    period_kind: PeriodKind
    period: Period
    finding_key: str
    rank: int
    insight_kind: str | None
    status: WritingStatus
    confidence: str
    content: Mapping[str, Any]
    edition: int
    on: AggregateRef
    engine: str
    prompt_revision: str
    prompt_hash: str
    brief_digest: str
    checks_passed: tuple[str, ...]
    degraded: bool
    written_at: datetime
    published_at: datetime
    seen_at: datetime | None


_COLUMNS = (
    "id, period_kind, first_day, last_day, finding_key, rank, insight_kind, status, confidence, content, edition,"
    " aggregate_revision, aggregate_digest, engine, prompt_revision, prompt_hash, brief_digest, checks_passed,"
    " degraded, written_at, published_at, seen_at"
)


_KINDS = {kind.value: kind for kind in PeriodKind}
_STATUSES = {status.value: status for status in WritingStatus}
"""Looked up for every text of a page, which is quicker than the enums' own calls."""


def _writing(row: Any) -> Writing:
    """The text of a row of `_COLUMNS`."""
    id_, kind, first, last, key, rank, insight, status, confidence, content, edition, revision, digest, *rest = row
    engine, prompt, prompt_hash, brief, passed, degraded, written_at, published_at, seen_at = rest
    return Writing(
        id=id_,
        period_kind=_KINDS[kind],
        period=Period(first, last),
        finding_key=key,
        rank=rank,
        insight_kind=insight,
        status=_STATUSES[status],
        confidence=confidence,
        content=orjson.loads(content),
        edition=edition,
        on=AggregateRef(_KINDS[kind], first, revision, digest),
        engine=engine,
        prompt_revision=prompt,
        prompt_hash=prompt_hash,
        brief_digest=brief,
        checks_passed=tuple(passed),
        degraded=degraded,
        written_at=written_at,
        published_at=published_at,
        seen_at=seen_at,
    )


async def keep(tx: Tx, new: Sequence[tuple[UUID, NewWriting, AggregateRef]]) -> None:
    """Publish texts of people that rest on their aggregates, in place of those of the same period and finding.

    The edition grows when the words changed; the same words again only become ACTIVE again, unless a reviewer took
    those back.
    """
    await tx.execute(
        """
        INSERT INTO writing AS w (person_id, period_kind, first_day, last_day, finding_key, rank, insight_kind, status,
          confidence, content, aggregate_revision, aggregate_digest, engine, model, prompt_revision, prompt_hash,
          brief, brief_digest, answer, checks_passed, cost, degraded, seed)
        SELECT person_id, period_kind, first_day, last_day, finding_key, rank, insight_kind, 'ACTIVE', confidence,
          content::jsonb, aggregate_revision, aggregate_digest, engine, model, prompt_revision, prompt_hash,
          brief::jsonb, brief_digest, answer::jsonb, string_to_array(checks_passed, ','), cost, degraded, seed
        FROM unnest($1::uuid[], $2::text[], $3::date[], $4::date[], $5::text[], $6::smallint[], $7::text[], $8::text[],
                    $9::text[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
                    $16::text[], $17::text[], $18::text[], $19::text[], $20::bigint[], $21::bool[], $22::text[])
             WITH ORDINALITY AS i(person_id, period_kind, first_day, last_day, finding_key, rank, insight_kind,
                  confidence, content, aggregate_revision, aggregate_digest, engine, model, prompt_revision,
                  prompt_hash, brief, brief_digest, answer, checks_passed, cost, degraded, seed, place)
        ORDER BY place
        ON CONFLICT (person_id, period_kind, first_day, finding_key) DO UPDATE SET
          edition = w.edition + CASE WHEN w.content = excluded.content THEN 0 ELSE 1 END,
          written_at = CASE WHEN w.content = excluded.content THEN w.written_at ELSE now() END,
          status = CASE WHEN w.pulled AND (w.content = excluded.content
            OR (w.brief_digest, w.prompt_hash) = (excluded.brief_digest, excluded.prompt_hash))
            THEN 'WITHDRAWN' ELSE 'ACTIVE' END,
          pulled = w.pulled AND (w.content = excluded.content
            OR (w.brief_digest, w.prompt_hash) = (excluded.brief_digest, excluded.prompt_hash)),
          rank = excluded.rank, insight_kind = excluded.insight_kind,
          confidence = excluded.confidence, content = excluded.content,
          aggregate_revision = excluded.aggregate_revision, aggregate_digest = excluded.aggregate_digest,
          engine = excluded.engine, model = excluded.model, prompt_revision = excluded.prompt_revision,
          prompt_hash = excluded.prompt_hash, brief = excluded.brief, brief_digest = excluded.brief_digest,
          answer = excluded.answer, checks_passed = excluded.checks_passed, cost = w.cost + excluded.cost,
          degraded = excluded.degraded, seed = excluded.seed, kept_at = clock_timestamp()
        """,
        [person_id for person_id, _, _ in new],
        *_columns([text for _, text, _ in new], [on for _, _, on in new]),
    )


def _columns(new: Sequence[NewWriting], on: Sequence[AggregateRef]) -> list[list[Any]]:
    return [
        [text.period_kind for text in new],
        [text.period.first for text in new],
        [text.period.last for text in new],
        [text.finding_key for text in new],
        [text.rank for text in new],
        [text.insight_kind for text in new],
        [text.confidence for text in new],
        [orjson.dumps(text.content).decode() for text in new],
        [each.revision for each in on],
        [each.digest for each in on],
        [text.made.engine for text in new],
        [text.made.model for text in new],
        [text.made.prompt_revision for text in new],
        [text.made.prompt_hash for text in new],
        [orjson.dumps(text.made.brief).decode() for text in new],
        [text.made.brief_digest for text in new],
        [None if text.made.answer is None else orjson.dumps(text.made.answer).decode() for text in new],
        [",".join(text.made.checks_passed) for text in new],
        [text.made.cost for text in new],
        [text.made.degraded for text in new],
        [text.made.seed for text in new],
    ]


async def keep_withdrawn(tx: Tx, kind: PeriodKind, told: Mapping[UUID, tuple[date, Sequence[str]]]) -> int:
    """Take back the texts of each person's period whose finding is not among those told now; how many."""
    return await tx.execute(
        """
        UPDATE writing w SET status = 'WITHDRAWN'
        FROM unnest($2::uuid[], $3::date[], $4::text[]) AS i(person_id, first_day, told)
        WHERE w.person_id = i.person_id AND w.period_kind = $1 AND w.first_day = i.first_day
          AND NOT w.finding_key = ANY(string_to_array(i.told, ',')) AND w.status <> 'WITHDRAWN'
        """,
        kind,
        list(told),
        [first_day for first_day, _ in told.values()],
        [",".join(keys) for _, keys in told.values()],
    )


async def keep_stale(tx: Tx, person_id: UUID, kind: PeriodKind, first_days: Sequence[date]) -> int:
    """Mark the texts of these periods as being rewritten; how many."""
    return await tx.execute(
        "UPDATE writing SET status = 'STALE' WHERE person_id = $1 AND period_kind = $2 AND first_day = ANY($3)"
        " AND status = 'ACTIVE'",
        person_id,
        kind,
        list(first_days),
    )


async def erase(tx: Tx, person_id: UUID, kind: PeriodKind, first_days: Sequence[date]) -> int:
    """Erase the texts of these periods, those taken back too; how many."""
    return await tx.execute(
        "DELETE FROM writing WHERE person_id = $1 AND period_kind = $2 AND first_day = ANY($3)",
        person_id,
        kind,
        list(first_days),
    )


async def find(tx: Tx, person_id: UUID, writing_id: UUID) -> Writing | None:
    """One text, None when it is not this person's."""
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM writing WHERE person_id = $1 AND id = $2", person_id, writing_id)
    return None if row is None else _writing(row)


async def list_milestones(tx: Tx, person_id: UUID, kind: PeriodKind, *, after: date) -> list[date]:
    """First days of the periods later than `after` that tell of a first, a return or a round number."""
    rows = await tx.fetch(
        "SELECT DISTINCT first_day FROM writing WHERE person_id = $1 AND period_kind = $2 AND first_day > $3"
        " AND finding_key LIKE 'milestone:%' AND status <> 'WITHDRAWN'",
        person_id,
        kind,
        after,
    )
    return [row["first_day"] for row in rows]


async def find_for(tx: Tx, person_id: UUID, kind: PeriodKind, first_day: date, finding_key: str) -> Writing | None:
    """The text of one period and finding, None when there is none."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM writing WHERE person_id = $1 AND period_kind = $2 AND first_day = $3"
        " AND finding_key = $4",
        person_id,
        kind,
        first_day,
        finding_key,
    )
    return None if row is None else _writing(row)


async def list_keys(tx: Tx, kind: PeriodKind, first_days: Mapping[UUID, date]) -> dict[UUID, frozenset[str]]:
    """Which findings were told about a period of each person and still stand."""
    rows = await tx.fetch(
        """
        SELECT w.person_id, array_agg(w.finding_key) AS keys
        FROM unnest($2::uuid[], $3::date[]) AS i(person_id, first_day)
        JOIN writing w ON w.person_id = i.person_id AND w.period_kind = $1 AND w.first_day = i.first_day
        WHERE w.status <> 'WITHDRAWN' GROUP BY w.person_id
        """,
        kind,
        list(first_days),
        list(first_days.values()),
    )
    found = {row["person_id"]: frozenset(row["keys"]) for row in rows}
    return {person_id: found.get(person_id, frozenset()) for person_id in first_days}


async def list_standing(
    tx: Tx, person_id: UUID, first_days: Mapping[PeriodKind, Sequence[date]], *, limit: int
) -> list[Writing]:
    """Up to `limit` texts about these periods that are not taken back, newest period first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM writing WHERE person_id = $1 AND status <> 'WITHDRAWN'"
        " AND (period_kind, first_day) IN (SELECT * FROM unnest($2::text[], $3::date[]))"
        " ORDER BY first_day DESC, period_kind, rank, id LIMIT $4",
        person_id,
        [kind for kind, days in first_days.items() for _ in days],
        [day for days in first_days.values() for day in days],
        limit,
    )
    return [_writing(row) for row in rows]


async def list_for(
    tx: Tx, person_id: UUID, kind: PeriodKind, first_days: Sequence[date], finding_key: str
) -> dict[date, Writing]:
    """The texts of these periods on one finding, by first day."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM writing WHERE person_id = $1 AND period_kind = $2 AND first_day = ANY($3)"
        " AND finding_key = $4",
        *(person_id, kind, list(first_days), finding_key),
    )
    return {row["first_day"]: _writing(row) for row in rows}


FeedKey = tuple[date, int, UUID]
"""Where a card stands in the feed: first day of its week, rank in it, id."""


async def list_feed(
    tx: Tx,
    person_id: UUID,
    *,
    first: int,
    after: FeedKey | None,
    kinds: Sequence[str] = (),
    week: date | None = None,
) -> list[Writing]:
    """Up to `first` cards that stand, newest week first and best finding first, that follow the key `after`."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM writing
        WHERE person_id = $1 AND period_kind = 'WEEK' AND status <> 'WITHDRAWN'
          AND (cardinality($2::text[]) = 0 OR insight_kind = ANY($2)) AND ($3::date IS NULL OR first_day = $3)
          AND ($4::date IS NULL OR first_day < $4 OR (first_day = $4 AND (rank, id) > ($5, $6)))
        ORDER BY first_day DESC, rank, id LIMIT $7
        """,
        person_id,
        list(kinds),
        week,
        after[0] if after else None,
        after[1] if after else None,
        after[2] if after else None,
        first,
    )
    return [_writing(row) for row in rows]


async def list_ever(tx: Tx, person_id: UUID, *, first: int, after: tuple[date, UUID] | None) -> list[Writing]:
    """Up to `first` texts, oldest period first, that follow the first day and id `after`; those taken back too."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM writing WHERE person_id = $1"
        " AND ($3::date IS NULL OR (first_day, id) > ($3, $4::uuid)) ORDER BY first_day, id LIMIT $2",
        person_id,
        first,
        *(after or (None, None)),
    )
    return [_writing(row) for row in rows]
