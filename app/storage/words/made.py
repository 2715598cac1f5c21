"""Texts of whomever, with what they were made of: to make them again, and to take them back. For the team alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from app.domain.periods import PeriodKind
from app.storage.store import Tx
from app.storage.words.writings import WritingStatus


@dataclass(frozen=True, slots=True)
class Made:
    """A text of whomever, with what it was made of: enough to make it again."""

    id: UUID
    person_id: UUID
    period_kind: PeriodKind
    first_day: date
    finding_key: str
    status: WritingStatus
    content: Mapping[str, Any]
    engine: str
    prompt_revision: str
    prompt_hash: str
    brief: Mapping[str, Any]
    brief_digest: str
    answer: Mapping[str, Any] | None
    seed: str | None


async def find(tx: Tx, writing_id: UUID) -> Made | None:
    """One text of anybody, None when there is none (any more)."""
    row = await tx.fetchrow(
        "SELECT id, person_id, period_kind, first_day, finding_key, status, content, engine, prompt_revision,"
        " prompt_hash, brief, brief_digest, answer, seed FROM writing WHERE id = $1",
        writing_id,
    )
    if row is None:
        return None
    values = dict(row)
    values["period_kind"] = PeriodKind(values["period_kind"])
    values["status"] = WritingStatus(values["status"])
    values["content"], values["brief"] = orjson.loads(values["content"]), orjson.loads(values["brief"])
    values["answer"] = None if values["answer"] is None else orjson.loads(values["answer"])
    return Made(**values)


async def keep_pulled(tx: Tx, person_id: UUID, writing_id: UUID) -> bool:
    """Take one text back for a reviewer: it stays back until its words change; whether it stood."""
    return bool(
        await tx.execute(
            "UPDATE writing SET status = 'WITHDRAWN', pulled = true, kept_at = clock_timestamp()"
            " WHERE person_id = $1 AND id = $2 AND NOT pulled",
            person_id,
            writing_id,
        )
    )


async def list_alike(tx: Tx, writing_id: UUID) -> list[UUID]:
    """The other texts, of whomever, that have the same answer of a model as this one, and were not taken back."""
    rows = await tx.fetch(
        """
        SELECT other.id FROM writing one JOIN writing other USING (brief_digest, prompt_hash)
        WHERE one.id = $1 AND other.id <> one.id AND one.answer = other.answer AND NOT other.pulled ORDER BY other.id
        """,
        writing_id,
    )
    return [row["id"] for row in rows]
