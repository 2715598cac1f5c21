"""How often a 90 % interval holds the truth, kind by kind, at the sizes that weeks, months and ranges have.

Each interval is asked twice: of every life, and of those lives in which the thresholds let it be shown. Weekdays are
no sample of anything (a week has one Monday), so their shares are not asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from app.domain.affect import EMOTIONS, PATTERNS, Source, TimeOfDay, TurnKind
from app.domain.estimates.differences import comparison, difference
from app.domain.estimates.estimate import Estimate, Interval, MeanSample, Sample, mean_interval, share_interval
from app.domain.fold import Fold, fold
from app.domain.measures import CONFIDENCE, DAYS_FOR_COMPARISON, DAYS_FOR_MEAN, Metric
from app.domain.periods import Period, baseline_of
from benchmarks.honesty.lives import Life, any_life, lived, truth
from benchmarks.honesty.tally import Answer, Cell

EVERY = "Coverage of each 90 % interval, thresholds off (%)"
SHOWN = "Coverage of the 90 % intervals that are shown, and of how many lives (%)"
SOMETIMES = 0.2
"""A pattern or feeling with a smaller chance is one that is seldom there."""
ACTIVE = 0.6
"""Chance that a day of a range of calendar days has a session."""
FIRST = date(2026, 3, 2)
SIZES = {
    "4 days": (4, 1.0),
    "7 days": (7, 1.0),
    "11 days": (11, 1.0),
    "22 days": (22, 1.0),
    "a range of 28": (28, ACTIVE),
    "a range of 90": (90, ACTIVE),
}
"""Calendar days, and the chance that each is active."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of interval, and a measure that has it."""

    name: str
    metric: Metric
    subject: str | None


def coverage(random: Random) -> Iterator[Answer]:
    """Whether each interval holds the truth, of one person and of the difference to how they used to be."""
    life, before = any_life(random), any_life(random)
    life, before = (replace(each, lift=random.uniform(-0.1, 0.1)) for each in (life, before))
    past = baseline_of(Period(FIRST, FIRST))
    usual = fold(lived(before, random, past, ACTIVE), (), past)
    for size, (days, chance) in SIZES.items():
        period = Period(FIRST, FIRST + timedelta(days=days - 1))
        now = fold(lived(life, random, period, chance), (), period)
        for kind in kinds(life):
            yield from _answers(kind, now, truth(life, kind.metric, kind.subject), size)
        if days >= DAYS_FOR_COMPARISON:
            for kind in kinds(life):
                yield from _difference_answers(kind, now, usual, (life, before), size)


def kinds(life: Life) -> Iterator[Kind]:
    """The kinds of intervals, of what `life` shows often and of what it shows seldom."""
    yield Kind("valence", Metric.VALENCE, None)
    yield Kind("energy", Metric.AROUSAL, None)
    for name, metric, names, chances in (
        ("strength of a feeling", Metric.EMOTION_INTENSITY, EMOTIONS, life.emotions),
        ("share of a pattern", Metric.PATTERN_SHARE, PATTERNS, life.patterns),
    ):
        for often in (True, False):
            met = [each for each, chance in zip(names, chances, strict=True) if (chance >= SOMETIMES) is often]
            if met:
                yield Kind(f"{name}, {'often' if often else 'seldom'} there", metric, met[0])
    yield Kind("share of a source", Metric.SOURCE_SHARE, Source.MIRROR)
    yield Kind("share of a time of day", Metric.TIME_SHARE, TimeOfDay.MORNING)
    yield Kind("spread", Metric.SPREAD, None)
    yield Kind("movement in a session", Metric.SESSION_SHIFT_VALENCE, None)
    yield Kind("movement at a turn", Metric.TURN_SHIFT_VALENCE, TurnKind.EXPLORING)


def _answers(kind: Kind, now: Fold, true: float, size: str) -> Iterator[Answer]:
    sample = now.sample(kind.metric, kind.subject)
    yield Cell(EVERY, kind.name, size), _holds(_interval(sample), true)
    yield Cell(SHOWN, kind.name, size), _shows(now.measure(kind.metric, kind.subject), true)


def _difference_answers(kind: Kind, now: Fold, usual: Fold, lives: tuple[Life, Life], size: str) -> Iterator[Answer]:
    true, used_to = (truth(life, kind.metric, kind.subject) for life in lives)
    row = f"difference: {kind.name}"
    sides = now.sample(kind.metric, kind.subject), usual.sample(kind.metric, kind.subject)
    enough = min(side.day_count for side in sides) >= DAYS_FOR_MEAN
    found = difference(*sides, CONFIDENCE) if enough else None
    yield Cell(EVERY, row, size), _holds(found, true - used_to)
    yield Cell(SHOWN, row, size), _shows(comparison(*sides, usual.period).difference, true - used_to)


def _interval(sample: Sample) -> Interval | None:
    if isinstance(sample, MeanSample):
        return mean_interval(sample, CONFIDENCE) if sample.day_count >= 2 else None
    return share_interval(sample, CONFIDENCE) if sample.session_count else None


def _holds(interval: Interval | None, true: float) -> bool | None:
    return None if interval is None else interval.low <= true <= interval.high


def _shows(number: Estimate, true: float) -> bool | None:
    return None if number.low is None or number.high is None else number.low <= true <= number.high
