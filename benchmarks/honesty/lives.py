"""Invented people of whom the truth is known: what stays the same in a life, and the sessions that it brings.

Knows no estimator. The truth is worked out from the life, never from its sessions.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from random import Random
from statistics import NormalDist
from uuid import UUID

from app.domain.affect import (
    EMOTIONS,
    PATTERNS,
    UNIT,
    Emotion,
    SessionNumbers,
    Source,
    TimeOfDay,
    TurnKind,
    TurnReading,
    Use,
)
from app.domain.measures import Metric

DAY_SD = 0.25
"""Of feelings between days."""
SESSION_SD = 0.20
"""Of feelings between sessions of a day."""
TURN_SD = 0.25
"""Of feelings between turns of a day."""
TURNS = 4
ALIKE = 0.3
"""Intraclass correlation of what sessions of one day show, where they come from and when they begin."""
FELT = (0.4, 0.9)
FAINT = 0.3
"""A feeling that is there has an intensity between the two of `FELT`; one that is not, up to this, mostly near 0."""

_KINDS, _SOURCES, _PARTS = tuple(TurnKind), tuple(Source), tuple(TimeOfDay)
_PART_MINUTES = {
    TimeOfDay.MORNING: (300, 360),
    TimeOfDay.AFTERNOON: (660, 360),
    TimeOfDay.EVENING: (1020, 300),
    TimeOfDay.NIGHT: (1320, 420),
}
"""First minute and length."""
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Life:
    """What stays the same in a person.

    `valence`, `arousal`: where feelings lie; `patterns`, `emotions`: the chance that a session shows each;
    `sources`, `parts`: chances that add up to 1; `lift`: how far each turn of a session lies above the one before;
    `inertia`: correlation of a day's mood with that of the day before; `alike`: intraclass correlation of what
    sessions of one day show; `a_day`: how many there may be on one day, each as likely.
    """

    valence: float
    arousal: float
    patterns: tuple[float, ...]
    emotions: tuple[float, ...]
    sources: tuple[float, ...]
    parts: tuple[float, ...]
    lift: float = 0.0
    inertia: float = 0.0
    alike: float = ALIKE
    a_day: tuple[int, ...] = (1, 2)


def any_life(random: Random) -> Life:
    """Somebody: feelings within 0.3 of the middle, anything shown in 5 to 60 % of sessions, habits of their own."""
    return Life(
        random.uniform(-0.3, 0.3),
        random.uniform(-0.3, 0.3),
        tuple(random.uniform(0.05, 0.6) for _ in PATTERNS),
        tuple(random.uniform(0.05, 0.6) for _ in EMOTIONS),
        _divided(random, len(_SOURCES)),
        _divided(random, len(_PARTS)),
    )


def lived(life: Life, random: Random, days: Iterable[date], chance: float) -> Iterator[SessionNumbers]:
    """Sessions on each of `days` (each calendar day in turn) that `chance` makes active."""
    away = random.gauss(0, DAY_SD), random.gauss(0, DAY_SD)
    stays, fresh = life.inertia, DAY_SD * sqrt(1 - life.inertia**2)
    as_today = sqrt(life.alike)
    chances = (*life.patterns, *life.emotions)
    for day in days:
        away = stays * away[0] + random.gauss(0, fresh), stays * away[1] + random.gauss(0, fresh)
        if random.random() >= chance:
            continue
        mood = life.valence + away[0], life.arousal + away[1]
        shown = [random.random() < each for each in chances]
        habit = _habit(random, life)
        for _ in range(random.choice(life.a_day)):
            now = [
                random.random() < (1 - as_today) * each + as_today * there
                for there, each in zip(shown, chances, strict=True)
            ]
            here = habit if random.random() < as_today else _habit(random, life)
            yield _session(random, day, here, mood, now, life.lift)


def _habit(random: Random, life: Life) -> tuple[Source, TimeOfDay]:
    return random.choices(_SOURCES, life.sources)[0], random.choices(_PARTS, life.parts)[0]


def _session(
    random: Random,
    day: date,
    habit: tuple[Source, TimeOfDay],
    mood: tuple[float, float],
    shown: Sequence[bool],
    lift: float,
) -> SessionNumbers:
    feelings = shown[len(PATTERNS) :]
    first, length = _PART_MINUTES[habit[1]]
    course = [_unit(random.gauss(mood[0] + place * lift, TURN_SD)) for place in range(TURNS)]
    return SessionNumbers(
        session_id=UUID(int=random.getrandbits(64)),
        source=habit[0],
        local_date=day,
        local_minute=(first + random.randrange(length)) % 1440,
        use=Use.FULL,
        valence=_unit(random.gauss(mood[0], SESSION_SD)),
        arousal=_unit(random.gauss(mood[1], SESSION_SD)),
        emotions=tuple([_intensity(random, felt) for felt in feelings]),
        emotions_present=frozenset([e for e, felt in zip(EMOTIONS, feelings, strict=True) if felt]),
        patterns=(0,) * len(PATTERNS),
        patterns_present=frozenset([p for p, there in zip(PATTERNS, shown, strict=False) if there]),
        turns=tuple([TurnReading(n, random.choice(_KINDS), value, -value // 2) for n, value in enumerate(course)]),
        self_shift=None,
        confidence=UNIT,
        analyser_version="invented",
    )


def truth(life: Life, metric: Metric, subject: str | None = None) -> float:
    """What an endless life would show of a measure. KeyError for the number of sessions and for weekdays."""
    if subject is None:
        return _whole_truths(life)[metric]
    if metric is Metric.TURN_SHIFT_VALENCE:
        return _whole_truths(life)[Metric.SESSION_SHIFT_VALENCE] / (TURNS - 1)
    if metric is Metric.EMOTION_INTENSITY:
        return intensity(life.emotions[EMOTIONS.index(Emotion(subject))])
    names: tuple[str, ...] = (*PATTERNS, *_SOURCES, *_PARTS)
    return dict(zip(names, (*life.patterns, *life.sources, *life.parts), strict=True))[subject]


def _whole_truths(life: Life) -> dict[Metric, float]:
    valence, valence_variance = _cut(life.valence, _SESSION)
    arousal, arousal_variance = _cut(life.arousal, _SESSION)
    return {
        Metric.VALENCE: valence,
        Metric.AROUSAL: arousal,
        Metric.SPREAD: sqrt(valence_variance + arousal_variance),
        Metric.SESSION_SHIFT_VALENCE: _cut(life.valence + (TURNS - 1) * life.lift, _TURN)[0]
        - _cut(life.valence, _TURN)[0],
    }


def intensity(chance: float) -> float:
    """Mean intensity of a feeling that is there with a chance."""
    return chance * sum(FELT) / 2 + (1 - chance) * FAINT / 3


_SESSION = sqrt(DAY_SD**2 + SESSION_SD**2)
_TURN = sqrt(DAY_SD**2 + TURN_SD**2)


def _cut(middle: float, sd: float) -> tuple[float, float]:
    """Mean and variance of a normal number whose values beyond -1 and 1 count as -1 and 1."""
    low, high = (-1 - middle) / sd, (1 - middle) / sd
    below, above = _NORMAL.cdf(low), 1 - _NORMAL.cdf(high)
    inside = 1 - below - above
    slope = _NORMAL.pdf(low) - _NORMAL.pdf(high)
    mean = above - below + middle * inside + sd * slope
    bend = inside + low * _NORMAL.pdf(low) - high * _NORMAL.pdf(high)
    square = above + below + middle * middle * inside + 2 * middle * sd * slope + sd * sd * bend
    return mean, square - mean * mean


def _intensity(random: Random, felt: bool) -> int:
    return round(UNIT * (random.uniform(*FELT) if felt else FAINT * random.random() ** 2))


def _divided(random: Random, size: int) -> tuple[float, ...]:
    parts = [random.uniform(0.5, 2) for _ in range(size)]
    return tuple(part / sum(parts) for part in parts)


def _unit(value: float) -> int:
    return max(-UNIT, min(UNIT, round(value * UNIT)))
