"""The week and the month as a whole."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import Self

import strawberry

from app.domain.findings import sessions_needed_for_month
from app.domain.fold import Fold, compare, fold, is_enough_for_month
from app.domain.measures import SESSIONS_FOR_CARD, Metric
from app.domain.narrative import SectionKind, narrative_from_json
from app.domain.news import own_key
from app.domain.periods import Period as Days
from app.domain.periods import PeriodKind, ends_at, format_period, month_of, previous
from app.domain.pictures.distribution import DistributionDimension
from app.domain.pictures.landscape import Granularity
from app.jobs import JobKind
from app.pipeline.narrate import FINDING_KEY
from app.storage.history import sessions
from app.storage.jobs import ledger
from app.storage.people import Head
from app.storage.words import aggregates, writings
from app.storage.words.writings import Writing, WritingStatus
from graphql_schema.context import Context, Info, local_today
from graphql_schema.directives import costs
from graphql_schema.distribution import Distribution, find_distribution
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor
from graphql_schema.insights import Claim, InsightConnection, Provenance, list_insights, show_claims
from graphql_schema.landscape import Landscape, find_landscape
from graphql_schema.node import After, First, Node, PageInfo, page_size
from graphql_schema.numbers import Comparison, Period
from graphql_schema.scalars import Month, Week, read_month

PROMISE = timedelta(minutes=60)
_PICTURES = {
    SectionKind.PATTERNS: DistributionDimension.PATTERN,
    SectionKind.RHYTHMS: DistributionDimension.TIME_OF_DAY,
}


def own_part(context: Context, key: str) -> str | None:
    """The calendar unit in such a key, None when it is not the caller's."""
    owner, _, unit = key.partition(".")
    return unit if owner == str(context.person_id()) else None


@strawberry.enum(
    description="PENDING: due, being written. NOT_ENOUGH_DATA: see `sessionsNeeded`. REBUILDING: readable, while a"
    " newer version is being written. IN_PROGRESS: the period is not over. NUMBERS_ONLY: no words passed their checks."
)
class SummaryStatus(StrEnum):
    READY = "READY"
    PENDING = "PENDING"
    NOT_ENOUGH_DATA = "NOT_ENOUGH_DATA"
    REBUILDING = "REBUILDING"
    IN_PROGRESS = "IN_PROGRESS"
    NUMBERS_ONLY = "NUMBERS_ONLY"


_DUE = (SummaryStatus.PENDING, SummaryStatus.IN_PROGRESS)


@strawberry.type
class WeeklySummary(Node):
    days: strawberry.Private[Days]
    id: strawberry.ID
    week: Week
    period: Period
    status: SummaryStatus
    sessions_needed: int | None = strawberry.field(description="Sessions still needed; null unless NOT_ENOUGH_DATA.")
    expected_by: datetime | None = strawberry.field(
        description="Promised time of publication; null once READY, when nothing is due, and when it ended in a pause."
    )
    published_at: datetime | None = strawberry.field(description="Null until READY.")

    @strawberry.field
    async def landscape(self, info: Info) -> Landscape:
        return await find_landscape(info.context, self.days, Granularity.DAY)

    @strawberry.field
    async def top_patterns(self, info: Info) -> Distribution:
        return await find_distribution(info.context, self.days, DistributionDimension.PATTERN)

    @strawberry.field(directives=costs(1))
    async def insights(self, info: Info, first: First, after: After = None) -> InsightConnection:
        return await list_insights(info.context, first=first, after=after, week=self.days)


async def find_weekly_summary(context: Context, week: Days) -> WeeklySummary | None:
    """The caller's week; None before their first session and in the future."""
    head, person_id = await context.head(), context.person_id()
    async with context.read() as tx:
        span = await sessions.find_span(tx, person_id)
        closed = await aggregates.find_ref(tx, person_id, PeriodKind.WEEK, week.first)
        cards = await writings.list_feed(tx, person_id, first=3, after=None, week=week.first)
    if span is None or week.last < span.first or week.first > local_today(head):
        return None
    counted = (await context.fold(week)).session_count
    status = _week_status(head, week, closed=closed is not None, counted=counted, cards=cards)
    ready = status in (SummaryStatus.READY, SummaryStatus.REBUILDING)
    return WeeklySummary(
        days=week,
        id=encode("WeeklySummary", own_key(person_id, PeriodKind.WEEK, week)),
        week=Week(week),
        period=Period.of(week, head),
        status=status,
        sessions_needed=SESSIONS_FOR_CARD - counted if status is SummaryStatus.NOT_ENOUGH_DATA else None,
        expected_by=_expected_by(week, head) if status in _DUE else None,
        published_at=min((card.published_at for card in cards), default=None) if ready else None,
    )


