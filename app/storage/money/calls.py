"""Calls of models: reserved before, settled after, and by which nothing is paid for twice. Asks nobody.

Amounts are micro-dollars; days and months are those of UTC, as on a provider's bill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import orjson

from app.domain.cost import Engine, Feature
from app.errors import Gone
from app.jobs import PersonAt
from app.storage.money.budgets import has_room, has_room_for, keep_locked, keep_reserved
from app.storage.store import Tx

LONGEST_CALL_S = 60
"""A call that was not settled by then is taken as paid to the full: whoever made it is gone."""
MOST_CALLS = 3
"""Of one job, all its attempts together."""
UNKNOWN = "unknown"
"""The model and the revision of what was paid for somebody who was erased meanwhile."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call is for: whom, which job, which model, and which revision over which brief.

    `erasures`: how many erasures of sessions the person had when the brief was made; None where that does not matter.
    """

    person: PersonAt
    job_id: UUID
    feature: Feature
    model: str
    engine: Engine
    prompt_revision: str
    prompt_hash: str
    brief_digest: str
    erasures: int | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money put aside for one call."""

    id: UUID
    purpose: Purpose
    amount: int


class NotReserved(StrEnum):
    """Why no money was put aside.

    NO_MONEY: none is left of the feature's; NO_SHARE: none of the person's share of it; ENOUGH: the job had its calls;
    ASKED: the same is being asked already; TOO_LONG: the question could be read as more tokens than its prompt allows.
    """

    NO_MONEY = "NO_MONEY"
    NO_SHARE = "NO_SHARE"
    ENOUGH = "ENOUGH"
    ASKED = "ASKED"
    TOO_LONG = "TOO_LONG"


class Outcome(StrEnum):
    """What a call gave: a TEXT that may be shown, one that was REFUSED by its checks, or nothing (SILENT)."""

    TEXT = "TEXT"
    REFUSED = "REFUSED"
    SILENT = "SILENT"


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a call ended: what it cost, the tokens it counted, and the answer when it may be shown."""

    outcome: Outcome
    cost: int
    tokens_read: int = 0
    tokens_written: int = 0
    answer: Any = None


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """What a model said of the same brief by the same revision, and passed its checks."""

    answer: Any
    model: str
    engine: Engine


async def find_answer(tx: Tx, brief_digest: str, prompt_hash: str) -> KnownAnswer | None:
    """An answer to this very question that is published, or about to be; None when none is known, or it was pulled."""
    row = await tx.fetchrow(
        """
        SELECT answer, model, engine FROM (
          (SELECT answer, model, engine FROM writing
           WHERE brief_digest = $1 AND prompt_hash = $2 AND answer IS NOT NULL LIMIT 1)
          UNION ALL
          (SELECT answer, model, engine FROM model_call
           WHERE brief_digest = $1 AND prompt_hash = $2 AND answer IS NOT NULL LIMIT 1)
        ) AS known
        WHERE NOT EXISTS (SELECT FROM writing WHERE brief_digest = $1 AND prompt_hash = $2 AND pulled) LIMIT 1
        """,
        brief_digest,
        prompt_hash,
    )
    return None if row is None else KnownAnswer(orjson.loads(row["answer"]), row["model"], Engine(row["engine"]))


async def keep_reused(tx: Tx, feature: Feature, prompt_revision: str, known: KnownAnswer) -> None:
    """Count that an answer was used again instead of a call."""
    await tx.execute(
        """
        INSERT INTO spending AS t (day, feature, model, engine, prompt_revision, reused)
        VALUES ((now() AT TIME ZONE 'UTC')::date, $1, $2, $3, $4, 1)
        ON CONFLICT (day, feature, model, engine, prompt_revision) DO UPDATE SET reused = t.reused + 1
        """,
        *(feature, known.model, known.engine, prompt_revision),
    )


async def reserve(tx: Tx, purpose: Purpose, amount: int) -> Reservation | KnownAnswer | NotReserved:
    """Put `amount` aside for one call, unless the answer is known, is being asked for, or there is not that much left.

    Whoever reserves holds the feature's budgets until their transaction ends, so that no two ask the same. Gone when
    the person's epoch moved on.
    """
    person = purpose.person
    present = await tx.fetchval(
        "SELECT id FROM person WHERE id = $1 AND epoch = $2 AND ($3::int IS NULL OR erasures = $3) FOR SHARE",
        *(person.id, person.epoch, purpose.erasures),
    )
    if present is None:
        raise Gone("The person, or sessions of theirs, were erased meanwhile.")
    await keep_locked(tx, purpose.feature)
    row = await tx.fetchrow(
        """
        SELECT EXISTS (SELECT FROM model_call WHERE brief_digest = $1 AND prompt_hash = $2 AND outcome IS NULL
                       AND at > now() - make_interval(secs => $5)) AS asked,
          (SELECT count(*) FROM model_call WHERE person_id = $3 AND job_id = $4) AS calls
        """,
        *(purpose.brief_digest, purpose.prompt_hash, person.id, purpose.job_id, float(LONGEST_CALL_S)),
    )
    assert row is not None, "it is a row of sums"
    if row["asked"]:
        return NotReserved.ASKED
    known = await find_answer(tx, purpose.brief_digest, purpose.prompt_hash)
    if known is not None:
        await keep_reused(tx, purpose.feature, purpose.prompt_revision, known)
        return known
    if row["calls"] >= MOST_CALLS:
        return NotReserved.ENOUGH
    if not await has_room(tx, purpose.feature, amount):
        return NotReserved.NO_MONEY
    if not await has_room_for(tx, purpose.feature, person.id, amount):
        return NotReserved.NO_SHARE
    await keep_reserved(tx, purpose.feature, amount)
    reservation = Reservation(uuid4(), purpose, amount)
    await tx.execute(
        """
        INSERT INTO model_call (person_id, id, job_id, feature, model, engine, prompt_revision, prompt_hash,
          brief_digest, reserved)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        *(person.id, reservation.id, purpose.job_id, purpose.feature, purpose.model, purpose.engine),
        *(purpose.prompt_revision, purpose.prompt_hash, purpose.brief_digest, amount),
    )
    return reservation


