"""Answers of the edge to requests that never reach the schema, in the shape of a GraphQL answer.

Decides nothing: the middlewares do, and their sentences never repeat what was sent.
"""

from starlette.responses import JSONResponse


def refusal(status: int, code: str, message: str) -> JSONResponse:
    """`{"errors": [{message, extensions: {code}}]}` with an HTTP status in 400..499; never cached."""
    return JSONResponse(
        {"errors": [{"message": message, "extensions": {"code": code}}]},
        status_code=status,
        headers={"cache-control": "no-store"},
    )
