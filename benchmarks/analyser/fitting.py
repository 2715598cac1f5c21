"""The arithmetic of training: logistic and ridge heads on sparse features, calibration, thresholds, int8.

Reads no files and knows no corpus; everything is deterministic for equal input.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold

from app.analyser import features
from app.analyser.small import Weights

Array = NDArray[np.float64]
Sparse: TypeAlias = Any
"""A scipy.sparse.csr_matrix of floats; scipy brings no types."""
STEPS = 60
"""Iterations of L-BFGS at most: the figures no longer move by then."""

Linear = tuple[Array, Array]
"""Weights (features, heads) and biases (heads,)."""

Fit = Callable[[Sparse, Array], Linear]


def matrix(texts: Sequence[str], featuriser: features.Featuriser) -> Sparse:
    """(texts, features) of unit rows, made by the featuriser of the run time itself."""
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        known, weights = featuriser.weigh(features.words(text))
        columns += known
        values += weights
        ends.append(len(columns))
    return sp.csr_matrix((np.array(values, np.float32), columns, ends), shape=(len(texts), len(featuriser.places)))


def document_counts(texts: Sequence[str]) -> Counter[str]:
    """In how many texts each feature occurs."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(features.names(features.words(text))))
    return counts


def telling(rows: Sparse, targets: Array, *, floor: float) -> Array:
    """(features, heads): how much likelier a feature is with a label than without, as an absolute log ratio, + `floor`.

    Given to `fit_logistic` as `emphasis` it lets telling features grow and holds the rest down (the interpolated NB-SVM
    of Wang and Manning, ACL 2012, in another form).
    """
    seen = (rows > 0).astype(np.float64)
    within, without = seen.T @ targets + 0.5, seen.T @ (1.0 - targets) + 0.5
    return np.asarray(floor + np.abs(np.log((within / within.sum(0)) / (without / without.sum(0)))))


def fit_logistic(
    rows: Sparse,
    targets: Array,
    *,
    strength: float,
    emphasis: Array | None = None,
    row_weights: Array | None = None,
) -> Linear:
    """All logistic heads at once, L2 of `1 / strength`, by L-BFGS from the base rates.

    `emphasis` (features, heads) divides the penalty of each weight by its square.
    """
    large = np.float32(1.0) if emphasis is None else emphasis.astype(np.float32)
    counts = np.ones((rows.shape[0], 1), np.float32) if row_weights is None else row_weights.astype(np.float32)[:, None]
    count, heads = int(rows.shape[1]), int(targets.shape[1])
    turned, wanted = rows.T.tocsr(), targets.astype(np.float32)

    def loss(flat: Array) -> tuple[float, Array]:
        table = flat.reshape(count + 1, heads).astype(np.float32)
        sums = rows @ (large * table[:-1]) + table[-1]
        off = counts * (1.0 / (1.0 + np.exp(-sums)) - wanted)
        cost = (counts * (np.logaddexp(0.0, sums) - wanted * sums)).sum(dtype=np.float64)
        cost += 0.5 / strength * np.square(table[:-1]).sum(dtype=np.float64)
        slope = np.vstack([large * (turned @ off) + table[:-1] / strength, off.sum(0)])
        return float(cost), slope.ravel().astype(np.float64)

    start = np.zeros((count + 1, heads))
    rates = targets.mean(0).clip(1e-4, 1 - 1e-4)
    start[-1] = np.log(rates / (1 - rates))
    best = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxcor": 6})
    table = best.x.reshape(count + 1, heads)
    return large * table[:-1], table[-1]


def fit_ridge(rows: Sparse, target: Array, *, penalty: float, row_weights: Array | None = None) -> Linear:
    """One linear head, (features, 1) and (1,)."""
    model = Ridge(alpha=penalty, solver="sparse_cg", tol=1e-6).fit(rows, target, row_weights)
    return np.asarray(model.coef_).reshape(-1, 1), np.array([float(model.intercept_)])


def with_answers(rows: Sparse, table: Array, *, share: float) -> Sparse:
    """`rows` with the sums of other heads beside them, scaled by `share`: what they learned helps the next head."""
    return sp.hstack([rows, sp.csr_matrix(share * (rows @ table))]).tocsr()


def fold_answers(stacked: Array, table: Array, *, share: float) -> Array:
    """Weights over the features alone that equal weights over `with_answers(rows, table)`: it is all linear."""
    count = table.shape[0]
    return stacked[:count] + share * (table @ stacked[count : count + table.shape[1]])


def answers_of_others(rows: Sparse, targets: Array, *, fit: Fit, folds: int, seed: int) -> Array:
    """For each row the sums of heads that never saw it, by cross-validation."""
    sums = np.zeros(targets.shape)
    for train, rest in KFold(folds, shuffle=True, random_state=seed).split(np.arange(rows.shape[0])):
        table, biases = fit(rows[train], targets[train])
        sums[rest] = rows[rest] @ table + biases
    return sums


def calibrate(sums: Array, targets: Array) -> tuple[Array, Array]:
    """Fit Platt's slope and offset per head: `sigmoid(slope x sum + offset)` is then the share that is present."""
    slopes, offsets = [], []
    for head in range(targets.shape[1]):
        model = LogisticRegression(C=1e6).fit(sums[:, [head]], targets[:, head])
        slopes.append(float(model.coef_[0, 0]))
        offsets.append(float(model.intercept_[0]))
    return np.array(slopes), np.array(offsets)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 90 % interval of a share, by scipy."""
    interval = binomtest(hits, count).proportion_ci(0.9, method="wilson")
    return float(interval.low), float(interval.high)


def best_threshold(probabilities: Array, present: Array) -> float:
    """Find the probability from which F1 is highest, halfway between two neighbours."""
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(present[order])
    scores = 2 * hits / (np.arange(1, len(order) + 1) + present.sum())
    place = int(scores.argmax())
    following = probabilities[order[min(place + 1, len(order) - 1)]]
    return float((probabilities[order[place]] + following) / 2)


def sigmoid(sums: Array) -> Array:
    """Probabilities of sums."""
    return np.asarray(1.0 / (1.0 + np.exp(-sums)))


def quantise(
    *, vocabulary: Sequence[str], rarity: Sequence[float], heads: Linear, thresholds: Array, certainty: Array
) -> Weights:
    """Round to int8 with one scale per head and one per feature: no strong weight costs the weak ones their steps."""
    table, biases = heads
    scales = np.maximum(table.std(axis=0), 1e-9)
    reaches = np.maximum(np.abs(table / scales).max(axis=1), 1e-9) / 127.0
    steps = np.rint(table / scales / reaches[:, None]).clip(-127, 127).astype(np.int8)
    return Weights(
        vocabulary=tuple(vocabulary),
        rarity=np.array(rarity, np.float32),
        steps=steps,
        reaches=reaches.astype(np.float32),
        scales=scales.astype(np.float32),
        biases=biases.astype(np.float32),
        thresholds=thresholds.astype(np.float32),
        certainty=certainty.astype(np.float32),
    )
