"""A program of its own that uses the bundled servers of a state directory, and a look at what processes they leave.

Checks nothing itself. Run as a script it prints the addresses as JSON and stays until its input ends; with `uid=` it
first gives its rights up, after everything is imported, since that account may not read this environment.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from app.embedded import embedded_servers
from app.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
_LONGEST_WAIT_S = 20.0


class Program:
    """A running program that holds its part in the servers."""

    def __init__(self, state: Path, *, uid: int | None = None, site: Path | None = None, **environment: str) -> None:
        account = [] if uid is None else [f"uid={uid}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.embedded.program", str(state), *account],
            cwd=ROOT,
            env={**os.environ, **environment, "SPECTRUM_TEST_SITE": str(site or "")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.error = str(said.get("error", ""))
        self.database_url = str(said.get("database_url", ""))
        self.redis_url = str(said.get("redis_url", ""))

    def leave(self) -> None:
        """End it cleanly."""
        self.process.communicate()
        assert self.process.returncode == 0

    def end_by(self, number: signal.Signals) -> None:
        """Send a signal to the program and all of its process group, as a terminal does, and wait until it is gone."""
        os.killpg(self.process.pid, number)
        self.process.communicate()


@contextmanager
def running(state: Path, *, uid: int | None = None, site: Path | None = None, **environment: str) -> Iterator[Program]:
    """Run a program for the length of the block, unless the block has ended it itself."""
    program = Program(state, uid=uid, site=site, **environment)
    with program.process:  # its pipes are closed, which ends it, and it is waited for
        yield program


def socket_folder(database_url: str) -> Path:
    """Return the folder that the address names."""
    (folder,) = parse_qs(urlsplit(database_url).query)["host"]
    return Path(folder)


def living(*folders: Path) -> dict[int, str]:
    """Return the living processes that work inside any of `folders`, by number, with their titles."""
    found: dict[int, str] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place = (process / "cwd").readlink()
            title = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:  # a zombie, or gone
            continue
        if any(place.is_relative_to(folder) for folder in folders):
            found[int(process.name)] = title
    return found


def postmaster(*folders: Path) -> int:
    """Return the number of the one Postgres server that works inside `folders`."""
    (number,) = (number for number, title in living(*folders).items() if "/bin/postgres " in title)
    return number


def all_gone(*folders: Path) -> bool:
    """Whether no process works inside `folders` any more, now or after the moment that an ending process takes."""
    deadline = time.monotonic() + _LONGEST_WAIT_S
    while living(*folders):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _main(state: str, account: str = "") -> None:
    if os.environ["SPECTRUM_TEST_SITE"]:
        sys.path.insert(0, os.environ["SPECTRUM_TEST_SITE"])
    if account:
        uid = int(account.removeprefix("uid="))
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    try:
        with embedded_servers(Path(state)) as servers:
            print(json.dumps(asdict(servers)), flush=True)  # noqa: T201 (this is how it answers)
            sys.stdin.read()
    except ConfigurationError as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201 (this is how it answers)


if __name__ == "__main__":
    _main(*sys.argv[1:])
