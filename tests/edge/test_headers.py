"""Answers carry the headers that keep browsers careful, and an id of their own."""

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from app.edge.headers import SECURITY_HEADERS, SecurityHeaders


async def _state(request: Request) -> Response:
    headers = {"cache-control": "private", "content-security-policy": "default-src 'self'"}
    return JSONResponse(request.state.request_id, headers=headers if "own" in request.query_params else None)


def client() -> httpx.AsyncClient:
    """Return a client of an app that tells its request id."""
    routes = [Route(path, _state) for path in ("/graphql", "/elsewhere")]
    app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://edge.test")


async def test_every_answer_is_dressed() -> None:
    """All security headers must be on every answer, a 404 too; only GraphQL answers are kept out of caches."""
    async with client() as http:
        for path in ("/graphql", "/elsewhere", "/nowhere"):
            response = await http.get(path)
            assert SECURITY_HEADERS.items() <= dict(response.headers).items()
            assert response.headers.get("cache-control") == ("no-store" if path == "/graphql" else None)


async def test_what_the_application_set_stays() -> None:
    """A page's own policy and a cached answer's own caching must not be overwritten or doubled."""
    async with client() as http:
        response = await http.get("/graphql?own")
        assert response.headers.get_list("cache-control") == ["private"]
        assert response.headers.get_list("content-security-policy") == ["default-src 'self'"]


async def test_the_request_id_is_ours_and_new_each_time() -> None:
    """Inside and outside must see one id, never a client's, and no two requests the same."""
    async with client() as http:
        answers = [await http.get("/elsewhere", headers={"x-request-id": "theirs"}) for _ in range(3)]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert ids == {answer.json() for answer in answers}
    assert len(ids) == 3
    assert all(len(one) == 32 and int(one, 16) for one in ids)


async def test_a_socket_has_an_id_too() -> None:
    """A websocket handshake must carry the id and keep what the application agreed to."""
    sent: list[Message] = []
    scope: Scope = {"type": "websocket", "path": "/graphql", "headers": []}

    async def accepting(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(message: Message) -> None:
        sent.append(message)

    await SecurityHeaders(accepting)(scope, receive, send)
    (accepted,) = sent
    assert accepted["subprotocol"] == "graphql-transport-ws"
    assert accepted["headers"] == [(b"x-request-id", scope["state"]["request_id"].encode())]
