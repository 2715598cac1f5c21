"""Erases on a person's wish: begin a new epoch, delete, count again in a fresh transaction, sign what was found.

Each step is safe to repeat. The counts of the deletion are kept with it, so that a worker that dies in between
loses none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.domain.global_ids import encode
from app.domain.news import News, RevisionReason
from app.domain.webhooks import WebhookEvent
from app.errors import ErrorCode, Gone, Problem, Refused, SpectrumError
from app.jobs import RECOUNTS_S, Claimed, Job, Kept, PersonAt, Skipped, receipt_check, reset
from app.pipeline.announcing import announce
from app.pipeline.commit import commit
from app.pipeline.counting import count_elsewhere, count_left, past_of, tables_of
from app.pipeline.erasing import AUDIT, RESIDUE, actor_of, erase, read_again, remember, subject_of
from app.pipeline.ports import Ports
from app.storage import audit, people
from app.storage.audit import EXPORT, keep_audit
from app.storage.forgetting import erasure, operations, residue, tombstones
from app.storage.forgetting.operations import Operation, OperationStatus, ResetScope
from app.storage.forgetting.tombstones import Tombstone
from app.storage.jobs import ledger
from app.storage.notify.webhooks import Announcement
from app.storage.sealed import Signer
from app.storage.store import StorageUnavailable, Tx

COOL_OFF_S = 600.0
"""How long a reset can be called off, unless it was asked for at once."""
MAX_OPEN = 20
"""Of one person, at a time."""
_SAFETY_S = 30.0
"""An account's erasure is carried out by whoever is told of it; should they die on the way, a worker ends it."""
_OPEN = (OperationStatus.SCHEDULED, OperationStatus.RUNNING, OperationStatus.FAILED)
"""A failed reset is finished when its job is tried again."""


class ErasureIncomplete(SpectrumError):
    """The count that followed found rows that should be gone: the erasure is tried again."""

    code = ErrorCode.CONFLICT


@dataclass(frozen=True, slots=True)
class Erased:
    """A finished erasure: its receipt, and in DERIVED the person whose kept words wait for a new analysis."""

    operation: Operation
    receipt: Mapping[str, Any]
    again: PersonAt | None
    analyser_version: str


async def find_repeated(ports: Ports, person_id: UUID, scope: ResetScope, key: UUID, *, immediate: bool) -> UUID | None:
    """The operation that an earlier call with this key asked for, also when nothing else is left of the person.

    Refused when the key was used for another wish.
    """
    async with ports.store.for_person(person_id) as tx:
        return await _first_answer(tx, person_id, scope, key, immediate=immediate)


async def request(ports: Ports, person: PersonAt, scope: ResetScope, key: UUID, *, delay_s: float = 0.0) -> UUID:
    """Ask for an erasure, which can be called off for `delay_s`; the operation's id.

    A repeated call gives the first answer again. Refused when the key was used for another wish.
    """
    answer: list[UUID] = []

    async def keep(tx: Tx) -> Kept:
        first = await _first_answer(tx, person.id, scope, key, immediate=not delay_s)
        if first is not None:
            answer.append(first)
            return Kept()
        if await operations.count_open(tx, person.id) >= MAX_OPEN:
            raise Refused(
                Problem(ErrorCode.TOO_MANY, "There are too many resets under way: wait for them.", ("input",))
            )
        answer.append(await operations.keep_new(tx, person.id, scope, key, delay_s=delay_s))
        return Kept((reset(answer[0], delay_s=delay_s),))

    await commit(ports, keep, person=person)
    return answer[0]


async def _first_answer(tx: Tx, person_id: UUID, scope: ResetScope, key: UUID, *, immediate: bool) -> UUID | None:
    first = await operations.find_by_key(tx, person_id, key)
    if first is not None and (first.scope, first.is_immediate) != (scope, immediate):
        message = "This idempotency key was used for something else."
        raise Refused(Problem(ErrorCode.IDEMPOTENCY_CONFLICT, message, ("input", "idempotencyKey")))
    return first.id if first else None


async def call_off(ports: Ports, person_id: UUID, operation_id: UUID) -> None:
    """Call a reset off before it begins; doing so twice is doing it once.

    Refused when there is no such reset of the person's, and when it is too late.
    """
    async with ports.store.for_person(person_id) as tx:
        found = await operations.find(tx, person_id, operation_id)
        head = await people.find_head(tx, person_id)
    field = ("input", "operationId")
    too_late = Refused(Problem(ErrorCode.NOT_CANCELLABLE, "This reset has begun already.", field))
    if found is None:
        raise Refused(Problem(ErrorCode.NOT_FOUND, "There is no such reset.", field))
    if found.status is OperationStatus.CANCELLED:
        return
    if head is None:
        raise too_late

    async def keep(tx: Tx) -> Kept:
        if not await operations.keep_cancelled(tx, person_id, operation_id):
            now = await operations.find(tx, person_id, operation_id)
            if now is None or now.status is not OperationStatus.CANCELLED:
                raise too_late
        await ledger.keep_cancelled(tx, reset(operation_id).key)
        return Kept()

    try:
        await commit(ports, keep, person=head.person)
    except Gone:
        raise too_late from None


