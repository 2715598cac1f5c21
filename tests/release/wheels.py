"""A wheel as a release builds it, and an environment with nothing else of ours in it. Checks nothing."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cli.conftest import clean_environment
from tests.programs import end
from tests.tracked import tracked_files

ROOT = Path(__file__).parents[2]
PAGES = ("dashboard/dist/index.html", "dashboard/dist-team/team.html")


def missing(what: str) -> NoReturn:
    """Leave a test out for want of `what`, a sentence; where everything must be there, fail instead."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def checkout(folder: Path) -> Path:
    """Give a copy of what is committed or about to be, with the built pages as `make wheel` finds them."""
    built = [path.relative_to(ROOT) for place in PAGES for path in (ROOT / place).parent.rglob("*") if path.is_file()]
    for name in [*(path.relative_to(ROOT) for path in tracked_files()), *built]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def build_wheel(source: Path, target: Path) -> Path:
    """Build the wheel of `source` into `target`, with no network; its path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = target.glob("*.whl")
    return wheel


class Installed:
    """An environment that has the wheel, and the locked packages from the one that runs the tests."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        self.python = folder / "bin" / "python"
        self.site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
        # A path in a .pth file is no site of its own: the one there, which names the checkout, is not read.
        (self.site / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
        quiet = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-compile")
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "install", *quiet, str(wheel)]
        subprocess.run(command, check=True, capture_output=True)
        self.spectrum = folder / "bin" / "spectrum"

    def environment(self, **more: str) -> dict[str, str]:
        """Give an environment in which neither the caller's Spectrum nor the checkout shows."""
        found = clean_environment(self.folder, **more)
        del found["PYTHONPATH"]
        return found

    def run(self, *command: str | Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the environment's own folder to its end."""
        return subprocess.run(
            [str(word) for word in command],
            cwd=self.folder,
            env=self.environment(**more),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @contextmanager
    def program(self, command: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a `spectrum` command for the length of the block; what it says is seen where the tests are."""
        process = subprocess.Popen(
            [self.spectrum, command],
            cwd=self.folder,
            env=self.environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            end(process)
