"""The rules of a socket, over real ones: who is let in, what may be said, how much of it, and how it ends."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from app.domain.access import Role
from app.edge.sockets.frames import MAX_FRAME_BYTES
from app.edge.sockets.wire import SocketLimits
from app.gateways.points import LIMIT as POINTS
from app.wiring import Spectrum
from graphql_schema.schema import build_schema
from tests.client import Client
from tests.life import who
from tests.phones import EVENTS, PATIENCE_S, PROTOCOL, Phone, api, token, until_heard

CANARY = "canary"
LIMITS = SocketLimits(init_s=0.2, operations=3, of_a_person=2, burst=30)


@pytest.fixture(scope="module")
async def port(spectrum: Spectrum) -> AsyncIterator[int]:
    """Give a server with narrow limits."""
    async with api(spectrum, LIMITS) as found:
        yield found


async def test_another_protocol_is_not_spoken(port: int) -> None:
    """The legacy protocol, an unknown one and none at all are closed with the code for it; ours is found among them."""
    for protocols in (("graphql-ws",), ("chat",), ()):
        async with Phone.at(port, protocols=protocols) as phone:
            assert (await phone.comes_to_an_end())[0] == 4406
    async with Phone.at(port, protocols=("graphql-ws", PROTOCOL)) as phone:
        assert phone.socket.subprotocol == PROTOCOL


async def test_pages_of_another_origin_open_no_socket(port: int) -> None:
    """A browser says where a page comes from; our own pages may, and so may programs, which say nothing."""
    for origin in ("https://evil.example", f"http://localhost:{port}", "null", "http://127.0.0.1:1"):
        with pytest.raises(InvalidStatus) as refused:
            async with Phone.at(port, origin=origin):
                pass
        assert refused.value.response.status_code == 403
    async with Phone.at(port, origin=f"http://127.0.0.1:{port}") as phone:
        assert phone.socket.subprotocol == PROTOCOL


async def test_a_token_is_needed(port: int, person: str) -> None:
    """No token and a bad one are told apart; nothing is answered before one was given."""
    async with Phone.at(port) as phone:
        await phone.say({"type": "connection_init"})
        assert (await phone.comes_to_an_end())[0] == 4401
    for bad in ("Bearer nonsense", "Basic abc", f"Bearer {token(person)}x", 7, ["Bearer"], ""):
        async with Phone.at(port) as phone:
            await phone.say({"type": "connection_init", "payload": {"authorization": bad}})
            assert await phone.comes_to_an_end() == (4403, "Forbidden")
    async with Phone.at(port) as phone:
        await phone.ask("{ __typename }")
        assert (await phone.comes_to_an_end())[0] == 4401


async def test_a_token_may_come_with_the_handshake(port: int, person: str) -> None:
    """Programs send it as a header; the first message says otherwise where both do."""
    header: dict[str, Any] = {"additional_headers": {"authorization": f"Bearer {token(person)}"}}
    async with Phone.at(port, **header) as phone:
        await phone.say({"type": "connection_init"})
        assert await phone.hear() == {"type": "connection_ack"}
    async with Phone.at(port, **header) as phone:
        await phone.say({"type": "connection_init", "payload": {"Authorization": "Bearer nonsense"}})
        assert (await phone.comes_to_an_end())[0] == 4403


async def test_whoever_says_nothing_is_closed(port: int) -> None:
    """A socket without a token is kept for a moment only, also when something else is said on it."""
    async with Phone.at(port) as phone:
        await phone.say({"type": "ping"})
        assert await phone.hear() == {"type": "pong"}
        assert (await phone.comes_to_an_end())[0] == 4408


async def test_a_socket_ends_with_its_token(spectrum: Spectrum, port: int, person: str) -> None:
    """At the token's end the socket is closed and nobody listens any more; a second greeting prolongs nothing."""
    async with Phone.at(port) as phone:
        assert (await phone.greet(token(person, ttl_s=2)))["type"] == "connection_ack"
        await phone.ask(EVENTS)
        assert (await phone.comes_to_an_end())[0] == 4401
    await until_heard(spectrum.redis_url, who(spectrum, person), lines=0)
    async with Phone.of(person, port) as phone:
        await phone.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token(person)}"}})
        assert (await phone.comes_to_an_end())[0] == 4429


