"""Krippendorff's alpha between people and models: at its ends, over texts, and where it is not defined."""

from random import Random

import pytest

from app.domain.rubric import WRITING
from app.statistics.agreement import agreement


def test_agreement_is_krippendorffs() -> None:
    """Same scores: 1; opposite ones: below 0; alike everywhere, or one rater: not defined; the interval holds alpha."""
    low, high = dict.fromkeys(WRITING.keys(), 2), dict.fromkeys(WRITING.keys(), 5)
    same = agreement([{"H:a": each, "M:b": each} for each in (low, high) * 10])
    assert (same["alpha"], same["low"], same["high"]) == pytest.approx((1.0, 1.0, 1.0))
    against = agreement([{"H:a": low, "M:b": high}, {"H:a": high, "M:b": low}] * 10)
    assert against["alpha"] < 0
    assert agreement([{"H:a": low, "M:b": low}] * 3)["alpha"] is None
    assert agreement([])["alpha"] is None
    mixed = agreement([{"H:a": low, "M:b": low}, {"H:a": high, "M:b": high}, {"H:a": low, "M:b": high}] * 8)
    assert -1 <= mixed["low"] < mixed["alpha"] < mixed["high"] <= 1
    assert mixed["items"] == 24
    people = agreement([{"H:a": low, "H:c": high}, {"H:a": high, "H:c": low}] * 9)
    assert (people["alpha"], people["items"]) == (None, 0), "people among themselves are another question"
    apart = agreement([{"M:b": each, "H:a": each, "H:c": low if each is high else high} for each in (low, high) * 9])
    assert (apart["raters"], apart["items"], abs(apart["alpha"]) < 0.1) == (3, 18, True)


def test_knowing_the_criteria_is_no_agreement() -> None:
    """Raters who throw dice, round what each criterion mostly gets, agree as by chance."""
    dice = Random(7)
    texts = [
        {
            rater: {key: 1 + place % 4 + dice.randint(0, 1) for place, key in enumerate(WRITING.keys())}
            for rater in ("H:a", "M:b")
        }
        for _ in range(400)
    ]
    assert abs(agreement(texts)["alpha"]) < 0.1
