"""Routes as they are written down: whatever is open in them is refused by name, before anybody is asked or paid."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.cost import Engine, Feature, Price, most_tokens
from app.errors import ConfigurationError
from app.gateways.routes import Routes, read_routes

EXAMPLE = Path(__file__).parents[2] / "deploy" / "models.example.toml"

LARGE = """
[[deployments]]
name = "large"
model = "openai/large-1"
engine = "LARGE_MODEL"
dollars_per_million_read = 2.5
dollars_per_million_written = 10
timeout_s = 20
key_variable = "LARGE_KEY"
"""
SMALL = """
[[deployments]]
name = "small"
model = "ollama/small-1"
engine = "SMALL_MODEL"
dollars_per_million_read = 0.15
dollars_per_million_written = 0.6
timeout_s = 10
api_base = "http://127.0.0.1:9/v1"
"""
BOTH = LARGE + SMALL


def _route(deployment: str, feature: str = "MONTHLY_NARRATIVE", while_budget_under: str = "1.0") -> str:
    return f'[[routes.{feature}]]\ndeployment = "{deployment}"\nwhile_budget_under = {while_budget_under}\n'


SCORING = _route("small", "RUBRIC_SCORING")


def _read(folder: Path, text: str) -> Routes:
    path = folder / "models.toml"
    path.write_text(text)
    return read_routes(path)


def test_routes_are_read_in_their_order(tmp_path: Path) -> None:
    """Each feature has its models, the first first, with exact prices and shares."""
    routes = _read(tmp_path, BOTH + _route("large", while_budget_under="0.7") + _route("small") + SCORING)
    assert {feature: [tier.deployment.name for tier in tiers] for feature, tiers in routes.items()} == {
        Feature.MONTHLY_NARRATIVE: ["large", "small"],
        Feature.RUBRIC_SCORING: ["small"],
    }
    large, small = routes[Feature.MONTHLY_NARRATIVE]
    assert (large.deployment.engine, large.deployment.price) == (Engine.LARGE_MODEL, Price(Decimal("2.5"), Decimal(10)))
    assert (large.while_budget_under, small.while_budget_under) == (0.7, 1.0)


def test_the_example_is_one() -> None:
    """The file that shows how it is done can be read, and has two priced tiers for months."""
    months = read_routes(EXAMPLE)[Feature.MONTHLY_NARRATIVE]
    costs = [tier.deployment.price.of(3_000, 1_000) for tier in months]
    assert len(costs) == 2
    assert costs[0] > costs[1] > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no toml", "no TOML"),
        (SMALL.replace("dollars_per_million_written = 0.6\n", ""), "dollars_per_million_written: Field required"),
        (SMALL.replace("0.15", "0"), "dollars_per_million_read: Input should be greater than 0"),
        (SMALL.replace("0.15", "nan"), "dollars_per_million_read"),
        (SMALL.replace("0.15", "1e9"), "dollars_per_million_read"),
        (SMALL.replace("SMALL_MODEL", "HUGE_MODEL"), "engine"),
        (SMALL.replace("timeout_s = 10", "timeout_s = 31"), "timeout_s"),
        (SMALL + 'temperature = "high"\n', "temperature: Extra inputs are not permitted"),
        (SMALL.replace("ollama/", ""), "model: String should match"),
        (SMALL + SMALL, "one name to two"),
        (SMALL + _route("small", "HAIKUS"), "HAIKUS"),
        (SMALL + _route("huge"), "huge, which it does not describe"),
        (SMALL + _route("small") + _route("small"), "twice"),
        (SMALL + _route("small") * 3, "at most 2 items"),
        (SMALL + "[routes]\nMONTHLY_NARRATIVE = []\n", "at least 1 item"),
        (BOTH + _route("small") + _route("large", while_budget_under="0.5"), "longer than a later one"),
        (BOTH + _route("large", "RUBRIC_SCORING") + _route("small"), "dearer model first for RUBRIC_SCORING"),
    ],
)
def test_what_is_open_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A price that is missing or none, a feature nobody knows, a model asked twice: the sentence says where."""
    with pytest.raises(ConfigurationError, match=said) as refused:
        _read(tmp_path, text if "routes" in text else text + _route("small"))
    assert str(tmp_path / "models.toml") in str(refused.value)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """Neither a missing file nor one that is no text is a crash."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_routes(tmp_path / "nothing.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="no TOML"):
        read_routes(tmp_path / "bytes.toml")


@pytest.mark.parametrize(
    ("read", "written", "cost"), [(0, 0, 0), (1, 0, 1), (100, 20, 27), (1_000_000, 1_000_000, 750_000)]
)
def test_a_cost_is_rounded_up(read: int, written: int, cost: int) -> None:
    """Whole micro-dollars, never less than what is paid."""
    assert Price(Decimal("0.15"), Decimal("0.6")).of(read, written) == cost


def test_a_text_has_no_more_tokens_than_bytes() -> None:
    """Signs outside ASCII are several bytes."""
    assert [most_tokens(text) for text in ("", "abc", "é", "🙂")] == [0, 3, 2, 4]