@pytest.mark.parametrize(
    "said",
    [
        CANARY,
        b"\x00\xff",
        json.dumps([{"type": "ping", "payload": {"a": CANARY}}]),
        "[" * 5_000,
        json.dumps({"type": CANARY}),
        json.dumps({"type": "subscribe", "id": CANARY * 50, "payload": {"query": "{ a }"}}),
        json.dumps({"type": "subscribe", "id": "1", "payload": {"query": {"text": CANARY}}}),
        json.dumps({"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": [CANARY]}}),
    ],
    ids=["text", "binary", "array", "deep", "type", "id", "query", "variables"],
)
async def test_what_is_no_message_closes_the_socket(
    port: int, person: str, said: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The sentence and the log repeat nothing of it."""
    async with Phone.of(person, port) as phone:
        await phone.say(said)
        code, sentence = await phone.comes_to_an_end()
    assert code == 4400
    assert sentence
    assert CANARY not in sentence
    assert CANARY not in caplog.text


async def test_the_server_refuses_what_is_too_large_or_no_text(port: int, person: str) -> None:
    """A message over the limit, in one frame or in many, and broken UTF-8 end with the codes of websockets."""
    large = json.dumps({"type": "ping", "payload": {"a": "x" * MAX_FRAME_BYTES}})
    async with Phone.of(person, port) as phone:
        await phone.say(large)
        assert (await phone.comes_to_an_end())[0] == 1009
    async with Phone.of(person, port) as phone:
        await phone.socket.send(large[start : start + 1_000] for start in range(0, len(large), 1_000))
        assert (await phone.comes_to_an_end())[0] == 1009
    logging.getLogger("uvicorn.error").disabled = True
    try:
        async with Phone.of(person, port) as phone:
            await phone.socket.send(b"\xff\xfe", text=True)
            assert (await phone.comes_to_an_end())[0] == 1007
    finally:
        logging.getLogger("uvicorn.error").disabled = False


async def test_documents_that_do_not_hold_are_answered(port: int, person: str) -> None:
    """A syntax error, an unknown field, a bad variable and too large a document are errors of their operation alone."""
    documents = [
        f'{{ a(b: "{CANARY}" }}',
        f"{{ {CANARY}Field }}",
        "subscription{" + "a:spectrumEvents{dataRevision}" * 31 + "}",
        "{" * 300,
        "query A { __typename } query B { __typename }",
    ]
    async with Phone.of(person, port) as phone:
        for number, document in enumerate(documents):
            await phone.ask(document, as_=str(number))
            message = await phone.hear()
            assert (message["type"], message["id"]) == ("error", str(number)), message
            assert all(error["extensions"]["code"] for error in message["payload"])
            assert f'"{CANARY}"' not in json.dumps(message)
        await phone.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", variables={"ids": {"a": CANARY}})
        assert CANARY not in json.dumps(await phone.hear())
        await phone.say({"type": "ping"})


async def test_queries_and_mutations_are_answered_too(port: int, person: str) -> None:
    """The protocol knows them: one answer, and the end; each reads afresh."""
    async with Phone.of(person, port) as phone:
        for as_ in ("1", "2"):
            await phone.ask("{ viewer { spectrum { dataRevision } } }", as_=as_)
            answer, end = await phone.hear(), await phone.hear()
            assert answer["payload"]["data"] == {"viewer": {"spectrum": {"dataRevision": "0.0"}}}
            assert end == {"type": "complete", "id": as_}


async def test_what_is_asked_on_a_socket_costs_what_it_costs(spectrum: Spectrum, port: int, person: str) -> None:
    """An answer says its cost and its revision; whoever has no points left is told to wait, here as elsewhere."""
    async with Phone.of(person, port) as phone:
        await phone.ask("{ viewer { timeZone } rateLimit { cost } }", as_="1")
        answer, _ = await phone.hear(), await phone.hear()
        assert answer["payload"]["data"]["rateLimit"] == {"cost": 1}
        assert answer["payload"]["extensions"]["cost"]["actual"] == 1
        assert answer["payload"]["extensions"]["dataRevision"] == "0.0"
    other = f"{person}-spent"
    bucket = spectrum.ports.keyring.identity.pseudonym("points", who(spectrum, other))
    await spectrum.shared_points.take(bucket, least=1, most=POINTS)
    async with Phone.of(other, port) as phone:
        await phone.ask('{ viewer { spectrum { exclusionPreview(input: {range: {week: "2026-W28"}}) { token } } } }')
        refused = await phone.hear()
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == "THROTTLED"
        assert refused["payload"][0]["extensions"]["retryAfterMs"] > 0


async def test_the_teams_sockets_are_the_teams(port: int, person: str) -> None:
    """At the team's endpoint a person is not let in; staff may ask what they may ask over HTTP."""
    async with Phone.at(port, path="/ops/graphql") as phone:
        await phone.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token(person)}"}})
        assert (await phone.comes_to_an_end())[0] == 4403
    async with Phone.at(port, path="/ops/graphql") as phone:
        assert (await phone.greet(token(person, Role.OPERATOR)))["type"] == "connection_ack"
        await phone.ask("{ ops { queues { name } } }")
        assert len((await phone.hear())["payload"]["data"]["ops"]["queues"]) == 3


async def test_operations_of_a_socket_are_bounded(spectrum: Spectrum, port: int, person: str) -> None:
    """One more than may run at once is refused; one that was completed makes room; an id is used once."""
    async with Phone.of(person, port) as phone:
        for as_ in ("1", "2", "3"):
            await phone.ask(EVENTS, as_=as_)
        await phone.ask(EVENTS, as_="4")
        assert (await phone.hear())["type"] == "error"
        await phone.say({"type": "complete", "id": "1"})
        await phone.ask(EVENTS, as_=CANARY)
        await until_heard(spectrum.redis_url, who(spectrum, person))
        await phone.ask(EVENTS, as_=CANARY)
        assert await phone.comes_to_an_end() == (4409, "Subscriber already exists")
    await until_heard(spectrum.redis_url, who(spectrum, person), lines=0)


