"""What moved inside sessions, turn by turn, and which groups of turns it went along with.

Observed movement, never an effect: nothing here knows what would have happened without a turn.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.affect import SessionNumbers, TurnReading
from app.domain.estimates import sampling
from app.domain.estimates.estimate import Affect
from app.domain.exclusions import ExclusionTarget
from app.domain.fold import Fold, fold
from app.domain.measures import label
from app.domain.periods import Period

CAVEAT = (
    "This is movement that was seen inside sessions, not an effect: nobody can know what would have happened without "
    "these turns. It comes from moments you chose to look at, not from your whole life."
)
"""The client must show this next to the numbers."""


class TurnGrouping(StrEnum):
    """What turns are grouped by: their own kind, the patterns of their session, or its source."""

    KIND = "KIND"
    PATTERN = "PATTERN"
    SOURCE = "SOURCE"


@dataclass(frozen=True, slots=True)
class TurnImpactGroup:
    """The turns with one key; `turn_count` counts turns that have a turn before them, `shift` is after minus before."""

    key: str
    label: str
    turn_count: int
    shift: Affect


@dataclass(frozen=True, slots=True)
class TurnImpact:
    """Movement over whole sessions, and by group of turns: largest movement first, those withheld last."""

    period: Period
    session_shift: Affect
    groups: tuple[TurnImpactGroup, ...]
    caveat: str


_KEYS: dict[TurnGrouping, Callable[[SessionNumbers, TurnReading], Iterable[str]]] = {
    TurnGrouping.KIND: sampling.keys_of_kind,
    TurnGrouping.PATTERN: lambda session, _: session.patterns_present,
    TurnGrouping.SOURCE: lambda session, _: (session.source,),
}
"""No grouping has more than 12 keys."""


def turn_impact(
    numbers: Iterable[SessionNumbers], targets: Sequence[ExclusionTarget], period: Period, *, group_by: TurnGrouping
) -> TurnImpact:
    """The movement inside the sessions of `period`. A turn can be in several groups when grouped by PATTERN."""
    return turn_impact_of(fold(numbers, targets, period), group_by=group_by)


def turn_impact_of(whole: Fold, *, group_by: TurnGrouping) -> TurnImpact:
    """The same of a period that is folded already."""
    found = sampling.turn_shifts(whole.readable_days, _KEYS[group_by])
    groups = [
        TurnImpactGroup(key, label(key), shift.count, _movement(whole, shift)) for key, shift in sorted(found.items())
    ]
    groups.sort(key=_largest_first)
    return TurnImpact(whole.period, _movement(whole, sampling.session_shifts(whole.days)), tuple(groups), CAVEAT)


def _movement(whole: Fold, shift: sampling.ShiftSample) -> Affect:
    return Affect(whole.estimate(shift.valence), whole.estimate(shift.arousal))


def _largest_first(group: TurnImpactGroup) -> tuple[bool, float, int]:
    moved = group.shift.valence.value
    return moved is None, -abs(moved or 0.0), -group.turn_count
