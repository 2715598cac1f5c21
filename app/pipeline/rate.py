"""Keeps what one of the team thinks of a text: once for each of them, the last one counts. Tells not whose it is."""

from collections.abc import Mapping
from uuid import UUID

from app.domain.rubric import WRITING, Scorer, mean_of, passes
from app.errors import ErrorCode, Problem, Refused
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.audit import keep_audit
from app.storage.words import scores
from app.storage.words.scores import Score


async def rate(ports: Ports, writing_id: UUID, found: Mapping[str, int], *, rater: str, actor: str) -> Score:
    """Keep a rater's scores of one standing text of anybody. Refused when there is none, or they are not whole."""
    faults = WRITING.faults(found)
    if faults:
        raise Refused(*(Problem(ErrorCode.INVALID, fault, ("input", "scores")) for fault in faults))
    missing = Refused(Problem(ErrorCode.NOT_FOUND, "There is no such text.", ("input", "insightId")))
    async with ports.store.for_everyone() as tx:
        text = await scores.find_text(tx, writing_id)
        if text is None:
            raise missing
        locked = await people.list_locked(tx, [text.key.person.id])
        text = await scores.find_text(tx, writing_id)  # as it is now that nobody can erase it
        if text is None or text.key.person.id not in locked:
            raise missing
        score = Score(
            text=text.key,
            scorer=Scorer.HUMAN,
            rater=rater,
            rubric=WRITING.name,
            rubric_revision=WRITING.revision,
            scores=found,
            mean=mean_of(WRITING, found),
            passed=passes(WRITING, found),
        )
        await scores.keep(tx, [score], again=True)
        await keep_audit(tx, "score insight", [writing_id], actor=actor, reason=f"{WRITING.name}@{WRITING.revision}")
    return score
