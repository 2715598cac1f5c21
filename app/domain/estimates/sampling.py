"""What each metric samples from the sessions of a fold, day by day, all its subjects in one pass.

Does not decide whether a number may be shown.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import log, sqrt
from operator import mul, sub
from typing import Any

from app.domain.affect import EMOTIONS, UNIT, SessionNumbers, TimeOfDay, TurnReading, Use, Weekday, time_of_day
from app.domain.estimates.estimate import (
    DISTANCE,
    INTENSITY,
    MOVEMENT,
    SIGNED,
    MeanSample,
    Sample,
    Shape,
    ShareSample,
)
from app.domain.measures import LEAST_CONFIDENCE, SUBJECTS, Metric
from app.domain.table import Days

Samples = Mapping[str | None, Sample]
WEEKDAYS = tuple(Weekday)
OF_EVERY_SESSION = frozenset({Metric.SESSION_COUNT, Metric.SOURCE_SHARE, Metric.TIME_SHARE})
"""Metrics that need no reading of the words."""


@dataclass(frozen=True, slots=True)
class ShiftSample:
    """Movement along both axes of the plane, and how many movements were counted."""

    valence: MeanSample
    arousal: MeanSample
    count: int


def samples(days: Days, metric: Metric) -> Samples:
    """What `metric` rests on, by subject (None when it is about the whole period). KeyError for SESSION_COUNT.

    `days` hold the sessions that can tell of the metric, as `tells` says.
    """
    return _SAMPLES[metric](days)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a session is counted under: what `of` makes of one of its columns."""

    column: str
    of: Callable[[Any], Iterable[str]]


def by_key(days: Days, keys: Keys) -> dict[str, Days]:
    """The days of the sessions with each key alone."""
    found: dict[str, list[int]] = {}
    for place, value in enumerate(days.column(keys.column), days.bounds[0]):
        for key in keys.of(value):
            found.setdefault(key, []).append(place)
    return {key: Days.of(days.table.pick(places)) for key, places in found.items()}


def is_sure(confidence: int) -> bool:
    """Whether a reading of this confidence can be gone by."""
    return confidence >= LEAST_CONFIDENCE


def is_readable(session: SessionNumbers) -> bool:
    """Whether the analyser could go by the words of a session; one that it could not still counts as a session."""
    return session.confidence >= LEAST_CONFIDENCE


def tells(session: SessionNumbers, metric: Metric, subject: str | None = None) -> bool:
    """Whether a session is one of those that the sample of `metric` about `subject` counts."""
    if metric in OF_EVERY_SESSION:
        return True
    if metric is Metric.SESSION_SHIFT_VALENCE:
        return session.use is Use.FULL and _moved(session)[0] is not None
    if not is_readable(session):
        return False
    if metric is Metric.TURN_SHIFT_VALENCE:
        return session.use is Use.FULL and any(turn.kind == subject for turn in session.turns[1:])
    return metric is not Metric.PATTERN_SHARE or session.use is Use.FULL


def full_use(days: Days) -> Days:
    """Sessions that count for patterns, turns and impact too."""
    return days.only("use", lambda use: use is Use.FULL)


PATTERN = Keys("patterns_present", frozenset)
"""The thinking patterns that a session shows by the analyser's own threshold."""
EMOTION = Keys("emotions_present", frozenset)
"""The emotions that a session shows by the analyser's own threshold."""
SOURCE = Keys("source", lambda source: (source,))
"""Where a session came from."""
PART = Keys("local_minute", lambda minute: (time_of_day(minute),))
"""The part of the day in which a session began."""
WEEKDAY = Keys("local_date", lambda day: (WEEKDAYS[day.weekday()],))
"""The weekday on which a session began."""


def shares(days: Days, keys: Keys, wanted: Iterable[str]) -> dict[str, ShareSample]:
    """How many of the sessions have each of `wanted`."""
    hits = Counter(chain.from_iterable(map(keys.of, days.column(keys.column))))
    sizes, sessions = days.sizes(), days.session_count
    a_day = sum(map(mul, sizes, sizes)) / sessions if sessions else None
    return {key: ShareSample(hits[key], sessions, len(days), a_day) for key in wanted}


