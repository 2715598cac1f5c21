"""The signed proof of an erasure, and the check that anyone can make of one."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

import strawberry

from app.domain.access import Role
from app.pipeline.counting import is_of_a_receipt
from app.storage.forgetting import operations
from app.storage.forgetting.operations import Operation, OperationStatus, ResetScope
from app.storage.sealed import Signer, is_signed
from graphql_schema.context import Context, Info
from graphql_schema.directives import costs
from graphql_schema.ids import encode
from graphql_schema.node import Node


@strawberry.type
class DeletedStore:
    store: str
    deleted: int = strawberry.field(description="Rows or objects removed.")
    remaining: int = strawberry.field(description="Found by the count that followed.")


@strawberry.type
class ReceiptRecount:
    at: datetime = strawberry.field(description="When it was counted.")
    remaining: int = strawberry.field(description="Found then. Anything but 0 has alarmed the team.")
    statement: str = strawberry.field(description="Canonical JSON the signature covers.")
    signature: str = strawberry.field(description="Ed25519, base64url.")
    key_id: str = strawberry.field(description="As of the receipt.")


@strawberry.type(
    description="Signed proof of what was erased, checked by counting again after the erasure. Holds counts and a keyed"
    " hash of the person, no content; survives the erasure."
)
class DeletionReceipt(Node):
    id: strawberry.ID
    scope: ResetScope
    completed_at: datetime = strawberry.field(description="After the count that followed the erasure.")
    checks: list[ReceiptRecount] = strawberry.field(
        description="Later counts, signed too: about 60 seconds and 24 hours after."
    )
    stores: list[DeletedStore] = strawberry.field(description="One row per store: tables, and Redis.")
    remaining: int = strawberry.field(
        description="Rows found by the second count: 0, since a receipt is only given then."
    )
    backups_expire_at: datetime = strawberry.field(description="When backups that still hold the data expire.")
    statement: str = strawberry.field(description="Canonical JSON the signature covers.")
    signature: str = strawberry.field(description="Ed25519, base64url.")
    key_id: str = strawberry.field(description="Ed25519 key id; public keys at /.well-known/spectrum-keys.json.")

    @classmethod
    def of(cls, operation: Operation) -> Self | None:
        receipt: Any = operation.receipt
        if receipt is None or operation.status is not OperationStatus.SUCCEEDED:
            return None
        return cls(
            id=encode("DeletionReceipt", operation.id),
            scope=operation.scope,
            completed_at=datetime.fromisoformat(receipt["completed_at"]),
            checks=[_recount(check) for check in receipt.get("checks", ())],
            stores=[DeletedStore(**store) for store in receipt["stores"]],
            remaining=receipt["remaining"],
            backups_expire_at=datetime.fromisoformat(receipt["backups_expire_at"]),
            statement=receipt["statement"],
            signature=receipt["signature"],
            key_id=receipt["key_id"],
        )


def _recount(check: Any) -> ReceiptRecount:
    return ReceiptRecount(
        at=datetime.fromisoformat(check["at"]),
        remaining=check["remaining"],
        statement=check["statement"],
        signature=check["signature"],
        key_id=check["key_id"],
    )


async def find_receipt(context: Context, operation_id: UUID) -> DeletionReceipt | None:
    """A receipt of the caller's, None when it is not theirs; to the app, also of whoever is gone for good."""
    person_id = context.person_id()
    async with context.read() as tx:
        operation = await operations.find(tx, person_id, operation_id)
    if operation is None and context.caller is not None and Role.SERVICE in context.caller.roles:
        async with context.ports.store.for_everyone() as tx:
            found = await operations.find_any(tx, operation_id)
        operation = found if found and found.scope is ResetScope.EVERYTHING else None
    return DeletionReceipt.of(operation) if operation else None


@strawberry.enum
class ReceiptCheck(StrEnum):
    VALID = "VALID"
    INVALID = "INVALID"
    UNKNOWN_KEY = "UNKNOWN_KEY"


@strawberry.type
class ReceiptQuery:
    @strawberry.field(
        description="Anyone can check a receipt's statement and signature; needs no account.", directives=costs(1)
    )
    async def verify_receipt(self, info: Info, statement: str, signature: str, key_id: str) -> ReceiptCheck:
        signer = Signer(info.context.ports.keyring.signing_seed)
        if key_id != signer.key_id:
            return ReceiptCheck.UNKNOWN_KEY
        holds = is_signed(signer.public_key, statement, signature) and is_of_a_receipt(statement)
        return ReceiptCheck.VALID if holds else ReceiptCheck.INVALID
