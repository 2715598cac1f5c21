"""What each metric samples from the sessions of a fold, day by day, all its subjects in one pass.

Does not decide whether a number may be shown.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from math import log, sqrt
from operator import attrgetter, mul, sub

from app.domain.affect import EMOTIONS, UNIT, SessionNumbers, TimeOfDay, TurnReading, Use, Weekday, time_of_day
from app.domain.estimates.estimate import (
    DISTANCE,
    INTENSITY,
    MOVEMENT,
    SIGNED,
    MeanSample,
    Sample,
    Scale,
    Shape,
    ShareSample,
)
from app.domain.measures import LEAST_CONFIDENCE, SUBJECTS, Metric

Day = tuple[SessionNumbers, ...]
Days = tuple[Day, ...]
"""Sessions by local day, oldest first; no day is empty."""
Choice = Callable[[SessionNumbers], bool]
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


def by_day(sessions: Iterable[SessionNumbers]) -> Days:
    """Sessions that are in order of their days, grouped by day."""
    days: dict[object, list[SessionNumbers]] = {}
    for session in sessions:
        days.setdefault(session.local_date, []).append(session)
    return tuple(map(tuple, days.values()))


def only(days: Days, choice: Choice) -> Days:
    """The days of the chosen sessions alone."""
    kept = [tuple([session for session in day if choice(session)]) for day in days]
    return tuple([day for day in kept if day])


def by_key(days: Days, keys_of: Callable[[SessionNumbers], Iterable[str]]) -> dict[str, Days]:
    """The days of the sessions with each key alone."""
    found: dict[str, dict[int, list[SessionNumbers]]] = {}
    for place, day in enumerate(days):
        for session in day:
            for key in keys_of(session):
                found.setdefault(key, {}).setdefault(place, []).append(session)
    return {key: tuple(map(tuple, of.values())) for key, of in found.items()}


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
    return only(days, lambda session: session.use is Use.FULL)


def keys_of_pattern(session: SessionNumbers) -> Iterable[str]:
    """The thinking patterns that a session shows by the analyser's own threshold."""
    return session.patterns_present


def keys_of_emotion(session: SessionNumbers) -> Iterable[str]:
    """The emotions that a session shows by the analyser's own threshold."""
    return session.emotions_present


def keys_of_source(session: SessionNumbers) -> Iterable[str]:
    """Where a session came from."""
    return (session.source,)


def keys_of_part(session: SessionNumbers) -> Iterable[str]:
    """The part of the day in which a session began."""
    return (time_of_day(session.local_minute),)


def keys_of_weekday(session: SessionNumbers) -> Iterable[str]:
    """The weekday on which a session began."""
    return (WEEKDAYS[session.local_date.weekday()],)


def shares(
    days: Days, keys_of: Callable[[SessionNumbers], Iterable[str]], keys: Iterable[str]
) -> dict[str, ShareSample]:
    """How many of the sessions have each of `keys`."""
    hits = Counter(chain.from_iterable(map(keys_of, chain.from_iterable(days))))
    sizes = [len(day) for day in days]
    sessions = sum(sizes)
    a_day = sum(map(mul, sizes, sizes)) / sessions if sessions else None
    return {key: ShareSample(hits[key], sessions, len(days), a_day) for key in keys}


def means(days: Days, reading: Callable[[SessionNumbers], int], scale: Scale) -> MeanSample:
    """One reading (in 1/10,000) of every session, as day means."""
    readings = [reading(day[0]) / UNIT if len(day) == 1 else sum(map(reading, day)) / (len(day) * UNIT) for day in days]
    return MeanSample(tuple(readings), _count(days), scale)


_VALENCE, _AROUSAL = attrgetter("valence"), attrgetter("arousal")


def valence(days: Days) -> MeanSample:
    """Valence of sessions, -1..1."""
    return means(days, _VALENCE, SIGNED)


def arousal(days: Days) -> MeanSample:
    """Arousal of sessions, -1..1."""
    return means(days, _AROUSAL, SIGNED)


def emotion_intensities(days: Days) -> dict[str | None, Sample]:
    """Intensity (0..1) of every emotion, absent counted as 0: most days lie near 0, so that the sample is skewed."""
    rows = [emotion_means(day) for day in days]
    columns = zip(*rows, strict=True) if rows else [()] * len(EMOTIONS)
    sessions = _count(days)
    return {
        emotion: MeanSample(column, sessions, INTENSITY, shape=Shape.SKEWED)
        for emotion, column in zip(EMOTIONS, columns, strict=True)
    }


def emotion_means(day: Day) -> list[float]:
    """Mean intensity (0..1) of every emotion over the sessions of one bucket, of which there is at least one."""
    sums = map(sum, zip(*[session.emotions for session in day], strict=True)) if len(day) > 1 else day[0].emotions
    size = len(day) * UNIT
    return [total / size for total in sums]


def spread(days: Days) -> MeanSample:
    """Root mean square distance of sessions from the centre, which is the mean of day means; 0..2.83.

    The days are jackknife pseudo-values of its logarithm (Miller, R. G. (1974), The jackknife - a review: what the
    number becomes without one day, turned into that day's own part of it). Their mean is free of most of the
    smallness that few days bring, and on the logarithm, where a spread does not vary more the larger it is, Student's
    t on them is a fair interval from 4 days on. What is told is the plain distance.
    """
    moments = [_moments(day) for day in days]
    totals = tuple(map(sum, zip(*moments, strict=True)))
    count = len(days)
    if count < 2:
        return MeanSample((0.0,) * count, _count(days), DISTANCE, 0.0, shape=Shape.LOGARITHMIC)
    told = _distance(totals, count)
    whole = log(max(told, 1 / UNIT))
    without = [log(max(_distance(tuple(map(sub, totals, day)), count - 1), 1 / UNIT)) for day in moments]
    own = tuple([count * whole - (count - 1) * one for one in without])
    return MeanSample(own, _count(days), DISTANCE, told, shape=Shape.LOGARITHMIC)


Moments = tuple[float, ...]
"""Sessions, sums of valence and arousal, sum of their squares, and both axes of the mean of the day; in 1/10,000."""


def _moments(day: Day) -> Moments:
    v = a = squares = 0
    for session in day:
        v += session.valence
        a += session.arousal
        squares += session.valence * session.valence + session.arousal * session.arousal
    return len(day), v, a, squares, v / len(day), a / len(day)


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


def _count(days: Days) -> int:
    return sum(map(len, days))


def by_subject(found: Mapping[str, ShareSample]) -> Samples:
    """The same shares as samples of one metric."""
    answer: dict[str | None, Sample] = {}
    answer.update(found.items())
    return answer


def _pattern_shares(days: Days) -> Samples:
    return by_subject(shares(full_use(days), keys_of_pattern, SUBJECTS[Metric.PATTERN_SHARE]))


def _source_shares(days: Days) -> Samples:
    return by_subject(shares(days, keys_of_source, SUBJECTS[Metric.SOURCE_SHARE]))


def _time_shares(days: Days) -> Samples:
    parts = shares(days, keys_of_part, TimeOfDay)
    return by_subject({**parts, **shares(days, keys_of_weekday, WEEKDAYS)})


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
