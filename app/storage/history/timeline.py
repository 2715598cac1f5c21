"""A person's sessions in the order they were lived, page by page: how each was taken in, and its sealed words."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain.affect import Source
from app.domain.sessions import SessionStatus
from app.storage.history.sessions import COLUMNS, KeptSession
from app.storage.store import Tx

Moment = tuple[date, datetime, UUID]
"""Where a session stands: its local day, its start, its id."""

_FOLLOWING = "($3::date IS NULL OR (s.local_date, s.started_at, s.id) > ($3, $4::timestamptz, $5::uuid))"
_ORDER = "ORDER BY s.local_date, s.started_at, s.id LIMIT $2"


@dataclass(frozen=True, slots=True)
class LivedSession(KeptSession):
    """A session and the zone it was lived in, by whose clock its day and minute are."""

    zone: str

    @property
    def moment(self) -> Moment:
        """Where it stands."""
        return self.local_date, self.started_at, self.id


@dataclass(frozen=True, slots=True)
class SealedSession:
    """A session's sealed words and the epoch they are bound to."""

    moment: Moment
    body: bytes = field(repr=False)
    epoch: int

    @property
    def id(self) -> UUID:
        """The session's."""
        return self.moment[2]


async def list_lived(tx: Tx, person_id: UUID, *, first: int, after: Moment | None) -> list[LivedSession]:
    """Up to `first` sessions, oldest first, that follow the moment `after`."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS}, zone FROM session s WHERE s.person_id = $1 AND {_FOLLOWING} {_ORDER}",
        *_arguments(person_id, first, after),
    )
    return [
        LivedSession(**{**row, "source": Source(row["source"]), "status": SessionStatus(row["status"])}) for row in rows
    ]


async def list_sealed(tx: Tx, person_id: UUID, *, first: int, after: Moment | None) -> list[SealedSession]:
    """The same of those whose words are still kept, with the words as they are sealed."""
    rows = await tx.fetch(
        "SELECT s.local_date, s.started_at, s.id, t.body, t.epoch FROM session s"
        " JOIN sealed_text t ON t.person_id = s.person_id AND t.session_id = s.id"
        f" WHERE s.person_id = $1 AND {_FOLLOWING} {_ORDER}",
        *_arguments(person_id, first, after),
    )
    return [SealedSession((row[0], row[1], row[2]), row["body"], row["epoch"]) for row in rows]


def _arguments(person_id: UUID, first: int, after: Moment | None) -> tuple[Any, ...]:
    return (person_id, first, *(after or (None, None, None)))
