"""Bodies are bounded before anyone reads them: size, content type, waiting time and nesting.

Parses nothing and keeps nothing: a body that passes is handed on byte for byte.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.edge.nesting import JsonNesting
from app.edge.refusals import refusal
from app.errors import TopLevelCode

KIB = 1024
GRAPHQL_LIMITS: Mapping[str, int] = {"/graphql": 64 * KIB, "/ops/graphql": 4096 * KIB}
"""Bytes by path. The large one is for ingestion in bulk, and for whoever may do that."""
DEFAULT_LIMIT = 64 * KIB
DEEPEST_NESTING = 200
"""Python's JSON parser gives up with a RecursionError at about five times this."""
BODY_TIMEOUT_S = 30.0
_PIECE = 64 * KIB
"""Counted between two turns of the event loop."""


class _BodyRefusedError(Exception):
    """Carries the answer that ends the request."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


class BodyLimit:
    """ASGI middleware: 413 over the path's limit, 408 too slow; on GraphQL paths also 415 and 400.

    `limits` (bytes by exact path) names the GraphQL paths; every other path has `default` bytes. More than `default` is
    for those whose headers the program's `state.may_send_much` (a coroutine function) lets.
    A POST to a GraphQL path must say `application/json`: that is what keeps other sites' forms out (CSRF),
    and its body may nest at most 200 brackets and hold no NUL byte (UTF-8 JSON has none; UTF-16 would blind the count).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Mapping[str, int] = GRAPHQL_LIMITS,
        default: int = DEFAULT_LIMIT,
        timeout_s: float = BODY_TIMEOUT_S,
    ) -> None:
        self._app = app
        self._limits = limits
        self._default = default
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what fits, answer what does not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except _BodyRefusedError as refused:
            await refused.answer(scope, receive, send)
        except ClientDisconnect:
            return  # nobody waits for an answer
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        path = scope["path"]
        is_graphql_post = path in self._limits and scope["method"] == "POST"
        headers = Headers(scope=scope)
        limit = self._limits.get(path, self._default)
        if limit > self._default and not await _may_send_much(scope, headers):
            limit = self._default
        if is_graphql_post:
            _require_json(headers)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 18 or int(declared) > limit):
            raise _too_large(limit)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await _read(receive, limit, JsonNesting() if is_graphql_post else None)
        except TimeoutError:
            raise _refused(408, "The body took too long to arrive.") from None


async def _may_send_much(scope: Scope, headers: Headers) -> bool:
    lets: Callable[[Headers], Awaitable[bool]] | None = getattr(scope["app"].state, "may_send_much", None)
    return lets is not None and await lets(headers)


async def _read(receive: Receive, limit: int, nesting: JsonNesting | None) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        if len(body) + len(chunk) > limit:
            raise _too_large(limit)
        if nesting is not None:
            await _count(nesting, chunk, is_first=not body)
        body += chunk
        if not message.get("more_body", False):
            return bytes(body)


async def _count(nesting: JsonNesting, chunk: bytes, *, is_first: bool) -> None:
    if b"\0" in chunk:
        raise _refused(400, "The body must be JSON in UTF-8.")
    for start in range(0, len(chunk), _PIECE):
        if start or not is_first:
            await asyncio.sleep(0)
        nesting.feed(chunk[start : start + _PIECE])
        if nesting.deepest > DEEPEST_NESTING:
            raise _refused(400, f"The body nests deeper than {DEEPEST_NESTING} brackets.")


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body once, as one message; then whatever comes next, which is the disconnect."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _require_json(headers: Headers) -> None:
    types = [value.partition(";")[0].strip().lower() for value in headers.getlist("content-type")]
    if types != ["application/json"]:
        raise _refused(415, "Send the request as application/json.")


def _too_large(limit: int) -> _BodyRefusedError:
    return _refused(413, f"The body may have at most {limit // KIB} KiB.")


def _refused(status: int, message: str) -> _BodyRefusedError:
    answer = refusal(status, TopLevelCode.BAD_USER_INPUT, message)
    if status in {408, 413}:
        answer.headers["connection"] = "close"  # the rest of the body is still on its way: do not read it
    return _BodyRefusedError(answer)
