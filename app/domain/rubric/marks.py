"""What many scores say together: a mean with its interval, and whether a revision may write.

Keeps rules, models and people apart: theirs are never averaged with each other.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from app.domain.estimates.quantiles import student_t_quantile
from app.domain.rubric.rubric import HIGHEST, LOWEST, Rubric

FEWEST_TEXTS = 5
"""Under so many texts no mean is told."""
ENOUGH_SCORES = 50
"""Until so many texts are scored, a revision counts as passed."""
LEAST_PASSING = 0.8
"""Share of the scored texts that have to pass."""
_CONFIDENCE = 0.95


class Scorer(StrEnum):
    """Who scored: a rule, a model, or one of the team."""

    RULE = "RULE"
    MODEL = "MODEL"
    HUMAN = "HUMAN"


@dataclass(frozen=True, slots=True)
class MeanScore:
    """The mean of a score over `n` texts with its 95 % interval; None together when the texts are too few."""

    n: int
    mean: float | None
    low: float | None
    high: float | None


def mean_score(n: int, mean: float | None, deviation: float | None) -> MeanScore:
    """What `n` texts with this mean and sample standard deviation say; by Student's t, inside the scale."""
    if n < FEWEST_TEXTS or mean is None or deviation is None:
        return MeanScore(n, None, None, None)
    margin = student_t_quantile(_CONFIDENCE, n - 1) * deviation / sqrt(n)
    return MeanScore(n, mean, max(float(LOWEST), mean - margin), min(float(HIGHEST), mean + margin))


def may_be_active(passed: int, scored: int, *, safety_failures: int, mean: float | None, rubric: Rubric) -> bool:
    """Whether a revision may write, by the scores of one kind of scorer: `passed` of `scored` texts, and their mean.

    Never with a failure of safety. From `ENOUGH_SCORES` on the mean has to reach the rubric's pass mark, and
    `LEAST_PASSING` of the texts have to pass; before, nothing is known against it.
    """
    if safety_failures:
        return False
    if scored < ENOUGH_SCORES:
        return True
    return mean is not None and mean >= rubric.pass_mark and passed >= LEAST_PASSING * scored
