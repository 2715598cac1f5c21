"""Operations as a socket runs them: found, priced and paid like any other, and answered once or again and again.

Knows no protocol and no HTTP; what is not an answer of an execution is a `PreExecutionError`.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, nullcontext
from typing import Any

from graphql import GraphQLError, OperationType
from strawberry.types.execution import ExecutionResult, PreExecutionError

from app.edge.documents.prepared import DocumentRefused, Operation
from app.edge.serving.asked import Asked
from app.edge.serving.observed import OTHER, Observed, Outcome
from app.edge.serving.operations import Operations
from app.edge.serving.spending import Spender, Spending, extensions_of
from app.errors import SpectrumError, TooOften, TopLevelCode
from graphql_schema.access import may_send_any
from graphql_schema.context import Context
from graphql_schema.masking import shown_failure


class Streams:
    """The operations of one endpoint, as streams. `team` is the team's: any document, no points."""

    def __init__(self, operations: Operations, spender: Spender, *, team: bool) -> None:
        self._operations = operations
        self._spender = spender
        self.team = team

    async def stream(
        self, text: str, variables: Mapping[str, Any], operation_name: str | None, context: Context
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The answers of one operation; a refusal is the only one."""
        asked, observed = Asked(text, None, variables, operation_name), Observed()
        try:
            operation = self._operations.find(asked, any_document=self.team or may_send_any(context.caller))
            observed.operation = self._operations.name_of(operation) or OTHER
            spending = self._spender.of(context, "", operation.requested(variables))
            await spending.take()
        except DocumentRefused as refused:
            observed.tell()
            yield PreExecutionError(data=None, errors=list(refused.errors))
            return
        except TooOften as error:
            observed.ended(otherwise=Outcome.THROTTLED)
            observed.tell()
            extensions = {"code": str(TopLevelCode.THROTTLED), "retryAfterMs": error.retry_after_ms}
            yield PreExecutionError(data=None, errors=[GraphQLError(str(error), extensions=extensions)])
            return
        if operation.kind is OperationType.SUBSCRIPTION:
            observed.ended(otherwise=Outcome.BEGUN)
            observed.tell()  # how long somebody listens is no measure of ours
            subscription = self._operations.subscribe(operation, variables, context, context.request_id)
            async with aclosing(subscription) as answers:
                async for answer in answers:
                    yield ExecutionResult(answer.data, answer.errors)
        else:
            observed.ended(otherwise=Outcome.FAILED)  # until there is an answer
            try:
                once = await self._once(operation, variables, context, spending)
                observed.ended(once.errors or (), otherwise=Outcome.MADE)
            except asyncio.CancelledError:
                observed.ended(otherwise=Outcome.LEFT)
                raise
            finally:
                observed.tell()
            yield once

    async def _once(
        self, operation: Operation, variables: Mapping[str, Any], context: Context, spending: Spending
    ) -> ExecutionResult:
        moment = context.at_one_moment() if operation.kind is OperationType.QUERY else nullcontext()
        try:
            async with moment:
                answer = await self._operations.run(operation, variables, context, context.request_id)
            actual = spending.requested if answer.errors else operation.plan.actual(answer.data)
            extensions = await extensions_of(context, operation, spending, actual, with_revision=not self.team)
        except SpectrumError as error:
            return PreExecutionError(data=None, errors=[shown_failure(error, context.request_id)])
        return ExecutionResult(answer.data, answer.errors, extensions)
