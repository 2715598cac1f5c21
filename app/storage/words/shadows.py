"""What revisions on trial wrote over the briefs of published texts. Shown to nobody, and to no person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from app.domain.periods import PeriodKind
from app.storage.store import Tx
from app.storage.words import faults
from app.storage.words.scores import TextKey


@dataclass(frozen=True, slots=True)
class ShadowText:
    """One text on trial; `draft` None when none passed its checks. `cost` is in micro-dollars."""

    text: TextKey
    engine: str | None
    draft: Mapping[str, Any] | None
    failed: tuple[str, ...]
    cost: int


async def has_one(tx: Tx, key: TextKey) -> bool:
    """Whether this revision has written over this brief already."""
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM shadow_text WHERE person_id = $1 AND period_kind = $2 AND first_day = $3"
        " AND finding_key = $4 AND brief_digest = $5 AND prompt_hash = $6)",
        *(key.person.id, key.period_kind, key.first_day, key.finding_key, key.brief_digest, key.prompt_hash),
    )
    return found


async def keep(tx: Tx, new: Sequence[ShadowText]) -> None:
    """Keep texts on trial, each once, and count what their revisions failed."""
    failed: list[tuple[str, tuple[str, ...]]] = []
    for each in new:
        key = each.text
        kept = await tx.execute(
            """
            INSERT INTO shadow_text (person_id, period_kind, first_day, finding_key, brief_digest, prompt_revision,
              prompt_hash, engine, draft, failed, cost)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10, $11) ON CONFLICT DO NOTHING
            """,
            *(key.person.id, key.period_kind, key.first_day, key.finding_key, key.brief_digest),
            *(key.prompt_revision, key.prompt_hash, each.engine),
            *(None if each.draft is None else orjson.dumps(each.draft).decode(), list(each.failed), each.cost),
        )
        failed += [(key.prompt_revision, each.failed)] * kept
    await faults.keep(tx, failed)


async def erase(tx: Tx, person_id: UUID, kind: PeriodKind, first_days: Sequence[date]) -> int:
    """Erase what was written on trial about these periods; how many texts."""
    return await tx.execute(
        "DELETE FROM shadow_text WHERE person_id = $1 AND period_kind = $2 AND first_day = ANY($3)",
        *(person_id, kind, list(first_days)),
    )


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Erase up to `limit` of more than `days` ago; how many."""
    return await tx.execute(
        "DELETE FROM shadow_text WHERE ctid IN (SELECT ctid FROM shadow_text"
        " WHERE at < now() - make_interval(days => $1) LIMIT $2)",
        *(days, limit),
    )
