"""Where other systems are told, what they are told, and how handing it over went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address of another system's, and the events it is told; its signing keys come from its generations.

    `away_until`: it did not take something just now, and what is new waits until then. `rotated`: when each key but the
    newest was replaced.
    """

    id: UUID
    url: str = field(repr=False)
    events: tuple[str, ...]
    enabled: bool
    disabled_reason: str | None
    away_until: datetime | None
    rotated: tuple[datetime, ...]

    @property
    def generation(self) -> int:
        """Of its newest signing key; the first is 1."""
        return len(self.rotated) + 1


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that happened, told once by its `key`: its name, when, and ids alone; `person_id` whom it is about."""

    event: str
    key: str
    happened_at: datetime
    data: Mapping[str, str]
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An announcement on its way to one webhook. `attempt` counts those that were made."""

    id: UUID
    webhook_id: UUID
    event: str
    happened_at: datetime
    data: Mapping[str, str]
    at: datetime
    attempt: int
    http_status: int | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None


_WEBHOOK = "id, url, events, enabled, disabled_reason, away_until, rotated"
_DELIVERY = "id, webhook_id, event, happened_at, data, at, attempt, http_status, next_attempt_at, delivered_at"


def _webhook(row: Any) -> Webhook:
    return Webhook(**{**row, "events": tuple(row["events"]), "rotated": tuple(row["rotated"])})


def _delivery(row: Any) -> Delivery:
    return Delivery(**{**row, "data": orjson.loads(row["data"])})


async def list_all(tx: Tx) -> list[Webhook]:
    """Every webhook, the oldest first."""
    return [_webhook(row) for row in await tx.fetch(f"SELECT {_WEBHOOK} FROM webhook ORDER BY id")]


async def find(tx: Tx, webhook_id: UUID) -> Webhook | None:
    """One webhook."""
    row = await tx.fetchrow(f"SELECT {_WEBHOOK} FROM webhook WHERE id = $1", webhook_id)
    return None if row is None else _webhook(row)


async def keep_new(tx: Tx, url: str, events: Sequence[str], *, enabled: bool) -> UUID:
    """Keep a webhook; its id."""
    id_: UUID = await tx.fetchval(
        "INSERT INTO webhook (url, events, enabled) VALUES ($1, $2, $3) RETURNING id", url, list(events), enabled
    )
    return id_


async def keep(tx: Tx, webhook_id: UUID, url: str, events: Sequence[str], *, enabled: bool, rotated: bool) -> bool:
    """Change a webhook; `rotated` gives it a new signing key. False when there is none."""
    return bool(
        await tx.execute(
            """
            UPDATE webhook SET url = $2, events = $3, enabled = $4,
              disabled_reason = CASE WHEN $4 THEN NULL ELSE disabled_reason END,
              rotated = CASE WHEN $5 THEN rotated || now() ELSE rotated END
            WHERE id = $1
            """,
            *(webhook_id, url, list(events), enabled, rotated),
        )
    )


async def keep_away(tx: Tx, webhook_id: UUID, until: datetime | None) -> None:
    """Let what is new wait until then, since the webhook takes nothing just now; None: it takes things again."""
    await tx.execute(
        "UPDATE webhook SET away_until = $2 WHERE id = $1 AND away_until IS DISTINCT FROM $2", webhook_id, until
    )


async def keep_disabled(tx: Tx, webhook_id: UUID, reason: str) -> None:
    """Tell a webhook nothing any more, for a reason that the team is told."""
    await tx.execute("UPDATE webhook SET enabled = false, disabled_reason = $2 WHERE id = $1", webhook_id, reason)


async def keep_announced(tx: Tx, announcements: Iterable[Announcement]) -> list[tuple[UUID, UUID | None]]:
    """Put announcements on their way to every webhook that is told such events; the new deliveries, and about whom.

    One that was announced before, by its key, is not told again.
    """
    told = sorted(announcements, key=lambda each: each.key)
    if not told:
        return []
    rows = await tx.fetch(
        """
        INSERT INTO webhook_delivery (person_id, webhook_id, event, event_key, data, happened_at, next_attempt_at)
        SELECT i.person_id, w.id, i.event, i.key, i.data::jsonb, i.happened_at, now()
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
             AS i(person_id, event, key, data, happened_at)
        JOIN webhook w ON w.enabled AND i.event = ANY (w.events)
        ORDER BY w.id, i.key
        ON CONFLICT (webhook_id, event_key) DO NOTHING RETURNING id, person_id
        """,
        [each.person_id for each in told],
        [each.event for each in told],
        [each.key for each in told],
        [orjson.dumps(dict(each.data)).decode() for each in told],
        [each.happened_at for each in told],
    )
    return [(row["id"], row["person_id"]) for row in rows]


async def find_delivery(tx: Tx, delivery_id: UUID) -> Delivery | None:
    """One delivery; None when it was erased, or forgotten."""
    row = await tx.fetchrow(f"SELECT {_DELIVERY} FROM webhook_delivery WHERE id = $1", delivery_id)
    return None if row is None else _delivery(row)


async def list_deliveries(tx: Tx, webhook_id: UUID, *, first: int, before: UUID | None) -> list[Delivery]:
    """Up to `first` of a webhook's deliveries, newest first, that are older than `before`."""
    rows = await tx.fetch(
        f"SELECT {_DELIVERY} FROM webhook_delivery WHERE webhook_id = $1 AND ($3::uuid IS NULL OR id < $3)"
        " ORDER BY id DESC LIMIT $2",
        *(webhook_id, first, before),
    )
    return [_delivery(row) for row in rows]


async def list_waiting(tx: Tx, webhook_id: UUID, *, limit: int) -> list[Delivery]:
    """The newest deliveries whose time has come, or came while their webhook was off."""
    rows = await tx.fetch(
        f"SELECT {_DELIVERY} FROM webhook_delivery WHERE webhook_id = $1 AND delivered_at IS NULL"
        " AND next_attempt_at <= now() ORDER BY id DESC LIMIT $2",
        *(webhook_id, limit),
    )
    return [_delivery(row) for row in rows]


async def keep_attempt(
    tx: Tx, delivery_id: UUID, number: int, *, http_status: int | None, delivered: bool, next_at: datetime | None
) -> bool:
    """Count the `number`-th attempt (1..); `next_at` when it is tried again, None when it is not.

    False when it was counted before: somebody else made the same one. That it was handed over is kept in any case.
    """
    return bool(
        await tx.execute(
            """
            UPDATE webhook_delivery SET attempt = greatest(attempt, $2), http_status = $3, next_attempt_at = $5,
              delivered_at = CASE WHEN $4 THEN now() END, kept_at = clock_timestamp()
            WHERE id = $1 AND delivered_at IS NULL AND ($4 OR attempt < $2)
            """,
            *(delivery_id, number, http_status, delivered, next_at),
        )
    )


async def keep_wanted_again(tx: Tx, delivery_id: UUID) -> None:
    """Let a delivery be handed over again, whatever became of it."""
    await tx.execute(
        "UPDATE webhook_delivery SET delivered_at = NULL, next_attempt_at = now(), kept_at = clock_timestamp()"
        " WHERE id = $1",
        delivery_id,
    )


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Forget up to `limit` deliveries of more than `days` ago; how many. Waits for nobody."""
    return await tx.execute(
        """
        DELETE FROM webhook_delivery WHERE id IN (
          SELECT id FROM webhook_delivery WHERE at < now() - make_interval(days => $1) LIMIT $2 FOR UPDATE SKIP LOCKED)
        """,
        *(days, limit),
    )
