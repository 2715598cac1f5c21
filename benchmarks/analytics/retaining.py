"""Retention in worlds whose truth is known: coverage, and what users against non-users read beside a holdout."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.random import Generator

from app.domain.experiments import Arm, ArmRole, Plan, RetentionUnit
from app.statistics.overlap import Landmark, adjusted
from app.statistics.rates import Difference
from app.statistics.retention import Group, RetentionLift, RetentionPoint, holdout_lift, observational_lift
from app.statistics.survival import Lifetimes
from benchmarks.analytics.habits import (
    HORIZON,
    LANDMARK,
    Choosers,
    adjusted_truth,
    crowd,
    followed,
    group,
    mean_time,
    retained,
)
from benchmarks.analytics.means import Answer
from benchmarks.analytics.upgrades import excludes_zero, holds
from benchmarks.honesty.tally import Cell

COVERAGE = "Coverage of each 95 % interval of a holdout (%)"
READS = "What each way of asking reads at week 8, in points"
ADJUSTED_COVERAGE = "Coverage of the adjusted difference's 95 % interval where nothing is hidden (%)"
BOOTSTRAP = "The same by a bootstrap over people, 199 resamples (%)"
FALSE = "Worlds without an effect in which a difference is called (%)"
SIZES = {"60 and 60": (60, 60), "200 and 100": (200, 100), "900 and 100": (900, 100), "9,000 and 1,000": (9_000, 1_000)}
EFFECT = 0.2
"""The part of losses that Spectrum prevents, where it does."""
COHORT = 6_000
RESAMPLES = 199
WORLDS = {
    "nothing hidden, no effect": Choosers(),
    "nothing hidden, an effect": Choosers(effect=EFFECT),
    "an intent is hidden, no effect": Choosers(hidden=0.7),
    "an intent is hidden, an effect": Choosers(effect=EFFECT, hidden=0.7),
}


def coverage(random: Generator) -> Iterator[Answer]:
    """Whether each interval of a holdout holds the truth, with an effect, while some are still in their window."""
    for column, (treated, held) in SIZES.items():
        lift = _holdout(group(treated, random, effect=EFFECT), group(held, random))
        spectrum, other = lift.curves
        truths: dict[str, tuple[Difference | RetentionPoint, float]] = {
            "retained, week 2 (log-log)": (other.points[2], retained(2)),
            "retained, week 8 (log-log)": (spectrum.points[HORIZON], retained(HORIZON, EFFECT)),
            "difference at week 8": (lift.at_horizon, retained(HORIZON, EFFECT) - retained(HORIZON)),
            "mean time retained": (lift.mean_time_retained, mean_time(EFFECT) - mean_time()),
        }
        for row, (shown, truth) in truths.items():
            yield Cell(COVERAGE, row, column), holds(shown, truth)


def _holdout(treated: Lifetimes, held: Lifetimes) -> RetentionLift:
    people = len(treated) + len(held)
    arms = (
        Arm("offered", ArmRole.TREATMENT, len(treated) / people),
        Arm("held out", ArmRole.HOLDOUT, len(held) / people),
    )
    return holdout_lift(Plan(arms, len(held)), Group("offered", treated), Group("held out", held), horizon=HORIZON)


def reading(random: Generator) -> Iterator[Answer]:
    """What each way of asking reads in the same worlds, in points, and how often it would be called a difference."""
    for row, world in WORLDS.items():
        holdout = _holdout(group(9 * COHORT // 10, random, effect=world.effect), group(COHORT // 10, random))
        lift = _chosen(world, random)
        true = truth(world)
        asked = {"holdout": holdout.at_horizon, "users against non-users": lift.at_horizon, "adjusted": lift.adjusted}
        yield Cell(READS, row, "truth, of all"), 100 * (retained(HORIZON, world.effect) - retained(HORIZON))
        yield Cell(READS, row, "truth, adjusted"), 100 * true
        for column, shown in asked.items():
            assert shown is not None
            yield Cell(READS, row, column), None if shown.value is None else 100 * shown.value
            if not world.effect:
                yield Cell(FALSE, row, column), 100.0 * excludes_zero(shown)
        if not world.hidden:
            for people in (250, 600, 1_500, COHORT):
                found = adjusted(_landmark(world, people, random), unit=LANDMARK, horizon=HORIZON)
                yield Cell(ADJUSTED_COVERAGE, row, f"{people:,} people"), holds(found, true)


@lru_cache(maxsize=len(WORLDS))
def truth(world: Choosers) -> float:
    """The true adjusted difference of a world."""
    return adjusted_truth(world, np.random.default_rng(1))


def _chosen(world: Choosers, random: Generator) -> RetentionLift:
    """A cohort in which people found Spectrum by themselves, as the report reads it."""
    landmark, ever = followed(crowd(COHORT, world, random), world, random)
    users, others = Group("users", landmark.lives[ever]), Group("non-users", landmark.lives[~ever])
    return observational_lift(users, others, landmark, unit=RetentionUnit.WEEK, horizon=HORIZON)


def _landmark(world: Choosers, people: int, random: Generator) -> Landmark:
    return followed(crowd(people, world, random), world, random)[0]


def bootstrap(random: Generator) -> Iterator[Answer]:
    """The adjusted difference's interval by resampling people, beside the sandwich's on the same people."""
    world = Choosers(effect=EFFECT)
    for people in (600, 1_500):
        those = _landmark(world, people, random)
        ours, draws = adjusted(those, unit=LANDMARK, horizon=HORIZON), []
        for _ in range(RESAMPLES):
            drawn = random.integers(0, people, people)
            again = Landmark(those.lives[drawn], those.is_user[drawn], those.behaviour[drawn])
            value = adjusted(again, unit=LANDMARK, horizon=HORIZON).value
            draws += [] if value is None else [value]
        known = ours.value is not None and 2 * len(draws) > RESAMPLES
        low, high = np.quantile(draws, (0.025, 0.975)).tolist() if known else (None, None)
        column = f"{people:,} people"
        yield Cell(BOOTSTRAP, "bootstrap", column), holds(Difference(ours.value, low, high, ""), truth(world))
        yield Cell(BOOTSTRAP, "sandwich", column), holds(ours, truth(world))
