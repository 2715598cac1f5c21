"""Whether people came into the arms of an experiment as it was designed: the sample-ratio check."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import chisquare

MISMATCH = 0.001
"""Below this p nothing of an experiment may be read."""
SMALLEST_EXPECTED = 5
"""Where fewer are expected in a cell the chi-square distribution does not hold."""


def sample_ratio_p(
    shares: Sequence[float], people: Sequence[int], exposed: Sequence[int] | None = None
) -> float | None:
    """The p of the chi-square test that the arms were filled by `shares`; None when there is nobody.

    With `exposed` (how many of each arm came to the place in question, would-be exposures of the control included),
    those who were exposed and those who were not are held to the shares each: 2 (k - 1) degrees of freedom for k
    arms. People are dealt by a hash, so what gets lost is exposures, and the arms' sizes alone never show it.
    Fabijan, A. et al. (2019), Diagnosing sample ratio mismatch in online controlled experiments.
    """
    designed = np.array(shares, float) / sum(shares)
    counted = np.array([people], float)
    if exposed is not None:
        split = np.array([exposed, np.subtract(people, exposed)], float)
        split = split[split.sum(axis=1) > 0]
        if (split.sum(axis=1, keepdims=True) * designed >= SMALLEST_EXPECTED).all():
            counted = split
    if not counted.sum():
        return None
    expected = counted.sum(axis=1, keepdims=True) * designed
    return float(chisquare(counted.ravel(), expected.ravel(), ddof=len(counted) - 1).pvalue)
