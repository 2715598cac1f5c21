"""The one wrapper of every job: claim, begin, run, and whatever happens, say so in the ledger.

Knows no kind of work. Leases are renewed while jobs run, and given back when the worker stops.
"""

import asyncio
import contextlib
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from structlog.contextvars import bound_contextvars

from app import tracing
from app.errors import ConfigurationError, ErrorCode, Gone, LeaseLost, ModelUnavailable, Refused, SpectrumError
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
from app.pipeline.commit import commit, commit_many
from app.pipeline.inputs import InputsChanged
from app.pipeline.ports import Ports
from app.storage.jobs import ledger
from app.storage.store import StorageUnavailable
from app.telemetry import (
    DEAD_LETTERS,
    EPOCH_DROPPED,
    FENCED_WRITES,
    JOB_ATTEMPTS,
    JOB_SECONDS,
    JOB_WAIT_SECONDS,
    LEASES_EXPIRED,
    logger,
    where,
)
from app.tracing import NOTHING, Span
from workers.handlers import HANDLERS, Bury, Stage
from workers.traced import known_by, link_folded, span_of, spans_of

AT_ONCE = 4
"""Jobs of one claim that run side by side."""
BACKOFF_BASE_S = 0.5
BACKOFF_CAP_S = 300.0
INPUTS_SETTLE_S = 5.0
"""Numbers that move while they are written about are no failure: the writing waits, however long they go on."""
WAIT_CAP_S = 5.0
"""A dependency that is away is asked again within this time."""
MENDING_S = 600.0
"""What somebody must set right first, such as a master key that is not here, is tried again within this time."""
RETRY_AFTER_CAP_S = 3600.0
"""The longest that a service may ask us to leave it alone."""

log = logger("runner")


class Ended(StrEnum):
    """How a run ended that did not fail. FENCED: another worker holds the job; LATER: it waits, uncounted."""

    SUCCEEDED = "SUCCEEDED"
    SKIPPED = "SKIPPED"
    LATER = "LATER"
    FENCED = "FENCED"


def worker_name() -> str:
    """Host and process: unique enough to read, never used to decide."""
    return f"{socket.gethostname()}:{os.getpid()}"


def backoff_s(attempt: int) -> float:
    """Full jitter: anything from 0 to the exponential bound after `attempt` (1..) failures."""
    return random.uniform(0, min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**attempt))  # noqa: S311 - spreads load, no secret


def delay_s(error: Exception, attempt: int) -> float:
    """How long the next attempt waits: full jitter, and not before a service asked to be tried again."""
    asked = error.retry_after_s if isinstance(error, ModelUnavailable) else None
    return max(backoff_s(attempt), min(asked or 0.0, RETRY_AFTER_CAP_S))


def wait_s(error: Exception) -> float:
    """How long a job waits that is not to blame: moments for what comes back by itself, minutes for a setting."""
    shortest, longest = (MENDING_S / 2, MENDING_S) if isinstance(error, ConfigurationError) else (0.0, WAIT_CAP_S)
    return random.uniform(shortest, longest)  # noqa: S311 - spreads load, no secret


def classify(error: BaseException) -> FailureClass:
    """Which class a failure is of."""
    match error:
        case TimeoutError():
            return FailureClass.TIMEOUT
        case ModelUnavailable():
            return FailureClass.MODEL_UNAVAILABLE
        case StorageUnavailable() | ConnectionError() | ConfigurationError():
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
        _fenced(job)
    except Exception as error:  # noqa: BLE001 - nothing that happens to one job may end the others
        log.warning("end_not_kept", kind=job.kind, job=str(job.id), error=type(error).__name__)


