"""What a process costs before it does anything: the API's import beside litellm's, start and memory of each (12).

Every import and every start is a fresh process. A started one counts from its call to the moment it listens.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console

from app.domain.access import Role
from app.domain.sessions import session_from_json
from app.edge.tokens import issue_token
from app.jobs import Queue
from app.pipeline.ingest import ingest
from app.samples import sample_sessions
from benchmarks.edge.load import Question, first_answer
from benchmarks.figures import Figure, Spread, Unit, alternating
from benchmarks.programs import Bench, bench, resident_mib, running
from benchmarks.sizes import Sizes
from benchmarks.writing.cost import MODELS
from workers.runner import Runner

MEASURES = ("12a", "12b")
ALONE, WITH_MODELS = "app.main", "app.main, litellm"
QUIETLY = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
}
"""Bytecode is kept, as where a program is installed; litellm asks the internet for nothing, as in our workers."""
SESSIONS, ANSWERS = 60, 100
DASHBOARD = """{
  viewer { spectrum {
    state landscape(range: {preset: LAST_365_DAYS}, granularity: WEEK) { series { keys valence arousal sampleCount } }
    insightFeed(first: 20) { nodes { id headline { text } body { text } } }
  } }
  rateLimit { available }
}"""
"""Beside `rateLimit`, which is another each time, no answer is remembered."""
POINTS_BACK_S = 0.2
"""Between two answers, so that nobody runs out of points; the memory of a process does not mind."""
SETTLED_S = 2.0
NO_KEYS = {"OPENAI_API_KEY": "none", "GEMINI_API_KEY": "none"}
"""What the models of the example file want to be given; nobody is asked anything."""


@dataclass(frozen=True, slots=True)
class _Process:
    """A program as it was started: seconds until it listened, MiB once it was ready."""

    start_s: float
    mib: float


def _import_s(modules: str) -> float:
    """Seconds of processor time: what else the machine does is no part of it."""
    timed = f"import time; start = time.process_time(); import {modules}; print(time.process_time() - start)"
    done = subprocess.run([sys.executable, "-c", timed], env=QUIETLY, capture_output=True, check=True, text=True)
    return float(done.stdout.split()[-1])


async def _live(on: Bench) -> str:
    """Somebody with some sessions, read and folded; their key."""
    found = [session_from_json(each) for each in sample_sessions(datetime.now(UTC).date())]
    mine = [session for session in found if session.subject_key == found[0].subject_key][-SESSIONS:]
    async with on.opened() as spectrum:
        await ingest(spectrum.ports, mine)
        await Runner(spectrum.ports).work_off(Queue.SECONDS)
    return found[0].subject_key


async def _api(on: Bench, subject: str, answers: int) -> _Process:
    """An API process that has answered, with nothing in its cache."""
    token = issue_token(on.secret, subject=subject, roles=(Role.USER,), ttl_s=3_600)
    start = time.perf_counter()
    async with on.running("api") as served:
        took = time.perf_counter() - start
        for _ in range(answers):
            body = await first_answer(served.port, Question.post("/graphql", DASHBOARD, {}, token))
            assert b'"errors"' not in body, body
            await asyncio.sleep(POINTS_BACK_S)
        return _Process(took, resident_mib(served.pid))


async def _worker(on: Bench, queue: Queue) -> _Process:
    """A worker of a queue, ready and idle."""
    start, command = time.perf_counter(), (sys.executable, "-m", "app", "worker", "--queue", queue)
    async with running([*command, "--metrics-port", "PORT"], on.environment | NO_KEYS) as working:
        took, mib = time.perf_counter() - start, 0.0
        while (now := resident_mib(working.pid)) > mib:  # it loads what it reads with after it listens
            mib = now
            await asyncio.sleep(SETTLED_S)
        return _Process(took, mib)


async def _processes(sizes: Sizes, console: Console) -> list[Figure]:
    answers, rounds = (ANSWERS // 10, 1) if sizes.is_quick else (ANSWERS, 3)
    with bench(analyser="small") as on:
        subject = await _live(on)
        api = [await _api(on, subject, answers) for _ in range(rounds)]
    figures = [
        Figure(
            "imports",
            "memory of an API process that has answered, nothing in its cache",
            Spread.of([each.mib for each in api]),
            Unit.MEBIBYTES,
            f"resident, after {answers} dashboards",
            "12b",
        ),
        _start("an API process", api),
    ]
    if sizes.is_quick:
        return figures
    with bench(models_file=str(MODELS)) as on:
        async with on.opened():
            pass
        for queue in Queue:
            console.print(f"a worker of {queue} ...")
            found = [await _worker(on, queue)]
            memory = Spread.of([each.mib for each in found])
            figures.append(
                Figure("imports", f"memory of a worker of {queue}, idle", memory, Unit.MEBIBYTES, "resident")
            )
            figures.append(_start(f"a worker of {queue}", found))
    return figures


def _start(what: str, found: Sequence[_Process]) -> Figure:
    return Figure("imports", f"start of {what}", Spread.of([each.start_s for each in found]), Unit.SECONDS, "listens")


def measure(sizes: Sizes, console: Console) -> list[Figure]:
    """Imports in turns, then processes."""
    if not sizes.is_quick:
        _import_s(WITH_MODELS)  # keeps the bytecode of both
    found = alternating(
        {ALONE: lambda: _import_s(ALONE), WITH_MODELS: lambda: _import_s(WITH_MODELS)},
        sizes.rounds,
        lambda number: console.print(f"imports: round {number}"),
    )
    light, heavy = (Spread.of(found[name]).median * 1000 for name in (ALONE, WITH_MODELS))
    imports = Figure(
        "imports",
        "import of the API, against API + litellm",
        Spread.ratio(found[ALONE], found[WITH_MODELS]),
        beside=f"{light:,.0f} against {heavy:,.0f} ms of processor time",
        goal="12a",
    )
    return [imports, *asyncio.run(_processes(sizes, console))]