async def settle(tx: Tx, reservation: Reservation, receipt: Receipt) -> bool:
    """Pay what the call cost and free the rest; whether it was still to be paid. Once, whoever asks.

    The answer is kept until it is published, unless the person was erased meanwhile: then only the bill remains, which
    upkeep pays to the full.
    """
    await tx.execute("SELECT FROM job WHERE id = $1 FOR NO KEY UPDATE", reservation.purpose.job_id)  # as erasures do
    await keep_locked(tx, reservation.purpose.feature)
    answer = None if receipt.answer is None else orjson.dumps(receipt.answer).decode()
    told = Receipt(receipt.outcome, receipt.cost, receipt.tokens_read, receipt.tokens_written, answer)
    settled = await _settle(tx, [(reservation.purpose.person.id, reservation.id)], told)
    await tx.execute(
        "UPDATE job SET cost_microusd = cost_microusd + $2 WHERE id = $1",
        *(reservation.purpose.job_id, receipt.cost * settled),
    )
    return bool(settled)


async def settle_forgotten(tx: Tx) -> int:
    """Pay to the full what was reserved by somebody who is gone; how many calls that were.

    What is still reserved without any call was for somebody who was erased while it went on: that is paid, too.
    """
    await keep_locked(tx)
    forgotten = await tx.fetch(
        "SELECT person_id, id FROM model_call WHERE outcome IS NULL AND at < now() - make_interval(secs => $1)",
        float(LONGEST_CALL_S),
    )
    settled = await _settle(tx, [(row["person_id"], row["id"]) for row in forgotten], None)
    await tx.execute(
        """
        WITH forgotten AS (
          SELECT b.feature, b.period, b.first_day, b.reserved - coalesce(sum(c.reserved), 0) AS amount
          FROM budget_use b LEFT JOIN model_call c ON c.feature = b.feature AND c.outcome IS NULL
            AND b.first_day = date_trunc(b.period, c.at AT TIME ZONE 'UTC')::date
          GROUP BY b.feature, b.period, b.first_day HAVING b.reserved > coalesce(sum(c.reserved), 0)
        ), paid AS (
          UPDATE budget_use u SET spent = u.spent + f.amount, reserved = u.reserved - f.amount
          FROM forgotten f WHERE (u.feature, u.period, u.first_day) = (f.feature, f.period, f.first_day)
        )
        INSERT INTO spending AS t (day, feature, model, engine, prompt_revision, cost, silent_cost)
        SELECT first_day, feature, $1, 'SMALL_MODEL', $1, amount, amount FROM forgotten WHERE period = 'DAY'
        ON CONFLICT (day, feature, model, engine, prompt_revision) DO UPDATE SET cost = t.cost + excluded.cost,
          silent_cost = t.silent_cost + excluded.silent_cost
        """,
        UNKNOWN,
    )
    return settled


