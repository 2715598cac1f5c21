"""What a person left out: sessions, ranges of days, sources; in any order and overlap.

An exclusion hides; it erases nothing. Removing it gives back exactly what was.
"""

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
    """Of a session all that an exclusion goes by."""

    session_id: UUID
    local_date: date
    source: Source


IsHidden = Callable[[UUID, date, Source], bool]


def hidden_by(targets: Sequence[ExclusionTarget]) -> IsHidden:
    """Whether a session is left out by any of `targets`; single sessions, maybe hundreds, are looked up at once."""
    single = {target.session_id for target in targets if target.session_id is not None}
    others = [target for target in targets if target.session_id is None]
    return lambda session_id, local_date, source: (
        session_id in single or any(target.covers(session_id, local_date, source) for target in others)
    )


def changing_sides(
    places: Iterable[Place], now: Sequence[ExclusionTarget], then: Sequence[ExclusionTarget]
) -> tuple[Place, ...]:
    """The sessions that `then` leaves out and `now` does not, or the other way round."""
    hidden_now, hidden_then = hidden_by(now), hidden_by(then)
    asked = ((place, (place.session_id, place.local_date, place.source)) for place in places)
    return tuple(place for place, key in asked if hidden_now(*key) != hidden_then(*key))
