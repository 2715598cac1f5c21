"""What erasing a long life costs, from the wish to the signed receipt, beside the bare deletes of the same rows.

Runs on bundled servers in a folder of its own, with sessions of invented words and the small engine; asserts nothing.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

from rich.console import Console
from rich.table import Table

from app.embedded import remove_state
from app.jobs import PersonAt, Queue
from app.pipeline import forget
from app.pipeline.forget_sessions import MAX_SESSIONS, forget_sessions
from app.pipeline.ingest import MAX_BATCH, ingest
from app.settings import Settings
from app.storage import people
from app.storage.forgetting import erasure
from app.storage.forgetting.operations import ResetScope
from app.wiring import Spectrum, opened
from benchmarks.export import life
from workers.runner import Runner
from workers.schedule import plan_due


class _NotKept(Exception):
    """Ends a transaction that was only measured."""


async def _lived(spectrum: Spectrum, subject: str, count: int) -> tuple[PersonAt, list[UUID]]:
    """Somebody with that many sessions, read, folded and written about."""
    sessions = life(subject, count)
    for start in range(0, count, MAX_BATCH):
        await ingest(spectrum.ports, sessions[start : start + MAX_BATCH])
    runner = Runner(spectrum.ports)
    while await plan_due(spectrum.ports) + sum([await runner.work_off(queue) for queue in Queue]):
        pass
    person_id = spectrum.ports.keyring.identity.person_id(subject)
    async with spectrum.ports.store.for_person(person_id) as tx:
        head = await people.find_head(tx, person_id)
    assert head is not None, "they have just been taken in"
    return head.person, [session.session_key for session in sessions]


async def _bare_ms(spectrum: Spectrum, person: PersonAt, scope: ResetScope) -> tuple[float, int]:
    """The deletes alone, taken back at the end; and how many rows they are."""
    start, rows = time.perf_counter(), 0
    try:
        async with spectrum.ports.store.for_everyone() as tx:
            counts = await erasure.erase(tx, person.id, await erasure.list_stores(tx, scope))
            rows = sum(counts.values())
            raise _NotKept  # noqa: TRY301 - that is how it is taken back
    except _NotKept:
        return (time.perf_counter() - start) * 1000, rows


async def _timed_ms(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return (time.perf_counter() - start) * 1000


async def main(count: int) -> None:
    """Erase lives of `count` sessions, once in each way, and print what it took."""
    state = Path(tempfile.mkdtemp())
    table = Table("erased", "rows", "deletes alone", "wish to receipt", "ratio", title=f"a life of {count:,} sessions")
    try:
        async with opened(Settings(state_dir=state, analyser="small")) as spectrum:
            runner = Runner(spectrum.ports)
            for scope in ResetScope:
                print(f"living {count:,} sessions for {scope} ...", flush=True)
                person, _ = await _lived(spectrum, f"life-{scope}", count)

                async def reset(person: PersonAt = person, scope: ResetScope = scope) -> None:
                    await forget.request(spectrum.ports, person, scope, uuid4())
                    await runner.work_once(Queue.SECONDS)

                bare, rows = await _bare_ms(spectrum, person, scope)
                whole = await _timed_ms(reset)
                table.add_row(scope, f"{rows:,}", f"{bare:.0f} ms", f"{whole:.0f} ms", f"{whole / bare:.2f}")
            print(f"living {count:,} sessions, of which {MAX_SESSIONS} are erased ...", flush=True)
            person, ids = await _lived(spectrum, "life-sessions", count)
            chosen = ids[-MAX_SESSIONS:]
            whole = await _timed_ms(lambda: forget_sessions(spectrum.ports, person.id, chosen, actor="bench"))
            table.add_row(f"{len(chosen)} sessions", "", "", f"{whole:.0f} ms", "")
    finally:
        remove_state(state)
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=5_000)
    asyncio.run(main(parser.parse_args().sessions))
