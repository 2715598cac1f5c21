"""What was promised to people by the calendar, how it was kept, and what is planned next."""

from datetime import datetime
from typing import Self

import strawberry

from app.domain import periods
from app.domain.estimates.estimate import ShareSample, share_interval
from app.domain.periods import PeriodKind, format_period
from app.domain.promises import OBJECTIVE, TARGET_S, Promise
from app.jobs import JobKind
from app.storage.jobs import promises
from graphql_schema.context import Context
from graphql_schema.jobs import Job, find_jobs

SMALLEST_GROUP = 20
"""People behind a rate, at least."""
CONFIDENCE = 0.95

_DESCRIPTIONS = {
    JobKind.WEEKLY_AGGREGATION: "Closes each person's week at its end in their own zone.",
    JobKind.MONTHLY_AGGREGATION: "Closes each person's month at its end in their own zone; its summary follows.",
    JobKind.UPKEEP: "Every full hour: retention, pruning, reconciliation, broken promises.",
}


@strawberry.type(
    description="A proportion with a 95 % Wilson interval. Null rate: nothing to divide by, or group too small."
)
class Rate:
    numerator: int | None = strawberry.field(description="Null when suppressed.")
    denominator: int | None = strawberry.field(description="Null when suppressed.")
    rate: float | None = strawberry.field(description="0 to 1.")
    low: float | None = strawberry.field(description="Lower end of the 95 % interval; null with rate.")
    high: float | None = strawberry.field(description="Upper end of the 95 % interval; null with rate.")
    suppressed: bool = strawberry.field(description="True when fewer than 20 people are behind it.")

    @classmethod
    def unknown(cls) -> Self:
        """A rate that nobody has counted yet."""
        return cls(numerator=None, denominator=None, rate=None, low=None, high=None, suppressed=False)

    @classmethod
    def of(cls, numerator: int, denominator: int, *, people: int | None = None) -> Self:
        """The share of people, each an independent trial; of things, `people` says how many are behind them.

        Wilson, E. B. (1927).
        """
        if (denominator if people is None else people) < SMALLEST_GROUP:
            return cls(numerator=None, denominator=None, rate=None, low=None, high=None, suppressed=True)
        interval = share_interval(ShareSample(numerator, denominator, denominator), CONFIDENCE)
        return cls(
            numerator=numerator,
            denominator=denominator,
            rate=interval.value,
            low=interval.low,
            high=interval.high,
            suppressed=False,
        )


@strawberry.type(
    description="Promise: a viewer's weekly card or monthly summary is published within `targetSeconds` of the end of"
    " their own week or month. Periods whose sessions all came after their end, and people who had something erased"
    " since, are not part of it."
)
class SlaReport:
    period: str = strawberry.field(description="YYYY-Www or YYYY-MM, as asked.")
    target_seconds: int = strawberry.field(description="Words are promised this long after the period's end.")
    objective: float = strawberry.field(description="Share that must make it, e.g. 0.99.")
    due: int = strawberry.field(description="People whose period is over; the sum of the next four.")
    on_time: int = strawberry.field(description="Published within the target.")
    late: int = strawberry.field(description="Published after it.")
    missing: int = strawberry.field(description="Not published yet, also when sessions could not be analysed.")
    not_enough_data: int = strawberry.field(description="Closed, with too little to tell.")
    on_time_rate: Rate = strawberry.field(description="`onTime` of those for whom there was something to tell.")
    p50_lag_seconds: float | None = strawberry.field(description="Null when nothing was published.")
    p95_lag_seconds: float | None = strawberry.field(description="As above.")
    p99_lag_seconds: float | None = strawberry.field(description="As above.")
    met: bool | None = strawberry.field(description="Null until every time zone has passed its target.")
    worst: list[Job] = strawberry.field(description="Those that wait longest or ended latest; at most 10.")

    @classmethod
    def of(cls, period: str, promise: Promise, worst: list[Job]) -> Self:
        return cls(
            period=period,
            target_seconds=TARGET_S,
            objective=OBJECTIVE,
            due=promise.due,
            on_time=promise.on_time,
            late=promise.late,
            missing=promise.missing,
            not_enough_data=promise.not_enough_data,
            on_time_rate=Rate.of(promise.on_time, promise.promised),
            p50_lag_seconds=promise.p50_lag_s,
            p95_lag_seconds=promise.p95_lag_s,
            p99_lag_seconds=promise.p99_lag_s,
            met=promise.met,
            worst=worst,
        )


async def report(context: Context, kind: PeriodKind, period: periods.Period) -> SlaReport:
    """How the promise of a week or month went until now."""
    async with context.ports.store.for_everyone() as tx:
        promise = await promises.find_promise(tx, kind, period)
        ids = await promises.list_worst(tx, kind, period.first)
    worst = [job for job in await find_jobs(context, ids) if job is not None]
    return SlaReport.of(format_period(kind, period), promise, worst)


@strawberry.type(description="Work that the calendar plans.")
class Schedule:
    kind: JobKind
    description: str = strawberry.field(description="What it does and when, in a sentence.")
    last_run_at: datetime | None = strawberry.field(description="When one last ended well; null before the first.")
    next_run_at: datetime = strawberry.field(description="When the next falls due; now when some wait already.")
    catch_up_pending: int = strawberry.field(description="People, or hours, that are due and not planned yet.")


async def list_schedules(context: Context) -> list[Schedule]:
    """Everything the calendar plans."""
    async with context.ports.store.for_everyone() as tx:
        found = await promises.list_schedules(tx)
    return [
        Schedule(
            kind=each.kind,
            description=_DESCRIPTIONS[each.kind],
            last_run_at=each.last_run_at,
            next_run_at=each.next_run_at,
            catch_up_pending=each.catch_up_pending,
        )
        for each in found
    ]
