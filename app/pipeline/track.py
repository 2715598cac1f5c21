"""Takes what phones tell of how Spectrum is used. Changes no number, and so no revision: caches stay warm."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.engagement import MOST_EVENTS, Told, judge
from app.domain.notifications import problems_of_version
from app.domain.wording import Sentence
from app.errors import ErrorCode, Problem, Refused
from app.jobs import PersonAt
from app.pipeline.impressions import read_impression
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.engagement import events
from app.storage.engagement.events import Teller


@dataclass(frozen=True, slots=True)
class Tracked:
    """How many were new, how many were told before, and the ids of those that are not taken: together, all."""

    accepted: int
    duplicates: int
    rejected: tuple[UUID, ...]


async def track(ports: Ports, person: PersonAt, told: Sequence[Told], teller: Teller) -> Tracked:
    """Keep events, each id once. Refused when there are none or too many, or the app's version is of no such form.

    Gone when the person was erased meanwhile. It does not go through `commit`: the person's row is only shared, which
    holds their epoch as well as a change of it would. Nothing changes that row afterwards, so that nobody waits
    crosswise; and an erasure begins only when these are kept, and takes them along.
    """
    faults = [] if 1 <= len(told) <= MOST_EVENTS else [_too_many()]
    faults += problems_of_version(teller.app_version)
    if faults:
        raise Refused(*faults)
    tokens = {each.impression_token for each in told if each.impression_token is not None}
    read = {token: read_impression(ports.keyring.identity, person, token) for token in tokens}
    named = [each.subject.writing_id for each in told if each.subject and each.subject.writing_id]
    async with ports.store.for_person(person.id) as tx:
        now = await people.keep_epoch(tx, person)
        judged = judge(
            told,
            now=now,
            cards=await events.list_own_cards(tx, person.id, named) if named else frozenset(),
            impressions={token: impression for token, impression in read.items() if impression},
        )
        kept = await events.keep(tx, person.id, judged.events, teller) if judged.events else 0
    return Tracked(kept, len(judged.events) - kept + judged.repeated, judged.rejected)


def _too_many() -> Problem:
    return Problem(ErrorCode.TOO_MANY, Sentence("Give 1 to {most} events.", most=MOST_EVENTS), ("input", "events"))