def _fenced(job: Claimed) -> None:
    FENCED_WRITES.labels(job.kind).inc()
    log.warning("lease_lost", kind=job.kind, job=str(job.id))


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
        jobs = await self._claim(queue)
        async with self._leases(jobs) as held:
            begun = await self._run_together(jobs, held)
            gate = asyncio.Semaphore(AT_ONCE)

            async def run(job: Claimed) -> None:
                async with gate:
                    await (self._bury(job) if job.exhausted else self._run(job, begun.get(job.id)))
                held.pop(job.id)

            async with asyncio.TaskGroup() as group:
                for job in tuple(held.values()):
                    group.create_task(run(job))
        return len(jobs)

    async def _claim(self, queue: Queue) -> Sequence[Claimed]:
        """Lease jobs; stopped while the claim is kept, it gives the leases back."""
        claiming = asyncio.ensure_future(self._keep_claim(queue))
        try:
            jobs = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):
                await self._give_back(await claiming)
            raise
        for job in jobs:
            JOB_WAIT_SECONDS.labels(job.kind).observe(job.waited_s)
            LEASES_EXPIRED.labels(job.kind).inc(job.silent)
        return jobs

    async def _keep_claim(self, queue: Queue) -> Sequence[Claimed]:
        async with self._ports.store.for_everyone() as tx:
            return await ledger.claim(tx, queue, self._name)

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

    async def _begin(self, jobs: Sequence[Claimed]) -> dict[UUID, int]:
        async with self._ports.store.for_everyone() as tx:
            return await ledger.begin(tx, jobs)

    async def _run_together(self, jobs: Sequence[Claimed], held: dict[UUID, Claimed]) -> dict[UUID, int]:
        """Carry out what the kind can do for many at once, and take it out of `held`.

        Whatever stands in the way is found by running the rest one by one, so that it is nobody else's failure; the
        attempts that were begun for them are answered with.
        """
        many = self._handlers[jobs[0].kind].many if len(jobs) > 1 else None
        if many is None:
            return {}
        begun: dict[UUID, int] = {}
        start = time.monotonic()
        with spans_of(jobs) as (traced, spans):
            try:
                begun = await self._begin(traced)
                held.update({job.id: job for job in traced})  # whoever is run alone after all goes on in this trace
                mine = [job for job in traced if job.id in begun]
                async with asyncio.timeout(LIMITS[jobs[0].kind].timeout_s):
                    await link_folded(self._ports, mine, spans)
                    results = await many.prepare(mine, self._ports)
                    ready = [(job, r) for job in mine if not isinstance(r := results[job.id], Skipped | Exception)]
                    kept = await commit_many(self._ports, many.keep, ready)
            except Exception as error:  # noqa: BLE001 - as the docstring says
                log.warning("batch_failed", kind=jobs[0].kind, count=len(jobs), error=type(error).__name__)
                for span in spans.values():
                    span.set(failure=type(error).__name__, where=where(error))
                return begun
            for job_id, each in kept.items():
                span = spans.get(job_id, NOTHING)
                span.set(attempt=begun[job_id], **({"news": each.news.reason} if each.news else {}))
                self._ended(held.pop(job_id), Ended.SUCCEEDED, start, span)
        return begun

    def _ended(self, job: Claimed, outcome: str, start: float, span: Span) -> None:
        span.set(outcome=outcome)
        JOB_SECONDS.labels(job.kind).observe(time.monotonic() - start, span.exemplar)
        JOB_ATTEMPTS.labels(job.kind, outcome).inc()

    async def _run(self, job: Claimed, attempt: int | None) -> None:
        """Run one job to whatever end; `attempt` is its number when it was begun already."""
        start = time.monotonic()
        with span_of(job) as span, bound_contextvars(job=str(job.id), kind=job.kind):
            outcome = await self._attempt(known_by(job, span), attempt, span)
            self._ended(job, outcome, start, span)

    async def _attempt(self, job: Claimed, attempt: int | None, span: Span) -> str:
        try:
            if attempt is None:
                attempt = (await self._begin([job])).get(job.id)
            if attempt is None:
                raise LeaseLost("Another worker holds this job.")  # noqa: TRY301 - as if the write itself had said so
            span.set(attempt=attempt)
            async with asyncio.timeout(LIMITS[job.kind].timeout_s):
                await link_folded(self._ports, [job], {job.id: span})
                outcome = await self._carry_out(job)
        except LeaseLost:
            _fenced(job)
            outcome = Ended.FENCED
        except InputsChanged:
            outcome = await self._wait(job, INPUTS_SETTLE_S)
        except Gone:
            EPOCH_DROPPED.labels(job.kind).inc()
            outcome = await self._drop(job)
        except Exception as error:  # noqa: BLE001 - every surprise becomes an attempt in the ledger
            outcome = await self._failed(job, attempt or job.attempt + 1, error)
            span.set(failure=outcome, where=where(error))
        return outcome

    async def _carry_out(self, job: Claimed) -> str:
        stage = self._handlers[job.kind]
        with tracing.span("prepare"):
            result = await stage.prepare(job, self._ports)
        match result:
            case Skipped(reason):
                return await self._end(job, reason)
            case Later(delay_s, _):
                return await self._wait(job, delay_s)
            case _:
                with tracing.span("commit"):
                    await commit(
                        self._ports,
                        lambda tx: stage.keep(tx, result),
                        person=job.person,
                        job=job,
                        as_everyone=stage.announces,
                    )
                return Ended.SUCCEEDED

    async def _wait(self, job: Claimed, delay_s: float) -> str:
        with _left_to_the_lease(job):
            async with self._ports.store.for_everyone() as tx:
                await ledger.give_back(tx, [job], delay_s=delay_s)
        return Ended.LATER

    async def _end(self, job: Claimed, note: str) -> str:
        with _left_to_the_lease(job):
            async with self._ports.store.for_everyone() as tx:
                await ledger.complete(tx, [job], note)
        return Ended.SKIPPED

    async def _drop(self, job: Claimed) -> str:
        """End the job of someone who was erased meanwhile; the erasure may have taken the job along."""
        with _left_to_the_lease(job), contextlib.suppress(LeaseLost):
            async with self._ports.store.for_everyone() as tx:
                await ledger.complete(tx, [job], "Dropped: the person's data were erased meanwhile.")
        return Ended.SKIPPED

    async def _failed(self, job: Claimed, attempt: int, error: Exception) -> str:
        failure = classify(error)
        after = AFTER_FAILURE[failure]
        dead = after is AfterFailure.DEAD or (after is AfterFailure.RETRY and attempt >= job.max_attempts)
        message = str(error) if isinstance(error, SpectrumError) else f"{type(error).__name__} at {where(error)}"
        log.warning("job_failed", kind=job.kind, job=str(job.id), attempt=attempt, failure=failure, error=message)
        failed = ledger.Failure(
            failure=failure,
            message=message,
            status=JobStatus.DEAD if dead else JobStatus.RETRYING,
            delay_s=delay_s(error, attempt) if after is AfterFailure.RETRY else wait_s(error),
            counts=after is not AfterFailure.WAIT,
        )
        if dead:
            await self._bury(job, failed)
        else:
            with _left_to_the_lease(job):
                async with self._ports.store.for_everyone() as tx:
                    await ledger.fail(tx, job, failed)
        return failure

    async def _bury(self, job: Claimed, failed: ledger.Failure | None = None) -> None:
        """Give a job up: its person first, then the job, as every other transaction locks them.

        A burial that cannot be carried out keeps no job alive: the letter is dead all the same, and the log says so.
        """
        with _left_to_the_lease(job):
            try:
                await self._keep_dead(job, failed, self._handlers[job.kind].bury)
            except (LeaseLost, StorageUnavailable):
                raise
            except Exception as error:  # noqa: BLE001 - as the docstring says
                log.warning(
                    "bury_failed", kind=job.kind, job=str(job.id), error=f"{type(error).__name__} at {where(error)}"
                )
                await self._keep_dead(job, failed, None)
            DEAD_LETTERS.labels(job.kind).inc()

    async def _keep_dead(self, job: Claimed, failed: ledger.Failure | None, bury: Bury | None) -> None:
        async with self._ports.store.for_everyone() as tx:
            if bury is not None:
                await bury(tx, job)
            await (ledger.fail(tx, job, failed) if failed else ledger.bury(tx, job))
