"""What a failed request may say: expected failures their sentence and code, everything else a request id."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from app.errors import ConfigurationError, ErrorCode, SpectrumError, TopLevelCode
from app.storage.store import StorageUnavailable
from app.telemetry import logger, where
from graphql_schema.redaction import redacted

log = logger("graphql")

MASKED = "Something went wrong on our side. Try again, and tell us the request id if it stays."


class MaskErrors(SchemaExtension):
    """Replaces each unexpected error by a sentence, the code INTERNAL and the request id."""

    def on_operation(self) -> Iterator[None]:
        yield
        self._mask(self.execution_context.result)

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        """The same for each answer on a socket, which is sent while the operation still goes on."""
        self._mask(result)
        yield

    def _mask(self, result: Any) -> None:
        errors = getattr(result, "errors", None)
        if errors:
            request_id = getattr(self.execution_context.context, "request_id", "")
            result.errors = [_shown(error, request_id) for error in errors]


def _shown(error: GraphQLError, request_id: str) -> GraphQLError:
    original = error.original_error
    if isinstance(original, SpectrumError) and not isinstance(original, StorageUnavailable | ConfigurationError):
        return _with_code(error, str(original), _top_level(original.code))
    if original is None or error.path is None:  # the document or its variables, as graphql-core found them
        return _with_code(error, redacted(error), (error.extensions or {}).get("code", TopLevelCode.BAD_USER_INPUT))
    log.error("resolver_failed", error=type(original).__name__, where=where(original), request_id=request_id)
    masked = _with_code(error, MASKED, TopLevelCode.INTERNAL)
    masked.extensions = {**(masked.extensions or {}), "requestId": request_id}
    return masked


def _top_level(code: ErrorCode | TopLevelCode) -> str:
    return code if isinstance(code, TopLevelCode) else TopLevelCode.BAD_USER_INPUT


def _with_code(error: GraphQLError, message: str, code: Any) -> GraphQLError:
    return GraphQLError(
        message, nodes=error.nodes, source=error.source, path=error.path, extensions={"code": str(code)}
    )
