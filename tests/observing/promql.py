"""What an expression names, and whether Prometheus can read it. Evaluates nothing."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

NAME = r"\b(?:spectrum[_:][a-zA-Z0-9_:]+|up)\b"
ADDED = {"job", "instance"}
"""Labels that Prometheus itself adds to whatever it scrapes."""
Values = Mapping[tuple[str, str], frozenset[str]]
"""What a metric's label may be."""
_VARIABLES = {"$__rate_interval": "5m"}


def program(name: str, package: str) -> str:
    """Give a program of Debian's; where it is missing, a test is left out, but not in continuous integration."""
    found = shutil.which(name)
    if found is None:
        missing = f"{name} is not here (Debian: apt install {package})"
        if "CI" in os.environ:
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def promtool() -> str:
    """Give the program that reads rules and configurations of Prometheus."""
    return program("promtool", "prometheus")


def amtool() -> str:
    """Give the one of Alertmanager."""
    return program("amtool", "prometheus-alertmanager")


def check_expressions(expressions: Iterable[str], folder: Path) -> None:
    """Let promtool read every expression, as rules of a file."""
    rules = [{"record": f"read:{number}", "expr": _plain(each)} for number, each in enumerate(expressions)]
    path = folder / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "read", "rules": rules}]}))  # JSON is YAML
    said = subprocess.run([promtool(), "check", "rules", path], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def _plain(expression: str) -> str:
    for name, value in _VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def values_in(expression: str) -> set[tuple[str, str, str]]:
    """Give every value that an expression asks a label for: the metric, the label, the value."""
    found = set()
    for name, matchers in re.findall(rf"({NAME})\{{([^}}]*)\}}", expression):
        for label, how, text in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', matchers):
            found |= {(name, label, each) for each in (text.split("|") if "~" in how else [text])}
    return found


def unheard_in(expression: str, values: Values) -> set[tuple[str, str, str]]:
    """Give those of them that no series can have, as far as `values` knows; Prometheus' own labels are left out."""
    return {
        (name, label, value)
        for name, label, value in values_in(expression)
        if label not in ADDED and value not in values.get((name, label), ())
    }


def unknown_in(expression: str, exposed: Mapping[str, frozenset[str]]) -> set[str]:
    """Give every metric and label in an expression that is not `exposed` (metrics with their labels)."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    metrics = set(re.findall(NAME, bare))
    wrong = metrics - exposed.keys()
    for name, matchers in re.findall(rf"({NAME})\{{([^}}]*)\}}", bare):
        labels = set(re.findall(r"([a-z_]+)\s*(?:=~|!~|!=|=)", matchers))
        wrong |= {f"{name}{{{label}}}" for label in labels - exposed.get(name, frozenset()) - ADDED}
    known = set().union(*(exposed.get(name, frozenset()) for name in metrics)) | ADDED
    if "label_replace" in expression:
        known |= set(re.findall(r'label_replace\(.*?,\s*"(\w+)"', expression))
    for group in re.findall(r"\b(?:by|on|without|ignoring)\s*\(([a-z_,\s]*)\)", bare):
        wrong |= {label for label in re.split(r"[,\s]+", group) if label} - known
    return wrong
