"""A database and an environment for commands, and a way to run them. Starts no program by itself."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from app.cli import COMMANDS, main, module_of
from app.embedded import Servers
from tests.conftest import AUTH_SECRET, MASTER_KEY, database

ROOT = Path(__file__).parents[2]
LONGEST_S = 60
Command = Callable[..., subprocess.CompletedProcess[str]]
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload([*map(module_of, COMMANDS)])


def clean_environment(folder: Path, **more: str) -> dict[str, str]:
    """Give an environment in which nothing of the caller's Spectrum shows; `folder` is where its `.env` is not."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPECTRUM_", "COLUMNS"))}
    return kept | {"PYTHONPATH": str(ROOT), "SPECTRUM_STATE_DIR": str(folder / "state"), **more}


def run(
    folder: Path, environment: Mapping[str, str], *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, in a process that is forked from one which has imported all of them already."""
    streams = [folder / name for name in ("stdin", "stdout", "stderr")]
    for stream in streams:
        stream.write_text(stdin if stream.name == "stdin" else "")
    process = _FORKED.Process(target=_become, args=(arguments, folder, dict(environment), streams))
    process.start()
    process.join(LONGEST_S)
    try:
        assert process.exitcode is not None, f"spectrum {' '.join(arguments)} does not end"
        said = [stream.read_text() for stream in streams[1:]]
        return subprocess.CompletedProcess(arguments, process.exitcode, *said)
    finally:
        process.kill()
        process.join()
        process.close()
        for stream in streams:
            stream.unlink()


def _become(arguments: tuple[str, ...], folder: Path, environment: dict[str, str], streams: list[Path]) -> None:
    """Be `spectrum …`, as a shell would have started it in `folder`."""
    for number, stream in enumerate(streams):
        os.dup2(os.open(stream, os.O_RDWR), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - for its lifetime
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.exit(main(arguments))


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
