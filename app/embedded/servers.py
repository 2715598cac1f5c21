"""Start the bundled servers for the first program of a state directory and stop them after the last.

Every program holds a shared lock while it runs; whoever could hold it alone on leaving stops the servers.
Decides nothing by process numbers and keeps no process of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.embedded.places import Place, abandoned_place, erase, known_place, settle, state_directory, unrecorded_place
from app.embedded.postgres import Postgres
from app.embedded.redis_server import RedisServer
from app.embedded.sharing import Share, share, turn
from app.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of the running servers; empty for one that was not asked for."""

    database_url: str
    redis_url: str


@contextmanager
def embedded_servers(state_dir: Path, *, postgres: bool = True, redis: bool = True) -> Iterator[Servers]:
    """Keep the asked servers of `state_dir` running for the length of the block; both are on Unix sockets only.

    Programs that name the same directory share them; the last one to leave stops them. The database `spectrum` is
    there, and its user may do everything in it. Blocks for seconds the first time, for milliseconds where they run.
    Raises `ConfigurationError` with a sentence that says what to do.
    """
    if not (postgres or redis):
        yield Servers("", "")
        return
    state = state_directory(state_dir)
    with share(_lock(state)) as part:
        try:
            with turn(_turn_lock(state)):
                part.join()
                servers = _start(state, postgres=postgres, redis=redis)
            yield servers
        finally:
            _leave(state, part)


def remove_state(state_dir: Path) -> None:
    """Erase the servers' files of `state_dir` (root's part under /var/lib, sockets, logs); other files stay.

    Servers that nobody uses any more are stopped first. Raises `ConfigurationError` while a program uses them.
    """
    if not state_dir.exists():
        return
    state = state_directory(state_dir)
    with share(_lock(state)) as part, turn(_turn_lock(state)):
        if not part.is_the_last():
            raise ConfigurationError(f"The servers of {state} are in use. Stop the programs that use them first.")
        place = known_place(state) or unrecorded_place(state)
        _stop(place)
        erase(place)


def _start(state: Path, *, postgres: bool, redis: bool) -> Servers:
    try:
        abandoned = abandoned_place(state)
        if abandoned is not None:
            _stop(abandoned)
            erase(abandoned)
        place = settle(state)
        if postgres:
            Postgres(place).start()
        if redis:
            RedisServer(place).start()
    except OSError as error:
        raise ConfigurationError(
            f"The servers' files cannot be written ({error.filename}: {error.strerror}). Set SPECTRUM_STATE_DIR to a "
            "folder that this user may write, or SPECTRUM_DATABASE_URL and SPECTRUM_REDIS_URL to servers elsewhere."
        ) from error
    return Servers(
        database_url=f"postgresql://spectrum@/spectrum?host={place.sockets}&port=5432" if postgres else "",
        redis_url=f"unix://{place.redis_socket}?db=0" if redis else "",
    )


def _leave(state: Path, part: Share) -> None:
    if not state.exists():  # deleted under us: nothing is left to take turns about
        return
    with turn(_turn_lock(state)):
        if part.is_the_last():
            place = known_place(state)
            if place is not None:
                _stop(place)


def _stop(place: Place) -> None:
    RedisServer(place).stop()
    Postgres(place).stop()


def _lock(state: Path) -> Path:
    return state / "servers.lock"


def _turn_lock(state: Path) -> Path:
    return state / "servers.turn"
