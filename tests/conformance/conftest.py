"""A real server on a real port for what others wrote, and Node to run it. Says nothing about what must hold."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.access import Role
from app.edge.tokens import issue_token
from app.embedded import Servers
from app.wiring import Spectrum
from tests.conftest import AUTH_SECRET
from tests.life import database_url
from tests.programs import PATIENCE_S, end, environment_for, free_port, started

HERE = Path(__file__).parent
LONGEST_S = 120
"""The longest that one script may take; nothing is asserted about time."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the server is, and where it writes what it has to say."""

    port: int
    log: Path

    @property
    def public(self) -> str:
        """The endpoint of people."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ops(self) -> str:
        """The endpoint of the team."""
        return f"http://127.0.0.1:{self.port}/ops/graphql"

    @property
    def socket(self) -> str:
        """The endpoint of people, for sockets."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    @staticmethod
    def token(subject: str, *roles: Role, ttl_s: int = 3_600) -> str:
        """A token for `subject`; USER without roles."""
        return issue_token(AUTH_SECRET, subject=subject, roles=roles or (Role.USER,), ttl_s=ttl_s)


@pytest.fixture(scope="module")
async def site(spectrum: Spectrum, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Serve the module's installation by `spectrum api`, as a process of its own."""
    async with spectrum.ports.store.for_everyone() as tx:
        name = await tx.fetchval("SELECT current_database()")
    state, port = tmp_path_factory.mktemp("served"), free_port()
    environment = environment_for(database_url(servers, name), servers.redis_url, state)
    environment |= {"SPECTRUM_HOST": "127.0.0.1", "SPECTRUM_PORT": str(port)}
    process = started(environment, "api", log=state / "log")
    try:
        await _ready(port)
        yield Site(port, state / "log")
    finally:
        end(process)


async def _ready(port: int) -> None:
    async with httpx.AsyncClient() as http, asyncio.timeout(PATIENCE_S):
        while not await _is_ready(http, port):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


async def _is_ready(http: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    except httpx.TransportError:
        return False


class Script:
    """A program of Node's that runs, and is talked with line by line, in JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hear(self) -> Any:
        """The next line it says. Fails when it has ended instead."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the script has ended; what it complained of stands above"
        return json.loads(line)

    async def say(self, value: object) -> None:
        """Give it a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value).encode() + b"\n")
        await self._process.stdin.drain()


class Node:
    """Runs the scripts of this folder with what `package.json` names."""

    def __init__(self, binary: str) -> None:
        self._binary = binary

    def tool(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of a package; what it said, and how it ended."""
        return subprocess.run(
            [self._binary, str(HERE / "node_modules" / name), *arguments],
            cwd=HERE,
            capture_output=True,
            check=False,
            text=True,
            timeout=LONGEST_S,
        )

    @asynccontextmanager
    async def script(self, name: str, **arguments: object) -> AsyncIterator[Script]:
        """Run a script for the length of the block."""
        process = await asyncio.create_subprocess_exec(
            *(self._binary, str(HERE / name), json.dumps(arguments)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=2**24,
        )
        try:
            async with asyncio.timeout(LONGEST_S):
                yield Script(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def answer(self, name: str, **arguments: object) -> Any:
        """Run a script to the one thing it says."""
        async with self.script(name, **arguments) as script:
            return await script.hear()


@pytest.fixture(scope="session")
def node() -> Node:
    """Give Node, or say what is missing."""
    binary = shutil.which("node")
    if binary is None:
        pytest.fail("These tests run what others wrote in JavaScript: install Node 20 or later, with npm.")
    if not (HERE / "node_modules").is_dir():
        pytest.fail("`make conformance` installs what these tests run; or `npm ci` in tests/conformance.")
    return Node(binary)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each test noted."""
    for report in _noted(terminalreporter):
        terminalreporter.section(report.nodeid.rpartition("/")[2])
        for name, value in report.user_properties:
            terminalreporter.line(f"{name:16} {value}")


def _noted(terminalreporter: pytest.TerminalReporter) -> Iterator[pytest.TestReport]:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            if isinstance(report, pytest.TestReport) and report.when == "call" and report.user_properties:
                yield report
