"""The envelopes as they stand now: each limit beside its present value, or why there is none here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

import strawberry

from app.domain.cost import MILLION, Budget
from app.domain.envelopes import ENVELOPES, SESSIONS_A_YEAR, Envelope, EnvelopeState, EnvelopeUnit
from app.domain.periods import Period, PeriodKind, period_of
from app.domain.promises import Promise
from app.jobs import Queue
from app.memory import resident_bytes
from app.storage.engagement import usage
from app.storage.engagement.usage import LoadTally
from app.storage.jobs import promises, queues
from app.storage.jobs.queues import Depth
from app.storage.money import budgets, spending
from app.storage.weight import Weight, weigh
from graphql_schema.context import Context
from graphql_schema.promises import SMALLEST_GROUP

DAYS = 28
DAYS_A_MONTH = 365.25 / 12
FEWEST_SESSIONS = 100_000
"""Under this the empty tables outweigh what is in them."""
FEW = f"Fewer than {SMALLEST_GROUP} people."
OPEN = "Not every time zone has passed its target."
LIGHT = f"Fewer than {FEWEST_SESSIONS:,} sessions: the empty tables outweigh them."
UNTOLD = "This system does not tell it."
THOUSAND = 1_000


@strawberry.type(description="A limit that Spectrum is run inside, and how it stands. docs/envelopes.md.")
class EnvelopeReading:
    key: str
    what: str = strawberry.field(description="What is limited, in words.")
    limit: float = strawberry.field(description="At most so much, in `unit`.")
    unit: EnvelopeUnit = strawberry.field(description="What limit and present value count.")
    present: float | None = strawberry.field(description="The value now; null where this program cannot know it.")
    state: EnvelopeState
    why: str | None = strawberry.field(description="Why there is no present value; null where there is one.")
    command: str = strawberry.field(description="What measures it: a command, or the team's pages.")

    @classmethod
    def of(cls, envelope: Envelope, present: "float | str") -> Self:
        """An envelope with its value, or with the reason why there is none."""
        value = None if isinstance(present, str) else float(present)
        return cls(
            key=envelope.key,
            what=envelope.what,
            limit=float(envelope.limit),
            unit=envelope.unit,
            present=value,
            state=envelope.state(value),
            why=present if isinstance(present, str) else None,
            command=envelope.command,
        )


@dataclass(frozen=True, slots=True)
class _Now:
    """What was read at one moment. `spent` is micro-dollars, `active` people, of the last days."""

    loads: Sequence[LoadTally]
    week: Promise
    month: Promise
    depths: Mapping[Queue, Depth]
    spent: int
    active: int
    budgets: Sequence[Budget]
    weight: Weight


async def list_envelopes(context: Context) -> list[EnvelopeReading]:
    """Every envelope, then the budget of each feature that may spend anything."""
    today = datetime.now(UTC).date()
    days = Period(today - timedelta(days=DAYS - 1), today)
    async with context.ports.store.for_everyone() as tx:
        now = _Now(
            loads=await usage.list_load_times(tx, days),
            week=await promises.find_promise(tx, PeriodKind.WEEK, _last(PeriodKind.WEEK, today)),
            month=await promises.find_promise(tx, PeriodKind.MONTH, _last(PeriodKind.MONTH, today)),
            depths={each.queue: each for each in await queues.list_depths(tx) if each.kind is None},
            spent=sum(each.cost for each in await spending.list_spending(tx, days)),
            active=await usage.count_active(tx, days),
            budgets=await budgets.list_budgets(tx),
            weight=await weigh(tx),
        )
    present = _present(now)
    found = [
        EnvelopeReading.of(each, present[each.key] if each.elsewhere is None else each.elsewhere)
        for each in ENVELOPES.values()
    ]
    return [*found, *map(_budget, filter(lambda each: each.limit > 0, now.budgets))]


def _last(kind: PeriodKind, today: date) -> Period:
    """The period before the one that it is."""
    return period_of(kind, period_of(kind, today).first - timedelta(days=1))


def _present(now: _Now) -> dict[str, float | str]:
    """The values that this program can know, by the envelope's key."""
    told = [each.p75_ms for each in now.loads if each.people >= SMALLEST_GROUP]
    resident, weight = resident_bytes(), now.weight
    a_month = now.spent / MILLION * DAYS_A_MONTH / DAYS
    a_session = weight.bytes / 1024 / weight.sessions if weight.sessions >= FEWEST_SESSIONS else None
    return {
        "pages.load": max(told, default=FEW),
        "sla.week": _broken(now.week),
        "sla.month": _broken(now.month),
        **dict(_queues(now.depths)),
        "spend.thousand": a_month / now.active * THOUSAND if now.active >= SMALLEST_GROUP else FEW,
        "memory.api": resident / 1024**2 if resident else UNTOLD,
        "database.connections": weight.connections / weight.most_connections,
        "database.person_year": a_session * SESSIONS_A_YEAR if a_session else LIGHT,
    }


def _broken(promise: Promise) -> float | str:
    """The share of people to whom it was not kept; none is told of a few, or before it is decided."""
    if not promise.complete:
        return OPEN
    if promise.promised < SMALLEST_GROUP:
        return FEW
    return (promise.late + promise.missing) / promise.promised


def _queues(depths: Mapping[Queue, Depth]) -> Iterator[tuple[str, float]]:
    for queue in Queue:
        depth = depths.get(queue)
        yield f"queue.{queue}.age", depth.oldest_age_s or 0.0 if depth else 0.0
        yield f"queue.{queue}.depth", float(depth.depth) if depth else 0.0


def _budget(budget: Budget) -> EnvelopeReading:
    """What a feature may spend in the present day or month, as an envelope of its own; what is put aside counts."""
    envelope = Envelope(
        f"budget.{budget.feature}.{budget.period}",
        f"Budget of {budget.feature}, this {budget.period.lower()}",
        budget.limit / MILLION,
        EnvelopeUnit.DOLLARS,
        "/ops/money",
    )
    return EnvelopeReading.of(envelope, (budget.spent + budget.reserved) / MILLION)
