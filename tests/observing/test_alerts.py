"""Each alert can be read, fires when it should and only then, names what is exposed, and has a page that is true."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import COMMANDS
from app.domain.envelopes import ENVELOPES
from app.settings import Settings
from app.telemetry import OPERATION_SECONDS
from tests.observing.conftest import Exposed
from tests.observing.promql import NAME, Values, amtool, promtool, unheard_in, unknown_in, values_in

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
PAGES = ROOT / "docs" / "runbooks"
LONGEST_PAGE = 40


def _rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]


ALERTS = {rule["alert"]: rule for rule in _rules() if "alert" in rule}


def _labels(rules: list[dict[str, Any]], exposed: Exposed) -> Exposed:
    """Give what is exposed with what is recorded of it; a recorded series has the labels that its rule keeps."""
    known = dict(exposed)
    for rule in rules:
        if "record" in rule:
            kept = re.findall(r"\bby \(([a-z_, ]+)\)", rule["expr"])
            known[rule["record"]] = frozenset(label for group in kept for label in re.split(r"[, ]+", group)) - {"le"}
    return known


@pytest.fixture(scope="module")
def known(exposed: Exposed) -> Exposed:
    """Give everything that an expression may name."""
    return _labels(_rules(), exposed)


@pytest.mark.parametrize(
    "command",
    [
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
        ("check", "config", "prometheus.yml"),
    ],
    ids=" ".join,
)
def test_promtool_reads_and_proves_them(command: tuple[str, ...]) -> None:
    """The rules are rules, the example is a configuration, and every test of the rules passes."""
    said = subprocess.run([promtool(), *command], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_promtool_reads_the_one_of_kubernetes(tmp_path: Path) -> None:
    """All but the discovery of pods, which Debian builds Prometheus without: that is looked at here."""
    config = yaml.safe_load((FOLDER / "kubernetes.yml").read_text())
    for scrape in config["scrape_configs"]:
        assert scrape.pop("kubernetes_sd_configs") == [{"role": "pod", "namespaces": {"names": ["spectrum"]}}]
        scrape["static_configs"] = [{"targets": ["127.0.0.1:8000"]}]
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    (tmp_path / "kubernetes.yml").write_text(yaml.safe_dump(config))
    command = [promtool(), "check", "config", "kubernetes.yml"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def _amtool(*asked: str) -> str:
    said = subprocess.run([amtool(), *asked], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


def test_every_alert_reaches_whom_it_should() -> None:
    """Alertmanager reads its example, sends each alert to a pager or to the tickets, and hides only what there is."""
    _amtool("check-config", "alertmanager.yml")
    whose = {
        severity: _amtool("config", "routes", "test", "--config.file=alertmanager.yml", f"severity={severity}").strip()
        for severity in {rule["labels"]["severity"] for rule in ALERTS.values()}
    }
    assert whose == {"page": "pager", "ticket": "tickets"}
    for rule in yaml.safe_load((FOLDER / "alertmanager.yml").read_text())["inhibit_rules"]:
        named = {name for side in _SIDES for one in rule[side] for name in re.findall('^alertname="(.+)"$', one)}
        assert len(named) == 2
        assert named <= set(ALERTS)
    for name in ("prometheus.yml", "kubernetes.yml"):
        assert yaml.safe_load((FOLDER / name).read_text())["alerting"]["alertmanagers"], "Prometheus tells it"


_SIDES = ("source_matchers", "target_matchers")


def test_every_alert_is_tested_both_ways() -> None:
    """For each alert a test in which it fires and one in which it is quiet."""
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
    outcomes = [(case["alertname"], bool(case["exp_alerts"])) for test in tests for case in test["alert_rule_test"]]
    assert set(outcomes) == {(alert, fires) for alert in ALERTS for fires in (False, True)}


def test_every_name_in_a_rule_is_exposed(known: Exposed) -> None:
    """A metric or a label that nothing exposes would make an alert that never fires."""
    wrong = {rule.get("alert") or rule["record"]: unknown_in(rule["expr"], known) for rule in _rules()}
    assert {name: found for name, found in wrong.items() if found} == {}


def with_recorded(values: Values) -> Values:
    """Give `values` with those of the recorded series: what a label may be there is what it may be where it is from."""
    known = dict(values)
    for rule in _rules():
        if "record" in rule:
            of = set(re.findall(NAME, rule["expr"]))
            for label in {label for name, label in values if name in of}:
                known[rule["record"], label] = frozenset().union(*(known.get((name, label), ()) for name in of))
    return known


def test_every_value_in_a_rule_can_be(values: Values) -> None:
    """A bucket, an outcome or a state that nothing has would make an alert that never fires; so of what tests feed."""
    known = with_recorded(values)
    wrong = {rule.get("alert") or rule["record"]: unheard_in(rule["expr"], known) for rule in _rules()}
    assert {name: found for name, found in wrong.items() if found} == {}
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
    fed = {each for test in tests for series in test["input_series"] for each in unheard_in(series["series"], known)}
    assert {each for each in fed if each[1] not in OPEN} == set()


OPEN = {"operation", "model"}
"""Labels whose values are no closed list: registered documents, and the team's names of models."""


