"""The two schemas of one code base: the public one, and the team's, which is the public one and more."""

from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError, lexicographic_sort_schema, print_schema
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.base import StrawberryType

from graphql_schema.corrections import CorrectionMutation
from graphql_schema.erasing import EraseMutation
from graphql_schema.exclusions import ExclusionMutation
from graphql_schema.feedback import FeedbackMutation
from graphql_schema.ingestion import IngestionMutation
from graphql_schema.insights import Evidence, Insight
from graphql_schema.job_desk import JobMutation
from graphql_schema.live import Subscription
from graphql_schema.masking import MaskErrors
from graphql_schema.money import BudgetMutation
from graphql_schema.notifications import NotificationMutation
from graphql_schema.operations import OperationMutation, ResetOperation
from graphql_schema.ops import OpsQuery
from graphql_schema.pausing import PauseMutation
from graphql_schema.prompts import PromptMutation
from graphql_schema.queues import QueueMutation
from graphql_schema.receipts import DeletionReceipt, ReceiptQuery
from graphql_schema.reviews import ReviewMutation
from graphql_schema.rubrics import RubricMutation
from graphql_schema.safety import SafetyMutation
from graphql_schema.scalars import SCALARS
from graphql_schema.seeing import SeeingMutation
from graphql_schema.summaries import MonthlySummary, WeeklySummary
from graphql_schema.viewer import Viewer, ViewerQuery

NODES = (Viewer, Insight, Evidence, WeeklySummary, MonthlySummary, ResetOperation, DeletionReceipt)


@strawberry.type
class Query(ViewerQuery, ReceiptQuery):
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
):
    """What anyone signed in may change."""


@strawberry.type(name="Query")
class TeamQuery(ViewerQuery, ReceiptQuery, OpsQuery):
    """The same, and the team's part."""


@strawberry.type(name="Mutation")
class TeamMutation(
    Mutation,
    IngestionMutation,
    EraseMutation,
    JobMutation,
    QueueMutation,
    BudgetMutation,
    PromptMutation,
    SafetyMutation,
    RubricMutation,
    ReviewMutation,
):
    """The same, ingestion, and the team's part."""


class QuietSchema(strawberry.Schema):
    """Prints no error: Strawberry's own logger shows the document, with literals, and what was raised."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        return None


@cache
def build_schema(*, team: bool, extensions: tuple[type[SchemaExtension], ...] = ()) -> strawberry.Schema:
    """The public schema, or with `team` the one of the team's endpoint; `extensions` come before masking.

    It holds nothing of an installation, so that those of a process share it.
    """
    types: list[type | StrawberryType] = list(NODES)
    return QuietSchema(
        query=TeamQuery if team else Query,
        mutation=TeamMutation if team else Mutation,
        subscription=Subscription,
        types=types,
        extensions=[MaskErrors, *extensions],
        config=StrawberryConfig(scalar_map=_scalars()),
    )


def _scalars() -> dict[Any, Any]:
    return dict(SCALARS)


def sdl(schema: strawberry.Schema) -> str:
    """The schema as committed: sorted, so that a difference means a change."""
    return print_schema(lexicographic_sort_schema(schema._schema)) + "\n"
