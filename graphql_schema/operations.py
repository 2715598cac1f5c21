"""Erasing on a person's wish: asked for, watched, called off."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from app.domain.wording import Sentence
from app.errors import ErrorCode, Problem, Refused
from app.pipeline import forget
from app.storage.forgetting import operations
from app.storage.forgetting.operations import Operation as KeptOperation
from app.storage.forgetting.operations import OperationStatus, ResetScope
from graphql_schema.context import Context, Info
from graphql_schema.directives import costs
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor, uuid_of
from graphql_schema.node import Node, PageInfo, Payload, page_size, user_errors
from graphql_schema.receipts import DeletionReceipt

CONFIRMATION = "RESET"


@strawberry.interface
class Operation(Node):
    status: OperationStatus
    requested_at: datetime = strawberry.field(description="When the viewer asked.")
    finished_at: datetime | None = strawberry.field(description="Null until SUCCEEDED, FAILED or CANCELLED.")
    progress: float = strawberry.field(description="0..1.")
    failure: str | None = strawberry.field(description="Plain sentence; null unless FAILED.")


@strawberry.type
class ResetOperation(Operation):
    id: strawberry.ID
    status: OperationStatus
    requested_at: datetime = strawberry.field(description="When the viewer asked.")
    finished_at: datetime | None = strawberry.field(description="Null until it ended.")
    progress: float = strawberry.field(description="0..1: nothing yet, erased but not counted again, ended.")
    failure: str | None = strawberry.field(description="Plain sentence; null unless FAILED.")
    scope: ResetScope
    cancellable_until: datetime = strawberry.field(description="Equal to requestedAt when asked for immediately.")
    receipt: DeletionReceipt | None = strawberry.field(description="Null until SUCCEEDED.")
    key: strawberry.Private[UUID]

    @classmethod
    def of(cls, operation: KeptOperation) -> Self:
        return cls(
            id=encode("ResetOperation", operation.id),
            status=operation.status,
            requested_at=operation.requested_at,
            finished_at=operation.finished_at,
            progress=operation.progress,
            failure=operation.failure,
            scope=operation.scope,
            cancellable_until=operation.cancellable_until,
            receipt=DeletionReceipt.of(operation),
            key=operation.id,
        )


@strawberry.type
class OperationEdge:
    cursor: str
    node: Operation


@strawberry.type
class OperationConnection:
    edges: list[OperationEdge]
    nodes: list[Operation]
    page_info: PageInfo


async def list_operations(context: Context, *, first: int, after: str | None) -> OperationConnection:
    """A page of the caller's operations, newest first."""
    size, person_id = page_size(first), context.person_id()
    async with context.read() as tx:
        rows = await operations.list_page(tx, person_id, first=size + 1, after=_place(after))
    shown = [ResetOperation.of(operation) for operation in rows[:size]]
    cursors = [encode_cursor("operation", node.key) for node in shown]
    return OperationConnection(
        edges=[OperationEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=list(shown),
        page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
    )


def _place(after: str | None) -> UUID | None:
    key = decode_cursor("operation", after, 1)
    try:
        return None if key is None else UUID(key[0])
    except ValueError:
        raise bad_cursor() from None


async def find_operation(context: Context, operation_id: UUID) -> KeptOperation | None:
    """One operation of the caller's, None when it is not theirs."""
    person_id = context.person_id()
    async with context.read() as tx:
        return await operations.find(tx, person_id, operation_id)


@strawberry.input
class ResetInput:
    idempotency_key: UUID
    scope: ResetScope
    confirmation: str = strawberry.field(description="The word the interface asked the person to type: RESET.")
    immediately: bool = strawberry.field(
        default=False, description="Without it the reset can be called off for 10 minutes, and begins then."
    )


@strawberry.input
class CancelResetInput:
    operation_id: strawberry.ID


@strawberry.type
class ResetPayload(Payload):
    operation: ResetOperation | None = strawberry.field(description="Null when refused.")


def _check(asked: ResetInput) -> None:
    if asked.confirmation != CONFIRMATION:
        message = Sentence("Type {word} to confirm.", word=CONFIRMATION)
        raise Refused(Problem(ErrorCode.CONFIRMATION_MISMATCH, message, ("input", "confirmation")))


async def _requested(context: Context, asked: ResetInput) -> UUID:
    """The operation of this wish; a repeated one is found even when nothing else is left of the person."""
    ports, person_id = context.ports, context.person_id()
    repeated = await forget.find_repeated(
        ports, person_id, asked.scope, asked.idempotency_key, immediate=asked.immediately
    )
    if repeated is not None:
        return repeated
    head = await context.known_head()
    delay_s = 0.0 if asked.immediately else forget.COOL_OFF_S
    return await forget.request(ports, head.person, asked.scope, asked.idempotency_key, delay_s=delay_s)


async def _call_off(context: Context, operation_id: UUID | None) -> None:
    person_id = context.person_id()
    if operation_id is None:
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such reset.", ("input", "operationId")))
    await forget.call_off(context.ports, person_id, operation_id)


@strawberry.type
class OperationMutation:
    @strawberry.mutation(
        description="Erase. Starts after 10 minutes unless `immediately`. Idempotent.", directives=costs(10)
    )
    async def reset_spectrum(self, info: Info, input: ResetInput) -> ResetPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            context.person_id()
            _check(input)
            operation_id = await _requested(context, input)
        except Refused as refused:
            return ResetPayload(user_errors=user_errors(refused), operation=None)
        return await _show(context, operation_id)

    @strawberry.mutation(description="Call a reset off that has not begun. Idempotent.", directives=costs(2))
    async def cancel_reset(self, info: Info, input: CancelResetInput) -> ResetPayload:  # noqa: A002 - the contract's name
        context, operation_id = info.context, uuid_of(input.operation_id, "ResetOperation")
        try:
            await _call_off(context, operation_id)
        except Refused as refused:
            return ResetPayload(user_errors=user_errors(refused), operation=None)
        assert operation_id is not None, "or it would have been refused"
        return await _show(context, operation_id)


async def _show(context: Context, operation_id: UUID) -> ResetPayload:
    operation = await find_operation(context, operation_id)
    return ResetPayload(user_errors=[], operation=ResetOperation.of(operation) if operation else None)
