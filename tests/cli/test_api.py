"""The HTTP server itself: what it sets on its sockets, whom it gives up, and how it ends."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from app.cli.api import Http, Server, server_for
from app.edge.export import STALLED_AFTER_S
from app.embedded import Servers
from app.main import create_app
from app.wiring import Spectrum
from tests.life import database_url, who
from tests.phones import EVENTS, PATIENCE_S, Phone, api, until_heard
from tests.programs import ended, environment_for, free_port, program


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux alone can give a reader up")
async def test_a_reader_who_takes_nothing_is_given_up_by_the_system() -> None:
    """What was written for somebody waits for them a minute at most, also after we have let go of the connection."""
    server = Server(uvicorn.Config(Starlette(), host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        (listening,) = server.servers[0].sockets
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == STALLED_AFTER_S * 1000
    finally:
        server.should_exit = True
        await serving


async def test_a_terminated_server_says_good_bye(
    spectrum: Spectrum, owner: Any, servers: Servers, person: str, tmp_path: Path
) -> None:
    """On SIGTERM open sockets are told that the service restarts, and the program ends well although they were open."""
    url = database_url(servers, await owner.fetchval("SELECT current_database()"))
    port = free_port()
    environment = environment_for(url, servers.redis_url, tmp_path) | {"SPECTRUM_PORT": str(port)}
    with program(environment, "api") as process:
        await _answers(port)
        async with Phone.of(person, port) as phone:
            await phone.ask(EVENTS)
            await until_heard(servers.redis_url, who(spectrum, person))
            process.terminate()
            assert (await phone.comes_to_an_end())[0] == 1012
        assert await ended(process) == 0
    await until_heard(servers.redis_url, who(spectrum, person), lines=0)


async def _answers(port: int) -> None:
    async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient() as http:
        while True:
            with suppress(httpx.TransportError):
                if (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


async def test_whoever_floods_a_socket_with_pings_and_reads_nothing_is_given_up(
    spectrum: Spectrum, person: str
) -> None:
    """Pongs do not pile up: the connection is broken off long before they are many."""
    async with api(spectrum) as port, Phone.of(person, port, close_timeout=0.1) as phone:
        wire = phone.socket.transport
        wire.pause_reading()
        for _ in range(100):  # 100 MB, and as much in pongs
            wire.write(PING * 8_000)
            async with asyncio.timeout(PATIENCE_S):
                while wire.get_write_buffer_size() and not wire.is_closing():  # noqa: ASYNC110 - the server reads
                    await asyncio.sleep(0.001)
        assert wire.is_closing()


PING = b"\x89\xfd\0\0\0\0" + b"x" * 125
"""A whole frame of a client's, masked with zeros."""


async def test_a_head_has_an_end(spectrum: Spectrum) -> None:
    """Whoever sends headers without end is given up after some of them, and costs no memory."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = server_for(create_app(spectrum), lifespan="off")
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await _answers(port)
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
            sent = 0
            with suppress(ConnectionError):
                async with asyncio.timeout(PATIENCE_S):
                    while sent < 64 * 1024 * 1024:
                        writer.write(b"x-more: " + b"y" * 8_000 + b"\r\n")
                        sent += 8_010
                        await writer.drain()
            assert sent < 32 * 1024 * 1024
            writer.close()
        finally:
            server.should_exit = True
            await serving


class _Hasty(Http):
    """Waits for the head of a request much shorter than the real one."""

    head_s = 0.2


@pytest.mark.parametrize(
    "said",
    [b"", b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /he"],
    ids=["nothing", "half a head", "half of the next"],
)
async def test_whoever_sends_no_head_is_given_up(spectrum: Spectrum, said: bytes) -> None:
    """A connection on which no request comes is closed after its time; one that asks properly is served as ever."""
    program_ = create_app(spectrum)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = server_for(program_, http=_Hasty, lifespan="off")
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await _answers(port)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            async with asyncio.timeout(PATIENCE_S):
                with suppress(ConnectionError):
                    got = await reader.read()
                    assert got.startswith(b"HTTP/1.1 200") == said.endswith(b"GET /he")
            writer.close()
            async with httpx.AsyncClient() as http:
                for _ in range(3):
                    assert (await http.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
                    await asyncio.sleep(1.2 * _Hasty.head_s)
        finally:
            server.should_exit = True
            await serving
