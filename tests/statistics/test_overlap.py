"""The adjusted difference: weighted by hand where that can be done, withheld where groups have nothing in common."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t as student
from statsmodels.duration.survfunc import SurvfuncRight

from app.statistics.overlap import Landmark, adjusted
from app.statistics.rates import Difference
from app.statistics.survival import Lifetimes

KEEN, SLOW = 1.0, 0.0


def _people(*sorts: tuple[float, bool, int, int], unit: int = 2, horizon: int = 8) -> Landmark:
    """Sorts of people: behaviour, user or not, how many were lost after the landmark, how many were kept."""
    behaviour: list[list[float]] = []
    users: list[bool] = []
    lost: list[bool] = []
    for sort, is_user, gone, kept in sorts:
        behaviour += [[sort]] * (gone + kept)
        users += [is_user] * (gone + kept)
        lost += [True] * gone + [False] * kept
    gone_at = np.array(lost, bool)
    seen = np.full(gone_at.size, horizon)
    return Landmark(
        Lifetimes(np.where(gone_at, unit + 1, seen), gone_at, seen),
        np.array(users, bool),
        np.array(behaviour, float).reshape(-1, 1),
    )


MIXED = _people((KEEN, True, 10, 70), (KEEN, False, 5, 35), (SLOW, True, 20, 20), (SLOW, False, 60, 60))


def _found(landmark: Landmark, *, unit: int = 2, horizon: int = 8) -> Difference:
    return adjusted(landmark, unit=unit, horizon=horizon)


def test_strata_are_weighted_by_their_overlap() -> None:
    """Keen people stay, and find Spectrum; among alike people it changes nothing, and the adjusted difference is 0."""
    kept = np.where(MIXED.lives.lost, 0.0, 1.0)
    assert kept[MIXED.is_user].mean() - kept[~MIXED.is_user].mean() > 0.15
    found = _found(MIXED)
    assert found.value == pytest.approx(0, abs=1e-7)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high


def test_it_is_the_weighted_difference_by_hand() -> None:
    """Two strata in which it differs: each counts by users times others over all of it."""
    those = _people((KEEN, True, 10, 70), (KEEN, False, 20, 20), (SLOW, True, 20, 20), (SLOW, False, 70, 50))
    weights = np.array([80 * 40 / 120, 40 * 120 / 160])
    expected = weights @ [70 / 80 - 20 / 40, 20 / 40 - 50 / 120] / weights.sum()
    assert _found(those).value == pytest.approx(expected, abs=1e-7)


def test_without_behaviour_it_is_the_plain_difference() -> None:
    """Columns that say nothing, or say the same twice, change neither the difference nor its interval."""
    those = _people((KEEN, True, 30, 70), (KEEN, False, 40, 40))
    found = _found(those)
    half = student.ppf(0.975, 79) * np.sqrt(80 / 79 * (0.7 * 0.3 / 100 + 0.5 * 0.5 / 80))  # of 80, less the constant
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.2 - half, 0.2 + half), abs=1e-6)
    once, twice = _found(MIXED), np.hstack([MIXED.behaviour, 3 * MIXED.behaviour + 1, np.ones_like(MIXED.behaviour)])
    again = _found(Landmark(MIXED.lives, MIXED.is_user, twice))
    assert (again.value, again.low) == pytest.approx((once.value, once.low), abs=1e-7)


def test_the_curve_under_it_is_kaplan_meiers() -> None:
    """With censoring, and columns that say nothing, it is the difference of the other library's two curves."""
    random = np.random.default_rng(3)
    until, seen = random.geometric(0.1, 400) + 2, random.integers(3, 13, 400)
    lost, users = until <= seen, random.random(400) < 0.4
    lives = Lifetimes(np.where(lost, until, seen), lost, seen)
    theirs = [SurvfuncRight(lives.lasted[group], lost[group]) for group in (users, ~users)]
    one, other = (curve.surv_prob[curve.surv_times <= 8][-1] for curve in theirs)
    assert _found(Landmark(lives, users, np.ones((400, 2)))).value == pytest.approx(one - other)


def test_only_those_present_at_the_landmark_count() -> None:
    """Who was lost before it, or was not looked at for so long, could not become a user: they change nothing."""
    gone = Lifetimes(np.array([1, 2, 1]), np.array([True, True, False]), np.array([8, 8, 1]))
    both = (np.concatenate([a, b]) for a, b in zip(_parts(MIXED.lives), _parts(gone), strict=True))
    users, behaviour = np.append(MIXED.is_user, [False] * 3), np.vstack([MIXED.behaviour, np.full((3, 1), 9.0)])
    assert _found(Landmark(Lifetimes(*both), users, behaviour)) == _found(MIXED)


def _parts(lives: Lifetimes) -> tuple[NDArray[Any], ...]:
    return lives.lasted, lives.lost, lives.seen


def test_the_order_of_people_changes_nothing() -> None:
    """Nor do their numbers depend on the unit of a column."""
    drawn = np.random.default_rng(5).permutation(len(MIXED.lives))
    again = _found(Landmark(MIXED.lives[drawn], MIXED.is_user[drawn], 1_000 * MIXED.behaviour[drawn]))
    once = _found(MIXED)
    assert (again.value, again.low, again.high) == pytest.approx((once.value, once.low, once.high), abs=1e-8)


def test_more_columns_than_people_have_no_interval() -> None:
    """Where hardly anybody is left over the columns, the difference stands without ends."""
    few = _people((KEEN, True, 12, 13), (KEEN, False, 200, 200))
    columns = np.random.default_rng(6).normal(size=(425, 26))
    found = _found(Landmark(few.lives, few.is_user, columns))
    assert found.value is not None
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize(
    ("landmark", "horizon"),
    [
        (_people((KEEN, True, 0, 0)), 8),
        (_people((KEEN, True, 9, 10), (KEEN, False, 40, 40)), 8),
        (_people((KEEN, True, 40, 40)), 8),
        (_people((KEEN, True, 40, 40), (SLOW, False, 40, 40)), 8),
        (_people((KEEN, True, 90, 90), (SLOW, False, 90, 90), (SLOW, True, 1, 1), (KEEN, False, 0, 1)), 8),
        (MIXED, 9),
        (MIXED, 2),
    ],
    ids=["nobody", "19 users", "users alone", "nothing in common", "hardly alike", "not seen so long", "no horizon"],
)
def test_without_overlap_there_is_no_number(landmark: Landmark, horizon: int) -> None:
    """Groups under 20, groups that share nothing, a horizon that nobody reached or that is not past the landmark."""
    found = _found(landmark, horizon=horizon)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.method.startswith("Landmark at day 14")


def test_all_kept_is_no_certainty() -> None:
    """Where a group lost nobody, or everybody, there is a difference and no interval."""
    found = _found(_people((KEEN, True, 0, 50), (KEEN, False, 25, 25)))
    assert found.value == pytest.approx(0.5)
    assert (found.low, found.high) == (None, None)


def test_sizes_must_agree() -> None:
    """One element or row for each person."""
    with pytest.raises(ValueError, match="Each person"):
        Landmark(MIXED.lives, MIXED.is_user[1:], MIXED.behaviour)
    with pytest.raises(ValueError, match="Each person"):
        Landmark(MIXED.lives, MIXED.is_user, MIXED.behaviour[1:])
