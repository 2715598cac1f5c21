"""Servers as processes of their own: started on a free port, ready, and ended whatever happens. Measures nothing."""

import asyncio
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Program:
    """A server that runs."""

    port: int
    pid: int


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
                await asyncio.sleep(0.1)
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
