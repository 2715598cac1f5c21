"""A real streaming replica of a test's PostgreSQL: made by pg_basebackup, read from, paused, stopped and started."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from app.embedded import embedded_servers, remove_state
from app.embedded.places import settle, state_directory
from app.embedded.programs import postgres_programs, run_program


def copy(primary_url: str, state: Path) -> None:
    """Copy the server at `primary_url` into `state`, whose server then follows it, once it is started there."""
    place = settle(state_directory(state))
    place.private_folder(place.data)
    sockets = parse_qs(urlsplit(primary_url).query)["host"][0]
    command: list[str | Path] = [postgres_programs(place.account) / "pg_basebackup", "--pgdata", place.data]
    command += ["--host", sockets, "--username", "spectrum", "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
    assert run_program(place.account, command, log=place.postgres_log, timeout_s=60) == 0, (
        place.postgres_log.read_text()
    )


@contextmanager
def following(state: Path) -> Iterator[str]:
    """Run the replica that was copied there; the URL of its database `spectrum`."""
    with embedded_servers(state, redis=False) as servers:
        yield servers.database_url


@contextmanager
def copied(primary_url: str, state: Path) -> Iterator[Path]:
    """Copy, and leave nothing behind."""
    try:
        copy(primary_url, state)
        yield state
    finally:
        remove_state(state)
