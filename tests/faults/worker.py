"""Worker programs that a test needs besides the product's own: `python -m tests.faults.worker NAME ARGUMENT`.

`poison SESSION` ends the moment it begins to analyse that session.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.jobs import Claimed, JobKind, Queue
from app.pipeline.ports import Ports
from app.telemetry import configure_logging
from app.wiring import Spectrum, opened
from workers.handlers import HANDLERS
from workers.runner import Runner
from workers.schedule import plan_due

PAUSE_S = 0.2
POISONED = 66
"""The exit status of a process that a poison job ended."""


async def with_poison(spectrum: Spectrum, session_id: str, stop: asyncio.Event) -> None:
    """Work until a job does to this process what no exception tells of."""
    analysis = HANDLERS[JobKind.SESSION_ANALYSIS]

    async def prepare(job: Claimed, ports: Ports) -> object:
        if job.scope["session_id"] == session_id:
            os._exit(POISONED)
        return await analysis.prepare(job, ports)

    runner = Runner(spectrum.ports, {**HANDLERS, JobKind.SESSION_ANALYSIS: replace(analysis, prepare=prepare)})
    while not stop.is_set():
        await plan_due(spectrum.ports)
        for queue in Queue:
            await runner.work_off(queue)
        await asyncio.sleep(PAUSE_S)


PROGRAMS: dict[str, Callable[[Spectrum, str, asyncio.Event], Awaitable[None]]] = {
    "poison": with_poison,
}


async def _main(name: str, argument: str) -> None:
    configure_logging()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with opened() as spectrum:
        await PROGRAMS[name](spectrum, argument, stop)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
