"""Sessions taken in: rows against COPY and batches against single ones (8), until their numbers show (10); sealing.

Batches and single sessions, and the wait for numbers, go through real API and worker processes over HTTP.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import uvloop
from rich.console import Console

from app.domain.access import Role
from app.domain.affect import CareLevel, Source
from app.domain.sessions import SessionStatus
from app.edge.tokens import issue_token
from app.pipeline.ingest import MAX_BATCH
from app.pipeline.ports import Ports
from app.samples import sample_sessions
from app.storage.history import sessions
from app.storage.history.sessions import KeptSession, NewSession
from benchmarks.crowd import make_crowd
from benchmarks.edge.load import CALLERS, Question, ask, first_answer
from benchmarks.figures import Figure, Spread, Unit, alternating_async
from benchmarks.programs import Bench, Program, bench
from benchmarks.sealing import sealing
from benchmarks.sizes import Sizes

MEASURES = ("8a", "8b", "10")
UNNESTED, COPIED = "unnest", "copy"
PARTS = 8
SEALED_BYTES = 1_300
"""About what a sample person's session comes to."""
BATCHES, QUICK_BATCHES = 20, 6
"""Of 500 rows, in a round."""
PEOPLE = 200
BATCH_CALLERS = 2
"""Enough to keep a process busy; sixteen would wait for each other."""
WARM = 3
"""Waits that are not counted."""
SETTLED_S = 0.5
"""After what somebody has before, so that nothing else is to do."""
WAITS, QUICK_WAITS = 60, 40
LOOK_S = 0.01
"""Between two looks at the landscape."""
PATIENCE_S = 30.0
HISTORY = 3
"""Sessions that somebody has before the one that is waited for."""
INGEST = """mutation($inputs: [IngestSessionInput!]!) {
  ingestSessions(inputs: $inputs) { sessionId duplicate care userErrors { code } }
}"""
INGEST_ONE = """mutation($input: IngestSessionInput!) {
  ingestSession(input: $input) { sessionId duplicate care userErrors { code } }
}"""
LANDSCAPE = """{ viewer { spectrum { landscape(range: {preset: LAST_28_DAYS}, granularity: DAY) {
  series { keys valence arousal sampleCount }
} } } }"""


def _rows(people: Sequence[UUID], count: int) -> list[NewSession]:
    """Sessions of these people, as ingestion hands them to storage."""
    now = datetime.now(UTC)
    kept = KeptSession(uuid4(), Source.MIRROR, now, now, now.date(), 600, 6, None, None, SessionStatus.PENDING)
    sealed = bytes(SEALED_BYTES)
    return [
        NewSession(person, replace(kept, id=uuid4()), "UTC", sealed, 0, bytes(32), CareLevel.NONE)
        for person in itertools.islice(itertools.cycle(people), count)
    ]


def _parted(table: str) -> str:
    """A table of the same form, indexes and parts, without rows, row-level security and foreign keys."""
    made = [f"CREATE TABLE copied_{table} (LIKE {table} INCLUDING ALL) PARTITION BY HASH (person_id)"]
    for number in range(PARTS):
        which = f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {number})"
        made.append(f"CREATE TABLE copied_{table}_{number} PARTITION OF copied_{table} {which}")
    return "; ".join(made)


async def _copy(owner: asyncpg.Connection, rows: Sequence[NewSession]) -> None:
    """The same rows by COPY, one transaction a batch."""
    columns = ["person_id", "zone", *sessions.COLUMNS.split(", ")]
    async with owner.transaction():
        await owner.copy_records_to_table(
            "copied_session",
            records=[(n.person_id, n.zone, *(getattr(n.session, name) for name in columns[2:])) for n in rows],
            columns=columns,
        )
        await owner.copy_records_to_table(
            "copied_sealed_text",
            records=[(n.person_id, n.session.id, n.sealed, n.epoch, n.content_hmac, n.care) for n in rows],
            columns=["person_id", "session_id", "body", "epoch", "content_hmac", "care"],
        )


async def _keep(ports: Ports, rows: Sequence[NewSession]) -> None:
    """As ingestion does: the product's own statement, row-level security on."""
    async with ports.store.for_everyone() as tx:
        await sessions.keep_new(tx, rows)


async def _insert(on: Bench, batches: int, rounds: int, console: Console) -> Figure:
    async with on.opened() as spectrum, AsyncExitStack() as stack:
        await make_crowd(spectrum.ports, PEOPLE)
        owner = await asyncpg.connect(on.servers.database_url)
        stack.push_async_callback(owner.close)
        people = [row["id"] for row in await owner.fetch("SELECT id FROM person")]
        for table in ("session", "sealed_text"):
            await owner.execute(_parted(table))

        async def rate(work: Callable[[Sequence[NewSession]], Awaitable[None]]) -> float:
            rows = _rows(people, batches * MAX_BATCH)
            start = time.perf_counter()
            for batch in range(0, len(rows), MAX_BATCH):
                await work(rows[batch : batch + MAX_BATCH])
            return len(rows) / (time.perf_counter() - start)

        variants = {
            UNNESTED: lambda: rate(lambda rows: _keep(spectrum.ports, rows)),
            COPIED: lambda: rate(lambda rows: _copy(owner, rows)),
        }
        await alternating_async(variants, 1)  # warm
        found = await alternating_async(variants, rounds, lambda number: console.print(f"rows: round {number}"))
    ours, theirs = Spread.of(found[UNNESTED]).median, Spread.of(found[COPIED]).median
    return Figure(
        "ingest",
        "sessions with their sealed text inserted, 500 a transaction, against COPY",
        Spread.ratio(found[UNNESTED], found[COPIED]),
        beside=f"{ours:,.0f} against {theirs:,.0f} sessions a second",
        goal="8a",
    )


