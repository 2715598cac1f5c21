"""What is kept of somebody first: their id, a data key of their own, and where their calendar begins. Keeps nothing."""

from datetime import datetime
from uuid import UUID

from app.domain.periods import local_start
from app.pipeline.ports import Ports
from app.storage.people import NewPerson
from app.storage.sealed import new_key


def newcomer(ports: Ports, person_id: UUID, *, zone: str, since: datetime) -> NewPerson:
    """Somebody who was met `since` then, in this zone, and has the plan of someone new."""
    return NewPerson(
        id=person_id,
        subject_hash=ports.keyring.identity.pseudonym("tombstone", person_id),
        wrapped_key=ports.keyring.master.wrap(f"person|{person_id}", new_key()),
        master_key=ports.keyring.master.current.id,
        zone=zone,
        first_started_at=since,
        first_day=local_start(since, zone)[0],
        plan=ports.rules.default_plan,
    )
