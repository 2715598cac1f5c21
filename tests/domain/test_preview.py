"""What leaving something out would change: exactly what folding with the other list gives."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.affect import SessionNumbers, Source
from app.domain.estimates.estimate import SuppressionReason
from app.domain.exclusions import ExclusionTarget, Place, changing_sides
from app.domain.fold import fold
from app.domain.measures import Metric
from app.domain.periods import Period, week_of
from app.domain.pictures.landscape import Granularity, landscape
from app.domain.pictures.preview import MOST_CHANGES, is_enough, preview
from tests.domain.lives import MARCH, calmly, month_of_valences, session, some_sessions, some_targets


@calmly
@given(data=st.data())
def test_before_and_after_are_the_landscapes_of_both_lists(data: st.DataObject) -> None:
    """Both pictures are what the same fold draws with either list, and the changes are where their measures differ."""
    sessions = data.draw(some_sessions)
    now, then = data.draw(some_targets(sessions)), data.draw(some_targets(sessions))
    seen = preview(sessions, now, then, MARCH)
    assert seen.before == landscape(sessions, now, MARCH, granularity=Granularity.DAY)
    assert seen.after == landscape(sessions, then, MARCH, granularity=Granularity.DAY)
    whole, rest = fold(sessions, now, MARCH), fold(sessions, then, MARCH)
    assert len(seen.changes) <= MOST_CHANGES
    for change in seen.changes:
        assert change.before == whole.measure(change.metric, change.subject)
        assert change.after == rest.measure(change.metric, change.subject)
        assert (change.before.value, change.before.suppressed) != (change.after.value, change.after.suppressed)
    assert seen.becomes_too_small == (is_enough(whole) and not is_enough(rest))


@calmly
@given(data=st.data())
def test_a_range_becomes_too_small_when_its_centre_has_too_few_left(data: st.DataObject) -> None:
    """Of a range that is no week or month it says what the pictures beside it show."""
    sessions = data.draw(some_sessions)
    now, then = data.draw(some_targets(sessions)), data.draw(some_targets(sessions))
    seen = preview(sessions, now, then, Period(MARCH.first, MARCH.last - timedelta(days=1)))
    few = (SuppressionReason.TOO_FEW_SESSIONS, SuppressionReason.TOO_FEW_DAYS, SuppressionReason.EXCLUDED)
    was, comes = seen.before.centre.valence.suppressed, seen.after.centre.valence.suppressed
    assert seen.becomes_too_small == (was not in few and comes in few)


@calmly
@given(data=st.data())
def test_the_same_list_changes_nothing(data: st.DataObject) -> None:
    """Nobody changes sides and no measure changes when the list is the same in another order, or said twice."""
    sessions = data.draw(some_sessions)
    now = data.draw(some_targets(sessions))
    seen = preview(sessions, now, [*reversed(now), *now], MARCH)
    assert seen.changes == ()
    assert seen.before == seen.after
    assert changing_sides(_places(sessions), now, [*reversed(now), *now]) == ()


@calmly
@given(data=st.data())
def test_who_changes_sides_is_who_is_covered_by_one_list_alone(data: st.DataObject) -> None:
    """A session changes sides when exactly one of the lists covers it, in either direction alike."""
    sessions = data.draw(some_sessions)
    now, then = data.draw(some_targets(sessions)), data.draw(some_targets(sessions))

    def covered(place: Place, targets: list[ExclusionTarget]) -> bool:
        return any(target.covers(place.session_id, place.local_date, place.source) for target in targets)

    places = _places(sessions)
    expected = tuple(place for place in places if covered(place, now) != covered(place, then))
    assert changing_sides(places, now, then) == expected == changing_sides(places, then, now)


def test_what_comes_or_goes_is_told_before_what_moves() -> None:
    """The count comes first, then measures that are hidden now, then those of nothing that are hidden too."""
    known = month_of_valences(*[1_000, 3_000] * 5)
    gone = ExclusionTarget(first=MARCH.first + timedelta(days=2), last=MARCH.last)
    seen = preview(known, [], [gone], MARCH)
    count, *others = seen.changes
    assert (count.metric, count.before.value, count.after.value) == (Metric.SESSION_COUNT, 10, 2)
    assert others[0].metric is Metric.VALENCE
    assert all(change.after.value is None for change in others)
    told = [bool(change.before.value) for change in others if change.metric is not Metric.AROUSAL]  # 0 is no nothing
    assert told == sorted(told, reverse=True)
    one_less = preview(known, [], [ExclusionTarget(session_id=known[0].session_id)], MARCH).changes
    moved = [change for change in one_less if change.after.value is not None]
    assert moved[0].metric is Metric.SESSION_COUNT
    assert Metric.VALENCE in {change.metric for change in moved}


def test_enough_is_what_the_words_of_a_period_need() -> None:
    """3 sessions for a week's card, 8 on 6 days for a month, 5 on 4 days for the centre of any other range."""
    days = [MARCH.first + timedelta(days=n) for n in range(31)]
    known = [session(n, day, source=Source.LENS) for n, day in enumerate(days)]
    for period, needed in (
        (week_of(MARCH.first + timedelta(days=8)), 3),
        (MARCH, 8),
        (Period(MARCH.first, MARCH.last - timedelta(days=1)), 5),
    ):
        inside = [one for one in known if one.local_date in period]
        assert is_enough(fold(inside[:needed], [], period))
        assert not is_enough(fold(inside[: needed - 1], [], period))


def _places(sessions: list[SessionNumbers]) -> list[Place]:
    return [Place(one.session_id, one.local_date, one.source) for one in sessions]
