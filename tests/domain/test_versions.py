"""Numbers of two analyser versions are not compared: a yardstick is read like what it measures, or nothing is said."""

from datetime import timedelta

import pytest

from app.domain.affect import SessionNumbers
from app.domain.estimates.estimate import Direction, SuppressionReason
from app.domain.fold import Fold, compare, fold
from app.domain.measures import Metric
from app.domain.periods import Period, baseline_of
from app.domain.pictures.landscape import Granularity, landscape
from tests.domain.lives import MARCH, session

USUAL = baseline_of(MARCH)


def days(period: Period, valence: int, version: str, *, first: int = 0) -> list[SessionNumbers]:
    """One session a day with nearly this valence, read by `version`."""
    return [
        session(
            first + place,
            period.first + timedelta(days=place),
            valence=valence + place % 3,
            analyser_version=version,
        )
        for place in range((period.last - period.first).days + 1)
    ]


def test_one_version_is_compared_as_ever() -> None:
    """A clear change is told when the same analyser read both sides."""
    known = [*days(USUAL, 0, "a", first=1_000), *days(MARCH, 4_000, "a")]
    now = fold(known, (), MARCH)
    found = compare(now, fold(known, (), USUAL, alike=now), Metric.VALENCE)
    assert found is not None
    assert found.direction is Direction.HIGHER


def test_a_yardstick_takes_only_what_was_read_alike() -> None:
    """After an upgrade the newer weeks of one's usual, read again, are the yardstick; the older ones are left aside."""
    newer = Period(USUAL.last - timedelta(days=34), USUAL.last)
    older = Period(USUAL.first, newer.first - timedelta(days=1))
    known = [*days(older, -9_000, "a", first=1_000), *days(newer, 0, "b", first=2_000), *days(MARCH, 0, "b")]
    now = fold(known, (), MARCH)
    usual = fold(known, (), USUAL, alike=now)
    assert {one.local_date >= newer.first for one in usual.sessions} == {True}
    found = compare(now, usual, Metric.VALENCE)
    assert found is not None
    assert found.difference.value == pytest.approx(0, abs=1e-3)
    shown = landscape(known, (), MARCH, granularity=Granularity.DAY)
    assert shown.valence_vs_baseline == found


def test_a_usual_of_another_version_alone_says_nothing() -> None:
    """Right after an upgrade, with nothing read again, there is no usual."""
    known = [*days(USUAL, 0, "a", first=1_000), *days(MARCH, 4_000, "b")]
    now = fold(known, (), MARCH)
    assert compare(now, fold(known, (), USUAL, alike=now), Metric.VALENCE) is None


def test_a_period_of_two_versions_claims_nothing() -> None:
    """A month read half by one analyser and half by another gives its own numbers and no comparison."""
    half = Period(MARCH.first, MARCH.first + timedelta(days=14))
    rest = Period(half.last + timedelta(days=1), MARCH.last)
    known = [*days(USUAL, 0, "b", first=1_000), *days(half, 4_000, "a", first=100), *days(rest, 4_000, "b")]
    now = fold(known, (), MARCH)
    found = compare(now, fold(known, (), USUAL, alike=now), Metric.VALENCE)
    assert found is not None
    assert found.current.value is not None
    assert found.difference.suppressed is SuppressionReason.TOO_UNCERTAIN
    assert found.direction is Direction.UNCLEAR


def test_unreadable_sessions_have_no_say() -> None:
    """What could not be read anyway makes no mixture."""
    known = days(MARCH, 4_000, "a")
    odd = known[0]._replace(analyser_version="b", confidence=0)
    assert fold([odd, *known[1:]], (), MARCH).versions == {"a"}
    assert Fold(MARCH, (), 0).versions == frozenset()
