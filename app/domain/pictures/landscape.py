"""The emotional landscape: where sessions of a period sit on the feeling plane, over time.

Draws nothing; it gives the numbers, and the same numbers in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.affect import EMOTIONS, UNIT, Emotion, SessionNumbers, Source
from app.domain.estimates import sampling
from app.domain.estimates.differences import confidence_for_claim
from app.domain.estimates.estimate import Affect, Comparison, Estimate, SuppressionReason, observed, withheld
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import Fold, compare, cut, fold
from app.domain.measures import Metric, phrase
from app.domain.periods import Period, baseline_of, format_month, format_week, month_of, week_of
from app.domain.pictures.plain_words import (
    say_comparison,
    say_count,
    say_estimate,
    say_list,
    say_number,
    say_period,
    say_unread,
    say_withheld,
)
from app.domain.table import SessionTable

MAX_POINTS = 400
"""More than the days of any range; only single sessions can be more."""
TOP_EMOTIONS = 3
COMPARED = (Metric.VALENCE, Metric.AROUSAL)
"""What is set beside one's usual: the family of a range that is no calendar week or month."""


class Granularity(StrEnum):
    """What one point of the picture stands for."""

    SESSION = "SESSION"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class EmotionIntensity:
    """How strong an emotion was, 0..1, absent counted as 0."""

    emotion: Emotion
    intensity: Estimate


@dataclass(frozen=True, slots=True)
class LandscapePoint:
    """One bucket that has a session; what it shows is computed when it is asked for.

    A point of a day or a session is an observation: what it shows claims nothing beyond itself, so its interval is
    itself and its confidence LOW. A point of a week or month is an inference and follows the thresholds of a mean.
    Both rest on the sessions that could be read; where none could, the affect is TOO_UNCERTAIN and no emotion is top,
    and `sample_count` still counts them all.
    """

    bucket: Fold
    granularity: Granularity

    @property
    def key(self) -> str:
        """A date, week, month or session id."""
        return _key(self.bucket, self.granularity)

    @property
    def period(self) -> Period:
        """The part of the week or month that lies in the range."""
        return self.bucket.period

    @property
    def affect(self) -> Affect:
        """Where it sits on the plane."""
        return _affect(self.bucket, self.granularity)

    @property
    def top_emotions(self) -> tuple[EmotionIntensity, ...]:
        """At most the 3 strongest."""
        if _is_inferred(self.granularity):
            return tuple([felt for felt in _emotions(self.bucket) if felt.intensity.value][:TOP_EMOTIONS])
        return tuple(_observed_emotions(self.bucket)[:TOP_EMOTIONS])

    @property
    def sample_count(self) -> int:
        """Sessions in the bucket, at least 1."""
        return self.bucket.session_count

    @property
    def session_id(self) -> UUID | None:
        """The session that it is, None for a day, week or month."""
        return self.bucket.sessions.column("session_id")[0] if self.granularity is Granularity.SESSION else None


