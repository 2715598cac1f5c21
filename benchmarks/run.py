"""`make bench`: what the pipeline costs, as ratios inside one run. Absolute times of a shared machine mean little.

Runs on bundled servers in a folder of its own, with the sample people under new names; asserts nothing.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid5

from rich.console import Console
from rich.table import Table

from app.analyser import PersonTurn
from app.domain.affect import Speaker
from app.domain.fold import fold
from app.domain.periods import Period
from app.domain.pictures.landscape import Granularity, landscape
from app.domain.sessions import FinishedSession, session_from_json
from app.embedded import remove_state
from app.jobs import Queue
from app.pipeline.ingest import MAX_BATCH, ingest
from app.pipeline.ports import Ports
from app.samples import sample_sessions
from app.settings import Settings
from app.storage.history import numbers
from app.wiring import opened
from workers.runner import Runner
from workers.schedule import plan_due

COPIES = 4
ONE_AT_A_TIME = 300
REPEATS = 9


def sessions_of_copy(copy: int) -> list[FinishedSession]:
    """The sample people's sessions under the names of copy number `copy`."""
    found = [session_from_json(each) for each in sample_sessions(datetime.now(UTC).date())]
    return [
        replace(s, subject_key=f"{s.subject_key}-{copy}", session_key=uuid5(s.session_key, str(copy))) for s in found
    ]


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


def _median_ms(work: Callable[[], object]) -> float:
    runs = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        runs.append((time.perf_counter() - start) * 1000)
    return statistics.median(runs)


async def _take(ports: Ports, sessions: list[FinishedSession], size: int) -> None:
    for start in range(0, len(sessions), size):
        await ingest(ports, sessions[start : start + size])


async def _work_off(ports: Ports, queue: Queue) -> int:
    return await Runner(ports).work_off(queue)


async def _measure(ports: Ports, table: Table) -> None:
    single, batched = (
        sessions_of_copy(0)[:ONE_AT_A_TIME],
        [s for copy in range(1, COPIES) for s in sessions_of_copy(copy)],
    )
    one = len(single) / await _seconds(lambda: _take(ports, single, 1))
    many = len(batched) / await _seconds(lambda: _take(ports, batched, MAX_BATCH))
    table.add_row("ingest one at a time", f"{one:,.0f} sessions/s", "1")
    table.add_row("ingest in batches of 500", f"{many:,.0f} sessions/s", f"{many / one:.1f} x")

    analyser = await ports.analyser()
    turns = [[PersonTurn(t.index, t.kind, t.text) for t in s.turns if t.speaker is Speaker.PERSON] for s in batched]
    alone = len(turns) / (_median_ms(lambda: [analyser.read_session(each) for each in turns]) / 1000)
    whole = (len(single) + len(batched)) / await _seconds(lambda: _work_off(ports, Queue.SECONDS))
    table.add_row("the analyser alone", f"{alone:,.0f} sessions/s", "1")
    table.add_row("leased, opened, analysed, packed, kept", f"{whole:,.0f} sessions/s", f"{whole / alone:.2f} x")

    planned = await plan_due(ports)
    closing = await _seconds(lambda: _work_off(ports, Queue.MINUTES))
    table.add_row(
        "weeks and months closed and written", f"{closing / planned * 1000:.1f} ms each", f"{planned:,} of them"
    )

    person = ports.keyring.identity.person_id(batched[0].subject_key)
    async with ports.store.for_person(person) as tx:
        known = await numbers.list_numbers(tx, person)
    days = Period(known[0].local_date, known[-1].local_date)
    folded = _median_ms(lambda: fold(known, (), days))
    drawn = _median_ms(lambda: landscape(known, (), days, granularity=Granularity.DAY))
    table.add_row(f"fold of {len(known)} sessions", f"{folded:.2f} ms", "1")
    table.add_row("their landscape by day, every interval in it", f"{drawn:.2f} ms", f"{drawn / folded:.0f} x")


async def main() -> int:
    """Measure and print the table."""
    table = Table("what", "measured", "ratio", title="Medians or totals of one run on this machine")
    with tempfile.TemporaryDirectory(prefix="spectrum-bench-") as folder:
        state = Path(folder) / "state"
        settings = Settings.model_validate({"state_dir": state, "default_plan": "PLUS"})
        try:
            async with opened(settings, bring_up_to_date=True) as spectrum:
                await _measure(spectrum.ports, table)
        finally:
            remove_state(state)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
