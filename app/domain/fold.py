"""The one fold: session numbers minus exclusions, over a period, and every measure of it.

Every day, week, range, baseline, comparison, preview and check of evidence goes through here. Reads nothing and
keeps nothing; what may be shown is decided in `estimates` and `differences`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

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
from app.domain.exclusions import ExclusionTarget, IsHidden, hidden_by
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
from app.domain.table import Days, SessionTable


class Fold:
    """The counted sessions of a period, ordered by local date, local minute and id, and how many were left out.

    A value: what is worked out of them is remembered, since most of it serves several answers.
    """

    __slots__ = ("_days", "_is_readable", "_readable", "_samples", "excluded_count", "period", "sessions")

    def __init__(
        self,
        period: Period,
        sessions: Iterable[SessionNumbers],
        excluded_count: int,
        *,
        days: Days | None = None,
        is_readable: bool | None = None,
    ) -> None:
        """`days` and `is_readable` (whether all sessions could be read) are said where they are known already."""
        self.period = period
        self.sessions = SessionTable.of(sessions)
        self.excluded_count = excluded_count
        self._days = days
        self._is_readable = is_readable
        self._readable: Days | None = None
        self._samples: dict[Metric, sampling.Samples] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fold) and self._told() == other._told()

    def __hash__(self) -> int:
        return hash(self._told())

    def __repr__(self) -> str:
        return f"Fold({self.period!r}, {self.sessions!r}, {self.excluded_count!r})"

    def _told(self) -> tuple[Period, SessionTable, int]:
        return self.period, self.sessions, self.excluded_count

    @property
    def days(self) -> Days:
        """The same sessions by local day, oldest first."""
        if self._days is None:
            self._days = Days.of(self.sessions)
        return self._days

    @property
    def is_readable(self) -> bool:
        """Whether the words of all sessions could be read well enough."""
        if self._is_readable is None:
            self._is_readable = min(self.sessions.column("confidence"), default=LEAST_CONFIDENCE) >= LEAST_CONFIDENCE
        return self._is_readable

    @property
    def readable_days(self) -> Days:
        """The readable sessions by local day, oldest first."""
        if self._readable is None:
            self._readable = self.days if self.is_readable else self.days.only("confidence", sampling.is_sure)
        return self._readable

    @property
    def readable(self) -> SessionTable:
        """Sessions whose words could be read well enough to tell of feelings and patterns; all count as sessions."""
        return self.sessions if self.is_readable else self.readable_days.sessions()

    @property
    def versions(self) -> frozenset[str]:
        """Analyser versions that the readable ones were read by: numbers of two versions do not compare."""
        return frozenset(self.readable.column("analyser_version"))

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
    inside = SessionTable.of(numbers).within(period)
    if sources is not None:
        inside = _with(inside, "source", sources)
    if alike is not None and (versions := alike.versions):
        inside = _with(inside, "analyser_version", versions)
    kept = _left(inside, hidden_by(targets)) if targets else inside
    return Fold(period, kept, len(inside) - len(kept))


def _with(table: SessionTable, name: str, values: frozenset[Any]) -> SessionTable:
    """The sessions that have one of `values` in a column."""
    column = table.column(name)
    if values.issuperset(column):
        return table
    return table.pick([place for place, value in enumerate(column) if value in values])


def _left(table: SessionTable, is_hidden: IsHidden) -> SessionTable:
    """The sessions that are not left out."""
    told = zip(*map(table.column, ("session_id", "local_date", "source")), strict=True)
    return table.pick([place for place, each in enumerate(told) if not is_hidden(*each)])


def cut(whole: Fold, unit_of: Callable[[date], Period]) -> list[Fold]:
    """The parts of `whole` that lie in each unit of the calendar and have a session, oldest first.

    The same as folding each unit by itself, but for what was left out, which is not counted again. The last day of a
    unit ends it, so that its days are looked up once.
    """
    parts: list[Fold] = []
    days, dates, start = whole.days, whole.days.dates(), 0
    is_readable = True if whole.is_readable else None
    while start < len(dates):
        unit = unit_of(dates[start])
        end = bisect_right(dates, unit.last, start)
        within = Period(max(unit.first, whole.period.first), min(unit.last, whole.period.last))
        inside = days.part(start, end)
        parts.append(Fold(within, inside.sessions(), 0, days=inside, is_readable=is_readable))
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
    weeks = {(day - first).days // 7 for day in baseline.days.dates()}
    return len(weeks) >= BASELINE_WEEKS_WITH_DATA
