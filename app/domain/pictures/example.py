"""A landscape of nobody: invented numbers, drawn as everybody's own are, to show what a picture looks like.

Tells nothing of its viewer, and no story of things getting better.
"""

from datetime import date, timedelta
from functools import cache
from uuid import UUID

from app.domain.affect import EMOTIONS, PATTERNS, UNIT, Emotion, SessionNumbers, Source, Use
from app.domain.periods import Period
from app.domain.pictures.landscape import Granularity, Landscape, landscape

EXAMPLE_PERIOD = Period(date(2026, 1, 5), date(2026, 2, 1))
"""Four weeks, Monday to Sunday, the same for everyone."""
EXAMPLE_BEGINS = "This is an example with invented numbers; none of it is about you."

_PRESENT = 2_500
"""In 1/10,000, as everything below: an emotion of at least this strength was there."""
_JOY, _WARMTH, _HOPE, _SADNESS = Emotion.JOY, Emotion.WARMTH, Emotion.HOPE, Emotion.SADNESS
_FEAR, _ANGER, _SHAME, _NEUTRAL = Emotion.FEAR, Emotion.ANGER, Emotion.SHAME, Emotion.NEUTRAL
_DAYS: tuple[tuple[int, int, int, dict[Emotion, int]], ...] = (
    (0, -2_400, 1_100, {_FEAR: 4_200, _SADNESS: 1_900}),
    (1, 1_300, -400, {_WARMTH: 3_100, _NEUTRAL: 2_700}),
    (3, -3_600, 2_300, {_ANGER: 4_700, _FEAR: 2_600}),
    (5, 2_900, 600, {_JOY: 3_900, _WARMTH: 2_800}),
    (6, 900, -1_700, {_NEUTRAL: 4_400, _HOPE: 2_500}),
    (8, -1_800, -900, {_SADNESS: 4_100}),
    (9, 2_100, 1_400, {_HOPE: 3_700, _JOY: 2_600}),
    (11, -700, 800, {_FEAR: 2_900, _HOPE: 2_700}),
    (12, 3_300, -300, {_WARMTH: 4_600}),
    (14, -2_900, -1_300, {_SADNESS: 3_800, _SHAME: 2_900}),
    (16, 400, 1_900, {_NEUTRAL: 3_200, _FEAR: 2_500}),
    (17, 2_600, 900, {_JOY: 4_300}),
    (19, -1_500, 1_700, {_ANGER: 3_300, _NEUTRAL: 2_600}),
    (22, 1_700, -1_100, {_WARMTH: 3_400, _HOPE: 2_900}),
    (24, -2_200, 700, {_FEAR: 3_600, _SADNESS: 2_700}),
    (26, 1_900, 300, {_HOPE: 3_500, _JOY: 2_500}),
)
"""Day of the period, valence, arousal and the emotions, one session each."""


@cache
def example_landscape() -> Landscape:
    """The example, by day, made once."""
    return landscape(map(_session, range(len(_DAYS))), (), EXAMPLE_PERIOD, granularity=Granularity.DAY)


def _session(place: int) -> SessionNumbers:
    day, valence, arousal, felt = _DAYS[place]
    return SessionNumbers(
        session_id=UUID(int=place),
        source=tuple(Source)[place % len(Source)],
        local_date=EXAMPLE_PERIOD.first + timedelta(days=day),
        local_minute=20 * 60,
        use=Use.AFFECT_ONLY,
        valence=valence,
        arousal=arousal,
        emotions=tuple(felt.get(emotion, 0) for emotion in EMOTIONS),
        emotions_present=frozenset(emotion for emotion, strength in felt.items() if strength >= _PRESENT),
        patterns=(0,) * len(PATTERNS),
        patterns_present=frozenset(),
        turns=(),
        self_shift=None,
        confidence=UNIT,
        analyser_version="example",
    )
