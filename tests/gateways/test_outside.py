"""The guarded client: it connects to what it checked and to nothing else, and no answer can harm it."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from app.gateways.outside import (
    MOST_BODY,
    MOST_CONNECTIONS,
    AddressRefused,
    Answer,
    Outside,
    OutsideError,
    Resolve,
    TooSlow,
    Unreachable,
    resolve,
)
from tests.gateways.receiver import (
    NAME,
    Certificates,
    Reply,
    answers,
    is_silent,
    never_ends,
    receiver_that,
    sends,
    to_loopback,
)

SECRET = "hush-nobody-may-read-this"
SHORT_S = 0.3
"""The bound that is passed in where an answer never ends; nothing is asserted about time."""


def _says(*answers_: Sequence[str]) -> Resolve:
    """A resolver that gives these answers one after the other, and the last one for ever."""
    left = list(answers_)

    async def says(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return says


@asynccontextmanager
async def _client(certificates: Certificates, resolver: Resolve, **more: bool | float) -> AsyncIterator[Outside]:
    client = Outside(resolve=resolver, tls=certificates.trust, **more)  # type: ignore[arg-type] # by name
    try:
        yield client
    finally:
        await client.close()


async def test_a_request_arrives_under_the_names_host(outside: Outside, certificates: Certificates) -> None:
    """Path, query, headers and body arrive; Host and SNI are the name's, the connection goes to the address."""
    async with receiver_that(answers(204, "Retry-After: 7"), certificates.server(NAME)) as receiver:
        answer = await outside.post(receiver.url("/a/b?c=d"), {"content-type": "text/plain"}, b"hello")
    assert answer == Answer(204, 7.0)
    (request,) = receiver.requests
    assert request.line == "POST /a/b?c=d HTTP/1.1"
    assert request.headers == {
        "host": f"{NAME}:{receiver.port}",
        "user-agent": "kalei-spectrum",
        "accept": "*/*",
        "content-type": "text/plain",
        "content-length": "5",
    }
    assert request.body == b"hello"
    assert receiver.names == [NAME]


async def test_a_certificate_is_one_for_the_name(outside: Outside, certificates: Certificates) -> None:
    """One for another name, for the address itself, or by an authority that is not trusted: nothing is sent."""
    for vouched_for in ("other.example", "127.0.0.1"):
        async with receiver_that(answers(200), certificates.server(vouched_for)) as receiver:
            with pytest.raises(Unreachable):
                await outside.post(receiver.url(), {}, b"{}")
        assert receiver.requests == []
    async with receiver_that(answers(200), certificates.server(NAME)) as receiver:
        client = Outside(allow_loopback=True, resolve=to_loopback)
        with pytest.raises(Unreachable):
            await client.post(receiver.url(), {}, b"{}")
        await client.close()
    assert receiver.requests == []


async def test_a_context_that_verifies_no_name_is_none() -> None:
    """A client cannot be built so that it talks to anybody."""
    with pytest.raises(AssertionError):
        Outside(tls=ssl._create_unverified_context())


