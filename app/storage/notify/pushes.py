"""That people are told of a week or month, once each: kept before anything is sent, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """What push services said of one message: to how many devices it went, and what became of it."""

    devices: int
    accepted: int
    gone: int
    failed: int


@dataclass(frozen=True, slots=True)
class PushCounts:
    """Messages of a range of days: due, sent, what push services answered, moved out of quiet hours, and opened.

    `people`: of how many the accepted ones are.
    """

    due: int
    sent: int
    accepted: int
    received: int
    gone: int
    failed: int
    held: int
    opened: int
    people: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """What decides whether and when somebody is told of a period: when its words were first there, and who listens.

    `is_there`: it still has words. `unopened`: messages about such periods since one was last opened.
    """

    written_at: datetime
    is_backfill: bool
    is_there: bool
    unopened: int


async def find_occasion(tx: Tx, key: PushKey) -> Occasion | None:
    """What a period of somebody's gives to tell; None when it has no words, or was never closed."""
    row = await tx.fetchrow(
        """
        SELECT a.settled_at AS written_at, a.backfilled AS is_backfill,
          EXISTS (SELECT FROM writing w WHERE w.person_id = $1 AND w.period_kind = $2 AND w.first_day = $3
            AND w.status <> 'WITHDRAWN') AS is_there,
          (SELECT count(*) FROM push p WHERE p.person_id = $1 AND p.period_kind = $2 AND p.accepted > 0
            AND p.sent_at > coalesce((SELECT max(e.occurred_at) FROM event e
              WHERE e.person_id = $1 AND e.name = 'PUSH_OPENED'), '-infinity')) AS unopened
        FROM period_aggregate a WHERE a.person_id = $1 AND a.kind = $2 AND a.first_day = $3 AND a.told
        """,
        *(key.person_id, key.kind, key.first_day),
    )
    return None if row is None else Occasion(**row)


async def keep(tx: Tx, key: PushKey, *, due_at: datetime, held: bool) -> frozenset[UUID] | None:
    """Keep that somebody is told, before it is done: the devices that are done already; None when all is."""
    row = await tx.fetchrow(
        """
        INSERT INTO push AS p (person_id, period_kind, first_day, due_at, held) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (person_id, period_kind, first_day) DO UPDATE SET held = p.held OR excluded.held
        RETURNING p.sent_at, p.answered
        """,
        *(key.person_id, key.kind, key.first_day, due_at, held),
    )
    assert row is not None, "it was kept, or was there"
    return None if row["sent_at"] is not None else frozenset(row["answered"])


async def find_answered(tx: Tx, key: PushKey) -> frozenset[UUID] | None:
    """The devices whose push service has answered for good; None when it was never begun."""
    answered = await tx.fetchval(
        "SELECT answered FROM push WHERE person_id = $1 AND period_kind = $2 AND first_day = $3",
        *(key.person_id, key.kind, key.first_day),
    )
    return None if answered is None else frozenset(answered)


async def keep_answered(tx: Tx, key: PushKey, answered: Sequence[UUID], sent: Sent) -> None:
    """Add to what became of a message: devices whose push service has answered for good, and what it said."""
    await tx.execute(
        """
        UPDATE push SET answered = answered || $4::uuid[], devices = devices + $5, accepted = accepted + $6,
          gone = gone + $7, failed = failed + $8, kept_at = clock_timestamp()
        WHERE person_id = $1 AND period_kind = $2 AND first_day = $3
        """,
        *(key.person_id, key.kind, key.first_day, list(answered)),
        *(sent.devices, sent.accepted, sent.gone, sent.failed),
    )


async def keep_done(tx: Tx, key: PushKey) -> None:
    """Say that it was done; without any device nothing was sent."""
    await tx.execute(
        "UPDATE push SET sent_at = now(), kept_at = clock_timestamp() WHERE person_id = $1 AND period_kind = $2"
        " AND first_day = $3 AND devices > 0",
        *(key.person_id, key.kind, key.first_day),
    )


async def list_fresh(
    tx: Tx, kind: PeriodKind, first_days: Mapping[UUID, date], *, latest: timedelta
) -> dict[UUID, bool]:
    """Whose period has words in time, and whether they can be reached by a push.

    In time is `latest` after its end at the latest, and with a session that came before its end.
    """
    rows = await tx.fetch(
        """
        SELECT a.person_id, EXISTS (SELECT FROM device d WHERE d.person_id = a.person_id AND d.reachable) AS reachable
        FROM unnest($2::uuid[], $3::date[]) AS i(person_id, first_day)
        JOIN period_aggregate a ON a.person_id = i.person_id AND a.kind = $1 AND a.first_day = i.first_day
        WHERE a.told AND NOT a.backfilled AND a.closed_at > now() - $4::interval
        """,
        *(kind, list(first_days), list(first_days.values()), latest),
    )
    return {row["person_id"]: row["reachable"] for row in rows}


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


async def count(tx: Tx, days: Period) -> PushCounts:
    """What came of the messages that fell due on these days of UTC."""
    row = await tx.fetchrow(
        """
        SELECT count(*) AS due, count(p.sent_at) AS sent, count(*) FILTER (WHERE p.accepted > 0) AS accepted,
          count(*) FILTER (WHERE e.received) AS received, count(*) FILTER (WHERE p.gone > 0) AS gone,
          count(*) FILTER (WHERE p.failed > 0) AS failed, count(*) FILTER (WHERE p.held) AS held,
          count(*) FILTER (WHERE e.opened) AS opened,
          count(DISTINCT p.person_id) FILTER (WHERE p.accepted > 0) AS people
        FROM push p CROSS JOIN LATERAL (
          SELECT bool_or(name = 'PUSH_RECEIVED') AS received, bool_or(name = 'PUSH_OPENED') AS opened FROM event
          WHERE person_id = p.person_id AND subject = p.period_kind AND subject_day = p.first_day
            AND name IN ('PUSH_RECEIVED', 'PUSH_OPENED')) AS e
        WHERE p.due_at >= $1::date::timestamp AT TIME ZONE 'UTC'
          AND p.due_at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
        """,
        *(days.first, days.last),
    )
    assert row is not None, "a count is a row"
    return PushCounts(**row)


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Forget up to `limit` messages of more than `days` ago; how many. Waits for nobody."""
    return await tx.execute(
        """
        WITH old AS (
          SELECT person_id, period_kind, first_day FROM push WHERE at < now() - make_interval(days => $1) LIMIT $2),
        held AS (
          SELECT id FROM person WHERE id IN (SELECT person_id FROM old) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
        DELETE FROM push p USING old JOIN held ON held.id = old.person_id
        WHERE (p.person_id, p.period_kind, p.first_day) = (old.person_id, old.period_kind, old.first_day)
        """,
        *(days, limit),
    )
