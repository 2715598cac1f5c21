"""Subscriptions over graphql-transport-ws: who may open a socket, for how long, and how many.

The protocol itself is Strawberry's; what is said on a socket is executed by the streams that are handed in.
"""

from collections import Counter, deque
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.http.websocket_origin import is_same_origin
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.types.unset import UNSET

from app.domain.access import Caller
from app.edge.refusals import refusal
from app.edge.serving.streams import Streams
from app.edge.sockets.wire import INTERNAL_ERROR, NOT_ACCEPTABLE, TOO_MANY, UNAUTHORIZED, SocketLimits, Wire
from app.edge.tokens import TokenVerifier
from app.errors import SpectrumError, TopLevelCode
from app.pipeline.ports import Ports
from app.telemetry import SOCKETS, logger, where
from graphql_schema.access import require_team
from graphql_schema.context import Context
from graphql_schema.language import language_of

RETRY_AFTER_S = 30

log = logger("sockets")


class Room:
    """The sockets of this process, and whose they are."""

    def __init__(self, limits: SocketLimits) -> None:
        self.limits = limits
        self._open = 0
        self._waiting: Counter[str] = Counter()
        self._of: dict[UUID, deque[Wire]] = {}

    def is_full_for(self, address: str) -> bool:
        """Whether there is no space for one more from there: too many wait to say who they are, or are open at all."""
        return self._open >= self.limits.sockets or self._waiting[address] >= self.limits.waiting

    def enter(self, address: str) -> None:
        """One more is open, and waits to say who it is."""
        self._open += 1
        self._waiting[address] += 1
        SOCKETS.inc()

    def _let_in(self, address: str) -> None:
        self._waiting[address] -= 1
        if not self._waiting[address]:
            del self._waiting[address]

    def leave(self, address: str, person_id: UUID | None, wire: Wire) -> None:
        """It is not open any more."""
        self._open -= 1
        SOCKETS.dec()
        if person_id is None:
            self._let_in(address)
        mine = self._of.get(person_id) if person_id else None
        if person_id is not None and mine is not None:
            if wire in mine:  # the oldest of too many is not, any more
                mine.remove(wire)
            if not mine:
                del self._of[person_id]

    async def settle(self, address: str, person_id: UUID, wire: Wire) -> None:
        """It is this person's. Of too many the oldest goes: a phone that lost its network leaves dead ones behind."""
        self._let_in(address)
        mine = self._of.setdefault(person_id, deque())
        mine.append(wire)
        if len(mine) > self.limits.of_a_person:
            await mine.popleft().close(TOO_MANY, "")


def address_of(websocket: WebSocket) -> str:
    """Where a socket comes from."""
    return websocket.client.host if websocket.client else ""


class Sockets:
    """The endpoint, as an ASGI application.

    403 for a page of another origin, 503 with Retry-After when there are too many sockets. After that the protocol's
    own codes: 4400 a bad message, 4401 no token or the end of one, 4403 a bad token, 4406 another protocol, 4408 no
    token in time, 4429 too often, too slow a reader, or too many sockets of one person.
    """

    def __init__(
        self,
        ports: Ports,
        verifier: TokenVerifier,
        streams: Streams,
        room: Room,
    ) -> None:
        self._ports = ports
        self._verifier = verifier
        self._streams = streams
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket to its end."""
        websocket = WebSocket(scope, receive, send)
        refused = self._refused(websocket)
        if refused is not None:
            await websocket.send_denial_response(refused)
            return
        wire = Wire(websocket, self._room.limits)
        visit = _Visit(self._ports, self._verifier, self._streams, self._room, websocket, wire)
        address = address_of(websocket)
        self._room.enter(address)
        try:
            await self._serve(websocket, wire, visit)
        finally:
            self._room.leave(address, visit.person_id, wire)

    def _refused(self, websocket: WebSocket) -> Response | None:
        origin = websocket.headers.get("origin")
        if origin is not None and not is_same_origin(origin, websocket.headers.get("host")):
            return refusal(403, TopLevelCode.FORBIDDEN, "Pages of another origin may open no socket here.")
        if self._room.is_full_for(address_of(websocket)):
            answer = refusal(503, TopLevelCode.INTERNAL, "There are too many sockets at the moment. Please try again.")
            answer.headers["retry-after"] = str(RETRY_AFTER_S)
            return answer
        return None

    async def _serve(self, websocket: WebSocket, wire: Wire, visit: "_Visit") -> None:
        if GRAPHQL_TRANSPORT_WS_PROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.accept()
            await wire.close(NOT_ACCEPTABLE, "")
            return
        await websocket.accept(GRAPHQL_TRANSPORT_WS_PROTOCOL)
        served: BaseGraphQLTransportWSHandler[Any, Any] = BaseGraphQLTransportWSHandler(
            view=visit,  # type: ignore[arg-type] # it asks for on_ws_connect alone
            websocket=wire,
            context=visit,
            root_value=None,
            schema=visit,  # type: ignore[arg-type] # and for stream alone
            connection_init_wait_timeout=timedelta(seconds=self._room.limits.init_s),
            max_subscriptions_per_connection=self._room.limits.operations,
        )
        try:
            await served.handle()
        except Exception as error:  # noqa: BLE001 - whatever it is: the server would print it and say 1006
            log.error("socket_failed", error=type(error).__name__, where=where(error))  # noqa: TRY400 - no traceback
            await wire.close(INTERNAL_ERROR, "")


class _Visit:
    """One socket as Strawberry's handler sees it: the view that lets somebody in, and the schema that they ask."""

    def __init__(
        self,
        ports: Ports,
        verifier: TokenVerifier,
        streams: Streams,
        room: Room,
        websocket: WebSocket,
        wire: Wire,
    ) -> None:
        self.connection_params: dict[str, object] | None = None
        self.person_id: UUID | None = None
        self._ports = ports
        self._verifier = verifier
        self._streams = streams
        self._room = room
        self._websocket = websocket
        self._wire = wire
        self._caller: Caller | None = None

    async def on_ws_connect(self, _: object) -> object:
        """Let in whoever has a token that holds, until it ends."""
        try:
            caller = await self._verifier.caller(self._authorization())
            if caller is not None and self._streams.team:
                require_team(caller)
        except SpectrumError:
            raise ConnectionRejectionError from None
        if caller is None:
            await self._wire.close(UNAUTHORIZED, "")
            raise WebSocketDisconnected
        self._caller = caller
        self.person_id = self._ports.keyring.identity.person_id(caller.subject)
        self._wire.end_at(caller.expires_at)
        await self._room.settle(address_of(self._websocket), self.person_id, self._wire)
        return UNSET

    def _authorization(self) -> str | None:
        """The token of the first message, else of the handshake. A browser can send the first alone."""
        params = self.connection_params or {}
        given = params.get("authorization", params.get("Authorization"))
        if given is None:
            return self._websocket.headers.get("authorization")
        return given if isinstance(given, str) else ""

    async def stream(
        self,
        query: str,
        *,
        variable_values: dict[str, Any] | None,
        operation_name: str | None,
        **_: object,  # the handler's context and root, which are one for all operations of a socket
    ) -> AsyncGenerator[Any, None]:
        """Execute an operation, each with a context of its own."""
        language = language_of(self._websocket.headers.get("accept-language"))
        context = Context(self._ports, self._caller, self._websocket.state.request_id, language)
        return self._streams.stream(query, variable_values or {}, operation_name, context)
