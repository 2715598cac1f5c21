"""Erases on a person's wish: begin a new epoch, delete, count again in a fresh transaction, sign what was found.

Each step is safe to repeat. The counts of the deletion are kept with it, so that a worker that dies in between
loses none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.errors import ErrorCode, Problem, Refused, SpectrumError
from app.jobs import Claimed, Kept, PersonAt, Skipped, reset, session_analysis
from app.pipeline.commit import commit
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.forgetting import erasure, operations
from app.storage.forgetting.operations import Operation, OperationStatus, ResetScope
from app.storage.sealed import Signer
from app.storage.store import Tx

_OPEN = (OperationStatus.RUNNING, OperationStatus.FAILED)
"""A failed reset is finished when its job is tried again."""
RESIDUE = "Some records could not be erased. Our team has been told and will finish it."


class ErasureIncomplete(SpectrumError):
    """The count that followed found rows that should be gone: the erasure is tried again."""

    code = ErrorCode.CONFLICT


@dataclass(frozen=True, slots=True)
class Erased:
    """A finished erasure: its receipt, and in DERIVED the sessions whose text waits for a new analysis."""

    operation: Operation
    receipt: Mapping[str, Any]
    again: PersonAt | None
    analyser_version: str


async def find_repeated(ports: Ports, person_id: UUID, scope: ResetScope, key: UUID) -> UUID | None:
    """The operation that an earlier call with this key asked for, also when nothing else is left of the person.

    Refused when the key was used for another scope.
    """
    async with ports.store.for_person(person_id) as tx:
        return await _first_answer(tx, person_id, scope, key)


async def request(ports: Ports, person: PersonAt, scope: ResetScope, key: UUID) -> UUID:
    """Ask for an erasure that begins at once; the operation's id. A repeated call gives the first answer again.

    Refused when the key was used for another scope.
    """
    answer: list[UUID] = []

    async def keep(tx: Tx) -> Kept:
        first = await _first_answer(tx, person.id, scope, key)
        if first is not None:
            answer.append(first)
            return Kept()
        answer.append(await operations.keep_new(tx, person.id, scope, key))
        return Kept((reset(answer[0]),))

    await commit(ports, keep, person=person)
    return answer[0]


async def _first_answer(tx: Tx, person_id: UUID, scope: ResetScope, key: UUID) -> UUID | None:
    first = await operations.find_by_key(tx, person_id, key)
    if first is not None and first.scope is not scope:
        message = "This idempotency key was used for something else."
        raise Refused(Problem(ErrorCode.IDEMPOTENCY_CONFLICT, message, ("input", "idempotencyKey")))
    return first.id if first else None


async def prepare(job: Claimed, ports: Ports) -> Erased | Skipped:
    """Erase · count again · sign."""
    async with ports.store.for_everyone() as tx:
        operation = await operations.find_any(tx, UUID(job.scope["operation_id"]))
        if operation is None or operation.status not in _OPEN:
            return Skipped("This reset has ended already.")
        done = dict(operation.receipt or {})
        if "deleted" not in done or done.get("residue"):
            done = await _erase(tx, ports, operation, before=done.get("deleted", {}))
    erased_at = datetime.fromisoformat(done["erased_at"])
    async with ports.store.for_everyone() as tx:
        left = await erasure.count_left(tx, operation.person_id, tuple(done["deleted"]), erased_at)
        completed_at: datetime = await tx.fetchval("SELECT clock_timestamp()")
        if any(left.values()):
            await operations.keep_receipt(tx, operation, {**done, "residue": True})
    if any(left.values()):
        raise ErasureIncomplete(RESIDUE)
    receipt = _receipt(ports, operation, done["deleted"], left, completed_at)
    again = None
    if operation.scope is ResetScope.DERIVED and done["epoch"] is not None:
        again = PersonAt(operation.person_id, done["epoch"])
    return Erased(operation, receipt, again, ports.analyser_version)


async def _erase(tx: Tx, ports: Ports, operation: Operation, *, before: Mapping[str, int]) -> dict[str, Any]:
    """Delete in one transaction, and keep the counts in the same, with those of an attempt `before`."""
    person_id = operation.person_id
    began = await erasure.keep_next_epoch(tx, person_id)
    stores = await erasure.list_stores(tx, operation.scope)
    if operation.scope is ResetScope.FORGET_HISTORY:
        await erasure.keep_forgotten(tx, person_id)
    counts = await erasure.erase(tx, person_id, stores)
    deleted = {store: count + before.get(store, 0) for store, count in counts.items()}
    if operation.scope is ResetScope.EVERYTHING and began is not None:
        pseudonym = ports.keyring.identity.pseudonym("tombstone", person_id)
        await erasure.keep_tombstone(tx, pseudonym, began[0].epoch, operation.id, operation.scope)
    erased_at = began[1] if began else await tx.fetchval("SELECT clock_timestamp()")
    done = {"deleted": deleted, "erased_at": erased_at.isoformat(), "epoch": began[0].epoch if began else None}
    await operations.keep_receipt(tx, operation, done)
    return done


def _receipt(
    ports: Ports, operation: Operation, deleted: Mapping[str, int], left: Mapping[str, int], completed_at: datetime
) -> dict[str, Any]:
    stores = [{"store": store, "deleted": deleted[store], "remaining": left[store]} for store in sorted(deleted)]
    backups = completed_at + timedelta(days=ports.rules.backup_days)
    facts = {
        "operation": str(operation.id),
        "subject": ports.keyring.identity.pseudonym("receipt", operation.person_id),
        "scope": operation.scope.value,
        "requested_at": _instant(operation.requested_at),
        "completed_at": _instant(completed_at),
        "stores": stores,
        "remaining": sum(left.values()),
        "backups_expire_at": _instant(backups),
    }
    signer = Signer(ports.keyring.signing_seed)
    return {**facts, **signer.sign(facts)}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


async def keep(tx: Tx, result: Erased) -> Kept:
    """End the operation; after DERIVED, sessions whose text is still kept are analysed again."""
    await operations.keep_ended(tx, result.operation, result.receipt)
    if result.again is None:
        return Kept()
    again = result.again
    waiting = await erasure.keep_unanalysed(tx, again)
    head = await people.find_head(tx, again.id)
    if head is None or head.paused or head.plan == "FREE":
        return Kept()
    return Kept(tuple(session_analysis(again, session_id, result.analyser_version) for session_id in waiting))


async def bury(tx: Tx, job: Claimed) -> None:
    """Say plainly that the reset failed."""
    operation = await operations.find_any(tx, UUID(job.scope["operation_id"]))
    if operation is not None and operation.status is OperationStatus.RUNNING:
        await operations.keep_ended(tx, operation, operation.receipt, failure=RESIDUE)
