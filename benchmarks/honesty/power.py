"""How often a true change is claimed, and what else is claimed beside it.

Every change begins with the period: the 12 weeks before it are as the person used to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from app.domain.affect import EMOTIONS, PATTERNS
from app.domain.findings import InsightKind
from app.domain.fold import Fold, fold
from app.domain.measures import Metric, corrected_confidence
from app.domain.periods import Period, baseline_of
from benchmarks.honesty.claims import FIELDS, LAST, MONTH, PERIODS, WEEK, told
from benchmarks.honesty.lives import FAINT, FELT, Life, any_life, lived
from benchmarks.honesty.rules import SHARE_OF_FEELING, Measure, Rule, claims, compared
from benchmarks.honesty.tally import Answer, Cell

POWER_TABLE = "A true change is claimed, in lives (%)"
FIELD_POWER_TABLE = "A true change is claimed of a range, corrected over its field, in lives (%)"
MOVED_TABLE = "A true movement in sessions is told, in lives (%)"
PARTLY_TABLE = "Six of 54 measures truly change in a month of about 30 sessions, in lives (%)"
FEELING_GAP = sum(FELT) / 2 - FAINT / 3
SESSIONS_A_DAY = 1.5
PERIODS_ASKED: dict[str, tuple[Period, float]] = {
    "full week": (WEEK, 1.0),
    "month, about 20 sessions": (MONTH, 20 / SESSIONS_A_DAY / MONTH.days),
    "month, about 30": (MONTH, 30 / SESSIONS_A_DAY / MONTH.days),
}
RANGES_ASKED: dict[str, tuple[Period, float]] = {name: (PERIODS[name], 0.6) for name in ("28 days", "90 days")}


@dataclass(frozen=True, slots=True)
class Size:
    """How much each measure changes: feelings and energy, a share, and the strength of a feeling."""

    mood: float
    share: float
    strength: float


SIZES = (Size(0.2, 0.2, 0.1), Size(0.3, 0.3, 0.15), Size(0.4, 0.4, 0.2))
VALENCE, AROUSAL = (Metric.VALENCE, None), (Metric.AROUSAL, None)
PATTERN, FEELING = (Metric.PATTERN_SHARE, PATTERNS[0]), (Metric.EMOTION_INTENSITY, EMOTIONS[0])


def power(random: Random) -> Iterator[Answer]:
    """Whether each of four true changes is claimed, at three sizes, in weeks, months and ranges."""
    for size in SIZES:
        before, after = _changed(any_life(random), size, random)
        rows = {
            f"valence +{size.mood}": VALENCE,
            f"energy +{size.mood}": AROUSAL,
            f"share of a pattern +{100 * size.share:.0f} points": PATTERN,
            f"strength of a feeling +{size.strength}": FEELING,
        }
        for name, (period, active) in PERIODS_ASKED.items():
            found = claims(compared(*_folds(before, after, random, period, active)))[Rule.BONFERRONI]
            for row, measure in rows.items():
                yield Cell(POWER_TABLE, row, name), measure in found
        for name, (period, active) in RANGES_ASKED.items():
            claimed = _claimed_by_field(*_folds(before, after, random, period, active))
            for row, measure in rows.items():
                if measure is not FEELING:
                    yield Cell(FIELD_POWER_TABLE, row, name), measure in claimed
    yield from _partly(random)
    yield from _moved(random)


def _changed(life: Life, size: Size, random: Random) -> tuple[Life, Life]:
    """The life before and after: moods rise around where they lay, a pattern and a feeling become more frequent."""
    half, more = size.mood / 2, size.strength / FEELING_GAP
    usual, faint = random.uniform(0.1, 0.4), random.uniform(0.1, 0.4)
    before = replace(
        life,
        valence=life.valence - half,
        arousal=life.arousal - half,
        patterns=(usual, *life.patterns[1:]),
        emotions=(faint, *life.emotions[1:]),
    )
    after = replace(
        life,
        valence=life.valence + half,
        arousal=life.arousal + half,
        patterns=(usual + size.share, *life.patterns[1:]),
        emotions=(faint + more, *life.emotions[1:]),
    )
    return before, after


def _folds(before: Life, after: Life, random: Random, period: Period, active: float) -> tuple[Fold, Fold]:
    past = baseline_of(period)
    usual = 0.6 if period == WEEK else active
    return fold(lived(after, random, period, active), (), period), fold(lived(before, random, past, usual), (), past)


def _claimed_by_field(current: Fold, usual: Fold) -> frozenset[Measure]:
    found = compared(current, usual)
    return frozenset(
        each.measure
        for measures in FIELDS.values()
        for each in found
        if each.measure in measures and each.excludes_zero(corrected_confidence(len(measures)))
    )


def _partly(random: Random) -> Iterator[Answer]:
    """Valence and energy, two patterns and a feeling change (the feeling twice: its strength and its share)."""
    before, after = _changed(any_life(random), SIZES[1], random)
    patterns = (after.patterns[0], min(1.0, before.patterns[1] + SIZES[1].share), *after.patterns[2:])
    after = replace(after, patterns=patterns)
    true: set[Measure] = {VALENCE, AROUSAL, PATTERN, FEELING}
    true |= {(Metric.PATTERN_SHARE, PATTERNS[1]), (SHARE_OF_FEELING, EMOTIONS[0])}
    bent: set[Measure] = {(Metric.SPREAD, None)}  # moods that end at -1 and 1 spread less when they rise
    period, active = PERIODS_ASKED["month, about 30"]
    for rule, claimed in claims(compared(*_folds(before, after, random, period, active))).items():
        yield Cell(PARTLY_TABLE, rule, "any false claim"), bool(claimed - true - bent)
        for column, measure in (("valence +0.3", VALENCE), ("pattern +30 points", PATTERN), ("feeling +0.15", FEELING)):
            yield Cell(PARTLY_TABLE, rule, column), measure in claimed


def _moved(random: Random) -> Iterator[Answer]:
    """Sessions in which each turn lies above the one before."""
    for lift in (0.05, 0.1):
        life = replace(any_life(random), lift=lift)
        for name, (period, active) in PERIODS_ASKED.items():
            days = Period(baseline_of(period).first, period.first - timedelta(days=1))
            known = [*lived(life, random, days, 0.6), *lived(life, random, Period(period.first, LAST), active)]
            found = told(fold(known, (), period), fold(known, (), days), known)
            helped = any(finding.kind is InsightKind.WHAT_HELPED for finding in found)
            yield Cell(MOVED_TABLE, f"+{lift} at each turn, +{3 * lift:.2f} in a session", name), helped
