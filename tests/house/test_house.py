"""The house rules that no linter knows: sizes, folders, settings, links, and what may not stand in a tracked file."""

import ast
import re
from pathlib import Path

import pytest

from app.settings import Settings
from tests.tracked import tracked_files

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "graphql_schema", "workers", "prompts", "dashboard", "documents", "migrations", "benchmarks", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 70
ROOT_ENTRIES = {
    ".ci", ".env.example", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "app",
    "benchmarks", "dashboard", "deploy", "docs", "documents", "graphql_schema", "migrations", "prompts",
    "pyproject.toml", "requirements.lock", "tests", "workers",
}  # fmt: skip
MIGRATION_LENGTH = 500
"""A migration is history: it is read once, from top to bottom."""


def _sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def test_the_root_holds_the_known_rooms() -> None:
    """A new folder or file at the top is a decision, not an accident."""
    assert {path.relative_to(ROOT).parts[0] for path in tracked_files()} == ROOT_ENTRIES


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path: Path) -> None:
    """No file is longer than 400 lines, no function longer than 70."""
    text = path.read_text()
    limit = MIGRATION_LENGTH if path.parent.name == "migrations" else LONGEST_FILE
    assert text.count("\n") <= limit
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_every_setting_is_in_the_example() -> None:
    """`.env.example` names exactly the settings there are."""
    named = set(re.findall(r"^#? ?(SPECTRUM_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == {f"SPECTRUM_{name.upper()}" for name in Settings.model_fields}


def test_links_in_the_pages_lead_somewhere() -> None:
    """Every relative link of a Markdown page names a file that is there."""
    pages = [path for path in tracked_files() if path.suffix == ".md"]
    lost = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]
    assert not lost


def test_no_tracked_file_names_a_registry_or_a_machine() -> None:
    """Packages come from wherever a machine is told to get them, and nothing is where one machine has it."""
    named = re.compile(
        rb"(?:pypi|npmjs|deb\.debian)[.](?:org|com)|python[h]osted|/(?:work/[m]ain|home/\w|root/(?!\.npmrc))"
    )
    found = {str(path.relative_to(ROOT)) for path in tracked_files() if named.search(path.read_bytes())}
    assert not found


def test_the_readme_is_short() -> None:
    """The README leads through in at most 150 lines."""
    assert (ROOT / "README.md").read_text().count("\n") <= 150


def test_a_request_holds_one_connection() -> None:
    """The schema reads through its context alone: a second transaction beside it would wait for itself under load."""
    rooms = [path for path in (ROOT / "graphql_schema").glob("*.py") if path.name != "context.py"]
    assert not [path.name for path in rooms if "store.for_person" in path.read_text()]
