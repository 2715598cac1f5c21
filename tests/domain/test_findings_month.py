"""What a month finds: enough data first, reading order, and changes only where they are sure."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.affect import CareLevel, Emotion, SessionNumbers, ThinkingPattern
from app.domain.estimates.estimate import Direction
from app.domain.findings import SuggestedAction, find_month, sessions_needed_for_month
from app.domain.fold import fold, is_enough_for_month
from app.domain.measures import LEAST_CONFIDENCE
from app.domain.narrative.brief import SECTION_OF_TOPIC, SectionKind
from app.domain.periods import Period, PeriodKind, baseline_of, previous
from tests.domain.lives import session
from tests.domain.told_lives import MONTH, changing_life, folds_of

SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize(
    ("sessions", "days", "needed"), [(8, 6, 0), (7, 7, 1), (8, 5, 1), (20, 2, 4), (0, 0, 8), (1, 1, 7)]
)
def test_a_month_needs_eight_sessions_on_six_days(sessions: int, days: int, needed: int) -> None:
    """Below 8 sessions or 6 days there is no narrative, and the number still missing is told."""
    numbers = [session(n, MONTH.first + timedelta(days=n % days)) for n in range(sessions)]
    month = fold(numbers, [], MONTH)
    assert is_enough_for_month(month) is (needed == 0)
    assert sessions_needed_for_month(month) == needed
    assert bool(find_month(month, None, None, care=CareLevel.NONE)) is (needed == 0)


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_a_month_reads_in_order_and_claims_what_is_settled(seed: int) -> None:
    """Sections in reading order, keys unique, every claim of change with a settled direction."""
    findings = find_month(*folds_of(list(changing_life(seed)), MONTH), care=CareLevel.NONE)
    order = tuple(SectionKind)
    places = [order.index(SECTION_OF_TOPIC[finding.topic]) for finding in findings]
    assert places == sorted(places)
    assert len({finding.key for finding in findings}) == len(findings)
    settled = {"change": (Direction.HIGHER, Direction.LOWER), "steady": (Direction.SIMILAR,)}
    for finding in findings:
        if finding.topic in settled:
            comparison = finding.evidence[0].comparison
            assert comparison is not None
            assert comparison.direction in settled[finding.topic]


def _sided(last: Period, *, heavier: bool, **changes: Any) -> list[SessionNumbers]:
    """A session on each day of a month, all on one side, a little apart from each other."""
    return [
        session(day.toordinal(), day, valence=(-5_000 if heavier else 5_000) + 100 * (day.day % 3), **changes)
        for day in last
    ]


@pytest.mark.parametrize("now_heavier", [True, False])
def test_a_mention_compares_with_no_other_month(now_heavier: bool) -> None:
    """A month unlike the one before is told without a mention, and left unsaid with one, whichever way it went."""
    before = previous(PeriodKind.MONTH, MONTH)
    numbers = [*_sided(before, heavier=not now_heavier), *_sided(MONTH, heavier=now_heavier)]
    current, _, last_month = folds_of(numbers, MONTH)
    plain = find_month(current, None, last_month, care=CareLevel.NONE)
    gentle = find_month(current, None, last_month, care=CareLevel.MENTION)
    assert "previous" in {finding.topic for finding in plain}
    assert "previous" not in {finding.topic for finding in gentle}


def _beside_usual(month: float, usual_level: float = 0.0) -> set[str]:
    """What is found in a month at the mean `month`, after 12 weeks around `usual_level` with days that differ."""
    usual = [
        session(d.toordinal(), d, valence=round(10_000 * usual_level) + (-1) ** d.day * 3_000)
        for d in baseline_of(MONTH)
    ]
    now = [
        session(d.toordinal(), d, valence=round(10_000 * month) + (-1) ** (d.day // 3) * 3_000)
        for d in MONTH
        if d.day % 3 == 0
    ]
    current, baseline, _ = folds_of([*usual, *now], MONTH)
    return {finding.key for finding in find_month(current, baseline, None, care=CareLevel.NONE)}


@pytest.mark.parametrize(
    ("month", "said"),
    [
        (0.02, "unsettled:VALENCE"),
        (-0.25, "unsettled:VALENCE"),
        (0.25, "unsettled:VALENCE"),
        (0.7, "change:VALENCE"),
        (-0.7, "change:VALENCE"),
    ],
)
def test_what_is_not_sure_is_called_unsettled(month: float, said: str) -> None:
    """A side is named only when the interval of a claim excludes 0; the shown one alone is no ground for a hint."""
    keys = {key for key in _beside_usual(month) if not key.startswith("overview")}
    assert {key for key in keys if key.endswith(":VALENCE") and not key.startswith("landscape")} == {said}


@pytest.mark.parametrize("readable", [2, 7, 8])
def test_a_month_tells_no_side_of_a_few_sessions_that_could_be_read(readable: int) -> None:
    """Of ten sessions, where they sat and what was felt is told from eight that could be read on."""
    days = [day for day in MONTH if day.day % 3 == 0]
    felt = {"emotions_present": frozenset({Emotion.SADNESS}), "valence": -4_000}
    numbers = [
        session(n, day, **felt) if n < readable else session(n, day, confidence=LEAST_CONFIDENCE - 1)
        for n, day in enumerate(days)
    ]
    current, _, _ = folds_of(numbers, MONTH)
    topics = {finding.topic for finding in find_month(current, None, None, care=CareLevel.NONE)}
    assert ({"landscape", "feeling"} <= topics) is (readable == 8)
    assert {"landscape", "feeling"}.isdisjoint(topics) is (readable < 8)


def test_a_mention_names_no_habit_of_thought() -> None:
    """With a mention a month describes plainly: patterns, feelings, weekdays, changes and what helped stay out."""
    pattern = {"patterns_present": frozenset({ThinkingPattern.CATASTROPHIZING})}
    felt = {"emotions_present": frozenset({Emotion.SADNESS})}
    numbers = _sided(MONTH, heavier=True, **pattern, **felt)
    usual = _sided(baseline_of(MONTH), heavier=False)
    folds = folds_of([*usual, *numbers], MONTH)
    plain = {finding.topic for finding in find_month(*folds, care=CareLevel.NONE)}
    gentle = {finding.topic for finding in find_month(*folds, care=CareLevel.MENTION)}
    assert {"pattern", "change"} <= plain
    assert gentle == {"overview", "landscape", "time", "ahead"}


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_a_month_with_a_mention_ends_in_support(seed: int) -> None:
    """MENTION: no section of what helped, and the last thing offered is support; EXPLICIT: support alone."""
    folds = folds_of(list(changing_life(seed)), MONTH)
    gentle = find_month(*folds, care=CareLevel.MENTION)
    quiet = {"overview", "landscape", "time", "ahead"}
    assert all(finding.topic in quiet for finding in gentle)
    if gentle:
        assert gentle[-1].suggestion is SuggestedAction.SEE_SUPPORT
    (only,) = find_month(*folds, care=CareLevel.EXPLICIT)
    assert (only.suggestion, only.evidence) == (SuggestedAction.SEE_SUPPORT, ())
