"""What experiments found, for the team: asked here, computed by a worker, and read here once it is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, Self

import strawberry

from app.domain import experiments as domain
from app.domain.experiments import ArmRole, Readiness, RetentionDesign, RetentionUnit
from app.domain.periods import Period
from app.domain.questions import (
    LONGEST_COHORT_DAYS,
    LONGEST_HORIZON,
    LONGEST_WITHIN_DAYS,
    ConversionQuestion,
    RetentionQuestion,
)
from app.errors import SpectrumError, TopLevelCode
from app.jobs import LIMITS, JobKind, team_report
from app.storage.engagement import assignments
from app.storage.jobs import ledger
from app.storage.words import reports
from graphql_schema.context import Context
from graphql_schema.promises import Rate
from graphql_schema.scalars import Week

FRESH = timedelta(hours=1)
"""Older figures are shown, and computed anew."""
OLDEST = timedelta(days=400)
"""As long as events, upgrades and assignments are kept."""
ASKED = "It is being computed: ask again in a minute."
CHOSE = "These people chose whether to use Spectrum: this describes them and is no effect."
_BAD = TopLevelCode.BAD_USER_INPUT


@strawberry.type(description="A part of the people, by a hash of person and experiment.")
class Arm:
    key: str = strawberry.field(description="Its name.")
    role: ArmRole = strawberry.field(description="What it is for.")
    share: float = strawberry.field(description="Of all who are assigned, 0 to 1, as planned.")
    assigned: int = strawberry.field(description="People in it so far.")
    exposed: int = strawberry.field(description="Of those, who met what the arms differ in, or would have met it.")


@strawberry.type(description="A question, decided before it started.")
class Experiment:
    key: str = strawberry.field(description="Its name in the file of experiments.")
    hypothesis: str = strawberry.field(description="What it is to show, in a sentence.")
    primary_metric: str = strawberry.field(description="By what alone it is decided.")
    started_at: datetime = strawberry.field(description="From then on people are assigned.")
    ends_at: datetime | None = strawberry.field(description="Null: it has no end yet.")
    planned_per_arm: int = strawberry.field(description="Fixed before the start.")
    within_days: int = strawberry.field(
        description="Of assignment: the window that `conversionImpact` is read by for a decision."
    )
    horizon_weeks: int = strawberry.field(description="At which `retentionLift` is read for a decision.")
    arms: list[Arm] = strawberry.field(description="In the order of the file.")

    @classmethod
    def of(cls, found: domain.Experiment, counts: Mapping[tuple[str, str], tuple[int, int]]) -> Self:
        return cls(
            key=found.key,
            hypothesis=found.hypothesis,
            primary_metric=found.primary_metric,
            started_at=found.started_at,
            ends_at=found.ends_at,
            planned_per_arm=found.plan.planned_per_arm,
            within_days=found.within_days,
            horizon_weeks=found.horizon_weeks,
            arms=[_arm(arm, counts.get((found.key, arm.key), (0, 0))) for arm in found.plan.arms],
        )


def _arm(arm: domain.Arm, count: tuple[int, int]) -> Arm:
    assigned, exposed = count
    return Arm(key=arm.key, role=arm.role, share=arm.share, assigned=assigned, exposed=exposed)


@strawberry.type
class Difference:
    value: float | None = strawberry.field(description="Null where there is nothing to compute it from.")
    low: float | None = strawberry.field(description="Lower end of the 95 % interval.")
    high: float | None = strawberry.field(description="Upper end of the 95 % interval.")
    method: str = strawberry.field(description="How it was computed.")

    @classmethod
    def of(cls, figures: Mapping[str, Any] | None) -> Self:
        return cls(**figures) if figures else cls(value=None, low=None, high=None, method="Not computed yet.")


@strawberry.type
class ConversionArm:
    arm: Arm = strawberry.field(description="Which.")
    people: int | None = strawberry.field(description="Null under 20.")
    upgraded: int | None = strawberry.field(description="Within the window; null when under 20 people are in the arm.")
    rate: Rate = strawberry.field(description="Upgraded, of all who were assigned.")
    median_days_to_upgrade: float | None = strawberry.field(description="Null when fewer than 20 upgraded.")


@strawberry.type(
    description="Teaser to upgrade. All assigned people count in their arm, seen or not (intention to treat);"
    " exposed-only is given beside it."
)
class ConversionImpact:
    experiment: Experiment = strawberry.field(description="Which.")
    within_days: int = strawberry.field(description="Of their assignment.")
    arms: list[ConversionArm] = strawberry.field(description="Without figures while it is PENDING.")
    difference: Difference = strawberry.field(
        description="Treatment minus control, 95 % Newcombe hybrid score interval."
    )
    relative: Difference = strawberry.field(description="The ratio of the rates, minus 1.")
    exposed_only: Difference = strawberry.field(description="The same, of those who were exposed.")
    sample_ratio_p: float | None = strawberry.field(description="p of the chi-square test of the split.")
    minimum_detectable: float | None = strawberry.field(
        description="Smallest difference this sample would find 4 times in 5."
    )
    readiness: Readiness = strawberry.field(description="Whether it may be read for a decision.")
    caveats: list[str] = strawberry.field(description="What has to be known first.")
    computed_at: datetime | None = strawberry.field(description="From what there was then; null while PENDING.")


@strawberry.type(
    description="Kaplan-Meier with 95 % log-log interval; people still inside their window are censored, not lost."
)
class RetentionPoint:
    unit: int = strawberry.field(description="Units since eligibility; 0 is its moment.")
    at_risk: int | None = strawberry.field(description="Null under 20 people.")
    retained: float | None = strawberry.field(description="0 to 1.")
    low: float | None = strawberry.field(description="Lower end of the 95 % interval, 0 to 1.")
    high: float | None = strawberry.field(description="Upper end of the 95 % interval, 0 to 1.")


@strawberry.type
class RetentionCurve:
    label: str = strawberry.field(description="Who these people are.")
    people: int | None = strawberry.field(description="Null under 20.")
    points: list[RetentionPoint] = strawberry.field(description="From unit 0 to the horizon.")


@strawberry.type
class RetentionLift:
    design: RetentionDesign = strawberry.field(description="As asked.")
    curves: list[RetentionCurve] = strawberry.field(description="Spectrum first; none while it is PENDING.")
    at_horizon: Difference = strawberry.field(description="Retained at the horizon, Spectrum minus other.")
    mean_time_retained: Difference = strawberry.field(description="Restricted mean survival time, in units.")
    adjusted: Difference | None = strawberry.field(
        description="OBSERVATIONAL only: landmark at day 14 and overlap weights on behaviour before it; null otherwise."
    )
    readiness: Readiness = strawberry.field(description="Whether it may be read for a decision.")
    caveats: list[str] = strawberry.field(description="What has to be known first.")
    computed_at: datetime | None = strawberry.field(description="From what there was then; null while PENDING.")


@strawberry.input
class RetentionInput:
    design: RetentionDesign
    experiment_key: str | None = strawberry.field(default=None, description="Needed for RANDOMISED_HOLDOUT.")
    cohort_from: Week = strawberry.field(description="Cohort by the week of first eligibility, in UTC.")
    cohort_to: Week = strawberry.field(description="Included; at most a year later.")
    unit: RetentionUnit = RetentionUnit.WEEK
    horizon: int = strawberry.field(default=8, description="Units, 1 to 400.")


class _Question(Protocol):
    @property
    def key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """Figures that are there, and since when."""

    figures: Mapping[str, Any]
    computed_at: datetime


async def list_experiments(context: Context) -> list[Experiment]:
    """Every experiment of this installation, in the order of its file."""
    known = context.ports.experiments
    async with context.ports.store.for_everyone() as tx:
        counts = await assignments.count_arms(tx, [each.key for each in known])
    return [Experiment.of(each, counts) for each in known]


async def find_conversion(context: Context, key: str, within_days: int) -> ConversionImpact:
    """What an experiment did to upgrades. BAD_USER_INPUT when there is none, or the window is none."""
    if not 1 <= within_days <= LONGEST_WITHIN_DAYS:
        raise SpectrumError(f"withinDays must be 1 to {LONGEST_WITHIN_DAYS}.", _BAD)
    experiment = _named(await list_experiments(context), key)
    answer = await _ask(context, reports.CONVERSION, ConversionQuestion(key, within_days))
    figures: Mapping[str, Any] = answer.figures if answer else {}
    by_arm = {each["key"]: each for each in figures.get("arms", ())}
    return ConversionImpact(
        experiment=experiment,
        within_days=within_days,
        arms=[_conversion_arm(arm, by_arm.get(arm.key)) for arm in experiment.arms],
        difference=Difference.of(figures.get("difference")),
        relative=Difference.of(figures.get("relative")),
        exposed_only=Difference.of(figures.get("exposed_only")),
        sample_ratio_p=figures.get("sample_ratio_p"),
        minimum_detectable=figures.get("minimum_detectable"),
        readiness=Readiness(figures.get("readiness", Readiness.PENDING)),
        caveats=list(figures.get("caveats", (ASKED,))),
        computed_at=answer.computed_at if answer else None,
    )


def _conversion_arm(arm: Arm, figures: Mapping[str, Any] | None) -> ConversionArm:
    if figures is None:
        return ConversionArm(arm=arm, people=None, upgraded=None, rate=Rate.unknown(), median_days_to_upgrade=None)
    return ConversionArm(
        arm=arm,
        people=figures["people"],
        upgraded=figures["upgraded"],
        rate=Rate(**figures["rate"]),
        median_days_to_upgrade=figures["median_days_to_upgrade"],
    )


async def find_retention(context: Context, asked: RetentionInput) -> RetentionLift:
    """How long people came back. BAD_USER_INPUT when the question is none."""
    question = _retention_question(asked)
    if question.cohort.first < datetime.now(UTC).date() - OLDEST:
        raise SpectrumError(f"cohortFrom must be within {OLDEST.days} days: events are kept no longer.", _BAD)
    if question.experiment:
        _require_holdout(context.ports.experiments, question.experiment)
    answer = await _ask(context, reports.RETENTION, question)
    figures: Mapping[str, Any] = answer.figures if answer else {}
    is_described = question.design is RetentionDesign.OBSERVATIONAL
    return RetentionLift(
        design=question.design,
        curves=[_curve(each) for each in figures.get("curves", ())],
        at_horizon=Difference.of(figures.get("at_horizon")),
        mean_time_retained=Difference.of(figures.get("mean_time_retained")),
        adjusted=Difference.of(figures.get("adjusted")) if is_described else None,
        readiness=Readiness(figures.get("readiness", Readiness.PENDING)),
        caveats=list(figures.get("caveats", (*([CHOSE] if is_described else []), ASKED))),
        computed_at=answer.computed_at if answer else None,
    )


def _curve(figures: Mapping[str, Any]) -> RetentionCurve:
    points = [RetentionPoint(**each) for each in figures["points"]]
    return RetentionCurve(label=figures["label"], people=figures["people"], points=points)


def _retention_question(asked: RetentionInput) -> RetentionQuestion:
    first, last = asked.cohort_from, asked.cohort_to
    if last.last < first.first:
        raise SpectrumError("cohortTo must not lie before cohortFrom.", _BAD)
    cohort = Period(first.first, last.last)
    if cohort.days > LONGEST_COHORT_DAYS:
        raise SpectrumError("A cohort is a year long at most.", _BAD)
    if not 1 <= asked.horizon <= LONGEST_HORIZON:
        raise SpectrumError(f"horizon must be 1 to {LONGEST_HORIZON}.", _BAD)
    is_random = asked.design is RetentionDesign.RANDOMISED_HOLDOUT
    if is_random and not asked.experiment_key:
        raise SpectrumError("experimentKey is needed for RANDOMISED_HOLDOUT.", _BAD)
    experiment = (asked.experiment_key or "") if is_random else ""
    return RetentionQuestion(asked.design, experiment, cohort, asked.unit, asked.horizon)


def _named(known: Sequence[Experiment], key: str) -> Experiment:
    found = next((each for each in known if each.key == key), None)
    if found is None:
        raise SpectrumError("There is no such experiment.", _BAD)
    return found


def _require_holdout(known: Sequence[domain.Experiment], key: str) -> None:
    if not any(each.key == key and each.plan.is_holdout for each in known):
        raise SpectrumError("There is no such experiment, or it holds nobody out.", _BAD)


async def _ask(context: Context, name: str, question: _Question) -> _Answer | None:
    """The figures that are there; where there are none, or none of this hour, a worker is asked for them."""
    async with context.ports.store.for_everyone() as tx:
        now: datetime = await tx.fetchval("SELECT now()")
        found = await reports.find_dated(tx, name, question.key)
        is_fresh = found is not None and now - found[1] < FRESH
        if not is_fresh:
            await ledger.keep_jobs(tx, [team_report(name, question.key, hour=f"{now:%Y-%m-%dT%H}")])
    if not is_fresh:
        await context.ports.queue.nudge([LIMITS[JobKind.REPORT].queue])
    return None if found is None else _Answer(*found)
