"""That people are told of a week or month, once each: kept before anything is sent, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.periods import Period, PeriodKind
from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class PushKey:
    """Who is told of which period."""

    person_id: UUID
    kind: PeriodKind
    first_day: date


@dataclass(frozen=True, slots=True)
class Address:
    """A device by its Web Push address (RFC 8030) and its keys (RFC 8291), in base64url."""

    id: UUID
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What push services said of one message: to how many devices it went, and what became of it."""

    devices: int
    accepted: int
    gone: int
    failed: int


@dataclass(frozen=True, slots=True)
class PushCounts:
    """Messages of a range of days: due, sent, what push services answered, moved out of quiet hours, and opened."""

    due: int
    sent: int
    accepted: int
    received: int
    gone: int
    failed: int
    held: int
    opened: int


async def keep(tx: Tx, key: PushKey, *, due_at: datetime, held: bool) -> bool:
    """Keep that somebody is told, before it is done; False when it was done already."""
    sent_at: datetime | None = await tx.fetchval(
        """
        INSERT INTO push AS p (person_id, period_kind, first_day, due_at, held) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (person_id, period_kind, first_day) DO UPDATE SET held = p.held OR excluded.held RETURNING p.sent_at
        """,
        *(key.person_id, key.kind, key.first_day, due_at, held),
    )
    return sent_at is None


async def keep_sent(tx: Tx, key: PushKey, sent: Sent) -> None:
    """Say that it was done, and how it went."""
    await tx.execute(
        """
        UPDATE push SET sent_at = CASE WHEN $4 > 0 THEN now() END, devices = $4, accepted = $5, gone = $6, failed = $7,
          kept_at = clock_timestamp() WHERE person_id = $1 AND period_kind = $2 AND first_day = $3
        """,
        *(key.person_id, key.kind, key.first_day, sent.devices, sent.accepted, sent.gone, sent.failed),
    )


async def list_addresses(tx: Tx, person_id: UUID) -> list[Address]:
    """Where the person can be reached, as far as it is known."""
    rows = await tx.fetch(
        "SELECT id, endpoint, p256dh, auth FROM device WHERE person_id = $1 AND reachable ORDER BY seen_at DESC, id",
        person_id,
    )
    return [Address(**row) for row in rows]


async def keep_unreachable(tx: Tx, person_id: UUID, device_ids: Sequence[UUID]) -> None:
    """Send nothing to these any more, until they register again."""
    await tx.execute(
        "UPDATE device SET reachable = false WHERE person_id = $1 AND id = ANY ($2)", person_id, list(device_ids)
    )


async def count_unopened(tx: Tx, person_id: UUID, kind: PeriodKind) -> int:
    """How many messages about such periods were sent since the person last opened one; all, when they never did."""
    return int(
        await tx.fetchval(
            """
            SELECT count(*) FROM push p WHERE p.person_id = $1 AND p.period_kind = $2 AND p.sent_at IS NOT NULL
              AND p.sent_at > coalesce(
                (SELECT max(e.occurred_at) FROM event e WHERE e.person_id = $1 AND e.name = 'PUSH_OPENED'), '-infinity')
            """,
            *(person_id, kind),
        )
    )


async def count(tx: Tx, days: Period) -> PushCounts:
    """What came of the messages that fell due on these days of UTC."""
    row = await tx.fetchrow(
        """
        SELECT count(*) AS due, count(p.sent_at) AS sent, count(*) FILTER (WHERE p.accepted > 0) AS accepted,
          count(*) FILTER (WHERE e.received) AS received, count(*) FILTER (WHERE p.gone > 0) AS gone,
          count(*) FILTER (WHERE p.failed > 0) AS failed, count(*) FILTER (WHERE p.held) AS held,
          count(*) FILTER (WHERE e.opened) AS opened
        FROM push p CROSS JOIN LATERAL (
          SELECT bool_or(name = 'PUSH_RECEIVED') AS received, bool_or(name = 'PUSH_OPENED') AS opened FROM event
          WHERE person_id = p.person_id AND subject = p.period_kind AND subject_day = p.first_day
            AND name IN ('PUSH_RECEIVED', 'PUSH_OPENED')) AS e
        WHERE p.due_at >= $1::date AT TIME ZONE 'UTC' AND p.due_at < ($2::date + 1) AT TIME ZONE 'UTC'
        """,
        *(days.first, days.last),
    )
    assert row is not None, "a count is a row"
    return PushCounts(**row)


async def erase_old(tx: Tx, *, days: int) -> int:
    """Forget messages of more than `days` ago; how many."""
    return await tx.execute("DELETE FROM push WHERE at < now() - make_interval(days => $1)", days)