async def erase_account(ports: Ports, person_id: UUID, *, actor: str) -> Operation:
    """Erase everything of someone whose account is gone, at once; the operation, with its receipt.

    Idempotent: when nothing is left since an earlier one, that is the answer. When Redis or the disk refuses, a worker
    ends it, and the operation is still RUNNING.
    """
    operation_id = await _ask_for_all(ports, person_id, actor)
    try:
        erased = await carry_out(ports, operation_id)
    except (ErasureIncomplete, StorageUnavailable, OSError):
        erased = None  # kept in the ledger: a worker goes on with it
    if erased is not None:
        await commit(ports, lambda tx: keep(tx, erased), person=None)
    async with ports.store.for_everyone() as tx:
        operation = await operations.find_any(tx, operation_id)
    assert operation is not None, "an operation outlives everything"
    return operation


async def _ask_for_all(ports: Ports, person_id: UUID, actor: str) -> UUID:
    asked: list[UUID] = []

    async def keep(tx: Tx) -> Kept:
        known = await erasure.keep_locked(tx, person_id)
        going = (OperationStatus.RUNNING, OperationStatus.SUCCEEDED)
        before = None if known else await operations.find_newest(tx, person_id, ResetScope.EVERYTHING, going)
        if before is not None:
            asked.append(before)
            return Kept()
        asked.append(await operations.keep_new(tx, person_id, ResetScope.EVERYTHING, uuid4()))
        await keep_audit(tx, "erase person", asked, actor=actor, reason="The account is gone.")
        return Kept((reset(asked[0], delay_s=_SAFETY_S),))

    await commit(ports, keep, person=None)
    return asked[0]


async def prepare(job: Claimed, ports: Ports) -> Erased | Skipped:
    """Erase · count again · sign."""
    erased = await carry_out(ports, UUID(job.scope["operation_id"]))
    return erased or Skipped("This reset has ended already, or was called off.")


async def carry_out(ports: Ports, operation_id: UUID) -> Erased | None:
    """The same for whoever has no job for it; None when there is nothing left to carry out.

    ErasureIncomplete when the count finds something. ConnectionError while the disk of the journal, or Redis, is away.
    """
    async with ports.store.for_everyone() as tx:
        operation = await _locked(tx, operation_id)
        if operation is None or operation.status not in _OPEN:
            return None
        done = dict(operation.receipt or {})
        if "deleted" not in done:
            done = await _erase(tx, ports, operation)
        elif done.get("residue"):
            done = await _erase_residue(tx, ports, operation, done)
    if done["epoch"] is not None:
        await remember(ports, [_stone(ports, operation, done["epoch"], datetime.fromisoformat(done["erased_at"]))])
    if operation.scope is ResetScope.EVERYTHING:
        done = await _erase_elsewhere(ports, operation, done)
    left = await count_left(ports, operation, done)
    left |= await count_elsewhere(ports, operation.person_id) if "elsewhere" in done else {}
    if any(left.values()):
        await _keep_known(ports, operation_id, {"residue": True})
        raise ErasureIncomplete(RESIDUE)
    async with ports.store.for_everyone() as tx:
        completed_at: datetime = await tx.fetchval("SELECT clock_timestamp()")
    deleted = done["deleted"] | done.get("elsewhere", {})
    receipt = {**done, "residue": False, "checks": [], **_receipt(ports, operation, deleted, left, completed_at)}
    again = None
    if operation.scope is ResetScope.DERIVED and done["epoch"] is not None:
        again = PersonAt(operation.person_id, done["epoch"])
    return Erased(operation, receipt, again, ports.analyser_version)


async def _erase_elsewhere(ports: Ports, operation: Operation, done: Mapping[str, Any]) -> dict[str, Any]:
    """Erase outside the database. What is there is kept before it goes, so that a death loses no count."""
    before: Mapping[str, int] = done.get("elsewhere", {})
    there = await count_elsewhere(ports, operation.person_id)
    found = {name: max(count, before.get(name, 0)) for name, count in there.items()}
    if any(there.values()):
        await _keep_known(ports, operation.id, {"elsewhere": found})
    for traces in ports.elsewhere:
        await traces.erase(operation.person_id)
    return {**done, "elsewhere": found}


async def _keep_known(ports: Ports, operation_id: UUID, more: Mapping[str, Any]) -> None:
    """Let the next attempt know of it (residue is erased then), unless somebody else has ended the operation."""
    async with ports.store.for_everyone() as tx:
        operation = await _locked(tx, operation_id)
        if operation is not None and operation.status in _OPEN:
            await operations.keep_receipt(tx, operation, {**(operation.receipt or {}), **more})


