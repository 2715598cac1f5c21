"""The team's part of the schema, composed: what of it a person with a staff role may ask."""

from typing import Annotated

import strawberry

from app.domain.access import Role
from app.domain.engagement import EventName
from app.domain.periods import PeriodKind
from app.domain.pictures.landscape import Granularity
from app.jobs import JobKind, JobStatus
from app.storage.jobs.desk import JobFilter as Chosen
from graphql_schema.access import STAFF, only
from graphql_schema.context import Info
from graphql_schema.directives import costs
from graphql_schema.envelopes import EnvelopeReading, list_envelopes
from graphql_schema.experiments import (
    ConversionImpact,
    Experiment,
    RetentionInput,
    RetentionLift,
    find_conversion,
    find_retention,
    list_experiments,
)
from graphql_schema.health import Health, ResetReport, find_health, report_resets
from graphql_schema.ids import uuid_of
from graphql_schema.jobs import Job, JobConnection, JobFilter, list_jobs, show_jobs
from graphql_schema.money import (
    BY_FEATURE,
    Budget,
    GroupBy,
    ModelRoute,
    SpendReport,
    list_budgets,
    list_routes,
    report_spend,
)
from graphql_schema.node import After, First
from graphql_schema.numbers import RangeInput
from graphql_schema.promises import Schedule, SlaReport, list_schedules, report
from graphql_schema.prompts import PromptRevision, PromptTemplate, find_revision, list_templates
from graphql_schema.queues import Queue, list_queues
from graphql_schema.reached import PushReport, report_pushes
from graphql_schema.reviews import BlindPair, BlindReviewConnection, find_next_pair, list_blind_reviews
from graphql_schema.rubrics import Rubric, RubricReport, list_rubrics, report_rubric
from graphql_schema.safety import Reproduction, SafetyDecisionConnection, list_safety, reproduce_insight
from graphql_schema.scalars import Month, Week
from graphql_schema.usage import (
    EngagementReport,
    FunnelReport,
    LoadTime,
    report_engagement,
    report_funnel,
    report_load_times,
)
from graphql_schema.webhooks import WebhookDeliveryConnection, WebhookEndpoint, list_deliveries, list_webhooks


