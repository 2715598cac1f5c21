"""What taking everything with you costs as a life gets longer: memory should not grow, time should grow with it.

Runs on bundled servers in a folder of its own, with sessions of invented words; asserts nothing.
"""

import argparse
import asyncio
import random
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.table import Table

from app.domain.affect import Source, Speaker, TurnKind
from app.domain.sessions import FinishedSession, Turn
from app.edge.export import zipped
from app.embedded import remove_state
from app.pipeline.export import begin
from app.pipeline.ingest import MAX_BATCH, ingest
from app.pipeline.ports import Ports
from app.settings import Settings
from app.wiring import opened

LIVES = (200, 1_000, 5_000)
TURNS = 4
WORDS_A_TURN = 60
VOCABULARY = "today I felt tired and then the walk by the river with my sister made it lighter again"


def life(subject: str, count: int) -> list[FinishedSession]:
    """Sessions every three hours until yesterday, four turns each."""
    drawn, words = random.Random(count), VOCABULARY.split()
    first = datetime.now(UTC) - timedelta(hours=3 * count + 24)
    found = []
    for place in range(count):
        at = first + timedelta(hours=3 * place)
        texts = [" ".join(drawn.choices(words, k=WORDS_A_TURN)) for _ in range(TURNS)]
        turns = tuple(Turn(n, Speaker.PERSON, TurnKind.EXPLORING, at, text) for n, text in enumerate(texts))
        key = UUID(int=drawn.getrandbits(128))
        found.append(FinishedSession(subject, key, Source.MIRROR, at, at + timedelta(minutes=9), "UTC", turns))
    return found


async def _bytes_of(ports: Ports, person_id: UUID) -> int:
    begun = await begin(ports, person_id)
    return sum([len(piece) async for piece in zipped(begun.files(), begun.made_at)])


async def _measure(ports: Ports, count: int) -> tuple[str, ...]:
    subject = f"life-{count}"
    sessions = life(subject, count)
    for start in range(0, count, MAX_BATCH):
        await ingest(ports, sessions[start : start + MAX_BATCH])
    person_id = ports.keyring.identity.person_id(subject)
    started = time.perf_counter()
    size = await _bytes_of(ports, person_id)
    seconds = time.perf_counter() - started
    tracemalloc.start()
    await _bytes_of(ports, person_id)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return f"{count:,}", f"{size / 1e6:.2f} MB", f"{seconds:.2f} s", f"{peak / 1e6:.2f} MB"


async def main(lives: Sequence[int]) -> None:
    """Measure lives of these lengths, in sessions, and print them beside each other."""
    state = Path(tempfile.mkdtemp())
    table = Table("sessions", "zip", "time", "peak of memory", title="a copy of everything")
    try:
        async with opened(Settings(state_dir=state)) as spectrum:
            for count in lives:
                table.add_row(*await _measure(spectrum.ports, count))
    finally:
        remove_state(state)
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, nargs="+", default=LIVES)
    asyncio.run(main(parser.parse_args().sessions))
