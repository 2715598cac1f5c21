"""Erases raw words past their retention, in small transactions, so that nobody waits for a lock."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from app.domain.periods import Period
from app.pipeline.ports import Ports
from app.pipeline.rewriting import ask_again
from app.storage.history import sessions
from app.storage.jobs import ledger
from app.storage.store import Tx

ROWS_AT_ONCE = 5_000
MAX_ROUNDS = 1_000


async def erase_expired(ports: Ports) -> int:
    """Erase every text that was received longer ago than it is kept; how many."""
    texts = 0
    for _round in range(MAX_ROUNDS):
        async with ports.store.for_everyone() as tx:
            gone = await sessions.erase_expired_text(tx, ports.rules.raw_retention_days, limit=ROWS_AT_ONCE)
            await _write_again(tx, gone.care_days)
        texts += gone.count
        if gone.found < ROWS_AT_ONCE:
            break
    return texts


async def _write_again(tx: Tx, care_days: tuple[tuple[UUID, date], ...]) -> None:
    """The care level went with the text: words that were written under it must not go on telling of it."""
    by_person: defaultdict[UUID, list[date]] = defaultdict(list)
    for person_id, day in care_days:
        by_person[person_id].append(day)
    for person_id, days in by_person.items():
        spans = [Period(day, day) for day in days]
        await ledger.keep_jobs(tx, await ask_again(tx, person_id, spans, as_yardstick=False))
