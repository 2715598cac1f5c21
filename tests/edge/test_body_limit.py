"""Bodies: what is too large, too slow, too deep or of the wrong kind never reaches the application."""

import asyncio
import json
import random
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from app.edge.body_limit import KIB, BodyLimit
from app.edge.nesting import JsonNesting

from .sample import build_app

JSON = {"content-type": "application/json"}
MUCH = {**JSON, "x-much": "yes"}


async def post(
    path: str, content: bytes | AsyncIterator[bytes], headers: dict[str, str] | None = None
) -> httpx.Response:
    """Post bytes to the sample app."""
    transport = httpx.ASGITransport(build_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://edge.test") as client:
        return await client.post(path, content=content, headers=JSON if headers is None else headers)


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """Stream parts, so that no length is declared."""
    for part in parts:
        yield part


def query_of(size: int) -> bytes:
    """Return a valid request of exactly `size` bytes."""
    body = b'{"query":"{name}","extensions":{"padding":"'
    return body + b"x" * (size - len(body) - 3) + b'"}}'


def told(response: httpx.Response, status: int) -> str:
    """Check the shape of a refusal and return its sentence."""
    assert response.status_code == status
    assert response.headers["cache-control"] == "no-store"
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    return str(error["message"])


@pytest.mark.parametrize(("path", "limit"), [("/graphql", 64 * KIB), ("/ops/graphql", 4096 * KIB)])
async def test_a_body_of_the_limit_passes_and_one_byte_more_does_not(path: str, limit: int) -> None:
    """The limit of each path must hold to the byte, for declared and for streamed bodies."""
    assert (await post(path, query_of(limit), MUCH)).json()["data"] == {"name": "node"}
    streamed = query_of(limit)
    assert (await post(path, pieces(streamed[:9], streamed[9:]), MUCH)).json()["data"] == {"name": "node"}
    assert "KiB" in told(await post(path, query_of(limit + 1), MUCH), 413)
    assert "KiB" in told(await post(path, pieces(streamed, b" "), MUCH), 413)


async def test_much_is_for_those_who_may_send_it() -> None:
    """The large limit is for whom the program lets; everybody else has the usual one there, too."""
    assert (await post("/ops/graphql", query_of(64 * KIB))).json()["data"] == {"name": "node"}
    told(await post("/ops/graphql", query_of(64 * KIB + 1)), 413)


async def test_other_paths_are_bounded_too() -> None:
    """A path that nobody named has the default limit and takes any content type."""
    headers = {"content-type": "text/plain"}
    assert (await post("/other", b"[" * 1000, headers)).text == "1000"
    assert (await post("/other", b"x" * 64 * KIB, headers)).text == str(64 * KIB)
    told(await post("/other", b"x" * (64 * KIB + 1), headers), 413)


async def test_a_lie_about_the_length_gains_nothing() -> None:
    """A short declared length must not let a long body in, and an absurd one must be refused unread."""
    headers = {**JSON, "content-length": "10"}
    told(await post("/graphql", pieces(b"x" * 40 * KIB, b"x" * 40 * KIB), headers), 413)
    told(await post("/graphql", b"{}", {**JSON, "content-length": "9" * 5000}), 413)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"],
)
async def test_forms_and_plain_text_are_refused(content_type: str) -> None:
    """What another site's page can send without asking (a simple request) must not run a query."""
    headers = {"content-type": content_type} if content_type else {}
    assert "application/json" in told(await post("/graphql", query_of(100), headers), 415)


async def test_json_with_parameters_is_taken() -> None:
    """A charset must not get in the way."""
    response = await post("/graphql", query_of(100), {"content-type": "application/json; charset=utf-8"})
    assert response.json()["data"] == {"name": "node"}


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
async def test_deep_nesting_is_refused_before_parsing(opening: bytes) -> None:
    """201 open brackets must be refused although the text is no complete JSON, streamed or not."""
    body = b'{"query":"{name}","variables":' + opening * 200
    assert "200" in told(await post("/graphql", body), 400)
    assert "200" in told(await post("/graphql", pieces(*(body[i : i + 7] for i in range(0, len(body), 7)))), 400)


async def test_brackets_inside_texts_are_no_nesting() -> None:
    """Whatever a person writes inside a string must not be counted."""
    text = '[{"\\' * 300
    body = json.dumps({"query": "{name}", "extensions": {"text": text}}).encode()
    assert (await post("/graphql", body)).json()["data"] == {"name": "node"}


async def test_another_encoding_cannot_hide_brackets() -> None:
    """UTF-16 and UTF-32, which JSON parsers guess, must be refused."""
    for encoding in ("utf-16", "utf-16-le", "utf-32-be"):
        assert "UTF-8" in told(await post("/graphql", '{"query":"{name}"}'.encode(encoding)), 400)


async def _never(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the application must not be reached")


def _scope() -> Scope:
    return {"type": "http", "method": "POST", "path": "/graphql", "headers": [(b"content-type", b"application/json")]}


async def test_a_body_that_never_ends_is_given_up() -> None:
    """A client that sends nothing more must get 408 and lose its connection, without reaching the application."""
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await BodyLimit(_never, timeout_s=0.01)(_scope(), receive, send)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_a_client_that_leaves_gets_no_answer() -> None:
    """A disconnect in the middle of a body must end the request quietly."""
    arriving: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return arriving.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await BodyLimit(_never)(_scope(), receive, send)
    assert sent == []


def depth_of(value: object) -> int:
    """Return how deep a JSON value nests."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


json_values = st.recursive(
    st.none() | st.integers() | st.text(alphabet='[]{}"\\a\n\u5b5b'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='[]{}"\\'), inner, max_size=3),
    max_leaves=20,
)


@given(json_values, st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_nesting_is_counted_exactly_however_the_text_is_cut(
    value: object, ascii_only: bool, cuts: random.Random
) -> None:
    """For any JSON, cut anywhere, the count must equal the depth of the parsed value."""
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    nesting = JsonNesting()
    start = 0
    while start < len(text):
        end = start + cuts.randint(1, 5)
        nesting.feed(text[start:end])
        start = end
    assert nesting.deepest == depth_of(value)
