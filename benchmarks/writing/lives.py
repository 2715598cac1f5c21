"""Invented people in whom something changes, so that there is more to tell than of the steady ones of `honesty`.

Knows no finding and no word.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import UUID

from app.domain.affect import (
    EMOTIONS,
    PATTERNS,
    UNIT,
    Emotion,
    SessionNumbers,
    Source,
    ThinkingPattern,
    TurnKind,
    TurnReading,
    Use,
)


def changing_life(random: Random, *, days: int, last: date) -> Iterator[SessionNumbers]:
    """The sessions of the `days` that end on `last`.

    A person with habits and hours of their own, whose mood drifts one way or the other in the last month; some pause
    for weeks.
    """
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
    return SessionNumbers(
        session_id=UUID(int=random.getrandbits(64)),
        source=random.choice(tuple(Source)),
        local_date=day,
        local_minute=60 * random.choice(hours),
        use=Use.FULL,
        valence=valence,
        arousal=_unit(random.gauss(0, 0.3)),
        emotions=tuple(8_000 if emotion in felt else 1_000 for emotion in EMOTIONS),
        emotions_present=felt,
        patterns=(0,) * len(PATTERNS),
        patterns_present=frozenset(pattern for pattern, chance in habits.items() if random.random() < chance),
        turns=tuple(TurnReading(n, *reading, 0) for n, reading in enumerate(zip(kinds, valences, strict=True))),
        self_shift=None,
        confidence=UNIT,
        analyser_version="invented",
    )


def _unit(value: float) -> int:
    return max(-UNIT, min(UNIT, round(value * UNIT)))
