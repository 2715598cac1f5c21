"""The one fold: session numbers minus exclusions, over a period, and every measure of it.

Every day, week, range, baseline, comparison, preview and check of evidence goes through here. Reads nothing and
keeps nothing; what may be shown is decided in `estimates` and `differences`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import date
from itertools import chain
from operator import attrgetter

from app.domain.affect import SessionNumbers, Source
from app.domain.estimates import sampling
from app.domain.estimates.differences import comparison
from app.domain.estimates.estimate import (
    Affect,
    Comparison,
    Direction,
    Estimate,
    Sample,
    ShareSample,
    SuppressionReason,
    counted,
    estimate,
    withheld,
)
from app.domain.exclusions import ExclusionTarget, hidden_by
from app.domain.measures import (
    BASELINE_WEEKS_WITH_DATA,
    CONFIDENCE,
    CORRECTED_CONFIDENCE,
    DAYS_FOR_NARRATIVE,
    LEAST_CONFIDENCE,
    SESSIONS_FOR_NARRATIVE,
    Metric,
    check_subject,
)
from app.domain.periods import Period, PeriodKind, month_of, previous


@dataclass(frozen=True, slots=True)
class Fold:
    """The counted sessions of a period, ordered by local date, local minute and id, and how many were left out."""

    period: Period
    sessions: tuple[SessionNumbers, ...]
    excluded_count: int
    days: sampling.Days = field(init=False, repr=False, compare=False)
    """The same sessions by local day, oldest first."""
    readable: tuple[SessionNumbers, ...] = field(init=False, repr=False, compare=False)
    """Those whose words could be read well enough to tell of feelings and patterns; all count as sessions."""
    readable_days: sampling.Days = field(init=False, repr=False, compare=False)
    """The readable ones by local day, oldest first."""
    _samples: dict[Metric, sampling.Samples] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Remembered, because one pass serves all subjects of a metric; derived, so the fold stays a value."""
    grouped: InitVar[sampling.Days | None] = None
    """`days`, where they are known already."""

    def __post_init__(self, grouped: sampling.Days | None) -> None:
        days = sampling.by_day(self.sessions) if grouped is None else grouped
        readable = tuple([session for session in self.sessions if session.confidence >= LEAST_CONFIDENCE])
        every = len(readable) == len(self.sessions)
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "readable", readable)
        object.__setattr__(self, "readable_days", days if every else sampling.by_day(readable))

    @property
    def versions(self) -> frozenset[str]:
        """Analyser versions that the readable ones were read by: numbers of two versions do not compare."""
        return frozenset([session.analyser_version for session in self.readable])

    @property
    def session_count(self) -> int:
        """Sessions counted."""
        return len(self.sessions)

    @property
    def unread_count(self) -> int:
        """Sessions counted whose words could not be read well."""
        return len(self.sessions) - len(self.readable)

    @property
    def day_count(self) -> int:
        """Different local days with a counted session."""
        return len(self.days)

    def measure(self, metric: Metric, subject: str | None = None, *, confidence: float = CONFIDENCE) -> Estimate:
        """`metric` about `subject` on its own scale, with its interval at `confidence`.

        Withheld by the same rules at every confidence; EXCLUDED when the person left out all there was, TOO_UNCERTAIN
        when there are sessions, none of them could be read and nothing else tells.
        SESSION_COUNT is exact and never withheld. ValueError when the subject does not fit the metric.
        """
        if metric is Metric.SESSION_COUNT:
            check_subject(metric, subject)
            return counted(self.session_count, self.day_count)
        return self.estimate(self.sample(metric, subject), confidence=confidence)

    def affect(self) -> Affect:
        """Where the sessions sit on the plane."""
        days = self.readable_days
        return Affect(self.estimate(sampling.valence(days)), self.estimate(sampling.arousal(days)))

    def count(self, metric: Metric, subject: str) -> int:
        """Sessions that count for a share: the 7 of "7 of 17 sessions". ValueError when `metric` is none."""
        sample = self.sample(metric, subject)
        if isinstance(sample, ShareSample):
            return sample.hits
        raise ValueError(f"{metric} is not a share")

    def sample(self, metric: Metric, subject: str | None = None) -> Sample:
        """What `metric` rests on. ValueError when the subject does not fit, and for SESSION_COUNT."""
        found = self._samples.get(metric)
        if found is None:
            if metric is Metric.SESSION_COUNT:
                raise ValueError("a count is exact: it has no sample")
            days = self.days if metric in _WITHOUT_READING else self.readable_days
            found = self._samples[metric] = sampling.samples(days, metric)
        sample = found.get(subject)
        if sample is None:
            raise ValueError(f"{metric} cannot be about {subject}")
        return sample

    def counted(self, metric: Metric, subject: str | None = None) -> tuple[SessionNumbers, ...]:
        """The sessions behind `metric`, in the order of `sessions`. ValueError when the subject does not fit."""
        check_subject(metric, subject)
        return tuple([session for session in self.sessions if sampling.tells(session, metric, subject)])

    def estimate(self, sample: Sample, *, confidence: float = CONFIDENCE) -> Estimate:
        """The estimate of a sample of this fold; says EXCLUDED or TOO_UNCERTAIN when there is nothing to sample."""
        return self.nothing(sample) or estimate(sample, confidence)

    def nothing(self, sample: Sample) -> Estimate | None:
        """Why an empty sample of this fold is empty, None when there were too few sessions from the start."""
        if self.excluded_count and not self.sessions:
            return withheld(SuppressionReason.EXCLUDED, 0, 0, None)
        if self.sessions and not self.readable and not sample.session_count:
            return withheld(SuppressionReason.TOO_UNCERTAIN, 0, 0, None)
        return None


