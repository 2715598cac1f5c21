"""By what texts are scored, what rules, models and people found, and a person's own scores of a text."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import strawberry

from app.domain import rubric as marks
from app.domain.access import Role
from app.domain.periods import Period
from app.domain.rubric import WRITING, MeanScore, Scorer
from app.errors import ErrorCode, Refused
from app.pipeline.rate import rate
from app.storage.words import reports, scores
from app.storage.words.scores import ScoredBy
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.ids import decode, encode, uuid_of
from graphql_schema.job_desk import refuse
from graphql_schema.node import Node, Payload, user_errors
from graphql_schema.numbers import RangeInput
from graphql_schema.promises import Rate
from graphql_schema.prompts import PromptRevision, find_revision


@strawberry.type
class Criterion:
    key: str = strawberry.field(description="By which it is scored.")
    label: str = strawberry.field(description="To be shown.")
    description: str = strawberry.field(description="What is judged, in a sentence.")
    weight: float = strawberry.field(description="In the mean.")
    min: int = strawberry.field(description="Lowest score.")
    max: int = strawberry.field(description="Highest score.")
    floor: int | None = strawberry.field(description="A score under this fails the text, whatever the mean.")

    @classmethod
    def of(cls, criterion: marks.Criterion) -> Self:
        return cls(
            key=criterion.key,
            label=criterion.label,
            description=criterion.description,
            weight=criterion.weight,
            min=criterion.lowest,
            max=criterion.highest,
            floor=criterion.floor,
        )


@strawberry.type
class Rubric(Node):
    id: strawberry.ID
    name: str = strawberry.field(description="What kind of text it is for.")
    revision: int = strawberry.field(description="Scores by different ones are never compared.")
    criteria: list[Criterion] = strawberry.field(description="In the order of showing.")
    pass_mark: float = strawberry.field(description="The weighted mean from which on a text passes.")

    @classmethod
    def of(cls, rubric: marks.Rubric) -> Self:
        return cls(
            id=id_of(rubric),
            name=rubric.name,
            revision=rubric.revision,
            criteria=[Criterion.of(each) for each in rubric.criteria],
            pass_mark=rubric.pass_mark,
        )


@strawberry.type(description="95 % interval over texts, by Student's t. Null under 5 texts.")
class CriterionScore:
    criterion: Criterion = strawberry.field(description="What was judged.")
    scorer: Scorer = strawberry.field(description="By whom.")
    n: int = strawberry.field(description="Texts.")
    mean: float | None = strawberry.field(description="Of a text that several raters scored their mean counts.")
    low: float | None = strawberry.field(description="Lower end; null with mean.")
    high: float | None = strawberry.field(description="Upper end; null with mean.")


@strawberry.type(
    description="Krippendorff's alpha (ordinal). Of a rubric: the mean of its criteria's, over texts that people and a"
    " model scored, with a 95 % interval by bootstrap over texts. Null where it is not defined."
)
class Agreement:
    alpha: float | None = strawberry.field(description="1: the same; 0: as by chance.")
    low: float | None = strawberry.field(description="Lower end; null under two texts.")
    high: float | None = strawberry.field(description="Upper end; null under two texts.")
    raters: int = strawberry.field(description="People and models.")
    items: int = strawberry.field(description="Texts, or pairs of them, that two or more judged.")

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(
            alpha=raw["alpha"], low=raw.get("low"), high=raw.get("high"), raters=raw["raters"], items=raw["items"]
        )


@strawberry.type
class RubricReport:
    revision: PromptRevision = strawberry.field(description="Whose texts.")
    rubric: Rubric = strawberry.field(description="By what they are scored.")
    scored: int = strawberry.field(description="Texts that anybody scored.")
    by_criterion: list[CriterionScore] = strawberry.field(description="Without those who scored none.")
    by_scorer: strawberry.Private[dict[Scorer, ScoredBy]]

    @strawberry.field(description="Texts that pass, by one kind of scorer; suppressed under 20 texts.")
    def pass_rate(self, scorer: Scorer = Scorer.RULE) -> Rate:
        found = self.by_scorer.get(scorer)
        return Rate.of(found.passed, found.scored) if found else Rate.of(0, 0)

    @strawberry.field(description="Whatever the range; null until the report of the hour has computed it.")
    async def model_human_agreement(self, info: Info) -> Agreement | None:
        async with info.context.ports.store.for_everyone() as tx:
            found = await reports.find(tx, reports.AGREEMENT, self.revision.name)
        return None if found is None else Agreement.from_json(found)


def id_of(rubric: marks.Rubric) -> strawberry.ID:
    """The global id of a rubric in its revision."""
    return encode("Rubric", f"{rubric.name}@{rubric.revision}")


def is_ours(id_: str) -> bool:
    """Whether a global id names the rubric that texts are judged by."""
    return decode(id_) == decode(id_of(WRITING))


def list_rubrics() -> list[Rubric]:
    """Every rubric in its present revision."""
    return [Rubric.of(WRITING)]


async def report_rubric(context: Context, revision_id: str, asked: RangeInput | None) -> RubricReport | None:
    """What was found of a revision's texts; None when there is no such revision."""
    revision = find_revision(revision_id)
    if revision is None:
        return None
    async with context.ports.store.for_everyone() as tx:
        days: Period | None = None
        if asked is not None:
            days = asked.period(await tx.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date"))
        count = await scores.count_texts(tx, revision.name, WRITING, days)
        means = await scores.list_means(tx, revision.name, WRITING, days)
        quality = await scores.list_quality(tx, [revision.name], WRITING, days)
    return RubricReport(
        revision=PromptRevision.of(revision),
        rubric=Rubric.of(WRITING),
        scored=count,
        by_criterion=[
            _criterion_score(criterion, scorer, means[criterion.key, scorer])
            for criterion in WRITING.criteria
            for scorer in Scorer
            if (criterion.key, scorer) in means
        ],
        by_scorer=dict(quality[revision.name]),
    )


def _criterion_score(criterion: marks.Criterion, scorer: Scorer, found: MeanScore) -> CriterionScore:
    return CriterionScore(
        criterion=Criterion.of(criterion),
        scorer=scorer,
        n=found.n,
        mean=found.mean,
        low=found.low,
        high=found.high,
    )


@strawberry.input
class CriterionScoreInput:
    key: str = strawberry.field(description="Of the criterion.")
    score: int = strawberry.field(description="A whole number of its range.")


@strawberry.input
class ScoreInsightInput:
    insight_id: strawberry.ID
    rubric_id: strawberry.ID
    scores: list[CriterionScoreInput] = strawberry.field(description="One for each criterion.")


@strawberry.type
class ScorePayload(Payload):
    mean: float | None = strawberry.field(description="The weighted mean; null when refused.")
    passed: bool | None = strawberry.field(description="Whether the text passes by it; null when refused.")


def scores_of(given: Sequence[CriterionScoreInput] | None, *path: str) -> Mapping[str, int] | None:
    """Scores by criterion, None without any. Refused when a criterion is scored twice."""
    if given is None:
        return None
    by_key = {each.key: each.score for each in given}
    if len(by_key) < len(given):
        raise refuse(ErrorCode.INVALID, "A criterion is scored twice.", *path)
    return by_key


def _given(asked: ScoreInsightInput) -> Mapping[str, int]:
    if not is_ours(asked.rubric_id):
        raise refuse(ErrorCode.NOT_FOUND, "There is no such rubric, or it has a newer revision.", "rubricId")
    return scores_of(asked.scores, "scores") or {}


@strawberry.type
class RubricMutation:
    @strawberry.mutation(
        description="Score a card or a month's summary of anybody by a rubric. Scored again by the same person, the"
        " last one counts. Says nothing of whose text it is.",
        **only(Role.REVIEWER, Role.ADMIN),
    )
    async def score_insight(self, info: Info, input: ScoreInsightInput) -> ScorePayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            given, writing_id = _given(input), uuid_of(input.insight_id, "Insight")
            if writing_id is None:
                raise refuse(ErrorCode.NOT_FOUND, "There is no such text.", "insightId")
            rater = context.ports.keyring.identity.pseudonym("rubric", context.person_id())
            score = await rate(context.ports, writing_id, given, rater=rater, actor=context.actor())
        except Refused as refused:
            return ScorePayload(user_errors=user_errors(refused), mean=None, passed=None)
        return ScorePayload(user_errors=[], mean=score.mean, passed=score.passed)
