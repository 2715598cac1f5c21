"""What the teaser did to upgrades: all figures of one randomised experiment, from counts per arm.

Intention to treat: who was assigned counts in their arm, seen or not. Knows no person, and decides nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.experiments import ArmRole, Plan, Readiness
from app.statistics.rates import (
    NEWCOMBE,
    RELATIVE,
    SMALLEST_GROUP,
    Difference,
    Rate,
    difference,
    median,
    minimum_detectable,
    nothing,
    rate,
    relative,
)
from app.statistics.split import MISMATCH, sample_ratio_p


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of one arm: people who were assigned, and of those how many upgraded within the window.

    `exposed` came to where the teaser stands, or would stand; `exposed_upgraded` did both. `days_to_upgrade` holds one
    number for each who upgraded, from assignment on. Raises ValueError where these contradict each other.
    """

    people: int
    upgraded: int
    exposed: int
    exposed_upgraded: int
    days_to_upgrade: Sequence[float] = ()

    def __post_init__(self) -> None:
        both, low = self.exposed_upgraded, self.exposed + self.upgraded - self.people
        if not (0 <= self.upgraded <= self.people and 0 <= self.exposed <= self.people):
            raise ValueError("More people did something than were assigned.")
        if not max(0, low) <= both <= min(self.exposed, self.upgraded):
            raise ValueError("Who did both does not fit those who did each.")
        if len(self.days_to_upgrade) != self.upgraded:
            raise ValueError("Each who upgraded has one time.")

    @property
    def in_arm(self) -> tuple[int, int]:
        """Upgraded, of all who were assigned."""
        return self.upgraded, self.people

    @property
    def in_exposed(self) -> tuple[int, int]:
        """Upgraded, of those who were exposed."""
        return self.exposed_upgraded, self.exposed


@dataclass(frozen=True, slots=True)
class ConversionArm:
    """One arm's figures; counts are None under 20 people, the median under 20 upgrades."""

    key: str
    role: ArmRole
    people: int | None
    upgraded: int | None
    rate: Rate
    median_days_to_upgrade: float | None


@dataclass(frozen=True, slots=True)
class ConversionImpact:
    """All figures of an experiment; differences are treatment minus control, and withheld when the split is wrong."""

    within_days: int
    arms: tuple[ConversionArm, ...]
    difference: Difference
    relative: Difference
    exposed_only: Difference
    sample_ratio_p: float | None
    minimum_detectable: float | None
    readiness: Readiness
    caveats: tuple[str, ...]


def conversion_impact(
    plan: Plan, counted: Mapping[str, Counted], *, within_days: int, is_over: bool
) -> ConversionImpact:
    """Turn the counts of each arm, by its key, into all figures of the experiment.

    `is_over`: nobody is assigned any more, and the window of `within_days` has passed for everybody. Raises KeyError
    where an arm of the plan was not counted.
    """
    arms = [counted[arm.key] for arm in plan.arms]
    treatment, control = counted[plan.treatment.key], counted[plan.control.key]
    p = sample_ratio_p([arm.share for arm in plan.arms], [a.people for a in arms], [a.exposed for a in arms])
    readiness = _readiness(plan, treatment, control, p, is_over=is_over)
    is_shown = readiness is not Readiness.GROUP_TOO_SMALL
    is_read = readiness in {Readiness.READY, Readiness.TOO_EARLY}
    are_exposed = is_read and min(treatment.exposed, control.exposed) >= SMALLEST_GROUP
    return ConversionImpact(
        within_days=within_days,
        arms=tuple(_arm(arm.key, arm.role, counted[arm.key], is_split=readiness is not _BROKEN) for arm in plan.arms),
        difference=difference(treatment.in_arm, control.in_arm) if is_read else nothing(NEWCOMBE),
        relative=relative(treatment.in_arm, control.in_arm) if is_read else nothing(RELATIVE),
        exposed_only=difference(treatment.in_exposed, control.in_exposed) if are_exposed else nothing(NEWCOMBE),
        sample_ratio_p=p if is_shown and _hides_nobody(arms) else None,
        minimum_detectable=minimum_detectable(control.upgraded / control.people, control.people, treatment.people)
        if is_shown
        else None,
        readiness=readiness,
        caveats=tuple(_caveats(plan, treatment, control, p, readiness, is_over=is_over)),
    )


_BROKEN = Readiness.SAMPLE_RATIO_MISMATCH


def _arm(key: str, role: ArmRole, counted: Counted, *, is_split: bool) -> ConversionArm:
    """The figures of an arm; of a broken split only how many are in it, since two rates are a difference."""
    shown = rate(*counted.in_arm)
    if not is_split:
        return ConversionArm(
            key, role, shown.denominator, None, Rate(None, None, None, None, None, shown.suppressed), None
        )
    days = None if shown.suppressed else median(counted.days_to_upgrade)
    return ConversionArm(key, role, shown.denominator, shown.numerator, shown, days)


def _hides_nobody(arms: Sequence[Counted]) -> bool:
    """Whether the p of the split is of no group under 20, from whose p their number could be had."""
    exposed = [arm.exposed for arm in arms]
    are_exposed = not any(exposed) or min(exposed) >= SMALLEST_GROUP
    return are_exposed and min(arm.people for arm in arms) >= SMALLEST_GROUP


def _readiness(plan: Plan, treatment: Counted, control: Counted, p: float | None, *, is_over: bool) -> Readiness:
    fewest = min(treatment.people, control.people)
    if fewest < SMALLEST_GROUP:
        return Readiness.GROUP_TOO_SMALL
    if p is not None and p < MISMATCH:
        return Readiness.SAMPLE_RATIO_MISMATCH
    return Readiness.READY if is_over and fewest >= plan.planned_per_arm else Readiness.TOO_EARLY


def _caveats(
    plan: Plan, treatment: Counted, control: Counted, p: float | None, readiness: Readiness, *, is_over: bool
) -> Iterator[str]:
    """What a reader has to know, the gravest first."""
    is_mismatch = p is not None and p < MISMATCH
    if readiness is Readiness.GROUP_TOO_SMALL:
        yield f"A group has fewer than {SMALLEST_GROUP} people: its figures are not shown, nor any difference."
    if is_mismatch:
        yield (
            "People or exposures are not split between the arms as designed, so something lost or added people on one "
            "side: no difference is shown until that is found."
        )
    if readiness is Readiness.TOO_EARLY:
        if min(treatment.people, control.people) < plan.planned_per_arm:
            yield f"An arm has not reached its planned {plan.planned_per_arm:,} people: look, don't decide."
        if not is_over:
            yield "Not everybody's window has passed: look, don't decide."
        yield "Whoever looks again and again and stops at the first win finds one where there is none."
    yield "Everyone who was assigned counts in their arm, whether or not they came to where the teaser stands."
    if readiness in {Readiness.READY, Readiness.TOO_EARLY}:
        if min(treatment.exposed, control.exposed) < SMALLEST_GROUP:
            yield f"Fewer than {SMALLEST_GROUP} people of an arm came there: they are not compared by themselves."
        if not control.upgraded:
            yield "Nobody in the control upgraded: a relative difference has no value."
