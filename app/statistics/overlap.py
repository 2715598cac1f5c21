"""Two groups that people chose themselves, made alike in what they did before a landmark.

Takes away what was seen before the landmark and nothing else: a description still, and never an effect.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.stats import t as student
from statsmodels.discrete.discrete_model import Logit
from statsmodels.tools.sm_exceptions import PerfectSeparationError
from statsmodels.tools.tools import add_constant

from app.statistics.rates import CONFIDENCE, SMALLEST_GROUP, Difference, known, nothing
from app.statistics.survival import Floats, Lifetimes

ADJUSTED = "Landmark at day 14, overlap weights, weighted Kaplan-Meier, sandwich variance, Student's t, 95 %"


@dataclass(frozen=True, slots=True, eq=False)
class Landmark:
    """Everybody of a cohort as they stood when the landmark was reached; one element or row for each person.

    `is_user`: used Spectrum before the landmark, whatever they did afterwards. `behaviour`: one row a person, one
    column for each thing counted before the landmark (sessions, active days, sources used, weeks since the first
    session). Raises ValueError where the sizes differ.
    """

    lives: Lifetimes
    is_user: NDArray[np.bool_]
    behaviour: Floats

    def __post_init__(self) -> None:
        if self.is_user.shape != (len(self.lives),) or self.behaviour.shape[:1] != (len(self.lives),):
            raise ValueError("Each person has one of each.")

    def present(self, unit: int) -> "Landmark":
        """Those who were seen up to `unit`, and were not lost by then: others had no chance to be in both groups."""
        lives = self.lives
        there = (lives.seen >= unit) & ~(lives.lost & (lives.lasted <= unit))
        return Landmark(lives[there], self.is_user[there], self.behaviour[there])


def adjusted(landmark: Landmark, *, unit: int, horizon: int) -> Difference:
    """Users minus others at the horizon, of people present at the landmark `unit`, weighted to where they overlap.

    A person weighs their chance, by a logistic regression on the behaviour, of being in the other group: both groups
    then have the same mean of every column. The variance is the sandwich's, which knows that the weights are
    estimated. The smaller group's effective size n less the k columns are the degrees of freedom of Student's t, and
    n / (n - k) widens the variance (HC1): without, the interval of 250 people holds the truth in 92 % instead of 94.

    None where a group has under 20 people who could be looked at for so long, or where so few are alike that they
    count as under 20; without ends where a group lost nobody, or everybody, or is no larger than the columns.

    Li, F., Morgan, K. and Zaslavsky, A. (2018), Balancing covariates via propensity score weighting; the variance as
    in Stefanski, L. and Boos, D. (2002), The calculus of M-estimation.
    """
    there = landmark.present(unit)
    users, lives = there.is_user, there.lives
    looked_at = lives.seen >= horizon
    if horizon <= unit or min(np.sum(group & looked_at) for group in (users, ~users)) < SMALLEST_GROUP:
        return nothing(ADJUSTED)
    columns = _columns(there.behaviour)
    chance, learnt = _propensity(users, columns)
    if chance is None or learnt is None:
        return nothing(ADJUSTED)
    weights = np.where(users, 1 - chance, chance)
    people = min(_effective(weights[users]), _effective(weights[~users]))
    if people < SMALLEST_GROUP:
        return nothing(ADJUSTED)
    slopes = np.where(users, -1, 1)[:, None] * (chance * (1 - chance))[:, None] * columns  # of weights by coefficients
    sides = [_weighted(lives, weights * group, unit, horizon) for group in (users, ~users)]
    if any(np.isnan(retained) for retained, _ in sides):
        return nothing(ADJUSTED)
    (one, pull), (other, more) = sides
    value = float(one - other)
    freedom = people - columns.shape[1]
    if not (0 < one < 1 and 0 < other < 1 and freedom >= 1):
        return Difference(value, None, None, ADJUSTED)
    per_weight = pull - more  # how each person moves the difference, for each unit of their weight
    influence = per_weight * weights + learnt @ (slopes.T @ per_weight)
    half = float(student.ppf((1 + CONFIDENCE) / 2, freedom) * np.sqrt(people / freedom * np.sum(influence**2)))
    return known(value, value - half, value + half, ADJUSTED)


def _columns(behaviour: Floats) -> Floats:
    """A constant and the behaviour, each column in its own standard deviations; none that others already say."""
    spread = behaviour.std(axis=0)
    varied = spread > 0
    scaled = (behaviour[:, varied] - behaviour[:, varied].mean(axis=0)) / spread[varied]
    if scaled.shape[1]:
        _, triangle, order = qr(scaled, mode="economic", pivoting=True)
        sizes = np.abs(np.diag(triangle))
        scaled = scaled[:, np.sort(order[: np.sum(sizes > 1e-8 * sizes[0])])]
    return np.asarray(add_constant(scaled, has_constant="add"), float)


def _propensity(users: NDArray[np.bool_], columns: Floats) -> tuple[Floats | None, Floats | None]:
    """Each person's chance of being a user, and how each moves the coefficients; None where the groups are apart."""
    model = Logit(users.astype(float), columns)
    model.raise_on_perfect_prediction = True
    try:
        fitted = model.fit(disp=0, warn_convergence=False, skip_hessian=True)
        chance = np.asarray(fitted.predict(), float)
        moves = np.linalg.solve(-model.hessian(fitted.params), columns.T).T * (users - chance)[:, None]
    except (PerfectSeparationError, np.linalg.LinAlgError):
        return None, None
    return (chance, moves) if fitted.mle_retvals["converged"] else (None, None)


def _effective(weights: Floats) -> float:
    """How many people of equal weight would say as much (Kish, 1965)."""
    return float(weights.sum() ** 2 / np.sum(weights**2)) if weights.sum() else 0.0


def _weighted(lives: Lifetimes, weights: Floats, start: int, horizon: int) -> tuple[float, Floats]:
    """What is retained at the horizon of those present at `start`, and how each person moves it by unit of weight.

    The second is the derivative by their weight: 0 for whoever has none. The first is nan where nobody is at risk.
    """
    retained, pull = 1.0, np.zeros(len(lives))
    for unit in range(start + 1, horizon + 1):
        at_risk = lives.lasted >= unit
        lost = lives.lost & (lives.lasted == unit)
        total = float(weights @ at_risk)
        if not total:
            return (0.0 if not retained else np.nan), np.zeros(len(lives))
        hazard = float(weights @ lost) / total
        if hazard < 1:
            pull -= (weights > 0) * (lost - hazard * at_risk) / (total * (1 - hazard))
        retained *= 1 - hazard
    return retained, retained * pull
