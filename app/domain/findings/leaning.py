"""Whether sessions at one time of day, or on one weekday, lie to one side unlike the rest: days decide, not sessions.

Says nothing of when there are many sessions; that is a share.
"""

from collections.abc import Iterable, Sequence
from math import comb

from app.domain.affect import UNIT, SessionNumbers, TimeOfDay, Weekday
from app.domain.findings.counts import times_of
from app.domain.findings.evidence import Evidence
from app.domain.fold import Fold
from app.domain.measures import SMALLEST_DIFFERENCE
from app.domain.table import Days, SessionTable

_SLOT_DAYS = 3
_SELDOM = 0.05 / 22
"""A month looks at four parts of the day and seven weekdays, two sides of each: 5 % for all of them together."""
_NAMEABLE = SMALLEST_DIFFERENCE * UNIT


def is_repeated(current: Fold, slot: TimeOfDay | Weekday) -> bool:
    """Whether `slot` had a session on at least 3 different days: one busy day is no rhythm."""
    days = {session.local_date for session in current.readable if slot in times_of(session)}
    return len(days) >= _SLOT_DAYS


def leaning(current: Fold, slot: TimeOfDay | Weekday, evidence: Evidence) -> str:
    """The side, "lighter" or "heavier", on which `slot` lies unlike the rest of `current`; "" without one.

    `evidence` is the slot's share of sessions with its sides. Three quarters of its sessions and of its days must lie
    there, on at least 3 days, and chance must seldom do that to days: sessions of one day are not independent, so a
    day counts once in the slot and once outside it, by the mean of its sessions there. Fisher, R. A. (1935), The
    logic of inductive inference: the exact test.
    """
    inside = _day_means(session for session in current.readable if slot in times_of(session))
    outside = _day_means(session for session in current.readable if slot not in times_of(session))
    if not is_repeated(current, slot) or len(current.versions) > 1:  # a new version is a step that no slot made
        return ""
    for side, sign in (("lighter", 1), ("heavier", -1)):
        here, there = (sum(sign * mean >= _NAMEABLE for mean in means) for means in (inside, outside))
        most = 4 * here >= 3 * len(inside) and 4 * evidence[side] >= 3 * evidence["count"]
        if most and _chance(here, len(inside), here + there, len(inside) + len(outside)) <= _SELDOM:
            return side
    return ""


def _day_means(sessions: Iterable[SessionNumbers]) -> Sequence[float]:
    return Days.of(SessionTable.of(sessions)).means("valence", 1)


def _chance(here: int, count: int, marked: int, total: int) -> float:
    """That `count` of `total` days, drawn blindly, hold at least `here` of the `marked`."""
    most = min(count, marked)
    ways = sum(comb(marked, k) * comb(total - marked, count - k) for k in range(here, most + 1))
    return ways / comb(total, count)