def valence(days: Days) -> MeanSample:
    """Valence of sessions, -1..1, as day means."""
    return MeanSample(days.means("valence", UNIT), days.session_count, SIGNED)


def arousal(days: Days) -> MeanSample:
    """Arousal of sessions, -1..1, as day means."""
    return MeanSample(days.means("arousal", UNIT), days.session_count, SIGNED)


def emotion_intensities(days: Days) -> dict[str | None, Sample]:
    """Intensity (0..1) of every emotion, absent counted as 0: most days lie near 0, so that the sample is skewed."""
    column = days.table.column("emotions")
    rows = [emotion_means(column[start:end]) for start, end in pairwise(days.bounds)]
    columns = zip(*rows, strict=True) if rows else [()] * len(EMOTIONS)
    return {
        emotion: MeanSample(column, days.session_count, INTENSITY, shape=Shape.SKEWED)
        for emotion, column in zip(EMOTIONS, columns, strict=True)
    }


def emotion_means(felt: Sequence[tuple[int, ...]]) -> list[float]:
    """Mean intensity (0..1) of every emotion over the sessions of one bucket, of which there is at least one."""
    sums = map(sum, zip(*felt, strict=True)) if len(felt) > 1 else felt[0]
    size = len(felt) * UNIT
    return [total / size for total in sums]


def spread(days: Days) -> MeanSample:
    """Root mean square distance of sessions from the centre, which is the mean of day means; 0..2.83.

    The days are jackknife pseudo-values of its logarithm (Miller, R. G. (1974), The jackknife - a review: what the
    number becomes without one day, turned into that day's own part of it). Their mean is free of most of the
    smallness that few days bring, and on the logarithm, where a spread does not vary more the larger it is, Student's
    t on them is a fair interval from 4 days on. What is told is the plain distance.
    """
    moments = _moments(days)
    totals = tuple(map(sum, zip(*moments, strict=True)))
    count = len(days)
    if count < 2:
        return MeanSample((0.0,) * count, days.session_count, DISTANCE, 0.0, shape=Shape.LOGARITHMIC)
    told = _distance(totals, count)
    whole = log(max(told, 1 / UNIT))
    without = [log(max(_distance(tuple(map(sub, totals, day)), count - 1), 1 / UNIT)) for day in moments]
    own = tuple([count * whole - (count - 1) * one for one in without])
    return MeanSample(own, days.session_count, DISTANCE, told, shape=Shape.LOGARITHMIC)


Moments = tuple[float, ...]
"""Sessions, sums of valence and arousal, sum of their squares, and both axes of the mean of the day; in 1/10,000."""


def _moments(days: Days) -> list[Moments]:
    """Of each day."""
    valences, arousals = days.table.column("valence"), days.table.column("arousal")
    found: list[Moments] = []
    for start, end in pairwise(days.bounds):
        of_v, of_a, size = valences[start:end], arousals[start:end], end - start
        v, a, squares = sum(of_v), sum(of_a), sum(map(mul, of_v, of_v)) + sum(map(mul, of_a, of_a))
        found.append((size, v, a, squares, v / size, a / size))
    return found


def _distance(totals: Moments, day_count: int) -> float:
    """Root mean square distance of sessions from the mean of the day means, out of sums over at least one day."""
    n, v, a, squares, day_v, day_a = totals
    middle_v, middle_a = day_v / day_count, day_a / day_count
    apart = squares - 2 * (middle_v * v + middle_a * a) + n * (middle_v * middle_v + middle_a * middle_a)
    return sqrt(max(0.0, apart) / n) / UNIT


Movement = tuple[int, int, int]
"""Place of the day, place of the session in it, difference in 1/10,000."""


