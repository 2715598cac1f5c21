"""Words to numbers: the pipeline beside the engine alone (11), the engines beside each other, and the fold after them.

Goal 11 is sessions for each second of processor time: the worker's own, with the engine's threads, against the same
engine's over the same sessions in this process. PostgreSQL's time is told beside it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from uuid import uuid5

from rich.console import Console

from app.analyser import Analyser, Engine, PersonTurn
from app.domain.affect import Speaker
from app.domain.fold import fold
from app.domain.periods import Period
from app.domain.pictures.landscape import Granularity, landscape
from app.domain.sessions import FinishedSession, session_from_json
from app.jobs import Queue
from app.pipeline.ingest import MAX_BATCH, ingest
from app.pipeline.ports import Ports
from app.samples import sample_sessions
from app.storage.history import numbers
from benchmarks.analyser.speed import readers, short_texts, texts_per_second
from benchmarks.figures import Figure, Spread, Unit, alternating
from benchmarks.programs import bench, cpu_of_family_s, postmaster
from benchmarks.sizes import Sizes
from workers.runner import Runner

MEASURES = ("11",)
SESSIONS, QUICK_SESSIONS = 250, 80
"""Of a round."""
TIMES = 5
"""A fold is so short that a round takes some of them."""


@dataclass(frozen=True, slots=True)
class _Round:
    """Sessions for each second of processor time, and by the clock; milliseconds of PostgreSQL's for each."""

    alone: float
    whole: float
    by_the_clock: float
    database_ms: float


def _sessions(number: int, count: int) -> list[FinishedSession]:
    """As many of the sample people's sessions, under names of this round's."""
    found = map(session_from_json, islice(sample_sessions(datetime.now(UTC).date()), count))
    return [
        replace(each, subject_key=f"{each.subject_key}-{number}", session_key=uuid5(each.session_key, str(number)))
        for each in found
    ]


def _read(analyser: Analyser, sessions: Sequence[FinishedSession]) -> float:
    """Sessions for each second of processor time of the engine alone."""
    turns = [[PersonTurn(t.index, t.kind, t.text) for t in s.turns if t.speaker is Speaker.PERSON] for s in sessions]
    start = time.process_time()
    for each in turns:
        analyser.read_session(each)
    return len(sessions) / (time.process_time() - start)


async def _run(ports: Ports, server: int, sessions: Sequence[FinishedSession], *, first: bool) -> _Round:
    """The engine alone and the whole, which comes `first` every other round; to take them in is not counted."""
    analyser = await ports.analyser()
    alone = 0.0 if first else _read(analyser, sessions)
    for start in range(0, len(sessions), MAX_BATCH):
        await ingest(ports, sessions[start : start + MAX_BATCH])
    clock, busy, database = time.perf_counter(), time.process_time(), cpu_of_family_s(server)
    assert await Runner(ports).work_off(Queue.SECONDS) == len(sessions)
    took = time.perf_counter() - clock, time.process_time() - busy, cpu_of_family_s(server) - database
    alone = alone or _read(analyser, sessions)
    count = len(sessions)
    return _Round(alone, count / took[1], count / took[0], took[2] / count * 1000)


async def _pipeline(count: int, rounds: int, console: Console) -> tuple[list[_Round], list[Figure]]:
    with bench() as on:
        async with on.opened() as spectrum:
            ports, server = spectrum.ports, await postmaster(on.servers.database_url)
            await _run(ports, server, _sessions(rounds, count // 4), first=False)  # warm
            found = []
            for number in range(rounds):
                found.append(await _run(ports, server, _sessions(number, count), first=number % 2 == 1))
                console.print(f"pipeline: round {number + 1}")
            subject = _sessions(0, 1)[0].subject_key
            return found, await _pictures(ports, subject, rounds)


async def _pictures(ports: Ports, subject: str, rounds: int) -> list[Figure]:
    """The fold of one person's sessions, and their landscape by day, in turns."""
    person = ports.keyring.identity.person_id(subject)
    async with ports.store.for_person(person) as tx:
        known = await numbers.list_numbers(tx, person)
    days = Period(known[0].local_date, known[-1].local_date)

    def ms(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        for _ in range(TIMES):
            work()
        return (time.perf_counter() - start) / TIMES * 1000

    found = alternating(
        {
            "fold": lambda: ms(lambda: fold(known, (), days)),
            "drawn": lambda: ms(lambda: landscape(known, (), days, granularity=Granularity.DAY)),
        },
        rounds,
    )
    drawn = Spread.ratio(found["drawn"], found["fold"])
    told = f"{Spread.of(found['drawn']).median:.2f} ms"
    return [
        Figure("analyse", f"fold of {len(known)} sessions", Spread.of(found["fold"]), Unit.MILLISECONDS),
        Figure("analyse", "their landscape by day, every interval in it, against the fold", drawn, beside=told),
    ]


def _engines(rounds: int) -> list[Figure]:
    """How many short texts a second each engine reads, beside the default one."""
    texts, found = short_texts(), readers()
    names = [name for name in found if "torch" not in name]
    rates = alternating({name: lambda name=name: texts_per_second(found[name], texts, 1) for name in names}, rounds)  # type: ignore[misc]
    default = rates[f"the {Engine.ENCODER} engine"]
    return [
        Figure(
            "analyse",
            f"{name}, texts a second, against the default engine",
            Spread.ratio(of, default),
            beside=f"{Spread.of(of).median:,.0f} against {Spread.of(default).median:,.0f} a second",
        )
        for name, of in rates.items()
        if of is not default
    ]


def measure(sizes: Sizes, console: Console) -> list[Figure]:
    """The pipeline, the pictures, the engines."""
    count = QUICK_SESSIONS if sizes.is_quick else SESSIONS
    found, pictures = asyncio.run(_pipeline(count, sizes.rounds, console))
    whole, alone = [each.whole for each in found], [each.alone for each in found]
    database = Spread.of([each.database_ms for each in found]).median
    told = f"{Spread.of(whole).median:,.0f} against {Spread.of(alone).median:,.0f} a second of the worker's CPU"
    clock = Spread.of([each.by_the_clock for each in found]).median
    return [
        Figure(
            "analyse",
            "leased, opened, analysed, packed, kept, against the engine alone",
            Spread.ratio(whole, alone),
            beside=f"{told}; {clock:,.0f} a second by the clock, PostgreSQL {database:.2f} ms each",
            goal="11",
        ),
        *pictures,
        *_engines(sizes.rounds),
    ]
