"""Whatever there is to be told, and whenever: the composer's words pass every check.

Variants are chosen by the brief, so that another week or month brings others: each brief is told in many.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.affect import CareLevel
from app.domain.narrative import Brief, Form, brief_from_json, check, compose
from app.domain.periods import month_of, week_of
from prompts import first_revision
from tests.domain.told_lives import changing_life, told_in_month, told_in_week

REVISIONS = {Form.CARD: first_revision("weekly-card"), Form.MONTH: first_revision("monthly-narrative")}
WEEKS = [week_of(date(2026, 1, 5) + timedelta(weeks=number)) for number in range(26)]
MONTHS = [month_of(date(2026, number, 1)) for number in range(1, 13)]
PERIODS = {Form.CARD: WEEKS, Form.MONTH: MONTHS}
MANNERS = {"PLAIN": "REVIEW_SESSIONS", "GENTLE": "TAKE_A_BREAK"}


def refused(briefs: Iterator[Brief] | list[Brief]) -> set[tuple[str, str]]:
    """Which checks the composer's words fail, in whichever period, and what the reason was."""
    failed = set()
    for brief in briefs:
        revision = REVISIONS[brief.form]
        for period in PERIODS[brief.form]:
            dated = replace(brief, period=period)
            failed |= set(check(compose(dated, revision.phrases), dated, fixed=revision.sayings).failed)
    return failed


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("sessions", [1, 2, 3, 5, 9])
def test_a_week_of_which_only_a_question_is_left(sessions: int, manner: str) -> None:
    """Too few sessions for a picture, or enough of them without one: a count, and what to ask."""
    assert refused(_counted(sessions, days, manner) for days in range(1, min(sessions, 7) + 1)) == set()


def _counted(sessions: int, days: int, manner: str) -> Brief:
    """A card that counts so many sessions and asks, as the pipeline keeps it."""
    fact = {
        "id": "e1",
        "metric": "SESSION_COUNT",
        "subject": None,
        "shown": {"days": days, "sign": 1, "sessions": sessions},
        "value": 100 * sessions,
        "low": 100 * sessions,
        "high": 100 * sessions,
        "direction": None,
        "confidence": "HIGH",
        "usual_days": None,
    }
    key = "question:few" if sessions < 3 else "question:sessions"
    point = {"key": key, "kind": "QUESTION", "facts": ["e1"], "suggestion": MANNERS[manner]}
    period = {"first": "2026-01-05", "last": "2026-01-11"}
    return brief_from_json({"form": "CARD", "manner": manner, "period": period, "points": [point], "facts": [fact]})


@pytest.mark.parametrize("care", CareLevel)
@pytest.mark.parametrize("seed", range(4))
def test_a_life_in_every_period(seed: int, care: CareLevel) -> None:
    """Cards and months of a life, told in every week and month: plainly, gently, and where there is only support."""
    life = list(changing_life(seed))
    month = told_in_month(life, care=care)
    told = [*told_in_week(life, care=care), *([month] if month else [])]
    assert told
    assert refused([one.brief for one in told]) == set()