def _expected_by(period: Days, head: Head) -> datetime | None:
    """When the words of a period are promised, None when they are not."""
    ended_at = ends_at(period, head.zone)
    return ended_at + PROMISE if head.is_promised(ended_at) else None


def _week_status(head: Head, week: Days, *, closed: bool, counted: int, cards: list[Writing]) -> SummaryStatus:
    if head.now < ends_at(week, head.zone):
        return SummaryStatus.IN_PROGRESS
    if any(card.status is WritingStatus.STALE for card in cards):
        return SummaryStatus.REBUILDING
    if counted < SESSIONS_FOR_CARD:
        return SummaryStatus.NOT_ENOUGH_DATA
    return SummaryStatus.READY if closed else SummaryStatus.PENDING


@strawberry.type
class SummarySection:
    days: strawberry.Private[Days]
    kind: SectionKind
    heading: str
    paragraphs: list[Claim]

    @strawberry.field(description="Picture of the section; null when it is words only.")
    async def distribution(self, info: Info) -> Distribution | None:
        by = _PICTURES.get(self.kind)
        return None if by is None else await find_distribution(info.context, self.days, by)


@strawberry.type
class MonthlySummary(Node):
    days: strawberry.Private[Days]
    current: strawberry.Private[Fold]
    before: strawberry.Private[Fold]
    head: strawberry.Private[Head]
    readable: strawberry.Private[Writing | None]
    id: strawberry.ID
    month: Month
    period: Period
    status: SummaryStatus
    sessions_needed: int | None = strawberry.field(description="Sessions still needed; null unless NOT_ENOUGH_DATA.")
    sample_count: int = strawberry.field(description="Sessions counted, after exclusions.")
    expected_by: datetime | None = strawberry.field(
        description="Promised time of publication; null once READY, when nothing is due, and when it ended in a pause."
    )
    published_at: datetime | None = strawberry.field(description="Of this edition; null until it is readable.")
    edition: int = strawberry.field(
        description="1 for the first text of a month; grows when a change made it be rewritten; 0 before."
    )

    @cached_property
    def _shown(self) -> tuple[Claim | None, list[SummarySection]]:
        """Title and sections, read of the narrative once for both."""
        return (None, []) if self.readable is None else _show(self.readable, self.head)

    @strawberry.field(description="Null unless a narrative exists.")
    def title(self) -> Claim | None:
        return self._shown[0]

    @strawberry.field(description="In reading order, at most 7. Empty unless READY or REBUILDING.")
    def sections(self) -> list[SummarySection]:
        return self._shown[1]

    @strawberry.field(description="Null unless a narrative exists.")
    def provenance(self) -> Provenance | None:
        return None if self.readable is None else Provenance.of(self.readable)

    @strawberry.field
    async def landscape(self, info: Info) -> Landscape:
        return await find_landscape(info.context, self.days, Granularity.DAY)

    @strawberry.field(description="Valence against the month before; null when either month is NOT_ENOUGH_DATA.")
    def vs_previous_month(self) -> Comparison | None:
        return Comparison.of(compare(self.current, self.before, Metric.VALENCE), self.head)

    @classmethod
    def of(cls, head: Head, current: Fold, before: Fold, state: "_MonthState") -> Self:
        month, status = current.period, state.status(head, current)
        readable = state.writing if status in (SummaryStatus.READY, SummaryStatus.REBUILDING) else None
        return cls(
            days=month,
            current=current,
            before=before,
            head=head,
            readable=readable,
            id=encode("MonthlySummary", own_key(head.person.id, PeriodKind.MONTH, month)),
            month=Month(month),
            period=Period.of(month, head),
            status=status,
            sessions_needed=(sessions_needed_for_month(current) if status is SummaryStatus.NOT_ENOUGH_DATA else None),
            sample_count=current.session_count,
            expected_by=_expected_by(month, head) if status in _DUE else None,
            published_at=readable.written_at if readable else None,
            edition=readable.edition if readable else 0,
        )


@dataclass(frozen=True, slots=True)
class _MonthState:
    """What is known of a month's words."""

    writing: Writing | None
    closed: bool
    being_written: bool

    def status(self, head: Head, current: Fold) -> SummaryStatus:
        """Where the month stands."""
        if head.now < ends_at(current.period, head.zone):
            return SummaryStatus.IN_PROGRESS
        if self.writing is not None and self.writing.status is not WritingStatus.WITHDRAWN:
            stale = self.writing.status is WritingStatus.STALE
            return SummaryStatus.REBUILDING if stale else SummaryStatus.READY
        if not is_enough_for_month(current):
            return SummaryStatus.NOT_ENOUGH_DATA
        return SummaryStatus.PENDING if self.being_written or not self.closed else SummaryStatus.NUMBERS_ONLY