@strawberry.type
class Ops:
    @strawberry.field(description="How the program that answers is.")
    async def health(self, info: Info) -> Health:
        return await find_health(info.context, info.schema)

    @strawberry.field(
        description="The limits that Spectrum is run inside, each beside its present value: loads and spending of the"
        " last 28 days, the newest week and month that are over, everything else now.",
        directives=costs(10),
    )
    async def envelopes(self, info: Info) -> list[EnvelopeReading]:
        return await list_envelopes(info.context)

    @strawberry.field(description="Resets that people asked for, and how they went.")
    async def resets(self, info: Info, range: RangeInput) -> ResetReport:  # noqa: A002 - the contract's name
        return await report_resets(info.context, range)

    @strawberry.field(description="How Spectrum is used, unit by unit.", directives=costs(10))
    async def engagement(
        self,
        info: Info,
        range: RangeInput,  # noqa: A002 - the contract's name
        granularity: Granularity = Granularity.WEEK,
    ) -> EngagementReport:
        return await report_engagement(info.context, range, granularity)

    @strawberry.field(description="How far people come who begin in a range.", directives=costs(10))
    async def funnel(
        self,
        info: Info,
        steps: Annotated[list[EventName], strawberry.argument(description="2 to 10, in order.")],
        range: RangeInput,  # noqa: A002 - the contract's name
        within_days: Annotated[int, strawberry.argument(description="Of the first step; 1 to 90.")] = 14,
    ) -> FunnelReport:
        return await report_funnel(info.context, steps, range, within_days)

    @strawberry.field(description="How long screens take to load, by screen.", directives=costs(5))
    async def load_times(self, info: Info, range: RangeInput) -> list[LoadTime]:  # noqa: A002 - the contract's name
        return await report_load_times(info.context, range)

    @strawberry.field(description="What is being tried, by a hash of each person; none in development.")
    async def experiments(self, info: Info) -> list[Experiment]:
        return await list_experiments(info.context)

    @strawberry.field(
        description="What an experiment did to upgrades. The first time it is PENDING; figures of the hour before are"
        " shown while newer ones are computed.",
        directives=costs(10),
    )
    async def conversion_impact(
        self,
        info: Info,
        experiment_key: str,
        within_days: Annotated[int, strawberry.argument(description="Of assignment; 1 to 90.")] = 14,
    ) -> ConversionImpact:
        return await find_conversion(info.context, experiment_key, within_days)

    @strawberry.field(description="How long people came back. PENDING as above.", directives=costs(10))
    async def retention_lift(self, info: Info, input: RetentionInput) -> RetentionLift:  # noqa: A002 - the contract's name
        return await find_retention(info.context, input)

    @strawberry.field(description="How telling people of their weeks and months went.")
    async def push_report(self, info: Info, range: RangeInput) -> PushReport:  # noqa: A002 - the contract's name
        return await report_pushes(info.context, range)

    @strawberry.field(description="Other systems that are told.")
    async def webhooks(self, info: Info) -> list[WebhookEndpoint]:
        return await list_webhooks(info.context)

    @strawberry.field(description="What one of them is told, newest first; kept for 30 days.", directives=costs(1))
    async def webhook_deliveries(
        self, info: Info, endpoint_id: strawberry.ID, first: First, after: After = None
    ) -> WebhookDeliveryConnection:
        return await list_deliveries(info.context, endpoint_id, first=first, after=after)

    @strawberry.field(
        description="All three, from the quickest to the slowest, with every kind of job that belongs there."
    )
    async def queues(self, info: Info) -> list[Queue]:
        return await list_queues(info.context)

    @strawberry.field(description="Null when there is no such job.")
    async def job(self, info: Info, id: strawberry.ID) -> Job | None:  # noqa: A002 - the contract's name
        job_id = uuid_of(id, "Job")
        found = [] if job_id is None else await show_jobs(info.context, [job_id])
        return found[0] if found else None

    @strawberry.field(description="Newest first.", directives=costs(1))
    async def jobs(
        self,
        info: Info,
        first: First,
        after: After = None,
        filter: JobFilter | None = None,  # noqa: A002 - the contract's name
    ) -> JobConnection:
        chosen = filter.chosen(info.context.ports.keyring.identity) if filter else Chosen()
        return await list_jobs(info.context, chosen, first=first, after=after)

    @strawberry.field(description="Jobs that used up their attempts; newest first.", directives=costs(1))
    async def dead_letters(
        self, info: Info, first: First, after: After = None, kind: JobKind | None = None
    ) -> JobConnection:
        chosen = Chosen(kinds=(kind,) if kind else (), statuses=(JobStatus.DEAD,))
        return await list_jobs(info.context, chosen, first=first, after=after)

    @strawberry.field(description="What the calendar plans, and how much of it waits to be planned.")
    async def schedules(self, info: Info) -> list[Schedule]:
        return await list_schedules(info.context)

    @strawberry.field(description="How the promise of a week's cards was kept.")
    async def weekly_sla(self, info: Info, week: Week) -> SlaReport:
        return await report(info.context, PeriodKind.WEEK, week)

    @strawberry.field(description="How the promise of a month's summary was kept.")
    async def monthly_sla(self, info: Info, month: Month) -> SlaReport:
        return await report(info.context, PeriodKind.MONTH, month)

    @strawberry.field(description="What calls of models cost.", directives=costs(5))
    async def spend(
        self,
        info: Info,
        range: RangeInput,  # noqa: A002 - the contract's name
        group_by: GroupBy = BY_FEATURE,
    ) -> SpendReport:
        return await report_spend(info.context, range, group_by)

    @strawberry.field(description="What each feature may spend, and what of it is gone.")
    async def budgets(self, info: Info) -> list[Budget]:
        return await list_budgets(info.context)

    @strawberry.field(description="Who is asked for the words of each feature, in order.")
    def model_routes(self, info: Info) -> list[ModelRoute]:
        return list_routes(info.context.ports.routes)

    @strawberry.field(description="Every prompt of the catalogue.")
    def prompts(self) -> list[PromptTemplate]:
        return list_templates()

    @strawberry.field(description="Null when there is no such revision.")
    def prompt_revision(self, id: strawberry.ID) -> PromptRevision | None:  # noqa: A002 - the contract's name
        found = find_revision(id)
        return None if found is None else PromptRevision.of(found)

    @strawberry.field(
        description="Replays the stored brief and the stored answer and compares hashes; never calls a model. Null when"
        " there is no such text.",
        directives=costs(50),
    )
    async def reproduce_insight(self, info: Info, insight_id: strawberry.ID) -> Reproduction | None:
        return await reproduce_insight(info.context, insight_id)

    @strawberry.field(description="By which texts are scored, by rules, models and people alike.")
    def rubrics(self) -> list[Rubric]:
        return list_rubrics()

    @strawberry.field(
        description="How a revision's texts are scored, those it wrote on trial too; by the days of UTC on which they"
        " were scored, all without a range. Null when there is no such revision.",
        directives=costs(5),
    )
    async def rubric_report(
        self,
        info: Info,
        revision_id: strawberry.ID,
        range: RangeInput | None = None,  # noqa: A002 - the contract's name
    ) -> RubricReport | None:
        return await report_rubric(info.context, revision_id, range)

    @strawberry.field(
        description="What was done about drafts that failed their checks; newest first.", directives=costs(1)
    )
    async def safety_log(
        self,
        info: Info,
        first: First,
        range: RangeInput,  # noqa: A002 - the contract's name
        after: After = None,
    ) -> SafetyDecisionConnection:
        return await list_safety(info.context, range, first=first, after=after)

    @strawberry.field(description="Comparisons of two revisions, newest first.", directives=costs(1))
    async def blind_reviews(self, info: Info, first: First, after: After = None) -> BlindReviewConnection:
        return await list_blind_reviews(info.context, first=first, after=after)

    @strawberry.field(
        description="Next undecided pair for the caller; null when there is none. Never says which side is which.",
        **only(Role.REVIEWER, Role.ADMIN),
    )
    async def next_blind_pair(self, info: Info, review_id: strawberry.ID) -> BlindPair | None:
        return await find_next_pair(info.context, review_id)


@strawberry.type
class OpsQuery:
    @strawberry.field(description="The team's part; null when the caller may not see it.", **only(*STAFF))
    async def ops(self) -> Ops | None:
        return Ops()
