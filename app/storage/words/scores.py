"""Scores of texts by a rubric: of rules, of models, and of people, each kept apart. Holds no words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from app.domain.periods import Period, PeriodKind
from app.domain.rubric import MeanScore, Rubric, Scorer, mean_score
from app.jobs import PersonAt
from app.storage.store import Tx

SHADOW = 0
"""The edition of a text by a revision on trial."""
SCORED_DAYS = 7
"""How old a text may be that is still scored."""


@dataclass(frozen=True, slots=True)
class TextKey:
    """Which text, in which of its editions, over which brief, by which revision."""

    person: PersonAt
    period_kind: PeriodKind
    first_day: date
    finding_key: str
    edition: int
    brief_digest: str
    prompt_revision: str
    prompt_hash: str


@dataclass(frozen=True, slots=True)
class Score:
    """What one rater gave one text: a whole number for each criterion, their weighted mean, whether it passes."""

    text: TextKey
    scorer: Scorer
    rater: str
    rubric: str
    rubric_revision: int
    scores: Mapping[str, int]
    mean: float
    passed: bool


@dataclass(frozen=True, slots=True)
class ScoredText:
    """A published text with what it was made of."""

    id: UUID
    key: TextKey
    brief: Mapping[str, Any]
    answer: Mapping[str, Any] | None
    seed: str | None


_TEXT = """
    SELECT w.id, w.person_id, p.epoch, w.period_kind, w.first_day, w.finding_key, w.edition, w.brief_digest,
      w.prompt_revision, w.prompt_hash, w.brief, w.answer, w.seed
    FROM writing w JOIN person p ON p.id = w.person_id
