"""Takes what a person says of a card: how it met them. Changes no words."""

from uuid import UUID

from app.domain.feedback import FeedbackVerdict
from app.errors import ErrorCode, Problem, Refused
from app.jobs import Kept, PersonAt
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage.store import Tx
from app.storage.words import feedback

_NOT_FOUND = Problem(ErrorCode.NOT_FOUND, "There is no such card.", ("input", "insightId"))


async def respond(ports: Ports, person: PersonAt, writing_id: UUID, verdict: FeedbackVerdict) -> None:
    """Keep a verdict in place of an earlier one. Refused when the person has no such text, or it was taken back."""

    async def keep(tx: Tx) -> Kept:
        if not await feedback.keep(tx, person.id, writing_id, verdict):
            raise Refused(_NOT_FOUND)
        return Kept()

    await commit(ports, keep, person=person)
