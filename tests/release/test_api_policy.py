"""Apps that are out there go on: what goes was said to go, long enough before, and their documents stay."""

import json
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.edge.documents.registered import read_registered
from graphql_schema.printing import sdl
from graphql_schema.schema import build_schema
from tests.release.api_policy import gone_early, poorly_said
from tests.release.releases import PREVIOUS, out_of_reach
from tests.release.wheels import ROOT

RELEASED = (ROOT / "graphql_schema" / "released.graphql").read_text(encoding="utf-8")


@pytest.mark.parametrize("team", [False, True], ids=["public", "team"])
def test_what_is_deprecated_says_since_when_and_what_instead(team: bool) -> None:
    """Every reason begins with its day and names what to use."""
    assert poorly_said(sdl(build_schema(team=team))) == []


def test_nothing_went_before_its_time() -> None:
    """What the last release deprecated is there for 180 days from the day that its reason names."""
    assert gone_early(RELEASED, sdl(build_schema(team=False)), datetime.now(UTC).date()) == []


SAID = 'type Query { kept: Int going: Int @deprecated(reason: "2026-03-01: use `kept`.") }'


@pytest.mark.parametrize(
    ("reason", "is_well_said"),
    [
        ("2026-03-01: use `kept`.", True),
        ("2026-03-01: it goes without a replacement.", True),
        ("use `kept`", False),
        ("2026-03-01: it goes.", False),
        ("2026-13-01: use `kept`.", False),
    ],
)
def test_a_reason_has_a_day_and_a_replacement(reason: str, is_well_said: bool) -> None:
    """Neither may be left out, of fields, arguments, inputs and values alike."""
    marked = f"@deprecated(reason: {json.dumps(reason)})"
    schema = "type Query { a: Int @d b(x: Int @d): E } enum E { A B @d } input I { a: Int @d }".replace("@d", marked)
    assert poorly_said(schema) == ([] if is_well_said else ["Query.a", "Query.b(x)", "E.B", "I.a"])


@pytest.mark.parametrize(
    ("today", "gone"),
    [(date(2026, 3, 2), ["Query.going"]), (date(2026, 8, 27), ["Query.going"]), (date(2026, 8, 28), [])],
)
def test_what_goes_has_had_its_time(today: date, gone: list[str]) -> None:
    """A field may go on the 180th day, and not before."""
    assert gone_early(SAID, "type Query { kept: Int }", today) == gone
    assert gone_early(SAID, SAID, today) == []


def test_a_last_release_that_nobody_has_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Continuous integration fails, unless its clone is shallow; elsewhere the tests are left out."""
    whole, shallow = tmp_path / "whole", tmp_path / "shallow"
    known = ["-c", "user.name=somebody", "-c", "user.email=somebody@localhost", "-c", "commit.gpgsign=false"]
    commands = [
        ["init", "--quiet", str(whole)],
        *(["-C", str(whole), *known, "commit", "--quiet", "--allow-empty", "-m", name] for name in ("one", "two")),
        ["clone", "--quiet", "--depth", "1", f"file://{whole}", str(shallow)],
    ]
    for command in commands:
        subprocess.run(["git", *command], check=True)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="does not reach back"):
        out_of_reach(whole)
    with pytest.raises(pytest.skip.Exception):
        out_of_reach(shallow)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception):
        out_of_reach(whole)


def test_documents_of_apps_that_are_out_there_stay_registered() -> None:
    """Every id of the last release is one of this one: an app that was not updated asks by it."""
    shown = subprocess.run(
        ["git", "show", f"{PREVIOUS}:documents/catalog.lock"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if shown.returncode:
        out_of_reach()
    before = {word for line in shown.stdout.splitlines() for word in line.split() if word.startswith("sha256:")}
    assert before, "the lock has ids"
    lost = before - set(read_registered().by_id)
    assert not lost, "put their texts into documents/clients.json: apps out there still ask by them"
