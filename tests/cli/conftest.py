"""A database and an environment for commands, and a way to run them. Starts no program by itself."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from app.embedded import Servers
from tests.conftest import AUTH_SECRET, MASTER_KEY, database

ROOT = Path(__file__).parents[2]
LONGEST_S = 60
Command = Callable[..., subprocess.CompletedProcess[str]]


def clean_environment(folder: Path, **more: str) -> dict[str, str]:
    """Give an environment in which nothing of the caller's Spectrum shows; `folder` is where its `.env` is not."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPECTRUM_", "COLUMNS"))}
    return kept | {"PYTHONPATH": str(ROOT), "SPECTRUM_STATE_DIR": str(folder / "state"), **more}


def run(
    folder: Path, environment: Mapping[str, str], *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=folder,
        env=dict(environment),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


@pytest.fixture(scope="module")
async def environment(
    servers: Servers, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, str]]:
    """Give the environment of an installation over a database of the module's own."""
    async with database(servers, template) as url:
        folder = tmp_path_factory.mktemp("command")
        yield clean_environment(
            folder,
            SPECTRUM_DATABASE_URL=url,
            SPECTRUM_REDIS_URL=servers.redis_url,
            SPECTRUM_MASTER_KEY=MASTER_KEY,
            SPECTRUM_AUTH_SECRET=AUTH_SECRET,
        )


@pytest.fixture
def spectrum_command(environment: dict[str, str], tmp_path: Path) -> Command:
    """Give `spectrum …` over that installation, run in an empty folder."""

    def command(*arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return run(tmp_path, environment | more, *arguments, stdin=stdin)

    return command
