"""The servers run for root and for an ordinary user, and refuse with a sentence that helps. Sharing is elsewhere."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.embedded import embedded_servers, remove_state
from app.embedded.places import Place, known_place
from app.errors import ConfigurationError
from tests.embedded.program import ROOT, all_gone, living, running, socket_folder


async def _version(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SHOW server_version_num"))
    finally:
        await connection.close()


async def test_a_closed_parent_folder_stays_closed(kept_state: Path) -> None:
    """From a folder of mode 0700 Postgres 18 runs, and no folder's mode above the state directory is changed."""
    parents = list(kept_state.parents)
    modes = [parent.stat().st_mode for parent in parents]
    assert modes[0] & 0o777 == 0o700
    with embedded_servers(kept_state, redis=False) as servers:
        assert await _version(servers.database_url) // 10_000 == 18
    assert [parent.stat().st_mode for parent in parents] == modes


def test_a_long_state_path_works(tmp_path: Path) -> None:
    """A state directory whose path is far longer than a socket's may be is no hindrance."""
    state = tmp_path / ("long" * 30) / ("longer" * 20)
    with embedded_servers(state, postgres=False) as servers:
        folder = Path(urlsplit(servers.redis_url).path).parent
        assert living(folder)
    remove_state(state)
    assert not folder.exists()


def test_an_ordinary_user_keeps_all_in_the_state_directory(
    ordinary_user: int, ordinary_home: Path, open_site: Path
) -> None:
    """For an ordinary user the cluster lies in the state directory and every server is that user's own."""
    state = ordinary_home / "state"
    with running(state, uid=ordinary_user, site=open_site) as program:
        assert program.error == ""
        assert program.database_url == f"postgresql://spectrum@/spectrum?host={state}/sockets&port=5432"
        assert (state / "postgres" / "PG_VERSION").read_text() == "18\n"
        assert {Path(f"/proc/{number}").stat().st_uid for number in living(state)} == {ordinary_user}
        program.leave()
    assert all_gone(state)


def test_an_ordinary_user_may_have_a_long_or_odd_path(ordinary_user: int, ordinary_home: Path, open_site: Path) -> None:
    """Where the sockets do not fit or the address would need quoting, they get a short private folder."""
    state = ordinary_home / ("$long 'odd\" path&" * 7) / ("x" * 120)
    with running(state, uid=ordinary_user, site=open_site) as program:
        assert program.error == ""
        folder = socket_folder(program.database_url)
        assert not folder.is_relative_to(ordinary_home)
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107
        assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (ordinary_user, 0o700)
        program.leave()
    assert all_gone(state, folder)
    folder.rmdir()


def test_a_state_of_another_user_is_refused(ordinary_user: int, ordinary_home: Path, open_site: Path) -> None:
    """Root does not take over an ordinary user's state directory, nor write into it unasked."""
    state = ordinary_home / "state"
    with running(state, uid=ordinary_user, site=open_site) as program:
        with pytest.raises(ConfigurationError, match="belongs to the user"), embedded_servers(state):
            pytest.fail("root got the servers of another user")
        assert living(state)
        program.leave()


def test_a_folder_without_rights_is_refused(ordinary_user: int, tmp_path: Path, open_site: Path) -> None:
    """A state directory that cannot be written is refused with the setting to change."""
    with running(tmp_path / "state", uid=ordinary_user, site=open_site) as program:
        assert "SPECTRUM_STATE_DIR" in program.error
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(ConfigurationError, match="SPECTRUM_STATE_DIR"), embedded_servers(blocked):
        pytest.fail("a file served as a state directory")


@pytest.mark.parametrize(("asked", "setting"), [("redis", "SPECTRUM_DATABASE_URL"), ("postgres", "SPECTRUM_REDIS_URL")])
def test_missing_programs_are_named(state: Path, asked: str, setting: str) -> None:
    """Where no executable fits this platform, the sentence names the address to give instead."""
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from app.embedded import embedded_servers\n"
        f"with embedded_servers(Path(sys.argv[2]), {asked}=False): pass"
    )
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, str(ROOT), str(state)],
        env={"PATH": str(state)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "ConfigurationError: There is no bundled" in ended.stderr
    assert setting in ended.stderr


def test_a_broken_cluster_names_its_log(kept_state: Path) -> None:
    """A Postgres that cannot start gives up with the path of its log, and leaves no process."""
    place = _made(kept_state)
    control = place.data / "global" / "pg_control"
    control.rename(control.with_suffix(".away"))
    with pytest.raises(ConfigurationError, match=r"postgres\.log"), embedded_servers(kept_state):
        pytest.fail("a broken cluster started")
    assert all_gone(place.home)
    control.with_suffix(".away").rename(control)


def test_a_cluster_of_another_version_is_refused(kept_state: Path) -> None:
    """A database made by another major version is left alone, and the sentence says so."""
    version = _made(kept_state).data / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(ConfigurationError, match="made by Postgres 17"), embedded_servers(kept_state):
        pytest.fail("another version's cluster started")
    version.write_text("18\n")


def _made(state: Path) -> Place:
    with embedded_servers(state, redis=False):
        place = known_place(state.resolve())
    assert place is not None
    return place


def test_a_damaged_record_is_refused(state: Path) -> None:
    """A record that cannot be read is never taken for a new state, which would cost root's data."""
    state.mkdir()
    (state / "servers.json").write_text(json.dumps({"identity": "half"}))
    with pytest.raises(ConfigurationError, match="damaged"), embedded_servers(state):
        pytest.fail("a damaged record was taken")
    (state / "servers.json").unlink()
