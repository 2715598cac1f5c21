"""Erases again, in a database that was restored from a backup, whatever people had erased since that backup was made.

Believes signed statements only. Signs nothing, and writes nothing into the journal.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from app.pipeline.erasing import erase_again, erase_sessions, erasure_of, subject_of
from app.pipeline.expiring import erase_expired
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.forgetting import operations, tombstones
from app.storage.forgetting.tombstones import ErasedSessions, Erasure, Tombstone
from app.storage.jobs import ledger
from app.storage.sealed import Signer, is_signed

LINES_AT_ONCE = 5_000
DONE = "This was carried out, but its receipt was lost when the database was restored. Ask again to get a new one."
MAY_BE_OFF = "The database was restored before this began. Ask again if you still want it."


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: erasures that were told of, resets and sessions erased again, and texts past their time."""

    told: int
    resets: int
    sessions: int
    texts: int


def read_erasures(ports: Ports, signed: Iterable[Mapping[str, str] | None]) -> tuple[list[Erasure], int]:
    """What the lines of a journal tell of, and how many of them are not signed by this installation."""
    public_key = Signer(ports.keyring.signing_seed).public_key
    erasures: list[Erasure] = []
    strange = 0
    for line in signed:
        holds = line is not None and is_signed(public_key, line["statement"], line["signature"])
        erased = erasure_of(line["statement"]) if line is not None and holds else None
        if erased is None:
            strange += 1
        else:
            erasures.append(erased)
    return erasures, strange


async def replay(ports: Ports, erasures: Iterable[Erasure], report: Callable[[int], None] = lambda _: None) -> Replayed:
    """Erase again what this database has not seen, in the order of the epochs, and nothing that came since; idempotent.

    `report` is told how many erasures were looked at.
    """
    every = sorted(erasures, key=_order)
    async with ports.store.for_everyone() as tx:
        subjects = {subject_of(ports, id_): id_ for id_ in await people.list_ids(tx)}
        done = [each.operation_id for each in every if isinstance(each, Tombstone)]
        await operations.keep_settled(tx, done, were_done=DONE, may_be_off=MAY_BE_OFF)
    resets = sessions = 0
    for place, erased in enumerate(every, start=1):
        person_id = subjects.get(erased.subject)
        match erased:
            case Tombstone():
                resets += await _reset_again(ports, person_id, erased)
            case ErasedSessions():
                sessions += await _erase_sessions_again(ports, person_id, erased)
        report(place)
    return Replayed(len(every), resets, sessions, await erase_expired(ports))


async def is_behind(ports: Ports, signed: Iterable[Mapping[str, str] | None]) -> bool:
    """Whether the database has not seen something of this machine's journal: it was restored from before it."""
    lines = (line for line in signed if line is not None)
    while chunk := list(islice(lines, LINES_AT_ONCE)):
        told = {erased: line for line in chunk if (erased := erasure_of(line["statement"]))}
        async with ports.store.for_everyone() as tx:
            unknown = await tombstones.list_unknown(tx, list(told))
        if read_erasures(ports, [told[erased] for erased in unknown])[0]:
            return True
    return False


def _order(erased: Erasure) -> tuple[int, str]:
    epoch = erased.epoch if isinstance(erased, Tombstone) else 0
    return epoch, erased.erased_at.isoformat()


async def _reset_again(ports: Ports, person_id: UUID | None, stone: Tombstone) -> bool:
    async with ports.store.for_everyone() as tx:
        jobs = await erase_again(tx, ports, person_id, stone) if person_id else None
        await tombstones.keep(tx, stone)
        await ledger.keep_jobs(tx, jobs or ())
    return jobs is not None


async def _erase_sessions_again(ports: Ports, person_id: UUID | None, erased: ErasedSessions) -> int:
    async with ports.store.for_everyone() as tx:
        await tombstones.keep_sessions(tx, erased)
        if person_id is None:
            return 0
        count, jobs = await erase_sessions(tx, person_id, erased.session_ids)
        await ledger.keep_jobs(tx, jobs)
    return count