async def _settle(tx: Tx, calls: Sequence[tuple[UUID, UUID]], receipt: Receipt | None) -> int:
    """Settle those of `calls` (of whom, id) that go on, each by `receipt` or to the full; how many there were."""
    told = receipt or Receipt(Outcome.SILENT, 0)
    rows = await tx.fetch(
        """
        WITH settled AS (
          UPDATE model_call SET outcome = $3, cost = CASE WHEN $8 THEN reserved ELSE $4 END, answer = $7::text::jsonb,
            kept_at = clock_timestamp()
          WHERE outcome IS NULL AND (person_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
          RETURNING feature, model, engine, prompt_revision, reserved, cost, (at AT TIME ZONE 'UTC')::date AS day,
            date_trunc('month', at AT TIME ZONE 'UTC')::date AS month
        ), used AS (
          UPDATE budget_use u SET spent = spent + s.paid, reserved = u.reserved - s.reserved
          FROM (
            SELECT feature, period, CASE period WHEN 'DAY' THEN day ELSE month END AS first_day,
              sum(cost) AS paid, sum(reserved) AS reserved
            FROM settled CROSS JOIN (VALUES ('DAY'), ('MONTH')) AS each (period) GROUP BY 1, 2, 3
          ) AS s
          WHERE (u.feature, u.period, u.first_day) = (s.feature, s.period, s.first_day)
        ), told AS (
          INSERT INTO spending AS t (day, feature, model, engine, prompt_revision, calls, tokens_read, tokens_written,
            cost, refused_cost, silent_cost)
          SELECT day, feature, model, engine, prompt_revision, count(*), $5::bigint * count(*), $6::bigint * count(*),
            sum(cost), sum(cost) * ($3 = 'REFUSED')::int, sum(cost) * ($3 = 'SILENT')::int
          FROM settled GROUP BY 1, 2, 3, 4, 5
          ON CONFLICT (day, feature, model, engine, prompt_revision) DO UPDATE SET calls = t.calls + excluded.calls,
            tokens_read = t.tokens_read + excluded.tokens_read, cost = t.cost + excluded.cost,
            tokens_written = t.tokens_written + excluded.tokens_written,
            refused_cost = t.refused_cost + excluded.refused_cost, silent_cost = t.silent_cost + excluded.silent_cost
        )
        SELECT FROM settled
        """,
        *([person_id for person_id, _ in calls], [id_ for _, id_ in calls]),
        *(told.outcome, told.cost, told.tokens_read, told.tokens_written, told.answer, receipt is None),
    )
    return len(rows)


async def keep_published(tx: Tx, published: Sequence[tuple[UUID, str, str]]) -> None:
    """Forget the answers (whose, over which brief, by which revision's hash) that texts have as their own now."""
    await tx.execute(
        """
        UPDATE model_call c SET answer = NULL
        FROM unnest($1::uuid[], $2::text[], $3::text[]) AS i (person_id, brief_digest, prompt_hash)
        WHERE (c.person_id, c.brief_digest, c.prompt_hash) = (i.person_id, i.brief_digest, i.prompt_hash)
          AND c.answer IS NOT NULL
        """,
        [person_id for person_id, _, _ in published],
        [digest for _, digest, _ in published],
        [hash_ for _, _, hash_ in published],
    )


async def was_refused(tx: Tx, brief_digest: str, prompt_hash: str) -> bool:
    """Whether a model's words over this brief were refused within a day, or pulled by a reviewer: no other is asked."""
    refused: bool = await tx.fetchval(
        """
        SELECT EXISTS (SELECT FROM model_call WHERE brief_digest = $1 AND prompt_hash = $2 AND outcome = 'REFUSED'
                       AND at > now() - interval '1 day')
          OR EXISTS (SELECT FROM writing WHERE brief_digest = $1 AND prompt_hash = $2 AND pulled)
        """,
        brief_digest,
        prompt_hash,
    )
    return refused


async def erase_unpublished(tx: Tx, *, days: int) -> int:
    """Forget answers of more than `days` ago that nobody published; how many."""
    return await tx.execute(
        "UPDATE model_call SET answer = NULL WHERE answer IS NOT NULL AND at < now() - make_interval(days => $1)", days
    )


async def erase_answers(tx: Tx, person_id: UUID) -> None:
    """Forget what models said of a person and is not published, and what they are being asked just now."""
    await tx.execute(
        "DELETE FROM model_call WHERE person_id = $1 AND (outcome IS NULL OR answer IS NOT NULL)", person_id
    )


async def erase_old(tx: Tx, *, days: int, limit: int) -> int:
    """Erase up to `limit` calls of more than `days` ago; how many."""
    return await tx.execute(
        """
        DELETE FROM model_call WHERE (person_id, id) IN (
          SELECT person_id, id FROM model_call WHERE at < now() - make_interval(days => $1) LIMIT $2)
        """,
        days,
        limit,
    )