def _show(writing: Writing, head: Head) -> tuple[Claim, list[SummarySection]]:
    narrative = narrative_from_json(writing.content)
    title, *claims = show_claims(writing, narrative.claims(), head)
    sections = []
    for section in narrative.sections:
        paragraphs, claims = claims[: len(section.paragraphs)], claims[len(section.paragraphs) :]
        sections.append(
            SummarySection(days=writing.period, kind=section.kind, heading=section.heading, paragraphs=paragraphs)
        )
    return title, sections


async def _month_state(context: Context, month: Days) -> _MonthState:
    person_id, scope = context.person_id(), {"first_day": month.first.isoformat()}
    async with context.read() as tx:
        writing, ref, is_being_written = await asyncio.gather(
            writings.find_for(tx, person_id, PeriodKind.MONTH, month.first, FINDING_KEY),
            aggregates.find_ref(tx, person_id, PeriodKind.MONTH, month.first),
            ledger.has_open(tx, person_id, (JobKind.MONTHLY_AGGREGATION, JobKind.MONTHLY_NARRATIVE), scope),
        )
    return _MonthState(writing, closed=ref is not None, being_written=is_being_written)


async def find_monthly_summary(context: Context, month: Days) -> MonthlySummary | None:
    """The caller's month; None in the future."""
    head = await context.head()
    if month.first > local_today(head):
        return None
    state, current, before = await asyncio.gather(
        _month_state(context, month), context.fold(month), context.fold(month, previous(PeriodKind.MONTH, month))
    )
    return MonthlySummary.of(head, current, before, state)


@strawberry.type
class MonthlySummaryEdge:
    cursor: str
    node: MonthlySummary


@strawberry.type
class MonthlySummaryConnection:
    edges: list[MonthlySummaryEdge]
    nodes: list[MonthlySummary]
    page_info: PageInfo


async def list_monthly_summaries(context: Context, *, first: int, after: str | None) -> MonthlySummaryConnection:
    """A page of the caller's months, newest first; none before their first session."""
    size, head, person_id = page_size(first), await context.head(), context.person_id()
    present = month_of(local_today(head))
    newest = _month_after(after, present) or present
    async with context.read() as tx:
        span = await sessions.find_span(tx, person_id)
    months = [] if span is None else list(islice(_months(newest, back_to=span.first), size + 1))
    shown = await _summaries(context, head, months[:size]) if months else []
    cursors = [encode_cursor("month", format_period(PeriodKind.MONTH, node.days)) for node in shown]
    return MonthlySummaryConnection(
        edges=[MonthlySummaryEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=shown,
        page_info=PageInfo.of(cursors, more=len(months) > size, after=after),
    )


def _month_after(after: str | None, present: Days) -> Days | None:
    """The month that follows a cursor in the list, which is the one before it in the calendar."""
    key = decode_cursor("month", after, 1)
    if key is None:
        return None
    try:
        last = read_month(key[0])
    except ValueError:
        raise bad_cursor() from None
    if last.first > present.first:
        raise bad_cursor()
    return previous(PeriodKind.MONTH, last)


def _months(newest: Days, *, back_to: date) -> Iterator[Days]:
    month = newest
    while month.last >= back_to:
        yield month
        month = previous(PeriodKind.MONTH, month)


async def _summaries(context: Context, head: Head, months: Sequence[Days]) -> list[MonthlySummary]:
    """These months in their order, which is newest first; all of them read at once."""
    person_id, first_days = head.person.id, [month.first for month in months]
    oldest = previous(PeriodKind.MONTH, months[-1])
    async with context.read() as tx:
        texts = await writings.list_for(tx, person_id, PeriodKind.MONTH, first_days, FINDING_KEY)
        closed = set(await aggregates.list_first_days(tx, person_id, PeriodKind.MONTH))
        open_days = await ledger.list_open_days(tx, person_id, (JobKind.MONTHLY_AGGREGATION, JobKind.MONTHLY_NARRATIVE))
    read = await context.numbers(Days(oldest.first, months[0].last))
    folds = {month: fold(read.numbers, read.targets, month) for month in (*months, oldest)}
    states = [
        _MonthState(texts.get(each), closed=each in closed, being_written=each in open_days) for each in first_days
    ]
    before = (*months[1:], oldest)
    return [
        MonthlySummary.of(head, folds[month], folds[earlier], state)
        for month, earlier, state in zip(months, before, states, strict=True)
    ]
