"""Events of engagement: kept once by their id, counted, and forgotten after their time."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.engagement import Event
from app.domain.notifications import Platform
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Teller:
    """Which app tells."""

    app_version: str
    platform: Platform


async def keep(tx: Tx, person_id: UUID, told: Sequence[Event], teller: Teller) -> int:
    """Keep those that are not kept yet; how many these were.

    In the order of their ids, so that two calls with the same events wait for each other, and never crosswise.
    """
    rows = await tx.fetch(
        """
        INSERT INTO event (person_id, id, name, occurred_at, subject, writing_id, subject_day, impression_id,
                           impression_day, duration_ms, screen, from_cache, app_version, platform)
        SELECT $1, i.*, $2, $3
        FROM unnest($4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::uuid[], $9::date[], $10::uuid[],
                    $11::date[], $12::int[], $13::text[], $14::boolean[])
             AS i(id, name, occurred_at, subject, writing_id, subject_day, impression_id, impression_day, duration_ms,
                  screen, from_cache)
        ORDER BY i.id
        ON CONFLICT DO NOTHING RETURNING id
        """,
        *(person_id, teller.app_version, teller.platform),
        [event.id for event in told],
        [event.name for event in told],
        [event.occurred_at for event in told],
        [event.subject.kind if event.subject else None for event in told],
        [event.subject.writing_id if event.subject else None for event in told],
        [event.subject.first_day if event.subject else None for event in told],
        [event.impression.id if event.impression else None for event in told],
        [event.impression.day if event.impression else None for event in told],
        [event.duration_ms for event in told],
        [event.screen for event in told],
        [event.from_cache for event in told],
    )
    return len(rows)


async def list_own_cards(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these ids are cards of the person's, whether they stand or were taken back."""
    rows = await tx.fetch(
        "SELECT id FROM writing WHERE person_id = $1 AND period_kind = 'WEEK' AND id = ANY($2)", person_id, list(ids)
    )
    return frozenset(row["id"] for row in rows)


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Erase up to `limit` events that were received more than `days` ago; how many. Waits for nobody.

    Those of people whom somebody else holds stay until the next hour: an erasure may be at the same rows.
    """
    return await tx.execute(
        """
        WITH old AS (
          SELECT person_id, id FROM event WHERE received_at < now() - make_interval(days => $1) LIMIT $2),
        held AS (
          SELECT id FROM person WHERE id IN (SELECT person_id FROM old) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
        DELETE FROM event e USING old JOIN held ON held.id = old.person_id
        WHERE e.person_id = old.person_id AND e.id = old.id
        """,
        days,
        limit,
    )
