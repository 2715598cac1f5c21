"""Blinded reviews: which two revisions are compared, how far it is, and in the end what came of it. Nobody's rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.domain.reviews import ReviewStatus
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class NewReview:
    """A comparison to begin: names and hashes of two revisions, the rubric's name, and who opened it (a pseudonym)."""

    title: str
    prompt: str
    revision_a: str
    hash_a: str
    revision_b: str
    hash_b: str
    pairs_asked: int
    reviewers: int
    rubric: str
    opened_by: str


@dataclass(frozen=True, slots=True)
class Review:
    """A comparison. `pairs_made`: how many pairs were written, None before that; `note`: why not as many as asked."""

    id: UUID
    title: str
    prompt: str
    revision_a: str
    hash_a: str
    revision_b: str
    hash_b: str
    pairs_asked: int
    pairs_made: int | None
    reviewers: int
    rubric: str
    status: ReviewStatus
    note: str | None
    created_at: datetime
    result: Mapping[str, Any] | None


_COLUMNS = (
    "id, title, prompt, revision_a, hash_a, revision_b, hash_b, pairs_asked, pairs_made, reviewers, rubric, status,"
    " note, created_at, result"
)


def _review(row: Any) -> Review:
    values = dict(row)
    result = values["result"]
    return Review(
        **{**values, "status": ReviewStatus(row["status"]), "result": None if result is None else orjson.loads(result)}
    )


async def keep_new(tx: Tx, new: NewReview) -> UUID:
    """Open a review; its id."""
    review_id: UUID = await tx.fetchval(
        """
        INSERT INTO blind_review (title, prompt, revision_a, hash_a, revision_b, hash_b, pairs_asked, reviewers, rubric,
          opened_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
        """,
        *(new.title, new.prompt, new.revision_a, new.hash_a, new.revision_b, new.hash_b),
        *(new.pairs_asked, new.reviewers, new.rubric, new.opened_by),
    )
    return review_id


async def find(tx: Tx, review_id: UUID) -> Review | None:
    """One review, None when there is none."""
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM blind_review WHERE id = $1", review_id)
    return None if row is None else _review(row)


async def find_locked(tx: Tx, review_id: UUID) -> Review | None:
    """The same, held until the transaction ends, so that two changes come one after the other."""
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM blind_review WHERE id = $1 FOR NO KEY UPDATE", review_id)
    return None if row is None else _review(row)


async def list_reviews(tx: Tx, *, first: int, after: UUID | None) -> list[Review]:
    """Up to `first` reviews that follow the one `after`, newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM blind_review WHERE $2::uuid IS NULL OR id < $2 ORDER BY id DESC LIMIT $1", first, after
    )
    return [_review(row) for row in rows]


async def count_done(tx: Tx, review_ids: Sequence[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """Of each review: its pairs, and how many of them are judged by all who were to; repeats are not counted."""
    rows = await tx.fetch(
        """
        SELECT r.id, count(p.id) AS pairs, count(*) FILTER (WHERE j.raters >= r.reviewers) AS done
        FROM blind_review r
        LEFT JOIN blind_pair p ON p.review_id = r.id AND p.repeats IS NULL
        LEFT JOIN LATERAL (SELECT count(*) AS raters FROM blind_judgement b
                           WHERE b.person_id = p.person_id AND b.pair_id = p.id) j ON true
        WHERE r.id = ANY($1) GROUP BY r.id
        """,
        list(review_ids),
    )
    return {row["id"]: (row["pairs"], row["done"]) for row in rows}


async def keep_made(tx: Tx, review_id: UUID, count: int, note: str | None) -> None:
    """Say how many pairs there are, and why not as many as were asked for."""
    await tx.execute("UPDATE blind_review SET pairs_made = $2, note = $3 WHERE id = $1", review_id, count, note)


async def keep_decided(tx: Tx, review_id: UUID) -> None:
    """Say that all is judged."""
    await tx.execute("UPDATE blind_review SET status = 'DECIDED' WHERE id = $1 AND status = 'OPEN'", review_id)


async def keep_closed(tx: Tx, review_id: UUID) -> None:
    """Judge no more."""
    await tx.execute("UPDATE blind_review SET status = 'CLOSED', closed_at = now() WHERE id = $1", review_id)


async def keep_result(tx: Tx, review_id: UUID, result: Mapping[str, Any]) -> None:
    """Keep what came of a closed review; the first answer stays."""
    await tx.execute(
        "UPDATE blind_review SET result = $2::jsonb WHERE id = $1 AND status = 'CLOSED' AND result IS NULL",
        review_id,
        orjson.dumps(dict(result)).decode(),
    )
