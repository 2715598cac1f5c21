"""What the checks of safety decided on: which text failed which of them, and what was done. Holds no words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.periods import Period, PeriodKind
from app.domain.safety import SafetyAction
from app.storage.store import Tx
from app.storage.words import faults

MOST_NAMES = 40
"""Checks that one decision names."""
REVIEW = "review"
"""What a decision names that a person took, and no check."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was done about one text: `failed` are the names of checks, or `REVIEW` when a person took it back."""

    period_kind: PeriodKind
    first_day: date
    finding_key: str
    failed: tuple[str, ...]
    action: SafetyAction
    prompt_revision: str


async def keep(tx: Tx, new: Sequence[tuple[UUID, Decision]]) -> None:
    """Keep decisions on people's texts, and count what their revisions failed."""
    if not new:
        return
    await faults.keep(tx, [(each.prompt_revision, each.failed) for _, each in new if each.failed != (REVIEW,)])
    await tx.execute(
        """
        INSERT INTO safety_decision (person_id, period_kind, first_day, finding_key, kind, action, prompt_revision)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[])
        """,
        [person_id for person_id, _ in new],
        [each.period_kind for _, each in new],
        [each.first_day for _, each in new],
        [each.finding_key for _, each in new],
        [", ".join(list(dict.fromkeys(each.failed))[:MOST_NAMES]) for _, each in new],
        [each.action for _, each in new],
        [each.prompt_revision for _, each in new],
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A decision as it is read; `writing_id` None when the text is not there (any more)."""

    id: UUID
    at: datetime
    kind: str
    action: SafetyAction
    prompt_revision: str | None
    person_id: UUID
    writing_id: UUID | None
    period_kind: PeriodKind


async def list_decisions(tx: Tx, days: Period, *, first: int, after: tuple[datetime, UUID] | None) -> list[Told]:
    """Up to `first` decisions of the UTC days of `days`, newest first, that follow the time and id `after`."""
    rows = await tx.fetch(
        """
        SELECT d.id, d.at, d.kind, d.action, d.prompt_revision, d.person_id, w.id AS writing_id, d.period_kind
        FROM safety_decision d LEFT JOIN writing w ON w.person_id = d.person_id AND w.period_kind = d.period_kind
          AND w.first_day = d.first_day AND w.finding_key = d.finding_key
        WHERE d.at >= $1::date::timestamp AT TIME ZONE 'UTC' AND d.at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
          AND ($3::timestamptz IS NULL OR (d.at, d.id) < ($3, $4::uuid))
        ORDER BY d.at DESC, d.id DESC LIMIT $5
        """,
        *(days.first, days.last, *(after or (None, None)), first),
    )
    return [
        Told(**{**row, "action": SafetyAction(row["action"]), "period_kind": PeriodKind(row["period_kind"])})
        for row in rows
    ]


async def erase(tx: Tx, person_id: UUID, kind: PeriodKind, first_days: Sequence[date]) -> None:
    """Erase the decisions on these periods' texts."""
    await tx.execute(
        "DELETE FROM safety_decision WHERE person_id = $1 AND period_kind = $2 AND first_day = ANY($3)",
        person_id,
        kind,
        list(first_days),
    )


async def erase_old(tx: Tx, *, days: int) -> int:
    """Erase decisions of more than `days` ago; how many."""
    return await tx.execute("DELETE FROM safety_decision WHERE at < now() - make_interval(days => $1)", days)
