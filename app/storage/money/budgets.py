"""What a feature may spend in a day and a month of UTC, and what of it is gone. Amounts are micro-dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.domain.cost import Budget, BudgetPeriod, BudgetState, Feature
from app.storage.audit import keep_audit
from app.storage.store import Tx

PRESENT = (
    "(VALUES ('DAY', (now() AT TIME ZONE 'UTC')::date),"
    " ('MONTH', date_trunc('month', now() AT TIME ZONE 'UTC')::date)) AS present (period, first_day)"
)
"""The day and the month that it is."""


async def list_budgets(tx: Tx, feature: Feature | None = None) -> list[Budget]:
    """Every budget (of `feature`, when one is given) with what is spent and reserved of its present period."""
    rows = await tx.fetch(
        f"""
        SELECT b.feature, b.period, b.allowed, b.warn_at, b.revision,
          coalesce(u.spent, 0) AS spent, coalesce(u.reserved, 0) AS reserved, u.lacked,
          extract(epoch FROM (now() AT TIME ZONE 'UTC') - first_day)
            / extract(epoch FROM first_day + ('1 ' || b.period)::interval - first_day) AS elapsed
        FROM budget b JOIN {PRESENT} USING (period) LEFT JOIN budget_use u USING (feature, period, first_day)
        WHERE $1::text IS NULL OR b.feature = $1
        ORDER BY b.feature, b.period
        """,
        feature,
    )
    return [
        Budget(
            feature=Feature(row["feature"]),
            period=BudgetPeriod(row["period"]),
            limit=row["allowed"],
            warn_at=row["warn_at"],
            revision=row["revision"],
            spent=row["spent"],
            reserved=row["reserved"],
            lacked=row["lacked"],
            elapsed=float(row["elapsed"]),
        )
        for row in rows
    ]


async def keep_locked(tx: Tx, feature: Feature | None = None) -> None:
    """Hold the budgets of a feature (or all) until the transaction ends, so that two never share what is left."""
    await tx.execute(
        "SELECT FROM budget WHERE $1::text IS NULL OR feature = $1 ORDER BY feature, period FOR UPDATE", feature
    )


async def has_room(tx: Tx, feature: Feature, amount: int) -> bool:
    """Whether both budgets of the feature have `amount` left."""
    room: bool = await tx.fetchval(
        f"""
        SELECT count(*) = 2 AND bool_and(coalesce(u.spent, 0) + coalesce(u.reserved, 0) + $2 <= b.allowed)
        FROM budget b JOIN {PRESENT} USING (period) LEFT JOIN budget_use u USING (feature, period, first_day)
        WHERE b.feature = $1
        """,
        feature,
        amount,
    )
    return room


async def keep_lacking(tx: Tx, feature: Feature, amount: int) -> None:
    """Write down in which of the feature's budgets no writer had room for `amount`, the cheapest that was needed."""
    await tx.execute(
        f"""
        INSERT INTO budget_use (feature, period, first_day, lacked)
        SELECT $1, period, first_day, $2 FROM budget b JOIN {PRESENT} USING (period)
          LEFT JOIN budget_use u USING (feature, period, first_day)
        WHERE b.feature = $1 AND coalesce(u.spent, 0) + coalesce(u.reserved, 0) + $2 > b.allowed
        ON CONFLICT (feature, period, first_day) DO UPDATE SET lacked = least(budget_use.lacked, excluded.lacked)
        """,
        feature,
        amount,
    )


async def has_room_for(tx: Tx, feature: Feature, person_id: UUID, amount: int) -> bool:
    """Whether the feature may still spend `amount` for one person this month."""
    room: bool | None = await tx.fetchval(
        f"""
        SELECT b.person_allowed IS NULL OR $2 <= b.person_allowed - (
          SELECT coalesce(sum(coalesce(c.cost, c.reserved)), 0) FROM model_call c
          WHERE c.person_id = $3 AND c.feature = $1 AND c.at >= present.first_day::timestamp AT TIME ZONE 'UTC')
        FROM budget b JOIN {PRESENT} USING (period) WHERE b.feature = $1 AND b.period = 'MONTH'
        """,
        feature,
        amount,
        person_id,
    )
    return bool(room)


async def keep_reserved(tx: Tx, feature: Feature, amount: int) -> None:
    """Put `amount` aside in both periods."""
    await tx.execute(
        f"""
        INSERT INTO budget_use (feature, period, first_day, reserved)
        SELECT $1, period, first_day, $2 FROM {PRESENT}
        ON CONFLICT (feature, period, first_day) DO UPDATE SET reserved = budget_use.reserved + excluded.reserved
        """,
        feature,
        amount,
    )


@dataclass(frozen=True, slots=True)
class Turned:
    """A budget that came into another state."""

    feature: Feature
    period: BudgetPeriod
    state: BudgetState


async def keep_states(tx: Tx, cheaper_from: Mapping[Feature, float]) -> list[Turned]:
    """Write down in which state each budget is, where that is another than it was; those that turned."""
    turned = [
        Turned(budget.feature, budget.period, budget.state(cheaper_from=cheaper_from.get(budget.feature, 1.0)))
        for budget in await list_budgets(tx)
    ]
    rows = await tx.fetch(
        f"""
        UPDATE budget_use u SET state = i.state
        FROM unnest($1::text[], $2::text[], $3::text[]) AS i (feature, period, state) JOIN {PRESENT} USING (period)
        WHERE (u.feature, u.period, u.first_day) = (i.feature, i.period, present.first_day) AND u.state <> i.state
        RETURNING u.feature, u.period
        """,
        *([each.feature for each in turned], [each.period for each in turned], [each.state for each in turned]),
    )
    changed = {(row["feature"], row["period"]) for row in rows}
    return [each for each in turned if (each.feature, each.period) in changed]


async def change_budget(tx: Tx, seen: Budget, *, limit: int, warn_at: float, actor: str) -> bool:
    """Let a feature spend `limit` in a period; False when the budget is no more as it was `seen`. Audited."""
    changed = await tx.execute(
        """
        UPDATE budget SET allowed = $3, warn_at = $4, revision = revision + 1
        WHERE feature = $1 AND period = $2 AND revision = $5
        """,
        *(seen.feature, seen.period, limit, warn_at, seen.revision),
    )
    if changed:
        await keep_audit(tx, f"budget {seen.feature} {seen.period}", actor=actor, reason=f"{limit} micro-dollars")
    return bool(changed)
