"""Asks whether anything that a release is made of has a known hole. Run by `make audit`, and by CI.

Ends with 1 when something has, and when the auditor itself fails. Where no advisory service can be reached it says so
and ends with 0: whoever builds without the internet is not stopped, and is not told that all is well either.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
TIMEOUT_S = 120
GRAVE = ("high", "critical")
"""What of the pages' tools is worth stopping for: they run on our machines, over our own files."""


NO_SERVICE = re.compile(
    r"requests\.exceptions\.|urllib3\.exceptions\.|\bServiceError\b|[Cc]ould not connect|may be blocking|timed out"
)
"""What pip-audit says when its service does not answer, or not as it should."""


class Unreachable(Exception):
    """Nobody answered; the sentence says what was not asked."""


class Broken(Exception):
    """The auditor failed by itself, and asked nobody; holds its own words."""


def python_findings(said: str, complained: str) -> list[str]:
    """The holes in what pip-audit answered, one a line; `complained` is what it said beside.

    Unreachable when it knew none of the packages or was not answered, Broken when it ended for another reason.
    """
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if NO_SERVICE.search(complained):
            raise Unreachable("The Python packages were not audited: no advisory service answers.") from None
        raise Broken(f"The Python packages were not audited: pip-audit failed.\n{complained}") from None
    asked = [each for each in packages if "vulns" in each]
    if not asked:
        raise Unreachable("The Python packages were not audited: the service that answers knows none of them.")
    return [
        f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version'}"
        for each in asked
        for hole in each["vulns"]
    ]


def python_skipped(said: str) -> list[str]:
    """The packages that pip-audit was asked about and did not look at, with its reasons, one a line."""
    return [
        f"not audited: {each['name']} ({each['skip_reason']})"
        for each in json.loads(said)["dependencies"]
        if "skip_reason" in each
    ]


def npm_findings(said: str) -> list[str]:
    """The grave holes in what npm answered, one a line. Unreachable when it was not told."""
    try:
        holes = json.loads(said)["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        raise Unreachable("The pages' packages were not audited: no advisory service answers.") from None
    return [f"{name}: {hole['severity']}" for name, hole in sorted(holes.items()) if hole["severity"] in GRAVE]


def _said(command: Sequence[str | Path], folder: Path = ROOT) -> tuple[str, str]:
    """What a program says, and what it complains of."""
    try:
        done = subprocess.run(  # noqa: S603 - our own tools, and no shell between
            [str(word) for word in command], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "", f"timed out after {TIMEOUT_S} s"
    return done.stdout, done.stderr


def _audit_python(lock: Path) -> list[str]:
    """The holes in a lock's packages; says which of them nobody looked at."""
    pip_audit = Path(sys.executable).with_name("pip-audit")
    options = ("--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off")
    command: list[str | Path] = [pip_audit, "-r", lock, *options]
    said, complained = _said(command)
    findings = python_findings(said, complained)
    sys.stderr.writelines(f"{each}\n" for each in python_skipped(said))
    return findings


def _audit_pages() -> list[str]:
    npm: list[str | Path] = [ROOT / "dashboard" / "npm.sh", "audit", "--json", "--package-lock-only"]
    return npm_findings(_said(npm, ROOT / "dashboard")[0])


def main(lock: Path = ROOT / "deploy" / "runtime.lock") -> int:
    """Ask both services; 1 when there is a finding, or when an auditor failed."""
    findings: list[str] = []
    asked: tuple[Callable[[], list[str]], ...] = (partial(_audit_python, lock), _audit_pages)
    for ask in asked:
        try:
            findings += ask()
        except Unreachable as reason:
            sys.stderr.write(f"{reason}\n")
        except Broken as failure:
            findings.append(str(failure))
    sys.stderr.writelines(f"{each}\n" for each in findings)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
