"""Intervals hold the truth about as often as they say: a quick look, with few people and wide margins.

`python -m benchmarks.honesty` measures each kind with thousands.
"""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from app.domain.estimates.sampling import WEEKDAYS
from app.domain.fold import fold
from app.domain.measures import CORRECTED_CONFIDENCE, FAMILY
from app.domain.periods import Period
from benchmarks.honesty.coverage import EVERY, coverage
from benchmarks.honesty.lives import any_life, lived, truth
from benchmarks.honesty.tally import Count, Tally

LIVES = 20


@pytest.fixture(scope="module")
def asked() -> Tally:
    """Every interval of a few people."""
    tally = Tally()
    for seed in range(LIVES):
        tally.add(coverage(Random(seed)))
    return tally


@pytest.mark.parametrize("kind", ["valence", "share", "spread", "movement", "difference"])
def test_intervals_hold_the_truth(asked: Tally, kind: str) -> None:
    """Of all sizes together, 85 to 95 % of the intervals of a kind hold the truth."""
    found = Count()
    for cell, count in asked.counts.items():
        if cell.table == EVERY and cell.row.startswith(kind):
            found += count
    assert found.shown > 100
    assert 0.85 <= found.share <= 0.95


def test_strengths_of_feelings_fall_short(asked: Tally) -> None:
    """Feelings are mostly absent, so that few days seldom show their strength: known, published, and no worse."""
    short = Count()
    for cell, count in asked.counts.items():
        if cell.table == EVERY and cell.row.startswith("strength"):
            short += count
    assert 0.80 <= short.share <= 0.95


def test_truth_is_what_a_long_life_shows() -> None:
    """Over five years each measure comes to lie where the truth was worked out to be, by intervals of 99.8 %."""
    random, days = Random(4), Period(date(2021, 1, 1), date(2025, 12, 31))
    life = replace(any_life(random), lift=0.05)
    whole = fold(lived(life, random, days, 1.0), (), days)
    for metric, subject in FAMILY:
        if subject not in WEEKDAYS:
            number, true = whole.measure(metric, subject, confidence=CORRECTED_CONFIDENCE), truth(life, metric, subject)
            assert number.low is not None
            assert number.high is not None
            assert number.low <= true <= number.high
            assert number.high - number.low < 0.1
