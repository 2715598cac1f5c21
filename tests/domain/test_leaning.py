"""When a time of day is said to lie to one side: the exact test against scipy's. How it is told is the findings'."""

from datetime import timedelta

import pytest
from scipy import stats

from app.domain.affect import TimeOfDay
from app.domain.findings import evidence_of
from app.domain.findings.leaning import leaning
from app.domain.fold import fold
from app.domain.measures import Metric
from tests.domain.lives import MARCH, session


@pytest.mark.parametrize(("inside", "outside"), [(3, 20), (5, 10), (8, 12), (12, 12), (4, 4)])
@pytest.mark.parametrize("sign", [1, -1])
def test_leaning_is_fishers_exact_test(inside: int, outside: int, sign: int) -> None:
    """Mornings lean when three quarters do and scipy's one-sided test gives less than 5 % shared by 22 looks."""
    for here in range(inside + 1):
        for there in range(outside + 1):
            marked = [n < here for n in range(inside)] + [n < there for n in range(outside)]
            sessions = [
                session(
                    n,
                    MARCH.first + timedelta(days=n),
                    valence=3000 * sign * leans,
                    local_minute=400 if n < inside else 1100,
                )
                for n, leans in enumerate(marked)
            ]
            current = fold(sessions, (), MARCH)
            found = leaning(current, TimeOfDay.MORNING, evidence_of(Metric.TIME_SHARE, TimeOfDay.MORNING, current))
            table = [[here, inside - here], [there, outside - there]]
            chance = stats.fisher_exact(table, alternative="greater").pvalue
            expected = bool(4 * here >= 3 * inside and chance <= 0.05 / 22)
            assert (found == ("lighter" if sign > 0 else "heavier")) is expected


@pytest.mark.parametrize(("versions", "side"), [(("a", "a"), "lighter"), (("a", "b"), "")])
def test_no_side_is_told_of_a_period_of_two_versions(versions: tuple[str, str], side: str) -> None:
    """A step from one analyser to another may look like a time of day; what one of them read alone may be told."""
    sessions = [
        session(
            n,
            MARCH.first + timedelta(days=n),
            valence=3000 if n < 10 else 0,
            local_minute=400 if n < 10 else 1100,
            analyser_version=versions[n >= 10],
        )
        for n in range(25)
    ]
    current = fold(sessions, (), MARCH)
    evidence = evidence_of(Metric.TIME_SHARE, TimeOfDay.MORNING, current)
    assert leaning(current, TimeOfDay.MORNING, evidence) == side
