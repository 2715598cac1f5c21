"""Takes a text back on a reviewer's word, and whoever else reads the same: it stays back until its brief changes."""

from uuid import UUID

from app.domain.safety import SafetyAction
from app.jobs import Kept
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.audit import keep_audit
from app.storage.store import Tx
from app.storage.words import decisions, writings
from app.storage.words.decisions import REVIEW, Decision
from app.storage.words.writings import Made


async def withdraw(ports: Ports, writing_id: UUID, *, actor: str, reason: str) -> Made | None:
    """Take one text of anybody back, and those of others whom a model told the same.

    As it was, None when there is none. Again is no news.
    """
    made = await _take_back(ports, writing_id, actor=actor, reason=reason)
    if made is not None and made.answer is not None:
        async with ports.store.for_everyone() as tx:
            alike = await writings.list_alike(tx, writing_id)
        for other in alike:
            await _take_back(ports, other, actor=actor, reason=reason)
    return made


async def _take_back(ports: Ports, writing_id: UUID, *, actor: str, reason: str) -> Made | None:
    async with ports.store.for_everyone() as tx:
        made = await writings.find_made(tx, writing_id)
        head = await people.find_head(tx, made.person_id) if made else None
    if made is None or head is None:
        return None

    async def keep(tx: Tx) -> Kept:
        await people.keep_revision(tx, head.person)
        if await writings.keep_pulled(tx, made.person_id, writing_id):
            decided = Decision(
                made.period_kind,
                made.first_day,
                made.finding_key,
                (REVIEW,),
                SafetyAction.WITHHELD,
                made.prompt_revision,
            )
            await decisions.keep(tx, [(made.person_id, decided)])
        await keep_audit(tx, "withdraw insight", [writing_id], actor=actor, reason=reason)
        return Kept()

    await commit(ports, keep, person=None)  # the person's own role may not write what the team does
    return made
