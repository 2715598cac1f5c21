"""Erases single sessions that the app deleted or edited: raw and derived, and for good."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.news import News, RevisionReason
from app.jobs import Kept
from app.pipeline.commit import commit
from app.pipeline.erasing import erase_sessions, remember, subject_of
from app.pipeline.ports import Ports
from app.storage.audit import keep_audit
from app.storage.forgetting import tombstones
from app.storage.forgetting.tombstones import ErasedSessions
from app.storage.store import Tx

MAX_SESSIONS = 500


async def forget_sessions(ports: Ports, person_id: UUID, ids: Sequence[UUID], *, actor: str) -> int:
    """Erase up to 500 sessions; how many there were. Sent again they stay out, also those that were never sent.

    Idempotent. ConnectionError when it could not be written down for good: it is to be asked for again then.
    """
    assert len(ids) <= MAX_SESSIONS, "callers bound their batches"
    subject, erased, told = subject_of(ports, person_id), 0, []

    async def keep(tx: Tx) -> Kept:
        nonlocal erased
        at: datetime = await tx.fetchval("SELECT clock_timestamp()")
        told.append(ErasedSessions(subject, tuple(ids), at))
        await tombstones.keep_sessions(tx, told[-1])
        erased, jobs = await erase_sessions(tx, person_id, ids)
        await keep_audit(tx, "erase sessions", actor=actor, reason=f"The app erased {len(ids)}; {erased} were kept.")
        return Kept(jobs, News(RevisionReason.RESET) if erased else None, person_id)

    await commit(ports, keep, person=None)
    await remember(ports, told)
    return erased
