"""What a person left out: sessions, ranges of days, sources; in any order and overlap.

An exclusion hides; it erases nothing. Removing it gives back exactly what was.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.affect import Source


@dataclass(frozen=True, slots=True)
class ExclusionTarget:
    """Exactly one of: one session; the days `first`..`last`; one source (all of it)."""

    session_id: UUID | None = None
    first: date | None = None
    last: date | None = None
    source: Source | None = None

    def covers(self, session_id: UUID, local_date: date, source: Source) -> bool:
        """Whether this target leaves out a session with these properties."""
        if self.session_id is not None:
            return self.session_id == session_id
        if self.first is not None and self.last is not None:
            return self.first <= local_date <= self.last
        return self.source is source


@dataclass(frozen=True, slots=True)
class Place:
    """Of a session all that an exclusion goes by; `has_numbers` once it was read."""

    session_id: UUID
    local_date: date
    source: Source
    has_numbers: bool = True


IsHidden = Callable[[UUID, date, Source], bool]


def hidden_by(targets: Sequence[ExclusionTarget]) -> IsHidden:
    """Whether a session is left out by any of `targets`; however many there are, a session is looked up at once."""
    single = {target.session_id for target in targets if target.session_id is not None}
    sources = {target.source for target in targets if target.source is not None}
    spans = _merged((t.first, t.last) for t in targets if t.first is not None and t.last is not None)
    firsts = [first for first, _ in spans]

    def is_hidden(session_id: UUID, local_date: date, source: Source) -> bool:
        if session_id in single or source in sources:
            return True
        place = bisect_right(firsts, local_date)
        return place > 0 and local_date <= spans[place - 1][1]

    return is_hidden


def _merged(ranges: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The same days in ranges that do not overlap, in order."""
    merged: list[tuple[date, date]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged


def changing_sides(
    places: Iterable[Place], now: Sequence[ExclusionTarget], then: Sequence[ExclusionTarget]
) -> tuple[Place, ...]:
    """The sessions that `then` leaves out and `now` does not, or the other way round."""
    hidden_now, hidden_then = hidden_by(now), hidden_by(then)
    asked = ((place, (place.session_id, place.local_date, place.source)) for place in places)
    return tuple(place for place, key in asked if hidden_now(*key) != hidden_then(*key))