async def test_silent_sockets_keep_nobody_out(spectrum: Spectrum, person: str) -> None:
    """From one address only so many may wait to say who they are; those who said it take no place of theirs."""
    async with api(spectrum, replace(LIMITS, init_s=30.0, waiting=3, of_a_person=9)) as narrow:
        async with AsyncExitStack() as stack:
            for _ in range(2):
                await stack.enter_async_context(Phone.of(person, narrow))
            for _ in range(3):
                await stack.enter_async_context(Phone.at(narrow))
            with pytest.raises(InvalidStatus) as refused:
                await stack.enter_async_context(Phone.at(narrow))
            assert refused.value.response.status_code == 503
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(InvalidStatus):
                    async with Phone.of(person, narrow):
                        break


async def test_frames_are_paced(port: int, person: str) -> None:
    """Whoever says more than a phone has to say is closed."""
    async with Phone.of(person, port) as phone:
        for _ in range(3 * LIMITS.burst):
            try:
                await phone.say({"type": "pong"})
            except Exception:  # noqa: BLE001 - it is closed already, which is what is looked for
                break
        assert (await phone.comes_to_an_end())[0] == 4429


async def test_of_too_many_sockets_of_one_person_the_oldest_goes(port: int, person: str) -> None:
    """The phone that is in the hand is let in; another person is not touched."""
    async with (
        Phone.of(f"other-{person}", port) as other,
        Phone.of(person, port) as first,
        Phone.of(person, port) as second,
        Phone.of(person, port) as third,
    ):
        assert (await first.comes_to_an_end())[0] == 4429
        for phone in (other, second, third):
            await phone.say({"type": "ping"})
            assert await phone.hear() == {"type": "pong"}


async def test_a_full_process_refuses_the_handshake(spectrum: Spectrum, person: str) -> None:
    """One more than a process takes is told to come back; when one leaves there is room."""
    async with api(spectrum, replace(LIMITS, sockets=1)) as port:
        async with Phone.of(person, port):
            with pytest.raises(InvalidStatus) as refused:
                async with Phone.at(port):
                    pass
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["retry-after"]
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    async with Phone.of(person, port):
                        break
                except InvalidStatus:
                    await asyncio.sleep(0.01)


async def test_whoever_reads_nothing_is_given_up(spectrum: Spectrum, person: str) -> None:
    """Answers that are not taken are waited for only so long, and do not pile up."""
    limits = SocketLimits(send_s=0.2, frames_a_second=1e6, burst=10**6, operations=10**6, close_s=0.1)
    glossary = "{ viewer { spectrum { " + " ".join(f"a{n}: glossary {{ description }}" for n in range(20)) + " } } }"
    async with api(spectrum, limits) as port, Phone.of(person, port, max_queue=1, close_timeout=0.1) as phone:
        await phone.ask(EVENTS)
        await until_heard(spectrum.redis_url, who(spectrum, person))
        for number in range(200):
            await phone.ask(glossary, as_=f"glossary {number}")
        await until_heard(spectrum.redis_url, who(spectrum, person), lines=0)


async def test_subscriptions_are_the_sockets_alone(client: Client, person: str) -> None:
    """Over HTTP none begins, whichever way of streaming is asked for."""
    accepted = ("application/json", "text/event-stream", 'multipart/mixed;subscriptionSpec="1.0"')
    for accept in accepted:
        headers = {"authorization": f"Bearer {client.token(person)}", "accept": accept}
        answer = await client.http.post("/graphql", json={"query": EVENTS}, headers=headers)
        if answer.status_code == 200:
            (error,) = answer.json()["errors"]
            assert error["extensions"]["code"] == "BAD_USER_INPUT"
        else:
            assert answer.status_code in {400, 406}, (accept, answer.text)


async def test_sockets_are_counted(client: Client, port: int, person: str) -> None:
    """What is open and how many were closed by which code stands in the metrics."""

    async def metrics() -> dict[str, float]:
        lines: list[Any] = [line.rsplit(" ", 1) for line in (await client.http.get("/metrics")).text.splitlines()]
        return {line[0]: float(line[1]) for line in lines if line[0].startswith("spectrum_")}

    async with Phone.of(person, port) as phone:
        assert (await metrics())["spectrum_sockets_open"] >= 1
        before = (await metrics()).get('spectrum_sockets_closed_total{code="4400"}', 0)
        await phone.say(CANARY)
        await phone.comes_to_an_end()
    assert (await metrics())['spectrum_sockets_closed_total{code="4400"}'] == before + 1


def test_what_can_be_subscribed_to() -> None:
    """One thing, at both endpoints; whoever adds another says above who may have it."""
    for team in (False, True):
        subscription = build_schema(team=team)._schema.subscription_type
        assert subscription is not None
        assert subscription.fields.keys() == {"spectrumEvents"}
