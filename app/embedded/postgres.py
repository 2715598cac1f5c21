"""The bundled Postgres: made, started and stopped with our own settings, on a Unix socket only.

Knows nothing of what is kept in it, and never calls `get_server()` of the package that brings the executables.
"""

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from app.embedded.answers import Answer, ask_postgres
from app.embedded.places import Place
from app.embedded.programs import postgres_programs, run_program
from app.errors import ConfigurationError

START_S = 30.0
_MAKE_S = 180.0
_MAJOR = "18"
_POLL_S = 0.02
_LONGEST_PAUSE_S = 1.0
_MOST_ATTEMPTS = 7
# One call for the whole file system; file by file (1,300 of them) took 4 s where other programs were writing too.
_SYNC_METHOD = "syncfs" if sys.platform == "linux" else "fsync"

_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "recovery_init_sync_method": _SYNC_METHOD,
    "logging_collector": "off",
    # Statements, parameters and even the texts of errors may carry a person's words. In the log of a server LOG ranks
    # above ERROR; TERSE leaves out DETAIL, which names the statement of a backend that crashed.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_temp_files": "-1",
    "log_lock_waits": "off",
    "log_autovacuum_min_duration": "-1",
    "log_checkpoints": "off",
    "debug_print_plan": "off",
    "debug_print_parse": "off",
    "debug_print_rewritten": "off",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster and what is done with it. Every method is called within a turn."""

    place: Place

    def start(self) -> None:
        """Return once sessions can be opened; makes the cluster the first time. Raises `ConfigurationError`."""
        deadline = time.monotonic() + START_S
        pause, attempts = _POLL_S, 0
        programs: Path | None = None
        while (answer := ask_postgres(self.place.postgres_socket)) is not Answer.ALIVE:
            if time.monotonic() > deadline or attempts == _MOST_ATTEMPTS:
                raise ConfigurationError(
                    f"Postgres did not start ({START_S:.0f} s at most); {self.place.postgres_log} says why. "
                    "Or set SPECTRUM_DATABASE_URL to another one."
                )
            if answer is Answer.SILENT:
                if programs is None:
                    programs = postgres_programs(self.place.account)
                    self._make(programs)
                    deadline = time.monotonic() + START_S
                self._clear_the_way(programs)
                if self._control(programs, "start", "-o", self._options()) == 0:
                    continue
                pause, attempts = min(2 * pause, _LONGEST_PAUSE_S), attempts + 1
            # What a killed postmaster left (its memory, its children) takes a moment to go.
            time.sleep(pause)

    def stop(self) -> None:
        """End every session and stop; nothing happens where no server runs."""
        if not (self.place.data / "postmaster.pid").exists() or not self._runs_here():
            return
        programs = postgres_programs(self.place.account)
        # Asked to stop while it recovers from a crash, Postgres 18 may never end: it is let finish first.
        deadline = time.monotonic() + START_S
        while ask_postgres(self.place.postgres_socket) is Answer.BUSY and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        if self._control(programs, "stop", "-m", "fast") != 0:
            self._control(programs, "stop", "-m", "immediate")

    def _make(self, programs: Path) -> None:
        """Make the cluster with its database beside its final name, so that an interrupted attempt leaves none."""
        data = self.place.data
        if data.exists():
            self._check_version()
            return
        new = data.with_name("postgres.new")
        if new.exists():
            shutil.rmtree(new)
        self.place.private_folder(new)
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        access = ("--username=spectrum", "--auth-local=trust", "--auth-host=reject")
        self._run([programs / "initdb", "--pgdata", new, *access, *locale, "--no-instructions", "--no-sync"])
        self._run([programs / "postgres", "--single", "-F", "-D", new, "postgres"], typed=b"CREATE DATABASE spectrum\n")
        self._run([programs / "initdb", "--pgdata", new, "--sync-only", f"--sync-method={_SYNC_METHOD}"])
        new.rename(data)

    def _check_version(self) -> None:
        made_by = (self.place.data / "PG_VERSION").read_text().strip()
        if made_by != _MAJOR:
            raise ConfigurationError(
                f"The database in {self.place.data} was made by Postgres {made_by}; this is Postgres {_MAJOR}. "
                "Set SPECTRUM_STATE_DIR to a new folder, or SPECTRUM_DATABASE_URL to a server of that version."
            )

    def _clear_the_way(self, programs: Path) -> None:
        """Make a start possible where the socket is silent although a process number is on file."""
        pid_file = self.place.data / "postmaster.pid"
        if not pid_file.exists():
            return
        if self._runs_here():  # its socket was deleted under it
            self._control(programs, "stop", "-m", "fast")
        elif Path("/proc/self").exists():
            # A zombie, or another program that was given the same number, would keep Postgres from starting for good.
            # It also checks the memory of the dead server, so a second one can never open the same cluster.
            pid_file.unlink(missing_ok=True)

    def _runs_here(self) -> bool:
        """Whether the process on file is a living Postgres of this very folder (it works inside it)."""
        if not Path("/proc/self").exists():
            return ask_postgres(self.place.postgres_socket) is not Answer.SILENT
        try:
            first = (self.place.data / "postmaster.pid").read_text().split("\n", 1)[0]
            return os.readlink(f"/proc/{int(first)}/cwd") == str(self.place.data.resolve())
        except (OSError, ValueError):
            return False

    def _options(self) -> str:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.place.sockets)}
        return " ".join(f"-c {name}='{value}'" for name, value in settings.items())

    def _control(self, programs: Path, *words: str) -> int:
        # The path of the cluster goes by environment: pg_ctl would put it through a shell otherwise.
        return run_program(
            self.place.account,
            [programs / "pg_ctl", *words, "--wait", "--silent", "--timeout", f"{START_S:.0f}"],
            log=self.place.postgres_log,
            timeout_s=2 * START_S,
            environment={"PGDATA": str(self.place.data)},
        )

    def _run(self, command: list[str | Path], typed: bytes = b"") -> None:
        log = self.place.postgres_log
        if run_program(self.place.account, command, log=log, timeout_s=_MAKE_S, typed=typed) != 0:
            raise ConfigurationError(
                f"The database could not be made; {log} says why. Or set SPECTRUM_DATABASE_URL to another one."
            )