@pytest.mark.parametrize(
    "addresses",
    [
        *(["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["fd00:ec2::254"]),
        *(["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["0.0.0.0"], ["fe80::1%1"], ["nonsense"]),
        *(["93.184.216.34", "127.0.0.1"], ["2606:4700::1111", "93.184.216.34", "192.168.0.1"]),
    ],
)
async def test_a_name_that_leads_inside_is_refused(certificates: Certificates, addresses: list[str]) -> None:
    """One address that is not public is enough, among any number of public ones; nothing is connected to."""
    async with (
        receiver_that(answers(200), certificates.server(NAME)) as receiver,
        _client(certificates, _says(addresses)) as client,
    ):
        with pytest.raises(AddressRefused, match="It leads to an address that is not public"):
            await client.post(receiver.url(), {}, b"{}")
    assert receiver.connections == 0


async def test_development_allows_loopback_and_no_more(certificates: Certificates) -> None:
    """A private network is not reached in development either."""
    async with _client(certificates, _says(["127.0.0.1", "10.0.0.7"]), allow_loopback=True) as client:
        with pytest.raises(AddressRefused):
            await client.post("https://hooks.example/", {}, b"{}")


async def test_a_name_is_resolved_once_for_a_connection(certificates: Certificates) -> None:
    """A resolver that answers otherwise the second time gains nothing: the checked address is connected to."""
    asked: list[str] = []

    async def rebinds(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    async with (
        receiver_that(answers(200), certificates.server(NAME)) as receiver,
        _client(certificates, rebinds, allow_loopback=True) as client,
    ):
        assert await client.post(receiver.url(), {}, b"1") == Answer(200)
        assert await client.post(receiver.url(), {}, b"2") == Answer(200), "a connection is used again"
        assert (asked, receiver.connections) == ([NAME], 1)
        with pytest.raises(AddressRefused):
            await client.post("https://hooks.example:1/", {}, b"3")
    assert [request.body for request in receiver.requests] == [b"1", b"2"]


async def test_a_rebound_name_is_refused_when_it_is_connected_to_again(certificates: Certificates) -> None:
    """The check is made for each connection, not for each name."""
    first, then = ["127.0.0.1"], ["192.168.0.1"]
    hangs_up = sends(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    async with (
        receiver_that(hangs_up, certificates.server(NAME)) as receiver,
        _client(certificates, _says(first, then), allow_loopback=True) as client,
    ):
        assert await client.post(receiver.url(), {}, b"1") == Answer(200)
        with pytest.raises(AddressRefused):
            await client.post(receiver.url(), {}, b"2")


async def test_the_next_address_is_tried(certificates: Certificates) -> None:
    """A name has several addresses so that one may be away."""
    async with (
        receiver_that(answers(200), certificates.server(NAME)) as receiver,
        _client(certificates, _says(["127.0.0.9", "127.0.0.1"]), allow_loopback=True) as client,
    ):
        assert await client.post(receiver.url(), {}, b"{}") == Answer(200)


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data/", "https://127.0.0.1/", "/elsewhere"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer(outside: Outside, certificates: Certificates, to: str, status: int) -> None:
    """Where it leads is not even looked at."""
    async with receiver_that(answers(status, f"Location: {to}"), certificates.server(NAME)) as receiver:
        assert await outside.post(receiver.url(), {}, b"{}") == Answer(status)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        sends(b""),
        sends(b"HTTP/1.1 200"),
        sends(b"HTTP/1.1 200 OK\r\ncontent-length: no\r\n\r\n"),
        sends(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        sends(b"HTTP/1.1 200 OK\r\n" + b"x-more: " + b"a" * 200_000 + b"\r\n\r\n"),
    ],
    ids=["hangs up", "half a line", "bad length", "another protocol", "an endless header"],
)
async def test_what_is_no_answer_is_a_failure(outside: Outside, certificates: Certificates, reply: Reply) -> None:
    """Broken or hostile, it is one kind of error, and its message holds nothing of the address."""
    async with receiver_that(reply, certificates.server(NAME)) as receiver:
        with pytest.raises(Unreachable) as failed:
            await outside.post(receiver.url(f"/{SECRET}"), {}, b"{}")
    assert SECRET not in str(failed.value)
    assert NAME not in str(failed.value)
    assert failed.value.__cause__ is None


async def test_nobody_there_is_a_failure(outside: Outside, certificates: Certificates) -> None:
    """A port where nobody listens, a name that has no address, and a resolver that knows none."""

    async def knows_none(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, SECRET)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            await outside.post(f"https://{NAME}:{free.getsockname()[1]}/", {}, b"{}")
    for resolver in (_says([]), knows_none):
        async with _client(certificates, resolver) as client:
            with pytest.raises(Unreachable) as failed:
                await client.post(f"https://{NAME}/", {}, b"{}")
            assert SECRET not in str(failed.value)


async def test_an_answer_that_never_comes_is_too_slow(certificates: Certificates) -> None:
    """Of a receiver, of a handshake, and of a resolver."""

    async def ponders(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(3600)
        return []

    async with (
        receiver_that(is_silent(), certificates.server(NAME)) as receiver,
        _client(certificates, to_loopback, allow_loopback=True, whole_s=SHORT_S) as client,
    ):
        with pytest.raises(TooSlow):
            await client.post(receiver.url(), {}, b"{}")
    assert len(receiver.requests) == 1
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        async with _client(certificates, to_loopback, allow_loopback=True, connect_s=SHORT_S) as client:
            with pytest.raises(TooSlow):
                await client.post(f"https://{NAME}:{deaf.getsockname()[1]}/", {}, b"{}")
    async with _client(certificates, ponders, connect_s=SHORT_S) as client:
        with pytest.raises(TooSlow):
            await client.post(f"https://{NAME}/", {}, b"{}")


async def test_a_body_is_read_to_its_bound_and_no_further(outside: Outside, certificates: Certificates) -> None:
    """What is too long costs its connection; what is short leaves it to be used again."""
    async with receiver_that(never_ends(), certificates.server(NAME)) as receiver:
        assert await outside.post(receiver.url(), {}, b"{}") == Answer(200)
        assert await outside.post(receiver.url(), {}, b"{}") == Answer(200)
        assert receiver.connections == 2
        buffers = 16 * 1_048_576  # of both sockets, at their largest: what is sent is not yet what is read
        assert receiver.bytes_sent < 2 * (MOST_BODY + buffers)
    async with receiver_that(answers(200, body=b"x" * MOST_BODY), certificates.server(NAME)) as receiver:
        assert await outside.post(receiver.url(), {}, b"{}") == Answer(200)
        assert await outside.post(receiver.url(), {}, b"{}") == Answer(200)
        assert receiver.connections == 1


async def test_a_status_counts_whatever_becomes_of_its_body(certificates: Certificates) -> None:
    """A body that drips, or breaks off, does not make a delivery fail that was acknowledged."""
    breaks_off = sends(b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nx")
    for reply, status in ((never_ends(pause_s=0.02, chunk=1), 200), (breaks_off, 201)):
        async with (
            receiver_that(reply, certificates.server(NAME)) as receiver,
            _client(certificates, to_loopback, allow_loopback=True, whole_s=SHORT_S * 2) as client,
        ):
            assert await client.post(receiver.url(), {}, b"{}") == Answer(status)


async def test_a_packed_answer_is_not_unpacked(outside: Outside, certificates: Certificates) -> None:
    """A kilobyte that would become a gigabyte stays a kilobyte."""
    bomb = answers(200, "Content-Encoding: gzip", body=b"\x1f\x8b no gzip at all")
    async with receiver_that(bomb, certificates.server(NAME)) as receiver:
        assert await outside.post(receiver.url(), {}, b"{}") == Answer(200)


async def test_proxies_of_the_environment_are_not_asked(
    outside: Outside, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would resolve the name again, out of sight."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with receiver_that(answers(200), certificates.server(NAME)) as receiver:
        client = Outside(allow_loopback=True, resolve=to_loopback, tls=certificates.trust)
        assert await client.post(receiver.url(), {}, b"{}") == Answer(200)
        await client.close()


async def test_plain_http_is_for_development_on_this_machine() -> None:
    """In production it is refused before anything is resolved; in development it works to localhost alone."""
    async with receiver_that(answers(200), None) as receiver:
        client = Outside(allow_loopback=True)
        for host in ("localhost", "127.0.0.1"):
            assert await client.post(f"http://{host}:{receiver.port}/", {}, b"{}") == Answer(200)
        with pytest.raises(AddressRefused):
            await client.post(f"http://{NAME}:{receiver.port}/", {}, b"{}")
        await client.close()
        client = Outside()
        for url in (f"http://localhost:{receiver.port}/", f"https://127.0.0.1:{receiver.port}/"):
            with pytest.raises(AddressRefused):
                await client.post(url, {}, b"{}")
        await client.close()
    assert len(receiver.requests) == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "localhost"])
async def test_the_machines_own_resolver_is_checked_as_well(host: str) -> None:
    """Whatever spelling of this machine it understands, its answer is an address, which is looked at."""
    found = await resolve(host, 443)
    assert found
    assert set(found) <= {"127.0.0.1", "::1"}


async def test_nothing_of_an_address_is_logged(
    outside: Outside, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even at the loudest, of a delivery or a failure: paths of webhooks and push services are secrets."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpcore")  # whoever asks models silences it
    async with receiver_that(answers(200), certificates.server(NAME)) as receiver:
        await outside.post(receiver.url(f"/{SECRET}?{SECRET}"), {}, b"{}")
        with pytest.raises(OutsideError):
            await outside.post(receiver.url(f"/{SECRET}", name="other.example"), {}, b"{}")
    assert caplog.records, "the libraries talk"
    assert SECRET not in caplog.text


async def test_what_failed_leaves_no_connection_behind(certificates: Certificates) -> None:
    """More refusals and cancelled requests than there are connections: the next one still has its own."""
    inside = False

    async def leads(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1"] if inside else ["127.0.0.1"]

    async with (
        receiver_that(is_silent(), certificates.server(NAME)) as silent,
        receiver_that(answers(200), certificates.server(NAME)) as receiver,
        _client(certificates, leads, allow_loopback=True) as client,
    ):
        inside = True
        refused = [client.post(receiver.url(), {}, b"{}") for _ in range(MOST_CONNECTIONS + 1)]
        assert {type(each) for each in await asyncio.gather(*refused, return_exceptions=True)} == {AddressRefused}
        inside = False
        waiting = [asyncio.ensure_future(client.post(silent.url(), {}, b"{}")) for _ in range(MOST_CONNECTIONS)]
        while len(silent.requests) < MOST_CONNECTIONS:  # noqa: ASYNC110 - a stand-in tells nobody
            await asyncio.sleep(0.01)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert await client.post(receiver.url(), {}, b"{}") == Answer(200)


async def test_many_at_once_share_connections(outside: Outside, certificates: Certificates) -> None:
    """A push service has thousands of our people: no handshake for each of them."""
    async with receiver_that(answers(201), certificates.server(NAME)) as receiver:

        async def send(number: int) -> Answer:
            return await outside.post(receiver.url(f"/{number}"), {}, b"{}")

        assert await asyncio.gather(*map(send, range(120))) == [Answer(201)] * 120
        assert len(receiver.requests) == 120
        assert receiver.connections <= MOST_CONNECTIONS
