"""Rates and differences of rates with their 95 % intervals, and the size under which a group is not shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, isfinite, pi, sin, sqrt

import numpy as np
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

CONFIDENCE = 0.95
ALPHA = 1 - CONFIDENCE
POWER = 0.8
SMALLEST_GROUP = 20
"""Of fewer people no figure is shown."""
NEWCOMBE = "Newcombe's hybrid score interval, 95 %"
RELATIVE = "Ratio of the rates minus 1, score interval by Miettinen and Nurminen, 95 %"


@dataclass(frozen=True, slots=True)
class Rate:
    """A proportion with its 95 % Wilson interval; all None where it is `suppressed`.

    `rate`, `low` and `high` are None too where there is nothing to divide by.
    """

    numerator: int | None
    denominator: int | None
    rate: float | None
    low: float | None
    high: float | None
    suppressed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference with its 95 % interval, and how that was made; None where there is nothing to compute it from."""

    value: float | None
    low: float | None
    high: float | None
    method: str


def rate(numerator: int, denominator: int) -> Rate:
    """A proportion of a group of people with its Wilson interval; suppressed when the group is under 20."""
    if denominator < SMALLEST_GROUP:
        return Rate(None, None, None, None, None, suppressed=True)
    share = numerator / denominator
    low, high = wilson(numerator, denominator)
    return Rate(numerator, denominator, share, low, high, suppressed=False)


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion (Wilson, 1927); it holds the proportion also to the last digit."""
    share = numerator / denominator
    low, high = proportion_confint(numerator, denominator, ALPHA, method="wilson")
    return min(float(low), share), max(float(high), share)


def difference(of: tuple[int, int], minus: tuple[int, int]) -> Difference:
    """The difference of two proportions, each (numerator, denominator), by Newcombe's method 10 (1998).

    None where a denominator is 0.
    """
    if not (of[1] and minus[1]):
        return nothing(NEWCOMBE)
    value = of[0] / of[1] - minus[0] / minus[1]
    low, high = confint_proportions_2indep(*of, *minus, compare="diff", method="newcomb", alpha=ALPHA)
    return known(value, max(-1.0, float(low)), min(1.0, float(high)), NEWCOMBE)


def relative(of: tuple[int, int], to: tuple[int, int]) -> Difference:
    """The ratio of two proportions minus 1, each (numerator, denominator), with a score interval.

    Miettinen, O. and Nurminen, M. (1985). None where it has no value (nobody in `to`'s numerator), and without ends
    where all of a group did it, since the library's closed form breaks down there.
    """
    if not (of[1] and to[0]):
        return nothing(RELATIVE)
    value = of[0] / of[1] / (to[0] / to[1]) - 1
    if of[0] == of[1] or to[0] == to[1]:
        return Difference(value, None, None, RELATIVE)
    low, high = confint_proportions_2indep(*of, *to, compare="ratio", method="score", alpha=ALPHA)
    return known(value, max(-1.0, float(low) - 1), float(high) - 1, RELATIVE)


def minimum_detectable(control_rate: float, control: int, treatment: int) -> float | None:
    """The smallest rise over `control_rate` that so many people would find 4 times in 5, two-sided at 5 %.

    By the power of a normal test of two independent samples on the arcsine scale (Cohen, 1988), as experiments are
    planned: 6,726 people per arm find 4 % to 5 %. None where no rise is large enough.
    """
    effect = NormalIndPower().solve_power(
        effect_size=None, nobs1=control, ratio=treatment / control, alpha=ALPHA, power=POWER, alternative="two-sided"
    )
    angle = asin(sqrt(control_rate)) + float(effect) / 2
    return sin(angle) ** 2 - control_rate if angle <= pi / 2 else None


def median(values: Sequence[float]) -> float | None:
    """The middle of what a group of people did; None when they are under 20."""
    return float(np.median(values)) if len(values) >= SMALLEST_GROUP else None


def known(value: float, low: float, high: float, method: str) -> Difference:
    """A difference whose interval holds it also to the last digit; its ends are None where they are not finite."""
    if not (isfinite(low) and isfinite(high)):
        return Difference(value, None, None, method)
    return Difference(value, min(low, value), max(high, value), method)


def nothing(method: str) -> Difference:
    """A difference that is not known, or not to be shown."""
    return Difference(None, None, None, method)
