"""Programs share the servers of a state directory, and the last one to leave stops them. Settings are elsewhere."""

import os
import resource
import shutil
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest

from app.embedded import embedded_servers, remove_state
from app.embedded.places import Place, known_place
from app.errors import ConfigurationError
from tests.embedded.program import Program, all_gone, living, postmaster, running, socket_folder

_PATIENCE_S = 20
_SELECTABLE = 1_024


def _place(state: Path) -> Place:
    place = known_place(state.resolve())
    assert place is not None
    return place


def _home(state: Path) -> Path:
    return _place(state).home


async def _value(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def test_leaving_alone_leaves_no_process(kept_state: Path) -> None:
    """The only program's clean exit stops both servers and their sockets are gone."""
    with embedded_servers(kept_state) as servers:
        home, sockets = _home(kept_state), socket_folder(servers.database_url)
        titles = " ".join(living(home).values())
        assert "/bin/postgres " in titles
        assert "redis" in titles
    assert all_gone(home)
    assert not [path for path in sockets.iterdir() if path.is_socket()]


def test_two_programs_share_the_servers(kept_state: Path) -> None:
    """The second program gets the same servers, which outlive the first and end with the second."""
    with running(kept_state) as first:
        server = postmaster(_home(kept_state))
        with running(kept_state) as second:
            assert second.database_url == first.database_url
            assert second.redis_url == first.redis_url
            first.leave()
            assert postmaster(_home(kept_state)) == server
            second.leave()
    assert all_gone(_home(kept_state))


def test_programs_may_start_at_once(kept_state: Path) -> None:
    """Programs that start in the same moment get one and the same pair of servers."""
    with ThreadPoolExecutor(4) as pool:
        programs = list(pool.map(Program, [kept_state] * 4))
    try:
        assert len({(program.database_url, program.redis_url, program.error) for program in programs}) == 1
        assert postmaster(_home(kept_state))
    finally:
        for program in programs:
            program.leave()
    assert all_gone(_home(kept_state))


def test_one_process_may_use_the_servers_twice(kept_state: Path) -> None:
    """Leaving the inner of two uses in one process stops nothing."""
    with embedded_servers(kept_state) as outer:
        with embedded_servers(kept_state) as inner:
            assert inner == outer
        assert postmaster(_home(kept_state))
    assert all_gone(_home(kept_state))


def test_a_killed_program_leaves_servers_to_the_next(kept_state: Path) -> None:
    """After kill -9 of the only program the servers live; the next uses the same ones, and its exit stops them."""
    with running(kept_state) as killed:
        server = postmaster(_home(kept_state))
        killed.end_by(signal.SIGKILL)
    assert postmaster(_home(kept_state)) == server
    with running(kept_state) as following:
        assert postmaster(_home(kept_state)) == server
        following.leave()
    assert all_gone(_home(kept_state))


def test_a_killed_program_holds_nothing_back(kept_state: Path) -> None:
    """A program that was killed beside another does not count when that other leaves."""
    with running(kept_state) as killed, running(kept_state) as other:
        killed.end_by(signal.SIGKILL)
        other.leave()
    assert all_gone(_home(kept_state))


def test_an_interrupt_reaches_no_server(kept_state: Path) -> None:
    """Ctrl-C in one program's terminal ends that program alone; another goes on with the same servers."""
    with running(kept_state) as interrupted, running(kept_state) as other:
        server = postmaster(_home(kept_state))
        interrupted.end_by(signal.SIGINT)
        assert postmaster(_home(kept_state)) == server
        other.leave()
    assert all_gone(_home(kept_state))


async def test_a_killed_postgres_comes_back_with_its_rows(kept_state: Path) -> None:
    """After kill -9 of Postgres the next program starts it again, and what was committed is there."""
    with running(kept_state) as first:
        await _value(first.database_url, "CREATE TABLE stone AS SELECT 7 AS weight")
        os.kill(postmaster(_home(kept_state)), signal.SIGKILL)
        with running(kept_state) as second:
            assert not second.error
            assert await _value(second.database_url, "SELECT weight FROM stone") == 7
            await _value(second.database_url, "DROP TABLE stone")


def test_a_number_of_another_process_stops_no_start(kept_state: Path) -> None:
    """A leftover process number that now belongs to another program of the same account does not keep Postgres down."""
    with embedded_servers(kept_state):
        place = _place(kept_state)
        written = (place.data / "postmaster.pid").read_text().split("\n", 1)[1]
    with subprocess.Popen(["sleep", "60"], user=place.account.uid if place.account.switch else None) as bystander:
        (place.data / "postmaster.pid").write_text(f"{bystander.pid}\n{written}")
        with embedded_servers(kept_state):
            assert postmaster(place.home) != bystander.pid
        assert bystander.poll() is None
        bystander.kill()


def test_dead_sockets_stop_no_start(kept_state: Path) -> None:
    """Socket files that nobody listens at any more are replaced."""
    with embedded_servers(kept_state):
        place = _place(kept_state)
    for path in (place.postgres_socket, place.redis_socket):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
    with embedded_servers(kept_state):
        assert len([title for title in living(place.home).values() if "redis" in title]) == 1
        assert postmaster(place.home)


def test_a_redis_that_dies_while_it_is_asked_is_replaced(kept_state: Path) -> None:
    """A killed one may still take a connection: it is waited for, and then started, not only waited for."""
    with embedded_servers(kept_state):
        place = _place(kept_state)
    place.redis_socket.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as dying, ThreadPoolExecutor(1) as other:
        dying.bind(str(place.redis_socket))
        dying.listen()
        dying.settimeout(_PATIENCE_S)

        def take_one_and_die() -> None:
            dying.accept()[0].close()
            dying.close()

        died = other.submit(take_one_and_die)
        with embedded_servers(kept_state):
            died.result()
            assert len([title for title in living(place.home).values() if "redis" in title]) == 1


def test_a_program_with_a_thousand_open_files_starts_them(kept_state: Path) -> None:
    """Beyond 1,024 of them `select` refuses: nothing here may need it."""
    most, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(most, min(limit, 2 * _SELECTABLE)), limit))
    try:
        with ExitStack() as files:
            for _ in range(_SELECTABLE):
                files.enter_context(open(os.devnull, "rb"))
            with embedded_servers(kept_state):
                assert len([title for title in living(_home(kept_state)).values() if "redis" in title]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, limit))


