"""Which experiments run, read from a file that is written before they start. Assigns nobody."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.domain.experiments import TEASERS, Arm, ArmRole, Experiment, Plan
from app.domain.questions import LONGEST_WITHIN_DAYS
from app.errors import ConfigurationError
from app.gateways.settings_file import read_settings

MOST_WEEKS = 52
_Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class _Arm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: _Key
    role: ArmRole
    share: float = Field(gt=0, lt=1)
    teaser: str | None = None


class _Experiment(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: _Key
    hypothesis: str = Field(min_length=10, max_length=500)
    primary_metric: str = Field(min_length=3, max_length=200)
    started_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    planned_per_arm: int = Field(ge=20)
    within_days: int = Field(default=14, ge=1, le=LONGEST_WITHIN_DAYS)
    horizon_weeks: int = Field(default=8, ge=1, le=MOST_WEEKS)
    arms: Annotated[tuple[_Arm, ...], Field(min_length=2, max_length=8)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    experiments: Annotated[tuple[_Experiment, ...], Field(min_length=1, max_length=50)]


def read_experiments(path: Path) -> tuple[Experiment, ...]:
    """The experiments in a TOML file: tables `[[experiments]]`, each with its `[[experiments.arms]]`.

    ConfigurationError names the place: one that cannot be read as it was meant would be worse than none.
    """
    file = read_settings(path, "experiments", _File)
    fault = next(_faults(file), None)
    if fault is not None:
        raise ConfigurationError(f"The experiments file {path} {fault.rstrip('.')}.")
    return tuple(_experiment(each) for each in file.experiments)


def _faults(file: _File) -> Iterator[str]:
    """What is ambiguous or measures nothing."""
    keys = [each.key for each in file.experiments]
    if len({*keys}) < len(keys):
        yield "gives one key to two experiments"
    if sum(any(arm.role is ArmRole.HOLDOUT for arm in each.arms) for each in file.experiments) > 1:
        yield "has two holdouts: one is held out of everything"
    for each in file.experiments:
        yield from _faults_of(each)
    for one, other in combinations(file.experiments, 2):
        if _overlap(one, other) and not (_holds_out(one) or _holds_out(other)):
            yield f"runs {one.key} and {other.key} at once: the teaser that one hides would be the other's"
        late = next((each for each in (one, other) if _holds_out(each)), None)
        if late is not None and _overlap(one, other) and late.started_at > min(one.started_at, other.started_at):
            yield f"starts the holdout {late.key} in the middle of another experiment, and would take people out of it"


def _holds_out(experiment: _Experiment) -> bool:
    return any(arm.role is ArmRole.HOLDOUT for arm in experiment.arms)


def _overlap(one: _Experiment, other: _Experiment) -> bool:
    ends = [each.ends_at or datetime.max.replace(tzinfo=UTC) for each in (one, other)]
    return one.started_at < ends[1] and other.started_at < ends[0]


def _faults_of(experiment: _Experiment) -> Iterator[str]:
    key, arms = experiment.key, experiment.arms
    if any((arm.teaser is None) is (arm.role is ArmRole.TREATMENT) for arm in arms):
        yield f"must name a teaser for the TREATMENT of {key}, and for no other arm"
    if unknown := sorted({arm.teaser for arm in arms if arm.teaser} - TEASERS):
        yield f"shows a teaser {unknown[0]} in {key}; there are {', '.join(sorted(TEASERS))}"
    if experiment.ends_at is not None and experiment.ends_at <= experiment.started_at:
        yield f"ends {key} before it starts"
    if {ArmRole.CONTROL, ArmRole.HOLDOUT} <= {arm.role for arm in arms}:
        yield f"compares {key} with a CONTROL and a HOLDOUT: who is held out is in nothing else"
    try:
        _plan(experiment)
    except ValueError as error:
        yield f"compares nothing in {key}: {error}"


def _plan(given: _Experiment) -> Plan:
    return Plan(tuple(Arm(arm.key, arm.role, arm.share, arm.teaser) for arm in given.arms), given.planned_per_arm)


def _experiment(given: _Experiment) -> Experiment:
    return Experiment(
        key=given.key,
        hypothesis=given.hypothesis,
        primary_metric=given.primary_metric,
        started_at=_utc(given.started_at),
        ends_at=None if given.ends_at is None else _utc(given.ends_at),
        plan=_plan(given),
        within_days=given.within_days,
        horizon_weeks=given.horizon_weeks,
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
