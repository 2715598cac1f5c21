"""Answers what the team asked of experiments and cohorts: counts, computes, and keeps the figures with the question."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from app.domain.experiments import LANDMARK_DAYS, ArmRole, Experiment, Readiness, RetentionDesign, RetentionUnit
from app.domain.questions import ConversionQuestion, RetentionQuestion
from app.jobs import Claimed, Kept, Skipped
from app.pipeline.ports import Ports
from app.storage.engagement import cohorts
from app.storage.engagement.cohorts import ArmTally, Life, Lived
from app.storage.store import AS_OF, Tx
from app.storage.words import reports

_UNIT = {RetentionUnit.DAY: timedelta(days=1), RetentionUnit.WEEK: timedelta(weeks=1)}
NO_ONE = ArmTally(0, 0, 0, 0, ())


@dataclass(frozen=True, slots=True)
class Answered:
    """The figures of one question, from what there was `read_at` then."""

    name: str
    key: str
    figures: Mapping[str, Any]
    read_at: datetime


async def prepare(job: Claimed, ports: Ports) -> Answered | Skipped:
    """Count at the replica, compute in a thread; the statistics are loaded when they are needed."""
    name, key = job.scope["report"], job.scope["key"]
    async with ports.store.for_reports(waits=True) as tx:
        read_at: datetime = await tx.fetchval(AS_OF)
        counted = await _ASKED[name](tx, ports, key, read_at)
    if counted is None:
        return Skipped("There is no such experiment any more.")
    compute, plan = counted
    figures = asdict(await asyncio.to_thread(compute))
    return Answered(name, key, _as_planned(figures, plan), read_at)


def _as_planned(figures: dict[str, Any], plan: str | None) -> dict[str, Any]:
    """Figures of another window or cohort than was planned are to be looked at: whoever may choose, finds a win."""
    if plan is None or figures["readiness"] != Readiness.READY:
        return figures
    return {**figures, "readiness": Readiness.TOO_EARLY, "caveats": (plan, *figures["caveats"])}


async def keep(tx: Tx, result: Answered) -> Kept:
    """Keep the figures in place of earlier ones."""
    await reports.keep(tx, result.name, result.key, result.figures, read_at=result.read_at)
    return Kept()


Counted = tuple[Callable[[], Any], str | None]
"""What is left to compute once everything is counted; and what was planned, where something else is asked."""


async def _conversion(tx: Tx, ports: Ports, key: str, now: datetime) -> Counted | None:
    question = ConversionQuestion.of(key)
    experiment = _named(ports, question.experiment)
    if experiment is None:
        return None
    tallies = await cohorts.count_arms(tx, experiment.key, within_days=question.within_days)
    window = timedelta(days=question.within_days)
    is_over = experiment.ends_at is not None and experiment.ends_at + window <= now
    planned = f"Before the start a window of {experiment.within_days} days was fixed: look at this one, don't decide."
    compute = partial(_impact, experiment, tallies, question.within_days, is_over=is_over)
    return compute, None if question.within_days == experiment.within_days else planned


def _impact(experiment: Experiment, tallies: Mapping[str, ArmTally], within_days: int, *, is_over: bool) -> Any:
    from app.statistics.conversion import Counted, conversion_impact  # noqa: PLC0415 - a second to load, in few workers

    counted = {
        arm.key: Counted(each.people, each.upgraded, each.exposed, each.exposed_upgraded, each.days_to_upgrade)
        for arm in experiment.plan.arms
        for each in (tallies.get(arm.key, NO_ONE),)
    }
    return conversion_impact(experiment.plan, counted, within_days=within_days, is_over=is_over)


async def _retention(tx: Tx, ports: Ports, key: str, _: datetime) -> Counted | None:
    question = RetentionQuestion.of(key)
    unit, most = _UNIT[question.unit], question.horizon
    if question.design is RetentionDesign.OBSERVATIONAL:
        lived = await cohorts.list_lived(tx, question.cohort, unit=unit, most=most, landmark_days=LANDMARK_DAYS)
        return partial(_description, lived, question), None
    experiment = _named(ports, question.experiment)
    if experiment is None or not experiment.plan.is_holdout:
        return None
    lives = await cohorts.list_lives(tx, experiment.key, question.cohort, unit=unit, most=most)
    planned = (
        f"Before the start it was fixed to look at everybody who was assigned until its end, after"
        f" {experiment.horizon_weeks} weeks: look at this, don't decide."
    )
    return partial(_effect, experiment, lives, question.horizon), None if _is_planned(experiment, question) else planned


def _is_planned(experiment: Experiment, question: RetentionQuestion) -> bool:
    asked = question.unit, question.horizon
    if experiment.ends_at is None or asked != (RetentionUnit.WEEK, experiment.horizon_weeks):
        return False
    last = (experiment.ends_at - timedelta(microseconds=1)).date()
    return question.cohort.first <= experiment.started_at.date() and question.cohort.last >= last


def _effect(experiment: Experiment, lives: list[Life], horizon: int) -> Any:
    from app.statistics.retention import Group, holdout_lift  # noqa: PLC0415 - as above
    from app.statistics.survival import lifetimes  # noqa: PLC0415 - as above

    def group(role: ArmRole, label: str) -> Group:
        keys = {arm.key for arm in experiment.plan.arms if arm.role is role}
        mine = [life for life in lives if life.group in keys]
        return Group(label, lifetimes([life.active for life in mine], [life.seen for life in mine]))

    offered, held = group(ArmRole.TREATMENT, "Offered Spectrum"), group(ArmRole.HOLDOUT, "Held out")
    return holdout_lift(experiment.plan, offered, held, horizon=horizon)


def _description(lived: Sequence[Lived], question: RetentionQuestion) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    from app.statistics.overlap import Landmark  # noqa: PLC0415 - as above
    from app.statistics.retention import Group, observational_lift  # noqa: PLC0415 - as above
    from app.statistics.survival import lifetimes  # noqa: PLC0415 - as above

    everyone = lifetimes([each.active for each in lived], [each.seen for each in lived])
    is_user = np.array([each.is_user for each in lived], np.bool_)
    landmark = Landmark(
        everyone,
        np.array([each.was_user for each in lived], np.bool_),
        np.array([each.behaviour for each in lived], np.float64).reshape(len(lived), 4),
    )
    users, others = Group("Used Spectrum", everyone[is_user]), Group("Did not", everyone[~is_user])
    return observational_lift(users, others, landmark, unit=question.unit, horizon=question.horizon)


def _named(ports: Ports, key: str) -> Experiment | None:
    return next((each for each in ports.experiments if each.key == key), None)


_ASKED = {reports.CONVERSION: _conversion, reports.RETENTION: _retention}
