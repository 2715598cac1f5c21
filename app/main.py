"""The ASGI program: both GraphQL endpoints, the export, health, metrics, keys. Decides nothing about people."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app import telemetry
from app.edge.body_limit import BodyLimit
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
from app.edge.tokens import TokenVerifier
from app.errors import SpectrumError
from app.memory import forbid_core_dumps
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
                program.router.routes.extend(_routes(spectrum))
                yield
        except SpectrumError as error:
            sys.stderr.write(f"spectrum: {error}\n")
            raise

    return Starlette(middleware=_MIDDLEWARE, lifespan=lifespan)


def create_app(spectrum: Spectrum, points: Points | None = None) -> Starlette:
    """The program over an installation that somebody else has opened; its own `points` instead of the shared ones."""
    return Starlette(routes=_routes(spectrum, points), middleware=_MIDDLEWARE)


def _routes(spectrum: Spectrum, points: Points | None = None) -> list[BaseRoute]:
    verifier = TokenVerifier(secret=spectrum.access.secret, jwks_url=spectrum.access.jwks_url)
    ports = spectrum.ports
    routes: list[BaseRoute] = [
        Route("/graphql", _people(spectrum, verifier, points or Points(spectrum.shared_points))),
        Route("/ops/graphql", _team(spectrum, verifier)),
        Route("/export", Export(ports, verifier)),
        *health_routes(ports),
        Route("/.well-known/spectrum-keys.json", partial(_keys, ports)),
        *graphiql_routes(),
    ]
    return routes if spectrum.production else [*routes, Route("/", _home)]


def _people(spectrum: Spectrum, verifier: TokenVerifier, points: Points) -> Endpoint:
    secret = spectrum.ports.keyring.identity.key_for("etag")
    operations = Operations(build_schema(team=False), registered=read_registered(), production=spectrum.production)
    return Endpoint(
        spectrum.ports,
        verifier,
        operations,
        spender=Spender(points),
        remembered=Remembered(secret, ResponseCache()),
        team=False,
        page=not spectrum.production,
    )


def _team(spectrum: Spectrum, verifier: TokenVerifier) -> Endpoint:
    operations = Operations(build_schema(team=True))
    return Endpoint(spectrum.ports, verifier, operations, spender=Spender(None), remembered=None, team=True, page=True)


async def _home(_: Request) -> Response:
    return RedirectResponse("/graphql")


async def _keys(ports: Ports, _: Request) -> Response:
    """The public keys that receipts are checked with (JWK, RFC 8037)."""
    signer = Signer(ports.keyring.signing_seed)
    return JSONResponse({"keys": [signer.public_jwk]}, headers={"cache-control": "public, max-age=300"})
