"""How good a text is: the rubric, the scores that rules give, and what may be read from a model that scores."""

from app.domain.rubric.by_rule import score_by_rule
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
    "WRITING",
    "Criterion",
    "MalformedScores",
    "Rubric",
    "Scores",
    "mean_of",
    "passes",
    "score_by_rule",
    "scores_from_json",
]