@dataclass(frozen=True, slots=True)
class LandscapeSeries:
    """The points in columns of equal length; None where a number is withheld."""

    keys: tuple[str, ...]
    valence: tuple[float | None, ...]
    valence_low: tuple[float | None, ...]
    valence_high: tuple[float | None, ...]
    arousal: tuple[float | None, ...]
    arousal_low: tuple[float | None, ...]
    arousal_high: tuple[float | None, ...]
    sample_count: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Landscape:
    """Buckets oldest first, at most 400; emotions strongest first, those that are withheld last.

    All else is computed of the folds when it is asked for: drawing needs no emotions, and a list of points no text. The
    comparisons are None while no usual exists. `truncated`: single sessions were more than 400, the newest stay;
    all other numbers count every session.
    """

    now: Fold
    usual: Fold
    granularity: Granularity
    buckets: tuple[Fold, ...]
    truncated: bool

    @property
    def period(self) -> Period:
        """What it is a picture of."""
        return self.now.period

    @property
    def centre(self) -> Affect:
        """Where the period sits on the plane."""
        return self.now.affect()

    @property
    def spread(self) -> Estimate:
        """How far sessions lie from the centre."""
        return self.now.measure(Metric.SPREAD)

    @property
    def valence_vs_baseline(self) -> Comparison | None:
        """How pleasant it was, beside one's usual."""
        return self._against_usual(Metric.VALENCE)

    @property
    def arousal_vs_baseline(self) -> Comparison | None:
        """How activated it was, beside one's usual."""
        return self._against_usual(Metric.AROUSAL)

    def _against_usual(self, metric: Metric) -> Comparison | None:
        claim = confidence_for_claim(self.period, len(COMPARED))
        return compare(self.now, self.usual, metric, claim_confidence=claim)

    @property
    def emotions(self) -> tuple[EmotionIntensity, ...]:
        """All nine."""
        return _emotions(self.now)

    @property
    def session_count(self) -> int:
        """Sessions counted."""
        return self.now.session_count

    @property
    def day_count(self) -> int:
        """Different days with a counted session."""
        return self.now.day_count

    @property
    def unread_count(self) -> int:
        """Sessions counted whose words could not be read well."""
        return self.now.unread_count

    @property
    def excluded_count(self) -> int:
        """Sessions that were left out."""
        return self.now.excluded_count

    @property
    def points(self) -> tuple[LandscapePoint, ...]:
        """One for each bucket."""
        return tuple([LandscapePoint(bucket, self.granularity) for bucket in self.buckets])

    @property
    def series(self) -> LandscapeSeries:
        """The points in columns."""
        places = [_affect(bucket, self.granularity) for bucket in self.buckets]
        valences, arousals = [place.valence for place in places], [place.arousal for place in places]
        return LandscapeSeries(
            keys=tuple([_key(bucket, self.granularity) for bucket in self.buckets]),
            valence=tuple([estimate.value for estimate in valences]),
            valence_low=tuple([estimate.low for estimate in valences]),
            valence_high=tuple([estimate.high for estimate in valences]),
            arousal=tuple([estimate.value for estimate in arousals]),
            arousal_low=tuple([estimate.low for estimate in arousals]),
            arousal_high=tuple([estimate.high for estimate in arousals]),
            sample_count=tuple([bucket.session_count for bucket in self.buckets]),
        )

    @property
    def text_alternative(self) -> str:
        """One paragraph that says what the picture shows."""
        return " ".join(_sentences(self))


def landscape(
    numbers: Iterable[SessionNumbers],
    targets: Sequence[ExclusionTarget],
    period: Period,
    *,
    granularity: Granularity,
    sources: frozenset[Source] | None = None,
) -> Landscape:
    """The landscape of `period`; `numbers` hold its sessions and those of the 12 weeks before it."""
    known = SessionTable.of(numbers)
    now = fold(known, targets, period, sources)
    usual = fold(known, targets, baseline_of(period), sources, alike=now)
    return landscape_of(now, usual, granularity=granularity)


def landscape_of(now: Fold, usual: Fold, *, granularity: Granularity) -> Landscape:
    """The landscape of a period that is folded already, beside the fold of the 12 weeks before it."""
    buckets = _buckets(now, granularity)
    return Landscape(now, usual, granularity, tuple(buckets[-MAX_POINTS:]), len(buckets) > MAX_POINTS)


def _buckets(whole: Fold, granularity: Granularity) -> list[Fold]:
    """The fold cut into buckets that have a session, oldest first."""
    if granularity is Granularity.SESSION:
        dates = whole.sessions.column("local_date")
        return [Fold(_day(day), whole.sessions.part(place, place + 1), 0) for place, day in enumerate(dates)]
    return cut(whole, _UNITS[granularity])


def _day(day: date) -> Period:
    return Period(day, day)


_UNITS = {Granularity.DAY: _day, Granularity.WEEK: week_of, Granularity.MONTH: month_of}


def _is_inferred(granularity: Granularity) -> bool:
    return granularity in (Granularity.WEEK, Granularity.MONTH)


