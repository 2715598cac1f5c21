"""How the sessions of a period divide over one dimension: patterns, sources, emotions, or when they began.

A share is a count of sessions over a threshold, never a sum of probabilities; no slice says why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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


class DistributionDimension(StrEnum):
    """What sessions are divided by."""

    PATTERN = "PATTERN"
    SOURCE = "SOURCE"
    EMOTION = "EMOTION"
    TIME_OF_DAY = "TIME_OF_DAY"
    WEEKDAY = "WEEKDAY"


@dataclass(frozen=True, slots=True)
class DistributionSlice:
    """The sessions with one key. `count` is None when the share is withheld, `vs_baseline` while no usual exists."""

    key: str
    label: str
    count: int | None
    share: Estimate
    vs_baseline: Comparison | None
    affect: Affect


@dataclass(frozen=True, slots=True)
class Distribution:
    """Slices, largest share first, of the `sample_count` sessions that can have them; none when withheld."""

    period: Period
    by: DistributionDimension
    slices: tuple[DistributionSlice, ...]
    sample_count: int
    shares_sum_to_one: bool
    suppressed: SuppressionReason | None
    text_alternative: str


@dataclass(frozen=True, slots=True)
class _Division:
    """How a dimension reads a session. No dimension has more than 12 keys, so a slice OTHER is never needed."""

    keys: tuple[str, ...]
    keys_of: Callable[[SessionNumbers], Iterable[str]]
    one_each: bool
    heading: str

    @property
    def by_reading(self) -> bool:
        """Whether the words tell the keys (any number of them), not the circumstances (one each)."""
        return not self.one_each


_DIVISIONS = {
    DistributionDimension.PATTERN: _Division(
        tuple(ThinkingPattern), sampling.keys_of_pattern, False, "Thinking patterns that may have been there"
    ),
    DistributionDimension.SOURCE: _Division(tuple(Source), sampling.keys_of_source, True, "Where sessions came from"),
    DistributionDimension.EMOTION: _Division(
        tuple(Emotion), sampling.keys_of_emotion, False, "Feelings that showed up"
    ),
    DistributionDimension.TIME_OF_DAY: _Division(
        tuple(TimeOfDay), sampling.keys_of_part, True, "Times of day at which sessions began"
    ),
    DistributionDimension.WEEKDAY: _Division(
        tuple(Weekday), sampling.keys_of_weekday, True, "Weekdays on which sessions began"
    ),
}


@dataclass(frozen=True, slots=True)
class _Side:
    """A fold with the days and shares that one dimension counts in it."""

    fold: Fold
    days: sampling.Days
    shares: Mapping[str, ShareSample]


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
    known = tuple(numbers)
    now = fold(known, targets, period, sources)
    return distribution_of(now, fold(known, targets, baseline_of(period), sources, alike=now), by=by)


def distribution_of(whole_now: Fold, whole_usual: Fold, *, by: DistributionDimension) -> Distribution:
    """How a period divides that is folded already, beside the fold of the 12 weeks before it."""
    division = _DIVISIONS[by]
    now, usual = _side(whole_now, by), _side(whole_usual, by)
    anyone = now.shares[division.keys[0]]
    whole = now.fold.estimate(anyone)
    present = [key for key in division.keys if now.shares[key].hits or usual.shares[key].hits]
    slices = [] if whole.suppressed else [_slice(now, usual, key, division) for key in present]
    slices.sort(key=lambda part: -(part.count or 0))
    return Distribution(
        period=whole_now.period,
        by=by,
        slices=tuple(slices),
        sample_count=anyone.session_count,
        shares_sum_to_one=division.one_each,
        suppressed=whole.suppressed,
        text_alternative=_text(now.fold, division, whole, slices),
    )


def _side(whole: Fold, by: DistributionDimension) -> _Side:
    days = whole.readable_days if _DIVISIONS[by].by_reading else whole.days
    if by is DistributionDimension.PATTERN:
        days = sampling.full_use(days)
    return _Side(whole, days, sampling.shares(days, _DIVISIONS[by].keys_of, _DIVISIONS[by].keys))


def _slice(now: _Side, usual: _Side, key: str, division: _Division) -> DistributionSlice:
    share = now.fold.estimate(now.shares[key])
    claim = confidence_for_claim(now.fold.period, len(division.keys))
    told = now.days if division.by_reading else now.fold.readable_days
    days = sampling.only(told, lambda session: key in division.keys_of(session))
    return DistributionSlice(
        key=key,
        label=label(key),
        count=None if share.suppressed else now.shares[key].hits,
        share=share,
        vs_baseline=compare_samples(now.fold, usual.fold, now.shares[key], usual.shares[key], claim_confidence=claim),
        affect=Affect(estimate(sampling.valence(days)), estimate(sampling.arousal(days))),
    )


def _text(whole: Fold, division: _Division, shown: Estimate, slices: Sequence[DistributionSlice]) -> str:
    unread = f" {say_unread(whole.unread_count)}" if division.by_reading and whole.unread_count else ""
    heading = f"{say_period(whole.period)}. {division.heading}"
    if shown.suppressed:
        return f"{heading}: {say_withheld(shown)}.{unread}"
    sessions = say_count(shown.sample_count, "session")
    parts = [f"{part.label}: {part.count} of {sessions}" for part in slices if part.count]
    several = "" if division.one_each else " A session can show several, or none."
    return f"{heading}: {'; '.join(parts) or f'none in {sessions}'}.{several}{unread}"
