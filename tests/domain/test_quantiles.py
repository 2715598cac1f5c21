"""Quantiles against scipy. What they are used for is tested elsewhere."""

import pytest
from scipy import stats

from app.domain.estimates.quantiles import normal_quantile, student_t_quantile
from app.domain.measures import CONFIDENCE, CORRECTED_CONFIDENCE


@pytest.mark.parametrize("confidence", [0.5, 0.8, CONFIDENCE, 0.95, 0.99, CORRECTED_CONFIDENCE, 0.9999])
def test_student_t_agrees_with_scipy(confidence: float) -> None:
    """Hill's quantile lies within 7e-6 of scipy's for every whole number of degrees of freedom that a year can have."""
    for freedom in range(1, 367):
        expected = stats.t.ppf((1 + confidence) / 2, freedom)
        assert student_t_quantile(confidence, freedom) == pytest.approx(expected, rel=7e-6)


def test_student_t_agrees_between_whole_numbers() -> None:
    """Welch's fractional degrees of freedom, 6 at least, keep the same accuracy."""
    for tenths in range(60, 1200):
        for confidence in (CONFIDENCE, CORRECTED_CONFIDENCE):
            expected = stats.t.ppf((1 + confidence) / 2, tenths / 10)
            assert student_t_quantile(confidence, tenths / 10) == pytest.approx(expected, rel=7e-6)


@pytest.mark.parametrize("confidence", [0.5, CONFIDENCE, CORRECTED_CONFIDENCE])
def test_normal_agrees_with_scipy(confidence: float) -> None:
    """The two-sided normal quantile is scipy's."""
    assert normal_quantile(confidence) == pytest.approx(stats.norm.ppf((1 + confidence) / 2), rel=1e-9)


@pytest.mark.parametrize(
    ("confidence", "freedom"), [(0.0, 5), (1.0, 5), (0.9, 0), (0.9, 2.5), (0.9, float("inf")), (0.9, float("nan"))]
)
def test_student_t_refuses_what_has_no_quantile(confidence: float, freedom: float) -> None:
    """Confidence outside 0..1 and freedom that the algorithm does not cover are refused, not guessed."""
    with pytest.raises(ValueError, match="degrees of freedom"):
        student_t_quantile(confidence, freedom)
