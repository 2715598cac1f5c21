"""The ASGI program: both GraphQL endpoints, sockets, the export, health, metrics, keys. Decides nothing of people."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from app import telemetry
from app.domain.access import Caller, Role
from app.edge.body_limit import BodyLimit
from app.edge.document_limits import DocumentLimits, NoSubscriptions
from app.edge.export import Export
from app.edge.graphiql import graphiql_response, graphiql_routes
from app.edge.headers import SecurityHeaders
from app.edge.health import health_routes
from app.edge.refusals import refusal
from app.edge.sockets import Room, Sockets
from app.edge.tokens import TokenVerifier
from app.edge.wire import SocketLimits
from app.errors import SpectrumError, TopLevelCode, Unauthenticated
from app.memory import forbid_core_dumps
from app.pipeline.ports import Ports
from app.storage.sealed import Signer
from app.wiring import Spectrum, opened
from graphql_schema.access import STAFF
from graphql_schema.context import Context
from graphql_schema.schema import build_schema

_MIDDLEWARE = (Middleware(SecurityHeaders), Middleware(BodyLimit))


class Endpoint(GraphQL[Context, None]):
    """A GraphQL endpoint that knows who calls."""

    def __init__(self, spectrum: Spectrum, verifier: TokenVerifier, *, team: bool) -> None:
        super().__init__(
            build_schema(team=team, extensions=(DocumentLimits, NoSubscriptions)),
            graphql_ide="graphiql" if team or not spectrum.production else None,
            allow_queries_via_get=True,
            multipart_uploads_enabled=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),  # none over HTTP
        )
        self._ports = spectrum.ports
        self._verifier = verifier
        self._team = team

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        except Unauthenticated as error:
            await refusal(401, TopLevelCode.UNAUTHENTICATED, str(error))(scope, receive, send)
        except SpectrumError as error:
            forbidden = error.code is TopLevelCode.FORBIDDEN
            code = TopLevelCode.FORBIDDEN if forbidden else TopLevelCode.BAD_USER_INPUT
            await refusal(403 if forbidden else 400, code, str(error))(scope, receive, send)

    def decode_json(self, data: str | bytes) -> object:
        """One JSON object, read strictly: no NaN, no broken Unicode, no batch."""
        try:
            value: object = orjson.loads(data)
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, dict):
            raise SpectrumError("The request must be one JSON object.", TopLevelCode.BAD_USER_INPUT)
        return value

    async def execute_single(self, *asked: Any, **named: Any) -> ExecutionResult:
        """As Strawberry's own, but an operation's name that fits none is not repeated: it may be any text."""
        try:
            return await super().execute_single(*asked, **named)
        except HTTPException as error:
            if isinstance(error.__cause__, CannotGetOperationTypeError):
                raise SpectrumError("operationName names no operation.", TopLevelCode.BAD_USER_INPUT) from None
            raise

    async def get_context(self, request: Any, response: Any) -> Context:
        caller = await self._verifier.caller(request.headers.get("authorization"))
        if self._team and not _asks_for_the_page(request):
            _require_team(caller)
        return Context(self._ports, caller, request.state.request_id)

    async def render_graphql_ide(self, request: Request) -> Response:
        return graphiql_response(request.url.path)


def _asks_for_the_page(request: Request) -> bool:
    """Whether a browser opens GraphiQL, which asks for a token by itself."""
    return request.method == "GET" and "query" not in request.query_params


def _require_team(caller: Caller | None) -> None:
    """The team's endpoint answers nobody else, not even about its own shape."""
    if caller is None:
        raise Unauthenticated("Sign in to use this.")
    if not caller.roles & {*STAFF, Role.SERVICE}:
        raise SpectrumError("Your role may not use this.", TopLevelCode.FORBIDDEN)


def application() -> Starlette:
    """The program by itself, as an ASGI server runs it: `uvicorn --factory app.main:application`."""
    forbid_core_dumps()
    telemetry.configure_logging()

    @asynccontextmanager
    async def lifespan(program: Starlette) -> AsyncIterator[None]:
        try:
            async with opened() as spectrum:
                program.router.routes.extend(_routes(spectrum))
                yield
        except SpectrumError as error:
            sys.stderr.write(f"spectrum: {error}\n")
            raise

    return Starlette(middleware=_MIDDLEWARE, lifespan=lifespan)


def create_app(spectrum: Spectrum, *, sockets: SocketLimits | None = None) -> Starlette:
    """The program over an installation that somebody else has opened."""
    return Starlette(routes=_routes(spectrum, sockets), middleware=_MIDDLEWARE)


def _routes(spectrum: Spectrum, sockets: SocketLimits | None = None) -> list[BaseRoute]:
    verifier = TokenVerifier(secret=spectrum.access.secret, jwks_url=spectrum.access.jwks_url)
    ports, room = spectrum.ports, Room(sockets or SocketLimits())
    routes: list[BaseRoute] = [
        Route("/graphql", Endpoint(spectrum, verifier, team=False)),
        Route("/ops/graphql", Endpoint(spectrum, verifier, team=True)),
        WebSocketRoute("/graphql", _sockets(ports, verifier, room, team=False)),
        WebSocketRoute("/ops/graphql", _sockets(ports, verifier, room, team=True)),
        Route("/export", Export(ports, verifier)),
        *health_routes(ports),
        Route("/.well-known/spectrum-keys.json", partial(_keys, ports)),
        *graphiql_routes(),
    ]
    return routes if spectrum.production else [*routes, Route("/", _home)]


def _sockets(ports: Ports, verifier: TokenVerifier, room: Room, *, team: bool) -> Sockets:
    schema = build_schema(team=team, extensions=(DocumentLimits,))
    return Sockets(ports, verifier, schema, room, require=_require_team if team else _let_in)


def _let_in(_: Caller) -> None:
    """Anybody, about themselves."""


async def _home(_: Request) -> Response:
    return RedirectResponse("/graphql")


async def _keys(ports: Ports, _: Request) -> Response:
    """The public keys that receipts are checked with (JWK, RFC 8037)."""
    signer = Signer(ports.keyring.signing_seed)
    return JSONResponse({"keys": [signer.public_jwk]}, headers={"cache-control": "public, max-age=300"})
