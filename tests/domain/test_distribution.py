"""How sessions divide. Shares themselves are tested with estimates."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import Emotion, SessionNumbers, Source, ThinkingPattern, Use, Weekday
from app.domain.estimates.estimate import Direction, SuppressionReason
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import compare, fold
from app.domain.measures import Metric, label
from app.domain.periods import Period, baseline_of
from app.domain.pictures.distribution import DistributionDimension, distribution
from tests.domain.lives import MARCH, calmly, month_of_valences, session, some_sessions
from tests.domain.test_estimates import assert_coherent
from tests.domain.test_landscape import SPRING, steady

ONE_EACH = {DistributionDimension.SOURCE, DistributionDimension.TIME_OF_DAY, DistributionDimension.WEEKDAY}


def seventeen() -> list[SessionNumbers]:
    """17 sessions on 17 days of March, 7 of which show one pattern and 3 of those another."""
    shown = [ThinkingPattern.MIND_READING, ThinkingPattern.COMPARING]
    return [
        session(
            n,
            MARCH.first + timedelta(days=n),
            valence=1000 + n,
            patterns_present=frozenset(shown[: (n < 7) + (n < 3)]),
            emotions_present=frozenset({Emotion.HOPE} if n < 10 else ()),
        )
        for n in range(17)
    ]


@calmly
@given(sessions=some_sessions, by=st.sampled_from(DistributionDimension))
def test_slices_are_coherent_and_add_up(sessions: list[SessionNumbers], by: DistributionDimension) -> None:
    """Slices come largest first, at most 20; counts match shares; they add up exactly where each session has one."""
    picture = distribution(sessions, [], SPRING, by=by)
    counts = [part.count or 0 for part in picture.slices]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) <= 20
    assert picture.shares_sum_to_one is (by in ONE_EACH)
    assert bool(picture.slices) is (picture.suppressed is None and any(counts))
    for part in picture.slices:
        assert_coherent(part.share)
        assert_coherent(part.affect.valence)
        assert_coherent(part.affect.arousal)
        assert part.label == label(part.key)
        assert part.count == round((part.share.value or 0) * picture.sample_count)
    if picture.shares_sum_to_one and picture.suppressed is None:
        assert sum(counts) == picture.sample_count


def test_patterns_are_counted_in_sessions() -> None:
    """Frequencies are 7 and 3 of 17, as numbers and in words."""
    picture = distribution(seventeen(), [], MARCH, by=DistributionDimension.PATTERN)
    assert [(part.key, part.count) for part in picture.slices] == [("MIND_READING", 7), ("COMPARING", 3)]
    assert picture.sample_count == 17
    said = "Mind reading: 7 of 17 sessions; Comparing with others: 3 of 17 sessions."
    assert f"Thinking patterns that may have been there: {said}" in picture.text_alternative


def test_affect_only_sessions_are_no_part_of_patterns() -> None:
    """The sessions that can show a pattern are those of FULL use; feelings count all."""
    more = [session(100 + n, MARCH.first, use=Use.AFFECT_ONLY) for n in range(4)]
    patterns = distribution([*seventeen(), *more], [], MARCH, by=DistributionDimension.PATTERN)
    feelings = distribution([*seventeen(), *more], [], MARCH, by=DistributionDimension.EMOTION)
    assert (patterns.sample_count, feelings.sample_count) == (17, 21)
    assert [(part.key, part.count) for part in feelings.slices] == [("HOPE", 10)]


def test_what_cannot_be_read_is_said_and_not_counted() -> None:
    """Feelings and patterns are shares of the sessions that could be read; sources and days are shares of all."""
    more = [session(100 + n, MARCH.first, confidence=0, emotions_present=frozenset({Emotion.JOY})) for n in range(2)]
    known = [*seventeen(), *more]
    feelings = distribution(known, [], MARCH, by=DistributionDimension.EMOTION)
    patterns = distribution(known, [], MARCH, by=DistributionDimension.PATTERN)
    origins = distribution(known, [], MARCH, by=DistributionDimension.SOURCE)
    assert (feelings.sample_count, patterns.sample_count, origins.sample_count) == (17, 17, 19)
    assert [part.key for part in feelings.slices] == ["HOPE"]
    assert origins.slices[0].affect.valence.sample_count == 17
    said = [
        "2 sessions that could not be read" in picture.text_alternative for picture in (feelings, patterns, origins)
    ]
    assert said == [True, True, False]


def test_affect_is_that_of_the_slices_sessions() -> None:
    """A slice sits where its own sessions sit, and says so only with enough of them."""
    large, small = distribution(seventeen(), [], MARCH, by=DistributionDimension.PATTERN).slices
    assert large.affect.valence.value == pytest.approx(0.1003)
    assert small.affect.valence.suppressed is SuppressionReason.TOO_FEW_SESSIONS


@pytest.mark.parametrize("by", list(DistributionDimension))
def test_comparisons_are_the_folds(by: DistributionDimension) -> None:
    """Against one's usual a slice says what the fold says, and every dimension has a comparison."""
    sessions = steady()
    slices = distribution(sessions, [], MARCH, by=by).slices
    assert all(part.vs_baseline is not None for part in slices)
    metrics = {
        DistributionDimension.PATTERN: Metric.PATTERN_SHARE,
        DistributionDimension.SOURCE: Metric.SOURCE_SHARE,
        DistributionDimension.TIME_OF_DAY: Metric.TIME_SHARE,
        DistributionDimension.WEEKDAY: Metric.TIME_SHARE,
    }
    now, usual = fold(sessions, [], MARCH), fold(sessions, [], baseline_of(MARCH))
    if by in metrics:
        assert {p.key: p.vs_baseline for p in slices} == {
            p.key: compare(now, usual, metrics[by], p.key) for p in slices
        }


