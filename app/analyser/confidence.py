"""How far the reading of a text may be trusted: the chance that people would name its strongest emotion too.

Fitted on texts that people labelled (`benchmarks/analyser`); needs the standard library only.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence

from app.analyser import features
from app.analyser.heads import EMOTIONS

FOREIGN = 0.1
"""Factor for a text that is not English."""

ENOUGH_KNOWN = 0.5
"""Share of known words below which confidence falls off in proportion: of the rest the model can only guess."""

_LEAST = 1e-4


def signs(answers: Sequence[float], *, words: int, known: float) -> list[float]:
    """What tells of it: log-odds of the strongest emotion, its lead, ln(1 + words), and the share of known words."""
    second, first = sorted(answers[EMOTIONS])[-2:]
    likely = min(max(first, _LEAST), 1.0 - _LEAST)
    return [math.log(likely / (1.0 - likely)), first - second, math.log1p(words), known]


def confidence(
    answers: Sequence[float],
    tokens: Sequence[str],
    *,
    knows: Callable[[str], bool],
    english: bool,
    coefficients: Sequence[float],
) -> float:
    """0..1; 0 when there is no word. `coefficients`: the constant, then one per sign."""
    said = [token for token in tokens if features.is_word(token)]
    if not said:
        return 0.0
    known = sum(count for word, count in Counter(said).items() if knows(word)) / len(said)
    constant, *slopes = coefficients
    told = constant + math.fsum(
        slope * sign for slope, sign in zip(slopes, signs(answers, words=len(said), known=known), strict=True)
    )
    chance = 1.0 / (1.0 + math.exp(-told))
    return chance * min(1.0, known / ENOUGH_KNOWN) * (1.0 if english else FOREIGN)
