"""An experiment's figures: when they may be read, what is withheld, and that they are those of its counts."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from app.domain.experiments import Arm, ArmRole, Plan, Readiness
from app.statistics.conversion import ConversionImpact, Counted, conversion_impact
from app.statistics.rates import difference, rate, relative
from app.statistics.split import sample_ratio_p

EVEN = (Arm("old", ArmRole.CONTROL, 0.5), Arm("new", ArmRole.TREATMENT, 0.5))
LARGE = Counted(400, 40, 300, 36, (3.0,) * 19 + (5.0,) * 21)
LARGER = Counted(420, 60, 315, 55, (2.0,) * 60)
READABLE = {Readiness.READY, Readiness.TOO_EARLY}


def _impact(control: Counted, treatment: Counted, *, planned: int = 400, is_over: bool = True) -> ConversionImpact:
    counts = {"old": control, "new": treatment}
    return conversion_impact(Plan(EVEN, planned), counts, within_days=14, is_over=is_over)


def _of(people: int, upgraded: int = 0) -> Counted:
    return Counted(people, upgraded, people, upgraded, (1.0,) * upgraded)


def test_figures_are_those_of_the_counts() -> None:
    """Each figure is what the library gives for the arm's counts; treatment comes first in every difference."""
    found = _impact(LARGE, LARGER)
    assert [(arm.key, arm.people, arm.upgraded) for arm in found.arms] == [("old", 400, 40), ("new", 420, 60)]
    assert [arm.rate for arm in found.arms] == [rate(40, 400), rate(60, 420)]
    assert [arm.median_days_to_upgrade for arm in found.arms] == [5.0, 2.0]
    assert found.difference == difference((60, 420), (40, 400))
    assert found.relative == relative((60, 420), (40, 400))
    assert found.exposed_only == difference((55, 315), (36, 300))
    assert found.readiness is Readiness.READY
    assert found.within_days == 14
    assert (found.difference.value or 0) > 0
    told: dict[str, Any] = json.loads(json.dumps(asdict(found), allow_nan=False))
    assert told["readiness"] == "READY"
    assert told["arms"][0]["role"] == "CONTROL"


@pytest.mark.parametrize(
    ("control", "treatment", "planned", "is_over", "expected"),
    [
        (_of(400), _of(400), 400, True, Readiness.READY),
        (_of(400), _of(400), 400, False, Readiness.TOO_EARLY),
        (_of(400), _of(399), 400, True, Readiness.TOO_EARLY),
        (_of(400), _of(520), 400, True, Readiness.SAMPLE_RATIO_MISMATCH),
        (_of(400), _of(520), 4_000, False, Readiness.SAMPLE_RATIO_MISMATCH),
        (_of(19), _of(22), 10, True, Readiness.GROUP_TOO_SMALL),
        (_of(900), _of(19), 10, True, Readiness.GROUP_TOO_SMALL),
        (_of(0), _of(0), 10, True, Readiness.GROUP_TOO_SMALL),
        (_of(20), _of(20), 20, True, Readiness.READY),
    ],
)
def test_readiness(control: Counted, treatment: Counted, planned: int, is_over: bool, expected: Readiness) -> None:
    """Too few people come first, then a broken split, then the plan: its size and everybody's window."""
    found = _impact(control, treatment, planned=planned, is_over=is_over)
    assert found.readiness is expected
    assert (found.difference.value is not None) == (expected in READABLE)
    assert (found.relative.value, found.difference.method != "") == (None, True)
    assert (found.minimum_detectable is not None) == (expected is not Readiness.GROUP_TOO_SMALL)


def test_a_small_group_leaves_no_number() -> None:
    """Of 19 people nothing is told: no count, no median, no difference, and no p from which a count could be had."""
    found = _impact(_of(19, 4), LARGER)
    small, large = found.arms
    assert (small.people, small.upgraded, small.median_days_to_upgrade, small.rate.suppressed) == (
        None,
        None,
        None,
        True,
    )
    assert (large.people, large.upgraded) == (420, 60)
    for each in (found.difference, found.relative, found.exposed_only):
        assert (each.value, each.low, each.high) == (None, None, None)
    assert found.sample_ratio_p is None
    assert "fewer than 20 people" in found.caveats[0]
    assert "not split" in found.caveats[1], "that is told without a number"


def test_few_upgrades_have_no_median_and_few_exposures_no_difference() -> None:
    """The days of 19 people are theirs, and 19 who were exposed are no group."""
    found = _impact(_of(400, 19), Counted(400, 20, 400, 20, (4.0,) * 20))
    assert [arm.median_days_to_upgrade for arm in found.arms] == [None, 4.0]
    few = _impact(Counted(400, 19, 19, 0, (1.0,) * 19), Counted(400, 20, 21, 1, (1.0,) * 20))
    assert few.exposed_only.value is None
    assert few.sample_ratio_p is None, "how many they are could be had from it"
    lost = _impact(LARGE, Counted(400, 19, 0, 0, (1.0,) * 19))
    assert (lost.readiness, lost.sample_ratio_p) == (Readiness.SAMPLE_RATIO_MISMATCH, None)
    assert few.difference.value is not None
    assert any("not compared by themselves" in each for each in few.caveats)


def test_a_broken_split_withholds_every_difference() -> None:
    """Exposures that one arm lost are found, though the arms are of one size; then no difference is told."""
    whole, lost = Counted(400, 40, 400, 40, (3.0,) * 40), Counted(400, 40, 380, 40, (3.0,) * 40)
    found = _impact(whole, lost)
    assert found.readiness is Readiness.SAMPLE_RATIO_MISMATCH
    assert {found.difference.value, found.relative.value, found.exposed_only.value} == {None}
    assert found.sample_ratio_p is not None
    assert found.sample_ratio_p < 0.001
    assert found.arms[0].people == 400, "whoever looks for the fault needs the counts"
    assert "not split" in found.caveats[0]


