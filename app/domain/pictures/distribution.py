"""How the sessions of a period divide over one dimension: patterns, sources, emotions, or when they began.

A share is a count of sessions over a threshold, never a sum of probabilities; no slice says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.affect import Emotion, SessionNumbers, Source, ThinkingPattern, TimeOfDay, Weekday
from app.domain.estimates import sampling
from app.domain.estimates.differences import confidence_for_claim
from app.domain.estimates.estimate import Affect, Comparison, Estimate, ShareSample, SuppressionReason, estimate
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import Fold, compare_samples, fold
from app.domain.measures import label
from app.domain.periods import Period, baseline_of
from app.domain.pictures.plain_words import say_count, say_period, say_unread, say_withheld
from app.domain.table import Days, SessionTable


class DistributionDimension(StrEnum):
    """What sessions are divided by."""

    PATTERN = "PATTERN"
    SOURCE = "SOURCE"
    EMOTION = "EMOTION"
    TIME_OF_DAY = "TIME_OF_DAY"
    WEEKDAY = "WEEKDAY"


@dataclass(frozen=True, slots=True)
class _Division:
    """How a dimension reads a session. No dimension has more than 12 keys, so a slice OTHER is never needed."""

    keys: tuple[str, ...]
    read: sampling.Keys
    one_each: bool
    heading: str

    @property
    def by_reading(self) -> bool:
        """Whether the words tell the keys (any number of them), not the circumstances (one each)."""
        return not self.one_each


_DIVISIONS = {
    DistributionDimension.PATTERN: _Division(
        tuple(ThinkingPattern), sampling.PATTERN, False, "Thinking patterns that may have been there"
    ),
    DistributionDimension.SOURCE: _Division(tuple(Source), sampling.SOURCE, True, "Where sessions came from"),
    DistributionDimension.EMOTION: _Division(tuple(Emotion), sampling.EMOTION, False, "Feelings that showed up"),
    DistributionDimension.TIME_OF_DAY: _Division(
        tuple(TimeOfDay), sampling.PART, True, "Times of day at which sessions began"
    ),
    DistributionDimension.WEEKDAY: _Division(
        tuple(Weekday), sampling.WEEKDAY, True, "Weekdays on which sessions began"
    ),
}


_NO_DAYS = Days.of(SessionTable.of(()))


@dataclass(frozen=True, slots=True)
class _Side:
    """A fold with the days and shares that one dimension counts in it."""

    fold: Fold
    division: _Division
    days: Days
    shares: Mapping[str, ShareSample]
    _told: dict[str, Days] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Remembered, because one pass serves all keys; derived, so that the side stays a value."""

    def told(self, key: str) -> Days:
        """The days of the sessions with `key` that tell how it felt."""
        if not self._told:
            days = self.days if self.division.by_reading else self.fold.readable_days
            self._told.update(sampling.by_key(days, self.division.read))
        return self._told.get(key, _NO_DAYS)


@dataclass(frozen=True, slots=True)
class DistributionSlice:
    """The sessions with one key; what is beside their share is computed when it is asked for.

    `count` is None when the share is withheld, `vs_baseline` while no usual exists.
    """

    key: str
    label: str
    count: int | None
    share: Estimate
    now: _Side = field(repr=False)
    usual: _Side = field(repr=False)

    @property
    def vs_baseline(self) -> Comparison | None:
        """The share beside one's usual."""
        now, usual, key = self.now, self.usual, self.key
        claim = confidence_for_claim(now.fold.period, len(now.division.keys))
        return compare_samples(now.fold, usual.fold, now.shares[key], usual.shares[key], claim_confidence=claim)

    @property
    def affect(self) -> Affect:
        """Where these sessions sit on the plane."""
        days = self.now.told(self.key)
        return Affect(estimate(sampling.valence(days)), estimate(sampling.arousal(days)))


@dataclass(frozen=True, slots=True)
class Distribution:
    """Slices, largest share first, of the `sample_count` sessions that can have them; none when withheld."""

    now: Fold = field(repr=False)
    by: DistributionDimension
    slices: tuple[DistributionSlice, ...]
    whole: Estimate
    """That of any key: whether the picture is shown at all."""

    @property
    def period(self) -> Period:
        """What it is a picture of."""
        return self.now.period

    @property
    def sample_count(self) -> int:
        """Sessions that can have a key."""
        return self.whole.sample_count

    @property
    def shares_sum_to_one(self) -> bool:
        """Whether each session has exactly one key."""
        return _DIVISIONS[self.by].one_each

    @property
    def suppressed(self) -> SuppressionReason | None:
        """Why all of it is withheld."""
        return self.whole.suppressed

    @property
    def text_alternative(self) -> str:
        """One paragraph that says what the picture shows."""
        return _text(self.now, _DIVISIONS[self.by], self.whole, self.slices)


def distribution(
    numbers: Iterable[SessionNumbers],
    targets: Sequence[ExclusionTarget],
    period: Period,
    *,
    by: DistributionDimension,
    sources: frozenset[Source] | None = None,
) -> Distribution:
    """How `period` divides; `numbers` hold its sessions and those of the 12 weeks before it.

    A key without a session now has a slice only when one's usual has it. By PATTERN only sessions of FULL use count,
    by PATTERN and EMOTION only those that could be read; where a slice sits is told by those too.
    """
    known = SessionTable.of(numbers)
    now = fold(known, targets, period, sources)
    return distribution_of(now, fold(known, targets, baseline_of(period), sources, alike=now), by=by)


def distribution_of(whole_now: Fold, whole_usual: Fold, *, by: DistributionDimension) -> Distribution:
    """How a period divides that is folded already, beside the fold of the 12 weeks before it."""
    division = _DIVISIONS[by]
    now, usual = _side(whole_now, by), _side(whole_usual, by)
    anyone = now.shares[division.keys[0]]
    whole = now.fold.estimate(anyone)
    present = [key for key in division.keys if now.shares[key].hits or usual.shares[key].hits]
    slices = [] if whole.suppressed else [_slice(now, usual, key) for key in present]
    slices.sort(key=lambda part: -(part.count or 0))
    return Distribution(whole_now, by, tuple(slices), whole)


def _side(whole: Fold, by: DistributionDimension) -> _Side:
    division = _DIVISIONS[by]
    days = whole.readable_days if division.by_reading else whole.days
    if by is DistributionDimension.PATTERN:
        days = sampling.full_use(days)
    return _Side(whole, division, days, sampling.shares(days, division.read, division.keys))


def _slice(now: _Side, usual: _Side, key: str) -> DistributionSlice:
    share = now.fold.estimate(now.shares[key])
    return DistributionSlice(key, label(key), None if share.suppressed else now.shares[key].hits, share, now, usual)


def _text(whole: Fold, division: _Division, shown: Estimate, slices: Sequence[DistributionSlice]) -> str:
    unread = f" {say_unread(whole.unread_count)}" if division.by_reading and whole.unread_count else ""
    heading = f"{say_period(whole.period)}. {division.heading}"
    if shown.suppressed:
        return f"{heading}: {say_withheld(shown)}.{unread}"
    sessions = say_count(shown.sample_count, "session")
    parts = [f"{part.label}: {part.count} of {sessions}" for part in slices if part.count]
    several = "" if division.one_each else " A session can show several, or none."
    return f"{heading}: {'; '.join(parts) or f'none in {sessions}'}.{several}{unread}"
