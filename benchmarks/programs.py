"""Servers as processes of their own, started on a free port and ended whatever happens; what a process has used.

Reads Linux's /proc. Measures nothing by itself.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.embedded import Servers, embedded_servers, remove_state
from app.settings import Settings
from app.wiring import Spectrum, opened

ROOT = Path(__file__).parents[1]
PATIENCE_S = 60
LOOK_S = 0.02
TICKS_S = 1 / os.sysconf("SC_CLK_TCK")
"""What /proc counts processor time in."""


@dataclass(frozen=True, slots=True)
class Program:
    """A server that runs."""

    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Bench:
    """Bundled servers in a folder of their own, and the settings that programs work on them by."""

    servers: Servers
    settings: Mapping[str, str]
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """The settings as programs read them."""
        return {f"SPECTRUM_{name.upper()}": value for name, value in self.settings.items()}

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Spectrum]:
        """The installation, its schema up to date, in this process."""
        async with opened(Settings.model_validate(dict(self.settings)), bring_up_to_date=True) as spectrum:
            yield spectrum

    @asynccontextmanager
    async def running(self, *command: str) -> AsyncIterator[Program]:
        """Run a `spectrum` command; `PORT` in it is where it is to listen, as SPECTRUM_PORT says as well."""
        async with running([sys.executable, "-m", "app", *command], self.environment) as program:
            yield program


@contextmanager
def bench(**more: str) -> Iterator[Bench]:
    """Servers for the length of the block, and settings with `more` of them; nothing of it is left."""
    secret = os.urandom(32).hex()
    with tempfile.TemporaryDirectory(prefix="spectrum-bench-") as folder:
        state = Path(folder) / "state"
        try:
            with embedded_servers(state) as servers:
                urls = {"database_url": servers.database_url, "redis_url": servers.redis_url, "state_dir": str(state)}
                yield Bench(servers, {**urls, "auth_secret": secret, "default_plan": "PLUS", **more}, secret)
        finally:
            remove_state(state)


@asynccontextmanager
async def running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[Program]:
    """Run a command for the length of the block; `PORT` in it is where it is to listen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    own = {**os.environ, **environment, "SPECTRUM_HOST": "127.0.0.1", "SPECTRUM_PORT": str(port)}
    said = [part if part != "PORT" else str(port) for part in command]
    process = await asyncio.create_subprocess_exec(
        *said, cwd=ROOT, env=own, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _listens(port):
                assert process.returncode is None, f"{said[1:3]} has ended"
                await asyncio.sleep(LOOK_S)
        yield Program(port, process.pid)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _stat(pid: int) -> list[str]:
    """Of /proc/PID/stat what stands behind the name; the state comes first (proc_pid_stat(5), field 3)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu_s(pid: int) -> float:
    """Processor time that a process has used, without its children's, in seconds."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * TICKS_S


def cpu_of_family_s(pid: int) -> float:
    """The same with all its children, those that have ended too; grandchildren are not looked for."""
    children = 0.0
    for child in _children(pid):
        with contextlib.suppress(FileNotFoundError):  # it has ended: its time is its parent's now
            children += cpu_s(child)
    return children + sum(map(int, _stat(pid)[11:15])) * TICKS_S


def _children(pid: int) -> list[int]:
    listed = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for children in listed for child in children]


def resident_mib(pid: int) -> float:
    """Memory that a process has in RAM now, shared pages too, in MiB (VmRSS)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) / 1024


async def postmaster(database_url: str) -> int:
    """The process that all of a database server's processes are children of, on this machine."""
    connection = await asyncpg.connect(database_url)
    try:
        backend = int(await connection.fetchval("SELECT pg_backend_pid()"))
        return int(_stat(backend)[1])
    finally:
        await connection.close()
