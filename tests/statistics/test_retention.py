"""The lift in retention: what each design says of itself, when it may be read, and what is withheld."""

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from app.domain.experiments import Arm, ArmRole, Plan, Readiness, RetentionDesign, RetentionUnit
from app.statistics.overlap import Landmark, adjusted
from app.statistics.retention import Group, RetentionLift, holdout_lift, observational_lift
from app.statistics.survival import Lifetimes, at_horizon, logrank_p, mean_time_difference, survival

HORIZON = 8
WEEK = RetentionUnit.WEEK


def _lives(people: int, *, hazard: float = 0.1, seen: int = HORIZON, seed: int = 1) -> Lifetimes:
    until, looked_at = default_rng(seed).geometric(hazard, people), np.full(people, seen)
    return Lifetimes(np.minimum(until, looked_at), until <= looked_at, looked_at)


def _plan(planned: int = 20, held: float = 0.1) -> Plan:
    treatment = Arm("offered", ArmRole.TREATMENT, 1 - held)
    return Plan((Arm("away", ArmRole.HOLDOUT, held), treatment), planned)


def _holdout(offered: Lifetimes, away: Lifetimes, *, planned: int = 20, horizon: int = HORIZON) -> RetentionLift:
    return holdout_lift(_plan(planned), Group("offered", offered), Group("away", away), horizon=horizon)


def _together(one: Lifetimes, other: Lifetimes) -> Lifetimes:
    return Lifetimes(
        np.concatenate([one.lasted, other.lasted]),
        np.concatenate([one.lost, other.lost]),
        np.concatenate([one.seen, other.seen]),
    )


def _landmark(one: Lifetimes, other: Lifetimes) -> Landmark:
    people = len(one) + len(other)
    return Landmark(_together(one, other), np.arange(people) < len(one), default_rng(2).random((people, 4)))


def _observed(one: Lifetimes, other: Lifetimes, *, unit: RetentionUnit = WEEK, horizon: int = HORIZON) -> RetentionLift:
    return observational_lift(
        Group("users", one), Group("non-users", other), _landmark(one, other), unit=unit, horizon=horizon
    )


def test_figures_are_those_of_the_curves() -> None:
    """Curves, differences and p are what the curves of the two groups give; Spectrum comes first."""
    offered, away = _lives(900, hazard=0.08), _lives(100, hazard=0.15, seed=2)
    found = _holdout(offered, away)
    curves = survival(offered, HORIZON), survival(away, HORIZON)
    assert [(curve.label, curve.people, len(curve.points)) for curve in found.curves] == [
        ("offered", 900, 9),
        ("away", 100, 9),
    ]
    point = found.curves[0].points[5]
    assert (point.unit, point.at_risk) == (5, int(curves[0].at_risk[5]))
    assert (point.retained, point.low, point.high) == (curves[0].retained[5], curves[0].low[5], curves[0].high[5])
    assert found.at_horizon == at_horizon(*curves)
    assert found.mean_time_retained == mean_time_difference(*curves)
    assert found.logrank_p == logrank_p(offered, away, HORIZON)
    assert (found.design, found.readiness, found.adjusted) == (
        RetentionDesign.RANDOMISED_HOLDOUT,
        Readiness.READY,
        None,
    )
    assert (found.at_horizon.value or 0) > 0
    told: dict[str, Any] = json.loads(json.dumps(asdict(found), allow_nan=False))
    assert (told["design"], told["readiness"]) == ("RANDOMISED_HOLDOUT", "READY")


@pytest.mark.parametrize(
    ("offered", "away", "planned", "expected"),
    [
        (_lives(900), _lives(100), 100, Readiness.READY),
        (_lives(900), _lives(100), 101, Readiness.TOO_EARLY),
        (_lives(900, seen=7), _lives(100), 100, Readiness.TOO_EARLY),
        (_lives(900), _lives(150), 100, Readiness.SAMPLE_RATIO_MISMATCH),
        (_lives(900, seen=7), _lives(150), 1_000, Readiness.SAMPLE_RATIO_MISMATCH),
        (_lives(180), _lives(19), 10, Readiness.GROUP_TOO_SMALL),
        (_lives(0), _lives(0), 10, Readiness.GROUP_TOO_SMALL),
        (_lives(19), _lives(500), 10, Readiness.GROUP_TOO_SMALL),
    ],
)
def test_readiness_of_a_holdout(offered: Lifetimes, away: Lifetimes, planned: int, expected: Readiness) -> None:
    """Too few people come first, then a broken split, then the plan and everybody's window."""
    found = _holdout(offered, away, planned=planned)
    assert found.readiness is expected
    is_read = expected is Readiness.READY or (expected is Readiness.TOO_EARLY and bool((offered.seen == 8).all()))
    assert (found.at_horizon.value is not None) == is_read
    assert (found.mean_time_retained.value is not None) == is_read
    if expected in {Readiness.GROUP_TOO_SMALL, Readiness.SAMPLE_RATIO_MISMATCH}:
        assert found.logrank_p is None


def test_a_holdout_may_be_read_as_an_effect_once_it_is_ready() -> None:
    """It says so, and until then it says that it may not be yet; a broken split is told before."""
    assert "may be read as an effect" in _holdout(_lives(900), _lives(100)).caveats[-1]
    early = _holdout(_lives(900, seen=7), _lives(100), planned=500).caveats
    assert "still inside their window" in early[0] or "Under 20 people" in early[0]
    assert any("planned 500" in each for each in early)
    assert early[-1].startswith("Once it is ready")
    assert any("not split" in each for each in _holdout(_lives(900), _lives(150)).caveats)


