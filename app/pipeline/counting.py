"""Counts what an erasure has left, wherever Spectrum keeps something of a person; erases nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.pipeline.erasing import AUDIT, actor_of
from app.pipeline.ports import Ports
from app.storage import audit
from app.storage.audit import EXPORT
from app.storage.forgetting import residue
from app.storage.forgetting.operations import Operation
from app.storage.forgetting.residue import Past


def is_of_a_receipt(statement: str) -> bool:
    """Whether a statement that was signed here is a receipt's or a later count's, and not a line of the journal."""
    facts = orjson.loads(statement)
    return isinstance(facts, dict) and facts.get("type") in ("receipt", "recount")


def past_of(operation: Operation, done: Mapping[str, Any]) -> Past:
    """When an operation erased what, by what is kept of it."""
    return Past(operation.scope, datetime.fromisoformat(done["erased_at"]), done["epoch"])


def tables_of(done: Mapping[str, Any]) -> Sequence[str]:
    """The tables that an operation erased."""
    return tuple(store for store in done["deleted"] if store != AUDIT)


async def count_left(ports: Ports, operation: Operation, done: Mapping[str, Any]) -> dict[str, int]:
    """What is left in the database of all that an operation erased, by store, in a fresh transaction."""
    past = past_of(operation, done)
    async with ports.store.for_everyone() as tx:
        left = await residue.count_left(tx, operation.person_id, tables_of(done), past)
        if AUDIT in done["deleted"]:
            actor = actor_of(ports, operation.person_id)
            left[AUDIT] = await audit.count_of(tx, EXPORT, actor=actor, until=past.erased_at)
    return left


async def count_elsewhere(ports: Ports, person_id: UUID) -> dict[str, int]:
    """What is there of the person outside the database, by place. ConnectionError when a place is away."""
    return {traces.name: await traces.count(person_id) for traces in ports.elsewhere}
