"""Quantiles of the normal and of Student's t distribution, as intervals need them.

Does not know what the intervals are about.
"""

from functools import lru_cache
from math import expm1, isfinite, pi, sqrt, tan
from statistics import NormalDist

_NORMAL = NormalDist()


@lru_cache(maxsize=64)
def normal_quantile(confidence: float) -> float:
    """How many standard errors on each side hold `confidence` (0..1, ends excluded) of a normal distribution."""
    return -_NORMAL.inv_cdf((1 - confidence) / 2)


@lru_cache(maxsize=4096)
def student_t_quantile(confidence: float, freedom: float) -> float:
    """How many standard errors on each side hold `confidence` of Student's t with `freedom` degrees of freedom.

    `confidence` lies in 0..1, ends excluded; `freedom` is 1, 2 or a real number from 3 on (ValueError otherwise).
    Hill, G. W. (1970), Algorithm 396: Student's t-quantiles, Communications of the ACM 13(10), 619-620.
    """
    tails = 1 - confidence
    if not 0 < tails < 1 or not isfinite(freedom) or (freedom < 3 and freedom not in (1, 2)):
        raise ValueError("a quantile needs a confidence between 0 and 1 and 1, 2 or at least 3 degrees of freedom")
    if freedom == 1:
        return 1 / tan(tails * pi / 2)
    if freedom == 2:
        return sqrt(2 / (tails * (2 - tails)) - 2)
    return sqrt(freedom * _hill(tails, freedom))


def _hill(tails: float, n: float) -> float:
    """Square of t over n where both tails together weigh `tails`; the letters are those of the published algorithm."""
    a = 1 / (n - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * pi / 2) * n
    y: float = (d * tails) ** (2 / n)
    if y <= 0.05 + a:
        inner = 1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)
        return (inner * y - 1) * (n + 1) / (n + 2) + 1 / y
    x = _NORMAL.inv_cdf(tails / 2)
    y = x * x
    if n < 5:
        c += 0.3 * (n - 4.5) * (x + 0.6)
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
    return expm1(a * y * y)
