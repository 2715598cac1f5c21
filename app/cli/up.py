"""`spectrum up`: servers, schema, API, workers and sample people in one command, and all of them gone after Ctrl-C.

The programs are processes of their own, held by a pipe: they stop when this one ends, however it ends.
"""

import asyncio
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from tempfile import TemporaryDirectory

from prometheus_client.multiprocess import mark_process_dead
from rich.console import Console

from app.cli.drain import drain_with_progress
from app.cli.sample import take_sample
from app.domain.access import Role
from app.edge.tokens import issue_token
from app.errors import ConfigurationError
from app.samples import SAMPLE_PEOPLE
from app.wiring import Spectrum, opened

PROGRAMS: tuple[tuple[str, ...], ...] = (
    ("api",),
    ("worker", "--queue", "seconds"),
    ("worker", "--queue", "minutes", "--queue", "hours"),
)
READY_WITHIN_S = 60.0
MOST_RESTARTS = 5
RESTARTS_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0
TOKEN_S = 86_400


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum up`."""
    parser.add_argument("--no-sample", action="store_true", help="without the sample people")
    parser.set_defaults(run=lambda asked: up(sample=not asked.no_sample))


async def up(*, sample: bool) -> int:
    """Start everything, say where it is, and wait for Ctrl-C."""
    console = Console(stderr=True, highlight=False)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    console.print("Starting the database and the queue …")
    async with AsyncExitStack() as stack:
        spectrum = await stack.enter_async_context(opened(bring_up_to_date=True))
        _require_free_port(spectrum)
        counts = stack.enter_context(TemporaryDirectory(prefix="spectrum-metrics-"))
        running = [await _start(program, counts) for program in PROGRAMS]
        try:
            working = asyncio.create_task(_run(spectrum, running, console, counts, sample=sample))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            working.cancel()
            stopping.cancel()
            await asyncio.gather(working, return_exceptions=True)
            if not stop.is_set() and not working.cancelled():
                working.result()
        finally:
            console.print("Stopping …")
            await asyncio.shield(_stop(running))
    return 0


async def _run(
    spectrum: Spectrum, running: list[asyncio.subprocess.Process], console: Console, counts: str, *, sample: bool
) -> None:
    await _ready(spectrum, running)
    _show_addresses(spectrum, console, sample=sample)
    try:
        async with asyncio.TaskGroup() as group:
            for place in range(len(running)):
                group.create_task(_keep_running(running, place, console, counts))
            if sample:
                console.print(await take_sample(spectrum.ports))
                await drain_with_progress(spectrum, own=())
                console.print("The sample people are ready. Ctrl-C stops everything.")
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _keep_running(running: list[asyncio.subprocess.Process], place: int, console: Console, counts: str) -> None:
    """Start a program again when it ends by itself. ConfigurationError when it does so again and again."""
    ends: deque[float] = deque(maxlen=MOST_RESTARTS)
    while True:
        await running[place].wait()
        now = asyncio.get_running_loop().time()
        if len(ends) == MOST_RESTARTS and now - ends[0] < RESTARTS_WITHIN_S:
            raise ConfigurationError(f"spectrum {' '.join(PROGRAMS[place])} keeps stopping; its last words are above.")
        ends.append(now)
        # what it had open, and its memory, are nobody's any more
        mark_process_dead(running[place].pid, counts)  # type: ignore[no-untyped-call]  # the library's own
        console.print(f"spectrum {' '.join(PROGRAMS[place])} stopped by itself: starting it again.", soft_wrap=True)
        running[place] = await _start(PROGRAMS[place], counts)


def _require_free_port(spectrum: Spectrum) -> None:
    with socket.socket(socket.AF_INET6 if ":" in spectrum.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((spectrum.host, spectrum.port))
        except OSError:
            raise ConfigurationError(
                f"Port {spectrum.port} of {spectrum.host} is taken: stop what uses it, or set SPECTRUM_PORT to another."
            ) from None


async def _start(program: Sequence[str], counts: str) -> asyncio.subprocess.Process:
    """Start a program; `counts` is the folder where all of them put their metrics together, for `/metrics`."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "app", *program, "--with-parent"),
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": counts},
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def _ready(spectrum: Spectrum, running: Sequence[asyncio.subprocess.Process]) -> None:
    """Wait until /readyz answers 200. ConfigurationError when a program ends before, or after a minute."""
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            while not await _answers(spectrum):
                if any(process.returncode is not None for process in running):
                    raise ConfigurationError("One of the programs did not start; its last words are above.")
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise ConfigurationError("The API did not answer within a minute.") from None


async def _answers(spectrum: Spectrum) -> bool:
    try:
        reader, writer = await asyncio.open_connection(spectrum.host, spectrum.port)
    except OSError:
        return False
    try:
        writer.write(f"GET /readyz HTTP/1.1\r\nHost: {spectrum.host}\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    except OSError:  # it ends, or begins to, just now
        return False
    finally:
        writer.close()


def _show_addresses(spectrum: Spectrum, console: Console, *, sample: bool) -> None:
    host = f"[{spectrum.host}]" if ":" in spectrum.host else spectrum.host
    base = f"http://{host}:{spectrum.port}"
    console.print(f"\nDashboard         {base}/app/\nPeople's GraphQL  {base}/graphql")
    console.print(f"The team's        {base}/ops/  {base}/ops/graphql")
    console.print(f"Health, metrics   {base}/healthz  {base}/readyz  {base}/metrics\n")
    secret = spectrum.access.secret
    if secret is None:
        return
    people = {person.subject_key: f"{person.name}: {person.story}" for person in SAMPLE_PEOPLE if sample}
    for subject, story in (people or {"newcomer": "A newcomer, of whom nothing is known yet:"}).items():
        token = issue_token(secret, subject=subject, roles=[Role.USER], ttl_s=TOKEN_S)
        console.print(f"{story}\n  {base}/app/#token={token}\n", soft_wrap=True)
    team = issue_token(secret, subject="team", roles=[Role.SERVICE, Role.OPERATOR], ttl_s=TOKEN_S)
    console.print(f"The team:\n  {base}/ops/#token={team}\n  {base}/ops/graphql#token={team}\n", soft_wrap=True)


async def _stop(running: Sequence[asyncio.subprocess.Process]) -> None:
    """Ask each program to stop, and end those that do not within 20 seconds."""
    for process in running:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
    waiting = [asyncio.create_task(process.wait()) for process in running]
    _, late = await asyncio.wait(waiting, timeout=STOP_WITHIN_S)
    if late:
        for process in running:
            if process.returncode is None:
                process.kill()
        await asyncio.wait(late)