async def _locked(tx: Tx, operation_id: UUID) -> Operation | None:
    """The operation, locked, after its person, as every change locks them."""
    found = await operations.find_any(tx, operation_id)
    if found is None:
        return None
    await erasure.keep_locked(tx, found.person_id)
    return await operations.find_locked(tx, operation_id)


async def _erase(tx: Tx, ports: Ports, operation: Operation) -> dict[str, Any]:
    """Delete in one transaction, and keep the counts and the tombstone in the same."""
    deleted = await erase(tx, ports, operation.person_id, operation.scope)
    epoch = deleted.person.epoch if deleted.person else None
    if epoch is not None:
        await tombstones.keep(tx, _stone(ports, operation, epoch, deleted.at))
    if operation.scope is ResetScope.EVERYTHING:
        await operations.keep_moot(tx, operation)
    done = {"deleted": dict(deleted.counts), "erased_at": deleted.at.isoformat(), "epoch": epoch}
    await operations.keep_begun(tx, operation)
    await operations.keep_receipt(tx, operation, done)
    return done


async def _erase_residue(tx: Tx, ports: Ports, operation: Operation, done: Mapping[str, Any]) -> dict[str, Any]:
    """Delete what an earlier attempt left or what came back, and nothing that came since."""
    past = past_of(operation, done)
    counts = await residue.erase_left(tx, operation.person_id, tables_of(done), past)
    if AUDIT in done["deleted"]:
        actor = actor_of(ports, operation.person_id)
        counts[AUDIT] = await audit.erase_of(tx, EXPORT, actor=actor, until=past.erased_at)
    found = {**done, "deleted": {store: count + counts[store] for store, count in done["deleted"].items()}}
    await operations.keep_receipt(tx, operation, found)
    return found


def _stone(ports: Ports, operation: Operation, epoch: int, erased_at: datetime) -> Tombstone:
    return Tombstone(subject_of(ports, operation.person_id), epoch, operation.id, operation.scope, erased_at)


def _receipt(
    ports: Ports, operation: Operation, deleted: Mapping[str, int], left: Mapping[str, int], completed_at: datetime
) -> dict[str, Any]:
    stores = [{"store": store, "deleted": deleted[store], "remaining": left[store]} for store in sorted(deleted)]
    backups = completed_at + timedelta(days=ports.rules.backup_days)
    facts = {
        "type": "receipt",
        "operation": str(operation.id),
        "subject": ports.keyring.identity.pseudonym("receipt", operation.person_id),
        "scope": operation.scope.value,
        "requested_at": _instant(operation.requested_at),
        "completed_at": _instant(completed_at),
        "stores": stores,
        "remaining": sum(left.values()),
        "backups_expire_at": _instant(backups),
    }
    return {**facts, **Signer(ports.keyring.signing_seed).sign(facts)}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


async def keep(tx: Tx, result: Erased) -> Kept:
    """End the operation, and let it be counted again later; after DERIVED, kept words are read again."""
    await people.keep_moved(tx, result.operation.person_id)  # first, as everywhere: then what is theirs
    operation = await _locked(tx, result.operation.id)
    if operation is None or operation.status not in _OPEN:  # somebody else has ended it
        return Kept()
    await operations.keep_ended(tx, operation, result.receipt)
    repairs = result.receipt.get("repairs", 0)
    recounts = tuple(receipt_check(operation.id, number, repairs=repairs) for number in range(1, len(RECOUNTS_S) + 1))
    again, told = await _read_again(tx, result), await announce(tx, [_reset(operation, result.receipt)])
    return Kept((*recounts, *again, *told), News(RevisionReason.RESET), operation.person_id)


def _reset(operation: Operation, receipt: Mapping[str, Any]) -> Announcement:
    """That something was erased, without a word of whom: its operation is known to whoever asked for it."""
    done_at = datetime.fromisoformat(receipt["erased_at"])
    data = {"operation": encode("ResetOperation", operation.id)}
    return Announcement(WebhookEvent.SPECTRUM_RESET, f"reset:{operation.id}", done_at, data)


async def _read_again(tx: Tx, result: Erased) -> tuple[Job, ...]:
    return await read_again(tx, result.analyser_version, result.again) if result.again else ()


async def bury(tx: Tx, job: Claimed) -> None:
    """Say plainly that the reset failed."""
    asked = await operations.find_any(tx, UUID(job.scope["operation_id"]))
    if asked is None:
        return
    await people.keep_moved(tx, asked.person_id)
    operation = await operations.find_locked(tx, asked.id)
    if operation is not None and operation.status in (OperationStatus.SCHEDULED, OperationStatus.RUNNING):
        await operations.keep_ended(tx, operation, operation.receipt, failure=RESIDUE)
