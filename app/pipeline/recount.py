"""Counts again, a minute and a day later, what an erasure left: what came back is erased, and the team is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.jobs import Claimed, Kept, Skipped, reset
from app.pipeline.counting import count_left
from app.pipeline.erasing import RESIDUE
from app.pipeline.ports import Ports
from app.storage.forgetting import operations
from app.storage.forgetting.operations import OperationStatus
from app.storage.sealed import Signer
from app.storage.store import Tx
from app.telemetry import ERASURE_RESIDUE, logger

log = logger("recount")


@dataclass(frozen=True, slots=True)
class Recounted:
    """One more count of an erasure: what it found, signed."""

    operation_id: UUID
    check: Mapping[str, Any]


async def prepare(job: Claimed, ports: Ports) -> Recounted | Skipped:
    """Count, and sign the count."""
    operation_id = UUID(job.scope["operation_id"])
    async with ports.store.for_everyone() as tx:
        operation = await operations.find_any(tx, operation_id)
        at: datetime = await tx.fetchval("SELECT clock_timestamp()")
    if operation is None or operation.receipt is None or operation.status is not OperationStatus.SUCCEEDED:
        return Skipped("There is no receipt to check.")
    left = await count_left(ports, operation, operation.receipt)
    facts = {
        "type": "recount",
        "operation": str(operation_id),
        "at": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "remaining": sum(left.values()),
    }
    return Recounted(operation_id, {**facts, **Signer(ports.keyring.signing_seed).sign(facts)})


async def keep(tx: Tx, result: Recounted) -> Kept:
    """Keep the count with the receipt; when it found something, the reset failed after all, and is done again."""
    operation = await operations.find_locked(tx, result.operation_id)
    if operation is None or operation.receipt is None:
        return Kept()
    receipt = {**operation.receipt, "checks": [*operation.receipt.get("checks", ()), result.check]}
    if not result.check["remaining"]:
        await operations.keep_receipt(tx, operation, receipt)
        return Kept()
    ERASURE_RESIDUE.inc(result.check["remaining"])
    log.error("erasure_residue", count=result.check["remaining"], scope=str(operation.id))
    repairs = receipt.get("repairs", 0) + 1
    await operations.keep_ended(tx, operation, {**receipt, "residue": True, "repairs": repairs}, failure=RESIDUE)
    return Kept((reset(operation.id, repairs=repairs),))
