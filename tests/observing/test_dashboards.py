"""Each dashboard has Grafana's shape, says what every panel is, and draws only what is really exposed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.observing.conftest import Exposed
from tests.observing.promql import Values, check_expressions, unheard_in, unknown_in
from tests.observing.test_alerts import _labels, _rules, with_recorded

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana"
BOARDS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
UNITS = {"reqps", "ops", "s", "short", "percentunit", "bytes", "Bps", "currencyUSD"}
KINDS = {"timeseries", "stat"}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24


def _expressions(board: Any) -> list[str]:
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def test_there_are_three() -> None:
    """What is read, what is worked on, and what it costs; their addresses never change."""
    assert {board["uid"] for board in BOARDS.values()} == {f"spectrum-{name}" for name in BOARDS}
    assert BOARDS.keys() == {"reading", "work", "money-and-database"}


@pytest.mark.parametrize("name", BOARDS)
def test_it_has_grafanas_shape(name: str) -> None:
    """A title, a schema, the source as a variable; panels with ids of their own that lie beside each other."""
    board = BOARDS[name]
    assert board["schemaVersion"] >= 39
    assert board["title"].startswith("Spectrum: ")
    assert board["description"]
    assert board["time"].keys() == {"from", "to"}
    (variable,) = board["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    ids = [panel["id"] for panel in board["panels"]]
    assert ids == sorted(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= WIDTH
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("name", BOARDS)
def test_every_panel_says_what_it_is(name: str) -> None:
    """A title, a description, a unit, a legend for each series, from the one source."""
    for panel in BOARDS[name]["panels"]:
        assert panel["type"] in KINDS
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert panel["datasource"] == SOURCE
        assert panel["targets"]
        for target in panel["targets"]:
            assert target["datasource"] == SOURCE
            assert target["legendFormat"]
    titles = [panel["title"] for panel in BOARDS[name]["panels"]]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", BOARDS)
def test_prometheus_reads_every_expression(name: str, tmp_path: Path) -> None:
    """None has a mistake in its grammar."""
    check_expressions(_expressions(BOARDS[name]), tmp_path)


@pytest.mark.parametrize("name", BOARDS)
def test_every_name_is_exposed(name: str, exposed: Exposed) -> None:
    """A panel of a metric or label that nothing exposes would be empty for ever."""
    known = _labels(_rules(), exposed)
    wrong = {expression: unknown_in(expression, known) for expression in _expressions(BOARDS[name])}
    assert {expression: found for expression, found in wrong.items() if found} == {}


@pytest.mark.parametrize("name", BOARDS)
def test_every_value_can_be(name: str, values: Values) -> None:
    """A panel of an outcome or a state that nothing has would be empty for ever."""
    known = with_recorded(values)
    wrong = {expression: unheard_in(expression, known) for expression in _expressions(BOARDS[name])}
    assert {expression: found for expression, found in wrong.items() if found} == {}


ELSEWHERE = {"spectrum_job_p95_seconds", "spectrum_jobs_finished_15m"}
"""Read off the ledger for whoever has no worker to scrape; the histograms say the same and more."""


def test_whatever_is_exposed_is_drawn(exposed: Exposed) -> None:
    """What nobody looks at need not be measured: every metric of ours is in a panel or in an alert."""
    text = "\n".join(expression for board in BOARDS.values() for expression in _expressions(board))
    text += "\n".join(rule["expr"] for rule in _rules())
    families = {
        name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum")
        for name in exposed
        if name.startswith("spectrum_") and not name.endswith("_created")
    }
    assert {family for family in families if family not in text} == ELSEWHERE
