"""An answer as bytes: data, errors and extensions put together, and the status that a client of its kind expects.

Makes no answer and remembers none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError
from starlette.datastructures import Headers
from starlette.responses import Response

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
"""GraphQL over HTTP, media types: with the second one, a request that cannot be run has the status 400."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was made of a request: `data` as JSON (None: there is none, not even null), and its errors."""

    data: bytes | None
    errors: Sequence[GraphQLError] = ()

    @classmethod
    def of(cls, result: ExecutionResult) -> "Answer":
        """The answer of an execution. Errors without a path are the request's: there is no data then."""
        errors = result.errors or ()
        if result.data is None and errors and all(error.path is None for error in errors):
            return cls(None, errors)
        return cls(orjson.dumps(result.data), errors)

    def rendered(self, extensions: Mapping[str, Any]) -> bytes:
        """The body of the response."""
        parts = []
        if self.errors:
            parts.append(b'"errors":' + orjson.dumps([error.formatted for error in self.errors]))
        if self.data is not None:
            parts.append(b'"data":' + self.data)
        if extensions:
            parts.append(b'"extensions":' + orjson.dumps(extensions))
        return b"{" + b",".join(parts) + b"}"


def media_type(headers: Headers) -> str:
    """What the client wants to read."""
    return RESPONSE_JSON if RESPONSE_JSON in headers.get("accept", "") else JSON


def to_response(answer: Answer, wanted: str, extensions: Mapping[str, Any]) -> Response:
    """The response; 400 for a request that could not be run, where the client knows that status by its media type."""
    status = 400 if answer.data is None and wanted == RESPONSE_JSON else 200
    return Response(answer.rendered(extensions), status, media_type=f"{wanted}; charset=utf-8")