@pytest.mark.parametrize(("days", "expected"), [(28, Direction.HIGHER), (31, Direction.UNCLEAR)])
def test_a_range_claims_over_its_dimension(days: int, expected: Direction) -> None:
    """10 of 28 sessions against 10 of 84 is a change among 12 patterns; of a month it would have to be among all 54."""
    labelling = frozenset({ThinkingPattern.LABELING})
    now = [session(n, MARCH.last - timedelta(days=n)) for n in range(days)]
    usual = [session(100 + n, MARCH.last - timedelta(days=days + n)) for n in range(84)]
    sessions = [s._replace(patterns_present=labelling) for s in now[:10] + usual[:10]] + now[10:] + usual[10:]
    period = Period(MARCH.last - timedelta(days=days - 1), MARCH.last)
    (part,) = distribution(sessions, [], period, by=DistributionDimension.PATTERN).slices
    assert part.vs_baseline is not None
    assert part.vs_baseline.direction is expected


def test_what_faded_keeps_its_slice() -> None:
    """A pattern of one's usual that did not show up this time has a slice of 0; one that never did has none."""
    first = baseline_of(MARCH).first
    usual = [
        session(100 + n, first + timedelta(days=n), patterns_present=frozenset({ThinkingPattern.LABELING}))
        for n in range(60)
    ]
    picture = distribution([*usual, *seventeen()], [], MARCH, by=DistributionDimension.PATTERN)
    assert [(p.key, p.count) for p in picture.slices] == [("MIND_READING", 7), ("COMPARING", 3), ("LABELING", 0)]
    assert "Labelling" not in picture.text_alternative


@pytest.mark.parametrize(
    ("size", "targets", "reason"),
    [
        (4, [], SuppressionReason.TOO_FEW_SESSIONS),
        (0, [], SuppressionReason.TOO_FEW_SESSIONS),
        (9, [ExclusionTarget(source=Source.MIRROR)], SuppressionReason.EXCLUDED),
        (5, [], None),
    ],
)
def test_picture_is_withheld_whole(size: int, targets: list[ExclusionTarget], reason: SuppressionReason | None) -> None:
    """Under 5 sessions, or with all left out, there are no slices, and the words say why."""
    picture = distribution(month_of_valences(*[1] * size), targets, MARCH, by=DistributionDimension.WEEKDAY)
    assert picture.suppressed is reason
    assert bool(picture.slices) is (reason is None)
    assert (" of " in picture.text_alternative) is (reason is not SuppressionReason.TOO_FEW_SESSIONS)


def test_days_of_the_week_are_those_of_the_calendar() -> None:
    """1 March 2026 was a Sunday."""
    picture = distribution(
        month_of_valences(*[1] * 8), [], Period(MARCH.first, MARCH.last), by=DistributionDimension.WEEKDAY
    )
    assert (picture.slices[0].key, picture.slices[0].count) == (Weekday.SUNDAY, 2)