def session_shifts(days: Days) -> ShiftSample:
    """Movement from the start of a session to its end; FULL use only.

    The person's own rating wins, needs no reading and tells of valence alone; else it is the last PERSON turn minus
    the first, which needs two of them and a session that could be read.
    """
    valence: list[Movement] = []
    arousal: list[Movement] = []
    for place, day in enumerate(days):
        for number, session in enumerate(day):
            if session.use is not Use.FULL:
                continue
            moved, stirred = _moved(session)
            if stirred is not None:
                arousal.append((place, number, stirred))
            if moved is not None:
                valence.append((place, number, moved))
    return ShiftSample(_movement(valence), _movement(arousal), len(valence))


def _moved(session: SessionNumbers) -> tuple[int | None, int | None]:
    """How far valence and arousal of a session moved in 1/10,000, None where nothing tells."""
    turns, own = session.turns, session.self_shift
    if len(turns) < 2 or not is_readable(session):
        return own, None
    return turns[-1].valence - turns[0].valence if own is None else own, turns[-1].arousal - turns[0].arousal


def turn_shifts(days: Days, keys_of: Callable[[SessionNumbers, TurnReading], Iterable[str]]) -> dict[str, ShiftSample]:
    """Movement of PERSON turns against the PERSON turn before, by key; a first turn has none.

    FULL use only; `days` hold sessions that could be read.
    """
    valence: dict[str, list[Movement]] = {}
    arousal: dict[str, list[Movement]] = {}
    for place, day in enumerate(days):
        for number, session in enumerate(day):
            if session.use is not Use.FULL:
                continue
            for before, turn in pairwise(session.turns):
                for key in keys_of(session, turn):
                    valence.setdefault(key, []).append((place, number, turn.valence - before.valence))
                    arousal.setdefault(key, []).append((place, number, turn.arousal - before.arousal))
    return {key: ShiftSample(_movement(moved), _movement(arousal[key]), len(moved)) for key, moved in valence.items()}


def keys_of_kind(_: SessionNumbers, turn: TurnReading) -> Iterable[str]:
    """What a turn does inside its session."""
    return (turn.kind,)


def _movement(movements: list[Movement]) -> MeanSample:
    """Day means of movements, over the sessions that have any."""
    days: dict[int, list[int]] = {}
    for place, _, moved in movements:
        days.setdefault(place, []).append(moved)
    sessions = len({(place, number) for place, number, _ in movements})
    return MeanSample(tuple([sum(day) / (len(day) * UNIT) for day in days.values()]), sessions, MOVEMENT)


NO_MOVEMENT = ShiftSample(_movement([]), _movement([]), 0)


def by_subject(found: Mapping[str, ShareSample]) -> Samples:
    """The same shares as samples of one metric."""
    answer: dict[str | None, Sample] = {}
    answer.update(found.items())
    return answer


def _pattern_shares(days: Days) -> Samples:
    return by_subject(shares(full_use(days), PATTERN, SUBJECTS[Metric.PATTERN_SHARE]))


def _source_shares(days: Days) -> Samples:
    return by_subject(shares(days, SOURCE, SUBJECTS[Metric.SOURCE_SHARE]))


def _time_shares(days: Days) -> Samples:
    parts = shares(days, PART, TimeOfDay)
    return by_subject({**parts, **shares(days, WEEKDAY, WEEKDAYS)})


def _turn_shift_valences(days: Days) -> Samples:
    found = turn_shifts(days, keys_of_kind)
    return {kind: found.get(kind, NO_MOVEMENT).valence for kind in SUBJECTS[Metric.TURN_SHIFT_VALENCE]}


_SAMPLES: dict[Metric, Callable[[Days], Samples]] = {
    Metric.VALENCE: lambda days: {None: valence(days)},
    Metric.AROUSAL: lambda days: {None: arousal(days)},
    Metric.SPREAD: lambda days: {None: spread(days)},
    Metric.EMOTION_INTENSITY: emotion_intensities,
    Metric.PATTERN_SHARE: _pattern_shares,
    Metric.SOURCE_SHARE: _source_shares,
    Metric.TIME_SHARE: _time_shares,
    Metric.SESSION_SHIFT_VALENCE: lambda days: {None: session_shifts(days).valence},
    Metric.TURN_SHIFT_VALENCE: _turn_shift_valences,
}
