"""What the bundled servers open, say and know: no TCP, no words in a log, no secret. Sharing is elsewhere."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest
import redis

from app.embedded import embedded_servers
from app.embedded.places import known_place
from tests.embedded.program import living, postmaster, running, socket_folder

_WORDS = "a-sentence-that-nobody-may-read"


def _sockets_of(numbers: set[int]) -> set[str]:
    links = (link for number in numbers for link in Path(f"/proc/{number}/fd").iterdir())
    names = (os.readlink(link) for link in links)
    return {name.removeprefix("socket:[").removesuffix("]") for name in names if name.startswith("socket:[")}


def _inodes(table: str, column: int) -> set[str]:
    path = Path("/proc/net") / table
    return {line.split()[column] for line in path.read_text().splitlines()[1:]} if path.exists() else set()


def _place_home(state: Path) -> Path:
    place = known_place(state.resolve())
    assert place is not None
    return place.home


def test_nothing_listens_on_tcp(kept_state: Path) -> None:
    """No server process holds a TCP socket of any kind; both hold Unix sockets."""
    with embedded_servers(kept_state):
        held = _sockets_of(set(living(_place_home(kept_state))))
        assert len(held & _inodes("unix", 6)) >= 2
        assert not held & (_inodes("tcp", 9) | _inodes("tcp6", 9))


def test_the_sockets_are_private_and_short(kept_state: Path) -> None:
    """Only the servers' account may enter the sockets' folder, and the longest path fits the kernel's 107 bytes."""
    with embedded_servers(kept_state) as servers:
        folder = socket_folder(servers.database_url)
        assert folder.stat().st_mode & 0o077 == 0
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107


async def test_settings_are_as_promised(kept_state: Path) -> None:
    """Encoding, locale, checksums, zone, durability and connections are what the product counts on."""
    promised = {
        "server_encoding": "UTF8",
        "data_checksums": "on",
        "TimeZone": "UTC",
        "fsync": "on",
        "jit": "off",
        "max_connections": "200",
        "listen_addresses": "",
    }
    with embedded_servers(kept_state) as servers:
        connection = await asyncpg.connect(servers.database_url)
        try:
            kept = {name: await connection.fetchval("SELECT current_setting($1)", name) for name in promised}
            locale = await connection.fetchrow(
                "SELECT current_database(), datlocprovider, datlocale FROM pg_database WHERE datname = 'spectrum'"
            )
        finally:
            await connection.close()
        with redis.Redis.from_url(servers.redis_url, decode_responses=True) as client:
            client.set("a", "b")
            assert client.get("a") == "b"
            for name, value in {"port": "0", "save": "", "appendonly": "no", "maxmemory-policy": "noeviction"}.items():
                assert client.config_get(name) == {name: value}
        files = {path.name for path in socket_folder(servers.database_url).iterdir() if path.is_file()}
    assert kept == promised
    assert tuple(locale) == ("spectrum", b"b", "C.UTF-8")
    assert files <= {".s.PGSQL.5432.lock"}


async def test_no_words_reach_the_log(kept_state: Path) -> None:
    """Neither a failed statement, its parameters, a broken rule nor a crashed session leaves words in the log."""
    with embedded_servers(kept_state) as servers:
        connection = await asyncpg.connect(servers.database_url)
        await connection.execute("CREATE TEMPORARY TABLE note (words text UNIQUE)")
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute(f"SELECT '{_WORDS}'::uuid")
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("SELECT $1::text::uuid", _WORDS)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO note VALUES ($1), ($1)", _WORDS)
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute(f"DO $$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$")
        await _crash(connection, servers.database_url)
    log = (kept_state / "postgres.log").read_text()
    assert "was terminated by signal 9" in log
    assert _WORDS not in log
    assert _WORDS not in (kept_state / "redis.log").read_text()


async def _crash(connection: asyncpg.Connection, url: str) -> None:
    """Kill the session's process while it runs a statement with words in it."""
    backend = await connection.fetchval("SELECT pg_backend_pid()")
    statement = asyncio.create_task(connection.execute(f"SELECT pg_advisory_lock(1), pg_sleep(30), '{_WORDS}'"))
    other = await asyncpg.connect(url)
    # The statement has begun once it holds this lock, which the other session can therefore not take.
    while await other.fetchval("SELECT pg_try_advisory_lock(1)"):
        await other.fetchval("SELECT pg_advisory_unlock(1)")
    os.kill(backend, signal.SIGKILL)
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await statement
    other.terminate()
    connection.terminate()


def test_servers_know_no_secret(kept_state: Path) -> None:
    """A secret in the program's environment is not handed on to the servers."""
    with running(kept_state, SPECTRUM_MASTER_KEY=_WORDS):
        place = known_place(kept_state.resolve())
        assert place is not None
        started_with = Path(f"/proc/{postmaster(place.home)}/environ").read_bytes()
        assert b"PGDATA=" in started_with
        assert _WORDS.encode() not in started_with
