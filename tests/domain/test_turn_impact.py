"""Movement inside sessions. The movements themselves are tested with the fold."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import SessionNumbers, Source, ThinkingPattern, TurnKind, Use
from app.domain.estimates.estimate import SuppressionReason
from app.domain.estimates.sampling import is_readable
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import fold
from app.domain.measures import Metric, label
from app.domain.pictures.turn_impact import CAVEAT, TurnGrouping, turn_impact
from tests.domain.lives import MARCH, calmly, session, some_sessions, turns
from tests.domain.test_estimates import assert_coherent
from tests.domain.test_landscape import SPRING, steady


def moved_sessions() -> list[SessionNumbers]:
    """Six sessions that rise by 0.6, then fall by 0.4 at a closing turn; the even ones are of Lens and show labels."""
    course = (*turns(0, 6000), *turns(2000, kind=TurnKind.CLOSING))
    return [
        session(
            n,
            MARCH.first + timedelta(days=n),
            turns=course,
            source=Source.MIRROR if n % 2 else Source.LENS,
            patterns_present=frozenset() if n % 2 else frozenset({ThinkingPattern.LABELING}),
        )
        for n in range(6)
    ]


@calmly
@given(sessions=some_sessions, group_by=st.sampled_from(TurnGrouping))
def test_groups_are_coherent_and_ordered(sessions: list[SessionNumbers], group_by: TurnGrouping) -> None:
    """At most 12 groups, largest first, those withheld last; every turn that could be read, but the first, counts."""
    found = turn_impact(sessions, [], SPRING, group_by=group_by)
    assert len(found.groups) <= 12
    moves = [group.shift.valence.value for group in found.groups]
    shown = [abs(move) for move in moves if move is not None]
    assert shown == sorted(shown, reverse=True)
    assert moves[len(shown) :] == [None] * (len(moves) - len(shown))
    for group in found.groups:
        assert_coherent(group.shift.valence)
        assert_coherent(group.shift.arousal)
        assert group.label == label(group.key)
    if group_by is not TurnGrouping.PATTERN:
        inside = [s for s in sessions if s.local_date in SPRING and s.use is Use.FULL and is_readable(s)]
        assert sum(group.turn_count for group in found.groups) == sum(max(0, len(s.turns) - 1) for s in inside)


def test_kinds_say_what_the_fold_says() -> None:
    """By kind, each group holds the fold's own measure, and the whole sessions theirs."""
    sessions = steady()
    found, whole = turn_impact(sessions, [], MARCH, group_by=TurnGrouping.KIND), fold(sessions, [], MARCH)
    assert len(found.groups) == len(TurnKind)
    for group in found.groups:
        assert group.shift.valence == whole.measure(Metric.TURN_SHIFT_VALENCE, group.key)
    assert found.session_shift.valence == whole.measure(Metric.SESSION_SHIFT_VALENCE)


@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        (TurnGrouping.KIND, [("EXPLORING", 6, 0.6, -0.3), ("CLOSING", 6, -0.4, 0.2)]),
        (TurnGrouping.SOURCE, [("LENS", 6, None, None), ("MIRROR", 6, None, None)]),
        (TurnGrouping.PATTERN, [("LABELING", 6, None, None)]),
    ],
)
def test_turns_are_grouped_as_asked(
    group_by: TurnGrouping, expected: list[tuple[str, int, float | None, float | None]]
) -> None:
    """Turns go by their own kind, or by the source or patterns of their session; three sessions say nothing yet."""
    found = turn_impact(moved_sessions(), [], MARCH, group_by=group_by)
    assert [(g.key, g.turn_count) for g in found.groups] == [(key, count) for key, count, _, _ in expected]
    for group, (_, _, valence, arousal) in zip(found.groups, expected, strict=True):
        assert group.shift.valence.value == (None if valence is None else pytest.approx(valence))
        assert group.shift.arousal.value == (None if arousal is None else pytest.approx(arousal))


def test_own_rating_says_nothing_of_arousal() -> None:
    """Sessions with a rating and no turns move valence alone; those with turns still move arousal."""
    rated = [session(n, MARCH.first + timedelta(days=n), self_shift=4000) for n in range(6)]
    shift = turn_impact(rated, [], MARCH, group_by=TurnGrouping.KIND).session_shift
    assert shift.valence.value == pytest.approx(0.4)
    assert (shift.arousal.suppressed, shift.arousal.sample_count) == (SuppressionReason.TOO_FEW_SESSIONS, 0)
    both = [session(n, MARCH.first + timedelta(days=n), self_shift=4000, turns=turns(0, 2000)) for n in range(6)]
    shift = turn_impact(both, [], MARCH, group_by=TurnGrouping.KIND).session_shift
    assert shift.valence.value == pytest.approx(0.4)
    assert shift.arousal.value == pytest.approx(-0.1)


def test_exclusions_and_the_caveat_reach_the_answer() -> None:
    """What was left out moves nothing, and the caveat is always there and never claims a cause."""
    hidden = [ExclusionTarget(first=MARCH.first, last=MARCH.last)]
    found = turn_impact(moved_sessions(), hidden, MARCH, group_by=TurnGrouping.KIND)
    assert found.groups == ()
    assert found.session_shift.valence.suppressed is SuppressionReason.EXCLUDED
    assert found.caveat == CAVEAT
    assert "not an effect" in CAVEAT
