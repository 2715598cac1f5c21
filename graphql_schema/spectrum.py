"""Everything Spectrum shows a person. One `dataRevision` covers the whole object."""

import asyncio
from datetime import date, datetime, timedelta
from enum import StrEnum

import strawberry

from app.domain.affect import Source
from app.domain.findings import InsightKind, sessions_needed_for_month
from app.domain.fold import fold
from app.domain.glossary import GLOSSARY
from app.domain.measures import SESSIONS_FOR_CARD
from app.domain.periods import Period, month_of, week_of
from app.domain.pictures.distribution import DistributionDimension
from app.domain.pictures.landscape import Granularity
from app.domain.pictures.turn_impact import TurnGrouping
from app.domain.sessions import SessionStatus
from app.storage import people
from app.storage.history import numbers, sessions
from app.storage.people import Head
from graphql_schema.context import Context, Info, local_today
from graphql_schema.directives import costs
from graphql_schema.distribution import Distribution, find_distribution
from graphql_schema.insights import InsightConnection, list_insights
from graphql_schema.landscape import Landscape, find_landscape
from graphql_schema.language import IN_THEIR_LANGUAGE
from graphql_schema.node import After, First
from graphql_schema.numbers import RangeInput
from graphql_schema.previews import ExclusionPreview, ExclusionPreviewInput, preview_exclusion
from graphql_schema.scalars import Month, Week
from graphql_schema.summaries import (
    MonthlySummary,
    MonthlySummaryConnection,
    WeeklySummary,
    find_monthly_summary,
    find_weekly_summary,
    list_monthly_summaries,
)
from graphql_schema.turn_impact import TurnImpactSummary, find_turn_impact


@strawberry.enum(
    description="EMPTY: no session yet. COLLECTING: not enough for the first weekly insight. REBUILDING: a reset is"
    " running; reads answer from what remains. PAUSED: the viewer has paused analysis."
)
class SpectrumState(StrEnum):
    EMPTY = "EMPTY"
    COLLECTING = "COLLECTING"
    READY = "READY"
    REBUILDING = "REBUILDING"
    PAUSED = "PAUSED"


@strawberry.type(description="Why there is nothing yet, in numbers.")
class CollectionProgress:
    analysed_sessions: int = strawberry.field(description="Counted in numbers now.")
    excluded_sessions: int = strawberry.field(description="Left out by the viewer.")
    pending_sessions: int = strawberry.field(description="Finished, waiting for analysis.")
    failed_sessions: int = strawberry.field(description="Could not be analysed; they are left out of every number.")
    needed_for_weekly: int = strawberry.field(
        description="Sessions still missing for this week's first card; 0 when reached."
    )
    needed_for_monthly: int = strawberry.field(
        description="Sessions still missing for this month's narrative; 0 when reached."
    )
    next_weekly_on: date | None = strawberry.field(description="Local date of the next weekly card; null when paused.")


@strawberry.type
class GlossaryEntry:
    key: str = strawberry.field(description="Enum value of a pattern, an emotion or a metric.")
    label: str = strawberry.field(description="In the request's language.", metadata=IN_THEIR_LANGUAGE)
    description: str = strawberry.field(
        description="What it means, in one or two plain sentences, in the request's language.",
        metadata=IN_THEIR_LANGUAGE,
    )


def _period(range_: RangeInput, head: Head) -> Period:
    return range_.period(local_today(head))


def _chosen(sources: list[Source] | None) -> frozenset[Source] | None:
    return None if sources is None else frozenset(sources)


