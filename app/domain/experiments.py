"""Experiments and cohorts: who is in which arm, what an arm is shown, and whether figures may be read.

People are drawn by a hash of person and experiment, so that the same person is in the same arm on every day and every
machine. Nothing here counts, keeps, or computes statistics.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LANDMARK_DAYS = 14
"""What people did until then says what they are like, when nobody dealt them into groups."""
TEASER_OF_ALL = "standard"
"""The teaser of whoever is in no experiment."""
TEASERS = frozenset({TEASER_OF_ALL, "brief"})
"""What a teaser's words can be called; the words themselves are the schema's."""


class ArmRole(StrEnum):
    """What an arm is for. HOLDOUT: a control for long; who is in it is in no other experiment, and offered nothing."""

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
class Arm:
    """A part of all who are assigned: `share` of them, above 0. `teaser` is the one it is shown; None: none."""

    key: str
    role: ArmRole
    share: float
    teaser: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What was fixed before an experiment began: its arms, whose shares sum to 1, and how many people each must reach.

    Raises ValueError unless one arm is the TREATMENT and another the CONTROL, or, without one, the HOLDOUT.
    """

    arms: tuple[Arm, ...]
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
    def treatment(self) -> Arm:
        """The arm whose effect is asked for."""
        return self._only(ArmRole.TREATMENT)

    @property
    def control(self) -> Arm:
        """The arm that it is compared with."""
        return self._only(ArmRole.HOLDOUT if self.is_holdout else ArmRole.CONTROL)

    @property
    def is_holdout(self) -> bool:
        """Whether it holds people out of all other experiments."""
        return all(arm.role is not ArmRole.CONTROL for arm in self.arms)

    @property
    def holdout(self) -> Arm:
        """The arm that goes without for long. Raises ValueError where there is none."""
        return self._only(ArmRole.HOLDOUT)

    def arm(self, key: str) -> Arm | None:
        """The arm of that name."""
        return next((arm for arm in self.arms if arm.key == key), None)

    def _only(self, role: ArmRole) -> Arm:
        found = [arm for arm in self.arms if arm.role is role]
        if len(found) != 1:
            raise ValueError(f"One arm is the {role}, not {len(found)}.")
        return found[0]


@dataclass(frozen=True, slots=True)
class Experiment:
    """A question, decided before it starts: by what it is measured, and until when; `ends_at` None: no end yet.

    `within_days` after assignment an upgrade counts, and after `horizon_weeks` it is looked who still comes: for a
    decision these are read, and no others.
    """

    key: str
    hypothesis: str
    primary_metric: str
    started_at: datetime
    ends_at: datetime | None
    plan: Plan
    within_days: int = 14
    horizon_weeks: int = 8

    def runs(self, now: datetime) -> bool:
        """Whether people are assigned `now`."""
        return self.started_at <= now and (self.ends_at is None or now < self.ends_at)

    def arm_of(self, person_id: UUID) -> Arm:
        """The arm that a person falls into: by the first 64 bits of a SHA-256 of both, as a share of all."""
        digest = hashlib.sha256(f"{self.key}|{person_id}".encode()).digest()
        place = int.from_bytes(digest[:8], "big") / 2**64
        end = 0.0
        for arm in self.plan.arms:
            end += arm.share
            if place < end:
                return arm
        return self.plan.arms[-1]


def assigned(experiments: Sequence[Experiment], person_id: UUID, now: datetime) -> Mapping[str, Arm]:
    """The arms that a person without a plan is in, by experiment: first the holdout's; no other when held out."""
    found: dict[str, Arm] = {}
    for experiment in sorted(experiments, key=lambda each: not each.plan.is_holdout):
        if not experiment.runs(now):
            continue
        arm = found[experiment.key] = experiment.arm_of(person_id)
        if arm.role is ArmRole.HOLDOUT:
            break
    return found


def teaser_of(arms: Mapping[str, Arm]) -> str | None:
    """Which teaser somebody in these arms is shown, by its name; None: none."""
    offers = [arm.teaser for arm in arms.values()]
    if not offers:
        return TEASER_OF_ALL
    return None if None in offers else next((each for each in offers if each != TEASER_OF_ALL), TEASER_OF_ALL)