def test_a_wrong_value_is_found(values: Values) -> None:
    """The test above can fail: by a bound, an outcome, one of several, a value of a recorded series."""
    known = with_recorded(values)
    for metric, label, how, value in (
        ("spectrum_promise_seconds_bucket", "le", "=", "3601.0"),
        ("spectrum_operation_seconds_count", "outcome", "=", "BROKEN"),
        ("spectrum_job_attempts_total", "outcome", "!~", "SKIPED"),
        ("spectrum:budget_spent:ratio", "period", "=", "YEAR"),
        ("spectrum_sessions", "state", "=", "gone"),
    ):
        assert unheard_in(f'{metric}{{{label}{how}"{value}"}}', known) == {(metric, label, value)}
    assert values_in('a{b="c"} + spectrum_x{y=~"1|2",z!="3"}') == {
        ("spectrum_x", "y", "1"), ("spectrum_x", "y", "2"), ("spectrum_x", "z", "3"),
    }  # fmt: skip


def test_limits_are_those_of_the_envelopes() -> None:
    """Whoever looks at the team's page and whoever is called see the same limit; each of an answer is a bound."""
    for alert, key in {
        "SpectrumSecondsLate": "queue.seconds.age",
        "SpectrumMinutesLate": "queue.minutes.age",
        "SpectrumHoursLate": "queue.hours.age",
        "SpectrumConnectionsUsedUp": "database.connections",
    }.items():
        assert float(ALERTS[alert]["expr"].rpartition(">")[2]) == ENVELOPES[key].limit
    bounds = {bound * 1_000 for bound in OPERATION_SECONDS._upper_bounds}
    assert {each.limit for key, each in ENVELOPES.items() if key.startswith("api.")} <= bounds


MEASURED = {"api": "spectrum_operation_seconds_bucket", "memory": "spectrum_process_resident_bytes"}
"""What tells of the envelopes that are to be had at `/metrics`, by the first part of their key."""


def test_what_is_said_to_be_scraped_is(exposed: Exposed) -> None:
    """An envelope that sends whoever looks to `/metrics` has something there."""
    sent = {key.partition(".")[0] for key, each in ENVELOPES.items() if "/metrics" in (each.elsewhere or "")}
    assert sent == MEASURED.keys()
    assert set(MEASURED.values()) <= exposed.keys()


def test_a_wrong_name_is_found(known: Exposed) -> None:
    """The test above can fail: by a metric, a matcher, a grouping, a label made up."""
    for expression, wrong in {
        "spectrum_queue_depht > 0": "spectrum_queue_depht",
        'spectrum_queue_depth{queu="seconds"}': "spectrum_queue_depth{queu}",
        "sum by (person) (spectrum_queue_depth)": "person",
        "max by (table) (spectrum_table_rows) > on (feature) spectrum_queue_depth": "feature",
    }.items():
        assert unknown_in(expression, known) == {wrong}


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    """A severity, a summary, and a page of its own; and no page is left without its alert."""
    for name, rule in ALERTS.items():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "runbook"}
        assert rule["annotations"]["runbook"] == f"docs/runbooks/{name}.md"
    assert {path.stem for path in PAGES.glob("*.md")} == ALERTS.keys()


@pytest.mark.parametrize("name", ALERTS)
def test_a_page_is_short_and_true(name: str, known: Exposed, values: Values) -> None:
    """What it means, what to look at, what to do, whether to wake somebody; every metric, command, setting exists."""
    text = (PAGES / f"{name}.md").read_text()
    assert text.startswith(f"# {name}\n")
    assert text.count("\n") <= LONGEST_PAGE
    assert [part in text for part in ("**Look at**", "**Do**", "**Wake somebody?**")] == [True] * 3
    series = {re.sub(r"_(bucket|count|sum)$", "", each) for each in known} | known.keys()
    assert set(re.findall(NAME, text)) - {"up", "spectrum_batch"} <= series
    assert unheard_in(text, values) == set()
    commands = set(re.findall(r"`spectrum ([a-z-]+)", text))
    assert commands <= set(COMMANDS)
    assert set(re.findall(r"SPECTRUM_[A-Z_]+", text)) <= {f"SPECTRUM_{each.upper()}" for each in Settings.model_fields}
