"""Headers that every answer carries, and a request id that logs and errors can share.

Sets only what the application left unset, and trusts no id that comes from outside.
"""

import os
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from app.edge.body_limit import GRAPHQL_LIMITS

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Fit for JSON. A page sets its own content-security-policy, with its own frame-ancestors."""

_REQUEST_ID = b"x-request-id"


class SecurityHeaders:
    """ASGI middleware: SECURITY_HEADERS and `X-Request-Id` on every answer; `no-store` on `uncached` paths.

    The id (32 hexadecimal digits) is `request.state.request_id` inside. Headers that are already set stay.
    """

    def __init__(self, app: ASGIApp, *, uncached: Collection[str] = tuple(GRAPHQL_LIMITS)) -> None:
        self._app = app
        self._uncached = frozenset(uncached)
        self._always = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the request and dress its answer."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = os.urandom(16).hex()
        scope.setdefault("state", {})["request_id"] = request_id

        async def dressed(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                headers = [each for each in message.get("headers", ()) if each[0] != _REQUEST_ID]
                headers.append((_REQUEST_ID, request_id.encode()))
                if message["type"] == "http.response.start":
                    self._dress(headers, scope["path"])
                message = {**message, "headers": headers}
            await send(message)

        named = bind_contextvars(request_id=request_id)  # in every line that is logged until it is answered
        try:
            await self._app(scope, receive, dressed)
        finally:
            reset_contextvars(**named)

    def _dress(self, headers: list[tuple[bytes, bytes]], path: str) -> None:
        present = {name for name, _ in headers}
        headers += [each for each in self._always if each[0] not in present]
        if path in self._uncached and b"cache-control" not in present:
            headers.append((b"cache-control", b"no-store"))
