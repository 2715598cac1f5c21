"""Invented people whose weeks and months are told in tests: changing lives, and what is found and written for them.

Holds no assertion.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.domain.affect import (
    EMOTIONS,
    UNIT,
    CareLevel,
    Emotion,
    SessionNumbers,
    Source,
    ThinkingPattern,
    TurnKind,
    TurnReading,
)
from app.domain.findings import Before, Finding, find_month, find_week
from app.domain.fold import Fold, fold
from app.domain.narrative import Brief, Draft, brief_for_card, brief_for_month, compose
from app.domain.periods import Period, PeriodKind, baseline_of, month_of, previous, week_of
from prompts import load_revision
from tests.domain.lives import session

WEEK = week_of(date(2026, 3, 18))
MONTH = month_of(date(2026, 3, 18))
CARD_PHRASES = load_revision("weekly-card").phrases
MONTH_PHRASES = load_revision("monthly-narrative").phrases


@dataclass(frozen=True, slots=True)
class Told:
    """What one finding, or one month of them, became."""

    findings: tuple[Finding, ...]
    brief: Brief
    draft: Draft


def folds_of(numbers: list[SessionNumbers], period: Period) -> tuple[Fold, Fold, Fold]:
    """The period, the person's own usual, and the month before."""
    before = previous(PeriodKind.MONTH, period)
    return fold(numbers, [], period), fold(numbers, [], baseline_of(period)), fold(numbers, [], before)


def found_in_week(
    numbers: list[SessionNumbers],
    *,
    period: Period = WEEK,
    told: frozenset[str] = frozenset(),
    care: CareLevel = CareLevel.NONE,
) -> tuple[Finding, ...]:
    """The findings of a week of a life."""
    current, usual, _ = folds_of(numbers, period)
    return find_week(current, usual, told_last_week=told, care=care, before=before_of(numbers, period))


def before_of(numbers: list[SessionNumbers], period: Period) -> Before:
    """What was known of a life before a period."""
    days = [session.local_date for session in numbers if session.local_date < period.first]
    return Before(len(days), max(days, default=None))


def told_in_week(numbers: list[SessionNumbers], *, care: CareLevel = CareLevel.NONE) -> list[Told]:
    """The cards of a week of a life."""
    cards = []
    for finding in found_in_week(numbers, care=care):
        brief = brief_for_card(finding, WEEK, care)
        cards.append(Told((finding,), brief, compose(brief, CARD_PHRASES)))
    return cards


def told_in_month(numbers: list[SessionNumbers], *, care: CareLevel = CareLevel.NONE) -> Told | None:
    """The narrative of a month of a life, None when it is too thin."""
    findings = find_month(*folds_of(numbers, MONTH), care=care)
    if not findings:
        return None
    brief = brief_for_month(findings, MONTH, care)
    return Told(findings, brief, compose(brief, MONTH_PHRASES))


def changing_life(seed: int, *, days: int = 112, last: date = MONTH.last) -> Iterator[SessionNumbers]:
    """A person with habits and hours of their own, whose mood drifts one way or the other; some pause for weeks."""
    random = Random(seed)
    level, drift = random.uniform(-0.5, 0.5), random.choice((-1.2, 0.0, 0.0, 1.2))
    habits = dict.fromkeys(random.sample(tuple(ThinkingPattern), 3), random.uniform(0.2, 0.9))
    feelings = dict.fromkeys(random.sample(EMOTIONS, 4), random.uniform(0.2, 0.9))
    hours, chance = random.sample(range(24), random.randrange(1, 4)), random.choice((0.15, 0.6, 0.95))
    pause, noise = random.choice((0, 0, 30)), random.choice((0.03, 0.15, 0.15))
    for day in range(days):
        if random.random() > chance or days - 20 - pause < day < days - 20:
            continue
        mood = random.gauss(level + (drift if day > days - 31 else 0.0), noise)
        for _ in range(random.choice((1, 1, 2))):
            valence = _unit(random.gauss(mood, noise))
            yield _session(random, last - timedelta(days=days - 1 - day), valence, (habits, feelings), hours)


def _session(
    random: Random,
    day: date,
    valence: int,
    leanings: tuple[dict[ThinkingPattern, float], dict[Emotion, float]],
    hours: list[int],
) -> SessionNumbers:
    habits, feelings = leanings
    felt = frozenset(emotion for emotion, chance in feelings.items() if random.random() < chance)
    kinds = [TurnKind.OPENING, *random.choices(tuple(TurnKind)[1:], k=random.randrange(4))]
    valences = [_unit(random.gauss(valence / UNIT + 0.2 * place, 0.1)) for place in range(len(kinds))]
    return session(
        random.getrandbits(64),
        day,
        source=random.choice(tuple(Source)),
        local_minute=60 * random.choice(hours),
        valence=valence,
        arousal=_unit(random.gauss(0, 0.3)),
        emotions=tuple(8_000 if emotion in felt else 1_000 for emotion in EMOTIONS),
        emotions_present=felt,
        patterns_present=frozenset(pattern for pattern, chance in habits.items() if random.random() < chance),
        turns=tuple(TurnReading(n, *reading, 0) for n, reading in enumerate(zip(kinds, valences, strict=True))),
    )


def _unit(value: float) -> int:
    return max(-10_000, min(10_000, round(value * UNIT)))
