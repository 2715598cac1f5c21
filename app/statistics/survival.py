"""How long people keep coming back: Kaplan-Meier curves and what is read off two of them.

Time is counted in whole units (days or weeks) since a person became eligible: unit 1 is the first whole one after.
Retention ends in the first unit without a session. Knows neither who the groups are nor what may be shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import hypot, isnan

import numpy as np
from numpy.typing import NDArray
from scipy.stats import CensoredData, ecdf, logrank, norm

from app.statistics.rates import CONFIDENCE, Difference, known, nothing, wilson

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Z = float(norm.ppf((1 + CONFIDENCE) / 2))
AT_HORIZON = "Difference of two Kaplan-Meier estimates, their log-log intervals combined by Zou and Donner, 95 %"
MEAN_TIME = "Difference of the areas under two Kaplan-Meier curves up to the horizon, Greenwood's variance, 95 %"


@dataclass(frozen=True, slots=True, eq=False)
class Lifetimes:
    """One element for each person, in any order.

    `seen`: complete units that could be looked at, 0 and more. `lasted`: the first of them without a session where
    `lost`, else equal to `seen` (right-censored at the last complete unit). Raises ValueError for anything else.
    """

    lasted: Whole
    lost: NDArray[np.bool_]
    seen: Whole

    def __post_init__(self) -> None:
        if not self.lasted.shape == self.lost.shape == self.seen.shape == (self.lasted.size,):
            raise ValueError("Each person has one of each.")
        possible = np.where(self.lost, (self.lasted >= 1) & (self.lasted <= self.seen), self.lasted == self.seen)
        if not possible.all() or (self.seen < 0).any():
            raise ValueError("Nobody is lost before the first unit or after the last that was seen.")

    def __len__(self) -> int:
        return self.lasted.size

    def __getitem__(self, kept: NDArray[np.bool_] | Whole) -> "Lifetimes":
        """Those people whom a mask keeps, or those at some places."""
        return Lifetimes(self.lasted[kept], self.lost[kept], self.seen[kept])

    def until(self, horizon: int) -> "Lifetimes":
        """What would be known had nobody looked after unit `horizon`."""
        return Lifetimes(
            np.minimum(self.lasted, horizon), self.lost & (self.lasted <= horizon), np.minimum(self.seen, horizon)
        )


def lifetimes(active: Sequence[Collection[int]], seen: Sequence[int]) -> Lifetimes:
    """Of each person the units that had a session, and how many units are complete: how long they lasted."""
    first_without = [
        next((unit for unit in range(1, complete + 1) if unit not in units), 0)
        for units, complete in zip(active, seen, strict=True)
    ]
    lost, complete = np.array(first_without, np.int64), np.array(seen, np.int64)
    return Lifetimes(np.where(lost > 0, lost, complete), lost > 0, complete)


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """A Kaplan-Meier curve at the units 0 to the horizon: one element each.

    `retained` is nan past the last unit in which anybody was at risk; `low` and `high` are its 95 % log-log interval.
    Where nobody or everybody is lost that interval is not defined, and Wilson's stands there, of as many people as were
    at risk in that very unit: wide rather than narrow.
    """

    at_risk: Whole
    losses: Whole
    retained: Floats
    low: Floats
    high: Floats

    @property
    def horizon(self) -> int:
        """The last unit."""
        return self.at_risk.size - 1


def survival(lives: Lifetimes, horizon: int) -> Survival:
    """The Kaplan-Meier curve of some people up to unit `horizon`, 1 and more; all nan of nobody."""
    units = np.arange(horizon + 1)
    at_risk = np.array([np.sum(lives.lasted >= unit) for unit in units], np.int64)
    losses = np.array([np.sum(lives.lost & (lives.lasted == unit)) for unit in units], np.int64)
    if not len(lives):
        unknown = np.full(horizon + 1, np.nan)
        return Survival(at_risk, losses, unknown, unknown, unknown)
    cut = lives.until(horizon)
    retained = np.asarray(ecdf(_censored(cut)).sf.evaluate(units), float)
    low, high = _log_log(cut, units)
    for unit in units:
        if retained[unit] in {0.0, 1.0}:
            people = int(at_risk[unit] or at_risk[at_risk > 0][-1])
            low[unit], high[unit] = wilson(people if retained[unit] else 0, people) if unit else (1.0, 1.0)
    beyond = (at_risk == 0) & (retained > 0)
    retained[beyond] = low[beyond] = high[beyond] = np.nan
    return Survival(at_risk, losses, retained, low, high)


def _censored(lives: Lifetimes) -> CensoredData:
    return CensoredData(uncensored=lives.lasted[lives.lost], right=lives.lasted[~lives.lost])


def _log_log(lives: Lifetimes, units: Whole) -> tuple[Floats, Floats]:
    """The library's interval where it is defined.

    Whoever left before the first loss changes no estimate after it; losses that leave nobody are taken as censored,
    which changes none before them. Without both the library would warn of what it cannot give.
    """
    low, high = np.ones(units.size), np.ones(units.size)
    ends_empty = not np.any(~lives.lost & (lives.lasted == lives.lasted.max()))
    lost = lives.lost & (lives.lasted < lives.lasted.max()) if ends_empty else lives.lost
    if not lost.any():
        return low, high
    first = lives.lasted[lost].min()
    later = lives.lasted >= first
    kept = CensoredData(uncensored=lives.lasted[lost & later], right=lives.lasted[~lost & later])
    found = ecdf(kept).sf.confidence_interval(CONFIDENCE, method="log-log")
    after = units >= first
    low[after], high[after] = found.low.evaluate(units[after]), found.high.evaluate(units[after])
    return low, high


def at_horizon(of: Survival, minus: Survival) -> Difference:
    """The difference of what is retained at the horizon. Zou, G. and Donner, A. (2008); None where one is unknown."""
    one, other = of.retained[-1], minus.retained[-1]
    if isnan(one) or isnan(other):
        return nothing(AT_HORIZON)
    value = float(one - other)
    low = value - hypot(one - of.low[-1], minus.high[-1] - other)
    high = value + hypot(of.high[-1] - one, other - minus.low[-1])
    return known(value, float(low), float(high), AT_HORIZON)


def mean_time(curve: Survival) -> tuple[float, float]:
    """The restricted mean survival time up to the horizon, in units, and its variance by Greenwood; nan if unknown.

    The area under the curve, which steps down in the unit of a loss: who is lost in unit k counts k, who is never lost
    counts the horizon. Klein, J. and Moeschberger, M. (2003), Survival Analysis, 4.5.
    """
    if isnan(curve.retained[-1]):
        return np.nan, np.nan
    areas = np.append(np.cumsum(curve.retained[:-1][::-1])[::-1], 0.0)  # from each unit to the horizon
    at_risk, losses = curve.at_risk, curve.losses
    steps = (losses > 0) & (losses < at_risk)
    variance = np.sum(areas[steps] ** 2 * losses[steps] / (at_risk[steps] * (at_risk[steps] - losses[steps])))
    return float(areas[0]), float(variance)


def mean_time_difference(of: Survival, minus: Survival) -> Difference:
    """The difference of two restricted mean survival times; without ends where a group lost nobody, or all at once."""
    (one, variance), (other, more) = mean_time(of), mean_time(minus)
    if isnan(one) or isnan(other):
        return nothing(MEAN_TIME)
    value = one - other
    if not (variance and more):
        return Difference(value, None, None, MEAN_TIME)
    half = Z * (variance + more) ** 0.5
    return known(value, value - half, value + half, MEAN_TIME)


def logrank_p(one: Lifetimes, other: Lifetimes, horizon: int) -> float | None:
    """The two-sided p of the log-rank test up to the horizon.

    None where there is nothing to compare: no unit in which some but not all are lost while both groups are at risk.
    """
    one, other = one.until(horizon), other.until(horizon)
    for unit in range(1, horizon + 1):
        at_risk = [int(np.sum(lives.lasted >= unit)) for lives in (one, other)]
        losses = sum(int(np.sum(lives.lost & (lives.lasted == unit))) for lives in (one, other))
        if all(at_risk) and 0 < losses < sum(at_risk):
            return float(logrank(_censored(one), _censored(other)).pvalue)
    return None
