"""How far people and models agree about texts: Krippendorff's alpha, ordinal. Reads nothing and keeps nothing."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import krippendorff
import numpy as np

from app.domain.rubric import WRITING

DRAWS = 400
_SEED = 20_26
MODEL, PERSON = "M:", "H:"
"""How the names of raters begin."""
Rated = Mapping[str, Mapping[str, int]]
"""Of one text, the scores of each rater."""


def agreement(texts: Sequence[Rated]) -> dict[str, Any]:
    """The mean of the criteria's alphas, with a 95 % interval by bootstrap over texts; raters and texts behind it.

    A model and a person who scored the same text are compared, each such two; people among themselves are not. Of each
    criterion by itself: one is easily met and another is not, and who only knows that agrees with nobody.

    Null where it is not defined: without a text that both scored, and where all scores are the same.
    Krippendorff, K. (2018), Content Analysis, 4th edition, chapter 12.
    """
    keys = [criterion.key for criterion in WRITING.criteria]
    compared = {
        place: np.array([[[marks[key] for key in keys] for marks in two] for two in pairs])
        for place, text in enumerate(texts)
        if (pairs := _compared(text))
    }
    scores, rng = list(compared.values()), np.random.default_rng(_SEED)
    alpha = _alpha(np.concatenate(scores)) if scores else None
    draws = rng.integers(0, len(scores), (DRAWS, len(scores))) if alpha is not None and len(scores) > 1 else ()
    alphas = [_alpha(np.concatenate([scores[place] for place in draw])) for draw in draws]
    defined = [each for each in alphas if each is not None]
    low, high = np.quantile(defined, (0.025, 0.975)).tolist() if 2 * len(defined) > DRAWS else (None, None)
    raters = {rater for place in compared for rater in texts[place]}
    return {"alpha": alpha, "low": low, "high": high, "raters": len(raters), "items": len(scores)}


def _compared(text: Rated) -> list[tuple[Mapping[str, int], Mapping[str, int]]]:
    """What a model and a person gave a text, for each model and each person."""
    by_model, by_person = (
        [marks for rater, marks in text.items() if rater.startswith(letter)] for letter in (MODEL, PERSON)
    )
    return list(product(by_model, by_person))


def _alpha(compared: Any) -> float | None:
    """Of scores by pair, rater and criterion: the mean over criteria; None where all scores of each are the same."""
    alphas = [
        krippendorff.alpha(reliability_data=scores.T, level_of_measurement="ordinal")
        for scores in np.moveaxis(compared, 2, 0)
        if len(np.unique(scores)) > 1
    ]
    return float(np.mean(alphas)) if alphas else None
