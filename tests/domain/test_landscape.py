"""The landscape: its points, its columns and its words. The measures in it are tested with the fold."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import EMOTIONS, Emotion, SessionNumbers, Source
from app.domain.estimates.estimate import ConfidenceLevel, Direction, SuppressionReason
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import fold
from app.domain.measures import Metric
from app.domain.periods import Period, baseline_of
from app.domain.pictures.landscape import MAX_POINTS, Granularity, Landscape, landscape
from tests.domain.lives import MARCH, calmly, month_of_valences, session, some_sessions, steady_life
from tests.domain.test_estimates import assert_coherent

SPRING = Period(date(2026, 2, 4), date(2026, 3, 30))


def steady(period: Period = MARCH) -> list[SessionNumbers]:
    """A steady life over `period` and the 12 weeks before."""
    return list(steady_life(Random(3), Period(baseline_of(period).first, period.last)))


@calmly
@given(sessions=some_sessions, granularity=st.sampled_from(Granularity))
def test_points_divide_the_sessions(sessions: list[SessionNumbers], granularity: Granularity) -> None:
    """Every counted session is in exactly one point; keys are unique; points come oldest first, inside the range."""
    picture = landscape(sessions, [], SPRING, granularity=granularity)
    assert sum(point.sample_count for point in picture.points) == picture.session_count
    assert all(point.sample_count >= 1 for point in picture.points)
    assert len({point.key for point in picture.points}) == len(picture.points)
    starts = [point.period.first for point in picture.points]
    assert starts == sorted(starts)
    assert all(point.period.first in SPRING and point.period.last in SPRING for point in picture.points)


@calmly
@given(sessions=some_sessions, granularity=st.sampled_from(Granularity))
def test_every_number_is_coherent(sessions: list[SessionNumbers], granularity: Granularity) -> None:
    """Each estimate of the picture has its value in its interval, or says why it has none."""
    picture = landscape(sessions, [], SPRING, granularity=granularity)
    numbers = [picture.centre.valence, picture.centre.arousal, picture.spread]
    numbers += [feeling.intensity for feeling in picture.emotions]
    for point in picture.points:
        assert len(point.top_emotions) <= 3
        numbers += [point.affect.valence, point.affect.arousal, *(e.intensity for e in point.top_emotions)]
    for number in numbers:
        assert_coherent(number)


@calmly
@given(sessions=some_sessions, granularity=st.sampled_from(Granularity))
def test_series_holds_the_points_in_columns(sessions: list[SessionNumbers], granularity: Granularity) -> None:
    """The columns say what the points say, value by value."""
    picture = landscape(sessions, [], SPRING, granularity=granularity)
    rows = zip(
        picture.series.keys,
        picture.series.valence,
        picture.series.valence_low,
        picture.series.valence_high,
        picture.series.arousal,
        picture.series.arousal_low,
        picture.series.arousal_high,
        picture.series.sample_count,
        strict=True,
    )
    assert list(rows) == [
        (p.key, v.value, v.low, v.high, a.value, a.low, a.high, p.sample_count)
        for p in picture.points
        for v, a in [(p.affect.valence, p.affect.arousal)]
    ]


@pytest.mark.parametrize("granularity", [Granularity.DAY, Granularity.SESSION])
def test_small_points_are_observations(granularity: Granularity) -> None:
    """A single day or session shows what was there: its interval is itself, its confidence LOW, nothing withheld."""
    (point,) = landscape(month_of_valences(2500), [], MARCH, granularity=granularity).points
    valence = point.affect.valence
    assert (valence.low, valence.value, valence.high) == (0.25, 0.25, 0.25)
    assert (valence.confidence, valence.suppressed) == (ConfidenceLevel.LOW, None)


def test_day_point_is_the_mean_of_its_sessions() -> None:
    """A day's point lies between its sessions and names its strongest feelings, without those that were absent."""
    feelings = [tuple(9000 if n == place else 100 * (n == 0) for n in range(9)) for place in (2, 2, 2)]
    sessions = [
        session(n, MARCH.first, valence=3000 * n, arousal=-1000, emotions=feeling) for n, feeling in enumerate(feelings)
    ]
    (point,) = landscape(sessions, [], MARCH, granularity=Granularity.DAY).points
    assert point.affect.valence.value == pytest.approx(0.3)
    assert point.affect.arousal.value == pytest.approx(-0.1)
    assert [e.emotion for e in point.top_emotions] == [EMOTIONS[2], EMOTIONS[0]]
    assert point.top_emotions[0].intensity.value == pytest.approx(0.9)
    assert (point.key, point.session_id) == ("2026-03-01", None)


