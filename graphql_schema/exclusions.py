"""Leaving sessions out and putting them back: at once for numbers, within a minute for sentences."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from app.errors import ErrorCode, Problem, Refused
from app.jobs import PersonAt
from app.pipeline import exclude
from app.storage.history import exclusions
from graphql_schema.context import Context, Info
from graphql_schema.directives import costs
from graphql_schema.ids import bad_cursor, decode_cursor, encode_cursor
from graphql_schema.node import PageInfo, Payload, page_size, user_errors
from graphql_schema.previews import ExclusionTargetInput, exclusion_ids_of, targets_of
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
    async with context.read() as tx:
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
    async with context.read() as tx:
        found = await exclusions.list_by_id(tx, person_id, [exclusion_id])
    return (await show_exclusions(context, found))[0] if found else None


@strawberry.input
class ExcludeInput:
    idempotency_key: UUID
    targets: list[ExclusionTargetInput] | None = strawberry.field(
        default=None, description="1 to 50. Either these, or the token of a preview."
    )
    preview_token: str | None = strawberry.field(
        default=None, description="Of `exclusionPreview`: do exactly what it showed, what it puts back included."
    )


@strawberry.input
class RemoveExclusionsInput:
    idempotency_key: UUID
    exclusion_ids: list[strawberry.ID] = strawberry.field(description="1 to 50.")


@strawberry.type
class ExcludePayload(Payload):
    exclusions: list[Exclusion] = strawberry.field(
        description="The new ones, in order; then those that a preview's token put back."
    )
    spectrum: Spectrum | None = strawberry.field(description="Null when refused, and without entitlement.")


@strawberry.type
class RemoveExclusionsPayload(Payload):
    exclusions: list[Exclusion]
    spectrum: Spectrum | None = strawberry.field(description="Null when refused, and without entitlement.")


async def _exclude(context: Context, person: PersonAt, asked: ExcludeInput) -> tuple[UUID, ...]:
    if (asked.targets is None) == (asked.preview_token is None):
        message = "Give either targets or previewToken."
        raise Refused(Problem(ErrorCode.REQUIRED if asked.targets is None else ErrorCode.INVALID, message, ("input",)))
    if asked.preview_token is not None:
        return await exclude.exclude_as_previewed(context.ports, person, asked.idempotency_key, asked.preview_token)
    targets = targets_of(asked.targets or [], "input", "targets")
    return await exclude.exclude(context.ports, person, asked.idempotency_key, targets)


async def _changed(context: Context, ids: Sequence[UUID]) -> tuple[list[Exclusion], Spectrum | None]:
    context.forget_reads()
    person_id = context.person_id()
    async with context.read() as tx:
        kept = await exclusions.list_by_id(tx, person_id, ids)
    return await show_exclusions(context, kept), await find_spectrum(context)


@strawberry.type
class ExclusionMutation:
    @strawberry.mutation(
        description="Leave sessions out. Takes effect at once for numbers, within a minute for sentences. Idempotent.",
        directives=costs(10),
    )
    async def exclude_from_spectrum(self, info: Info, input: ExcludeInput) -> ExcludePayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            head = await context.known_head()
            ids = await _exclude(context, head.person, input)
        except Refused as refused:
            return ExcludePayload(user_errors=user_errors(refused), exclusions=[], spectrum=None)
        shown, spectrum = await _changed(context, ids)
        return ExcludePayload(user_errors=[], exclusions=shown, spectrum=spectrum)

    @strawberry.mutation(description="Put them back. Idempotent.", directives=costs(10))
    async def remove_exclusions(self, info: Info, input: RemoveExclusionsInput) -> RemoveExclusionsPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            head = await context.known_head()
            wanted = exclusion_ids_of(input.exclusion_ids, "input", "exclusionIds")
            ids = await exclude.put_back(context.ports, head.person, input.idempotency_key, wanted)
        except Refused as refused:
            return RemoveExclusionsPayload(user_errors=user_errors(refused), exclusions=[], spectrum=None)
        shown, spectrum = await _changed(context, ids)
        return RemoveExclusionsPayload(user_errors=[], exclusions=shown, spectrum=spectrum)
