"""What a viewer's plan lets them see, and how billing says that it changed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import strawberry

from app.domain.access import Role
from app.domain.sessions import check_subject_key
from app.errors import Problem, Refused
from app.pipeline.upgrade import Said, record
from graphql_schema.access import only
from graphql_schema.context import Info
from graphql_schema.node import Payload, user_errors


@strawberry.enum
class Plan(StrEnum):
    FREE = "FREE"
    TRIAL = "TRIAL"
    PLUS = "PLUS"


@strawberry.type
class Entitlement:
    spectrum: bool
    plan: Plan
    ends_at: datetime | None = strawberry.field(
        description="Null when it does not end by itself. Every plan so far ends by a word of billing's, so it is null."
    )

    @classmethod
    def of(cls, plan: str) -> "Entitlement":
        """What a plan entitles to."""
        return cls(spectrum=plan != Plan.FREE, plan=Plan(plan), ends_at=None)


@strawberry.input
class RecordUpgradeInput:
    event_id: UUID = strawberry.field(description="Billing's own: sent again for the same person it counts once.")
    subject_key: str
    plan: Plan = strawberry.field(description="From `at` on; a way down, too.")
    at: datetime = strawberry.field(description="Of several words on one person the newest counts, in any order.")
    impression_token: str | None = strawberry.field(
        default=None, description="Of the teaser that led here; one that is not this person's is left out."
    )


@strawberry.type
class RecordUpgradePayload(Payload):
    duplicate: bool = strawberry.field(description="It was said before, in the same words.")


@strawberry.type
class PlanMutation:
    @strawberry.mutation(
        description="Billing's word on plans. Idempotent by eventId; the same id with another plan or time is"
        " IDEMPOTENCY_CONFLICT. Sessions that waited for a plan are read while their text lasts.",
        **only(Role.SERVICE),
    )
    async def record_upgrade(self, info: Info, input: RecordUpgradeInput) -> RecordUpgradePayload:  # noqa: A002 - the contract's name
        said = Said(input.event_id, input.subject_key, input.plan.value, input.at, input.impression_token)
        try:
            problems = check_subject_key(said.subject_key)
            if problems:
                raise Refused(*problems)  # noqa: TRY301 - one way to refuse
            duplicate = await record(info.context.ports, said)
        except Refused as refused:
            inside = [Problem(each.code, each.message, ("input", *each.field)) for each in refused.problems]
            return RecordUpgradePayload(user_errors=user_errors(Refused(*inside)), duplicate=False)
        return RecordUpgradePayload(user_errors=[], duplicate=duplicate)
