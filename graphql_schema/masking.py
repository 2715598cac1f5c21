"""What a failed request may say: expected failures their sentence and code, everything else a request id."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from app.errors import ConfigurationError, ErrorCode, SpectrumError, TopLevelCode
from app.storage.store import StorageUnavailable
from app.telemetry import logger, where
from graphql_schema.redaction import redacted

log = logger("graphql")

MASKED = "Something went wrong on our side. Try again, and tell us the request id if it stays."


def shown(errors: Sequence[GraphQLError], request_id: str) -> list[GraphQLError]:
    """The errors of an execution as anyone may see them; the unexpected ones are logged without what they say."""
    return [_shown(error, request_id) for error in errors]


def shown_failure(failure: Exception, request_id: str) -> GraphQLError:
    """The same of what failed before there was an execution."""
    return _raised(GraphQLError(""), failure, request_id)


def _shown(error: GraphQLError, request_id: str) -> GraphQLError:
    original = error.original_error
    if original is None or (error.path is None and not isinstance(original, SpectrumError)):
        # the document or its variables, as graphql-core found them
        return _with_code(error, redacted(error), (error.extensions or {}).get("code", TopLevelCode.BAD_USER_INPUT))
    return _raised(error, original, request_id)


def _raised(error: GraphQLError, original: Exception, request_id: str) -> GraphQLError:
    if isinstance(original, SpectrumError) and not isinstance(original, StorageUnavailable | ConfigurationError):
        return _with_code(error, str(original), _top_level(original.code))
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
