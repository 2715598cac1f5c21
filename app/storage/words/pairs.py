"""Pairs of texts that are compared blindly, and what was said of them. A pair is its person's, and goes with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from app.domain.periods import PeriodKind
from app.domain.reviews import Choice, Judged, Pair, Standing
from app.storage.store import Tx

RECENT_DAYS = 180
"""Texts that a pair is made of were published at most so long ago."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A published text that a pair can be made of: whose, which, over which brief, and its words with evidence."""

    person_id: UUID
    writing_id: UUID
    period_kind: PeriodKind
    first_day: date
    brief: Mapping[str, Any]
    brief_digest: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewPair:
    """Two texts over the brief of one that is published, as lists of claims in the domain's JSON."""

    id: UUID
    number: int
    repeats: UUID | None
    of: Fit
    text_a: Sequence[Mapping[str, Any]]
    text_b: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class KeptPair:
    """A pair as it is shown: whose, which, and both texts."""

    person_id: UUID
    pair: Pair
    text_a: Sequence[Mapping[str, Any]]
    text_b: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one reviewer (a pseudonym) said of one pair."""

    rater: str
    a_left: bool
    choice: Choice
    scores_left: Mapping[str, int] | None = None
    scores_right: Mapping[str, int] | None = None
    flags_left: tuple[str, ...] = ()
    flags_right: tuple[str, ...] = ()


_FIT = """
    FROM writing w JOIN person p ON p.id = w.person_id AND NOT p.paused
    WHERE w.prompt_revision LIKE $1 || '@%' AND w.status = 'ACTIVE' AND w.brief->>'manner' = 'PLAIN'
      AND w.published_at > now() - make_interval(days => $2)
