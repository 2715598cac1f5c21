"""The figures of a blinded review: the share that prefers B, whether reviewers agree, and whether sides mattered.

Reads nothing and keeps nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from statistics import fmean
from typing import Any, TypeVar
from uuid import UUID

import krippendorff
import numpy as np
from scipy import stats

from app.domain.reviews import FEWEST_PAIRS, FLAGS, Choice, Pair
from app.domain.rubric import WRITING, Scores

CONFIDENCE = 0.95
RESAMPLES = 4_999
EVEN = 0.5
_Side = TypeVar("_Side")
_HALVES = {Choice.LEFT: 2, Choice.TIE: 1, Choice.RIGHT: 0}


@dataclass(frozen=True, slots=True)
class Said:
    """One judgement: of which pair, by whom, whether A was on the left, the choice, scores of both or none, flags.

    Scores and flags are of left and right.
    """

    pair: Pair
    rater: str
    a_left: bool
    choice: Choice
    scores: tuple[Scores, Scores] | None = None
    flags: tuple[Sequence[str], Sequence[str]] = ((), ())

    @property
    def for_b(self) -> int:
        """2 for B, 1 for a tie, 0 for A."""
        left = _HALVES[self.choice]
        return 2 - left if self.a_left else left


def figures(said: Sequence[Said], *, seed: int, a: str, b: str) -> Mapping[str, Any]:
    """All figures of a review as plain types; `a` and `b` are the names of the revisions.

    Wins, ties, preference, agreement and scores are over first showings; sides and flags over all that was said.
    """
    first = [each for each in said if each.pair.repeats is None]
    sides = [each.choice for each in said if each.choice is not Choice.TIE]
    prefer = preference(first, seed=seed)
    left = share(sides.count(Choice.LEFT), len(sides))
    return {
        "wins_a": sum(each.for_b == 0 for each in first),
        "wins_b": prefer["numerator"],
        "ties": sum(each.for_b == 1 for each in first),
        "prefer_b": prefer,
        "agreement": agreement(first),
        "left_rate": left,
        "swap_consistency": _consistency(said),
        "flags": [each for flag in FLAGS for each in _flags(said, flag)],
        "scores": [each for criterion in WRITING.criteria for each in _scores(first, criterion.key)],
        "decision": _decision(prefer, left, len({each.pair.id for each in first}), a=a, b=b),
    }


def preference(first: Sequence[Said], *, seed: int, resamples: int = RESAMPLES) -> Mapping[str, Any]:
    """The share of judgements for B, ties counted half, with a 95 % percentile bootstrap over pairs (Efron, 1979).

    Where all pairs say the same a bootstrap would claim certainty: the interval is Wilson's then.
    """
    by_pair: defaultdict[UUID, list[int]] = defaultdict(list)
    for each in first:
        by_pair[each.pair.id].append(each.for_b)
    numerator = sum(each.for_b == 2 for each in first)
    if not by_pair:
        return _rate(numerator, 0, None, None, None)
    halves, counts = (np.array([size(each) for each in by_pair.values()], float) for size in (sum, len))
    rate = halves.sum() / counts.sum() / 2
    if np.all(halves == rate * 2 * counts):  # nothing to draw from: all pairs say the same
        low, high = (share(whole(rate * len(by_pair)), len(by_pair)) for whole in (floor, ceil))
        return _rate(numerator, len(first), float(rate), low["low"], high["high"])
    found = stats.bootstrap(
        (halves, counts),
        lambda some, many, axis: some.sum(axis=axis) / many.sum(axis=axis) / 2,
        n_resamples=resamples,
        paired=True,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    low, high = found.confidence_interval
    return _rate(numerator, len(first), float(rate), float(low), float(high))


def share(numerator: int, denominator: int) -> Mapping[str, Any]:
    """A proportion with its 95 % Wilson interval; no numbers when there is nothing to divide by."""
    if not denominator:
        return _rate(0, 0, None, None, None)
    low, high = stats.binomtest(numerator, denominator).proportion_ci(CONFIDENCE, method="wilson")
    return _rate(numerator, denominator, numerator / denominator, float(low), float(high))


def agreement(first: Sequence[Said]) -> Mapping[str, Any]:
    """Krippendorff's alpha (ordinal: A, tie, B) over pairs that two or more judged; None when all say the same."""
    by_pair: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for each in first:
        by_pair[each.pair.id][each.rater] = each.for_b
    shared = [given for given in by_pair.values() if len(given) > 1]
    raters = sorted({rater for given in shared for rater in given})
    table = np.array([[given.get(rater, np.nan) for given in shared] for rater in raters], float)
    known = set(table[~np.isnan(table)].tolist()) if shared else set()
    alpha = krippendorff.alpha(table, level_of_measurement="ordinal") if len(known) > 1 else None
    return {"alpha": None if alpha is None else float(alpha), "raters": len(raters), "items": len(shared)}


def _scores(first: Sequence[Said], criterion: str) -> Iterator[dict[str, Any]]:
    """The mean that each text had for a criterion, of those who scored both."""
    given = [_a_first(each.scores, each) for each in first if each.scores]
    for place, name in enumerate(("a", "b")):
        marks = [both[place][criterion] for both in given]
        yield {"of": name, "criterion": criterion, "n": len(marks), "mean": fmean(marks) if marks else None}


def _flags(said: Sequence[Said], flag: str) -> Iterator[dict[str, Any]]:
    """How often something was pointed at in each text."""
    given = [_a_first(each.flags, each) for each in said]
    for place, name in enumerate(("a", "b")):
        yield {"of": name, "flag": flag, "judgements": sum(flag in both[place] for both in given)}


def _a_first(sides: tuple[_Side, _Side], said: Said) -> tuple[_Side, _Side]:
    return sides if said.a_left else (sides[1], sides[0])


def _consistency(said: Sequence[Said]) -> Mapping[str, Any]:
    """How often the same reviewer gave the same answer when the sides were swapped."""
    given = {(each.pair.id, each.rater): each.for_b for each in said}
    twice = [
        (each.for_b, given[each.pair.repeats, each.rater])
        for each in said
        if each.pair.repeats is not None and (each.pair.repeats, each.rater) in given
    ]
    return share(sum(one == two for one, two in twice), len(twice))


def _rate(
    numerator: int, denominator: int, rate: float | None, low: float | None, high: float | None
) -> dict[str, Any]:
    return {"numerator": numerator, "denominator": denominator, "rate": rate, "low": low, "high": high}


def _decision(prefer: Mapping[str, Any], left: Mapping[str, Any], pairs: int, *, a: str, b: str) -> str:
    """What the figures allow to be said, in a sentence or two."""
    if pairs < FEWEST_PAIRS:
        return f"Too few pairs were judged to say anything: {pairs} of at least {FEWEST_PAIRS}."
    rate, low, high = (prefer[name] for name in ("rate", "low", "high"))
    counted = f"{100 * rate:.0f} % for {b}, 95 % interval {100 * low:.0f} % to {100 * high:.0f} %, over {pairs} pairs"
    if low > EVEN:
        told = f"B is preferred: {counted}."
    elif high < EVEN:
        told = f"A is preferred: {a}; {counted}."
    else:
        told = f"The reviewers do not settle it: {counted}."
    lopsided = left["rate"] is not None and not left["low"] <= EVEN <= left["high"]
    return (
        f"{told} They chose one side of the screen more often than the other: read it with care." if lopsided else told
    )
