"""Worlds of people who come back, or do not, each week: drawn from hazards that are known.

The truth of a holdout is exact. The truth of the adjusted difference is an average over a large crowd.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from app.statistics.overlap import Landmark
from app.statistics.survival import Lifetimes

Floats = NDArray[np.float64]
WEEKS = 12
HORIZON = 8
LANDMARK = 2
HAZARDS, PARTS = np.array([0.03, 0.12, 0.35]), np.array([0.3, 0.4, 0.3])
"""The chance of three sorts of people to be lost in a week, and their parts of all."""


def group(people: int, random: Generator, *, effect: float = 0.0, all_seen: bool = False) -> Lifetimes:
    """People of three sorts; `effect` is the part of their losses that does not happen."""
    hazard = random.choice(HAZARDS, people, p=PARTS) * (1 - effect)
    return _lived(random.geometric(hazard), _seen(people, random, all_seen=all_seen))


def _seen(people: int, random: Generator, *, all_seen: bool = False) -> NDArray[np.int64]:
    return np.full(people, WEEKS) if all_seen else random.integers(3, WEEKS + 1, people)


def _lived(until: NDArray[np.int64], seen: NDArray[np.int64]) -> Lifetimes:
    lost = until <= seen
    return Lifetimes(np.where(lost, until, seen), lost, seen)


def retained(unit: int, effect: float = 0.0) -> float:
    """The true part of a group that is left after a unit."""
    return float(PARTS @ (1 - HAZARDS * (1 - effect)) ** unit)


def mean_time(effect: float = 0.0) -> float:
    """The true mean time up to the horizon, in weeks."""
    return sum(retained(unit, effect) for unit in range(HORIZON))


@dataclass(frozen=True, slots=True)
class Choosers:
    """A world in which people find Spectrum by themselves.

    `effect`: the part of losses that does not happen once they have. `hidden`: how much an intent that nobody counts
    moves both finding it and staying; 0 where what was counted explains all.
    """

    effect: float = 0.0
    hidden: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """People as they are at first: what was counted of them, their intent, and what follows from both."""

    behaviour: Floats
    hazard: Floats
    finds: Floats
    """The chance to have found Spectrum by the landmark of whoever is still there."""

    @property
    def finds_later(self) -> Floats:
        """The chance to find it in a week after the landmark."""
        return self.finds / 4


def crowd(people: int, world: Choosers, random: Generator) -> Crowd:
    """Draw people: sessions, active days, sources used, weeks since the first session, and an intent."""
    keen = random.normal(size=people)
    sessions = 1 + random.poisson(np.exp(0.9 + 0.6 * keen))
    days = 1 + random.binomial(np.minimum(sessions, 14) - 1, 0.8)
    sources = 1 + random.binomial(2, 1 - 0.7**sessions)
    since = random.integers(0, 20, people)
    intent = random.normal(size=people) * world.hidden
    habit = 0.1 * np.minimum(sessions, 20) + 0.1 * days + 0.2 * sources
    return Crowd(
        np.column_stack([sessions, days, sources, since]).astype(float),
        _logistic(-1.0 - 0.8 * (habit - 0.9) - intent),
        _logistic(-1.8 + 0.12 * sessions + 0.1 * days + 0.2 * sources - 0.02 * since + intent),
    )


def _logistic(score: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-score)), float)


def followed(those: Crowd, world: Choosers, random: Generator) -> tuple[Landmark, NDArray[np.bool_]]:
    """What is seen of a crowd: the cohort at the landmark, and who ever used Spectrum while they could be seen."""
    people = those.hazard.size
    until, seen = np.full(people, WEEKS + 1), _seen(people, random)
    found = np.full(people, WEEKS + 1)
    for week in range(1, WEEKS + 1):
        here = until > week - 1
        gone = random.random(people) < those.hazard * np.where(found < week, 1 - world.effect, 1.0)
        until[here & (until > WEEKS) & gone] = week
        chance = those.finds if week == LANDMARK else those.finds_later if week > LANDMARK else np.zeros(people)
        still = until > week
        found[still & (found > WEEKS) & (random.random(people) < chance)] = week
    return Landmark(_lived(until, seen), found <= LANDMARK, those.behaviour), found <= seen


def adjusted_truth(world: Choosers, random: Generator, *, people: int = 400_000) -> float:
    """What the adjusted difference estimates: users minus others of those at the landmark, weighted by overlap.

    Others may find Spectrum later, and are then helped by it. Exact where nothing is hidden.
    """
    those = crowd(people, world, random)
    present = (1 - those.hazard) ** LANDMARK
    helped = those.hazard * (1 - world.effect)
    without, later = np.ones(people), np.zeros(people)
    for _ in range(LANDMARK, HORIZON):
        without, later = without * (1 - those.hazard), later * (1 - helped)
        without, later = without * (1 - those.finds_later), later + without * those.finds_later
    weights = present * those.finds * (1 - those.finds)
    return float(weights @ ((1 - helped) ** (HORIZON - LANDMARK) - without - later) / weights.sum())