def test_deleted_sockets_are_made_again(kept_state: Path) -> None:
    """Servers whose sockets were deleted under them are replaced, not doubled."""
    with running(kept_state) as first:
        place = _place(kept_state)
        before = living(place.home)
        place.postgres_socket.unlink()
        place.redis_socket.unlink()
        with embedded_servers(kept_state) as servers:
            assert servers.database_url == first.database_url
            assert not set(before) & set(living(place.home))
            assert len([title for title in living(place.home).values() if "redis" in title]) == 1


def test_only_what_is_asked_for_starts(kept_state: Path, tmp_path: Path) -> None:
    """A server that was not asked for has no address and does not run; asking for none touches no folder."""
    with embedded_servers(kept_state, postgres=False) as servers:
        assert servers.database_url == ""
        assert servers.redis_url.startswith("unix:///")
        assert not [title for title in living(_home(kept_state)).values() if "postgres" in title]
    with embedded_servers(tmp_path / "none", postgres=False, redis=False) as servers:
        assert (servers.database_url, servers.redis_url) == ("", "")
    assert not (tmp_path / "none").exists()


def test_an_interrupted_making_is_begun_again(state: Path) -> None:
    """Half a cluster, left by a program that was killed while it made one, is thrown away."""
    with embedded_servers(state, postgres=False):
        half = _home(state) / "postgres.new"
        half.mkdir()
        (half / "PG_VERSION").write_text("18\n")
    with embedded_servers(state):
        assert postmaster(_home(state))
        assert not half.exists()


def test_a_copied_state_directory_has_servers_of_its_own(kept_state: Path, tmp_path: Path) -> None:
    """A copy never reaches the original's servers, nor does removing the copy touch them."""
    with embedded_servers(kept_state, postgres=False) as servers:
        copy = tmp_path / "copy"
        copy.mkdir()
        shutil.copy(kept_state / "servers.json", copy)
        with embedded_servers(copy, postgres=False) as copied:
            assert copied.redis_url != servers.redis_url
        remove_state(copy)
        assert living(_place(kept_state).home)


async def test_deleting_or_removing_a_state_directory_takes_all(state: Path) -> None:
    """A deleted directory begins empty; a removed one leaves nothing but its locks, and is refused while in use."""
    with embedded_servers(state, redis=False) as servers:
        await _value(servers.database_url, "CREATE TABLE stone ()")
    shutil.rmtree(state)
    with embedded_servers(state) as servers:
        assert await _value(servers.database_url, "SELECT to_regclass('stone')") is None
        place = _place(state)
        with pytest.raises(ConfigurationError, match="in use"):
            remove_state(state)
        assert postmaster(place.home)
    remove_state(state)
    _assert_nothing_left(place)


def _assert_nothing_left(place: Place) -> None:
    assert not place.data.exists()
    assert not place.sockets.exists()
    assert {path.name for path in place.state.iterdir()} == {"servers.lock", "servers.turn"}
    assert place.home == place.state or not place.home.exists()
