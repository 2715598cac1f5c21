"""A brief after five years of sessions is as large as one after three months, and so is what a model costs."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from random import Random
from statistics import median

import orjson

from app.domain.affect import CareLevel, SessionNumbers
from app.domain.narrative import Brief, brief_for_card, brief_for_month, brief_to_json
from app.domain.periods import BASELINE_WEEKS, Period, week_of
from benchmarks.honesty.lives import any_life, lived
from benchmarks.writing.briefs import month_findings, week_findings
from benchmarks.writing.lives import changing_life
from tests.domain.told_lives import MONTH

LIVES = 24
MOST = 1.05
LATELY = Period(MONTH.first - timedelta(weeks=BASELINE_WEEKS), MONTH.last)
"""The month and the 12 weeks before it."""
LONG_AGO = Period(MONTH.last - timedelta(days=5 * 365), LATELY.first - timedelta(days=1))


Life = Sequence[SessionNumbers]


@cache
def _lives() -> Sequence[tuple[Life, Life]]:
    """The last months of each life alone, and the same after five years in which it was another one."""
    found = []
    for seed in range(LIVES):
        random = Random(seed)
        if seed % 3:
            lately = list(changing_life(random, days=LATELY.days, last=LATELY.last))
        else:
            lately = list(lived(any_life(random), random, LATELY, random.uniform(0.3, 0.8)))
        before = list(changing_life(random, days=LONG_AGO.days, last=LONG_AGO.last))
        assert len(before) > 200
        found.append((lately, [*before, *lately]))
    return found


def _month(known: Life) -> list[Brief]:
    findings = month_findings(known, MONTH, CareLevel.NONE)
    return [brief_for_month(findings, MONTH)] if findings else []


def _cards(known: Life) -> list[Brief]:
    week = week_of(MONTH.last - timedelta(days=7))
    findings = week_findings(known, week, told=frozenset(), care=CareLevel.NONE)
    return [brief_for_card(finding, week) for finding in findings]


def _bytes(briefs: Sequence[Brief]) -> int:
    return sum(len(orjson.dumps(brief_to_json(brief))) for brief in briefs)


def test_a_month_is_as_long_after_five_years() -> None:
    """The brief of the same month grows by a twentieth at most, in the median and in the worst case."""
    sizes = [(_bytes(_month(lately)), _bytes(_month(always))) for lately, always in _lives()]
    told = [(short, long) for short, long in sizes if short]
    assert len(told) >= LIVES - 6
    growth = [long / short for short, long in told]
    assert median(growth) <= MOST
    assert max(growth) <= MOST


def test_cards_are_as_long_after_five_years() -> None:
    """The largest card of a week stays within a twentieth, too; a milestone of other sessions is another card."""
    growth = []
    for lately, always in _lives():
        short, long = ({brief.points[0].key: brief for brief in _cards(known)} for known in (lately, always))
        growth += [_bytes([long[key]]) / _bytes([short[key]]) for key in short.keys() & long.keys()]
    assert len(growth) >= LIVES
    assert max(growth) <= MOST
