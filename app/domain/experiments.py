"""Experiments: who is in which arm, and what an arm is shown. A hash decides; nothing here draws, counts or keeps.

People are drawn by person and experiment, so that the same person is in the same arm on every day and every machine.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

TEASER_OF_ALL = "standard"
"""The teaser of whoever is in no experiment."""
TEASERS = frozenset({TEASER_OF_ALL, "brief"})
"""What a teaser's words can be called; the words themselves are the schema's."""


class ArmRole(StrEnum):
    """What an arm is for. HOLDOUT: whoever is in it is in no other experiment, and is not offered Spectrum."""

    HOLDOUT = "HOLDOUT"
    CONTROL = "CONTROL"
    TREATMENT = "TREATMENT"


@dataclass(frozen=True, slots=True)
class Arm:
    """A part of the people: `share` of them (0..1). `teaser` is the one it is shown; None where it is shown none."""

    key: str
    role: ArmRole
    share: float
    teaser: str | None


@dataclass(frozen=True, slots=True)
class Experiment:
    """A question, decided before it starts: whom it compares, by what, with how many, and until when.

    `ends_at` None: it has no end yet. The shares of `arms` sum to 1.
    """

    key: str
    hypothesis: str
    primary_metric: str
    started_at: datetime
    ends_at: datetime | None
    planned_per_arm: int
    arms: tuple[Arm, ...]

    @property
    def is_holdout(self) -> bool:
        """Whether it holds people out of all others."""
        return any(arm.role is ArmRole.HOLDOUT for arm in self.arms)

    def runs(self, now: datetime) -> bool:
        """Whether people are assigned `now`."""
        return self.started_at <= now and (self.ends_at is None or now < self.ends_at)

    def arm(self, key: str) -> Arm | None:
        """The arm of that name."""
        return next((arm for arm in self.arms if arm.key == key), None)

    def arm_of(self, person_id: UUID) -> Arm:
        """The arm that a person falls into: by the first 64 bits of a SHA-256 of both, as a share of all."""
        digest = hashlib.sha256(f"{self.key}|{person_id}".encode()).digest()
        place = int.from_bytes(digest[:8], "big") / 2**64
        end = 0.0
        for arm in self.arms:
            end += arm.share
            if place < end:
                return arm
        return self.arms[-1]


def assigned(experiments: Sequence[Experiment], person_id: UUID, now: datetime) -> Mapping[str, Arm]:
    """The arms that a person without a plan is in, by experiment: first the holdout's; no other when held out."""
    found: dict[str, Arm] = {}
    for experiment in sorted(experiments, key=lambda each: not each.is_holdout):
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
