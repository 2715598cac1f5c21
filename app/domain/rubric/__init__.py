"""How good a text is: the rubric, the scores that rules give, and what may be read from a model that scores."""

from app.domain.rubric.by_rule import score_by_rule
from app.domain.rubric.marks import (
    ENOUGH_SCORES,
    FEWEST_TEXTS,
    LEAST_PASSING,
    MeanScore,
    Scorer,
    may_be_active,
    mean_score,
)
from app.domain.rubric.rubric import (
    Criterion,
    MalformedScores,
    Rubric,
    Scores,
    mean_of,
    passes,
    scores_from_json,
)
from app.domain.rubric.writing import WRITING

__all__ = [
    "ENOUGH_SCORES",
    "FEWEST_TEXTS",
    "LEAST_PASSING",
    "WRITING",
    "Criterion",
    "MalformedScores",
    "MeanScore",
    "Rubric",
    "Scorer",
    "Scores",
    "may_be_active",
    "mean_of",
    "mean_score",
    "passes",
    "score_by_rule",
    "scores_from_json",
]
