"""Experiments and cohorts: the roles of arms, and whether figures may be read. Computes no statistics."""

from dataclasses import dataclass
from enum import StrEnum


class ArmRole(StrEnum):
    """What an arm is for. A HOLDOUT is a control that is kept for long."""

    HOLDOUT = "HOLDOUT"
    CONTROL = "CONTROL"
    TREATMENT = "TREATMENT"


class Readiness(StrEnum):
    """Whether figures may be read for a decision. PENDING is said by who asks for a report, never by the report."""

    PENDING = "PENDING"
    READY = "READY"
    TOO_EARLY = "TOO_EARLY"
    SAMPLE_RATIO_MISMATCH = "SAMPLE_RATIO_MISMATCH"
    GROUP_TOO_SMALL = "GROUP_TOO_SMALL"


class RetentionDesign(StrEnum):
    """How people came into the two groups: by chance, or by their own choice."""

    RANDOMISED_HOLDOUT = "RANDOMISED_HOLDOUT"
    OBSERVATIONAL = "OBSERVATIONAL"


class RetentionUnit(StrEnum):
    """What people come back in."""

    DAY = "DAY"
    WEEK = "WEEK"


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """An arm as it was designed: `share` is its part of all who are assigned, above 0."""

    key: str
    role: ArmRole
    share: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What was fixed before an experiment began: its arms, whose shares sum to 1, and how many people each must reach.

    Raises ValueError unless one arm is the TREATMENT and another the CONTROL, or, without one, the HOLDOUT.
    """

    arms: tuple[PlannedArm, ...]
    planned_per_arm: int

    def __post_init__(self) -> None:
        if len({arm.key for arm in self.arms}) < len(self.arms) or any(arm.share <= 0 for arm in self.arms):
            raise ValueError("Arms have keys of their own and shares above 0.")
        if abs(sum(arm.share for arm in self.arms) - 1) > 1e-9:
            raise ValueError("The shares of all arms sum to 1.")
        if self.planned_per_arm < 1:
            raise ValueError("At least one person is planned in each arm.")
        self.treatment, self.control  # noqa: B018 - they raise

    @property
    def treatment(self) -> PlannedArm:
        """The arm whose effect is asked for."""
        return self._only(ArmRole.TREATMENT)

    @property
    def control(self) -> PlannedArm:
        """The arm that it is compared with."""
        roles = {arm.role for arm in self.arms}
        return self._only(ArmRole.CONTROL if ArmRole.CONTROL in roles else ArmRole.HOLDOUT)

    @property
    def holdout(self) -> PlannedArm:
        """The arm that goes without for long. Raises ValueError where there is none."""
        return self._only(ArmRole.HOLDOUT)

    def _only(self, role: ArmRole) -> PlannedArm:
        found = [arm for arm in self.arms if arm.role is role]
        if len(found) != 1:
            raise ValueError(f"One arm is the {role}, not {len(found)}.")
        return found[0]
