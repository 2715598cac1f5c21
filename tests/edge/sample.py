"""A small Strawberry schema behind the whole edge, for the tests of this folder; tests nothing itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import strawberry
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from app.edge.body_limit import BodyLimit
from app.edge.graphiql import graphiql_routes
from app.edge.headers import SecurityHeaders
from app.edge.serving.endpoint import Endpoint
from app.edge.serving.operations import Operations
from app.edge.serving.points import Points
from app.edge.serving.spending import Spender
from app.edge.serving.streams import Streams
from app.edge.sockets.room import Room, Sockets
from app.edge.sockets.wire import SocketLimits
from app.edge.tokens import TokenVerifier
from app.pipeline.ports import Ports
from app.storage.sealed import Identity
from tests.conftest import AUTH_SECRET


@strawberry.type
class Node:
    """Something with more of itself below."""

    @strawberry.field
    def name(self) -> str:
        """Give the same for each."""
        return "node"

    @strawberry.field
    def child(self) -> "Node":
        """One below."""
        return Node()

    @strawberry.field
    def children(self, first: int, last: int | None = None) -> list["Node"]:
        """At most three below, however many are asked for."""
        return [Node() for _ in range(min(first, 3))]

    @strawberry.field
    async def slow(self) -> str:
        """Take a minute."""
        await asyncio.sleep(60)
        return "slow"

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list["Node"]:
        """One for each."""
        return [Node() for _ in ids]


@strawberry.type
class Query(Node):
    """The root is a node as well."""


@strawberry.type
class Subscription:
    """One stream."""

    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        """Give 1, 2, 3."""
        for number in (1, 2, 3):
            yield number


schema = strawberry.Schema(Query, subscription=Subscription)


async def _upload(request: Request) -> Response:
    return Response(str(len(await request.body())), media_type="text/plain")


class _Keys:
    identity = Identity(b"sample" * 6)


class _Ports:
    """All that the edge needs of an installation while no field asks for anything that is kept."""

    keyring = _Keys


def build_app(*, team: bool = False) -> Starlette:
    """Return the app: the schema at both paths and for sockets, `/other` for plain bodies; `team`: for staff."""
    ports, verifier, operations = cast("Ports", _Ports()), TokenVerifier(secret=AUTH_SECRET), Operations(schema)
    spender = Spender(None if team else Points(None))
    endpoint = Endpoint(ports, verifier, operations, spender=spender, remembered=None, team=team, page=True)
    sockets = Sockets(ports, verifier, Streams(operations, spender, team=team), Room(SocketLimits()))
    routes = [
        Route("/graphql", endpoint),
        Route("/ops/graphql", endpoint),
        WebSocketRoute("/graphql", sockets),
        Route("/other", _upload, methods=["POST"]),
        *graphiql_routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders), Middleware(BodyLimit)])
    app.state.may_send_much = _may_send_much
    return app


async def _may_send_much(headers: Headers) -> bool:
    return headers.get("x-much") == "yes"