_WITHOUT_READING = sampling.OF_EVERY_SESSION | {Metric.SESSION_SHIFT_VALENCE}
"""A person's own rating of a session needs no reading; its sample looks for itself which sessions have one."""


_IN_ORDER = attrgetter("local_date", "local_minute", "session_id")


def fold(
    numbers: Iterable[SessionNumbers],
    targets: Sequence[ExclusionTarget],
    period: Period,
    sources: frozenset[Source] | None = None,
    *,
    alike: Fold | None = None,
) -> Fold:
    """The sessions of `numbers` (any order, any span) that lie in `period` and come from `sources` (None: from all).

    Those that a target covers are counted as left out and otherwise ignored. The order of `numbers` and `targets`
    changes nothing. A usual for `alike` takes only sessions that were read by the analyser that read those.
    """
    first, last = period.first, period.last
    inside = [s for s in numbers if first <= s.local_date <= last and (sources is None or s.source in sources)]
    versions = alike.versions if alike is not None else None
    if versions:
        inside = [session for session in inside if session.analyser_version in versions]
    hidden = hidden_by(targets)
    kept = [s for s in inside if not hidden(s.session_id, s.local_date, s.source)] if targets else inside
    kept.sort(key=_IN_ORDER)
    return Fold(period, tuple(kept), len(inside) - len(kept))


def cut(whole: Fold, unit_of: Callable[[date], Period]) -> list[Fold]:
    """The parts of `whole` that lie in each unit of the calendar and have a session, oldest first.

    The same as folding each unit by itself, but for what was left out, which is not counted again. The last day of a
    unit ends it, so that its days are looked up once.
    """
    parts: list[Fold] = []
    days, start = whole.days, 0
    while start < len(days):
        unit = unit_of(days[start][0].local_date)
        end = start + 1
        while end < len(days) and days[end][0].local_date <= unit.last:
            end += 1
        within = Period(max(unit.first, whole.period.first), min(unit.last, whole.period.last))
        inside = days[start:end]
        parts.append(Fold(within, tuple(chain.from_iterable(inside)), 0, inside))
        start = end
    return parts


def compare(
    current: Fold,
    baseline: Fold,
    metric: Metric,
    subject: str | None = None,
    *,
    claim_confidence: float = CORRECTED_CONFIDENCE,
) -> Comparison | None:
    """`metric` in `current` against one's own usual, which `baseline` folds; a claim needs `claim_confidence`.

    None when the baseline has sessions in fewer than 4 of its weeks; of a month against the month before, when either
    is too small to be told. The difference is TOO_UNCERTAIN when more than one analyser version read them.
    ValueError when the subject does not fit the metric, and for SESSION_COUNT: periods differ in length.
    """
    now, usual = current.sample(metric, subject), baseline.sample(metric, subject)
    return compare_samples(current, baseline, now, usual, claim_confidence=claim_confidence)


def compare_samples(
    current: Fold, baseline: Fold, now: Sample, usual: Sample, *, claim_confidence: float = CORRECTED_CONFIDENCE
) -> Comparison | None:
    """The same for samples that no metric names."""
    if not _is_comparable(current, baseline):
        return None
    answer = comparison(now, usual, baseline.period, claim_confidence=claim_confidence)
    nothing, nothing_usual = current.nothing(now), baseline.nothing(usual)
    silence = nothing or nothing_usual or _of_two_versions(current, baseline, answer.difference)
    if silence is None:
        return answer
    sides = nothing or answer.current, nothing_usual or answer.baseline
    return Comparison(*sides, silence, Direction.UNCLEAR, baseline.period)


def _of_two_versions(current: Fold, baseline: Fold, difference: Estimate) -> Estimate | None:
    if len(current.versions | baseline.versions) < 2:
        return None
    return withheld(SuppressionReason.TOO_UNCERTAIN, difference.sample_count, difference.day_count, None)


def _is_comparable(current: Fold, baseline: Fold) -> bool:
    month = current.period
    if month == month_of(month.first) and baseline.period == previous(PeriodKind.MONTH, month):
        return is_enough_for_month(current) and is_enough_for_month(baseline)
    return has_baseline(baseline)


def is_enough_for_month(month: Fold) -> bool:
    """Whether a month can be told, and set beside another: 8 sessions on 6 days."""
    return month.session_count >= SESSIONS_FOR_NARRATIVE and month.day_count >= DAYS_FOR_NARRATIVE


def has_baseline(baseline: Fold) -> bool:
    """Whether enough weeks of `baseline`, counted from its first day, have a session to speak of a usual."""
    first = baseline.period.first
    weeks = {(day[0].local_date - first).days // 7 for day in baseline.days}
    return len(weeks) >= BASELINE_WEEKS_WITH_DATA
