"""Whether people with Spectrum come back for longer than others: as an effect by a holdout, or as a description.

Composes what `survival` and `overlap` compute, says whether it may be read, and withholds groups under 20.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np

from app.domain.experiments import LANDMARK_DAYS, Plan, Readiness, RetentionDesign, RetentionUnit
from app.domain.questions import LONGEST_HORIZON
from app.statistics.overlap import ADJUSTED, Landmark, adjusted
from app.statistics.rates import SMALLEST_GROUP, Difference, nothing
from app.statistics.split import MISMATCH, sample_ratio_p
from app.statistics.survival import (
    AT_HORIZON,
    MEAN_TIME,
    Lifetimes,
    Survival,
    at_horizon,
    logrank_p,
    mean_time_difference,
    survival,
)

DAYS_OF: Mapping[RetentionUnit, int] = {RetentionUnit.DAY: 1, RetentionUnit.WEEK: 7}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some people, what they are called, and how long they lasted."""

    label: str
    lives: Lifetimes

    @property
    def is_shown(self) -> bool:
        """Whether these are enough people to be told of."""
        return len(self.lives) >= SMALLEST_GROUP


@dataclass(frozen=True, slots=True)
class RetentionPoint:
    """What is left of a group after a unit, with a 95 % log-log interval.

    `retained` and its ends are None past the last unit in which anybody was at risk; all but `unit` where under 20
    people could be looked at for so long.
    """

    unit: int
    at_risk: int | None
    retained: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RetentionCurve:
    """A Kaplan-Meier curve from unit 0 to the horizon; `people` and all points are None under 20 people."""

    label: str
    people: int | None
    points: tuple[RetentionPoint, ...]


@dataclass(frozen=True, slots=True)
class RetentionLift:
    """All figures of one question about retention; differences are Spectrum minus other, in shares and in units.

    `adjusted` is None, and not only its numbers, unless the design is OBSERVATIONAL.
    """

    design: RetentionDesign
    curves: tuple[RetentionCurve, ...]
    at_horizon: Difference
    mean_time_retained: Difference
    adjusted: Difference | None
    logrank_p: float | None
    readiness: Readiness
    caveats: tuple[str, ...]


def holdout_lift(plan: Plan, treatment: Group, holdout: Group, *, horizon: int) -> RetentionLift:
    """The lift by a random holdout, an effect once it is READY: of all people of a cohort, by the arm they fell into.

    An arm of the plan that is neither of the two is not looked at. `horizon`: 1 to 400 units. Raises ValueError for
    any other, and for a plan without a holdout.
    """
    shares = [plan.treatment.share, plan.holdout.share]
    p = sample_ratio_p(shares, [len(treatment.lives), len(holdout.lives)])
    fewest = min(len(treatment.lives), len(holdout.lives))
    readiness = _readiness(treatment, holdout, horizon, planned=plan.planned_per_arm, p=p)
    is_mismatch = p is not None and p < MISMATCH
    caveats = [*_about_groups(treatment, holdout, horizon)]
    if is_mismatch:
        caveats.append("People are not split as designed: no difference is shown until it is found why.")
    if fewest < plan.planned_per_arm:
        caveats.append(f"An arm has not reached its planned {plan.planned_per_arm:,} people: look, don't decide.")
    caveats.append(
        "Chance put people into the two groups, so a difference may be read as an effect of being offered Spectrum."
        if readiness is Readiness.READY
        else "Once it is ready, a difference may be read as an effect: chance put people into the two groups."
    )
    return _lift(RetentionDesign.RANDOMISED_HOLDOUT, treatment, holdout, horizon, readiness, tuple(caveats))


def observational_lift(
    users: Group, others: Group, landmark: Landmark, *, unit: RetentionUnit, horizon: int
) -> RetentionLift:
    """Users against others as asked, and adjusted beside it: a description, since these people chose.

    `users` and `others` are whoever ever used Spectrum, and not; `landmark` holds the whole cohort by what they did in
    their first 14 days. `horizon`: 1 to 400 units, else ValueError.
    """
    at = LANDMARK_DAYS // DAYS_OF[unit]
    readiness = _readiness(users, others, horizon, planned=0, p=None)
    is_shown = readiness is not Readiness.GROUP_TOO_SMALL
    found = adjusted(landmark, unit=at, horizon=horizon) if is_shown else nothing(ADJUSTED)
    return _lift(
        RetentionDesign.OBSERVATIONAL,
        users,
        others,
        horizon,
        readiness,
        tuple(_about_choice(users, others, found, horizon, at)),
        found,
    )


