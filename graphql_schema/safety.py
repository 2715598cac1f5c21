"""What the checks decided on, a text taken back by a reviewer, and a text made again from what it was made of."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

import strawberry

from app.domain.access import Role
from app.domain.safety import SafetyAction
from app.errors import ErrorCode, Refused
from app.pipeline import reproduce
from app.pipeline.withdraw import withdraw
from app.storage.words import decisions
from app.storage.words.decisions import Told
from app.storage.words.writings import WritingStatus
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor, uuid_of
from graphql_schema.job_desk import check_reason, refuse
from graphql_schema.node import PageInfo, Payload, page_size, user_errors
from graphql_schema.numbers import RangeInput
from graphql_schema.scalars import Sha256


@strawberry.type(description="What was done about one text whose draft failed a check, or that a reviewer took back.")
class SafetyDecision:
    id: strawberry.ID
    at: datetime = strawberry.field(description="When it was decided.")
    kind: str = strawberry.field(description="The checks that drafts failed; `review`: a person's decision.")
    action: SafetyAction = strawberry.field(description="What was done.")
    subject_of: strawberry.ID | None = strawberry.field(
        description="The text, for reproduceInsight and withdrawInsight; null when none is there (any more)."
    )
    prompt_revision: str | None = strawberry.field(description="Null when no revision was at work.")

    @classmethod
    def of(cls, told: Told) -> Self:
        return cls(
            id=encode("SafetyDecision", told.id),
            at=told.at,
            kind=told.kind,
            action=told.action,
            subject_of=None if told.writing_id is None else encode("Insight", told.writing_id),
            prompt_revision=told.prompt_revision,
        )


@strawberry.type
class SafetyDecisionEdge:
    cursor: str
    node: SafetyDecision


@strawberry.type
class SafetyDecisionConnection:
    edges: list[SafetyDecisionEdge]
    nodes: list[SafetyDecision]
    page_info: PageInfo


async def list_safety(
    context: Context, range_: RangeInput, *, first: int, after: str | None
) -> SafetyDecisionConnection:
    """Decisions of a range of UTC days, newest first."""
    size, days = page_size(first), range_.period(datetime.now(UTC).date())
    async with context.ports.store.for_everyone() as tx:
        rows = await decisions.list_decisions(tx, days, first=size + 1, after=_place(after))
    shown = [SafetyDecision.of(told) for told in rows[:size]]
    cursors = [encode_cursor("safety", told.at.isoformat(), told.id) for told in rows[:size]]
    return SafetyDecisionConnection(
        edges=[SafetyDecisionEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=shown,
        page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
    )


def _place(after: str | None) -> tuple[datetime, UUID] | None:
    key: Sequence[str] | None = decode_cursor("safety", after, 2)
    if key is None:
        return None
    try:
        at, id_ = datetime.fromisoformat(key[0]), UUID(key[1])
    except ValueError:
        raise bad_cursor() from None
    if at.tzinfo is None:
        raise bad_cursor()
    return at, id_


@strawberry.type(description="A text made again from its kept brief, and from the kept answer where a model wrote it.")
class Reproduction:
    insight: strawberry.ID = strawberry.field(description="As it was asked for.")
    same_input: bool = strawberry.field(description="The kept brief is the one that was written from.")
    same_text: bool = strawberry.field(description="It gives the same words.")
    stored_hash: Sha256 = strawberry.field(description="Of the words as they are published.")
    new_hash: Sha256 | None = strawberry.field(
        description="Of the words made again; null when this build does not hold the revision."
    )
    explanation: str = strawberry.field(description="A sentence that says the same.")


async def reproduce_insight(context: Context, insight_id: str) -> Reproduction | None:
    """Make a text of anybody again; None when there is none."""
    writing_id = uuid_of(insight_id, "Insight")
    found = None if writing_id is None else await reproduce.reproduce(context.ports, writing_id)
    if found is None:
        return None
    return Reproduction(
        insight=strawberry.ID(insight_id),
        same_input=found.same_input,
        same_text=found.same_text,
        stored_hash=Sha256(found.stored_hash),
        new_hash=Sha256(found.new_hash) if found.new_hash else None,
        explanation=found.explanation,
    )


@strawberry.input
class WithdrawInsightInput:
    insight_id: strawberry.ID
    reason: str = strawberry.field(description="Kept in the audit log; 1 to 500 characters.")


@strawberry.type
class WithdrawPayload(Payload):
    status: WritingStatus | None = strawberry.field(
        description="What the text is now; null when refused. The team is shown no card of a person."
    )


@strawberry.type
class SafetyMutation:
    @strawberry.mutation(
        description="Take a card or a month's summary back: its person sees it no more, until its words change. Again"
        " is no news.",
        **only(Role.REVIEWER, Role.ADMIN),
    )
    async def withdraw_insight(self, info: Info, input: WithdrawInsightInput) -> WithdrawPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            check_reason(input.reason)
            writing_id = uuid_of(input.insight_id, "Insight")
            taken = (
                await withdraw(context.ports, writing_id, actor=context.actor(), reason=input.reason)
                if writing_id
                else None
            )
            if taken is None:
                raise refuse(ErrorCode.NOT_FOUND, "There is no such text.", "insightId")
        except Refused as refused:
            return WithdrawPayload(user_errors=user_errors(refused), status=None)
        return WithdrawPayload(user_errors=[], status=WritingStatus.WITHDRAWN)
