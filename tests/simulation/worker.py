"""A simulated worker: what a real one may do with its jobs, at any moment, also much too late.

Writes through the product's own ledger and commit; decides by chance what a handler would have come to.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from random import Random
from uuid import UUID

from app.domain.periods import PeriodKind, following, period_of
from app.domain.sessions import SessionStatus
from app.errors import Gone, LeaseLost
from app.jobs import (
    AFTER_FAILURE,
    AGGREGATION,
    LATE_SESSION_DEBOUNCE_S,
    PERIOD,
    AfterFailure,
    Claimed,
    FailureClass,
    Job,
    JobKind,
    JobStatus,
    Kept,
    PersonAt,
    Queue,
    monthly_narrative,
    rewrite_period,
)
from app.pipeline import analyse
from app.pipeline.commit import Prepared, commit, commit_many
from app.pipeline.inputs import InputsChanged
from app.storage import people
from app.storage.history import sessions
from app.storage.jobs import ledger
from app.storage.store import Tx
from tests.simulation.world import World
from workers.runner import BACKOFF_BASE_S, BACKOFF_CAP_S, INPUTS_SETTLE_S, WAIT_CAP_S

DEAFNESS = 0.05
"""How often a connection is lost between a commit and its answer."""


@dataclass(slots=True)
class Held:
    """A job in a worker's hands; what it read when it began is None before."""

    job: Claimed
    attempt: int | None = None
    revision: int | None = None
    seen: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class _Read:
    """At which revision of its person a job of a batch was read."""

    revision: int


