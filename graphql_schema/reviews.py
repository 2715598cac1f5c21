"""Blinded reviews of two prompt revisions: opened and closed by an admin, judged pair by pair by reviewers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

from app.domain import findings
from app.domain.access import Role
from app.domain.measures import Metric, metric_label
from app.domain.narrative import Claim, claim_from_json
from app.domain.reviews import Choice, ReviewStatus
from app.domain.rubric import WRITING
from app.errors import ErrorCode, Refused
from app.jobs import LIMITS, JobKind
from app.pipeline.judging import Shown, Verdict, close_review, find_next, judge, open_review
from app.storage import people
from app.storage.people import Head
from app.storage.words import reviews
from app.storage.words.reviews import Review
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor, uuid_of
from graphql_schema.job_desk import refuse
from graphql_schema.node import Node, PageInfo, Payload, page_size, user_errors
from graphql_schema.numbers import Comparison, Estimate, Period
from graphql_schema.promises import Rate
from graphql_schema.prompts import PromptRevision, find_revision
from graphql_schema.rubrics import Agreement, CriterionScoreInput, Rubric, is_ours, scores_of

KIND = "BlindReview"
NOBODY = UUID(int=0)


def _rate(raw: Mapping[str, Any]) -> Rate:
    return Rate(**{name: raw[name] for name in ("numerator", "denominator", "rate", "low", "high")}, suppressed=False)


@strawberry.type(description="How often reviewers pointed at something in the texts of one revision.")
class FlagCount:
    revision: str = strawberry.field(description="Its name, as in provenance.")
    flag: str = strawberry.field(description="As in `judgeBlindPair`.")
    judgements: int = strawberry.field(description="Judgements that point at it.")


@strawberry.type(description="What reviewers gave the texts of one revision by a criterion.")
class BlindScore:
    revision: str = strawberry.field(description="Its name, as in provenance.")
    criterion: str = strawberry.field(description="Its key in the rubric.")
    n: int = strawberry.field(description="Judgements with scores.")
    mean: float | None = strawberry.field(description="In points of the rubric; null when nobody scored.")


@strawberry.type(
    description="Figures of the reviewers' judgements, which are the team's own: none is suppressed. Repeats count in"
    " `leftRate` and `swapConsistency` alone."
)
class BlindReviewResult:
    a: PromptRevision | None = strawberry.field(description="Null when this build does not hold it any more.")
    b: PromptRevision | None = strawberry.field(description="As above.")
    wins_a: int = strawberry.field(description="Judgements that prefer A.")
    wins_b: int = strawberry.field(description="Judgements that prefer B.")
    ties: int = strawberry.field(description="Judgements that prefer neither.")
    prefer_b: Rate = strawberry.field(
        description="Share preferring B, ties counted half, 95 % by bootstrap over pairs; `numerator` leaves ties out."
    )
    agreement: Agreement = strawberry.field(description="Of reviewers on the same pair: A, tie or B.")
    left_rate: Rate = strawberry.field(
        description="Share choosing the left side; near 0.5 unless raters favour a side."
    )
    swap_consistency: Rate = strawberry.field(description="Same answer when the sides were swapped.")
    flags: list[FlagCount] = strawberry.field(description="What reviewers pointed at, in pairs that come back too.")
    scores: list[BlindScore] = strawberry.field(description="By criterion and revision, of first showings.")
    decision: str = strawberry.field(description="What the figures allow to be said, in a sentence or two.")

    @classmethod
    def of(cls, review: Review, raw: Mapping[str, Any]) -> Self:
        names = {"a": review.revision_a, "b": review.revision_b}
        a, b = (find_revision(encode("PromptRevision", name)) for name in (review.revision_a, review.revision_b))
        return cls(
            a=PromptRevision.of(a) if a else None,
            b=PromptRevision.of(b) if b else None,
            wins_a=raw["wins_a"],
            wins_b=raw["wins_b"],
            ties=raw["ties"],
            prefer_b=_rate(raw["prefer_b"]),
            agreement=Agreement.from_json(raw["agreement"]),
            left_rate=_rate(raw["left_rate"]),
            swap_consistency=_rate(raw["swap_consistency"]),
            flags=[
                FlagCount(revision=names[each["of"]], flag=each["flag"], judgements=each["judgements"])
                for each in raw.get("flags", ())
            ],
            scores=[
                BlindScore(revision=names[each["of"]], criterion=each["criterion"], n=each["n"], mean=each["mean"])
                for each in raw.get("scores", ())
            ],
            decision=raw["decision"],
        )


@strawberry.type(description="Two revisions of a prompt, compared by reviewers who are not told which is which.")
class BlindReview(Node):
    review: strawberry.Private[Review]
    id: strawberry.ID
    title: str = strawberry.field(description="What whoever opened it calls it.")
    status: ReviewStatus
    created_at: datetime = strawberry.field(description="When it was opened.")
    note: str | None = strawberry.field(description="Why there are fewer pairs than were asked for; null otherwise.")

    @classmethod
    def of(cls, review: Review) -> Self:
        return cls(
            review=review,
            id=encode(KIND, review.id),
            title=review.title,
            status=review.status,
            created_at=review.created_at,
            note=review.note,
        )

    @strawberry.field(description="Pairs of texts, repeats left out; 0 until they are written, fewer when people go.")
    async def pairs(self, info: Info) -> int:
        return (await info.context.together(self.review.id, _count_done))[0]

    @strawberry.field(description="Pairs that as many judged as were asked for.")
    async def judged(self, info: Info) -> int:
        return (await info.context.together(self.review.id, _count_done))[1]

    @strawberry.field(description="Null until closed and computed: nobody sees a running score.")
    def result(self) -> BlindReviewResult | None:
        raw = self.review.result
        return BlindReviewResult.of(self.review, raw) if raw and self.review.status is ReviewStatus.CLOSED else None


async def _count_done(context: Context, ids: list[UUID]) -> list[tuple[int, int]]:
    async with context.ports.store.for_everyone() as tx:
        found = await reviews.count_done(tx, ids)
    return [found.get(id_, (0, 0)) for id_ in ids]


@strawberry.type
class BlindReviewEdge:
    cursor: str
    node: BlindReview


@strawberry.type
class BlindReviewConnection:
    edges: list[BlindReviewEdge]
    nodes: list[BlindReview]
    page_info: PageInfo


async def list_blind_reviews(context: Context, *, first: int, after: str | None) -> BlindReviewConnection:
    """A page of reviews, newest first."""
    size = page_size(first)
    async with context.ports.store.for_everyone() as tx:
        rows = await reviews.list_reviews(tx, first=size + 1, after=_place(after))
    shown = [BlindReview.of(review) for review in rows[:size]]
    cursors = [encode_cursor("review", node.review.id) for node in shown]
    return BlindReviewConnection(
        edges=[BlindReviewEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=shown,
        page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
    )


def _place(after: str | None) -> UUID | None:
    key = decode_cursor("review", after, 1)
    try:
        return None if key is None else UUID(key[0])
    except ValueError:
        raise bad_cursor() from None


@strawberry.type(
    description="Numbers that both texts rest on, as they were when the texts were written. It leads back to nobody:"
    " no id, no sessions, no aggregate, and days without their time zone."
)
class BlindEvidence:
    metric: Metric
    subject: str | None = strawberry.field(description="Enum value the metric is about; null for whole-period metrics.")
    label: str = strawberry.field(description="Plain-language name of the measure.")
    period: Period
    value: Estimate = strawberry.field(description="The number of the sentence.")
    comparison: Comparison | None = strawberry.field(description="Null when the claim makes no comparison.")

    @classmethod
    def of(cls, kept: findings.Evidence, nobody: Head) -> Self:
        return cls(
            metric=kept.metric,
            subject=kept.subject,
            label=metric_label(kept.metric, kept.subject),
            period=Period.of(kept.period, nobody),
            value=Estimate.of(kept.value),
            comparison=Comparison.of(kept.comparison, nobody),
        )


@strawberry.type
class BlindText:
    headline: str = strawberry.field(description="Headline of a card, title of a month.")
    body: list[str] = strawberry.field(description="Sentences of a card, paragraphs of a month.")

    @classmethod
    def of(cls, claims: Iterable[Claim]) -> Self:
        headline, *body = [claim.text for claim in claims]
        return cls(headline=headline, body=body)


@strawberry.type(
    description="Same evidence, two texts, sides drawn at random and kept secret; a tenth come back swapped."
)
class BlindPair:
    token: str = strawberry.field(description="To be given to `judgeBlindPair`; it holds for who asked alone.")
    evidence: list[BlindEvidence] = strawberry.field(description="What either text rests on.")
    left: BlindText = strawberry.field(description="The one text.")
    right: BlindText = strawberry.field(description="The other.")
    rubric: Rubric = strawberry.field(description="What scores are given by.")

    @classmethod
    def of(cls, shown: Shown, nobody: Head) -> Self:
        a, b = ([claim_from_json(raw) for raw in text] for text in (shown.pair.text_a, shown.pair.text_b))
        cited = dict.fromkeys(evidence for claim in (*a, *b) for evidence in claim.evidence)
        left, right = (a, b) if shown.a_left else (b, a)
        return cls(
            token=shown.token,
            evidence=[BlindEvidence.of(each, nobody) for each in sorted(cited, key=repr)],
            left=BlindText.of(left),
            right=BlindText.of(right),
            rubric=Rubric.of(WRITING),
        )


async def find_next_pair(context: Context, id_: str) -> BlindPair | None:
    """The pair that the caller is to judge now, None when there is none for them."""
    review_id = uuid_of(id_, KIND)
    shown = await find_next(context.ports, review_id, context.person_id()) if review_id else None
    if shown is None:
        return None
    async with context.ports.store.for_everyone() as tx:
        now: datetime = await tx.fetchval("SELECT now()")
    return BlindPair.of(shown, people.unknown(NOBODY, "FREE", now))


@strawberry.input
class OpenBlindReviewInput:
    title: str = strawberry.field(description="1 to 200 characters.")
    a: strawberry.ID = strawberry.field(description="A published revision of a prompt whose texts people read.")
    b: strawberry.ID = strawberry.field(description="Another revision of the same prompt.")
    pairs: int = strawberry.field(
        description="30 to 500. 194 find a preference of 60 % about 8 times in 10, 85 one of 65 %."
    )
    reviewers_per_pair: int = strawberry.field(default=2, description="1 to 5.")
    rubric_id: strawberry.ID


@strawberry.type
class BlindReviewPayload(Payload):
    review: BlindReview | None = strawberry.field(description="Null when refused.")


@strawberry.input
class JudgeBlindPairInput:
    token: str
    choice: Choice
    left: list[CriterionScoreInput] | None = strawberry.field(default=None, description="All criteria, or none.")
    right: list[CriterionScoreInput] | None = strawberry.field(default=None, description="As above; both or neither.")
    flags_left: list[str] | None = strawberry.field(
        default=None, description="Each once of WRONG_NUMBER, UNKIND, UNSAFE, UNCLEAR, ODD_WORDING; no free text."
    )
    flags_right: list[str] | None = strawberry.field(default=None, description="As above.")


@strawberry.type
class JudgePayload(Payload):
    remaining: int | None = strawberry.field(description="Pairs left for the caller at most; null when refused.")


@strawberry.input
class CloseBlindReviewInput:
    review_id: strawberry.ID


async def _open(context: Context, asked: OpenBlindReviewInput) -> UUID:
    a, b = find_revision(asked.a), find_revision(asked.b)
    for name, revision in (("a", a), ("b", b)):
        if revision is None:
            raise refuse(ErrorCode.NOT_FOUND, "There is no such revision.", name)
    if not is_ours(asked.rubric_id):
        raise refuse(ErrorCode.NOT_FOUND, "There is no such rubric.", "rubricId")
    assert a is not None, "looked at above"
    assert b is not None, "looked at above"
    return await open_review(
        context.ports,
        asked.title,
        a,
        b,
        pairs_asked=asked.pairs,
        reviewers=asked.reviewers_per_pair,
        actor=context.actor(),
    )


async def _shown(context: Context, review_id: UUID) -> BlindReviewPayload:
    async with context.ports.store.for_everyone() as tx:
        review = await reviews.find(tx, review_id)
    return BlindReviewPayload(user_errors=[], review=None if review is None else BlindReview.of(review))


@strawberry.type
class ReviewMutation:
    @strawberry.mutation(
        description="Compare two revisions blindly. Its pairs are written by a job, from recent texts of at least 20"
        " people; both texts are the local composer's.",
        **only(Role.ADMIN),
    )
    async def open_blind_review(self, info: Info, input: OpenBlindReviewInput) -> BlindReviewPayload:  # noqa: A002 - the contract's name
        try:
            review_id = await _open(info.context, input)
        except Refused as refused:
            return BlindReviewPayload(user_errors=user_errors(refused), review=None)
        await info.context.ports.queue.nudge([LIMITS[JobKind.SCORING].queue])
        return await _shown(info.context, review_id)

    @strawberry.mutation(
        description="Say which text is better. Again with the same token changes nothing: ALREADY_DONE.",
        **only(Role.REVIEWER, Role.ADMIN),
    )
    async def judge_blind_pair(self, info: Info, input: JudgeBlindPairInput) -> JudgePayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            left, right = scores_of(input.left, "left"), scores_of(input.right, "right")
            flags = (tuple(input.flags_left or ()), tuple(input.flags_right or ()))
            said = Verdict(input.choice, left, right, *flags)
            left_over = await judge(context.ports, input.token, context.person_id(), said)
        except Refused as refused:
            return JudgePayload(user_errors=user_errors(refused), remaining=None)
        return JudgePayload(user_errors=[], remaining=left_over)

    @strawberry.mutation(
        description="Judge no more, and have the result computed by a job.",
        **only(Role.ADMIN),
    )
    async def close_blind_review(self, info: Info, input: CloseBlindReviewInput) -> BlindReviewPayload:  # noqa: A002 - the contract's name
        context, review_id = info.context, uuid_of(input.review_id, KIND)
        try:
            if review_id is None:
                raise refuse(ErrorCode.NOT_FOUND, "There is no such review.", "reviewId")
            await close_review(context.ports, review_id, actor=context.actor())
        except Refused as refused:
            return BlindReviewPayload(user_errors=user_errors(refused), review=None)
        await context.ports.queue.nudge([LIMITS[JobKind.REPORT].queue])
        return await _shown(context, review_id)
