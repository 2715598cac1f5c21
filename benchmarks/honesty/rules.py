"""Which changes a rule of claiming tells, out of all comparisons of one person and period.

Bonferroni's rule is the product's own; Holm's and Benjamini and Hochberg's stand beside it to be measured.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.affect import Emotion
from app.domain.estimates import sampling
from app.domain.estimates.differences import claim_interval, comparison
from app.domain.estimates.estimate import Direction, Sample
from app.domain.fold import Fold
from app.domain.measures import CONFIDENCE, FAMILY, FAMILY_SIZE

Measure = tuple[str, str | None]
"""A metric, or SHARE_OF_FEELING, and its subject."""
SHARE_OF_FEELING = "SHARE_OF_FEELING"


class Rule(StrEnum):
    """A way to let a family of comparisons claim."""

    NAIVE = "a 90 % interval each"
    BONFERRONI = "Bonferroni (as built)"
    HOLM = "Holm"
    BH = "Benjamini-Hochberg"


@dataclass(frozen=True, slots=True)
class Compared:
    """The two sides of a measure whose difference is shown and not too small to be worth naming."""

    measure: Measure
    now: Sample
    usual: Sample

    def excludes_zero(self, confidence: float) -> bool:
        """Whether the interval behind a claim does at a confidence."""
        found = claim_interval(self.now, self.usual, confidence)
        return found.low > 0 or found.high < 0


def compared(current: Fold, baseline: Fold) -> list[Compared]:
    """What could be claimed at all of the family, all 54 of it."""
    sides: list[tuple[Measure, Sample, Sample]] = [
        ((metric, subject), current.sample(metric, subject), baseline.sample(metric, subject))
        for metric, subject in FAMILY
    ]
    now, usual = (sampling.shares(f.readable_days, sampling.EMOTION, Emotion) for f in (current, baseline))
    sides += [((SHARE_OF_FEELING, emotion), now[emotion], usual[emotion]) for emotion in Emotion]
    assert len(sides) == FAMILY_SIZE
    return [Compared(*each) for each in sides if _is_open(each[1], each[2], baseline)]


def _is_open(now: Sample, usual: Sample, baseline: Fold) -> bool:
    found = comparison(now, usual, baseline.period)
    return found.difference.suppressed is None and found.direction is not Direction.SIMILAR


def claims(found: Sequence[Compared]) -> Mapping[Rule, frozenset[Measure]]:
    """The measures about which each rule claims a change."""
    naive = [each for each in found if each.excludes_zero(CONFIDENCE)]
    return {Rule.NAIVE: _measures(naive)} | {rule: _measures(step(naive)) for rule, step in _RULES.items()}


def _measures(found: Sequence[Compared]) -> frozenset[Measure]:
    return frozenset(each.measure for each in found)


def _at(share: float) -> float:
    """The confidence when `share` of the family's tenth goes to each of some measures."""
    return 1 - (1 - CONFIDENCE) * share


def _bonferroni(naive: Sequence[Compared]) -> list[Compared]:
    return [each for each in naive if each.excludes_zero(_at(1 / FAMILY_SIZE))]


def _holm(naive: Sequence[Compared]) -> list[Compared]:
    """Holm, S. (1979), A simple sequentially rejective multiple test procedure: up, until nothing new is claimed."""
    claimed: list[Compared] = []
    while True:
        again = [each for each in naive if each.excludes_zero(_at(1 / (FAMILY_SIZE - len(claimed))))]
        if len(again) == len(claimed):
            return again
        claimed = again


def _benjamini_hochberg(naive: Sequence[Compared]) -> list[Compared]:
    """Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate: down, until all claims stand."""
    claimed = list(naive)
    while claimed:
        again = [each for each in claimed if each.excludes_zero(_at(len(claimed) / FAMILY_SIZE))]
        if len(again) == len(claimed):
            break
        claimed = again
    return claimed


_RULES: Mapping[Rule, Callable[[Sequence[Compared]], list[Compared]]] = {
    Rule.BONFERRONI: _bonferroni,
    Rule.HOLM: _holm,
    Rule.BH: _benjamini_hochberg,
}