"""


async def count_fit(tx: Tx, prompt: str) -> int:
    """How many people have a text of `prompt` that a pair can be made of: none that was written with care in mind."""
    found: int = await tx.fetchval(f"SELECT count(DISTINCT w.person_id) {_FIT}", prompt, RECENT_DAYS)
    return found


async def list_fit(tx: Tx, prompt: str, review_id: UUID, *, limit: int) -> list[Fit]:
    """Up to `limit` of these texts, one of each person before a second of anybody; who comes first differs by review.

    Of one person the newest come first.
    """
    rows = await tx.fetch(
        f"""
        SELECT person_id, id, period_kind, first_day, brief, brief_digest, content
        FROM (SELECT w.*, row_number() OVER (PARTITION BY w.person_id ORDER BY w.first_day DESC, w.rank, w.id) AS turn
              {_FIT}) AS fit
        ORDER BY turn, md5($3::text || person_id::text), id LIMIT $4
        """,
        prompt,
        RECENT_DAYS,
        str(review_id),
        limit,
    )
    return [
        Fit(
            person_id=row["person_id"],
            writing_id=row["id"],
            period_kind=PeriodKind(row["period_kind"]),
            first_day=row["first_day"],
            brief=orjson.loads(row["brief"]),
            brief_digest=row["brief_digest"],
            content=orjson.loads(row["content"]),
        )
        for row in rows
    ]


async def keep(tx: Tx, review_id: UUID, new: Sequence[NewPair]) -> int:
    """Keep pairs of people who are locked, as far as the texts they are made of still stand; how many."""
    return await tx.execute(
        """
        INSERT INTO blind_pair (person_id, id, review_id, number, repeats, period_kind, first_day, brief_digest,
          text_a, text_b)
        SELECT w.person_id, i.id, $1, i.number, i.repeats, w.period_kind, w.first_day, w.brief_digest,
          i.text_a::jsonb, i.text_b::jsonb
        FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::uuid[], $8::text[], $9::text[])
             AS i(person_id, writing_id, digest, id, number, repeats, text_a, text_b)
        JOIN writing w ON w.person_id = i.person_id AND w.id = i.writing_id AND w.brief_digest = i.digest
        WHERE w.status = 'ACTIVE' ON CONFLICT DO NOTHING
        """,
        review_id,
        [each.of.person_id for each in new],
        [each.of.writing_id for each in new],
        [each.of.brief_digest for each in new],
        [each.id for each in new],
        [each.number for each in new],
        [each.repeats for each in new],
        [orjson.dumps(each.text_a).decode() for each in new],
        [orjson.dumps(each.text_b).decode() for each in new],
    )


async def find_standing(tx: Tx, review_id: UUID, reviewers: int) -> Standing:
    """The pairs of a review, and who judged which, oldest first."""
    pairs = await tx.fetch("SELECT id, number, repeats FROM blind_pair WHERE review_id = $1 ORDER BY number", review_id)
    judged = await tx.fetch(
        "SELECT pair_id AS pair, rater FROM blind_judgement WHERE review_id = $1 ORDER BY at, pair_id", review_id
    )
    return Standing([Pair(**row) for row in pairs], [Judged(**row) for row in judged], reviewers)


async def find_pair(tx: Tx, review_id: UUID, pair_id: UUID) -> KeptPair | None:
    """One pair of a review, None when it is not there (any more)."""
    row = await tx.fetchrow(
        "SELECT person_id, id, number, repeats, text_a, text_b FROM blind_pair WHERE review_id = $1 AND id = $2",
        review_id,
        pair_id,
    )
    if row is None:
        return None
    pair = Pair(row["id"], row["number"], row["repeats"])
    return KeptPair(row["person_id"], pair, orjson.loads(row["text_a"]), orjson.loads(row["text_b"]))


async def keep_judgement(tx: Tx, review_id: UUID, of: KeptPair, new: Judgement) -> bool:
    """Keep what a reviewer says of a pair, once; whether they had not said anything yet."""
    scores = [
        None if each is None else orjson.dumps(dict(each)).decode() for each in (new.scores_left, new.scores_right)
    ]
    kept = await tx.execute(
        """
        INSERT INTO blind_judgement (person_id, pair_id, rater, review_id, a_left, choice, scores_left, scores_right,
          flags_left, flags_right)
        VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10) ON CONFLICT DO NOTHING
        """,
        *(of.person_id, of.pair.id, new.rater, review_id, new.a_left, new.choice, *scores),
        *(list(new.flags_left), list(new.flags_right)),
    )
    return kept == 1


async def list_judgements(tx: Tx, review_id: UUID) -> list[tuple[Pair, Judgement]]:
    """All that was said of a review's pairs, in the order of pairs and reviewers."""
    rows = await tx.fetch(
        """
        SELECT p.id, p.number, p.repeats, j.rater, j.a_left, j.choice, j.scores_left, j.scores_right,
          j.flags_left, j.flags_right
        FROM blind_judgement j JOIN blind_pair p ON p.person_id = j.person_id AND p.id = j.pair_id
        WHERE j.review_id = $1 ORDER BY p.number, j.rater
        """,
        review_id,
    )
    return [
        (
            Pair(row["id"], row["number"], row["repeats"]),
            Judgement(
                rater=row["rater"],
                a_left=row["a_left"],
                choice=Choice(row["choice"]),
                scores_left=_scores(row["scores_left"]),
                scores_right=_scores(row["scores_right"]),
                flags_left=tuple(row["flags_left"]),
                flags_right=tuple(row["flags_right"]),
            ),
        )
        for row in rows
    ]


def _scores(kept: str | None) -> Mapping[str, int] | None:
    return None if kept is None else orjson.loads(kept)


async def erase(tx: Tx, person_id: UUID, kind: PeriodKind, first_days: Sequence[date]) -> None:
    """Erase the pairs over these periods, and all that was said of them."""
    rows = await tx.fetch(
        "SELECT id FROM blind_pair WHERE person_id = $1 AND period_kind = $2 AND first_day = ANY($3)",
        person_id,
        kind,
        list(first_days),
    )
    ids = [row["id"] for row in rows]
    await tx.execute("DELETE FROM blind_judgement WHERE person_id = $1 AND pair_id = ANY($2)", person_id, ids)
    await tx.execute("DELETE FROM blind_pair WHERE person_id = $1 AND id = ANY($2)", person_id, ids)


async def erase_old(tx: Tx, *, days: int) -> int:
    """Erase pairs and what was said of them after so many `days`; how many pairs."""
    await tx.execute("DELETE FROM blind_judgement WHERE at < now() - make_interval(days => $1)", days)
    return await tx.execute("DELETE FROM blind_pair WHERE at < now() - make_interval(days => $1)", days)
