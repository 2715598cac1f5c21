"""The ASGI program: dashboard, both GraphQL endpoints, sockets, export, health, keys. Decides nothing of people."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from app import telemetry
from app.domain.access import Role
from app.edge.body_limit import BodyLimit
from app.edge.dashboard import dashboard_routes, team_routes
from app.edge.documents.registered import read_registered
from app.edge.export import Export
from app.edge.graphiql import graphiql_routes
from app.edge.headers import SecurityHeaders
from app.edge.health import health_routes
from app.edge.serving.endpoint import Endpoint
from app.edge.serving.operations import Operations
from app.edge.serving.points import Points
from app.edge.serving.remembered import Remembered
from app.edge.serving.response_cache import ResponseCache
from app.edge.serving.spending import Spender
from app.edge.serving.streams import Streams
from app.edge.sockets.room import Room, Sockets
from app.edge.sockets.wire import SocketLimits
from app.edge.tokens import TokenVerifier
from app.errors import SpectrumError, Unauthenticated
from app.memory import collect_rarely, forbid_core_dumps
from app.pipeline.ports import Ports
from app.storage.sealed import Signer
from app.wiring import Spectrum, opened
from graphql_schema.schema import build_schema

_MIDDLEWARE = (Middleware(SecurityHeaders), Middleware(BodyLimit))


def application() -> Starlette:
    """The program by itself, as an ASGI server runs it: `uvicorn --factory app.main:application`."""
    forbid_core_dumps()
    telemetry.configure_logging()

    @asynccontextmanager
    async def lifespan(program: Starlette) -> AsyncIterator[None]:
        try:
            async with opened() as spectrum:
                _serve(program, spectrum)
                collect_rarely()
                yield
        except SpectrumError as error:
            sys.stderr.write(f"spectrum: {error}\n")
            raise

    return Starlette(middleware=_MIDDLEWARE, lifespan=lifespan)


def create_app(spectrum: Spectrum, points: Points | None = None, *, sockets: SocketLimits | None = None) -> Starlette:
    """The program over an installation that somebody else has opened.

    Its own `points` instead of the shared ones, its own limits of `sockets` instead of the usual.
    """
    program = Starlette(middleware=_MIDDLEWARE)
    _serve(program, spectrum, points, sockets)
    return program


def _serve(
    program: Starlette, spectrum: Spectrum, points: Points | None = None, sockets: SocketLimits | None = None
) -> None:
    verifier = TokenVerifier(secret=spectrum.access.secret, jwks_url=spectrum.access.jwks_url)
    ports, room = spectrum.ports, Room(sockets or SocketLimits())
    routes: list[BaseRoute] = [
        *_graphql(spectrum, verifier, points, room),
        Route("/export", Export(ports, verifier)),
        *health_routes(ports),
        Route("/.well-known/spectrum-keys.json", partial(_keys, ports)),
        *graphiql_routes(),
        *dashboard_routes(),
        *team_routes(),
    ]
    program.router.routes.extend(routes if spectrum.production else [*routes, Route("/", _home)])
    program.state.may_send_much = partial(_ingests, verifier)


async def _ingests(verifier: TokenVerifier, headers: Headers) -> bool:
    """Whether somebody may hand over sessions, which may be many at once."""
    try:
        caller = await verifier.caller(headers.get("authorization"))
    except Unauthenticated:
        return False
    return caller is not None and Role.SERVICE in caller.roles


def _graphql(spectrum: Spectrum, verifier: TokenVerifier, points: Points | None, room: Room) -> list[BaseRoute]:
    """Both endpoints, each over HTTP and for sockets."""
    ports, production = spectrum.ports, spectrum.production
    people = Operations(build_schema(team=False), registered=read_registered(), production=production)
    team = Operations(build_schema(team=True), by_root=True)
    anonymous = points or Points(None)
    points = points or Points(spectrum.shared_points)
    remembered = Remembered(
        ports.keyring.identity.key_for("etag"), ResponseCache(), settings=f"{ports.rules} {ports.analyser_version}"
    )
    paid, free = Spender(points, anonymous), Spender(None)
    return [
        Route(
            "/graphql",
            Endpoint(ports, verifier, people, spender=paid, remembered=remembered, team=False, page=not production),
        ),
        Route("/ops/graphql", Endpoint(ports, verifier, team, spender=free, remembered=None, team=True, page=True)),
        WebSocketRoute("/graphql", Sockets(ports, verifier, Streams(people, paid, team=False), room)),
        WebSocketRoute("/ops/graphql", Sockets(ports, verifier, Streams(team, free, team=True), room)),
    ]


async def _home(_: Request) -> Response:
    return RedirectResponse("/app/")


async def _keys(ports: Ports, _: Request) -> Response:
    """The public keys that receipts are checked with (JWK, RFC 8037)."""
    signer = Signer(ports.keyring.signing_seed)
    return JSONResponse({"keys": [signer.public_jwk]}, headers={"cache-control": "public, max-age=300"})
