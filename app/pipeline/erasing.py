"""What an erasure does, on a person's wish and over a restored backup alike; and how it is remembered for good.

Asks nobody and signs no receipt.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import orjson

from app.domain.periods import Period, month_of, period_of
from app.jobs import Job, PersonAt, session_analysis
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_for, list_touched
from app.storage import audit, people
from app.storage.audit import EXPORT
from app.storage.forgetting import erasure, tombstones
from app.storage.forgetting.operations import ResetScope
from app.storage.forgetting.tombstones import ErasedSessions, Erasure, Tombstone
from app.storage.history import numbers, sessions
from app.storage.money import calls
from app.storage.sealed import Signer
from app.storage.store import Tx
from app.storage.words import aggregates, decisions, feedback, pairs, scores, shadows, writings

AUDIT = "audit"
"""In receipts: what the audit log says of the person, which names nobody and is no table of people."""
RESIDUE = "Some records could not be erased. Our team has been told and will finish it."


@dataclass(frozen=True, slots=True)
class Deleted:
    """What went, by store, when, and the person in the epoch that began with it (None when they were not known)."""

    counts: Mapping[str, int]
    at: datetime
    person: PersonAt | None


def subject_of(ports: Ports, person_id: UUID) -> str:
    """By what a tombstone knows a person: a keyed hash that leads back to nobody."""
    return ports.keyring.identity.pseudonym("tombstone", person_id)


async def erase(tx: Tx, ports: Ports, person_id: UUID, scope: ResetScope) -> Deleted:
    """Begin the person's next epoch, and delete all that `scope` names, in the caller's transaction."""
    began = await erasure.keep_next_epoch(tx, person_id)
    at: datetime = began[1] if began else await tx.fetchval("SELECT clock_timestamp()")
    if scope is ResetScope.FORGET_HISTORY:
        await erasure.keep_forgotten(tx, person_id, until=at)
    counts = await erasure.erase(tx, person_id, await erasure.list_stores(tx, scope))
    if scope is ResetScope.EVERYTHING:
        counts[AUDIT] = await audit.erase_of(tx, EXPORT, actor=actor_of(ports, person_id), until=at)
    return Deleted(counts, at, began[0] if began else None)


async def erase_again(tx: Tx, ports: Ports, person_id: UUID, stone: Tombstone) -> tuple[Job, ...] | None:
    """Do to a restored database what was done then, and to nothing that came since; the jobs that follow.

    None when it knows of that erasure already, or not of the person.
    """
    if not await erasure.keep_locked(tx, person_id) or not await tombstones.list_unknown(tx, [stone]):
        return None
    began = await erasure.keep_next_epoch(tx, person_id, at_least=stone.epoch)
    assert began is not None, "they are locked"
    stores = await erasure.list_stores(tx, stone.scope)
    if stone.scope is ResetScope.DERIVED:
        await erasure.erase(tx, person_id, stores)
        return await read_again(tx, ports.analyser_version, began[0])
    if stone.scope is ResetScope.FORGET_HISTORY:
        await erasure.keep_forgotten(tx, person_id, until=stone.erased_at)
    before, since = await erasure.list_sessions(tx, person_id, until=stone.erased_at)
    if not since:
        await erasure.erase(tx, person_id, stores)
        await audit.erase_of(tx, EXPORT, actor=actor_of(ports, person_id), until=stone.erased_at)
        return ()
    _, jobs = await erase_sessions(tx, person_id, before)
    asked_since = {"person", "packed_month", *erasure.MADE}
    await erasure.erase(tx, person_id, tuple(s for s in stores if s not in asked_since), until=stone.erased_at)
    return jobs


def actor_of(ports: Ports, person_id: UUID) -> str:
    """By what the audit log knows a person who took their own data along."""
    return ports.keyring.identity.pseudonym("audit", person_id)


async def erase_sessions(tx: Tx, person_id: UUID, ids: Sequence[UUID]) -> tuple[int, tuple[Job, ...]]:
    """Delete these sessions and all that was made of them; how many there were, and the jobs that make the rest again.

    Aggregates and texts that rest on them go with them. The epoch stays, and with it the work on other sessions: what
    is in flight for these finds no session, and what was computed with them finds a new revision.
    """
    if not await erasure.keep_locked(tx, person_id):
        return 0, ()
    found = await sessions.list_by_id(tx, person_id, ids)
    days = sorted({session.local_date for session in found})
    erased = await erasure.erase_sessions(tx, person_id, ids)
    if not days:
        return erased, ()
    await people.keep_erasure(tx, person_id)
    for month in sorted({month_of(day) for day in days}):
        await numbers.repack(tx, person_id, month)
    await calls.erase_answers(tx, person_id)
    head = await people.find_head(tx, person_id)
    assert head is not None, "they are locked"
    touched = await list_touched(tx, head, [Period(day, day) for day in days], are_more=True)
    left = await sessions.list_days(tx, person_id, since=date.min)
    for kind, first_days in touched.items():
        await aggregates.erase(tx, person_id, kind, first_days)
        await writings.erase(tx, person_id, kind, first_days)
        await decisions.erase(tx, person_id, kind, first_days)
        await scores.erase(tx, person_id, kind, first_days)
        await shadows.erase(tx, person_id, kind, first_days)
        await pairs.erase(tx, person_id, kind, first_days)
        lived = {period_of(kind, day).first for day in left}
        touched[kind] = [first for first in first_days if first in lived]
    await feedback.erase_orphans(tx, person_id)
    return erased, await ask_for(tx, head, touched, delay_s=0.0)


async def read_again(tx: Tx, analyser_version: str, person: PersonAt) -> tuple[Job, ...]:
    """After derived data went: the analyses of the sessions whose text is still kept, as far as they may be read."""
    waiting = await erasure.keep_unanalysed(tx, person)
    head = await people.find_head(tx, person.id)
    if head is None or head.paused or head.plan == "FREE":
        return ()
    return tuple(session_analysis(person, session_id, analyser_version) for session_id in waiting)


async def remember(ports: Ports, erasures: Sequence[Erasure]) -> None:
    """Write erasures into the journal, signed, before anybody is told. ConnectionError when the disk refuses."""
    signer = Signer(ports.keyring.signing_seed)
    try:
        for each in erasures:
            await asyncio.to_thread(ports.journal.append, signer.sign(_facts(each)))
    except OSError as error:
        raise ConnectionError("The journal of erasures cannot be written.") from error


def _facts(erased: Erasure) -> Mapping[str, object]:
    common: dict[str, object] = {
        "type": "erasure",
        "subject": erased.subject,
        "erased_at": erased.erased_at.astimezone(UTC).isoformat(),
    }
    match erased:
        case Tombstone():
            scope = erased.scope.value
            return common | {"operation": str(erased.operation_id), "scope": scope, "epoch": erased.epoch}
        case ErasedSessions():
            return common | {"sessions": [str(id_) for id_ in erased.session_ids]}


def erasure_of(statement: str) -> Erasure | None:
    """The erasure that a statement of the journal tells of, None when it tells of none."""
    try:
        facts = orjson.loads(statement)
        if facts["type"] != "erasure":
            return None
        subject, erased_at = str(facts["subject"]), datetime.fromisoformat(facts["erased_at"])
        if "sessions" in facts:
            return ErasedSessions(subject, tuple(UUID(id_) for id_ in facts["sessions"]), erased_at)
        operation_id, scope = UUID(facts["operation"]), ResetScope(facts["scope"])
        return Tombstone(subject, int(facts["epoch"]), operation_id, scope, erased_at)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