def _affect(bucket: Fold, granularity: Granularity) -> Affect:
    return bucket.affect() if _is_inferred(granularity) else _observed_affect(bucket)


def _key(bucket: Fold, granularity: Granularity) -> str:
    if granularity is Granularity.SESSION:
        return str(bucket.sessions.column("session_id")[0])
    if granularity is Granularity.DAY:
        return bucket.period.first.isoformat()
    return format_week(bucket.period) if granularity is Granularity.WEEK else format_month(bucket.period)


def _observed_affect(bucket: Fold) -> Affect:
    size = len(bucket.readable)
    if not size:
        unknown = withheld(SuppressionReason.TOO_UNCERTAIN, 0, 0, None)
        return Affect(unknown, unknown)
    valence = sum(bucket.readable.column("valence")) / (size * UNIT)
    arousal = sum(bucket.readable.column("arousal")) / (size * UNIT)
    return Affect(observed(valence, size, 1), observed(arousal, size, 1))


def _observed_emotions(bucket: Fold) -> list[EmotionIntensity]:
    """The emotions of a day or session that were there at all, strongest first; none when it could not be read."""
    if not bucket.readable:
        return []
    means = sampling.emotion_means(bucket.readable.column("emotions"))
    felt = sorted(((mean, emotion) for mean, emotion in zip(means, EMOTIONS, strict=True) if mean), key=_strongest)
    return [EmotionIntensity(emotion, observed(mean, len(bucket.readable), 1)) for mean, emotion in felt]


def _strongest(felt: tuple[float, Emotion]) -> float:
    return -felt[0]


def _emotions(whole: Fold) -> tuple[EmotionIntensity, ...]:
    """All nine, strongest first; those that are withheld come last, in their fixed order, which tells nothing."""
    found = [EmotionIntensity(emotion, whole.measure(Metric.EMOTION_INTENSITY, emotion)) for emotion in EMOTIONS]
    return tuple(sorted(found, key=lambda e: 1.0 if e.intensity.value is None else -e.intensity.value))


def _sentences(picture: Landscape) -> Iterable[str]:
    sessions = f"{say_count(picture.session_count, 'session')} on {say_count(picture.day_count, 'day')}"
    counted = sessions if picture.session_count else "no sessions"
    yield f"{say_period(picture.period)}: {counted}{_left_out(picture.excluded_count)}."
    if picture.unread_count:
        yield say_unread(picture.unread_count)
    yield from _centre(picture)
    strongest = [
        f"{phrase(e.emotion)} ({say_number(e.intensity.value)})"
        for e in picture.emotions
        if e.intensity.value and e.emotion is not Emotion.NEUTRAL
    ]
    if strongest:
        yield f"Strongest feelings, from 0 to 1: {say_list(strongest[:TOP_EMOTIONS])}."
    if picture.valence_vs_baseline and picture.arousal_vs_baseline:
        pleasant, energy = say_comparison(picture.valence_vs_baseline), say_comparison(picture.arousal_vs_baseline)
        yield f"Against the 12 weeks before, pleasantness is {pleasant}; energy is {energy}."


def _centre(picture: Landscape) -> Iterable[str]:
    valence, arousal = picture.centre.valence, picture.centre.arousal
    if valence.suppressed:
        yield f"How pleasant they felt is not shown: {say_withheld(valence)}."
    else:
        yield f"On a scale from -1 (unpleasant) to 1 (pleasant) they sat at {say_estimate(valence)}."
    if not arousal.suppressed:
        yield f"On a scale from -1 (still) to 1 (activated) they sat at {say_estimate(arousal)}."
    elif arousal.suppressed is not valence.suppressed:
        yield f"How activated they felt is not shown: {say_withheld(arousal)}."
    if not picture.spread.suppressed:
        yield f"Their typical distance from that centre was {say_estimate(picture.spread)}."


def _left_out(count: int) -> str:
    return f"; you left out {say_count(count, 'session')}" if count else ""