def _inputs(subjects: Iterator[str]) -> Iterator[dict[str, Any]]:
    """What apps hand over, without end: sample people's sessions under new keys, of one subject after the other."""
    found = list(sample_sessions(datetime.now(UTC).date()))
    for session in itertools.cycle(found):
        yield {**session, "sessionKey": str(uuid4()), "subjectKey": next(subjects)}


def _service(on: Bench) -> str:
    return issue_token(on.secret, subject="bench", roles=(Role.SERVICE,), ttl_s=3_600)


def _handed_over(on: Bench, inputs: Sequence[Mapping[str, Any]]) -> Question:
    return Question.post("/ops/graphql", INGEST, {"inputs": inputs}, _service(on))


async def _mutations(on: Bench, sizes: Sizes, console: Console) -> Figure:
    """Sixteen callers with a session each at a time, two with 500 each at a time; sessions a second."""
    token, seconds = _service(on), max(2.0, sizes.seconds)
    inputs = _inputs(f"bulk-{number % PEOPLE}" for number in itertools.count())

    def single() -> Iterator[Question]:
        while True:
            yield Question.post("/ops/graphql", INGEST_ONE, {"input": next(inputs)}, token)

    def batches() -> Iterator[Question]:
        while True:
            yield _handed_over(on, list(itertools.islice(inputs, MAX_BATCH)))

    async with on.running("api") as served:

        async def rate(questions: Iterator[Question], each: int, callers: int) -> float:
            return (await ask(served.port, served.pid, questions, seconds, callers=callers)).rate * each

        found = await alternating_async(
            {
                "single": lambda: rate(single(), 1, CALLERS),
                "batch": lambda: rate(batches(), MAX_BATCH, BATCH_CALLERS),
            },
            sizes.rounds,
            lambda number: console.print(f"mutations: round {number}"),
        )
    batch, one = Spread.of(found["batch"]).median, Spread.of(found["single"]).median
    return Figure(
        "ingest",
        "ingestSessions of 500, against ingestSession",
        Spread.ratio(found["batch"], found["single"]),
        beside=f"{batch:,.0f} against {one:,.0f} sessions a second",
        goal="8b",
    )


async def _wait(on: Bench, served: Program, subject: str, session: Mapping[str, Any]) -> float:
    """Milliseconds from handing a session over until the person's landscape holds it."""
    token = issue_token(on.secret, subject=subject, roles=(Role.USER,), ttl_s=3_600)
    look = Question.post("/graphql", LANDSCAPE, {}, token)

    async def count() -> int:
        answer = orjson.loads(await first_answer(served.port, look))
        assert "errors" not in answer, answer["errors"]
        found = answer["data"]["viewer"]["spectrum"]["landscape"]
        return sum(found["series"]["sampleCount"]) if found else 0

    before = await count()
    question = _handed_over(on, [session])
    start = time.perf_counter()
    await first_answer(served.port, question)
    while await count() == before:
        assert time.perf_counter() - start < PATIENCE_S, "the numbers do not come"
        await asyncio.sleep(LOOK_S)
    return (time.perf_counter() - start) * 1000


async def _waits(on: Bench, count: int, console: Console) -> Figure:
    """One person after the other hands a session over, with nothing else to do for anybody."""
    now = datetime.now(UTC)
    newest = [session for session in sample_sessions(now.date()) if session["subjectKey"] == "sample-jorinde"]
    newest = sorted(newest, key=lambda each: each["startedAt"])[-HISTORY - 1 :]

    def of(subject: str) -> list[dict[str, Any]]:
        return [{**each, "subjectKey": subject, "sessionKey": str(uuid4())} for each in newest]

    async with on.running("api") as served, on.running("worker", "--metrics-port", "PORT"):
        waits: list[float] = []
        for number in range(-WARM, count):
            *before, last = of(f"waits-{number}")
            await first_answer(served.port, _handed_over(on, before))
            await asyncio.sleep(SETTLED_S)
            took = await _wait(on, served, f"waits-{number}", last)
            if number >= 0:
                waits.append(took)
        console.print(f"waits: {count} sessions")
    waits.sort()
    p95 = waits[int(len(waits) * 0.95)]
    middle = Spread.of(waits)
    told = f"of {count}: median {middle.median:.0f}, fastest {middle.lowest:.0f}, slowest {middle.highest:.0f} ms"
    what = "ingested until its numbers show in the landscape, p95"
    return Figure("ingest", what, Spread(p95, p95, p95, 1), Unit.MILLISECONDS, told, "10")


async def _measure(sizes: Sizes, console: Console) -> list[Figure]:
    with bench(analyser="small") as on:
        batches = QUICK_BATCHES if sizes.is_quick else BATCHES
        figures = [await _insert(on, batches, sizes.rounds, console)]
    with bench() as on:
        async with on.opened():
            pass
        figures.append(await _waits(on, QUICK_WAITS if sizes.is_quick else WAITS, console))
        figures.append(await _mutations(on, sizes, console))
    return figures


def measure(sizes: Sizes, console: Console) -> list[Figure]:
    """Rows, waits, mutations, sealing."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(_measure(sizes, console))
    return [*figures, *sealing(sizes.rounds)]