def _lift(
    design: RetentionDesign,
    spectrum: Group,
    other: Group,
    horizon: int,
    readiness: Readiness,
    caveats: tuple[str, ...],
    found: Difference | None = None,
) -> RetentionLift:
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise ValueError(f"The horizon is 1 to {LONGEST_HORIZON} units away.")
    groups = (spectrum, other)
    curves = [survival(group.lives, horizon) for group in groups]
    is_read = readiness in {Readiness.READY, Readiness.TOO_EARLY}
    is_known = is_read and all(_seen_for(group, horizon) >= SMALLEST_GROUP for group in groups)
    return RetentionLift(
        design=design,
        curves=tuple(_curve(*each) for each in zip(groups, curves, strict=True)),
        at_horizon=at_horizon(*curves) if is_known else nothing(AT_HORIZON),
        mean_time_retained=mean_time_difference(*curves) if is_known else nothing(MEAN_TIME),
        adjusted=found,
        logrank_p=logrank_p(spectrum.lives, other.lives, horizon) if is_read else None,
        readiness=readiness,
        caveats=caveats,
    )


def _seen_for(group: Group, unit: int) -> int:
    """How many people could be looked at up to a unit, whether they were still there or not."""
    return int(np.sum(group.lives.seen >= unit))


def _curve(group: Group, curve: Survival) -> RetentionCurve:
    def told(unit: int) -> RetentionPoint:
        if not group.is_shown or _seen_for(group, unit) < SMALLEST_GROUP:
            return RetentionPoint(unit, None, None, None, None)
        numbers = (_finite(each[unit]) for each in (curve.retained, curve.low, curve.high))
        return RetentionPoint(unit, int(curve.at_risk[unit]), *numbers)

    people = len(group.lives) if group.is_shown else None
    return RetentionCurve(group.label, people, tuple(told(unit) for unit in range(curve.horizon + 1)))


def _finite(number: float) -> float | None:
    return None if isnan(number) else float(number)


def _readiness(one: Group, other: Group, horizon: int, *, planned: int, p: float | None) -> Readiness:
    if not (one.is_shown and other.is_shown):
        return Readiness.GROUP_TOO_SMALL
    if p is not None and p < MISMATCH:
        return Readiness.SAMPLE_RATIO_MISMATCH
    are_over = all((group.lives.seen >= horizon).all() for group in (one, other))
    are_enough = min(len(one.lives), len(other.lives)) >= planned
    return Readiness.READY if are_over and are_enough else Readiness.TOO_EARLY


def _about_groups(one: Group, other: Group, horizon: int) -> Iterator[str]:
    if not (one.is_shown and other.is_shown):
        yield f"A group has fewer than {SMALLEST_GROUP} people: its figures are not shown, nor any difference."
    elif min(_seen_for(group, horizon) for group in (one, other)) < SMALLEST_GROUP:
        yield f"Under {SMALLEST_GROUP} people of a group could be looked at up to unit {horizon}: it is left open."
    elif not all((group.lives.seen >= horizon).all() for group in (one, other)):
        yield "Some are still inside their window and count for as long as they were seen: look, don't decide."


def _about_choice(users: Group, others: Group, found: Difference, horizon: int, landmark: int) -> Iterator[str]:
    yield (
        "These people chose whether to use Spectrum: this describes them and is no effect. Who comes back often is "
        "likelier to find Spectrum, and who is gone has no time left to find it."
    )
    yield from _about_groups(users, others, horizon)
    yield (
        f"The adjusted difference is of people who were still there after {LANDMARK_DAYS} days, compared where both "
        "groups are alike in what they did before. What nobody counted, such as intent, is still in it, and not in its "
        "interval."
    )
    if horizon <= landmark:
        yield "The horizon is not past the landmark: there is nothing to adjust."
    elif found.value is None:
        yield "Too few people of both groups are alike, or were seen for long enough, to be compared so."
