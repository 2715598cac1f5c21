"""One run of the simulation: steps drawn from a seed, each followed by every rule, then a stretch without faults."""

from collections.abc import Sequence
from datetime import timedelta

from app.jobs import HEARTBEAT_S, Claimed, Queue
from tests.simulation.clock import VirtualStore
from tests.simulation.people import Closing, Person
from tests.simulation.rules import ENDED, FINAL_RULES, RULES, Step
from tests.simulation.worker import Worker
from tests.simulation.world import World

STEPS = (40, 80)
MAX_CALM_CLAIMS = 100


class BrokenRule(AssertionError):
    """A promise was broken: which one, by which seed, and how to see it again."""


class Run:
    """A run of one seed; `lines` tells it, step by step."""

    def __init__(self, seed: int, store: VirtualStore) -> None:
        self._seed = seed
        self._world = World(seed, store)
        self._rng = self._world.rng
        self._hired = 0
        self._workers = [self._hire() for _ in range(self._rng.randint(1, 3))]
        self._frozen: list[Worker] = []

    @property
    def lines(self) -> list[str]:
        """What happened so far."""
        return self._world.lines

    async def live(self) -> None:
        """Go through the whole run, and leave nothing. BrokenRule when a promise does not hold."""
        async with self._world.store.never_committed():
            self._world.begin()
            try:
                for _ in range(self._rng.randint(*STEPS)):
                    before = self._world.now
                    self._world.advance()
                    if self._world.temper.beating and self._world.now - before > timedelta(seconds=HEARTBEAT_S):
                        await self._beat()
                    await self._step()
                await self._come_to_rest()
                for rule in FINAL_RULES:
                    rule(self._world)
            except Exception as error:
                broken = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
                self._world.say(f"BROKEN: {broken}")
                replay = f"python -m tests.simulation --seed {self._seed}"
                raise BrokenRule(f"seed {self._seed}: {broken}; see it again with `{replay}`") from error

    def _hire(self) -> Worker:
        self._hired += 1
        return Worker(f"w{self._hired}", self._world)

    async def _step(self) -> None:
        world = self._world
        steps = {
            world.receive: world.temper.receiving if world.jobs else 100,
            world.ask_reset: 2,
            world.change_plan: 1,
            world.pause: 3,
            world.decide: 8 if world.has_dead_letters() else 1,
            self._plan: 6,
            self._wake: 12 * bool(self._frozen),
            self._work: 70,
        }
        step = self._rng.choices(list(steps), list(steps.values()))[0]
        await step()
        if step not in (self._plan, self._wake, self._work):  # those are checked with what they know
            await self._check(by_team=step == world.decide)

    async def _beat(self) -> None:
        """Renew the leases of those who are not silent, which is what they did all the time that has passed."""
        for worker in self._workers:
            if worker.held:
                await worker.renew()
                await self._check(held=[held.job for held in worker.held])

    async def _plan(self) -> None:
        await self._check(closings=await self._world.plan())

    async def _work(self) -> None:
        """Let a worker claim or go on; it may also die without a word, or freeze."""
        world, worker = self._world, self._rng.choice(self._workers)
        if worker.held and self._rng.random() < world.temper.falling_silent:
            self._workers[self._workers.index(worker)] = self._hire()
            freezes = self._rng.random() < 0.6
            world.say(f"{worker.name} {'freezes' if freezes else 'dies'}")
            self._frozen += [worker] * freezes
            return
        await (self._act(worker) if worker.held else self._claim(worker))

    async def _claim(self, worker: Worker) -> None:
        """Claim where something is free, if need be when it is; sometimes where nothing is."""
        world, eager = self._world, self._rng.random() < 0.15
        if not eager and not world.free_queues():
            world.wait_for_work()
        queues = list(Queue) if eager else world.free_queues() or list(Queue)
        await self._check(claimed=await worker.claim(self._rng.choice(queues)))

    async def _act(self, worker: Worker) -> None:
        held = [held.job for held in worker.held]
        await worker.act()
        await self._check(held=held)

    async def _wake(self) -> None:
        """Let a frozen worker go on as if nothing had happened."""
        worker = self._rng.choice(self._frozen)
        await self._act(worker)
        if not worker.held:
            self._frozen.remove(worker)

    async def _check(
        self,
        *,
        claimed: Sequence[Claimed] = (),
        held: Sequence[Claimed] = (),
        closings: Sequence[tuple[Person, Closing]] = (),
        by_team: bool = False,
    ) -> None:
        world = self._world
        before, after = world.jobs, await world.look()
        step = Step(
            before=before,
            after=after,
            now=world.now,
            people=world.people,
            paused=frozenset(world.paused),
            claimed=claimed,
            held=held,
            attempts=world.take_expected_attempts(),
            closings=closings,
            by_team=by_team,
        )
        for rule in RULES:
            rule(step)

    async def _come_to_rest(self) -> None:
        """Nothing fails any more: plan, and work everything off; then those who froze try once more, in vain."""
        world = self._world
        world.store.now += timedelta(days=1)
        world.say("from here on nothing fails")
        await world.resume_all()
        await self._plan()
        worker = self._hire()
        for _ in range(MAX_CALM_CLAIMS):
            ran = False
            for queue in Queue:
                ran |= await worker.work_off(queue)
            if not ran:
                jobs = await world.look()
                if all(row["status"] in ENDED for row in jobs.values()):
                    break
                world.store.now += timedelta(hours=1)
        world.take_expected_attempts()  # many steps at once: too many for the rules of one
        await world.look()
        for late in [*self._workers, *self._frozen]:
            if late.held:
                await self._act(late)
