"""The one fold: which sessions count, and what each metric makes of them. Intervals are tested with estimates."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from math import dist
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import EMOTIONS, UNIT, Emotion, SessionNumbers, Source, ThinkingPattern, TurnKind, Use
from app.domain.estimates.estimate import Direction, Estimate, MeanSample, SuppressionReason
from app.domain.estimates.sampling import is_readable
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import Fold, compare, fold
from app.domain.measures import CORRECTED_CONFIDENCE, FAMILY, LEAST_CONFIDENCE, SUBJECTS, Metric
from app.domain.periods import Period, baseline_of
from tests.domain.lives import (
    MARCH,
    calmly,
    month_of_valences,
    session,
    some_sessions,
    some_targets,
    steady_life,
    turns,
)
from tests.domain.test_estimates import assert_coherent

LONG = Period(date(2025, 12, 1), date(2026, 4, 5))
sessions_and_targets = some_sessions.flatmap(lambda known: st.tuples(st.just(known), some_targets(known)))


def all_measures(whole: Fold) -> list[Estimate]:
    """Every measure of the family, and the count."""
    return [whole.measure(Metric.SESSION_COUNT), *(whole.measure(metric, subject) for metric, subject in FAMILY)]


@calmly
@given(given_=sessions_and_targets, random=st.randoms(use_true_random=False))
def test_order_changes_nothing(given_: tuple[list[SessionNumbers], list[ExclusionTarget]], random: Random) -> None:
    """Sessions and exclusions in any order fold to the same value with the same measures, to the last bit."""
    sessions, targets = given_
    before = fold(sessions, targets, LONG)
    mixed, mixed_targets = random.sample(sessions, len(sessions)), random.sample(targets, len(targets))
    after = fold(mixed, mixed_targets, LONG)
    assert after == before
    assert all_measures(after) == all_measures(before)


@calmly
@given(given_=sessions_and_targets)
def test_fold_keeps_exactly_what_no_target_covers(
    given_: tuple[list[SessionNumbers], list[ExclusionTarget]],
) -> None:
    """Counted and left-out sessions are those of the period, told apart by the rule of exclusions."""
    sessions, targets = given_
    whole = fold(sessions, targets, MARCH)
    inside = [s for s in sessions if s.local_date in MARCH]
    kept = [s for s in inside if not any(t.covers(s.session_id, s.local_date, s.source) for t in targets)]
    assert sorted(s.session_id for s in whole.sessions) == sorted(s.session_id for s in kept)
    assert whole.excluded_count == len(inside) - len(kept)
    assert whole.session_count == len(kept)
    assert whole.day_count == len({s.local_date for s in kept})
    assert list(whole.sessions) == sorted(kept, key=lambda s: (s.local_date, s.local_minute, s.session_id))


@calmly
@given(given_=sessions_and_targets)
def test_excluding_and_restoring_is_the_identity(
    given_: tuple[list[SessionNumbers], list[ExclusionTarget]],
) -> None:
    """Taking exclusions back gives the very numbers that were there; leaving out equals never having had."""
    sessions, targets = given_
    before = fold(sessions, [], LONG)
    without = fold(sessions, targets, LONG)
    assert all_measures(fold(sessions, [], LONG)) == all_measures(before)
    never = [s for s in sessions if not any(t.covers(s.session_id, s.local_date, s.source) for t in targets)]
    if never:
        assert all_measures(fold(never, [], LONG)) == all_measures(without)


@calmly
@given(sessions=some_sessions)
def test_every_measure_is_coherent(sessions: list[SessionNumbers]) -> None:
    """Whatever the sessions, each measure has its value in its interval, or says why it has none."""
    for number in all_measures(fold(sessions, [], LONG)):
        assert_coherent(number)


@calmly
@given(sessions=some_sessions)
def test_means_are_exact(sessions: list[SessionNumbers]) -> None:
    """Valence is the mean of day means of the sessions that could be read, as exact fractions give it."""
    days: dict[date, list[int]] = {}
    for one in filter(is_readable, sessions):
        days.setdefault(one.local_date, []).append(one.valence)
    number = fold(sessions, [], LONG).measure(Metric.VALENCE)
    if number.value is not None:
        exact = sum(Fraction(sum(day), len(day) * UNIT) for day in days.values()) / len(days)
        assert number.value == pytest.approx(float(exact), abs=1e-12)


@calmly
@given(sessions=some_sessions)
def test_spread_is_the_root_mean_square_distance(sessions: list[SessionNumbers]) -> None:
    """Spread is the distance of sessions from the centre that is shown, computed the long way, and lies in 0..2.83."""
    whole = fold(sessions, [], LONG)
    number = whole.measure(Metric.SPREAD)
    if number.value is not None:
        places = [(s.valence / UNIT, s.arousal / UNIT) for s in filter(is_readable, sessions)]
        centre = whole.sample(Metric.VALENCE), whole.sample(Metric.AROUSAL)
        middle = [sum(axis.days) / axis.day_count for axis in centre if isinstance(axis, MeanSample)]
        expected = (sum(dist(place, middle) ** 2 for place in places) / len(places)) ** 0.5
        assert number.value == pytest.approx(expected, abs=1e-9)
        assert 0 <= number.value <= 2.83


@calmly
@given(sessions=some_sessions)
def test_shares_of_source_and_time_sum_to_one(sessions: list[SessionNumbers]) -> None:
    """Each session has one source, one part of the day and one weekday, so their counts add up."""
    whole = fold(sessions, [], LONG)
    for metric, subjects in (
        (Metric.SOURCE_SHARE, SUBJECTS[Metric.SOURCE_SHARE]),
        (Metric.TIME_SHARE, SUBJECTS[Metric.TIME_SHARE][:4]),
        (Metric.TIME_SHARE, SUBJECTS[Metric.TIME_SHARE][4:]),
    ):
        assert sum(whole.count(metric, subject) for subject in subjects) == len(sessions)


def test_sources_are_filtered_before_anything_is_counted() -> None:
    """With sources given, others are neither counted nor counted as left out."""
    sessions = [session(n, MARCH.first, source=source) for n, source in enumerate(Source)]
    whole = fold(sessions, [ExclusionTarget(source=Source.LENS)], MARCH, frozenset({Source.MIRROR, Source.LENS}))
    assert [s.source for s in whole.sessions] == [Source.MIRROR]
    assert whole.excluded_count == 1


def test_affect_only_sessions_count_for_affect_alone() -> None:
    """A session of AFFECT_ONLY use adds to counts and feelings, never to patterns, shifts or turns."""
    full = [
        session(n, MARCH.first + timedelta(days=n), patterns_present=frozenset({ThinkingPattern.LABELING}))
        for n in range(6)
    ]
    other = [session(100 + n, MARCH.first + timedelta(days=n), use=Use.AFFECT_ONLY, self_shift=5000) for n in range(10)]
    whole = fold([*full, *other], [], MARCH)
    assert whole.measure(Metric.VALENCE).sample_count == whole.session_count == 16
    labelling = whole.measure(Metric.PATTERN_SHARE, ThinkingPattern.LABELING)
    assert (labelling.value, labelling.sample_count, labelling.day_count) == (1.0, 6, 6)
    assert whole.count(Metric.PATTERN_SHARE, ThinkingPattern.LABELING) == 6
    assert whole.measure(Metric.SESSION_SHIFT_VALENCE).sample_count == 0


def test_emotion_intensity_counts_absence_as_zero() -> None:
    """The intensity of an emotion is its mean over all sessions of the day, present or not."""
    hope = EMOTIONS.index(Emotion.HOPE)
    strong = tuple(6000 if n == hope else 0 for n in range(len(EMOTIONS)))
    sessions = [session(n, MARCH.first + timedelta(days=n), emotions=strong) for n in range(5)]
    sessions += [session(10 + n, MARCH.first + timedelta(days=n)) for n in range(5)]
    whole = fold(sessions, [], MARCH)
    assert whole.measure(Metric.EMOTION_INTENSITY, Emotion.HOPE).value == pytest.approx(0.3)
    assert whole.measure(Metric.EMOTION_INTENSITY, Emotion.JOY).value == 0


@pytest.mark.parametrize(
    ("course", "rating", "expected"),
    [((-2000, 5000, 1000), None, 0.3), ((-2000, 1000), -1000, -0.1), ((), 4000, 0.4), ((-2000,), 4000, 0.4)],
)
def test_session_shift_prefers_the_own_rating(course: tuple[int, ...], rating: int | None, expected: float) -> None:
    """A session moved by its own rating when there is one, else from its first PERSON turn to its last."""
    sessions = [session(n, MARCH.first + timedelta(days=n), turns=turns(*course), self_shift=rating) for n in range(5)]
    assert fold(sessions, [], MARCH).measure(Metric.SESSION_SHIFT_VALENCE).value == pytest.approx(expected)


def test_session_without_two_turns_or_rating_has_no_shift() -> None:
    """A single turn moves nowhere: such sessions are not counted as unmoved."""
    sessions = [session(n, MARCH.first + timedelta(days=n), turns=turns(4000)) for n in range(9)]
    number = fold(sessions, [], MARCH).measure(Metric.SESSION_SHIFT_VALENCE)
    assert (number.suppressed, number.sample_count) == (SuppressionReason.TOO_FEW_SESSIONS, 0)


def test_turn_shift_is_grouped_by_the_later_turns_kind() -> None:
    """A turn is its valence minus that of the PERSON turn before, under its own kind; sessions are the sample."""
    course = (
        *turns(-4000, kind=TurnKind.OPENING),
        *turns(1000, kind=TurnKind.REFRAMING),
        *turns(2000, kind=TurnKind.CLOSING),
        *turns(3000, kind=TurnKind.CLOSING),
    )
    whole = fold([session(n, MARCH.first + timedelta(days=n), turns=course) for n in range(5)], [], MARCH)
    found = {kind: whole.measure(Metric.TURN_SHIFT_VALENCE, kind) for kind in TurnKind}
    assert found[TurnKind.REFRAMING].value == pytest.approx(0.5)
    assert found[TurnKind.CLOSING].value == pytest.approx(0.1)
    assert found[TurnKind.CLOSING].sample_count == 5
    assert found[TurnKind.OPENING].sample_count == 0


def test_nothing_left_says_excluded() -> None:
    """When the person left out all sessions, every measure says so; an empty period is merely too small."""
    sessions = month_of_valences(*[1000] * 9)
    hidden = fold(sessions, [ExclusionTarget(first=MARCH.first, last=MARCH.last)], MARCH)
    assert {hidden.measure(*one).suppressed for one in FAMILY} == {SuppressionReason.EXCLUDED}
    assert {fold([], [], MARCH).measure(*one).suppressed for one in FAMILY} == {SuppressionReason.TOO_FEW_SESSIONS}
    assert hidden.measure(Metric.SESSION_COUNT).value == 0


def test_confidence_widens_a_measure() -> None:
    """A measure at the corrected confidence has the same value and a wider interval."""
    whole = fold(month_of_valences(*range(0, 2000, 100)), [], MARCH)
    plain, wide = whole.measure(Metric.VALENCE), whole.measure(Metric.VALENCE, confidence=CORRECTED_CONFIDENCE)
    assert plain.value == wide.value
    assert plain.low is not None
    assert wide.low is not None
    assert wide.low < plain.low


@calmly
@given(given_=sessions_and_targets)
def test_counted_sessions_are_those_of_the_sample(
    given_: tuple[list[SessionNumbers], list[ExclusionTarget]],
) -> None:
    """For every measure the sessions behind it are as many as its sample says, in order, and none is left out."""
    sessions, targets = given_
    whole = fold(sessions, targets, LONG)
    assert whole.counted(Metric.SESSION_COUNT) == whole.sessions
    for metric, subject in FAMILY:
        counted = whole.counted(metric, subject)
        assert len(counted) == whole.sample(metric, subject).session_count
        assert [s for s in whole.sessions if s in counted] == list(counted)


@calmly
@given(sessions=some_sessions)
def test_what_cannot_be_read_changes_no_reading(sessions: list[SessionNumbers]) -> None:
    """Sessions under the least confidence count as sessions, by source and by time, and as nothing else."""
    with_all, without = fold(sessions, [], LONG), fold(filter(is_readable, sessions), [], LONG)
    assert with_all.session_count == without.session_count + with_all.unread_count == len(sessions)
    for metric, subject in FAMILY:
        if metric in (Metric.SOURCE_SHARE, Metric.TIME_SHARE):
            assert with_all.sample(metric, subject).session_count == len(sessions)
        elif metric is not Metric.SESSION_SHIFT_VALENCE:
            assert with_all.sample(metric, subject) == without.sample(metric, subject)


@pytest.mark.parametrize(
    ("confidence", "rating", "value", "shift"),
    [(LEAST_CONFIDENCE, None, 0.2, 0.3), (LEAST_CONFIDENCE - 1, None, None, None), (0, 4000, None, 0.4)],
)
def test_least_confidence_decides_what_is_read(
    confidence: int, rating: int | None, value: float | None, shift: float | None
) -> None:
    """Under the least confidence neither feelings nor movement are told, save the movement a person rated."""
    course = turns(-1000, 2000)
    days = [MARCH.first + timedelta(days=n) for n in range(6)]
    sessions = [
        session(n, day, valence=2000, turns=course, confidence=confidence, self_shift=rating)
        for n, day in enumerate(days)
    ]
    whole = fold(sessions, [], MARCH)
    valence, moved = whole.measure(Metric.VALENCE), whole.measure(Metric.SESSION_SHIFT_VALENCE)
    assert valence.value == (None if value is None else pytest.approx(value))
    assert moved.value == (None if shift is None else pytest.approx(shift))
    assert {n.suppressed for n in (valence, moved) if n.value is None} <= {SuppressionReason.TOO_UNCERTAIN}
    assert whole.measure(Metric.SESSION_COUNT).value == 6
    assert whole.count(Metric.SOURCE_SHARE, Source.MIRROR) == 6


def test_comparison_says_when_nothing_could_be_read() -> None:
    """Beside a usual, a period that could not be read at all is TOO_UNCERTAIN, and no more sessions are asked for."""
    life = [session(n, MARCH.first - timedelta(days=n + 1), valence=n) for n in range(80)]
    foreign = [session(100 + n, MARCH.first + timedelta(days=n), confidence=100) for n in range(20)]
    now, usual = fold(foreign, [], MARCH), fold(life, [], baseline_of(MARCH))
    found = compare(now, usual, Metric.VALENCE)
    assert found is not None
    assert (found.current, found.baseline) == (now.measure(Metric.VALENCE), usual.measure(Metric.VALENCE))
    assert found.difference.suppressed is SuppressionReason.TOO_UNCERTAIN
    assert found.difference.sessions_needed is None
    assert found.direction is Direction.UNCLEAR


@pytest.mark.parametrize(
    ("now", "before", "there"),
    [((8, 6), (8, 6), True), ((7, 7), (8, 8), False), ((8, 8), (7, 7), False), ((20, 5), (20, 20), False)],
)
def test_months_are_compared_when_both_can_be_told(now: tuple[int, int], before: tuple[int, int], there: bool) -> None:
    """A month stands beside the month before when each has 8 sessions on 6 days: however few weeks have data."""
    february = Period(date(2026, 2, 1), date(2026, 2, 28))
    current, previous = (
        fold([session(n, month.first + timedelta(days=n % days)) for n in range(count)], [], month)
        for month, (count, days) in ((MARCH, now), (february, before))
    )
    found = compare(current, previous, Metric.VALENCE)
    assert (found is not None) is there
    if found is not None:
        assert found.baseline_period == february


@pytest.mark.parametrize(
    "question",
    [
        lambda whole: whole.measure(Metric.VALENCE, "JOY"),
        lambda whole: whole.measure(Metric.EMOTION_INTENSITY),
        lambda whole: whole.measure(Metric.SESSION_COUNT, "JOY"),
        lambda whole: whole.sample(Metric.SESSION_COUNT),
        lambda whole: whole.count(Metric.EMOTION_INTENSITY, "JOY"),
        lambda whole: whole.counted(Metric.PATTERN_SHARE),
    ],
)
def test_senseless_questions_are_refused(question: Callable[[Fold], object]) -> None:
    """A subject that does not fit, a sample of a count and a count of a mean are errors, not numbers."""
    with pytest.raises(ValueError, match=r"cannot be about|no sample|not a share"):
        question(fold([], [], MARCH))


@pytest.mark.parametrize(("weeks", "there"), [(3, False), (4, True)])
def test_usual_needs_4_weeks_with_data(weeks: int, there: bool) -> None:
    """There is no comparison while fewer than 4 of the 12 weeks before have a session, however many sessions."""
    first = baseline_of(MARCH).first
    life = [
        session(100 * week + day, first + timedelta(days=14 * week + day), valence=100 * day)
        for week in range(weeks)
        for day in range(7)
    ]
    usual = fold(life, [], baseline_of(MARCH))
    now = fold(month_of_valences(*range(0, 3100, 100)), [], MARCH)
    found = compare(now, usual, Metric.VALENCE)
    assert (found is not None) is there
    if found is not None:
        assert found.baseline_period == baseline_of(MARCH)
        assert found.current == now.measure(Metric.VALENCE)
        assert found.baseline == usual.measure(Metric.VALENCE)


def test_every_measure_can_be_compared() -> None:
    """For each measure of the family, sides are the folds' own and the difference is exactly theirs."""
    life = list(steady_life(Random(5), Period(baseline_of(MARCH).first, MARCH.last)))
    now, usual = fold(life, [], MARCH), fold(life, [], baseline_of(MARCH))
    for metric, subject in FAMILY:
        found = compare(now, usual, metric, subject)
        assert found is not None
        assert (found.current, found.baseline) == (now.measure(metric, subject), usual.measure(metric, subject))
        assert_coherent(found.difference)
        if found.difference.value is not None and found.current.value is not None and found.baseline.value is not None:
            assert found.difference.value == pytest.approx(found.current.value - found.baseline.value)


def test_comparison_says_when_all_was_left_out() -> None:
    """Against a usual that exists, a period that was left out is EXCLUDED on its own side and in the difference."""
    life = [session(n, MARCH.first - timedelta(days=n + 1), valence=n) for n in range(80)]
    hidden = fold(month_of_valences(*[1] * 20), [ExclusionTarget(first=MARCH.first, last=MARCH.last)], MARCH)
    found = compare(hidden, fold(life, [], baseline_of(MARCH)), Metric.VALENCE)
    assert found is not None
    assert found.current.suppressed is found.difference.suppressed is SuppressionReason.EXCLUDED
    assert found.baseline.suppressed is None


def test_fold_is_a_value() -> None:
    """Two folds of the same sessions are equal and hash alike, measured or not."""
    sessions = month_of_valences(1, 2, 3)
    one, other = fold(sessions, [], MARCH), fold(sessions, [], MARCH)
    one.measure(Metric.VALENCE)
    assert one == other
    assert hash(one) == hash(other)
    assert Fold(one.period, one.sessions, 1) != other
