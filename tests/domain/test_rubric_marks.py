"""What many scores say together: a mean by Student's t, and whether a revision may write."""

import math
import statistics

import pytest
from scipy import stats

from app.domain.rubric import ENOUGH_SCORES, FEWEST_TEXTS, LEAST_PASSING, WRITING, may_be_active, mean_score


@pytest.mark.parametrize("texts", [[3.0, 3.5, 4.0, 4.2, 3.1], [2.0, 3.0] * 20, [3.4, 3.6, 3.2, 3.9, 3.5, 3.7, 3.1]])
def test_the_interval_is_scipys(texts: list[float]) -> None:
    """The interval is Student's t over texts, as scipy computes it."""
    mean, deviation = statistics.fmean(texts), statistics.stdev(texts)
    found = mean_score(len(texts), mean, deviation)
    low, high = stats.t.interval(0.95, len(texts) - 1, loc=mean, scale=deviation / math.sqrt(len(texts)))
    assert (found.n, found.mean) == (len(texts), mean)
    assert found.low == pytest.approx(low, abs=1e-6)
    assert found.high == pytest.approx(high, abs=1e-6)


def test_few_texts_tell_no_mean_and_none_leaves_the_scale() -> None:
    """Under five texts nothing is told; no end lies outside 1 to 5."""
    assert mean_score(FEWEST_TEXTS - 1, 4.0, 0.5).mean is None
    assert mean_score(0, None, None).low is None
    wide = mean_score(FEWEST_TEXTS, 4.5, 2.0)
    assert wide.low == pytest.approx(2.017, abs=0.001)
    assert wide.high == 5.0
    assert mean_score(FEWEST_TEXTS, 4.0, 0.0).low == 4.0


ALL = ENOUGH_SCORES
MOST = math.ceil(LEAST_PASSING * ALL)


@pytest.mark.parametrize(
    ("passed", "scored", "unsafe", "mean", "may"),
    [
        (0, 0, 0, None, True),
        (0, ALL - 1, 0, 1.0, True),
        (0, 0, 1, None, False),
        (ALL, ALL, 1, 5.0, False),
        (ALL, ALL, 0, WRITING.pass_mark, True),
        (ALL, ALL, 0, WRITING.pass_mark - 0.01, False),
        (MOST, ALL, 0, 4.0, True),
        (MOST - 1, ALL, 0, 4.0, False),
        (ALL, ALL, 0, None, False),
    ],
)
def test_a_revision_may_write(passed: int, scored: int, unsafe: int, mean: float | None, may: bool) -> None:
    """Unscored counts as passed until 50 scores; then mean and share have to reach their marks; never with harm."""
    assert may_be_active(passed, scored, safety_failures=unsafe, mean=mean, rubric=WRITING) is may
