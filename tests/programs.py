"""Programs as processes of their own: started, frozen, thawed, and ended whatever happens. Checks nothing."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.conftest import AUTH_SECRET, MASTER_KEY

ROOT = Path(__file__).parents[1]
PATIENCE_S = 60
"""The longest that anything here may take on a machine that does much else; nothing is asserted about time."""
_POLL_S = 0.002


def environment_for(database_url: str, redis_url: str, state: Path) -> dict[str, str]:
    """Give what a program needs to work on these servers."""
    return {
        "SPECTRUM_DATABASE_URL": database_url,
        "SPECTRUM_REDIS_URL": redis_url,
        "SPECTRUM_STATE_DIR": str(state),
        "SPECTRUM_MASTER_KEY": MASTER_KEY,
        "SPECTRUM_AUTH_SECRET": AUTH_SECRET,
        "SPECTRUM_ANALYSER": "small",
    }


def started(
    environment: Mapping[str, str], *arguments: str, module: str = "app", log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a `spectrum` command (or another module); what it says goes to `log`."""
    with (log or Path(os.devnull)).open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )


@contextmanager
def program(environment: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a `spectrum` command of its own process for the length of the block."""
    process = started(environment, *arguments)
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that a process is gone, frozen or not."""
    if process.poll() is None:
        process.kill()
    process.wait()


async def ended(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process's end; its exit status."""
    async with asyncio.timeout(PATIENCE_S):
        return await asyncio.to_thread(process.wait)


def freeze(*pids: int) -> None:
    """Stop processes where they are; they have stopped when this returns."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + PATIENCE_S
    while not all(_has_stopped(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process does not stop"
        time.sleep(_POLL_S)


def thaw(*pids: int) -> None:
    """Let stopped processes go on; one that has ended meanwhile is left alone."""
    for pid in pids:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(pid, signal.SIGCONT)


def _has_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "TtZ"


def ledger_name(process: subprocess.Popen[bytes]) -> str:
    """What the ledger calls this worker."""
    return f"{socket.gethostname()}:{process.pid}"


def free_port() -> int:
    """Give a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
