"""Answers of the edge to requests that never reach the schema, in the shape of a GraphQL answer.

Decides nothing: the middlewares do, and their sentences never repeat what was sent.
"""

import math

from starlette.responses import JSONResponse


def refusal(
    status: int, code: str, message: str, *, retry_after_ms: int | None = None, allow: str | None = None
) -> JSONResponse:
    """`{"errors": [{message, extensions: {code}}]}` with an HTTP status in 400..499; never cached.

    `retry_after_ms` says when asking again makes sense, `allow` which methods do.
    """
    extensions: dict[str, object] = {"code": str(code)}
    headers = {"cache-control": "no-store"}
    if retry_after_ms is not None:
        extensions["retryAfterMs"] = retry_after_ms
        headers["retry-after"] = str(math.ceil(retry_after_ms / 1000))
    if allow is not None:
        headers["allow"] = allow
    return JSONResponse({"errors": [{"message": message, "extensions": extensions}]}, status, headers)