@strawberry.type(
    description="Everything Spectrum shows. One `dataRevision` covers the whole object: same revision, same answers."
)
class Spectrum:
    data_revision: str = strawberry.field(description="Changes whenever any number below could.")

    @strawberry.field
    async def state(self, info: Info) -> SpectrumState:
        return await _state(info.context)

    @strawberry.field
    async def progress(self, info: Info) -> CollectionProgress:
        return await _progress(info.context)

    @strawberry.field(description="When the newest session was folded in; null when none was.")
    async def fresh_at(self, info: Info) -> datetime | None:
        person_id = info.context.person_id()
        async with info.context.read() as tx:
            return await numbers.find_fresh(tx, person_id)

    @strawberry.field(
        description="Screen 1. Where sessions sit on the feeling plane over time.", directives=costs(5, max_age_s=300)
    )
    async def landscape(
        self,
        info: Info,
        range: RangeInput,  # noqa: A002 - the contract's name
        granularity: Granularity = Granularity.DAY,
        sources: list[Source] | None = None,
    ) -> Landscape:
        period = _period(range, await info.context.head())
        return await find_landscape(info.context, period, granularity, _chosen(sources))

    @strawberry.field(
        description="Screen 2. How sessions divide over one dimension.", directives=costs(5, max_age_s=300)
    )
    async def distribution(
        self,
        info: Info,
        range: RangeInput,  # noqa: A002 - the contract's name
        by: DistributionDimension,
        sources: list[Source] | None = None,
    ) -> Distribution:
        period = _period(range, await info.context.head())
        return await find_distribution(info.context, period, by, _chosen(sources))

    @strawberry.field(
        description="What moved inside sessions, turn by turn, and which kinds of turn it went with.",
        directives=costs(5, max_age_s=300),
    )
    async def turn_impact(
        self,
        info: Info,
        range: RangeInput,  # noqa: A002 - the contract's name
        group_by: TurnGrouping = TurnGrouping.KIND,
    ) -> TurnImpactSummary:
        return await find_turn_impact(info.context, _period(range, await info.context.head()), group_by)

    @strawberry.field(description="Screen 3. Newest first. Withdrawn cards are left out.", directives=costs(1))
    async def insight_feed(
        self,
        info: Info,
        first: First,
        after: After = None,
        kinds: list[InsightKind] | None = None,
        week: Week | None = None,
    ) -> InsightConnection:
        return await list_insights(info.context, first=first, after=after, kinds=kinds, week=week)

    @strawberry.field(
        description="Null when the week lies before the first session or in the future.", directives=costs(3)
    )
    async def weekly_summary(self, info: Info, week: Week) -> WeeklySummary | None:
        return await find_weekly_summary(info.context, week)

    @strawberry.field(
        description="Screen 4. A month without enough data says so in `status`. Null only for future months.",
        directives=costs(3),
    )
    async def monthly_summary(self, info: Info, month: Month) -> MonthlySummary | None:
        return await find_monthly_summary(info.context, month)

    @strawberry.field(
        description="From the month that it is back to that of the first session, one entry a month, newest first.",
        directives=costs(2),
    )
    async def monthly_summaries(self, info: Info, first: First, after: After = None) -> MonthlySummaryConnection:
        return await list_monthly_summaries(info.context, first=first, after=after)

    @strawberry.field(
        description="What would change if this were left out (or, with `removeExclusionIds`, put back). Changes"
        " nothing.",
        directives=costs(20),
    )
    async def exclusion_preview(
        self,
        info: Info,
        input: ExclusionPreviewInput,  # noqa: A002 - the contract's name
    ) -> ExclusionPreview:
        return await preview_exclusion(info.context, input)

    @strawberry.field(
        description="Short plain-language notes on each pattern, emotion and measure. Static: at most 60 items.",
        directives=costs(0, max_age_s=86_400),
    )
    def glossary(self) -> list[GlossaryEntry]:
        return [GlossaryEntry(key=note.key, label=note.label, description=note.description) for note in GLOSSARY]


async def find_spectrum(context: Context) -> Spectrum | None:
    """The caller's Spectrum; None without entitlement."""
    head = await context.head()
    return None if head.plan == "FREE" else Spectrum(data_revision=head.data_revision)


async def _state(context: Context) -> SpectrumState:
    head = await context.head()
    async with context.read() as tx:
        stands = await people.find_standing(tx, context.person_id())
    if stands.is_being_erased:
        return SpectrumState.REBUILDING
    if head.paused:
        return SpectrumState.PAUSED
    if not stands.has_sessions:
        return SpectrumState.EMPTY
    return SpectrumState.READY if stands.has_cards else SpectrumState.COLLECTING


async def _progress(context: Context) -> CollectionProgress:
    head, person_id = await context.head(), context.person_id()
    today = local_today(head)
    async with context.read() as tx:
        by_status, counted = await asyncio.gather(sessions.count_by_status(tx, person_id), numbers.count(tx, person_id))
    excluded = await _count_excluded(context) if await context.targets() else 0
    week, month = await context.fold(week_of(today)), await context.fold(month_of(today))
    return CollectionProgress(
        analysed_sessions=counted - excluded,
        excluded_sessions=excluded,
        pending_sessions=by_status.get(SessionStatus.PENDING, 0) + by_status.get(SessionStatus.RUNNING, 0),
        failed_sessions=by_status.get(SessionStatus.FAILED, 0) + by_status.get(SessionStatus.SKIPPED, 0),
        needed_for_weekly=max(0, SESSIONS_FOR_CARD - week.session_count),
        needed_for_monthly=sessions_needed_for_month(month),
        next_weekly_on=None if head.paused else week.period.last + timedelta(days=1),
    )


async def _count_excluded(context: Context) -> int:
    """How many sessions of all times the caller leaves out."""
    async with context.read() as tx:
        every = await numbers.list_numbers(tx, context.person_id())
    return fold(every, await context.targets(), Period(date.min, date.max)).excluded_count
