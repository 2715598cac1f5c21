"""Kaplan-Meier curves, mean times and the log-rank test against published and plain examples, and at their edges."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from app.statistics.survival import (
    Lifetimes,
    at_horizon,
    lifetimes,
    logrank_p,
    mean_time,
    mean_time_difference,
    survival,
)

FREIREICH = (
    "6 6 6 6* 7 9* 10 10* 11* 13 16 17* 19* 20* 22 23 25* 32* 32* 34* 35*",
    "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23",
)
"""Weeks in remission, treated and placebo, a star for censored: Freireich et al. (1963), as in Cox and Oakes (1984)."""


def lives(lasted: Sequence[int], lost: Sequence[bool], seen: int = 60) -> Lifetimes:
    """People by how long they lasted; whoever was lost could have been seen for longer."""
    units, gone = np.array(lasted, np.int64), np.array(lost, bool)
    return Lifetimes(units, gone, np.where(gone, np.maximum(seen, units), units))


def _read(text: str) -> Lifetimes:
    words = text.split()
    return lives([int(word.rstrip("*")) for word in words], [not word.endswith("*") for word in words])


TREATED, PLACEBO = (_read(text) for text in FREIREICH)


def test_the_curve_is_the_textbooks() -> None:
    """Of 21 treated patients 85.7 % after 6 weeks, 44.8 % after 23; the log-log intervals are those that R gives."""
    curve = survival(TREATED, 35)
    published = {
        6: (0.857, 0.620, 0.952),
        7: (0.807, 0.563, 0.923),
        10: (0.753, 0.503, 0.889),
        13: (0.690, 0.432, 0.849),
        16: (0.627, 0.368, 0.805),
        22: (0.538, 0.268, 0.747),
        23: (0.448, 0.188, 0.680),
    }
    for unit, numbers in published.items():
        assert (curve.retained[unit], curve.low[unit], curve.high[unit]) == pytest.approx(numbers, abs=6e-4)
    assert [int(curve.at_risk[unit]) for unit in (0, 6, 7, 10, 13, 16, 22, 23)] == [21, 21, 17, 15, 12, 11, 7, 6]
    assert curve.retained[35] == curve.retained[23]


def test_the_log_rank_test_is_the_textbooks() -> None:
    """Treated against placebo: chi-square 16.79, as in the textbooks and by another library."""
    found = logrank_p(TREATED, PLACEBO, 60)
    both = (np.concatenate([a, b]) for a, b in ((TREATED.lasted, PLACEBO.lasted), (TREATED.lost, PLACEBO.lost)))
    chi, p = survdiff(*both, np.repeat([0, 1], 21))
    assert chi == pytest.approx(16.793, abs=1e-3)
    assert found == pytest.approx(p)
    assert logrank_p(TREATED, PLACEBO, 10) != found, "what happens after the horizon does not count"


def test_the_mean_time_is_the_area() -> None:
    """Where everybody is lost it is the plain mean and its variance; by hand for three steps with censoring."""
    value, variance = mean_time(survival(PLACEBO, 23))
    assert value == pytest.approx(182 / 21)
    assert variance == pytest.approx(float(np.var(PLACEBO.lasted)) / 21)
    short, _ = mean_time(survival(PLACEBO, 10))
    assert short == pytest.approx(np.minimum(PLACEBO.lasted, 10).mean())
    # at risk 5, 4 and 2; S: 1, 0.8, 0.8, 0.4; the areas after the two losses: 0.8 + 0.8 + 0.4 and 0.4
    few = survival(lives([1, 2, 3, 4, 4], [True, False, True, False, False]), 4)
    assert few.retained == pytest.approx([1, 0.8, 0.8, 0.8 * 2 / 3, 0.8 * 2 / 3])
    third = 0.8 * 2 / 3
    expected = 2.6 + third, (1.6 + third) ** 2 / (5 * 4) + third**2 / (3 * 2)
    assert mean_time(few) == pytest.approx(expected)


def test_differences_are_first_minus_second() -> None:
    """At the horizon and over time; the interval at the horizon is that of two independent log-log intervals."""
    one, other = survival(TREATED, 10), survival(PLACEBO, 10)
    found, time = at_horizon(one, other), mean_time_difference(one, other)
    (a, low_a, high_a), (b, low_b, high_b) = ((c.retained[10], c.low[10], c.high[10]) for c in (one, other))
    assert found.value == pytest.approx(a - b)
    assert found.low == pytest.approx(a - b - np.sqrt((a - low_a) ** 2 + (high_b - b) ** 2))
    assert found.high == pytest.approx(a - b + np.sqrt((high_a - a) ** 2 + (b - low_b) ** 2))
    assert time.value == pytest.approx(mean_time(one)[0] - mean_time(other)[0])
    assert time.low is not None
    assert time.high is not None
    assert time.high - time.low == pytest.approx(2 * 1.959964 * np.sqrt(mean_time(one)[1] + mean_time(other)[1]))


def test_units_without_a_session_end_it() -> None:
    """The first whole unit without a session is the loss, whatever comes later; nobody else is lost but censored."""
    found = lifetimes([{1, 2, 4}, {2, 3}, {1, 2, 3}, {1, 2, 3, 4, 5}, set(), set()], [5, 3, 3, 4, 0, 2])
    assert found.lasted.tolist() == [3, 1, 3, 4, 0, 1]
    assert found.lost.tolist() == [True, True, False, False, False, True]
    assert len(lifetimes([], [])) == 0


@pytest.mark.parametrize(
    ("lasted", "lost", "seen"),
    [([0], [True], [3]), ([4], [True], [3]), ([2], [False], [3]), ([-1], [False], [-1]), ([1, 2], [True], [3])],
)
def test_lives_that_cannot_be_are_refused(lasted: list[int], lost: list[bool], seen: list[int]) -> None:
    """Nobody is lost before the first unit or after what was seen; who is not lost lasted as long as was seen."""
    with pytest.raises(ValueError, match=r"Nobody is lost|Each person"):
        Lifetimes(np.array(lasted), np.array(lost), np.array(seen))


def test_the_edges_have_numbers_where_there_are_any() -> None:
    """Nobody, everybody kept, everybody lost, everybody censored, and a horizon past the data."""
    nobody = survival(lives([], []), 3)
    assert np.isnan(nobody.retained).all()
    kept = survival(lives([8] * 30, [False] * 30), 8)
    assert kept.retained.tolist() == [1.0] * 9
    assert kept.low[1:] == pytest.approx(0.8865, abs=1e-4), "Wilson's, of 30"
    lost = survival(lives([1] * 30, [True] * 30), 8)
    assert lost.retained.tolist() == [1.0] + [0.0] * 8
    assert lost.high[1:] == pytest.approx(0.1135, abs=1e-4)
    assert mean_time(lost) == (1.0, 0.0)
    censored = survival(lives([0] * 30, [False] * 30), 2)
    assert (censored.at_risk.tolist(), np.isnan(censored.retained).tolist()) == ([30, 0, 0], [False, True, True])
    beyond = survival(lives([2, 3, 3], [True, False, False]), 5)
    assert np.isnan(beyond.retained).tolist() == [False] * 4 + [True] * 2
    for one in (nobody, censored):
        assert at_horizon(one, one).value is None
        assert mean_time_difference(one, one).value is None
    same = mean_time_difference(kept, kept)
    assert (same.value, same.low, same.high) == (0, None, None), "nothing varied, and that is no certainty"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lives([], []), PLACEBO),
        (lives([9] * 5, [False] * 5), lives([9] * 5, [False] * 5)),
        (lives([1] * 5, [True] * 5), lives([1] * 5, [True] * 5)),
        (lives([0] * 5, [False] * 5), PLACEBO),
        (lives([1], [False]), lives([1, 2], [False, True])),
    ],
)
def test_without_anything_to_compare_there_is_no_p(one: Lifetimes, other: Lifetimes) -> None:
    """Nobody there, nobody lost, all lost at once, or no unit in which both are at risk."""
    assert logrank_p(one, other, 9) is None
    assert logrank_p(other, one, 9) is None


@st.composite
def any_lives(draw: st.DrawFn) -> Lifetimes:
    """Any people."""
    people = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=40))
    seen, until = (np.array([each[place] for each in people], np.int64) for place in (0, 1))
    lost = until <= seen
    return Lifetimes(np.where(lost, until, seen), lost, seen)


@given(one=any_lives(), other=any_lives(), horizon=st.integers(1, 10), lot=st.randoms())
@settings(max_examples=150, deadline=None)
def test_any_people_have_a_curve(one: Lifetimes, other: Lifetimes, horizon: int, lot: object) -> None:
    """It falls from 1, its interval holds it, it is the other library's, and the order of people changes nothing."""
    curve = survival(one, horizon)
    known = curve.retained[~np.isnan(curve.retained)]
    assert (np.diff(known) <= 0).all()
    assert len(known) == 0 or known[0] == 1
    for low, value, high in zip(curve.low, curve.retained, curve.high, strict=True):
        assert np.isnan([low, value, high]).all() or 0 <= low <= value <= high <= 1
    if one.lost.any():
        theirs = SurvfuncRight(one.lasted, one.lost)
        for time, value in zip(theirs.surv_times, theirs.surv_prob, strict=True):
            assert time > horizon or curve.retained[time] == pytest.approx(value, abs=1e-12)
    shuffled = list(range(len(one)))
    lot.shuffle(shuffled)  # type: ignore[attr-defined]
    again = survival(one[np.array(shuffled, np.int64)], horizon)
    assert np.array_equal(again.retained, curve.retained, equal_nan=True)
    assert np.array_equal(again.low, curve.low, equal_nan=True)
    for found in (at_horizon(curve, survival(other, horizon)), mean_time_difference(curve, survival(other, horizon))):
        if found.value is not None and found.low is not None and found.high is not None:
            assert found.low <= found.value <= found.high
    p = logrank_p(one, other, horizon)
    assert p is None or 0 <= p <= 1