def test_week_and_month_points_follow_the_thresholds() -> None:
    """A week with too few sessions keeps its place and its count, and withholds its numbers."""
    sessions = month_of_valences(*range(0, 900, 100))
    weeks = landscape(sessions, [], MARCH, granularity=Granularity.WEEK).points
    assert [(p.key, p.sample_count, p.affect.valence.suppressed) for p in weeks] == [
        ("2026-W09", 1, SuppressionReason.TOO_FEW_SESSIONS),
        ("2026-W10", 7, None),
        ("2026-W11", 1, SuppressionReason.TOO_FEW_SESSIONS),
    ]
    assert weeks[0].period == Period(MARCH.first, MARCH.first)
    (month,) = landscape(sessions, [], MARCH, granularity=Granularity.MONTH).points
    assert (month.key, month.period) == ("2026-03", MARCH)
    assert month.affect == fold(sessions, [], MARCH).affect()


@pytest.mark.parametrize(("extra", "truncated"), [(0, False), (1, True)])
def test_newest_400_sessions_stay(extra: int, truncated: bool) -> None:
    """Beyond 400 single sessions the oldest lose their point, but are still counted in every other number."""
    sessions = [session(n, MARCH.first, local_minute=n) for n in range(MAX_POINTS + extra)]
    picture = landscape(sessions, [], MARCH, granularity=Granularity.SESSION)
    assert picture.truncated is truncated
    assert [point.session_id for point in picture.points] == [s.session_id for s in sessions[extra:]]
    assert [point.key for point in picture.points] == [str(s.session_id) for s in sessions[extra:]]
    assert picture.centre.valence.sample_count == MAX_POINTS + extra


def test_numbers_come_from_the_fold() -> None:
    """Centre, spread and emotions are the fold's own; emotions are ordered strongest first."""
    sessions = steady()
    picture, whole = landscape(sessions, [], MARCH, granularity=Granularity.DAY), fold(sessions, [], MARCH)
    assert picture.centre == whole.affect()
    assert picture.spread == whole.measure(Metric.SPREAD)
    assert {e.emotion: e.intensity for e in picture.emotions} == {
        emotion: whole.measure(Metric.EMOTION_INTENSITY, emotion) for emotion in Emotion
    }
    shown = [e.intensity.value for e in picture.emotions if e.intensity.value is not None]
    assert shown == sorted(shown, reverse=True)
    assert all(e.intensity.value is not None for e in picture.emotions[: len(shown)])


def test_baseline_is_compared_when_there_is_one() -> None:
    """Comparisons appear with the 12 weeks before and are missing without; exclusions and sources reach both."""
    sessions = steady()
    picture = landscape(sessions, [], MARCH, granularity=Granularity.DAY)
    assert picture.valence_vs_baseline is not None
    assert picture.arousal_vs_baseline is not None
    assert picture.valence_vs_baseline.baseline_period == baseline_of(MARCH)
    alone = landscape([s for s in sessions if s.local_date in MARCH], [], MARCH, granularity=Granularity.DAY)
    assert (alone.valence_vs_baseline, alone.arousal_vs_baseline) == (None, None)
    before = ExclusionTarget(first=baseline_of(MARCH).first, last=baseline_of(MARCH).last)
    assert landscape(sessions, [before], MARCH, granularity=Granularity.DAY).valence_vs_baseline is None
    mirror = frozenset({Source.MIRROR})
    filtered = landscape(sessions, [], MARCH, granularity=Granularity.DAY, sources=mirror).valence_vs_baseline
    assert filtered is not None
    assert filtered.baseline == fold(sessions, [], baseline_of(MARCH), mirror).measure(Metric.VALENCE)


@pytest.mark.parametrize(("days", "expected"), [(28, Direction.HIGHER), (31, Direction.UNCLEAR)])
def test_a_range_claims_over_what_it_shows(days: int, expected: Direction) -> None:
    """A rise of 0.12 is a change among pleasantness and energy; of a month it would have to be among all 54."""
    first = MARCH.last - timedelta(days=days - 1)
    dates = [MARCH.last - timedelta(days=n) for n in range(days + 84)]
    sessions = [session(n, day, valence=2000 * (-1) ** n + 1200 * (day >= first)) for n, day in enumerate(dates)]
    picture = landscape(sessions, [], Period(first, MARCH.last), granularity=Granularity.DAY)
    assert picture.valence_vs_baseline is not None
    assert picture.valence_vs_baseline.direction is expected


