"""Plans due work: closed weeks and months, and the hour's upkeep. Any worker may tick; each thing is planned once."""

from app.domain.periods import PeriodKind
from app.jobs import LIMITS, JobKind, Queue
from app.pipeline.ports import Ports
from app.storage.jobs import planning

MAX_ROUNDS = 1_000
"""Statements of one tick and kind: two million people, or twenty years of one person's weeks."""


async def plan_due(ports: Ports) -> int:
    """Plan everything that fell due until now; how many jobs were made."""
    made = 0
    queues: set[Queue] = set()
    for kind in PeriodKind:
        for _ in range(MAX_ROUNDS):
            async with ports.store.for_everyone() as tx:
                advanced, planned = await planning.keep_due(tx, kind)
            made += planned
            if planned:
                queues.add(Queue.MINUTES)
            if not advanced:
                break
    async with ports.store.for_everyone() as tx:
        if await planning.keep_upkeep(tx):
            made += 1
            queues.add(LIMITS[JobKind.UPKEEP].queue)
    await ports.queue.nudge(queues)
    return made