class Worker:
    """Claims, begins, ends; `held` is what it believes to hold, which is not always so."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.held: list[Held] = []
        self._world = world
        self._dawdling = world.rng.choice((5, 5, 150))

    @property
    def _rng(self) -> Random:
        return self._world.rng

    async def claim(self, queue: Queue) -> list[Claimed]:
        """Lease jobs of a queue, in the order of their making."""
        async with self._world.store.for_everyone() as tx:
            jobs = sorted(await ledger.claim(tx, queue, self.name), key=lambda job: job.id)
        self.held += [Held(job) for job in jobs]
        if jobs:
            self._say("claims", jobs)
        return jobs

    async def begin(self, chosen: Sequence[Held]) -> None:
        """Count an attempt of each, and read what its work rests on; those it no longer holds are let go."""
        async with self._world.store.for_everyone() as tx:
            begun = await ledger.begin(tx, [held.job for held in chosen])
            whose = _whose_numbers(chosen)
            heads = await people.list_heads(tx, whose) if whose else {}
        self._say("begins", [held.job for held in chosen if held.job.id in begun])
        for held in chosen:
            held.attempt = begun.get(held.job.id)
            if held.attempt is None:
                self.held.remove(held)
                continue
            person = held.job.person
            if person and person.id in heads:
                held.revision = heads[person.id].revision
                held.seen = self._world.people[person.id].analysed(PERIOD[held.job.kind], held.job.first_day)
            if held.job.kind is JobKind.RESET:
                await self._world.erase(UUID(held.job.scope["operation_id"]))

    async def succeed(self, held: Held) -> None:
        """Keep a job's effect and end it; dropped when its person was erased, later when their numbers moved."""
        job = held.job

        async def keep(tx: Tx) -> Kept:
            if job.person and held.revision is not None:
                head = await people.find_head(tx, job.person.id)
                if head is None or head.revision != held.revision + 1:
                    raise InputsChanged("The numbers moved.")
            return await self._keep(tx, held)

        try:
            await commit(self._world.ports, keep, person=job.person, job=job)
        except InputsChanged:
            await self.give_back([held], delay_s=INPUTS_SETTLE_S)
            return
        except LeaseLost:
            self._say("is fenced from", [job])
        except Gone:
            await self._drop(job)
        else:
            self._kept([held])
        self.held.remove(held)

    async def _drop(self, job: Claimed) -> None:
        self._say("drops", [job])
        with suppress(LeaseLost):
            async with self._world.store.for_everyone() as tx:
                await ledger.complete(tx, [job], "Dropped: the person's data were erased meanwhile.")

    async def succeed_together(self, chosen: Sequence[Held]) -> None:
        """End jobs of many people in one transaction: all whose numbers did not move, or none at all."""

        async def keep(tx: Tx, unchanged: Mapping[UUID, Prepared]) -> Mapping[UUID, Kept]:
            return {held.job.id: await self._keep(tx, held) for held in chosen if held.job.id in unchanged}

        try:
            ended = await commit_many(
                self._world.ports,
                keep,
                [(held.job, _Read(held.revision)) for held in chosen if held.revision is not None],
            )
        except LeaseLost:
            self._say("is fenced from all of", [held.job for held in chosen])
            return
        self._kept([held for held in chosen if held.job.id in ended])
        self.held = [held for held in self.held if held.job.id not in ended]

    async def _keep(self, tx: Tx, held: Held) -> Kept:
        """Write the effect, as the job's handler would, and ask for what follows from it."""
        job = held.job
        await tx.execute("INSERT INTO effect (job_id, token) VALUES ($1, $2)", job.id, job.token)
        if job.kind is JobKind.SESSION_ANALYSIS and job.person:
            session_id = UUID(job.scope["session_id"])
            await sessions.keep_status(tx, job.person.id, session_id, SessionStatus.DONE)
            session = self._world.people[job.person.id].sessions.get(session_id)
            return Kept(await _ask_again(tx, job.person, session.day) if session else ())
        if job.kind is JobKind.MONTHLY_AGGREGATION and job.person and held.revision is not None:
            revision = held.revision + 1
            return Kept((monthly_narrative(job.person, job.first_day, revision=revision, due_at=job.due_at),))
        return Kept()

    def _kept(self, chosen: Sequence[Held]) -> None:
        self._say("succeeds with", [held.job for held in chosen])
        for held in chosen:
            job = held.job
            if job.kind is JobKind.SESSION_ANALYSIS:
                self._world.note_analysis(job, SessionStatus.DONE)
            elif job.kind in AGGREGATION.values() and job.person:
                period = (job.person.id, job.person.epoch, PERIOD[job.kind], job.first_day)
                self._world.folds[period].append(held.seen)

    async def fail(self, held: Held, failure: FailureClass) -> None:
        """Keep a failed attempt, by the rules that the real runner follows."""
        job, attempt, after = held.job, held.attempt or held.job.attempt + 1, AFTER_FAILURE[failure]
        dead = after is AfterFailure.DEAD or (after is AfterFailure.RETRY and attempt >= job.max_attempts)
        bound_s = WAIT_CAP_S if after is AfterFailure.WAIT else min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**attempt)
        failed = ledger.Failure(
            failure=failure,
            message="simulated",
            status=JobStatus.DEAD if dead else JobStatus.RETRYING,
            delay_s=self._rng.uniform(0, bound_s),
            counts=after is not AfterFailure.WAIT,
        )
        self._say(f"fails ({failure}) with", [job])
        self._world.expect_attempt(job, job.attempt + failed.counts)
        await (self.bury(held, failed) if dead else self._end(held, failed))

    async def bury(self, held: Held, failed: ledger.Failure | None = None) -> None:
        """Give a job up, as the real runner does: its person first, then the job."""
        self._say("buries", [held.job])
        await self._end(held, failed, buried=True)

    async def _end(self, held: Held, failed: ledger.Failure | None, *, buried: bool = False) -> None:
        self.held.remove(held)
        gives_up_a_session = buried and held.job.kind is JobKind.SESSION_ANALYSIS
        try:
            async with self._world.store.for_everyone() as tx:
                if gives_up_a_session:
                    await analyse.bury(tx, held.job)
                await (ledger.fail(tx, held.job, failed) if failed else ledger.bury(tx, held.job))
        except LeaseLost:
            self._say("is fenced from", [held.job])
        else:
            if gives_up_a_session:
                self._world.note_analysis(held.job, SessionStatus.FAILED)

    async def give_back(self, chosen: Sequence[Held], *, delay_s: float = 0.0) -> None:
        """Leave jobs to others, at once or later."""
        jobs = [held.job for held in chosen]
        self._say(f"gives back for {delay_s} s", jobs)
        for job in jobs:
            self._world.expect_attempt(job, job.attempt)
        async with self._world.store.for_everyone() as tx:
            await ledger.give_back(tx, jobs, delay_s=delay_s)
        self.held = [held for held in self.held if held not in chosen]

    async def renew(self) -> None:
        """Beat once."""
        self._say("renews", [held.job for held in self.held])
        async with self._world.store.for_everyone() as tx:
            await ledger.renew(tx, [held.job for held in self.held])

    async def act(self) -> None:
        """Do one thing that a worker may do with what it holds; sometimes it never hears that it was done."""
        held = self.held.copy()
        await self._do_something()
        if self._rng.random() < DEAFNESS:
            self.held = held
            self._world.say(f"{self.name} never hears of it")

    async def _do_something(self) -> None:
        exhausted = [held for held in self.held if held.job.exhausted]
        fresh = [held for held in self.held if held.attempt is None and not held.job.exhausted]
        begun = [held for held in self.held if held.attempt is not None]
        periods = [held for held in begun if held.job.kind in AGGREGATION.values()]
        weights = {
            "bury": 60 * bool(exhausted),
            "begin": 45 * bool(fresh),
            "succeed": 40 * bool(begun),
            "succeed together": 40 * (len(periods) > 1),
            "fail": self._world.temper.failing * bool(begun),
            "later": 8 * bool(begun),
            "renew": self._dawdling,
            "stop": 5,
        }
        match self._rng.choices(list(weights), list(weights.values()))[0]:
            case "bury":
                await self.bury(exhausted[0])
            case "begin":
                await self.begin(fresh if self._rng.random() < 0.7 else fresh[:1])
            case "succeed":
                await self.succeed(self._rng.choice(begun))
            case "succeed together":
                await self.succeed_together(periods)
            case "fail":
                classes = [each for each in FailureClass if each is not FailureClass.LOST_WORKER]
                await self.fail(self._rng.choice(begun), self._rng.choice(classes))
            case "later":
                await self.give_back([self._rng.choice(begun)], delay_s=self._rng.choice((0.5, 60.0, 900.0)))
            case "renew":
                await self.renew()
            case "stop":
                await self.give_back(self.held)

    async def work_off(self, queue: Queue) -> bool:
        """Run a claim of a queue without any fault; whether there was one."""
        jobs = await self.claim(queue)
        for held in [held for held in self.held if held.job.exhausted]:
            await self.bury(held)
        if self.held:
            await self.begin(self.held.copy())
        if len(self.held) > 1 and jobs[0].kind in AGGREGATION.values():
            await self.succeed_together(self.held.copy())
        for held in self.held.copy():
            await self.succeed(held)
        return bool(jobs)

    def _say(self, verb: str, jobs: Sequence[Claimed]) -> None:
        self._world.say(f"{self.name} {verb} {' '.join(self._world.name(job.id) for job in jobs)}")


def _whose_numbers(chosen: Sequence[Held]) -> list[UUID]:
    """The people of whose numbers a week or month is folded."""
    return [held.job.person.id for held in chosen if held.job.person and held.job.kind in AGGREGATION.values()]


async def _ask_again(tx: Tx, person: PersonAt, day: date) -> tuple[Job, ...]:
    """Ask for the closed week and month of a late session again, and for those after them, as an analysis does."""
    head = await people.find_head(tx, person.id)
    assert head is not None, "the fence has just seen this person"
    own = {kind: period_of(kind, day) for kind in PeriodKind}
    return tuple(
        rewrite_period(kind, person, first, revision=head.revision, delay_s=LATE_SESSION_DEBOUNCE_S)
        for kind in PeriodKind
        for first in (own[kind].first, following(kind, own[kind]).first)
        if people.is_closed(kind, first, head)
    )
