"""Releases as folders of code: this one, the one before, and one that is made up to come next. Checks nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from app.storage.schema import newest
from tests.programs import PATIENCE_S, end
from tests.release.wheels import ROOT, checkout, missing

ROOMS = ("app", "graphql_schema", "workers", "prompts", "documents", "migrations")
PREVIOUS = (ROOT / "deploy" / "previous-release").read_text(encoding="utf-8").strip()
"""The commit that is in production until this release is."""

_MIGRATION = """
from tortoise.migrations.migration import Migration as BaseMigration
from tortoise.migrations.operations import RunSQL

from migrations._ddl import concurrently, personal


class Migration(BaseMigration):
    atomic = {atomic}
    dependencies = [("spectrum", "{after}")]
    operations = [RunSQL({sql})]
"""


def migrations(*steps: tuple[str, str], after: str = newest()) -> dict[str, str]:
    """The code of migrations by name, from names and Python expressions of their statements, one after the other."""
    found = {}
    for name, sql in steps:
        found[name] = _MIGRATION.format(atomic="concurrently" not in sql, after=after, sql=sql)
        after = name
    return found


_NEXT_THING = "CREATE TABLE next_thing (person_id uuid NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (person_id, at))"
EXPANDS = migrations(
    ("9994_session", '["ALTER TABLE session ADD COLUMN next_mark text"]'),
    ("9995_person", '["ALTER TABLE person ADD COLUMN next_count int NOT NULL DEFAULT 0"]'),
    ("9996_job", '["ALTER TABLE job ADD COLUMN next_flag boolean NOT NULL DEFAULT false"]'),
    ("9997_thing", f'["{_NEXT_THING}", *personal("next_thing", person="SELECT, INSERT", batch="SELECT, DELETE")]'),
    ("9998_index", 'concurrently("session_next", "session", "(person_id, next_mark)", is_partitioned=True)'),
    ("9999_index", 'concurrently("job_next", "job", "(next_flag) WHERE next_flag")'),
)
"""What a release may do to the tables of the one before it while that one serves."""


class Release:
    """The code of one release, and its programs, on the packages that are here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SPECTRUM_")}
        return kept | {"PYTHONPATH": str(self.folder)} | dict(settings)

    def run(self, settings: Mapping[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one `spectrum` command of this release to its end."""
        return self._run(settings, "-m", "app", *arguments, stdin=stdin)

    def script(self, settings: Mapping[str, str], code: str) -> subprocess.CompletedProcess[str]:
        """Run a few lines of Python over this release's code."""
        return self._run(settings, "-c", code)

    def _run(self, settings: Mapping[str, str], *python: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *python],
            cwd=self.folder,
            env=self._environment(settings),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
            check=False,
        )

    @contextmanager
    def program(self, settings: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run one for the length of the block."""
        process = subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            cwd=self.folder,
            env=self._environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            end(process)


def this_release() -> Release:
    """The code under test."""
    return Release(ROOT)


def previous_release(folder: Path) -> Release | None:
    """The code of the release before, None where the history does not reach back to it."""
    archive = subprocess.run(["git", "archive", PREVIOUS, *ROOMS], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        return None
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return Release(folder)


def out_of_reach(root: Path = ROOT) -> NoReturn:
    """Leave a test out because the last release is not in the history at `root`.

    Where everything must be there, only a shallow clone is an excuse: a commit that nobody has is a slip in the file.
    """
    what = f"The history here does not reach back to the last release, {PREVIOUS} (deploy/previous-release)."
    if is_shallow(root):
        pytest.skip(what)
    missing(what)


def is_shallow(root: Path = ROOT) -> bool:
    """Whether the clone at `root` was made without its history, or is an export that has one commit of its own."""
    return (
        _git(root, "rev-parse", "--is-shallow-repository") == "true" or _git(root, "rev-list", "--count", "HEAD") == "1"
    )


def _git(root: Path, *command: str) -> str:
    return subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=False).stdout.strip()


def next_release(folder: Path, more: Mapping[str, str]) -> Release:
    """This release's code with `more` migrations: their code by name."""
    release = Release(checkout(folder))
    for name, code in more.items():
        (folder / "migrations" / f"{name}.py").write_text(code, encoding="utf-8")
    return release
