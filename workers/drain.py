"""Works the ledger off until nothing is left: plan, run, wait for what others hold and for what is due soon."""

import asyncio
from collections.abc import Callable, Sequence

from app.jobs import Queue
from app.pipeline.ports import Ports
from app.storage.jobs import queues
from app.storage.jobs.queues import Remaining
from workers.runner import Runner
from workers.schedule import plan_due

SOON_S = 60.0
"""Retries and debounced rewrites due within this time are waited for."""
PAUSE_S = 0.1


async def drain(
    ports: Ports, report: Callable[[int, Remaining], None] = lambda *_: None, *, own: Sequence[Queue] = tuple(Queue)
) -> int:
    """Plan and run until the ledger holds nothing runnable now or within a minute; how many jobs were run here.

    `report` is told, again and again, how many were run and what remains. Jobs of queues that are not `own` are left
    to other workers, and waited for.
    """
    runner = Runner(ports)
    ran = 0
    while True:
        planned = await plan_due(ports)
        here = 0
        for queue in own:
            while count := await runner.work_once(queue):
                here += count
                report(ran + here, await _remaining(ports))
        ran += here
        remaining = await _remaining(ports)
        report(ran, remaining)
        if not planned and not here:
            if not remaining.now and not remaining.soon:
                return ran
            await asyncio.sleep(PAUSE_S)


async def _remaining(ports: Ports) -> Remaining:
    async with ports.store.for_everyone() as tx:
        return await queues.count_remaining(tx, tuple(Queue), SOON_S)
