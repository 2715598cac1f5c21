"""How Spectrum is used, for the team: in sums over many people, and of nobody when they are few."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Self

import strawberry

from app.domain import periods
from app.domain.engagement import TARGET_MS, EventName
from app.domain.periods import PeriodKind, following, period_of
from app.domain.pictures.landscape import Granularity
from app.errors import SpectrumError, TopLevelCode
from app.storage.engagement import usage
from app.storage.engagement.usage import EventTally, LoadTally, StepTally, UsePoint
from graphql_schema.context import Context
from graphql_schema.numbers import Period, RangeInput
from graphql_schema.promises import SMALLEST_GROUP, Rate

MOST_STEPS = 10
MOST_UNITS = 400
LONGEST_WITHIN_DAYS = 90
UTC_ZONE = "UTC"
_KINDS = {Granularity.WEEK: PeriodKind.WEEK, Granularity.MONTH: PeriodKind.MONTH}


@strawberry.type(description="A day, week or month of UTC, as far as it lies in the range.")
class EngagementPoint:
    period: Period = strawberry.field(description="Days of UTC.")
    eligible: int | None = strawberry.field(
        description="People who have Spectrum today and were known by the end of the period; null under 20."
    )
    active_spectrum: int | None = strawberry.field(
        description="People who looked at something of Spectrum; null under 20."
    )
    reach: Rate = strawberry.field(description="The active, of the eligible.")
    returning: Rate = strawberry.field(description="Active in this period, of those active in the one before.")
    insights_opened: int | None = strawberry.field(description="Cards opened; null when under 20 people were active.")
    evidence_opened: int | None = strawberry.field(description="Evidence looked at; null as above.")
    rings_true: Rate = strawberry.field(description="RINGS_TRUE, of all verdicts that people gave on cards.")

    @classmethod
    def of(cls, found: UsePoint, now: datetime) -> Self:
        is_told = found.active >= SMALLEST_GROUP
        return cls(
            period=Period.at(periods.Period(found.first_day, found.last_day), UTC_ZONE, now),
            eligible=_people(found.eligible),
            active_spectrum=_people(found.active),
            reach=Rate.of(min(found.active, found.eligible), found.eligible, people=min(found.active, found.eligible)),
            returning=Rate.of(found.returned, found.before, people=min(found.active, found.before)),
            insights_opened=found.insights_opened if is_told else None,
            evidence_opened=found.evidence_opened if is_told else None,
            rings_true=Rate.of(found.rings_true, found.verdicts, people=found.tellers),
        )


@strawberry.type
class EventCount:
    name: EventName = strawberry.field(description="What happened.")
    events: int = strawberry.field(description="How often it happened.")
    people: int | None = strawberry.field(description="To how many different people; null under 20.")

    @classmethod
    def of(cls, found: EventTally) -> Self:
        return cls(name=found.name, events=found.events, people=_people(found.people))


@strawberry.type
class EngagementReport:
    period: Period = strawberry.field(description="Days of UTC.")
    points: list[EngagementPoint] = strawberry.field(description="Oldest first, also those without anybody.")
    events: list[EventCount] = strawberry.field(description="By name; without those that did not happen.")


@strawberry.type
class FunnelStep:
    name: EventName = strawberry.field(description="The step.")
    people: int | None = strawberry.field(description="Who came as far as here; null under 20.")
    from_previous: Rate = strawberry.field(description="Of those who took the step before; of the first step itself.")
    from_first: Rate = strawberry.field(description="Of those who took the first step.")
    median_seconds_from_previous: float | None = strawberry.field(
        description="Null at the first step, and under 20 people."
    )

    @classmethod
    def of(cls, found: StepTally, previous: StepTally, first: StepTally) -> Self:
        is_told = found.people >= SMALLEST_GROUP
        return cls(
            name=found.name,
            people=_people(found.people),
            from_previous=Rate.of(found.people, previous.people, people=found.people),
            from_first=Rate.of(found.people, first.people, people=found.people),
            median_seconds_from_previous=found.median_s if is_told else None,
        )


@strawberry.type(
    description="People who took the first step in the range, and how far they came within `withinDays` of it, one step"
    " after the other. Who is still within them counts as not having come further yet."
)
class FunnelReport:
    period: Period = strawberry.field(description="Days of UTC.")
    steps: list[FunnelStep] = strawberry.field(description="In the order asked for.")


@strawberry.type(description="From navigation to the first useful paint, as phones measured it.")
class LoadTime:
    screen: EventName = strawberry.field(description="By its viewing event.")
    n: int = strawberry.field(description="Loads that were told.")
    p50_ms: int | None = strawberry.field(description="Median; this and the next are null under 20 people.")
    p75_ms: int | None = strawberry.field(description="By which the target is judged.")
    p95_ms: int | None = strawberry.field(description="95th percentile.")
    target_ms: int = strawberry.field(description="Three of four loads are to be this quick.")
    met: bool | None = strawberry.field(description="Null under 20 people.")

    @classmethod
    def of(cls, found: LoadTally) -> Self:
        is_told = found.people >= SMALLEST_GROUP
        return cls(
            screen=found.screen,
            n=found.n,
            p50_ms=round(found.p50_ms) if is_told else None,
            p75_ms=round(found.p75_ms) if is_told else None,
            p95_ms=round(found.p95_ms) if is_told else None,
            target_ms=TARGET_MS,
            met=found.p75_ms <= TARGET_MS if is_told else None,
        )


def _people(count: int) -> int | None:
    return count if count >= SMALLEST_GROUP else None


async def report_engagement(context: Context, range_: RangeInput, granularity: Granularity) -> EngagementReport:
    """The use of a range, unit by unit. SpectrumError for single sessions, and for more units than a picture holds."""
    now = datetime.now(UTC)
    days = range_.period(now.date())
    units = _units(days, granularity)
    async with context.ports.store.for_reports(waits=False) as tx:
        points = await usage.list_use(tx, units)
        events = await usage.count_events(tx, days)
    return EngagementReport(
        period=Period.at(days, UTC_ZONE, now),
        points=[EngagementPoint.of(each, now) for each in points],
        events=[EventCount.of(each) for each in events],
    )


def _units(days: periods.Period, granularity: Granularity) -> list[periods.Period]:
    """The units that `days` touch, cut off where it ends."""
    if granularity is Granularity.SESSION:
        raise SpectrumError("granularity must be DAY, WEEK or MONTH: a session is one person's.", _BAD)
    if granularity is Granularity.DAY:
        found = [periods.Period(day, day) for day in days]
    else:
        kind = _KINDS[granularity]
        unit, found = period_of(kind, days.first), []
        while unit.first <= days.last:
            found.append(periods.Period(max(unit.first, days.first), min(unit.last, days.last)))
            unit = following(kind, unit)
    if len(found) > MOST_UNITS:
        raise SpectrumError(f"That are {len(found)} points: ask for a coarser granularity.", _BAD)
    return found


_BAD = TopLevelCode.BAD_USER_INPUT


async def report_funnel(context: Context, steps: list[EventName], range_: RangeInput, within_days: int) -> FunnelReport:
    """How far people came. SpectrumError for too few or too many steps, or too long a time."""
    if not 2 <= len(steps) <= MOST_STEPS:
        raise SpectrumError(f"steps must be 2 to {MOST_STEPS}.", _BAD)
    if any(one is other for one, other in pairwise(steps)):
        raise SpectrumError("steps must not name one twice in a row.", _BAD)
    if not 1 <= within_days <= LONGEST_WITHIN_DAYS:
        raise SpectrumError(f"withinDays must be 1 to {LONGEST_WITHIN_DAYS}.", _BAD)
    now = datetime.now(UTC)
    days = range_.period(now.date())
    async with context.ports.store.for_reports(waits=False) as tx:
        found = await usage.list_steps(tx, steps, days, within_days=within_days)
    before = [found[0], *found[:-1]]
    return FunnelReport(
        period=Period.at(days, UTC_ZONE, now),
        steps=[FunnelStep.of(step, earlier, found[0]) for step, earlier in zip(found, before, strict=True)],
    )


async def report_load_times(context: Context, range_: RangeInput) -> list[LoadTime]:
    """How long screens took to load in a range of days."""
    days = range_.period(datetime.now(UTC).date())
    async with context.ports.store.for_reports(waits=False) as tx:
        return [LoadTime.of(each) for each in await usage.list_load_times(tx, days)]
