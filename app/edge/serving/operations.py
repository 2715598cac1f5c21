"""Finds the operation that is asked for, and runs it: for HTTP and for sockets alike.

Knows no status code, no points and no cache.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from functools import cache
from typing import Any, cast

import strawberry
from graphql import ExecutionResult, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema, execute, subscribe
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app.edge.documents.prepared import DocumentRefused, Documents, Operation, choose
from app.edge.documents.registered import Registered
from app.edge.documents.selections import Selections
from app.edge.serving.asked import Asked
from app.errors import SpectrumError, TopLevelCode
from graphql_schema.language import ENGLISH
from graphql_schema.masking import shown

EXECUTION_TIMEOUT_S = 10.0
TOO_SLOW = "This took too long. Ask for less at once, or try again a little later."


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor of graphql-core, which completes plain selections by `selections`."""

    def __init__(self, *args: Any, selections: Selections, **named: Any) -> None:
        super().__init__(*args, **named)
        self._selections = selections

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[Any],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """As graphql-core's own, without a walk where none is needed."""
        complete = self._selections.find(return_type, tuple([details.node for details in field_details_list]))
        if complete is not None:
            try:
                return complete(result)
            except Exception:  # noqa: BLE001, S110 - whatever it is, the walk finds it too, and says where
                pass
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)


@cache
def _known(schema: GraphQLSchema, text: str) -> Sequence[Operation]:
    """A registered document, prepared. It holds nothing of an installation, so that those of a process share it."""
    return Documents(schema).prepare(text)


class Operations:
    """The operations of one schema; `production` accepts registered documents only, and suggests no names.

    `by_root`: an operation that nobody registered is known by the field that it asks for.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        registered: Registered | None = None,
        production: bool = False,
        by_root: bool = False,
        timeout_s: float = EXECUTION_TIMEOUT_S,
    ) -> None:
        self._schema = schema._schema
        self._registered = registered or Registered()
        self._documents = Documents(self._schema, suggest=not production)
        self._known = {text: _known(self._schema, text) for text in self._registered.by_id.values()}
        self._named = {each.digest for operations in self._known.values() for each in operations}
        self._production = production
        self._by_root = by_root
        self._timeout_s = timeout_s

    def find(self, asked: Asked, *, any_document: bool) -> Operation:
        """The operation that is asked for. DocumentRefused when it is unknown, too large or not valid.

        `any_document` says that this caller may send documents that are not registered.
        """
        text = asked.text if asked.text is not None else self._registered.find(asked.document_id or "")
        if text is None:
            message = "No such document is registered. Send its text, or register it."
            raise DocumentRefused.because(message, TopLevelCode.PERSISTED_DOCUMENT_NOT_FOUND)
        known = self._known.get(text)
        if known is None and self._production and not any_document:
            message = "Only registered documents are accepted here."
            raise DocumentRefused.because(message, TopLevelCode.PERSISTED_DOCUMENT_REQUIRED)
        return choose(known or self._documents.prepare(text), asked.operation_name)

    def name_of(self, operation: Operation) -> str | None:
        """The name of a registered operation, else None or its one field: its own name is whatever somebody wrote."""
        if operation.digest in self._named:
            return operation.name
        return operation.root if self._by_root else None

    async def run(
        self, operation: Operation, variables: Mapping[str, Any], context: Any, request_id: str
    ) -> ExecutionResult:
        """The answer of a query or mutation, its errors fit to show. SpectrumError when it takes too long."""
        try:
            async with asyncio.timeout(self._timeout_s):
                result = execute(**self._arguments(operation, variables, context))
                if not isinstance(result, ExecutionResult):
                    result = await result
        except TimeoutError:
            raise SpectrumError(TOO_SLOW, TopLevelCode.INTERNAL) from None
        return self._shown(result, request_id)

    async def subscribe(
        self, operation: Operation, variables: Mapping[str, Any], context: Any, request_id: str
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The answers of a subscription, their errors fit to show; one answer where it cannot begin."""
        result = subscribe(**self._arguments(operation, variables, context))
        source = result if isinstance(result, ExecutionResult | AsyncIterator) else await result
        if isinstance(source, ExecutionResult):
            yield self._shown(source, request_id)
            return
        async with aclosing(cast("AsyncGenerator[ExecutionResult, None]", source)) as answers:
            async for each in answers:
                yield self._shown(each, request_id)

    def _arguments(self, operation: Operation, variables: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return {
            "schema": self._schema,
            "document": operation.document,
            "context_value": context,
            "variable_values": dict(variables),
            "operation_name": operation.name,
            "executor_class": CompiledExecutor,
            "selections": operation.selections.spoken(getattr(context, "language", ENGLISH)),
            "is_awaitable": optimized_is_awaitable,
            "hide_suggestions": True,
        }

    def _shown(self, result: ExecutionResult, request_id: str) -> ExecutionResult:
        return ExecutionResult(result.data, shown(result.errors, request_id)) if result.errors else result
