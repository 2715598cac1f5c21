"""Invented session numbers for the tests of the domain: single sessions, hypothesis strategies, steady lives.

Holds no assertion.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st

from app.domain.affect import (
    EMOTIONS,
    PATTERNS,
    SessionNumbers,
    Source,
    TurnKind,
    TurnReading,
    Use,
)
from app.domain.exclusions import ExclusionTarget
from app.domain.measures import LEAST_CONFIDENCE
from app.domain.periods import Period
from benchmarks.honesty.lives import any_life, lived

calmly = settings(max_examples=40, deadline=None)
"""For every property: few enough examples for every commit, and no wall clock in the verdict."""

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))

_PLAIN = SessionNumbers(
    session_id=UUID(int=0),
    source=Source.MIRROR,
    local_date=MARCH.first,
    local_minute=600,
    use=Use.FULL,
    valence=0,
    arousal=0,
    emotions=(0,) * len(EMOTIONS),
    emotions_present=frozenset(),
    patterns=(0,) * len(PATTERNS),
    patterns_present=frozenset(),
    turns=(),
    self_shift=None,
    confidence=10_000,
    analyser_version="test",
)


def session(number: int, day: date, **changes: Any) -> SessionNumbers:
    """A neutral session of `day` with id `number`, changed as asked."""
    return _PLAIN._replace(session_id=UUID(int=number), local_date=day, **changes)


def month_of_valences(*valences: int) -> list[SessionNumbers]:
    """One session a day from 1 March 2026 on, with these valences in 1/10,000."""
    return [session(n, MARCH.first + timedelta(days=n), valence=value) for n, value in enumerate(valences)]


def turns(*valences: int, kind: TurnKind = TurnKind.EXPLORING) -> tuple[TurnReading, ...]:
    """PERSON turns of one kind with these valences, and arousals of half as much the other way."""
    return tuple(TurnReading(index, kind, value, -value // 2) for index, value in enumerate(valences))


def invented(seed: int) -> SessionNumbers:
    """A session with arbitrary numbers, around March 2026; one in four is AFFECT_ONLY, one in six cannot be read."""
    random = Random(seed)
    full = random.random() < 0.75
    course = [(random.choice(tuple(TurnKind)), _any(random), _any(random)) for _ in range(random.randrange(5))]
    return SessionNumbers(
        session_id=UUID(int=random.getrandbits(128)),
        source=random.choice(tuple(Source)),
        local_date=date(2026, 2, 1) + timedelta(days=random.randrange(60)),
        local_minute=random.randrange(1440),
        use=Use.FULL if full else Use.AFFECT_ONLY,
        valence=_any(random),
        arousal=_any(random),
        emotions=tuple(random.randrange(10_001) for _ in EMOTIONS),
        emotions_present=frozenset(random.sample(EMOTIONS, random.randrange(4))),
        patterns=tuple(random.randrange(10_001) for _ in PATTERNS),
        patterns_present=frozenset(random.sample(PATTERNS, random.randrange(4) if full else 0)),
        turns=tuple(TurnReading(n, *reading) for n, reading in enumerate(course)) if full else (),
        self_shift=_any(random) if random.random() < 0.3 else None,
        confidence=random.choice((0, LEAST_CONFIDENCE - 1, LEAST_CONFIDENCE, *[10_000] * 9)),
        analyser_version="test",
    )


def _any(random: Random) -> int:
    return random.choice((-10_000, 0, 10_000, random.randrange(-10_000, 10_001), random.randrange(-1500, 1500)))


some_sessions = st.lists(st.integers(0, 2**32), max_size=60, unique=True).map(lambda seeds: list(map(invented, seeds)))
"""Seeds rather than fields: drawing every number would take hypothesis a hundred times longer."""


@st.composite
def _range_targets(draw: st.DrawFn) -> ExclusionTarget:
    first = draw(st.dates(date(2026, 1, 20), date(2026, 4, 5)))
    return ExclusionTarget(first=first, last=first + timedelta(days=draw(st.integers(0, 20))))


def some_targets(sessions: list[SessionNumbers]) -> st.SearchStrategy[list[ExclusionTarget]]:
    """Exclusions of any shape, single ones mostly of `sessions`."""
    known = [s.session_id for s in sessions]
    single = st.sampled_from(known) if known else st.uuids()
    return st.lists(
        single.map(lambda key: ExclusionTarget(session_id=key))
        | _range_targets()
        | st.sampled_from(Source).map(lambda source: ExclusionTarget(source=source)),
        max_size=5,
    )


def steady_life(random: Random, days: Period, chance: float = 0.75) -> Iterator[SessionNumbers]:
    """A person with whom nothing changes, as the benchmarks of honesty invent them."""
    return lived(any_life(random), random, days, chance)
