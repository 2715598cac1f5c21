"""What a week finds: how much, how often, and never more than the numbers hold."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.affect import CareLevel, Emotion, SessionNumbers, ThinkingPattern
from app.domain.estimates.estimate import Direction
from app.domain.exclusions import ExclusionTarget
from app.domain.findings import (
    Evidence,
    InsightKind,
    SuggestedAction,
    evidence_from_json,
    evidence_of,
    evidence_to_json,
    find_week,
    recheck,
)
from app.domain.findings.sightings import times
from app.domain.fold import fold
from app.domain.measures import SUBJECTS, Metric
from app.domain.periods import baseline_of
from tests.domain.lives import session, some_sessions, steady_life, turns
from tests.domain.told_lives import MONTH, WEEK, before_of, changing_life, folds_of, found_in_week

SEEDS = st.integers(0, 2**32)
MONDAY = WEEK.first


def _week_of_sessions(count: int, **changes: Any) -> list[SessionNumbers]:
    return [session(n, MONDAY + timedelta(days=n % 7), **changes) for n in range(count)]


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_a_week_gives_at_most_three_fresh_findings(seed: int) -> None:
    """At most 3 cards, keys unique, none of them told the week before."""
    numbers = list(changing_life(seed))
    before = found_in_week(numbers)
    told = frozenset(finding.key for finding in before)
    after = found_in_week(numbers, told=told)
    for findings in (before, after):
        keys = [finding.key for finding in findings]
        assert len(keys) <= 3
        assert len(keys) == len(set(keys))
        assert all(len(finding.evidence) <= 4 for finding in findings)
    assert not told & {finding.key for finding in after}


def test_a_week_without_sessions_says_nothing() -> None:
    """No session in the week: no card, not even a question."""
    assert found_in_week([session(1, MONDAY - timedelta(days=3))]) == ()


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_sessions_ask_a_question(count: int) -> None:
    """Too few for a picture: exactly one QUESTION, and other words than last week's."""
    numbers = _week_of_sessions(count)
    (finding,) = found_in_week(numbers)
    (again,) = found_in_week(numbers, told=frozenset({finding.key}))
    assert finding.kind is again.kind is InsightKind.QUESTION
    assert finding.key != again.key


def test_three_sessions_give_cards() -> None:
    """From 3 sessions on there is at least one card, whatever they hold."""
    numbers = [session(100, MONDAY - timedelta(days=8)), *_week_of_sessions(3)]
    assert len(found_in_week(numbers)) >= 1


def test_explicit_care_gives_one_offer_of_support() -> None:
    """EXPLICIT: exactly one card, which offers support and rests on no number at all."""
    (finding,) = found_in_week(_week_of_sessions(7), care=CareLevel.EXPLICIT)
    assert finding.suggestion is SuggestedAction.SEE_SUPPORT
    assert finding.evidence == ()


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_a_mention_celebrates_nothing(seed: int) -> None:
    """MENTION: the first card offers support; no milestone, no what-helped, no steadiness, no welcome feeling."""
    findings = found_in_week(list(changing_life(seed)), care=CareLevel.MENTION)
    quiet = (InsightKind.QUESTION, InsightKind.RHYTHM)
    assert all(finding.kind in quiet for finding in findings)
    assert all(finding.subject not in (Emotion.JOY, Emotion.WARMTH, Emotion.HOPE) for finding in findings)
    assert [finding.suggestion for finding in findings[:1]] == [SuggestedAction.SEE_SUPPORT][: len(findings)]


def test_a_mention_offers_support_first_and_then_a_rest() -> None:
    """MENTION: the first card's step is support and every other card's a quiet minute."""
    evening = {"local_minute": 1_140, "valence": -6_000, "emotions_present": frozenset({Emotion.SADNESS})}
    findings = found_in_week(_week_of_sessions(7, **evening), care=CareLevel.MENTION)
    first, *others = [finding.suggestion for finding in findings]
    assert first is SuggestedAction.SEE_SUPPORT
    assert set(others) == {SuggestedAction.TAKE_A_BREAK}


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_a_change_is_told_only_when_the_comparison_says_so(seed: int) -> None:
    """SHIFT, STEADY and changed patterns rest on a settled direction; plain patterns make no comparison."""
    for finding in found_in_week(list(changing_life(seed))):
        comparison = finding.evidence[0].comparison if finding.evidence else None
        direction = None if comparison is None else comparison.direction
        if finding.topic == "change":
            assert direction in (Direction.HIGHER, Direction.LOWER)
        elif finding.topic == "steady":
            assert direction is Direction.SIMILAR
        else:
            assert comparison is None


