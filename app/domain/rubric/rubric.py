"""The rubric by which texts are scored, by people, by a model and by rule alike: five criteria with anchors.

Scores nothing itself, and knows no text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LOWEST = 1
HIGHEST = 5

Scores = Mapping[str, int]
"""A whole number from `LOWEST` to `HIGHEST` for each criterion, by key."""


class MalformedScores(ValueError):
    """An answer that is no set of scores. The message names the place, never the content."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is judged, with what a 1, a 3 and a 5 look like; a score under `floor` fails the whole text."""

    key: str
    label: str
    description: str
    anchors: Mapping[int, str]
    weight: int
    floor: int | None = None
    lowest: int = LOWEST
    highest: int = HIGHEST

    def holds(self, score: object) -> bool:
        """Whether `score` is a whole number that may be given here."""
        return isinstance(score, int) and not isinstance(score, bool) and self.lowest <= score <= self.highest


@dataclass(frozen=True, slots=True)
class Rubric:
    """A named, numbered set of criteria, and the weighted mean (1..5) from which on a text passes."""

    name: str
    revision: int
    pass_mark: float
    criteria: tuple[Criterion, ...]

    def keys(self) -> tuple[str, ...]:
        """The keys of the criteria, in the order in which they are shown."""
        return tuple(criterion.key for criterion in self.criteria)

    def faults(self, scores: Mapping[str, object]) -> tuple[str, ...]:
        """What is wrong with `scores`, in sentences that are safe to show; empty when they are whole."""
        strange = len(set(scores) - set(self.keys()))
        unknown = (f"{strange} of the scores belong to no criterion of {self.name}.",) if strange else ()
        missing = tuple(f"The score of {key} is missing." for key in self.keys() if key not in scores)
        outside = tuple(
            f"The score of {each.key} is not a whole number from {each.lowest} to {each.highest}."
            for each in self.criteria
            if each.key in scores and not each.holds(scores[each.key])
        )
        return unknown + missing + outside


def mean_of(rubric: Rubric, scores: Scores) -> float:
    """The weighted mean of `scores`, from 1 to 5. ValueError when they are not whole; see `Rubric.faults`."""
    faults = rubric.faults(scores)
    if faults:
        raise ValueError(" ".join(faults))
    weights = sum(criterion.weight for criterion in rubric.criteria)
    return sum(criterion.weight * scores[criterion.key] for criterion in rubric.criteria) / weights


def passes(rubric: Rubric, scores: Scores) -> bool:
    """Whether the mean reaches the pass mark and no score lies under its floor. ValueError as for `mean_of`."""
    mean = mean_of(rubric, scores)
    fallen = any(each.floor is not None and scores[each.key] < each.floor for each in rubric.criteria)
    return mean >= rubric.pass_mark and not fallen


def scores_from_json(raw: object, rubric: Rubric) -> Scores:
    """The scores of a model's parsed answer, {key: 1..5}. MalformedScores on anything else."""
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        raise MalformedScores(f"The answer is no object with the criteria of {rubric.name}.")
    faults = rubric.faults(raw)
    if faults:
        raise MalformedScores(" ".join(faults))
    return MappingProxyType({each.key: raw[each.key] for each in rubric.criteria})
