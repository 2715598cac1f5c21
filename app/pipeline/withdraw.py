"""Takes a text back on a reviewer's word, and whoever else reads the same: it stays back until its brief changes."""

from uuid import UUID

from app.domain.news import News, RevisionReason
from app.domain.safety import SafetyAction
from app.jobs import Kept
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.audit import keep_audit
from app.storage.store import Tx
from app.storage.words import decisions, made
from app.storage.words.decisions import REVIEW, Decision
from app.storage.words.made import Made


async def withdraw(ports: Ports, writing_id: UUID, *, actor: str, reason: str) -> Made | None:
    """Take one text of anybody back, and those of others whom a model told the same.

    As it was, None when there is none. Again is no news.
    """
    taken = await _take_back(ports, writing_id, actor=actor, reason=reason)
    if taken is not None and taken.answer is not None:
        async with ports.store.for_everyone() as tx:
            alike = await made.list_alike(tx, writing_id)
        for other in alike:
            await _take_back(ports, other, actor=actor, reason=reason)
    return taken


async def _take_back(ports: Ports, writing_id: UUID, *, actor: str, reason: str) -> Made | None:
    async with ports.store.for_everyone() as tx:
        text = await made.find(tx, writing_id)
        head = await people.find_head(tx, text.person_id) if text else None
    if text is None or head is None:
        return None

    async def keep(tx: Tx) -> Kept:
        await people.keep_revision(tx, head.person)
        if await made.keep_pulled(tx, text.person_id, writing_id):
            decided = Decision(
                text.period_kind,
                text.first_day,
                text.finding_key,
                (REVIEW,),
                SafetyAction.WITHHELD,
                text.prompt_revision,
            )
            await decisions.keep(tx, [(text.person_id, decided)])
        await keep_audit(tx, "withdraw insight", [writing_id], actor=actor, reason=reason)
        return Kept(news=News(RevisionReason.WRITING_PUBLISHED), whose=text.person_id)

    await commit(ports, keep, person=None)  # the person's own role may not write what the team does
    return text
