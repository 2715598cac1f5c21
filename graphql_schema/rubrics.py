"""The rubric as reviewers read it, the scores they give, and how far they agree."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import strawberry

from app.domain import rubric as rubrics
from app.errors import ErrorCode
from graphql_schema.ids import decode, encode
from graphql_schema.job_desk import refuse
from graphql_schema.node import Node

KIND = "Rubric"


@strawberry.type
class Criterion:
    key: str
    label: str
    description: str = strawberry.field(description="What is judged.")
    weight: float = strawberry.field(description="Share in the mean, beside the other weights.")
    min: int = strawberry.field(description="Lowest score.")
    max: int = strawberry.field(description="Highest score.")
    floor: int | None = strawberry.field(description="A score under this fails the text, whatever the mean.")


@strawberry.type
class Rubric(Node):
    id: strawberry.ID
    name: str
    revision: int = strawberry.field(description="1 for the first; scores of different ones are never compared.")
    criteria: list[Criterion] = strawberry.field(description="In the order in which they are scored.")
    pass_mark: float = strawberry.field(description="Weighted mean, 1 to 5, from which on a text passes.")

    @classmethod
    def of(cls, rubric: rubrics.Rubric) -> Self:
        return cls(
            id=rubric_id(rubric),
            name=rubric.name,
            revision=rubric.revision,
            criteria=[
                Criterion(
                    key=each.key,
                    label=each.label,
                    description=each.description,
                    weight=each.weight,
                    min=each.lowest,
                    max=each.highest,
                    floor=each.floor,
                )
                for each in rubric.criteria
            ],
            pass_mark=rubric.pass_mark,
        )


def rubric_id(rubric: rubrics.Rubric) -> strawberry.ID:
    """The global id of a rubric: its name and revision."""
    return encode(KIND, f"{rubric.name}@{rubric.revision}")


def is_ours(id_: str) -> bool:
    """Whether a global id names the rubric that texts are judged by."""
    return decode(id_) == decode(rubric_id(rubrics.WRITING))


@strawberry.input
class CriterionScoreInput:
    key: str
    score: int = strawberry.field(description="A whole number from the criterion's min to its max.")


def scores_of(given: Sequence[CriterionScoreInput] | None, *path: str) -> Mapping[str, int] | None:
    """Scores by criterion, None without any. Refused when a criterion is scored twice."""
    if given is None:
        return None
    scores = {each.key: each.score for each in given}
    if len(scores) < len(given):
        raise refuse(ErrorCode.INVALID, "A criterion is scored twice.", *path)
    return scores


@strawberry.type(description="Krippendorff's alpha (ordinal). Null: fewer than two raters on the same text.")
class Agreement:
    alpha: float | None = strawberry.field(description="1: all agree; 0: as if by chance; null also when all say one.")
    low: float | None = strawberry.field(description="Lower end of a 95 % interval; null where none is computed.")
    high: float | None = strawberry.field(description="Upper end of a 95 % interval; null where none is computed.")
    raters: int = strawberry.field(description="People who judged a text that somebody else judged, too.")
    items: int = strawberry.field(description="Texts, or pairs of them, that two or more judged.")

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(
            alpha=raw["alpha"], low=raw.get("low"), high=raw.get("high"), raters=raw["raters"], items=raw["items"]
        )
