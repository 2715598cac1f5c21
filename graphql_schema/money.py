"""What models cost, may cost, and are asked for: spending, budgets and routes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

import strawberry

from app.domain.access import Role
from app.domain.cost import MILLION, PRIORITY, BudgetPeriod, BudgetState, Engine, Feature
from app.domain.cost import Budget as Kept
from app.errors import ErrorCode, Refused, SpectrumError, TopLevelCode
from app.gateways.routes import Routes
from app.pipeline.paying import cheaper_from, tell_turned
from app.storage.engagement import usage
from app.storage.money import budgets, spending
from app.storage.money.spending import Spending
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.ids import decode, encode
from graphql_schema.job_desk import refuse
from graphql_schema.node import Node, Payload, user_errors
from graphql_schema.numbers import Period, RangeInput
from graphql_schema.promises import SMALLEST_GROUP
from prompts import list_prompts

MOST_DOLLARS = 1_000_000
_EXACT = Decimal("0.000001")


@strawberry.enum(description="What spending is summed by.")
class SpendDimension(StrEnum):
    FEATURE = "FEATURE"
    MODEL = "MODEL"
    ENGINE = "ENGINE"
    PROMPT_REVISION = "PROMPT_REVISION"
    DAY = "DAY"


BY_FEATURE = [SpendDimension.FEATURE]
GroupBy = Annotated[list[SpendDimension], strawberry.argument(description="At most 5, each once.")]


def dollars(micro: float) -> Decimal:
    """US dollars, exact to a millionth."""
    return (Decimal(micro) / MILLION).quantize(_EXACT)


@strawberry.type
class SpendRow:
    keys: list[str] = strawberry.field(description="Values in the order of `groupBy`.")
    calls: int = strawberry.field(description="Calls of models, those that gave nothing too.")
    input_tokens: int = strawberry.field(description="As counted by those that answered.")
    output_tokens: int = strawberry.field(description="As above.")
    cache_hits: int = strawberry.field(description="Answers that were used again instead of a call.")
    cost: Decimal = strawberry.field(description="US dollars.")
    rejected_cost: Decimal = strawberry.field(description="Spent on texts that failed their checks.")

    @classmethod
    def of(cls, keys: Sequence[str], rows: Sequence[Spending]) -> Self:
        return cls(
            keys=list(keys),
            calls=sum(row.calls for row in rows),
            input_tokens=sum(row.tokens_read for row in rows),
            output_tokens=sum(row.tokens_written for row in rows),
            cache_hits=sum(row.reused for row in rows),
            cost=dollars(sum(row.cost for row in rows)),
            rejected_cost=dollars(sum(row.refused_cost for row in rows)),
        )


@strawberry.type(description="What calls of models cost, by days of UTC.")
class SpendReport:
    period: Period = strawberry.field(description="Days of UTC.")
    total: Decimal = strawberry.field(description="US dollars.")
    rows: list[SpendRow] = strawberry.field(description="Dearest first; at most 1,000.")
    wasted: Decimal = strawberry.field(description="Of the total, spent on calls that gave no text to show.")
    per_active_viewer: Decimal | None = strawberry.field(
        description="The total for each person who looked at something of Spectrum in the range; null under 20."
    )


MOST_ROWS = 1_000


def _key(row: Spending, by: SpendDimension) -> str:
    return {
        SpendDimension.FEATURE: row.feature,
        SpendDimension.MODEL: row.model,
        SpendDimension.ENGINE: row.engine,
        SpendDimension.PROMPT_REVISION: row.prompt_revision,
        SpendDimension.DAY: row.day.isoformat(),
    }[by]


async def report_spend(context: Context, range_: RangeInput, group_by: Sequence[SpendDimension]) -> SpendReport:
    """Everything that was spent in a range of days, summed. BAD_USER_INPUT when a dimension is named twice."""
    if len(set(group_by)) < len(group_by):
        raise SpectrumError("groupBy must name each dimension once.", TopLevelCode.BAD_USER_INPUT)
    now = datetime.now(UTC)
    days = range_.period(now.date())
    async with context.ports.store.for_everyone() as tx:
        found = await spending.list_spending(tx, days)
    async with context.ports.store.for_reports(waits=False) as tx:
        active = await usage.count_active(tx, days)
    total = sum(row.cost for row in found)
    groups: dict[tuple[str, ...], list[Spending]] = defaultdict(list)
    for row in found:
        groups[tuple(_key(row, by) for by in group_by)].append(row)
    rows = [SpendRow.of(keys, each) for keys, each in groups.items()]
    return SpendReport(
        period=Period.at(days, "UTC", now),
        total=dollars(total),
        rows=sorted(rows, key=lambda row: (-row.cost, row.keys))[:MOST_ROWS],
        wasted=dollars(sum(row.refused_cost + row.silent_cost for row in found)),
        per_active_viewer=dollars(round(total / active)) if active >= SMALLEST_GROUP else None,
    )


@strawberry.type(description="What a feature may spend in a day or month of UTC, and what of it is gone.")
class Budget(Node):
    id: strawberry.ID
    feature: Feature = strawberry.field(description="What pays.")
    period: BudgetPeriod
    limit: Decimal = strawberry.field(description="US dollars.")
    spent: Decimal = strawberry.field(description="In the present day or month.")
    reserved: Decimal = strawberry.field(description="Put aside for calls that are not over.")
    projected: Decimal = strawberry.field(description="What will be spent by its end if it goes on like this.")
    state: BudgetState = strawberry.field(description="What is still allowed.")
    priority: int = strawberry.field(description="The lower, the cheaper the first model that is asked.")
    warn_at: float = strawberry.field(description="From which share on it is WARNING, 0 to 1.")
    revision: int = strawberry.field(description="Grows by 1 with every change.")

    @classmethod
    def of(cls, budget: Kept, routes: Routes) -> Self:
        return cls(
            id=encode("Budget", f"{budget.feature}.{budget.period}"),
            feature=budget.feature,
            period=budget.period,
            limit=dollars(budget.limit),
            spent=dollars(budget.spent),
            reserved=dollars(budget.reserved),
            projected=dollars(budget.projected),
            state=budget.state(cheaper_from=cheaper_from(routes).get(budget.feature, 1.0)),
            priority=PRIORITY[budget.feature],
            warn_at=budget.warn_at,
            revision=budget.revision,
        )


async def list_budgets(context: Context) -> list[Budget]:
    """Every budget as it stands now."""
    async with context.ports.store.for_everyone() as tx:
        found = await budgets.list_budgets(tx)
    return [Budget.of(each, context.ports.routes) for each in found]


@strawberry.type(
    description="Which writer serves a feature, by how much of its budget is left; the local composer comes last."
)
class ModelRoute:
    feature: Feature = strawberry.field(description="What pays.")
    tier: int = strawberry.field(description="1 is asked first.")
    engine: Engine = strawberry.field(description="Which kind of writer it is.")
    model: str = strawberry.field(description="Its name in spending; `composer` needs no model.")
    while_budget_under: float = strawberry.field(description="Share of the budgets, 0 to 1, until which it is asked.")
    max_input_tokens: int = strawberry.field(description="0 for the composer.")
    max_output_tokens: int = strawberry.field(description="0 for the composer.")


@dataclass(frozen=True, slots=True)
class _Limits:
    read: int = 0
    written: int = 0


def list_routes(routes: Routes) -> list[ModelRoute]:
    """Who is asked for the words of each feature, in order."""
    limits = {
        Feature(prompt.feature): _Limits(prompt.limits.max_input_tokens, prompt.limits.max_output_tokens)
        for prompt in list_prompts()
    }
    return list(_routes(routes, limits))


def _routes(routes: Routes, limits: dict[Feature, _Limits]) -> Iterable[ModelRoute]:
    for feature in Feature:
        tiers = routes.get(feature, ())
        most = limits.get(feature, _Limits())
        for number, tier in enumerate(tiers, start=1):
            yield ModelRoute(
                feature=feature,
                tier=number,
                engine=tier.deployment.engine,
                model=tier.deployment.name,
                while_budget_under=tier.while_budget_under,
                max_input_tokens=most.read,
                max_output_tokens=most.written,
            )
        if feature is not Feature.RUBRIC_SCORING:
            yield ModelRoute(
                feature=feature,
                tier=len(tiers) + 1,
                engine=Engine.TEMPLATE,
                model="composer",
                while_budget_under=1.0,
                max_input_tokens=0,
                max_output_tokens=0,
            )


@strawberry.input
class SetBudgetInput:
    budget_id: strawberry.ID
    limit: Decimal = strawberry.field(description="US dollars, 0 to 1,000,000; 0: nothing is asked.")
    warn_at: float | None = strawberry.field(default=None, description="0 to 1; null: as it is.")
    expected_revision: int = strawberry.field(description="Optimistic lock: the revision that was seen.")


@strawberry.type
class BudgetPayload(Payload):
    budget: Budget | None = strawberry.field(description="As it stands now; null when refused.")


@strawberry.type
class BudgetMutation:
    @strawberry.mutation(
        description="Let a feature spend more or less in a day or month. What is spent already stays spent; kept in the"
        " audit log.",
        **only(Role.ADMIN),
    )
    async def set_budget(self, info: Info, input: SetBudgetInput) -> BudgetPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            changed = await _set(context, input)
            await tell_turned(context.ports)
        except Refused as refused:
            return BudgetPayload(user_errors=user_errors(refused), budget=None)
        return BudgetPayload(user_errors=[], budget=Budget.of(changed, context.ports.routes))


async def _set(context: Context, asked: SetBudgetInput) -> Kept:
    """Change a budget; as it stands then. Refused when it is not there, out of range, or not as it was seen."""
    if asked.limit > MOST_DOLLARS:
        raise refuse(ErrorCode.OUT_OF_RANGE, f"limit must be 0 to {MOST_DOLLARS:,} dollars.", "limit")
    if asked.warn_at is not None and not 0 <= asked.warn_at <= 1:
        raise refuse(ErrorCode.OUT_OF_RANGE, "warnAt must be 0 to 1.", "warnAt")
    async with context.ports.store.for_everyone() as tx:
        known = {f"{each.feature}.{each.period}": each for each in await budgets.list_budgets(tx)}
        kind, key = decode(asked.budget_id)
        budget = known.get(key) if kind == "Budget" else None
        if budget is None:
            raise refuse(ErrorCode.NOT_FOUND, "There is no such budget.", "budgetId")
        changed = await budgets.change_budget(
            tx,
            replace(budget, revision=asked.expected_revision),
            limit=int(asked.limit * MILLION),
            warn_at=budget.warn_at if asked.warn_at is None else asked.warn_at,
            actor=context.actor(),
        )
        if not changed:
            raise refuse(ErrorCode.CONFLICT, "Somebody changed it meanwhile: look again.", "expectedRevision")
        return next(each for each in await budgets.list_budgets(tx) if f"{each.feature}.{each.period}" == key)
