"""Cards and the evidence under every sentence, folded again when it is read."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from app.domain import findings
from app.domain.cost import Engine
from app.domain.estimates.estimate import ConfidenceLevel, SuppressionReason
from app.domain.feedback import FeedbackVerdict
from app.domain.findings import InsightKind, SuggestedAction, recheck
from app.domain.fold import fold
from app.domain.measures import Metric, metric_label
from app.domain.narrative import Claim as DomainClaim
from app.domain.narrative import KeptClaim, kept_claims, step_from_json
from app.domain.periods import Period as Days
from app.domain.periods import PeriodKind, format_period
from app.domain.sessions import SessionStatus
from app.storage.history import numbers, sessions
from app.storage.people import Head
from app.storage.words import feedback, seen, writings
from app.storage.words.aggregates import AggregateRef as KeptRef
from app.storage.words.writings import FeedKey, Writing, WritingStatus
from graphql_schema.context import Context, Info
from graphql_schema.directives import costs
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor
from graphql_schema.language import IN_THEIR_LANGUAGE
from graphql_schema.node import After, First, Node, PageInfo, page_size
from graphql_schema.numbers import Comparison, Estimate, Period
from graphql_schema.scalars import Sha256
from graphql_schema.sessions import SessionConnection, list_counted

MOST_RANK = 32_767
"""Cards of a week are numbered by their rank; no week has nearly as many."""

KIND_LABELS = {
    InsightKind.SHIFT: "A change",
    InsightKind.PATTERN: "A thinking pattern",
    InsightKind.RHYTHM: "A rhythm",
    InsightKind.WHAT_HELPED: "What went along with feeling better",
    InsightKind.STEADY: "Steady",
    InsightKind.MILESTONE: "A milestone",
    InsightKind.QUESTION: "A question",
}


@strawberry.enum
class AggregateKind(StrEnum):
    WEEK = "WEEK"
    MONTH = "MONTH"
    RANGE = "RANGE"


@strawberry.enum(
    description="MATCHES: folding again shows the numbers of the sentence. CHANGED: the numbers have changed since; the"
    " words are being rewritten."
)
class EvidenceCheck(StrEnum):
    MATCHES = "MATCHES"
    CHANGED = "CHANGED"


@strawberry.type
class AggregateRef:
    kind: AggregateKind
    key: str
    revision: int = strawberry.field(description="Grows by 1 whenever a recomputation changed it.")
    hash: Sha256

    @classmethod
    def of(cls, ref: KeptRef, period: Days) -> Self:
        return cls(
            kind=AggregateKind(ref.kind.value),
            key=format_period(ref.kind, period),
            revision=ref.revision,
            hash=Sha256(ref.digest),
        )


@strawberry.type(
    description="The aggregate behind a claim. `check` is recomputed when read, so words cannot outlive their numbers."
)
class Evidence(Node):
    kept: strawberry.Private[findings.Evidence]
    head: strawberry.Private[Head]
    id: strawberry.ID
    metric: Metric
    subject: str | None = strawberry.field(description="Enum value the metric is about; null for whole-period metrics.")
    aggregate: AggregateRef = strawberry.field(description="Fold this came from, and its content hash at writing.")

    @strawberry.field(
        description="Plain-language name of the measure, e.g. 'share of sessions with all-or-nothing thinking', in the"
        " request's language.",
        metadata=IN_THEIR_LANGUAGE,
    )
    def label(self) -> str:
        return metric_label(self.metric, self.subject)

    @strawberry.field
    def period(self) -> Period:
        return Period.of(self.kept.period, self.head)

    @strawberry.field(description="The number of the sentence, as it was when it was written.")
    def value(self) -> Estimate:
        return Estimate.of(self.kept.value)

    @strawberry.field(description="Null when the claim makes no comparison.")
    def comparison(self) -> Comparison | None:
        return Comparison.of(self.kept.comparison, self.head)

    @strawberry.field(
        description="The viewer's own sessions that were counted: times and numbers, no words.", directives=costs(1)
    )
    async def sessions(self, info: Info, first: First, after: After = None) -> SessionConnection:
        current = await info.context.fold(self.kept.period)
        counted = current.counted(self.kept.metric, self.kept.subject)
        return await list_counted(info.context, counted, first=first, after=after)

    @strawberry.field
    async def check(self, info: Info) -> EvidenceCheck:
        context, period, against = info.context, self.kept.period, self.kept.comparison
        current = await context.fold(period)
        usual = await context.fold(period, against.baseline_period) if against else None
        return EvidenceCheck.MATCHES if recheck(self.kept, current, usual) else EvidenceCheck.CHANGED


@strawberry.type(
    description="A sentence and what it rests on. A sentence that states a number has evidence, always; one without"
    " evidence states nothing about the viewer."
)
class Claim:
    text: str
    claim: strawberry.Private[DomainClaim | KeptClaim]
    writing: strawberry.Private[Writing]
    place: strawberry.Private[int]
    head: strawberry.Private[Head]

    @strawberry.field(description="At most 4.")
    def evidence(self) -> list[Evidence]:
        return self.shown()

    def shown(self) -> list[Evidence]:
        """Each evidence with an id that leads back to it."""
        return [
            Evidence(
                kept=evidence,
                head=self.head,
                id=encode("Evidence", f"{self.writing.id}.{self.place}.{number}"),
                metric=evidence.metric,
                subject=evidence.subject,
                aggregate=AggregateRef.of(self.writing.on, self.writing.period),
            )
            for number, evidence in enumerate(self.claim.evidence)
        ]


def show_claims(writing: Writing, claims: Sequence[DomainClaim | KeptClaim], head: Head) -> list[Claim]:
    """The claims of a text."""
    return [
        Claim(text=claim.text, claim=claim, writing=writing, place=place, head=head)
        for place, claim in enumerate(claims)
    ]


@strawberry.type
class Suggestion:
    label: str = strawberry.field(description="In the request's language.", metadata=IN_THEIR_LANGUAGE)
    action: SuggestedAction


@strawberry.type(description="Enough to write the same words again: same inputs and revision, same text.")
class Provenance:
    engine: Engine
    prompt_revision: str = strawberry.field(
        description="Public name of the prompt or template revision, e.g. weekly-card@14."
    )
    prompt_hash: Sha256
    input_hash: Sha256 = strawberry.field(description="Hash of the exact aggregates handed to the writer.")
    generated_at: datetime = strawberry.field(description="When the words were written.")
    checks_passed: list[str] = strawberry.field(description="Every validator that passed, e.g. numbers, tone.")
    degraded: bool = strawberry.field(
        description="True when a cheaper writer was used because the feature's budget was reached."
    )

    @classmethod
    def of(cls, writing: Writing) -> Self:
        return cls(
            engine=Engine(writing.engine),
            prompt_revision=writing.prompt_revision,
            prompt_hash=Sha256(writing.prompt_hash),
            input_hash=Sha256(writing.brief_digest),
            generated_at=writing.written_at,
            checks_passed=list(writing.checks_passed),
            degraded=writing.degraded,
        )


@strawberry.type
class InsightFeedback:
    verdict: FeedbackVerdict = strawberry.field(description="The last change of mind.")
    given_at: datetime = strawberry.field(description="When it was given last.")

    @classmethod
    def of(cls, kept: feedback.Feedback | None) -> Self | None:
        return None if kept is None else cls(verdict=kept.verdict, given_at=kept.given_at)


@strawberry.type
class Insight(Node):
    writing: strawberry.Private[Writing]
    id: strawberry.ID
    kind: InsightKind
    kind_label: str = strawberry.field(
        description="In the request's language; use it for kinds the app does not know.", metadata=IN_THEIR_LANGUAGE
    )
    status: WritingStatus
    period: Period
    published_at: datetime = strawberry.field(description="When it first became visible.")
    headline: Claim
    body: list[Claim] = strawberry.field(description="1 to 4 sentences.")
    confidence: ConfidenceLevel
    seen_at: datetime | None = strawberry.field(description="Null until `markInsightsSeen` names it.")
    edition: int = strawberry.field(
        description="1 for the first text; grows when a change made it be rewritten in place."
    )

    @strawberry.field(description="Null when nothing fitting can be offered.")
    def suggestion(self) -> Suggestion | None:
        step = step_from_json(self.writing.content)
        return Suggestion(label=step.label, action=step.action) if step else None

    @strawberry.field
    def provenance(self) -> Provenance:
        return Provenance.of(self.writing)

    @strawberry.field(description="Null until the viewer reacts.")
    async def feedback(self, info: Info) -> InsightFeedback | None:
        return await info.context.together(self.writing.id, _list_feedback)

    @classmethod
    def of(cls, writing: Writing, head: Head) -> Self:
        assert writing.insight_kind is not None, "every card has a kind"
        kind = InsightKind(writing.insight_kind)
        headline, *body = show_claims(writing, kept_claims(writing.content), head)
        return cls(
            writing=writing,
            id=encode("Insight", writing.id),
            kind=kind,
            kind_label=KIND_LABELS[kind],
            status=writing.status,
            period=Period.of(writing.period, head),
            published_at=writing.published_at,
            headline=headline,
            body=body,
            confidence=ConfidenceLevel(writing.confidence),
            seen_at=writing.seen_at,
            edition=writing.edition,
        )


async def _list_feedback(context: Context, ids: list[UUID]) -> list[InsightFeedback | None]:
    person_id = context.person_id()
    async with context.read() as tx:
        found = await feedback.list_feedback(tx, person_id, ids)
    return [InsightFeedback.of(found.get(id_)) for id_ in ids]


@strawberry.type
class InsightEdge:
    cursor: str
    node: Insight


@strawberry.type
class InsightConnection:
    edges: list[InsightEdge]
    nodes: list[Insight]
    page_info: PageInfo
    empty_reason: SuppressionReason | None = strawberry.field(
        description="Why there is no card at all; null when there is one, and when only the filter left none."
    )

    @strawberry.field(description="Cards of the whole feed that were never seen, whatever the page and the filter.")
    async def unseen_count(self, info: Info) -> int:
        return await info.context.once("unseen", count_unseen(info.context))


async def count_unseen(context: Context) -> int:
    """How many of the caller's cards were never seen."""
    person_id = context.person_id()
    async with context.read() as tx:
        return await seen.count_unseen(tx, person_id)


