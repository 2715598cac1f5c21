"""What leaving something out would change, before anything is changed; and how a request names what to leave out."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from app.domain.affect import Source
from app.domain.exclusions import ExclusionTarget
from app.domain.measures import Metric, metric_label
from app.domain.periods import PeriodKind
from app.domain.pictures import preview as domain
from app.errors import ErrorCode, Problem, Refused
from app.pipeline import exclude
from app.pipeline.rewriting import list_touched
from app.storage.people import Head
from app.storage.words import writings
from app.storage.words.writings import Writing
from graphql_schema.context import Context, local_today
from graphql_schema.ids import uuid_of
from graphql_schema.insights import Insight
from graphql_schema.landscape import Landscape
from graphql_schema.language import IN_THEIR_LANGUAGE
from graphql_schema.node import Node
from graphql_schema.numbers import DateRangeInput, Estimate, RangeInput
from graphql_schema.summaries import find_monthly_summary

MOST_REWRITTEN = 100


@strawberry.input(one_of=True)
class ExclusionTargetInput:
    session_id: strawberry.Maybe[strawberry.ID]
    dates: strawberry.Maybe[DateRangeInput]
    source: strawberry.Maybe[Source]


@strawberry.input
class ExclusionPreviewInput:
    range: RangeInput
    add: list[ExclusionTargetInput] = strawberry.field(default_factory=list, description="At most 50.")
    remove_exclusion_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description="At most 50.")


@strawberry.type
class MetricChange:
    metric: Metric
    subject: str | None = strawberry.field(description="Enum value it is about; null for whole-period metrics.")
    label: str = strawberry.field(
        description="Plain-language name of the measure, in the request's language.", metadata=IN_THEIR_LANGUAGE
    )
    before: Estimate = strawberry.field(description="As it is, on the metric's own scale.")
    after: Estimate = strawberry.field(description="As it would be, on the same scale.")

    @classmethod
    def of(cls, change: domain.MetricChange) -> "MetricChange":
        return cls(
            metric=change.metric,
            subject=change.subject,
            label=metric_label(change.metric, change.subject),
            before=Estimate.of(change.before),
            after=Estimate.of(change.after),
        )


@strawberry.type
class ExclusionPreview:
    token: str = strawberry.field(
        description="Give it to `excludeFromSpectrum` to do exactly this; valid while `dataRevision` is the same."
    )
    sessions_affected: int = strawberry.field(description="Sessions, of any day, that would change sides.")
    before: Landscape = strawberry.field(description="As it is, by day.")
    after: Landscape = strawberry.field(description="As it would be, by day.")
    changes: list[MetricChange] = strawberry.field(
        description="Only measures whose value or visibility would change, largest change first. At most 20."
    )
    rewritten: list[Node] = strawberry.field(
        description="Published cards and summaries that would be rewritten or withdrawn, newest first. At most 100."
    )
    becomes_too_small: bool = strawberry.field(
        description="True when the period would drop below what its words need (a range that is no week or month: its"
        " centre)."
    )


def targets_of(asked: Sequence[ExclusionTargetInput], *path: str) -> list[ExclusionTarget]:
    """What `asked`, which stands at `path`, names. Refused when an id is none of a session."""
    return [_target(each, (*path, str(place))) for place, each in enumerate(asked)]


def _target(asked: ExclusionTargetInput, path: tuple[str, ...]) -> ExclusionTarget:
    if asked.session_id:
        session_id = uuid_of(asked.session_id.value, "Session")
        if session_id is None:
            raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such session.", (*path, "sessionId")))
        return ExclusionTarget(session_id=session_id)
    if asked.dates:
        return ExclusionTarget(first=asked.dates.value.first, last=asked.dates.value.last)
    assert asked.source, "one of the three is set"
    return ExclusionTarget(source=asked.source.value)


def exclusion_ids_of(asked: Sequence[str], *path: str) -> list[UUID]:
    """The exclusions that `asked`, which stands at `path`, names. Refused when an id is none of an exclusion."""
    return [_exclusion_id(id_, (*path, str(place))) for place, id_ in enumerate(asked)]


def _exclusion_id(id_: str, path: tuple[str, ...]) -> UUID:
    exclusion_id = uuid_of(id_, "Exclusion")
    if exclusion_id is None:
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such exclusion.", path))
    return exclusion_id


async def preview_exclusion(context: Context, asked: ExclusionPreviewInput) -> ExclusionPreview:
    """What the caller's choice would change. Refused when it could not be made; nothing is kept."""
    head, person_id = await context.head(), context.person_id()
    period = asked.range.period(local_today(head))
    choice = exclude.Choice(
        tuple(targets_of(asked.add, "input", "add")),
        tuple(exclusion_ids_of(asked.remove_exclusion_ids, "input", "removeExclusionIds")),
    )
    async with context.read() as tx:
        foreseen = await exclude.foresee(tx, context.ports, head, choice)
        touched = await list_touched(tx, head, foreseen.spans)
        told = await writings.list_standing(tx, person_id, touched, limit=MOST_REWRITTEN)
    seen = domain.preview((await context.numbers(period)).numbers, foreseen.now, foreseen.then, period)
    return ExclusionPreview(
        token=foreseen.token,
        sessions_affected=len(foreseen.changing),
        before=Landscape.of(seen.before, head),
        after=Landscape.of(seen.after, head),
        changes=[MetricChange.of(change) for change in seen.changes],
        rewritten=[node for writing in told if (node := await _text(context, head, writing)) is not None],
        becomes_too_small=seen.becomes_too_small,
    )


async def _text(context: Context, head: Head, writing: Writing) -> Node | None:
    if writing.period_kind is PeriodKind.WEEK:
        return Insight.of(writing, head)
    return await find_monthly_summary(context, writing.period)