def test_words_say_the_same_numbers() -> None:
    """The paragraph names the counts, the centre with its interval, the strongest feelings and the comparison."""
    sessions = steady()
    left_out = next(s for s in sessions if s.local_date in MARCH)
    picture = landscape(sessions, [ExclusionTarget(session_id=left_out.session_id)], MARCH, granularity=Granularity.DAY)
    text, valence = picture.text_alternative, picture.centre.valence
    assert f"{picture.session_count} sessions on {picture.day_count} days; you left out 1 session." in text
    assert valence.value is not None
    assert valence.low is not None
    assert valence.high is not None
    assert f"{valence.value:.2f}, likely between {valence.low:.2f} and {valence.high:.2f}" in text
    strongest = next(e.emotion for e in picture.emotions if e.emotion is not Emotion.NEUTRAL)
    assert f"from 0 to 1: {strongest.lower()} (" in text
    assert "Against the 12 weeks before" in text


@pytest.mark.parametrize(
    ("sessions", "targets", "expected"),
    [
        ([], [], "From 1 March 2026 to 31 March 2026: no sessions."),
        (month_of_valences(1, 2, 3), [], "too few sessions to say; 2 more sessions are needed."),
        (month_of_valences(1, 2, 3, 4), [], "too few sessions to say; 1 more session is needed."),
        (month_of_valences(1, 2), [ExclusionTarget(source=Source.MIRROR)], "you left out all sessions of this period"),
    ],
)
def test_words_are_honest_about_silence(
    sessions: list[SessionNumbers], targets: list[ExclusionTarget], expected: str
) -> None:
    """Where numbers are withheld, the paragraph says why and what is missing, and states no number."""
    picture: Landscape = landscape(sessions, targets, MARCH, granularity=Granularity.DAY)
    assert expected in picture.text_alternative
    assert "likely between" not in picture.text_alternative
    assert picture.text_alternative.count("not shown") == 1


@pytest.mark.parametrize("granularity", list(Granularity))
def test_points_that_could_not_be_read_say_so(granularity: Granularity) -> None:
    """A point of sessions that none could read keeps its place and its count, and withholds its numbers."""
    foreign = [session(n, MARCH.first + timedelta(days=n), valence=-1600, confidence=200) for n in range(6)]
    picture = landscape(foreign, [], MARCH, granularity=granularity)
    assert sum(point.sample_count for point in picture.points) == picture.session_count == picture.unread_count == 6
    numbers = [n for p in picture.points for n in (p.affect.valence, p.affect.arousal)] + [picture.spread]
    assert {number.suppressed for number in numbers} == {SuppressionReason.TOO_UNCERTAIN}
    assert [point.top_emotions for point in picture.points] == [()] * len(picture.points)
    assert "6 sessions on 6 days. Not part of how they felt: 6 sessions that could" in picture.text_alternative
    assert "more session" not in picture.text_alternative


def test_a_day_rests_on_what_could_be_read() -> None:
    """A day of two sessions, of which one could be read, sits where that one sits, and still counts both."""
    sessions = [session(1, MARCH.first, valence=4000), session(2, MARCH.first, valence=-1600, confidence=0)]
    (point,) = landscape(sessions, [], MARCH, granularity=Granularity.DAY).points
    assert point.affect.valence.value == pytest.approx(0.4)
    assert (point.sample_count, point.affect.valence.sample_count) == (2, 1)


def test_neutral_is_no_strong_feeling() -> None:
    """The paragraph leaves out the absence of feeling, however strong; the list keeps it."""
    felt = tuple({Emotion.NEUTRAL: 6000, Emotion.HOPE: 3000}.get(emotion, 0) for emotion in EMOTIONS)
    sessions = [session(n, MARCH.first + timedelta(days=n), emotions=felt) for n in range(8)]
    picture = landscape(sessions, [], MARCH, granularity=Granularity.DAY)
    assert picture.emotions[0].emotion is Emotion.NEUTRAL
    assert "Strongest feelings, from 0 to 1: hope (0.30)." in picture.text_alternative


def test_nothing_left_says_excluded() -> None:
    """When all of the range was left out there are no points, and the numbers say EXCLUDED."""
    sessions = month_of_valences(*[100] * 8)
    hidden = [ExclusionTarget(first=MARCH.first, last=MARCH.first + timedelta(days=30))]
    picture = landscape(sessions, hidden, MARCH, granularity=Granularity.WEEK)
    assert (picture.points, picture.excluded_count) == ((), 8)
    assert picture.centre.valence.suppressed is picture.spread.suppressed is SuppressionReason.EXCLUDED
