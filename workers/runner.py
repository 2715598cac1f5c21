"""The one wrapper of every job: claim, begin, run, and whatever happens, say so in the ledger.

Knows no kind of work. Leases are renewed while jobs run, and given back when the worker stops.
"""

import asyncio
import contextlib
import os
import random
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from uuid import UUID

from app.errors import ErrorCode, Gone, LeaseLost, Refused, SpectrumError
from app.jobs import (
    AFTER_FAILURE,
    HEARTBEAT_S,
    LIMITS,
    AfterFailure,
    Claimed,
    FailureClass,
    JobKind,
    JobStatus,
    Later,
    Queue,
    Skipped,
)
from app.pipeline.commit import commit
from app.pipeline.inputs import InputsChanged
from app.pipeline.ports import Ports
from app.storage import ledger
from app.storage.store import StorageUnavailable, Tx
from app.telemetry import logger, where
from workers.handlers import HANDLERS, Stage

CLAIM = 16
"""Jobs leased at once: about two seconds of work at most."""
AT_ONCE = 4
"""Jobs of one claim that run side by side."""
BACKOFF_BASE_S = 0.5
BACKOFF_CAP_S = 300.0
INPUTS_SETTLE_S = 5.0
"""Numbers that move while they are written about are no failure: the writing waits, however long they go on."""
WAIT_CAP_S = 5.0
"""A dependency that is away is asked again within this time."""

log = logger("runner")


def worker_name() -> str:
    """Host and process: unique enough to read, never used to decide."""
    return f"{socket.gethostname()}:{os.getpid()}"


def backoff_s(attempt: int) -> float:
    """Full jitter: anything from 0 to the exponential bound after `attempt` (1..) failures."""
    return random.uniform(0, min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**attempt))  # noqa: S311 - spreads load, no secret


def classify(error: BaseException) -> FailureClass:
    """Which class a failure is of."""
    match error:
        case TimeoutError():
            return FailureClass.TIMEOUT
        case StorageUnavailable() | ConnectionError():
            return FailureClass.DEPENDENCY
        case Refused():
            return FailureClass.VALIDATION
        case SpectrumError(code=ErrorCode.CONFLICT):
            return FailureClass.CONFLICT
        case _:
            return FailureClass.BUG


@contextlib.contextmanager
def _left_to_the_lease(job: Claimed) -> Iterator[None]:
    """Whatever keeps the ledger from hearing how a job ended: its lease runs out, and a worker takes it again.

    The other jobs of the claim, and the loop that runs them, go on.
    """
    try:
        yield
    except LeaseLost:
        log.warning("lease_lost", kind=job.kind, job=str(job.id))
    except Exception as error:  # noqa: BLE001 - nothing that happens to one job may end the others
        log.warning("end_not_kept", kind=job.kind, job=str(job.id), error=type(error).__name__)


