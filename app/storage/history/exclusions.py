"""Exclusions as people made them: the active ones decide every number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.affect import Source
from app.domain.exclusions import ExclusionTarget
from app.storage.rows import ExclusionRow
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class KeptExclusion:
    """Something a person left out; put back when `removed_at` is set.

    `effective_at`: when every number and sentence had taken its last change into account, None until then.
    """

    id: UUID
    target: ExclusionTarget
    created_at: datetime
    removed_at: datetime | None
    effective_at: datetime | None


def _exclusion(row: ExclusionRow) -> KeptExclusion:
    return KeptExclusion(
        id=row.id,
        target=ExclusionTarget(
            session_id=row.session_id,
            first=row.first_day,
            last=row.last_day,
            source=Source(row.source) if row.source else None,
        ),
        created_at=row.created_at,
        removed_at=row.removed_at,
        effective_at=row.effective_at,
    )


_ACTIVE = "SELECT * FROM exclusion WHERE person_id = ANY($1) AND removed_at IS NULL ORDER BY id"


async def list_active(tx: Tx, person_id: UUID) -> list[KeptExclusion]:
    """All that is left out now, oldest first."""
    return [_exclusion(ExclusionRow(**row)) for row in await tx.fetch(_ACTIVE, [person_id])]


async def list_targets(tx: Tx, person_id: UUID) -> list[ExclusionTarget]:
    """What the fold needs of them."""
    return (await list_targets_by_person(tx, [person_id]))[person_id]


async def list_targets_by_person(tx: Tx, people: Collection[UUID]) -> dict[UUID, list[ExclusionTarget]]:
    """The same of many people, in one read."""
    found: dict[UUID, list[ExclusionTarget]] = {person_id: [] for person_id in people}
    for row in await tx.fetch(_ACTIVE, list(people)):
        found[row["person_id"]].append(_exclusion(ExclusionRow(**row)).target)
    return found


async def list_by_id(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> list[KeptExclusion]:
    """Those of `ids` that are this person's, in the order of `ids`."""
    rows = await ExclusionRow.filter(person_id=person_id, id__in=list(ids)).using_db(tx)
    found = {row.id: _exclusion(row) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


async def list_page(tx: Tx, person_id: UUID, *, first: int, after: UUID | None) -> tuple[list[KeptExclusion], int]:
    """Up to `first` active exclusions, newest first, that follow the id `after`; and how many there are."""
    active = ExclusionRow.filter(person_id=person_id, removed_at__isnull=True)
    page = active.filter(id__lt=after) if after else active
    rows = await page.order_by("-id").limit(first).using_db(tx)
    return [_exclusion(row) for row in rows], await active.using_db(tx).count()


async def list_ever(tx: Tx, person_id: UUID, *, first: int, after: UUID | None) -> list[KeptExclusion]:
    """Up to `first` exclusions that follow the id `after`, oldest first, those that were put back too."""
    query = ExclusionRow.filter(person_id=person_id)
    page = query.filter(id__gt=after) if after else query
    return [_exclusion(row) for row in await page.order_by("id").limit(first).using_db(tx)]


async def keep_new(tx: Tx, person_id: UUID, targets: Sequence[ExclusionTarget]) -> list[UUID]:
    """Keep new exclusions; their ids, in the order of `targets`."""
    ids = []
    for target in targets:
        exclusion_id: UUID = await tx.fetchval(
            "INSERT INTO exclusion (person_id, session_id, first_day, last_day, source) VALUES ($1, $2, $3, $4, $5)"
            " RETURNING id",
            person_id,
            target.session_id,
            target.first,
            target.last,
            target.source,
        )
        ids.append(exclusion_id)
    return ids


async def keep_removed(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> int:
    """Put back what these exclusions left out; how many were active."""
    return await tx.execute(
        "UPDATE exclusion SET removed_at = now(), effective_at = NULL"
        " WHERE person_id = $1 AND id = ANY($2) AND removed_at IS NULL",
        person_id,
        list(ids),
    )


async def keep_settled(tx: Tx, people: Collection[UUID]) -> None:
    """Say of these people's exclusions that all words have followed, where none is being rewritten any more."""
    await tx.execute(
        "UPDATE exclusion e SET effective_at = now() WHERE person_id = ANY($1) AND effective_at IS NULL"
        " AND NOT EXISTS (SELECT FROM writing w WHERE w.person_id = e.person_id AND w.status = 'STALE')",
        list(people),
    )
