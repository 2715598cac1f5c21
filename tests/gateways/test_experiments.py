"""The file of experiments: the example is one, and what cannot be meant is refused in a sentence."""

from pathlib import Path

import pytest

from app.domain.experiments import ArmRole
from app.errors import ConfigurationError
from app.gateways.experiments import read_experiments

EXAMPLE = Path(__file__).parents[2] / "deploy" / "experiments.example.toml"


def test_the_example_is_read() -> None:
    """A tenth is held out, and two halves are compared."""
    holdout, teaser = read_experiments(EXAMPLE)
    assert [(arm.role, arm.share) for arm in holdout.plan.arms] == [(ArmRole.HOLDOUT, 0.1), (ArmRole.TREATMENT, 0.9)]
    assert teaser.plan.planned_per_arm == 6_726
    assert teaser.ends_at is not None
    assert not teaser.plan.is_holdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("share = 0.1", "share = 0.2", "shares of all arms sum to 1"),
        ('key = "teaser-2027-01"', 'key = "holdout-2027"', "one key to two experiments"),
        ('key = "held-out"', 'key = "offered"', "keys of their own"),
        ('role = "CONTROL"', 'role = "HOLDOUT"', "two holdouts"),
        ('role = "HOLDOUT"', 'role = "CONTROL"', "at once"),
        ("started_at = 2027-01-01T00:00:00Z", "started_at = 2027-02-01T00:00:00Z", "in the middle of another"),
        ('role = "CONTROL"', 'role = "TREATMENT"\nteaser = "brief"', "One arm is the TREATMENT, not 2"),
        ('role = "HOLDOUT"\n', 'role = "HOLDOUT"\nteaser = "brief"\n', "must name a teaser for the TREATMENT"),
        ('teaser = "standard"', 'teaser = "loud"', "there are brief, standard"),
        ("ends_at = 2027-03-08", "ends_at = 2026-03-08", "before it starts"),
        ("started_at = 2027-01-01T00:00:00Z", "started_at = 2027-01-01T00:00:00", "timezone"),
        ("planned_per_arm = 2000", "planned_per_arm = 5", "planned_per_arm"),
        ("[[experiments]]", "[[experiment]]", "experiments"),
        ('role = "HOLDOUT"', "role = HOLDOUT", "no TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each fault alone, and named."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "experiments.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        read_experiments(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(ConfigurationError, match=r"nothing\.toml cannot be read"):
        read_experiments(tmp_path / "nothing.toml")
