"""Frequencies of a period ("7 of 17 sessions") for each measure: people read counts better than means.

Estimates nothing: values, intervals and directions are the fold's.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.domain.affect import (
    EMOTIONS,
    UNIT,
    Emotion,
    SessionNumbers,
    ThinkingPattern,
    TimeOfDay,
    Use,
    Weekday,
    time_of_day,
)
from app.domain.estimates.estimate import MeanSample, ShareSample
from app.domain.estimates.sampling import WEEKDAYS
from app.domain.fold import Fold
from app.domain.measures import SMALLEST_DIFFERENCE, Metric

_NAMEABLE = round(SMALLEST_DIFFERENCE * UNIT)
_COMPANION_SESSIONS = 3
_COMPANION_MORE = 0.2
"""A feeling is told to have come along with a pattern from so many sessions on, and so much more often than without."""


def counts_of(fold: Fold, metric: Metric, subject: str | None) -> Mapping[str, int]:
    """Named counts over the sessions of `fold`; `total` is what the others are counted out of.

    VALENCE and TIME_SHARE count `lighter`, `heavier` and `middle` sessions (valence from 0.10 up, from -0.10 down,
    between), shares and feelings a `count`, shifts the sessions that `lifted` or `lowered` by at least 0.10. AROUSAL
    counts nothing: nearly every session lies on the lively side of the plane, whatever the mood, so that counts of
    energy would tell of the plane and not of the person.
    """
    if subject is None:
        return _whole_counts(fold, metric)
    if metric is Metric.TURN_SHIFT_VALENCE:
        return _movements(fold, metric, subject)
    count, total = share_of(fold, metric, subject)
    counted = {"count": count, "total": total}
    if metric is Metric.PATTERN_SHARE:
        return counted | _companion(fold.readable, ThinkingPattern(subject))
    if metric is Metric.TIME_SHARE:
        return counted | _sides([session for session in fold.readable if subject in times_of(session)])
    return counted


def share_of(fold: Fold, metric: Metric, subject: str) -> tuple[int, int]:
    """The sessions of `fold` that count for a share or had a feeling, and what they are counted out of.

    ValueError when `metric` is neither.
    """
    if metric is Metric.EMOTION_INTENSITY:
        return _felt(fold.readable, Emotion(subject)), len(fold.readable)
    sample = fold.sample(metric, subject)
    if isinstance(sample, ShareSample):
        return sample.hits, sample.session_count
    raise ValueError(f"{metric} is not a share")


def _whole_counts(fold: Fold, metric: Metric) -> Mapping[str, int]:
    if metric is Metric.SESSION_SHIFT_VALENCE:
        return _movements(fold, metric, None)
    if metric is Metric.VALENCE:
        return {**_sides(fold.readable), "total": len(fold.readable)}
    if metric is Metric.AROUSAL:
        return {"total": len(fold.readable)}
    return {"sessions": fold.session_count, "days": fold.day_count}


def times_of(session: SessionNumbers) -> tuple[TimeOfDay, Weekday]:
    """The part of the day and the weekday on which a session began, on its own local clock."""
    return time_of_day(session.local_minute), WEEKDAYS[session.local_date.weekday()]


def _movements(fold: Fold, metric: Metric, subject: str | None) -> Mapping[str, int]:
    """Sessions by their own movement: each is folded alone, so that what counts as movement is the fold's."""
    alone = (Fold(fold.period, (session,), 0).sample(metric, subject) for session in fold.sessions)
    means = [mean for sample in alone if isinstance(sample, MeanSample) for mean in sample.days]
    lifted, lowered, _ = _thirds([round(mean * UNIT) for mean in means])
    return {"lifted": lifted, "lowered": lowered, "total": len(means)}


def _companion(sessions: Iterable[SessionNumbers], pattern: ThinkingPattern) -> dict[str, int]:
    """`with:<EMOTION>`: the feeling that came along with a pattern most, if in half of it and far more than without."""
    full = [session for session in sessions if session.use is Use.FULL]
    having = [session for session in full if pattern in session.patterns_present]
    others = [session for session in full if pattern not in session.patterns_present]
    candidates = [(_felt(having, emotion), emotion) for emotion in EMOTIONS if emotion is not Emotion.NEUTRAL]
    count, emotion = max(candidates, key=lambda candidate: candidate[0])
    if count < _COMPANION_SESSIONS or not others or 2 * count < len(having):
        return {}
    more = count / len(having) - _felt(others, emotion) / len(others)
    return {f"with:{emotion}": count} if more >= _COMPANION_MORE else {}


def _felt(sessions: Iterable[SessionNumbers], emotion: Emotion) -> int:
    return sum(emotion in session.emotions_present for session in sessions)


def _sides(sessions: Iterable[SessionNumbers]) -> dict[str, int]:
    lighter, heavier, middle = _thirds([session.valence for session in sessions])
    return {"lighter": lighter, "heavier": heavier, "middle": middle}


def _thirds(values: Sequence[int]) -> tuple[int, int, int]:
    up = sum(value >= _NAMEABLE for value in values)
    down = sum(value <= -_NAMEABLE for value in values)
    return up, down, len(values) - up - down
