"""A PostgreSQL that is not the bundled one: whichever the machine has, on a socket of its own. Checks nothing."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.embedded.places import server_account

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def installed_versions() -> dict[int, Path]:
    """The folder of programs by major version, of what packages usually install; empty without one."""
    folders = [folder for place in _PLACES for folder in Path("/").glob(place.lstrip("/"))]
    on_path = shutil.which("initdb")
    folders += [Path(on_path).resolve().parent] if on_path else []
    found = {}
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
            version = re.search(r"(\d+)\.\d+", said)
            if version:
                found[int(version[1])] = folder
    return found


@contextmanager
def postgres_of(programs: Path) -> Iterator[str]:
    """Run an empty cluster of these programs for the length of the block; the URL of its database `spectrum`."""
    account = server_account()
    home = Path(
        tempfile.mkdtemp(prefix="spectrum-postgres-")
    )  # short and open to the server's account, unlike tmp_path
    if account.switch:
        os.chown(home, account.uid, account.gid)

    def run(*command: str | Path, typed: str = "") -> None:
        subprocess.run(
            [str(word) for word in command],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
            input=typed,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    data = home / "data"
    try:
        run(programs / "initdb", "--no-sync", "-D", data, "-U", "spectrum", "--auth=trust", "-E", "UTF8", "--locale=C")
        run(programs / "postgres", "--single", "-D", data, "postgres", typed="CREATE DATABASE spectrum\n")
        options = f"-c listen_addresses='' -c fsync=off -c unix_socket_directories={home}"
        run(programs / "pg_ctl", "start", "-w", "-D", data, "-l", home / "log", "-o", options)
        try:
            yield f"postgresql://spectrum@/spectrum?host={home}"
        finally:
            run(programs / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)
    finally:
        shutil.rmtree(home, ignore_errors=True)
