"""Experiments on upgrades whose truth is known: coverage, power, peeking, and splits that something broke."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from app.domain.experiments import Arm, ArmRole, Plan, Readiness
from app.statistics.conversion import Counted, conversion_impact
from app.statistics.rates import Difference, Rate, minimum_detectable
from app.statistics.retention import RetentionPoint
from app.statistics.split import MISMATCH, sample_ratio_p
from benchmarks.analytics.means import Answer
from benchmarks.honesty.tally import Cell

COVERAGE = "Coverage of each 95 % interval of an experiment (%)"
POWER = "A difference as small as minimumDetectable is found (%, 80 wanted)"
PEEKING = "Tests without any difference in which one is called (%)"
SPLIT = "The split is called broken (%): when nothing is wrong, and when one arm loses some of its exposures"
ANY_LOOK, WHEN_READY = "at the first look that has one", "when it is READY"
EITHER, WIN = "a difference, either way", "a win"
SIZES = (40, 200, 1_000, 6_726)
CONTROL, TREATMENT = "control", "treatment"
WINDOW = 14
"""Days in which an upgrade counts."""
DAYS = 60
"""In which people are assigned."""
BASE = 0.04
PLANNED = 6_726


def plan(planned: int = PLANNED) -> Plan:
    """Two arms of one size."""
    arms = Arm(CONTROL, ArmRole.CONTROL, 0.5), Arm(TREATMENT, ArmRole.TREATMENT, 0.5)
    return Plan(arms, planned)


@dataclass(frozen=True, slots=True)
class Truth:
    """The chance to be exposed, and to upgrade for those who are and are not."""

    exposed: float
    upgrade: float
    otherwise: float

    @property
    def rate(self) -> float:
        """The chance to upgrade of whoever is assigned."""
        return self.exposed * self.upgrade + (1 - self.exposed) * self.otherwise

    def drawn(self, people: int, random: Generator) -> Counted:
        """An arm of so many people."""
        exposed = int(random.binomial(people, self.exposed))
        both, rest = int(random.binomial(exposed, self.upgrade)), int(random.binomial(people - exposed, self.otherwise))
        return Counted(people, both + rest, exposed, both, tuple(random.uniform(0, WINDOW, both + rest)))


def coverage(random: Generator) -> Iterator[Answer]:
    """Whether each interval of an experiment holds the truth; rates differ from world to world."""
    for size in SIZES:
        seen, base, lift = random.uniform(0.4, 0.9), random.uniform(0.03, 0.3), random.uniform(0.7, 1.6)
        control, treatment = Truth(seen, base, base / 2), Truth(seen, base * lift, base / 2)
        counts = {CONTROL: control.drawn(size, random), TREATMENT: treatment.drawn(size, random)}
        found = conversion_impact(plan(size), counts, within_days=WINDOW, is_over=True)
        truths: dict[str, tuple[Difference | Rate, float]] = {
            "rate of an arm (Wilson)": (found.arms[0].rate, control.rate),
            "difference (Newcombe)": (found.difference, treatment.rate - control.rate),
            "relative difference (score)": (found.relative, treatment.rate / control.rate - 1),
            "exposed only (Newcombe)": (found.exposed_only, treatment.upgrade - control.upgrade),
        }
        for row, (shown, truth) in truths.items():
            yield Cell(COVERAGE, row, f"{size:,} an arm"), holds(shown, truth)
        yield from _power(size, random)


def holds(shown: Difference | Rate | RetentionPoint, truth: float) -> float | None:
    """100 where an interval holds the truth, 0 where not, None without one."""
    return None if shown.low is None or shown.high is None else 100.0 * (shown.low <= truth <= shown.high)


def _power(size: int, random: Generator) -> Iterator[Answer]:
    for base in (BASE, 0.2):
        rise = minimum_detectable(base, size, size)
        assert rise is not None
        control, treatment = (Truth(1.0, chance, 0.0).drawn(size, random) for chance in (base, base + rise))
        found = conversion_impact(
            plan(size), {CONTROL: control, TREATMENT: treatment}, within_days=WINDOW, is_over=True
        )
        yield Cell(POWER, f"control at {base:.0%}", f"{size:,} an arm"), 100.0 * excludes_zero(found.difference)


def excludes_zero(shown: Difference) -> bool:
    """Whether a difference would be called one."""
    return shown.low is not None and shown.high is not None and not shown.low <= 0 <= shown.high


def peeking(random: Generator, *, every: int = 1) -> Iterator[Answer]:
    """A test without a difference, looked at every so many days until all windows have passed, and then."""
    counts = {key: _by_day(random) for key in (CONTROL, TREATMENT)}
    last = DAYS + WINDOW
    looks = [
        conversion_impact(
            plan(), {key: days[day] for key, days in counts.items()}, within_days=WINDOW, is_over=day == last
        )
        for day in (*range(every, last, every), last)
    ]
    called = [excludes_zero(look.difference) for look in looks]
    ready = [look.readiness is Readiness.READY for look in looks]
    up = [call and (look.difference.value or 0) > 0 for call, look in zip(called, looks, strict=True)]
    for column, calls in ((EITHER, called), (WIN, up)):
        yield Cell(PEEKING, ANY_LOOK, column), 100.0 * any(calls)
        decided = any(call and may for call, may in zip(calls, ready, strict=True))
        yield Cell(PEEKING, WHEN_READY, column), 100.0 * decided


def _by_day(random: Generator) -> dict[int, Counted]:
    """An arm as it stands at the end of each day, 1 to the last."""
    joined = random.integers(0, DAYS, PLANNED)
    delay = np.where(random.random(PLANNED) < BASE, random.uniform(0, WINDOW, PLANNED), np.inf)
    found = {}
    for day in range(1, DAYS + WINDOW + 1):
        people, upgraded = int(np.sum(joined < day)), int(np.sum((joined + delay) < day))
        found[day] = Counted(people, upgraded, people, upgraded, (1.0,) * upgraded)
    return found


def split(random: Generator) -> Iterator[Answer]:
    """The check of the split, by how many exposures of one arm are lost; beside it the check of the sizes alone."""
    for people in (PLANNED, 50_000):
        for exposed in (0.3, 0.6, 0.9, 1.0):
            for lost in (0.0, 0.01, 0.02, 0.05, 0.1):
                control = int(random.binomial(2 * people, 0.5))
                arms = control, 2 * people - control
                seen = [int(random.binomial(n, exposed * (1 - gone))) for n, gone in zip(arms, (0, lost), strict=True)]
                row = f"{people:,} an arm, {exposed:.0%} exposed"
                column = f"{lost:.0%} lost" if lost else "nothing lost"
                yield Cell(SPLIT, row, column), 100.0 * _is_broken(sample_ratio_p((0.5, 0.5), arms, seen))
                if exposed == 1.0:
                    alone = sample_ratio_p((0.5, 0.5), arms), sample_ratio_p((0.5, 0.5), seen)
                    for name, p in zip(("sizes alone", "exposed alone"), alone, strict=True):
                        yield Cell(SPLIT, f"{row}, {name}", column), 100.0 * _is_broken(p)


def _is_broken(p: float | None) -> bool:
    return p is not None and p < MISMATCH
