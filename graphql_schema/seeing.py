"""What a person has opened."""

import strawberry

from app.domain.wording import Sentence
from app.errors import ErrorCode, Refused
from app.pipeline.see import see
from graphql_schema.context import Info
from graphql_schema.directives import costs
from graphql_schema.ids import uuid_of
from graphql_schema.insights import count_unseen
from graphql_schema.job_desk import refuse
from graphql_schema.node import MAX_PAGE, Payload, user_errors


@strawberry.input
class MarkSeenInput:
    insight_ids: list[strawberry.ID] = strawberry.field(
        description="1 to 100. What is no card of the viewer's, or was taken back, changes nothing."
    )


@strawberry.type
class MarkSeenPayload(Payload):
    unseen_count: int = strawberry.field(description="Cards left that were never seen.")


@strawberry.type
class SeeingMutation:
    @strawberry.mutation(
        description="Say which cards were opened. The first time counts; again is no news.", directives=costs(1)
    )
    async def mark_insights_seen(self, info: Info, input: MarkSeenInput) -> MarkSeenPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            if not 1 <= len(input.insight_ids) <= MAX_PAGE:
                raise refuse(ErrorCode.TOO_MANY, Sentence("Give 1 to {most} cards.", most=MAX_PAGE), "insightIds")
            head = await context.known_head()
        except Refused as refused:
            return MarkSeenPayload(user_errors=user_errors(refused), unseen_count=await count_unseen(context))
        named = (uuid_of(id_, "Insight") for id_ in input.insight_ids)
        await see(context.ports, head.person, [id_ for id_ in named if id_ is not None])
        context.forget_reads()
        return MarkSeenPayload(user_errors=[], unseen_count=await count_unseen(context))