"""


def _text(row: Any) -> ScoredText:
    return ScoredText(
        id=row["id"],
        key=TextKey(
            person=PersonAt(row["person_id"], row["epoch"]),
            period_kind=PeriodKind(row["period_kind"]),
            first_day=row["first_day"],
            finding_key=row["finding_key"],
            edition=row["edition"],
            brief_digest=row["brief_digest"],
            prompt_revision=row["prompt_revision"],
            prompt_hash=row["prompt_hash"],
        ),
        brief=orjson.loads(row["brief"]),
        answer=None if row["answer"] is None else orjson.loads(row["answer"]),
        seed=row["seed"],
    )


async def find_text(tx: Tx, writing_id: UUID) -> ScoredText | None:
    """One text of anybody that stands, None when there is none."""
    row = await tx.fetchrow(f"{_TEXT} WHERE w.id = $1 AND w.status <> 'WITHDRAWN'", writing_id)
    return None if row is None else _text(row)


async def list_unscored(tx: Tx, hashes: Sequence[str], rubric: Rubric, *, limit: int) -> list[ScoredText]:
    """Up to `limit` standing texts, newest first, by revisions of these hashes, that no rule scored by `rubric`.

    Of the last `SCORED_DAYS`, so that not all is looked through when all is scored, and of nobody who has paused.
    """
    rows = await tx.fetch(
        f"""
        {_TEXT}
        WHERE w.status <> 'WITHDRAWN' AND NOT p.paused AND w.prompt_hash = ANY($1) AND NOT EXISTS (
          SELECT FROM rubric_score s
          WHERE (s.person_id, s.period_kind, s.first_day, s.finding_key)
              = (w.person_id, w.period_kind, w.first_day, w.finding_key)
            AND (s.edition, s.brief_digest, s.prompt_hash) = (w.edition, w.brief_digest, w.prompt_hash)
            AND s.scorer = 'RULE' AND (s.rubric, s.rubric_revision) = ($2, $3))
          AND w.written_at > now() - make_interval(days => $5)
        ORDER BY w.written_at DESC, w.id LIMIT $4
        """,
        *(list(hashes), rubric.name, rubric.revision, limit, SCORED_DAYS),
    )
    return [_text(row) for row in rows]


async def list_standing(tx: Tx, keys: Sequence[TextKey]) -> set[tuple[UUID, PeriodKind, date, str, str]]:
    """Of which of these a text still stands over the same brief: person, period, finding and brief."""
    rows = await tx.fetch(
        """
        SELECT w.person_id, w.period_kind, w.first_day, w.finding_key, w.brief_digest
        FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[])
             AS i (person_id, period_kind, first_day, finding_key, brief_digest)
        JOIN writing w USING (person_id, period_kind, first_day, finding_key, brief_digest)
        WHERE w.status <> 'WITHDRAWN'
        """,
        [key.person.id for key in keys],
        [key.period_kind for key in keys],
        [key.first_day for key in keys],
        [key.finding_key for key in keys],
        [key.brief_digest for key in keys],
    )
    return {(row[0], PeriodKind(row[1]), row[2], row[3], row[4]) for row in rows}


async def keep(tx: Tx, new: Sequence[Score], *, again: bool = False) -> int:
    """Keep scores; one that its rater has given already stays, or with `again` is replaced. How many were written."""
    then = (
        "DO UPDATE SET scores = excluded.scores, mean = excluded.mean, passed = excluded.passed, at = now(),"
        " kept_at = clock_timestamp()"
        if again
        else "DO NOTHING"
    )
    texts = [each.text for each in new]
    return await tx.execute(
        f"""
        INSERT INTO rubric_score (person_id, period_kind, first_day, finding_key, edition, brief_digest,
          prompt_revision, prompt_hash, scorer, rater, rubric, rubric_revision, scores, mean, passed)
        SELECT i.person_id, period_kind, first_day, finding_key, edition, brief_digest, prompt_revision, prompt_hash,
          scorer, rater, rubric, rubric_revision, scores::jsonb, mean, passed
        FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[],
                    $9::text[], $10::text[], $11::text[], $12::int[], $13::text[], $14::float8[], $15::bool[])
             AS i (person_id, period_kind, first_day, finding_key, edition, brief_digest, prompt_revision, prompt_hash,
                   scorer, rater, rubric, rubric_revision, scores, mean, passed)
        ON CONFLICT (person_id, period_kind, first_day, finding_key, edition, brief_digest, prompt_hash, rubric,
          rubric_revision, scorer, rater) {then}
        """,
        [text.person.id for text in texts],
        [text.period_kind for text in texts],
        [text.first_day for text in texts],
        [text.finding_key for text in texts],
        [text.edition for text in texts],
        [text.brief_digest for text in texts],
        [text.prompt_revision for text in texts],
        [text.prompt_hash for text in texts],
        [each.scorer for each in new],
        [each.rater for each in new],
        [each.rubric for each in new],
        [each.rubric_revision for each in new],
        [orjson.dumps(dict(each.scores)).decode() for each in new],
        [each.mean for each in new],
        [each.passed for each in new],
    )


@dataclass(frozen=True, slots=True)
class ScoredBy:
    """What one kind of scorer found of a revision: texts scored, those of them that pass, the mean of their means."""

    scorer: Scorer
    scored: int
    passed: int
    mean: MeanScore


_BY_TEXT = """
    SELECT prompt_revision, scorer, person_id, avg(mean) AS mean, avg(passed::int) > 0.5 AS passed
    FROM rubric_score
    WHERE prompt_revision = ANY($1) AND (rubric, rubric_revision) = ($2, $3)
      AND ($4::date IS NULL OR (at AT TIME ZONE 'UTC')::date BETWEEN $4 AND $5)
    GROUP BY prompt_revision, scorer, person_id, period_kind, first_day, finding_key, edition, brief_digest, prompt_hash
