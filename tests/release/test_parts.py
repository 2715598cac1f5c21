"""The lists of what a release is made of are whole, valid and say no address; holes in it are told."""

import json
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from app import __version__
from tests.release.wheels import ROOT, missing

_SPEC = spec_from_file_location("audit", ROOT / "deploy" / "audit.py")
assert _SPEC is not None
assert _SPEC.loader is not None
audit = module_from_spec(_SPEC)
_SPEC.loader.exec_module(audit)


pytestmark = pytest.mark.release


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that `make sbom` would fill."""
    npm = subprocess.run([ROOT / "dashboard" / "npm.sh", "--version"], capture_output=True, check=False)
    if npm.returncode:
        missing("There is no npm here, and none could be installed: the lists were not made.")
    folder = tmp_path_factory.mktemp("sbom")
    subprocess.run([sys.executable, ROOT / "deploy" / "sbom.py", folder], check=True, capture_output=True)
    return folder


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["spectrum.cdx.json", "dashboard.cdx.json"])
def test_they_are_valid_and_say_no_address(lists: Path, name: str) -> None:
    """CycloneDX' own schema takes them, strictly; no index, registry, machine or moment stands in them."""
    text = (lists / name).read_text(encoding="utf-8")
    bom = json.loads(text)
    assert JsonStrictValidator(SchemaVersion.from_version(bom["specVersion"])).validate_str(text) is None
    assert set(re.findall(r"https?://[^/\"]+", text)) == {"http://cyclonedx.org"}
    assert str(ROOT) not in text
    assert "timestamp" not in bom["metadata"]


def test_every_package_of_the_image_is_listed(lists: Path) -> None:
    """All of the image's lock, in its versions, with the hashes that pip holds it to."""
    bom = _read(lists / "spectrum.cdx.json")
    assert (bom["metadata"]["component"]["name"], bom["metadata"]["component"]["version"]) == (
        "kalei-spectrum",
        __version__,
    )
    lock = (ROOT / "deploy" / "runtime.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-zA-Z0-9_.-]+)==([^\s;]+)", lock, re.MULTILINE))
    assert {(each["name"], each["version"]) for each in bom["components"]} == locked
    hashes = {each["content"] for component in bom["components"] for each in component["hashes"]}
    assert hashes == set(re.findall(r"sha256:([0-9a-f]{64})", lock))
    assert all(each["purl"].startswith("pkg:pypi/") for each in bom["components"])


def test_every_package_of_the_pages_is_listed(lists: Path) -> None:
    """All of npm's lock with its licences; what only builds the pages is marked."""
    bom = _read(lists / "dashboard.cdx.json")
    lock = _read(ROOT / "dashboard" / "package-lock.json")["packages"]
    required = {place for place, each in lock.items() if place and not each.get("optional")}
    listed = {(each.get("group", ""), each["name"], each["version"]) for each in bom["components"]}
    assert len(listed) >= len({(place.rpartition("node_modules/")[2], lock[place]["version"]) for place in required})
    marked = {"name": "cdx:npm:package:development", "value": "true"}
    shipped = {each["name"] for each in bom["components"] if marked not in each.get("properties", ())}
    assert "preact" in shipped
    assert "vite" not in shipped
    assert all(each.get("licenses") for each in bom["components"] if each["name"] in shipped)


CLEAN = {"name": "arq", "version": "0.28", "vulns": []}
HOLED = {"name": "arq", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.2"]}]}
UNKNOWN = {"name": "arq", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "findings"),
    [([CLEAN], []), ([CLEAN, HOLED], ["arq 0.1: PYSEC-1, mended in 0.2"]), ([UNKNOWN, CLEAN], [])],
)
def test_holes_in_python_packages_are_told(packages: list[dict[str, Any]], findings: list[str]) -> None:
    """Each with its name and the version that mends it."""
    assert audit.python_findings(json.dumps({"dependencies": packages}), "") == findings


@pytest.mark.parametrize(
    ("said", "complained"),
    [
        (
            "",
            "requests.exceptions.ProxyError: HTTPSConnectionPool(host='nobody.invalid', port=443): Max retries",
        ),
        ("", "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed"),
        ("", "timed out after 120 s"),
        (json.dumps({"dependencies": [UNKNOWN]}), "No known vulnerabilities found"),
    ],
)
def test_nobody_who_was_not_asked_is_called_clean(said: str, complained: str) -> None:
    """No answer, or one of a service that knows no package, is not taken for a clean one."""
    with pytest.raises(audit.Unreachable, match="were not audited"):
        audit.python_findings(said, complained)


@pytest.mark.parametrize("said", ["", "{}", "no json"])
def test_an_auditor_that_fails_is_no_missing_network(said: str) -> None:
    """Whatever else pip-audit ends with is a failure, and in its own words."""
    with pytest.raises(audit.Broken, match="invalid requirements input"):
        audit.python_findings(said, "ERROR:pip_audit._cli:invalid requirements input")


def test_a_failure_of_the_auditor_fails_the_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real pip-audit over a lock that is not there: 1, and what it said."""
    monkeypatch.setattr(audit, "_audit_pages", list)
    assert audit.main(tmp_path / "none.lock") == 1
    assert "invalid requirements input" in capsys.readouterr().err


def test_packages_that_were_skipped_are_listed() -> None:
    """Whoever reads the audit sees which packages nobody looked at."""
    assert audit.python_skipped(json.dumps({"dependencies": [CLEAN, UNKNOWN]})) == ["not audited: arq (not found)"]


def test_holes_in_the_pages_packages_are_told() -> None:
    """Grave ones; an answer without a list is none."""
    holes = {"vite": {"severity": "high"}, "left": {"severity": "low"}}
    assert audit.npm_findings(json.dumps({"vulnerabilities": holes})) == ["vite: high"]
    assert audit.npm_findings(json.dumps({"vulnerabilities": {}})) == []
    for said in ("", json.dumps({"message": "405 Method Not Allowed", "error": {}})):
        with pytest.raises(audit.Unreachable):
            audit.npm_findings(said)
