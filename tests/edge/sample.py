"""A small Strawberry schema behind the whole edge, for the tests of this folder; tests nothing itself."""

from collections.abc import AsyncIterator

import strawberry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from app.edge.body_limit import BodyLimit
from app.edge.document_limits import DocumentLimits
from app.edge.graphiql import graphiql_response, graphiql_routes
from app.edge.headers import SecurityHeaders


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
    def children(self, first: int) -> list["Node"]:
        """At most three below, however many are asked for."""
        return [Node() for _ in range(min(first, 3))]


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


schema = strawberry.Schema(Query, subscription=Subscription, extensions=[DocumentLimits])


class Endpoint(GraphQL[None, None]):
    """Answers browsers with our own GraphiQL."""

    async def render_graphql_ide(self, request: Request) -> Response:
        """Return the page for the path that was asked for."""
        return graphiql_response(request.url.path)


async def _upload(request: Request) -> Response:
    return Response(str(len(await request.body())), media_type="text/plain")


def build_app() -> Starlette:
    """Return the app: the schema at both GraphQL paths, `/other` for plain bodies."""
    graphql = Endpoint(schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])

    async def socket(websocket: WebSocket) -> None:
        await graphql(websocket.scope, websocket.receive, websocket.send)

    routes = [
        Route("/graphql", graphql),
        Route("/ops/graphql", graphql),
        WebSocketRoute("/graphql", socket),
        WebSocketRoute("/ops/graphql", socket),
        Route("/other", _upload, methods=["POST"]),
        *graphiql_routes(),
    ]
    return Starlette(routes=routes, middleware=[Middleware(SecurityHeaders), Middleware(BodyLimit)])