class Runner:
    """Runs the jobs of the ledger, a claim at a time."""

    def __init__(self, ports: Ports, handlers: Mapping[JobKind, Stage] = HANDLERS) -> None:
        self._ports = ports
        self._handlers = handlers
        self._name = worker_name()
        self._one_claim_at_a_time = {queue: asyncio.Lock() for queue in Queue}

    async def work_off(self, queue: Queue) -> int:
        """Run what is runnable in `queue` until nothing is; how many jobs were run."""
        done = 0
        async with self._one_claim_at_a_time[queue]:
            while ran := await self.work_once(queue):
                done += ran
        return done

    async def work_once(self, queue: Queue) -> int:
        """Run one claim of `queue`; how many jobs it held."""
        jobs, buried = await self._claim(queue)
        async with self._leases(jobs) as held:
            gate = asyncio.Semaphore(AT_ONCE)

            async def run(job: Claimed) -> None:
                async with gate:
                    await self._run(job)
                held.pop(job.id)

            async with asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(run(job))
        return len(jobs) + buried

    async def _claim(self, queue: Queue) -> tuple[Sequence[Claimed], int]:
        """Lease jobs, and how many were found dead; stopped while the claim is kept, it gives the leases back."""
        claiming = asyncio.ensure_future(self._keep_claim(queue))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):
                jobs, _ = await claiming
                await self._give_back(jobs)
            raise

    async def _keep_claim(self, queue: Queue) -> tuple[Sequence[Claimed], int]:
        async with self._ports.store.for_everyone() as tx:
            jobs, died = await ledger.claim(tx, queue, self._name, limit=CLAIM)
            for job in died:
                await self._bury(tx, job)
        return jobs, len(died)

    @contextlib.asynccontextmanager
    async def _leases(self, jobs: Sequence[Claimed]) -> AsyncIterator[dict[UUID, Claimed]]:
        """Renew the leases of what is still held; give back what is left when the worker is stopped."""
        held = {job.id: job for job in jobs}
        heart = asyncio.create_task(self._beat(held))
        try:
            yield held
        finally:
            heart.cancel()
            if held:
                await asyncio.shield(self._give_back(tuple(held.values())))

    async def _beat(self, held: dict[UUID, Claimed]) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            with contextlib.suppress(Exception):
                async with self._ports.store.for_everyone() as tx:
                    await ledger.renew(tx, tuple(held.values()))

    async def _give_back(self, jobs: Sequence[Claimed]) -> None:
        with contextlib.suppress(Exception):
            async with self._ports.store.for_everyone() as tx:
                await ledger.give_back(tx, jobs)

    async def _run(self, job: Claimed) -> None:
        stage = self._handlers[job.kind]
        attempt = job.attempt + 1
        try:
            async with self._ports.store.for_everyone() as tx:
                attempt = await ledger.begin(tx, job)
            async with asyncio.timeout(LIMITS[job.kind].timeout_s):
                await self._carry_out(job, stage)
        except LeaseLost:
            log.warning("lease_lost", kind=job.kind, job=str(job.id))
        except InputsChanged:
            await self._wait(job, INPUTS_SETTLE_S)
        except Gone:
            await self._end(job, "Dropped: the person's data were erased meanwhile.")
        except Exception as error:  # noqa: BLE001 - every surprise becomes an attempt in the ledger
            await self._failed(job, attempt, error)

    async def _carry_out(self, job: Claimed, stage: Stage) -> None:
        result = await stage.prepare(job, self._ports)
        match result:
            case Skipped(reason):
                await self._end(job, reason)
            case Later(delay_s, _):
                await self._wait(job, delay_s)
            case _:
                await commit(self._ports, lambda tx: stage.keep(tx, result), person=job.person, job=job)

    async def _wait(self, job: Claimed, delay_s: float) -> None:
        with _left_to_the_lease(job):
            async with self._ports.store.for_everyone() as tx:
                await ledger.give_back(tx, [job], delay_s=delay_s)

    async def _end(self, job: Claimed, note: str) -> None:
        with _left_to_the_lease(job):
            async with self._ports.store.for_everyone() as tx:
                await ledger.complete(tx, job, note)

    async def _failed(self, job: Claimed, attempt: int, error: Exception) -> None:
        failure = classify(error)
        after = AFTER_FAILURE[failure]
        dead = after is AfterFailure.DEAD or (after is AfterFailure.RETRY and attempt >= job.max_attempts)
        message = str(error) if isinstance(error, SpectrumError) else f"{type(error).__name__} at {where(error)}"
        log.warning("job_failed", kind=job.kind, job=str(job.id), attempt=attempt, failure=failure, error=message)
        failed = ledger.Failure(
            failure=failure,
            message=message,
            status=JobStatus.DEAD if dead else JobStatus.RETRYING,
            delay_s=backoff_s(attempt) if after is AfterFailure.RETRY else random.uniform(0, WAIT_CAP_S),  # noqa: S311 - as above
            counts=after is not AfterFailure.WAIT,
        )
        with _left_to_the_lease(job):
            async with self._ports.store.for_everyone() as tx:
                if await ledger.fail(tx, job, failed) and dead:
                    await self._bury(tx, job)

    async def _bury(self, tx: Tx, job: Claimed) -> None:
        bury = self._handlers[job.kind].bury
        if bury is not None:
            await bury(tx, job)