"""
"""A text that several raters of one kind scored counts once: with their mean, and passed when most pass it."""


async def list_quality(
    tx: Tx, revisions: Sequence[str], rubric: Rubric, days: Period | None = None
) -> Mapping[str, Mapping[Scorer, ScoredBy]]:
    """By revision ("weekly-card@2"), what rules, models and people found, apart from each other; [`days` of UTC]."""
    rows = await tx.fetch(
        f"SELECT prompt_revision, scorer, count(*) AS n, count(*) FILTER (WHERE passed) AS passed, avg(mean) AS mean,"
        f" stddev_samp(mean) AS deviation FROM ({_BY_TEXT}) AS texts GROUP BY 1, 2",
        *(list(revisions), rubric.name, rubric.revision, *_ends(days)),
    )
    found: dict[str, dict[Scorer, ScoredBy]] = {name: {} for name in revisions}
    for row in rows:
        scorer = Scorer(row["scorer"])
        mean = mean_score(row["n"], row["mean"], row["deviation"])
        found[row["prompt_revision"]][scorer] = ScoredBy(scorer, row["n"], row["passed"], mean)
    return found


async def list_means(
    tx: Tx, revision: str, rubric: Rubric, days: Period | None
) -> Mapping[tuple[str, Scorer], MeanScore]:
    """The mean of each criterion by each kind of scorer over the texts of a revision, raters of one kind together."""
    rows = await tx.fetch(
        """
        SELECT criterion, scorer, count(*) AS n, avg(score) AS mean, stddev_samp(score) AS deviation
        FROM (
          SELECT criterion, scorer, avg(value::int)::float8 AS score
          FROM rubric_score CROSS JOIN LATERAL jsonb_each_text(scores) AS each (criterion, value)
          WHERE prompt_revision = $1 AND (rubric, rubric_revision) = ($2, $3)
            AND ($4::date IS NULL OR (at AT TIME ZONE 'UTC')::date BETWEEN $4 AND $5)
          GROUP BY criterion, scorer, person_id, period_kind, first_day, finding_key, edition, brief_digest, prompt_hash
        ) AS texts
        GROUP BY 1, 2
        """,
        *(revision, rubric.name, rubric.revision, *_ends(days)),
    )
    return {
        (row["criterion"], Scorer(row["scorer"])): mean_score(row["n"], row["mean"], row["deviation"]) for row in rows
    }


async def count_texts(tx: Tx, revision: str, rubric: Rubric, days: Period | None) -> int:
    """How many texts of a revision anybody scored."""
    count: int = await tx.fetchval(
        """
        SELECT count(DISTINCT (person_id, period_kind, first_day, finding_key, edition, brief_digest, prompt_hash))
        FROM rubric_score WHERE prompt_revision = $1 AND (rubric, rubric_revision) = ($2, $3)
          AND ($4::date IS NULL OR (at AT TIME ZONE 'UTC')::date BETWEEN $4 AND $5)
        """,
        *(revision, rubric.name, rubric.revision, *_ends(days)),
    )
    return count


def _ends(days: Period | None) -> tuple[date | None, date | None]:
    return (None, None) if days is None else (days.first, days.last)


async def list_rated(tx: Tx, revision: str, rubric: Rubric, *, limit: int) -> list[Mapping[str, Mapping[str, int]]]:
    """The newest `limit` texts that people and a model scored: of each the scores of every rater.

    Raters have a letter for their kind before their name ("H:", "M:"), so that none is another.
    """
    rows = await tx.fetch(
        """
        SELECT jsonb_object_agg(left(scorer, 1) || ':' || rater, scores) AS raters FROM rubric_score
        WHERE prompt_revision = $1 AND (rubric, rubric_revision) = ($2, $3) AND scorer IN ('MODEL', 'HUMAN')
        GROUP BY person_id, period_kind, first_day, finding_key, edition, brief_digest, prompt_hash
        HAVING count(DISTINCT scorer) = 2 ORDER BY max(at) DESC LIMIT $4
        """,
        *(revision, rubric.name, rubric.revision, limit),
    )
    return [orjson.loads(row["raters"]) for row in rows]


async def list_judged(tx: Tx, rubric: Rubric, *, report: str) -> list[str]:
    """Revisions that people score, and of which a text was scored since `report` was computed, if it ever was."""
    rows = await tx.fetch(
        """
        SELECT s.prompt_revision FROM rubric_score s LEFT JOIN report r ON r.name = $3 AND r.key = s.prompt_revision
        WHERE s.scorer IN ('HUMAN', 'MODEL') AND (s.rubric, s.rubric_revision) = ($1, $2)
        GROUP BY s.prompt_revision, r.computed_at
        HAVING bool_or(s.scorer = 'HUMAN') AND max(s.kept_at) > coalesce(r.computed_at, '-infinity')
        ORDER BY 1
        """,
        *(rubric.name, rubric.revision, report),
    )
    return [row["prompt_revision"] for row in rows]


async def erase(tx: Tx, person_id: UUID, kind: PeriodKind, first_days: Sequence[date]) -> int:
    """Erase the scores of these periods' texts; how many."""
    return await tx.execute(
        "DELETE FROM rubric_score WHERE person_id = $1 AND period_kind = $2 AND first_day = ANY($3)",
        *(person_id, kind, list(first_days)),
    )


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Erase up to `limit` scores of more than `days` ago; how many."""
    return await tx.execute(
        "DELETE FROM rubric_score WHERE ctid IN (SELECT ctid FROM rubric_score"
        " WHERE at < now() - make_interval(days => $1) LIMIT $2)",
        *(days, limit),
    )
