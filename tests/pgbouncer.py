"""A real pgbouncer before the tests' database, in transaction mode, with fewer sessions than it has clients."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import pytest

from app.embedded.places import server_account
from tests.programs import PATIENCE_S, end, free_port

SESSIONS = 2
"""Of one login, shared by everybody."""
_CONFIGURATION = """
[databases]
* = host={sockets} port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 200
ignore_startup_parameters = {ignored}
"""


def program() -> str:
    """Give the path of pgbouncer; without it the test is skipped, and fails where everything has to be there."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("pgbouncer is not installed: .ci/run names it")
        pytest.skip("pgbouncer is not installed (Debian: apt install pgbouncer)")
    return found


@contextmanager
def pooled(url: str, *, ignored: str = "", logins: tuple[str, ...] = ("spectrum",)) -> Iterator[str]:
    """Run it before the database at `url` (of the embedded server); the URL that leads through it.

    `ignored`: what it passes over of that a client asks for when it connects.
    """
    command, port, account = program(), free_port(), server_account()
    parts = urlsplit(url)
    with TemporaryDirectory(dir="/tmp") as name:  # whose way is open to the account of the servers
        folder = Path(name)
        users, configuration, log = folder / "users.txt", folder / "pgbouncer.ini", folder / "pgbouncer.log"
        sockets = parse_qs(parts.query)["host"][0]
        users.write_text("".join(f'"{login}" ""\n' for login in logins))
        configuration.write_text(
            _CONFIGURATION.format(sockets=sockets, port=port, users=users, sessions=SESSIONS, ignored=ignored)
        )
        if account.switch:
            os.chown(folder, account.uid, account.gid)
        with log.open("ab") as said:
            process = subprocess.Popen(
                [command, "-q", str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                user=account.uid if account.switch else None,
                group=account.gid if account.switch else None,
                extra_groups=[] if account.switch else None,
            )
        try:
            _wait_for(process, port, log)
            yield f"postgresql://{logins[0]}@127.0.0.1:{port}{parts.path}?pool_mode=transaction"
        finally:
            end(process)


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise AssertionError(f"pgbouncer does not listen: {log.read_text()}")
