"""Lists what a release is made of, as CycloneDX: the image's Python packages, and what its pages are built from.

Run by `make sbom`. Names, versions, licences and hashes; no address of an index or a registry, since each machine has
its own. Asks the network for nothing.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[1]
PYTHON = "spectrum.cdx.json"
PAGES = "dashboard.cdx.json"


def packages(python: Path, lock: Path, project: Path) -> dict[str, Any]:
    """What the lock of the image lists, as part of the project."""
    tool, form = python.with_name("cyclonedx-py"), ("--short-PURLs", "--output-reproducible", "--spec-version", "1.6")
    # The lock is flat: which package asks for which is not in it, and its tool warns of that.
    said = _said([tool, "requirements", lock, "--pyproject", project, *form, "--output-file", "-"])
    bom = _without_addresses(json.loads(said))
    for component in bom["components"]:
        del component["description"]  # the line of the lock, once more
    return bom


def pages(npm: Path, folder: Path) -> dict[str, Any]:
    """What the lock of the pages lists; what only builds them is marked as development's."""
    said = _said([npm, "sbom", "--package-lock-only", "--sbom-format", "cyclonedx"], folder)
    bom = _without_addresses(json.loads(said))
    del bom["serialNumber"], bom["metadata"]["timestamp"]  # the same again for the same lock
    return bom


def _said(command: Sequence[str | Path], folder: Path = ROOT) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stderr}")
    return done.stdout


def _without_addresses(bom: dict[str, Any]) -> dict[str, Any]:
    """Hashes move from the address to the component itself; an address with none goes."""
    bom["metadata"].pop("tools", None)
    for component in (bom["metadata"]["component"], *bom["components"]):
        references = component.pop("externalReferences", [])
        hashes = [each for reference in references for each in reference.get("hashes", ())]
        if hashes and "hashes" not in component:
            component["hashes"] = hashes
    return bom


def problems(bom: dict[str, Any]) -> str | None:
    """What CycloneDX' own schema finds wrong, None when nothing is."""
    found = JsonStrictValidator(SchemaVersion.from_version(bom["specVersion"])).validate_str(json.dumps(bom))
    return None if found is None else str(found)


def main(target: Path) -> None:
    """Write both lists into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    lists = {
        PYTHON: packages(Path(sys.executable), ROOT / "deploy" / "runtime.lock", ROOT / "pyproject.toml"),
        PAGES: pages(ROOT / "dashboard" / "npm.sh", ROOT / "dashboard"),
    }
    for name, bom in lists.items():
        if wrong := problems(bom):
            sys.exit(f"{name} is not valid: {wrong}")
        (target / name).write_text(json.dumps(bom, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