def test_the_holdout_of_the_plan_is_meant() -> None:
    """Beside a control it is the holdout's share that is held to; without a holdout there is nothing to ask."""
    arms = [Arm("b", ArmRole.CONTROL, 0.45), Arm("a", ArmRole.TREATMENT, 0.45)]
    groups = Group("offered", _lives(900)), Group("away", _lives(200))
    three = Plan((*arms, Arm("c", ArmRole.HOLDOUT, 0.1)), 20)
    assert holdout_lift(three, *groups, horizon=HORIZON).readiness is Readiness.READY
    two = Plan((replace(arms[0], share=0.5), replace(arms[1], share=0.5)), 20)
    with pytest.raises(ValueError, match="HOLDOUT"):
        holdout_lift(two, *groups, horizon=HORIZON)


@pytest.mark.parametrize("unit", RetentionUnit)
def test_a_description_always_says_that_people_chose(unit: RetentionUnit) -> None:
    """Whatever comes of it, ready, early or withheld, the first caveat is that these people chose."""
    some = _lives(300, hazard=0.02, seen=30), _lives(300, hazard=0.05, seen=30, seed=2)
    for one, other in (some, (_lives(19), _lives(300)), (_lives(0), _lives(0)), (_lives(300, seen=1), _lives(300))):
        found = _observed(one, other, unit=unit, horizon=20)
        assert found.design is RetentionDesign.OBSERVATIONAL
        assert "chose" in found.caveats[0]
        assert "no effect" in found.caveats[0]
        assert not any("may be read as an effect" in each for each in found.caveats)
        assert found.adjusted is not None
    found = _observed(*some, unit=unit, horizon=20)
    assert found.readiness is Readiness.READY
    assert found.adjusted == adjusted(_landmark(*some), unit=2 if unit is WEEK else 14, horizon=20)
    assert found.adjusted.value is not None


def test_a_horizon_before_the_landmark_has_nothing_to_adjust() -> None:
    """Day 10 is before day 14: the difference as asked is told, the adjusted one is not, and why."""
    found = _observed(_lives(300, seen=30), _lives(300, seen=30, seed=2), unit=RetentionUnit.DAY, horizon=10)
    assert found.at_horizon.value is not None
    assert found.adjusted is not None
    assert found.adjusted.value is None
    assert "not past the landmark" in found.caveats[-1]


def test_a_small_group_leaves_no_number() -> None:
    """Of 19 people nothing is told, neither in the curve nor in a difference; of the others the curve is."""
    for found in (_holdout(_lives(400), _lives(19)), _observed(_lives(400), _lives(19))):
        large, small = found.curves
        assert small.people is None
        assert all((p.at_risk, p.retained, p.low, p.high) == (None,) * 4 for p in small.points)
        assert large.people == 400
        assert large.points[3].retained is not None
        told = [found.at_horizon, found.mean_time_retained, *([found.adjusted] if found.adjusted else [])]
        assert {each.value for each in told} == {None}
        assert any("fewer than 20 people" in each for each in found.caveats)


def test_points_that_rest_on_few_are_not_told() -> None:
    """Where only 19 people could be looked at for so long, the point is withheld, and so is what ends there."""
    few, many = _lives(19, hazard=0.05, seen=8), _lives(200, hazard=0.05, seen=5, seed=2)
    away = _together(few, many)
    found = _holdout(_lives(1_900), away)
    points = found.curves[1].points
    assert [point.retained is not None for point in points] == [True] * 6 + [False] * 3
    assert [point.at_risk is not None for point in points] == [True] * 6 + [False] * 3
    assert found.at_horizon.value is None
    assert found.readiness is Readiness.TOO_EARLY
    assert _holdout(_lives(1_900), away, horizon=5).at_horizon.value is not None


@pytest.mark.parametrize("hazard", [1e-9, 1.0])
def test_all_kept_and_all_lost(hazard: float) -> None:
    """Where nobody or everybody is lost in both groups the difference is 0, within what so few people can say."""
    found = _holdout(_lives(270, hazard=hazard), _lives(30, hazard=hazard))
    assert found.at_horizon.value == 0
    assert found.at_horizon.low is not None
    assert found.at_horizon.low < -0.01
    assert (found.mean_time_retained.value, found.mean_time_retained.low) == (0, None)
    assert found.logrank_p is None


@pytest.mark.parametrize("horizon", [0, -1, 401])
def test_a_horizon_has_bounds(horizon: int) -> None:
    """At least one unit, and no more than events are kept for."""
    with pytest.raises(ValueError, match="horizon"):
        _holdout(_lives(900), _lives(100), horizon=horizon)


@given(people=st.tuples(st.integers(0, 80), st.integers(0, 80)), hazard=st.floats(0.01, 0.9), seen=st.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_any_people_have_figures(people: tuple[int, int], hazard: float, seen: int) -> None:
    """Whoever they are, the answer is plain and finite, and intervals hold their numbers."""
    one, other = _lives(people[0], hazard=hazard, seen=seen), _lives(people[1], hazard=hazard / 2, seed=2)
    for found in (_holdout(one, other), _observed(one, other)):
        json.dumps(asdict(found), allow_nan=False)
        for each in (found.at_horizon, found.mean_time_retained, found.adjusted):
            if each and each.value is not None and each.low is not None and each.high is not None:
                assert each.low <= each.value <= each.high
        assert all(caveat.endswith(".") for caveat in found.caveats)
        assert found.readiness is not Readiness.PENDING
