"""One worker process: for each queue an arq worker that hears nudges, and a loop that needs none.

Redis may be away, wiped or frozen: the loop claims on its own, and arq is started again until it holds.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from arq import func
from arq.worker import Worker

from app.gateways.queue import NUDGE, arq_queue, from_json, open_pool, to_json
from app.jobs import Queue
from app.pipeline.ports import Ports
from app.telemetry import logger
from workers.runner import Runner
from workers.schedule import plan_due

LOOP_S = 2.0
PLAN_S = 5.0
LOOK_S = 0.5
"""A nudge is looked for this often also without a word from Redis, and a stop is noticed."""
ARQ_RESTART_S = 2.0
REDIS_TIMEOUT_S = 2.0
LAST_LOOK_S = 1.0
"""A frozen Redis may not keep a worker from stopping."""
NUDGE_TIMEOUT_S = 3600

log = logger("worker")


async def work(ports: Ports, redis_url: str, queues: Sequence[Queue], stop: asyncio.Event) -> None:
    """Work until `stop` is set; then leases are given back and this returns."""
    runner = Runner(ports)
    tasks = [asyncio.create_task(_claim_loop(runner, queue)) for queue in queues]
    tasks += [asyncio.create_task(_listen(runner, redis_url, queue)) for queue in queues]
    if Queue.MINUTES in queues or Queue.HOURS in queues:
        tasks.append(asyncio.create_task(_plan_loop(ports)))
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _claim_loop(runner: Runner, queue: Queue) -> None:
    while True:
        try:
            await runner.work_off(queue)
        except Exception as error:  # noqa: BLE001 - a loop that ended would leave its queue to nobody
            log.warning("claim_failed", queue=queue, error=type(error).__name__)
        await asyncio.sleep(LOOP_S)


async def _plan_loop(ports: Ports) -> None:
    while True:
        try:
            await plan_due(ports)
        except Exception as error:  # noqa: BLE001 - as above: weeks would never close
            log.warning("plan_failed", error=type(error).__name__)
        await asyncio.sleep(PLAN_S)


class _Listener(Worker):
    """arq's worker, which ends without being cancelled inside Redis' client: that would leave connections open."""

    stopping = False

    async def main(self) -> None:
        """As arq's own, but woken by the nudge itself: to look every 50 ms would cost a hundredth of a core."""
        async with self.pool.pubsub() as channel:
            await channel.subscribe(self.queue_name)
            while True:
                await self._poll_iteration()
                await channel.get_message(ignore_subscribe_messages=True, timeout=LOOK_S)

    async def _poll_iteration(self) -> None:
        if self.stopping:
            raise asyncio.CancelledError
        await super()._poll_iteration()

    async def listen(self) -> None:
        """Hear nudges until cancelled; then let arq finish what is under way, if Redis lets it."""
        hearing = asyncio.ensure_future(self.async_run())
        try:
            await asyncio.shield(hearing)
        finally:
            self.stopping = True
            await asyncio.wait({hearing}, timeout=LAST_LOOK_S)
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
            for heard in self.job_tasks.values():
                heard.cancel()
            if self.tasks:
                await asyncio.wait(self.tasks.values(), timeout=LAST_LOOK_S)


async def _listen(runner: Runner, redis_url: str, queue: Queue) -> None:
    """Hear nudges over arq; whatever ends it (arq leaves when Redis drops), begin again."""

    async def on_nudge(ctx: dict[Any, Any], *_args: Any, **_kwargs: Any) -> None:
        with contextlib.suppress(Exception):  # the claim loop says so, and tries again
            if not worker.stopping:
                await runner.work_off(queue)

    while True:
        pool = open_pool(redis_url, timeout_s=REDIS_TIMEOUT_S)
        worker = _Listener(
            functions=[func(on_nudge, name=NUDGE, max_tries=1, keep_result=0, timeout=NUDGE_TIMEOUT_S)],
            queue_name=arq_queue(queue),
            redis_pool=pool,
            handle_signals=False,
            max_jobs=4,
            keep_result=0,
            log_results=False,
            allow_abort_jobs=False,
            job_serializer=to_json,
            job_deserializer=from_json,
        )
        try:
            await worker.listen()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - arq raises whatever its client raised; the claim loop goes on
            log.warning("nudges_unheard", queue=queue, error=type(error).__name__)
        finally:
            with contextlib.suppress(Exception):
                await pool.aclose(close_connection_pool=True)
        await asyncio.sleep(ARQ_RESTART_S)