def test_what_helped_needs_an_interval_above_zero() -> None:
    """Sessions that all end lighter are told; the same with one wild day in four are not."""
    lifted = [session(n, MONDAY + timedelta(days=n), turns=turns(-2_000, 1_000)) for n in range(6)]
    mixed = [session(n, MONDAY + timedelta(days=n), turns=turns(0, (-1) ** n * 4_000)) for n in range(6)]
    assert InsightKind.WHAT_HELPED in {finding.kind for finding in found_in_week(lifted)}
    assert InsightKind.WHAT_HELPED not in {finding.kind for finding in found_in_week(mixed)}


@pytest.mark.parametrize(
    ("earlier", "key"),
    [(0, "milestone:first-week"), (8, "milestone:10"), (48, "milestone:50"), (60, None)],
)
def test_milestones_mark_firsts_and_round_numbers(earlier: int, key: str | None) -> None:
    """A first week and the week of a round number are marked once; other weeks are not."""
    old = [session(1_000 + n, MONDAY - timedelta(days=1 + n % 14)) for n in range(earlier)]
    keys = {finding.key for finding in found_in_week([*old, *_week_of_sessions(4)]) if finding.topic == "milestone"}
    assert keys == ({key} if key else set())


@pytest.mark.parametrize(("days_away", "returned"), [(22, True), (40, True), (200, True), (21, False), (5, False)])
def test_a_return_is_told_after_three_weeks_away(days_away: int, returned: bool) -> None:
    """Coming back after more than 21 days is a milestone, also when nothing lies in the 12 weeks before."""
    old = [session(1_000 + n, MONDAY - timedelta(days=days_away)) for n in range(15)]
    keys = {finding.key for finding in found_in_week([*old, *_week_of_sessions(3)])}
    assert ("milestone:return" in keys) is returned


def test_leaving_sessions_out_makes_no_milestone() -> None:
    """With all that came before left out, a week is neither the first one nor a return; numbers are still passed."""
    for earlier, expected in ((12, set()), (6, {"milestone:10"})):
        old = [session(1_000 + n, MONDAY - timedelta(days=1 + n)) for n in range(earlier)]
        numbers = [*old, *_week_of_sessions(4)]
        targets = [ExclusionTarget(first=MONDAY - timedelta(days=30), last=MONDAY)]
        current, usual = fold(numbers, targets, WEEK), fold(numbers, targets, baseline_of(WEEK))
        found = find_week(
            current, usual, told_last_week=frozenset(), care=CareLevel.NONE, before=before_of(numbers, WEEK)
        )
        assert current.excluded_count == 1
        assert {finding.key for finding in found if finding.topic == "milestone"} == expected


def test_a_time_leans_only_when_chance_would_seldom_do_it() -> None:
    """Heavy evenings beside light mornings are told as such; three heavy evenings among heavy days are not."""
    clear = [session(n, MONDAY + timedelta(days=n % 7), local_minute=1_140, valence=-6_000) for n in range(5)]
    clear += [session(20 + n, MONDAY + timedelta(days=n % 7), local_minute=480, valence=6_000) for n in range(6)]
    chance = [session(n, MONDAY + timedelta(days=n % 7), local_minute=1_140, valence=-6_000) for n in range(3)]
    chance += [session(20 + n, MONDAY + timedelta(days=n), valence=6_000 if n > 3 else -6_000) for n in range(5)]
    leaning = {s.finding.subject for s in times(folds_of(clear, WEEK)[0], None)}
    assert "EVENING" in leaning
    assert not {s.finding.subject for s in times(folds_of(chance, WEEK)[0], None)} & {"EVENING"}


