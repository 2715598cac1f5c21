"""What a person says of a card."""

from uuid import UUID

import strawberry

from app.domain.feedback import FeedbackVerdict
from app.domain.periods import PeriodKind
from app.errors import ErrorCode, Problem, Refused
from app.pipeline.respond import respond
from graphql_schema.context import Context, Info
from graphql_schema.directives import costs
from graphql_schema.ids import uuid_of
from graphql_schema.insights import Insight, find_insight, find_writing
from graphql_schema.node import Payload, user_errors


@strawberry.input(description="No free text on purpose.")
class InsightFeedbackInput:
    insight_id: strawberry.ID
    verdict: FeedbackVerdict


@strawberry.type
class InsightFeedbackPayload(Payload):
    insight: Insight | None = strawberry.field(description="As it is now; null when refused.")


async def _respond(context: Context, asked: InsightFeedbackInput) -> UUID:
    head, writing_id = await context.known_head(), uuid_of(asked.insight_id, "Insight")
    writing = None if writing_id is None else await find_writing(context, writing_id)
    if writing_id is None or writing is None or writing.period_kind is not PeriodKind.WEEK:
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such card.", ("input", "insightId")))
    await respond(context.ports, head.person, writing_id, asked.verdict)
    return writing_id


@strawberry.type
class FeedbackMutation:
    @strawberry.mutation(description="Say how a card met you. The last change of mind counts.", directives=costs(2))
    async def give_insight_feedback(self, info: Info, input: InsightFeedbackInput) -> InsightFeedbackPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            writing_id = await _respond(context, input)
        except Refused as refused:
            return InsightFeedbackPayload(user_errors=user_errors(refused), insight=None)
        context.forget_reads()
        return InsightFeedbackPayload(user_errors=[], insight=await find_insight(context, writing_id))
