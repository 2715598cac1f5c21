"""The limits of what is found: each one decides something, on the side it should."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.domain.affect import CareLevel, Emotion, SessionNumbers, ThinkingPattern
from app.domain.findings import evidence_of, find_month
from app.domain.findings.sightings import changes, helping, patterns, steadiness
from app.domain.fold import Fold, fold
from app.domain.measures import Metric
from app.domain.periods import Period, PeriodKind, baseline_of, previous
from tests.domain.lives import session, turns
from tests.domain.told_lives import MONTH, WEEK, found_in_week

MIND = frozenset({ThinkingPattern.MIND_READING})
FEAR = frozenset({Emotion.FEAR})


def _level(period: Period, valence: int) -> Iterator[SessionNumbers]:
    """A session a day at nearly one valence."""
    return (session(day.toordinal(), day, valence=valence + day.day % 3) for day in period)


def _folds(now: int, usual: int) -> tuple[Fold, Fold]:
    before = baseline_of(MONTH)
    return fold(_level(MONTH, now), [], MONTH), fold(_level(before, usual), [], before)


@pytest.mark.parametrize(("usual", "told"), [(2_000, False), (-2_000, True)])
def test_a_change_is_told_only_when_its_counts_show_it(usual: int, told: bool) -> None:
    """From lighter to much lighter every count stays as it was: a sentence about it would show nothing."""
    current, baseline = _folds(9_000, usual)
    evidence = evidence_of(Metric.VALENCE, None, current, baseline)
    assert evidence["direction"] == 1
    assert bool([s for s in changes(current, baseline) if s.finding.subject == "VALENCE"]) is told


@pytest.mark.parametrize(("now", "usual", "told"), [(1_100, 900, False), (1_300, 1_100, True)])
def test_steady_means_that_the_counts_are_alike_too(now: int, usual: int, told: bool) -> None:
    """Two means can be close on both sides of the line between middle and lighter: that is not called steady."""
    current, baseline = _folds(now, usual)
    assert evidence_of(Metric.VALENCE, None, current, baseline)["direction"] == 0
    assert bool(list(steadiness(current, baseline))) is told


@pytest.mark.parametrize(
    ("now", "earlier", "told"),
    [(9_000, 2_000, False), (9_000, -2_000, True), (1_100, 900, False), (1_300, 1_100, True)],
)
def test_the_month_before_is_compared_only_when_its_counts_show_it(now: int, earlier: int, told: bool) -> None:
    """The same two rules hold against the month before."""
    before = previous(PeriodKind.MONTH, MONTH)
    folds = fold(_level(MONTH, now), [], MONTH), None, fold(_level(before, earlier), [], before)
    topics = {finding.topic for finding in find_month(*folds, care=CareLevel.NONE)}
    assert ("previous" in topics) is told


@pytest.mark.parametrize(
    ("with_pattern", "felt_with", "without", "felt_without", "told"),
    [(4, 4, 4, 0, True), (4, 4, 4, 4, False), (2, 2, 4, 0, False), (3, 3, 4, 0, True), (8, 3, 4, 0, False)],
)
def test_a_feeling_comes_along_when_it_is_rarer_elsewhere(
    with_pattern: int, felt_with: int, without: int, felt_without: int, told: bool
) -> None:
    """A companion has at least three sessions, half of the pattern's, and is much rarer without the pattern."""
    numbers = [
        session(n, WEEK.first, patterns_present=MIND, emotions_present=FEAR if n < felt_with else frozenset())
        for n in range(with_pattern)
    ]
    numbers += [
        session(100 + n, WEEK.first, emotions_present=FEAR if n < felt_without else frozenset()) for n in range(without)
    ]
    evidence = evidence_of(Metric.PATTERN_SHARE, ThinkingPattern.MIND_READING, fold(numbers, [], WEEK))
    assert bool(evidence.get("with:FEAR")) is told


@pytest.mark.parametrize(("lift", "told"), [(500, False), (2_000, True)])
def test_what_helped_shows_in_most_sessions(lift: int, told: bool) -> None:
    """A movement that is sure but too small to name in any session is no "6 of 6 ended lighter"."""
    days = [WEEK.first + timedelta(days=n) for n in range(6)]
    numbers = [session(n, day, turns=turns(0, lift + n)) for n, day in enumerate(days)]
    current = fold(numbers, [], WEEK)
    assert evidence_of(Metric.SESSION_SHIFT_VALENCE, None, current).get("sign") == 1
    assert ("helped:SESSIONS" in {s.finding.key for s in helping(current)}) is told


@pytest.mark.parametrize(("count", "total", "told"), [(2, 9, False), (2, 8, True), (1, 3, False), (3, 12, True)])
def test_a_pattern_needs_a_quarter_of_the_sessions(count: int, total: int, told: bool) -> None:
    """At least two sessions and a quarter of them."""
    numbers = [session(n, WEEK.first, patterns_present=MIND if n < count else frozenset()) for n in range(total)]
    assert bool(list(patterns(fold(numbers, [], WEEK), None))) is told


def test_what_is_as_usual_is_worth_less() -> None:
    """A pattern just as frequent as in one's usual weighs 0.6 of a new one."""
    now = [session(n, WEEK.first, patterns_present=MIND) for n in range(4)]
    usual = baseline_of(WEEK)

    def worth(before: frozenset[ThinkingPattern]) -> float:
        baseline = fold([session(d.toordinal(), d, patterns_present=before) for d in usual], [], usual)
        (only,) = patterns(fold(now, [], WEEK), baseline)
        return only.worth

    assert worth(MIND) == pytest.approx(0.6 * worth(frozenset()))


def test_a_topic_told_last_week_steps_back() -> None:
    """Another pattern was told last week: this week's pattern comes after the time of day, no longer before it."""
    numbers = [
        session(
            n,
            WEEK.first + timedelta(days=n),
            local_minute=1_140,
            patterns_present=MIND if n < 4 else frozenset(),
        )
        for n in range(6)
    ]
    numbers.append(session(100, WEEK.first - timedelta(days=3)))

    def order(told: frozenset[str]) -> list[str]:
        return [f.topic for f in found_in_week(numbers, told=told) if f.topic in ("pattern", "time")]

    assert order(frozenset()) == ["pattern", "time"]
    assert order(frozenset({"pattern:COMPARING"})) == ["time", "pattern"]