def test_the_split_is_a_chi_square_test() -> None:
    """Of sizes alone it is the plain test; with exposures both kinds of people are held to the shares."""
    assert sample_ratio_p((0.1, 0.9), (120, 880)) == pytest.approx(chisquare([120, 880], [100, 900]).pvalue)
    both = [30, 230, 90, 650]
    expected = [26, 234, 74, 666]
    assert sample_ratio_p((0.1, 0.9), (120, 880), (30, 230)) == pytest.approx(chisquare(both, expected, ddof=1).pvalue)
    for exposed in ((0, 0), (120, 880), (119, 879), (1, 2)):
        assert sample_ratio_p((0.1, 0.9), (120, 880), exposed) == sample_ratio_p((0.1, 0.9), (120, 880)), (
            "of hardly anybody on one side of it the exposure says nothing"
        )
    assert sample_ratio_p((0.5, 0.5), (0, 0)) is None


def test_a_third_arm_is_checked_and_not_compared() -> None:
    """A holdout beside a control is held to its share, and takes no part in the difference; alone it is the control."""
    arms = (Arm("away", ArmRole.HOLDOUT, 0.2), replace(EVEN[0], share=0.4), replace(EVEN[1], share=0.4))
    counts = {"old": LARGE, "new": LARGER, "away": Counted(205, 9, 153, 9, (1.0,) * 9)}
    found = conversion_impact(Plan(arms, 200), counts, within_days=14, is_over=True)
    assert (found.readiness, found.difference) == (Readiness.READY, difference((60, 420), (40, 400)))
    broken = conversion_impact(Plan(arms, 200), {**counts, "away": _of(400, 9)}, within_days=14, is_over=True)
    assert broken.readiness is Readiness.SAMPLE_RATIO_MISMATCH
    tiny = (replace(arms[0], share=0.02), *(replace(arm, share=0.49) for arm in EVEN))
    unlogged = {key: Counted(people, 0, 0, 0) for key, people in (("old", 400), ("new", 420), ("away", 19))}
    for some in ({**counts, "away": _of(19, 9)}, unlogged):
        small = conversion_impact(Plan(tiny, 200), some, within_days=14, is_over=True)
        assert (small.readiness, small.sample_ratio_p) == (Readiness.READY, None), "how many they are could be had"
    two = Plan((replace(arms[0], share=0.5), EVEN[1]), 200)
    assert two.control.key == "away"
    with pytest.raises(KeyError):
        conversion_impact(Plan(arms, 200), {"old": LARGE, "new": LARGER}, within_days=14, is_over=True)


@pytest.mark.parametrize(
    "arms",
    [
        EVEN[:1],
        (EVEN[0], EVEN[0]),
        (EVEN[0], replace(EVEN[1], share=0.4)),
        (EVEN[0], replace(EVEN[0], key="other")),
        (replace(EVEN[0], share=1.0), replace(EVEN[1], share=0.0)),
    ],
)
def test_a_plan_is_whole(arms: tuple[Arm, ...]) -> None:
    """One treatment, one control, keys of their own, and shares that sum to 1: anything else is no plan."""
    with pytest.raises(ValueError, match=r"arm|Arm"):
        Plan(arms, 100)
    with pytest.raises(ValueError, match="At least one"):
        Plan(EVEN, 0)


@pytest.mark.parametrize(
    "counted", [(10, 11, 0, 0), (10, 0, 11, 0), (10, 5, 5, 6), (10, 8, 8, 5), (10, 2, 2, -1), (-1, 0, 0, 0)]
)
def test_counts_that_contradict_themselves_are_refused(counted: tuple[int, int, int, int]) -> None:
    """Nobody upgrades who was not assigned, and who did both did each."""
    with pytest.raises(ValueError, match=r"More people|Who did both"):
        Counted(*counted, days_to_upgrade=(1.0,) * counted[1])
    with pytest.raises(ValueError, match="one time"):
        Counted(10, 2, 5, 1, (1.0,))


@st.composite
def arms(draw: st.DrawFn) -> Counted:
    """Any counts that do not contradict themselves."""
    people = draw(st.integers(0, 300))
    exposed, upgraded = draw(st.integers(0, people)), draw(st.integers(0, people))
    both = draw(st.integers(max(0, exposed + upgraded - people), min(exposed, upgraded)))
    days = draw(st.lists(st.floats(0, 14), min_size=upgraded, max_size=upgraded))
    return Counted(people, upgraded, exposed, both, days)


@given(control=arms(), treatment=arms(), is_over=st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_counts_have_figures(control: Counted, treatment: Counted, is_over: bool) -> None:
    """Whatever was counted, the answer is plain and finite, small groups are suppressed, and caveats are sentences."""
    found = _impact(control, treatment, planned=100, is_over=is_over)
    json.dumps(asdict(found), allow_nan=False)
    for arm, counted in zip(found.arms, (control, treatment), strict=True):
        shown, is_split = counted.people >= 20, found.readiness is not Readiness.SAMPLE_RATIO_MISMATCH
        assert arm.people == (counted.people if shown else None)
        assert arm.upgraded == (counted.upgraded if shown and is_split else None)
        assert arm.rate.suppressed is not shown
        assert (arm.rate.rate is None) is not (shown and is_split)
    assert all(each.endswith((".", "found.")) and each[0].isupper() for each in found.caveats)
    if found.readiness not in READABLE:
        assert found.difference.value is None