def test_a_pattern_is_found_with_the_feeling_that_came_along() -> None:
    """The companion of a pattern is counted among its sessions, and only when it was rarer elsewhere."""
    mind = {"patterns_present": frozenset({ThinkingPattern.MIND_READING})}
    fear = {"emotions_present": frozenset({Emotion.FEAR})}
    numbers = [session(n, MONDAY + timedelta(days=n), **mind, **(fear if n else {})) for n in range(4)]
    numbers += [session(10 + n, MONDAY + timedelta(days=n)) for n in range(3)]
    evidence = evidence_of(Metric.PATTERN_SHARE, ThinkingPattern.MIND_READING, fold(numbers, [], WEEK))
    assert dict(evidence.shown) == {"count": 4, "total": 7, "with:FEAR": 3} | _sign(evidence)


def _sign(evidence: Evidence) -> dict[str, int]:
    return {name: n for name, n in evidence.shown if name == "sign"}


@given(some_sessions)
@settings(max_examples=15, deadline=None)
def test_evidence_survives_json_and_matches_its_own_fold(numbers: list[SessionNumbers]) -> None:
    """Every measure: JSON there and back is the identity, and folding the same sessions again matches."""
    current, usual = fold(numbers, [], WEEK), fold(numbers, [], baseline_of(WEEK))
    for metric in Metric:
        for subject in SUBJECTS.get(metric, (None,)):
            against = None if metric is Metric.SESSION_COUNT else usual
            evidence = evidence_of(metric, subject, current, against)
            assert evidence_from_json(evidence_to_json(evidence)) == evidence
            assert recheck(evidence, current, usual)


def test_evidence_changes_when_a_session_is_left_out() -> None:
    """A sentence whose counts no longer hold is noticed; a landmark already passed still stands."""
    numbers = _week_of_sessions(5)
    whole, _, _ = folds_of(numbers, WEEK)
    less, _, _ = folds_of(numbers[:-1], WEEK)
    evidence = evidence_of(Metric.SESSION_COUNT, None, whole, landmark=10)
    assert recheck(evidence, whole, None)
    assert not recheck(evidence, less, None)


def test_shares_are_counts_of_the_fold() -> None:
    """The integers shown for a share give the value of its estimate."""
    current, usual, _ = folds_of(list(changing_life(7)), WEEK)
    for metric in (Metric.PATTERN_SHARE, Metric.SOURCE_SHARE, Metric.TIME_SHARE):
        for subject in SUBJECTS[metric]:
            evidence = evidence_of(metric, subject, usual)
            assert evidence.value.value == pytest.approx(evidence["count"] / evidence["total"])
    assert current.session_count


def _month_with_mondays(mondays: int, each: int) -> list[SessionNumbers]:
    """A month of light days, with heavy sessions on its first Mondays."""
    light = [session(d.toordinal(), d, valence=6_000) for d in MONTH if d.weekday() > 0]
    heavy_days = [d for d in MONTH if d.weekday() == 0][:mondays]
    return light + [session(10 * d.toordinal() + n, d, valence=-6_000) for d in heavy_days for n in range(each)]


@pytest.mark.parametrize(("mondays", "each", "leans"), [(1, 6, False), (2, 3, False), (3, 2, True), (4, 1, True)])
def test_a_weekday_leans_over_days_and_not_over_sessions(mondays: int, each: int, leans: bool) -> None:
    """However many sessions a single Monday had, it is one day: a rhythm needs three."""
    month = fold(_month_with_mondays(mondays, each), [], MONTH)
    assert ("MONDAY" in {s.finding.subject for s in times(month, None, weekdays=True)}) is leans


def test_one_busy_day_is_not_crowded() -> None:
    """Half of a week's sessions in one evening are no rhythm of evenings; on three evenings they are."""
    rest = [session(n, MONDAY + timedelta(days=n), local_minute=480) for n in range(3)]
    for days, told in ((1, False), (3, True)):
        evenings = [session(20 + n, MONDAY + timedelta(days=n % days), local_minute=1_140) for n in range(6)]
        week = fold([*rest, *evenings], [], WEEK)
        assert ("EVENING" in {s.finding.subject for s in times(week, None)}) is told


def test_steady_months_seldom_lean() -> None:
    """With whom nothing depends on the hour or the weekday, at most 5 % of months lean anywhere."""
    months = [fold(list(steady_life(Random(seed), MONTH)), [], MONTH) for seed in range(400)]
    for weekdays in (False, True):
        seen = [any(len(s.finding.evidence) > 1 for s in times(month, None, weekdays=weekdays)) for month in months]
        assert sum(seen) <= 0.05 * len(seen)
