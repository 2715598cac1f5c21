"""What a person left out: sessions, ranges of days, sources; in any order and overlap.

An exclusion hides; it erases nothing. Removing it gives back exactly what was.
"""

from collections.abc import Iterable
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


def is_excluded(targets: Iterable[ExclusionTarget], session_id: UUID, local_date: date, source: Source) -> bool:
    """Whether any of `targets` covers the session."""
    return any(target.covers(session_id, local_date, source) for target in targets)
