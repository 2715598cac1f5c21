"""Leaving sessions out and putting them back: at once for numbers, within a minute for sentences."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from app.domain.affect import Source
from app.domain.exclusions import ExclusionTarget
from app.errors import ErrorCode, Problem, Refused
from app.pipeline import exclude
from app.storage import exclusions, people
from graphql_schema.context import Context, Info
from graphql_schema.ids import bad_cursor, decode_cursor, encode_cursor, uuid_of
from graphql_schema.node import PageInfo, Payload, page_size, user_errors
from graphql_schema.numbers import DateRangeInput
from graphql_schema.sessions import Exclusion, show_exclusions
from graphql_schema.spectrum import Spectrum, find_spectrum


@strawberry.type
class ExclusionEdge:
    cursor: str
    node: Exclusion


@strawberry.type
class ExclusionConnection:
    edges: list[ExclusionEdge]
    nodes: list[Exclusion]
    page_info: PageInfo
    total_count: int = strawberry.field(description="Exclusions in the whole list.")


async def list_exclusions(context: Context, *, first: int, after: str | None) -> ExclusionConnection:
    """A page of what the caller leaves out, newest first."""
    size, person_id = page_size(first), context.person_id()
    async with context.ports.store.for_person(person_id) as tx:
        rows, total = await exclusions.list_page(tx, person_id, first=size + 1, after=_place(after))
    shown = await show_exclusions(context, rows[:size])
    cursors = [encode_cursor("exclusion", node.kept.id) for node in shown]
    return ExclusionConnection(
        edges=[ExclusionEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=shown,
        page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
        total_count=total,
    )


def _place(after: str | None) -> UUID | None:
    key = decode_cursor("exclusion", after, 1)
    try:
        return None if key is None else UUID(key[0])
    except ValueError:
        raise bad_cursor() from None


async def find_exclusion(context: Context, exclusion_id: UUID) -> Exclusion | None:
    """One exclusion of the caller's, put back or not; None when it is not theirs."""
    person_id = context.person_id()
    async with context.ports.store.for_person(person_id) as tx:
        found = await exclusions.list_by_id(tx, person_id, [exclusion_id])
    return (await show_exclusions(context, found))[0] if found else None


@strawberry.input(one_of=True)
class ExclusionTargetInput:
    session_id: strawberry.Maybe[strawberry.ID]
    dates: strawberry.Maybe[DateRangeInput]
    source: strawberry.Maybe[Source]


@strawberry.input
class ExcludeInput:
    idempotency_key: UUID
    targets: list[ExclusionTargetInput] = strawberry.field(description="1 to 50.")


@strawberry.input
class RemoveExclusionsInput:
    idempotency_key: UUID
    exclusion_ids: list[strawberry.ID] = strawberry.field(description="1 to 50.")


@strawberry.type
class ExcludePayload(Payload):
    exclusions: list[Exclusion]
    spectrum: Spectrum | None = strawberry.field(description="Null when refused, and without entitlement.")


@strawberry.type
class RemoveExclusionsPayload(Payload):
    exclusions: list[Exclusion]
    spectrum: Spectrum | None = strawberry.field(description="Null when refused, and without entitlement.")


def _target(asked: ExclusionTargetInput, place: int) -> ExclusionTarget:
    if asked.session_id:
        session_id = uuid_of(asked.session_id.value, "Session")
        if session_id is None:
            path = ("input", "targets", str(place), "sessionId")
            raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such session.", path))
        return ExclusionTarget(session_id=session_id)
    if asked.dates:
        return ExclusionTarget(first=asked.dates.value.first, last=asked.dates.value.last)
    assert asked.source, "one of the three is set"
    return ExclusionTarget(source=asked.source.value)


def _exclusion_id(id_: str, place: int) -> UUID:
    exclusion_id = uuid_of(id_, "Exclusion")
    if exclusion_id is None:
        path = ("input", "exclusionIds", str(place))
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such exclusion.", path))
    return exclusion_id


async def _changed(context: Context, ids: Sequence[UUID]) -> tuple[list[Exclusion], Spectrum | None]:
    context.forget_reads()
    person_id = context.person_id()
    async with context.ports.store.for_person(person_id) as tx:
        kept = await exclusions.list_by_id(tx, person_id, ids)
    return await show_exclusions(context, kept), await find_spectrum(context)


async def require_known(context: Context) -> people.Head:
    """The caller's head. Refused when nothing is kept of them: there is nothing to change then."""
    head = await context.head()
    if not head.known:
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There are no sessions yet."))
    return head


@strawberry.type
class ExclusionMutation:
    @strawberry.mutation(
        description="Leave sessions out. Takes effect at once for numbers, within a minute for sentences. Idempotent."
    )
    async def exclude_from_spectrum(self, info: Info, input: ExcludeInput) -> ExcludePayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            head = await require_known(context)
            targets = [_target(asked, place) for place, asked in enumerate(input.targets)]
            ids = await exclude.exclude(context.ports, head.person, input.idempotency_key, targets)
        except Refused as refused:
            return ExcludePayload(user_errors=user_errors(refused), exclusions=[], spectrum=None)
        shown, spectrum = await _changed(context, ids)
        return ExcludePayload(user_errors=[], exclusions=shown, spectrum=spectrum)

    @strawberry.mutation(description="Put them back. Idempotent.")
    async def remove_exclusions(self, info: Info, input: RemoveExclusionsInput) -> RemoveExclusionsPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            head = await require_known(context)
            wanted = [_exclusion_id(id_, place) for place, id_ in enumerate(input.exclusion_ids)]
            ids = await exclude.put_back(context.ports, head.person, input.idempotency_key, wanted)
        except Refused as refused:
            return RemoveExclusionsPayload(user_errors=user_errors(refused), exclusions=[], spectrum=None)
        shown, spectrum = await _changed(context, ids)
        return RemoveExclusionsPayload(user_errors=[], exclusions=shown, spectrum=spectrum)
