"""Asks whether anything that a release is made of has a known hole. Run by `make audit`, and by CI.

Ends with 1 when something has. Where no advisory service can be reached it says so and ends with 0: whoever builds
without the internet is not stopped, and is not told that all is well either.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
TIMEOUT_S = 120
GRAVE = ("high", "critical")
"""What of the pages' tools is worth stopping for: they run on our machines, over our own files."""


class Unreachable(Exception):
    """Nobody answered; the sentence says what was not asked."""


def python_findings(said: str) -> list[str]:
    """The holes in what pip-audit answered, one a line. Unreachable when it knew none of the packages."""
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise Unreachable("The Python packages were not audited: no advisory service answers.") from None
    asked = [each for each in packages if "vulns" in each]
    if not asked:
        raise Unreachable("The Python packages were not audited: the service that answers knows none of them.")
    return [
        f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version'}"
        for each in asked
        for hole in each["vulns"]
    ]


def npm_findings(said: str) -> list[str]:
    """The grave holes in what npm answered, one a line. Unreachable when it was not told."""
    try:
        holes = json.loads(said)["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        raise Unreachable("The pages' packages were not audited: no advisory service answers.") from None
    return [f"{name}: {hole['severity']}" for name, hole in sorted(holes.items()) if hole["severity"] in GRAVE]


def _said(command: Sequence[str | Path], folder: Path = ROOT) -> str:
    try:
        return subprocess.run(  # noqa: S603 - our own tools, and no shell between
            [str(word) for word in command], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        ).stdout
    except subprocess.TimeoutExpired:
        return ""


def main() -> int:
    """Ask both services; 1 when there is a finding."""
    pip_audit = Path(sys.executable).with_name("pip-audit")
    lock = ROOT / "deploy" / "runtime.lock"
    python: list[str | Path] = [
        pip_audit,
        "-r",
        lock,
        "--require-hashes",
        "--disable-pip",
        "--format=json",
        "--progress-spinner=off",
    ]
    npm: list[str | Path] = [ROOT / "dashboard" / "npm.sh", "audit", "--json", "--package-lock-only"]
    findings: list[str] = []
    asked: list[tuple[Callable[[str], list[str]], list[str | Path], Path]] = [
        (python_findings, python, ROOT),
        (npm_findings, npm, ROOT / "dashboard"),
    ]
    for read, command, folder in asked:
        try:
            findings += read(_said(command, folder))
        except Unreachable as reason:
            sys.stderr.write(f"{reason}\n")
    sys.stderr.writelines(f"{each}\n" for each in findings)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
