"""The two schemas of one code base: the public one, and the team's, which is the public one and more."""

from functools import cache
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryType

from graphql_schema.corrections import CorrectionMutation
from graphql_schema.engagement import EngagementMutation
from graphql_schema.erasing import EraseMutation
from graphql_schema.exclusions import ExclusionMutation
from graphql_schema.feedback import FeedbackMutation
from graphql_schema.ingestion import IngestionMutation
from graphql_schema.insights import Evidence, Insight
from graphql_schema.job_desk import JobMutation
from graphql_schema.language import speak
from graphql_schema.live import Subscription
from graphql_schema.money import BudgetMutation
from graphql_schema.notifications import NotificationMutation
from graphql_schema.operations import OperationMutation, ResetOperation
from graphql_schema.ops import OpsQuery
from graphql_schema.pausing import PauseMutation
from graphql_schema.plans import PlanMutation
from graphql_schema.prompts import PromptMutation
from graphql_schema.queues import QueueMutation
from graphql_schema.rate_limit import RateLimitQuery
from graphql_schema.receipts import DeletionReceipt, ReceiptQuery
from graphql_schema.reviews import ReviewMutation
from graphql_schema.rubrics import RubricMutation
from graphql_schema.safety import SafetyMutation
from graphql_schema.scalars import SCALARS
from graphql_schema.seeing import SeeingMutation
from graphql_schema.summaries import MonthlySummary, WeeklySummary
from graphql_schema.viewer import Viewer, ViewerQuery
from graphql_schema.webhooks import WebhookMutation

NODES = (Viewer, Insight, Evidence, WeeklySummary, MonthlySummary, ResetOperation, DeletionReceipt)


@strawberry.type
class Query(ViewerQuery, ReceiptQuery, RateLimitQuery):
    """What anyone signed in may ask."""


@strawberry.type
class Mutation(
    ExclusionMutation,
    CorrectionMutation,
    PauseMutation,
    OperationMutation,
    FeedbackMutation,
    SeeingMutation,
    NotificationMutation,
    EngagementMutation,
):
    """What anyone signed in may change."""


@strawberry.type(name="Query")
class TeamQuery(ViewerQuery, ReceiptQuery, RateLimitQuery, OpsQuery):
    """The same, and the team's part."""


@strawberry.type(name="Mutation")
class TeamMutation(
    Mutation,
    IngestionMutation,
    EraseMutation,
    PlanMutation,
    JobMutation,
    QueueMutation,
    BudgetMutation,
    PromptMutation,
    SafetyMutation,
    RubricMutation,
    ReviewMutation,
    WebhookMutation,
):
    """The same, ingestion, and the team's part."""


@cache
def build_schema(*, team: bool) -> strawberry.Schema:
    """The public schema, or with `team` the one of the team's endpoint.

    It holds nothing of an installation, so that those of a process share it.
    """
    types: list[type | StrawberryType] = list(NODES)
    schema = strawberry.Schema(
        query=TeamQuery if team else Query,
        mutation=TeamMutation if team else Mutation,
        subscription=Subscription,
        types=types,
        config=StrawberryConfig(scalar_map=_scalars()),
    )
    speak(schema._schema)
    return schema


def _scalars() -> dict[Any, Any]:
    return dict(SCALARS)
