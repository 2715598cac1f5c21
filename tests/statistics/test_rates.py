"""Rates and differences against published examples, at their edges, and whatever the counts."""

import json
from dataclasses import asdict
from math import asin, sin, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.statistics.rates import Difference, Rate, difference, median, minimum_detectable, rate, relative


@pytest.mark.parametrize(
    ("counted", "low", "high"),
    [((81, 263), 0.2553, 0.3662), ((15, 148), 0.0624, 0.1605), ((0, 20), 0.0, 0.1611), ((1, 29), 0.0061, 0.1718)],
)
def test_rates_have_wilsons_interval(counted: tuple[int, int], low: float, high: float) -> None:
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3."""
    found = rate(*counted)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert (found.numerator, found.denominator, found.suppressed) == (*counted, False)


@pytest.mark.parametrize(
    ("of", "minus", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_differences_have_newcombes_interval(
    of: tuple[int, int], minus: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), Interval estimation for the difference between independent proportions, table II, method 10."""
    found = difference(of, minus)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.value == pytest.approx(of[0] / of[1] - minus[0] / minus[1])


def test_a_ratio_has_a_score_interval() -> None:
    """At an end of the interval the score statistic of Miettinen and Nurminen is the normal quantile."""
    (x, n), (y, m) = of, to = (36, 40), (16, 80)
    found = relative(of, to)
    assert found.value == pytest.approx(3.5)
    for end in (found.low, found.high):
        assert end is not None
        ratio = end + 1
        a, b, c = (n + m) * ratio, -(n * ratio + x + m + y * ratio), x + y  # of the restricted estimate (1985, p. 217)
        under = (-b - sqrt(b * b - 4 * a * c)) / (2 * a)
        variance = (
            (ratio * under * (1 - ratio * under) / n + ratio**2 * under * (1 - under) / m) * (n + m) / (n + m - 1)
        )
        assert abs(x / n - y / m * ratio) / sqrt(variance) == pytest.approx(1.959964, abs=1e-3)


def test_there_are_no_numbers_without_people() -> None:
    """Under 20 people a rate is suppressed; what cannot be divided is None; where all did it a ratio has no ends."""
    assert rate(3, 19) == rate(0, 0) == Rate(None, None, None, None, None, suppressed=True)
    assert difference((0, 0), (3, 30)).value is None
    assert difference((3, 30), (0, 0)).value is None
    assert relative((3, 30), (0, 30)).value is None
    assert relative((0, 0), (3, 30)).value is None
    everybody = relative((30, 30), (20, 40))
    assert (everybody.value, everybody.low, everybody.high) == (1, None, None)
    nobody = relative((0, 30), (3, 30))
    assert (nobody.value, nobody.low) == (-1, -1)
    assert median([1.0] * 19) is None
    assert median([1.0] * 10 + [2.0] * 10) == 1.5


def test_the_minimum_detectable_is_how_experiments_are_planned() -> None:
    """6,726 people an arm find 4 % to 5 %, by Cohen's formula; where no rise is large enough there is None."""
    found = minimum_detectable(0.04, 6_726, 6_726)
    assert found == pytest.approx(0.01, abs=2e-6)
    effect = (1.959964 + 0.841621) * sqrt(1 / 400 + 1 / 3_600)  # (z of 97.5 % plus z of 80 %) over unequal groups
    assert minimum_detectable(0.2, 400, 3_600) == pytest.approx(sin(asin(sqrt(0.2)) + effect / 2) ** 2 - 0.2, abs=1e-5)
    assert minimum_detectable(0.0, 50, 50) is not None
    assert minimum_detectable(1.0, 50, 50) is None
    assert minimum_detectable(0.9, 20, 20) is None


COUNTS = st.integers(0, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(of=COUNTS, to=COUNTS)
@settings(max_examples=150, deadline=None)
def test_intervals_hold_what_they_are_about(of: tuple[int, int], to: tuple[int, int]) -> None:
    """Whatever was counted: ends are finite, around the estimate, in the range there is, and turn with the groups."""
    shown = rate(*of)
    found, turned, ratio = difference(of, to), difference(to, of), relative(of, to)
    json.dumps([asdict(each) for each in (shown, found, ratio)], allow_nan=False)
    for value, low, high in ((shown.rate, shown.low, shown.high), _ends(found), _ends(ratio)):
        if value is not None and low is not None and high is not None:
            assert low <= value <= high
            assert low >= -1
    assert found.high is None or found.high <= 1
    if found.value is not None:
        ends = [end for end in (turned.high, turned.low, found.low, found.high) if end is not None]
        assert [-end for end in ends[:2]] == pytest.approx(ends[2:], abs=1e-9)


def _ends(found: Difference) -> tuple[float | None, float | None, float | None]:
    return found.value, found.low, found.high