async def list_insights(
    context: Context, *, first: int, after: str | None, kinds: list[InsightKind] | None = None, week: Days | None = None
) -> InsightConnection:
    """A page of the caller's cards that stand, newest week first, best finding first."""
    size, person_id, head = page_size(first), context.person_id(), await context.head()
    async with context.read() as tx:
        rows = await writings.list_feed(
            tx,
            person_id,
            first=size + 1,
            after=_place(after),
            kinds=kinds or (),
            week=week.first if week else None,
        )
    shown = [Insight.of(writing, head) for writing in rows[:size]]
    cursors = [
        encode_cursor("insight", w.period.first.isoformat(), w.rank, w.id) for w in (node.writing for node in shown)
    ]
    return InsightConnection(
        edges=[InsightEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=shown,
        page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
        empty_reason=None if shown or after or kinds or week else await _empty_reason(context),
    )


async def _empty_reason(context: Context) -> SuppressionReason:
    """Why someone has no card at all."""
    person_id = context.person_id()
    async with context.read() as tx:
        waiting = (await sessions.count_by_status(tx, person_id)).get(SessionStatus.PENDING, 0)
        known = await numbers.list_numbers(tx, person_id)
    if waiting:
        return SuppressionReason.PENDING
    targets = [exclusion.target for exclusion in await context.active_exclusions()]
    left = fold(known, targets, Days(date.min, date.max)).session_count
    return SuppressionReason.EXCLUDED if known and not left else SuppressionReason.TOO_FEW_SESSIONS


def _place(after: str | None) -> FeedKey | None:
    key = decode_cursor("insight", after, 3)
    if key is None:
        return None
    try:
        first_day, rank, id_ = date.fromisoformat(key[0]), int(key[1]), UUID(key[2])
    except ValueError:
        raise bad_cursor() from None
    if not 0 <= rank <= MOST_RANK:
        raise bad_cursor()
    return first_day, rank, id_


async def find_writing(context: Context, writing_id: UUID) -> Writing | None:
    """One text of the caller's, None when it is not theirs."""
    person_id = context.person_id()
    async with context.read() as tx:
        return await writings.find(tx, person_id, writing_id)


async def find_insight(context: Context, writing_id: UUID) -> Insight | None:
    """One card of the caller's, taken back or not; None when it is not theirs."""
    writing = await find_writing(context, writing_id)
    if writing is None or writing.period_kind is not PeriodKind.WEEK:
        return None
    return Insight.of(writing, await context.head())
