"""The world around the workers: people, the ledger as it stands, and what happens to both besides work.

Every change goes through the product's own storage; what is kept beside it is only what the rules compare with.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.domain.affect import CareLevel, Source
from app.domain.periods import PeriodKind, local_start
from app.domain.sessions import SessionStatus
from app.jobs import Claimed, JobKind, JobStatus, Queue, reset, session_analysis
from app.storage import people
from app.storage.forgetting import erasure, tombstones
from app.storage.forgetting.operations import ResetScope
from app.storage.forgetting.tombstones import Tombstone
from app.storage.history import sessions
from app.storage.history.sessions import KeptSession, NewSession
from app.storage.jobs import desk, ledger, queues
from app.storage.people import NewPerson
from app.storage.store import Tx
from tests.simulation.clock import VirtualStore, ports_over
from tests.simulation.people import FIRST_DAYS, Closing, Period, Person, Session, draw_people, draw_sessions
from workers.schedule import plan_due

Row = Mapping[str, Any]
Jobs = Mapping[UUID, Row]

_LEDGER = """
    SELECT id, kind, queue, status, token, attempt, max_attempts, lost, run_after, started_at, lease_expires_at,
      person_id, epoch, (scope->>'first_day')::date AS first_day, scope->>'session_id' AS session_id, due_at,
      idempotency_key AS key, note, attempts->-1->>'failure' AS last_failure,
      (SELECT count(*) FROM effect WHERE job_id = job.id) AS effects
    FROM job ORDER BY id
"""
ERASED = ("job", "session", "sealed_text")


@dataclass(frozen=True, slots=True)
class Temper:
    """What a run is like: many runs that each overdo something find more than many that do everything a little."""

    beating: bool
    falling_silent: float
    failing: int
    receiving: int
    jumps: tuple[int, ...]

    @classmethod
    def draw(cls, rng: Random) -> "Temper":
        """Whether leases are renewed in time, how often workers fall silent, and the weights of what else may be."""
        return cls(
            beating=rng.random() < 0.5,
            falling_silent=rng.choice((0.03, 0.1, 0.3, 0.6)),
            failing=rng.choice((2, 14, 60)),
            receiving=rng.choice((2, 5)),
            jumps=rng.choice(((55, 22, 10, 6, 7), (30, 10, 50, 8, 2), (80, 14, 1, 1, 4))),
        )


class World:
    """One run's people and ledger; `now` only moves forward."""

    def __init__(self, seed: int, store: VirtualStore) -> None:
        self.rng = Random(seed)
        self.temper = Temper.draw(self.rng)
        self.store = store
        self.ports = ports_over(store)
        self.people = {person.id: person for person in draw_people(self.rng)}
        self.paused: set[str] = set()
        self.resets: dict[UUID, UUID] = {}
        """The person of each reset that has not erased yet."""
        self.closings: dict[Period, Closing] = {}
        """What the calendar says must have been planned."""
        self.folds: defaultdict[Period, list[frozenset[UUID]]] = defaultdict(list)
        """Which sessions each kept week and month has seen."""
        self._expected_attempts: list[tuple[Claimed, int]] = []
        self.jobs: Jobs = {}
        self.lines: list[str] = []
        self._names: dict[UUID, str] = {}
        self._begins = datetime.combine(self.rng.choice(FIRST_DAYS), time(self.rng.randint(0, 23)), UTC)

    def begin(self) -> None:
        """Set the clock to the first moment."""
        self.store.now = self._begins

    @property
    def now(self) -> datetime:
        """The moment of the virtual clock."""
        return self.store.now

    def say(self, line: str) -> None:
        """Tell a step, for a replay."""
        self.lines.append(f"{self.now:%Y-%m-%d %H:%M:%S.%f}  {line}")

    def name(self, job_id: UUID) -> str:
        """A job's name in a replay: the same in every replay, as its id is not."""
        return self._names.get(job_id, "a job that is gone")

    async def look(self) -> Jobs:
        """Read the whole ledger, and what effects each job has had."""
        self.jobs = {row["id"]: row for row in await self.store.tx.fetch(_LEDGER)}
        for job_id, row in self.jobs.items():
            if job_id not in self._names:
                self._names[job_id] = f"j{len(self._names) + 1}"
                whose = self.people[row["person_id"]].name if row["person_id"] in self.people else ""
                self.say(f"  {self._names[job_id]} = {row['kind']} {whose} {row['first_day'] or ''} {row['key'][:5]}")
        return self.jobs

    def advance(self) -> None:
        """Let time pass: mostly moments, sometimes days, and often to the very edge of something."""
        edges = [at for at in self._edges() if at > self.now]
        ranges_s = ((0.001, 1.0), (1.0, 9.0), (10.0, 60.0), (60.0, 7_200.0), (86_400.0, 900_000.0))
        if edges and self.rng.random() < 0.25:
            edge = self.rng.choice(sorted(edges)[:5]) + timedelta(microseconds=self.rng.choice((-1, 0, 1)))
            self.store.now = max(self.now, edge)
        else:
            (low, high) = self.rng.choices(ranges_s, self.temper.jumps)[0]
            self.store.now += timedelta(seconds=self.rng.uniform(low, high))

    def _edges(self) -> list[datetime]:
        ends = [person.ends(kind) for person in self.people.values() if person.known for kind in PeriodKind]
        return [*ends, *(opens for _, opens in self._openings())]

    def _openings(self) -> list[tuple[Queue, datetime]]:
        """When each open job becomes free, if nobody renews its lease."""
        return [
            (Queue(row["queue"]), row["lease_expires_at"] or row["run_after"])
            for row in self.jobs.values()
            if row["status"] in ("QUEUED", "RETRYING", "RUNNING")
        ]

    def free_queues(self) -> list[Queue]:
        """The queues in which a job is free, unless it waits for an earlier one or is paused."""
        return sorted({queue for queue, opens in self._openings() if opens < self.now})

    def has_dead_letters(self) -> bool:
        """Whether the team has something to decide."""
        return any(row["status"] == JobStatus.DEAD for row in self.jobs.values())

    def wait_for_work(self) -> None:
        """Let time pass until a job is free."""
        opens = min((opens for _, opens in self._openings()), default=self.now)
        self.store.now = max(self.now, opens + timedelta(milliseconds=1))

    async def plan(self) -> list[tuple[Person, Closing]]:
        """Tick the planner; what the calendar says it must have planned."""
        must = [(person, each) for person in self.people.values() for each in person.close_until(self.now)]
        made = await plan_due(self.ports)
        self.say(f"the planner makes {made} jobs; {len(must)} periods are to close")
        for person, closing in must:
            self.closings[person.id, person.epoch, closing.kind, closing.first_day] = closing
        return must

    async def receive(self) -> None:
        """Take sessions of somebody in, as ingestion does."""
        person = self.rng.choice(list(self.people.values()))
        arriving = draw_sessions(self.rng, person, self.now)
        async with self.store.for_everyone() as tx:
            if not person.known:
                await self._meet(tx, person, arriving[0])
            (locked,) = (await people.list_locked(tx, [person.id])).values()
            assert locked.at == person.at, "an erased person comes back one epoch later"
            await sessions.keep_new(tx, [_new(person, session) for session in arriving])
            newest = arriving[-1]
            await people.keep_touched(tx, [person.id], [newest.zone], [newest.started_at])
            if person.plan != "FREE":
                await ledger.keep_jobs(tx, [session_analysis(person.at, s.id, "simulated") for s in arriving])
        person.take(arriving)
        days = ", ".join(str(session.day) for session in arriving)
        self.say(f"{person.name} ({person.zone}) sends sessions of {days}")

    async def _meet(self, tx: Tx, person: Person, first: Session) -> None:
        new = NewPerson(person.id, str(person.id), b"", "none", first.zone, first.started_at, first.day, person.plan)
        await people.keep_new_people(tx, [new])
        person.meet(first)

    async def ask_reset(self) -> None:
        """Somebody asks to be erased; a job will do it."""
        person = self.rng.choice(list(self.people.values()))
        operation_id = UUID(int=self.rng.getrandbits(128))
        self.resets[operation_id] = person.id
        async with self.store.for_everyone() as tx:
            await ledger.keep_jobs(tx, [reset(operation_id)])
        self.say(f"{person.name} asks for a reset")

    async def erase(self, operation_id: UUID) -> None:
        """Begin a person's next epoch, once; of their rows go all, those of history, or none at all.

        The product always erases jobs with an epoch: to leave them shows that the fence alone is enough.
        """
        person = self.people.get(self.resets.pop(operation_id, operation_id))
        if person is None or not person.known:
            return
        scope = self.rng.choice(("nothing", "history", "everything"))
        async with self.store.for_everyone() as tx:
            began = await erasure.keep_next_epoch(tx, person.id)
            assert began is not None, "a known person is there"
            if scope != "nothing":
                await erasure.erase(tx, person.id, ERASED)
            if scope == "everything":
                stone = Tombstone(str(person.id), began[0].epoch, operation_id, ResetScope.EVERYTHING, began[1])
                await tombstones.keep(tx, stone)
                await erasure.erase(tx, person.id, ("person",))
        self.say(f"{person.name} begins a new epoch; erased is {scope}")
        person.epoch += 2 if scope == "everything" else 1
        if scope != "nothing":
            person.sessions.clear()
        person.known = scope != "everything"

    async def change_plan(self) -> None:
        """Somebody changes their plan."""
        person = self.rng.choice(list(self.people.values()))
        person.plan = "PLUS" if person.plan == "FREE" else "FREE"
        async with self.store.for_everyone() as tx:
            await tx.execute("UPDATE person SET plan = $2 WHERE id = $1", person.id, person.plan)
        self.say(f"{person.name} is on {person.plan}")

    async def pause(self) -> None:
        """The team pauses a queue or kind, or lets one go on."""
        target: Queue | JobKind = self.rng.choice([*Queue, *JobKind])
        async with self.store.for_everyone() as tx:
            if self.paused and self.rng.random() < 0.7:
                name = self.rng.choice(sorted(self.paused))
                target = next(each for each in (*Queue, *JobKind) if each == name)
                await queues.keep_resumed(tx, target, actor="team", reason="simulated")
                self.paused.remove(name)
            else:
                await queues.keep_paused(tx, target, actor="team", reason="simulated")
                self.paused.add(target)
        self.say(f"paused are {', '.join(sorted(self.paused)) or 'none'}")

    async def resume_all(self) -> None:
        """The team lets everything go on."""
        async with self.store.for_everyone() as tx:
            for name in self.paused:
                target = next(each for each in (*Queue, *JobKind) if each == name)
                await queues.keep_resumed(tx, target, actor="team", reason="simulated")
        self.paused.clear()
        self.say("everything is resumed")

    async def decide(self) -> None:
        """The team retries or discards dead letters; it also asks so of jobs that are none."""
        chosen = [job_id for job_id, row in self.jobs.items() if row["status"] == JobStatus.DEAD]
        chosen += [job_id for job_id in self.jobs if self.rng.random() < 0.1]
        decision = self.rng.choice((desk.keep_retried, desk.keep_retried, desk.keep_discarded))
        async with self.store.for_everyone() as tx:
            done = await decision(tx, chosen, actor="team", reason="simulated")
        self.say(f"the team: {decision.__name__} {' '.join(sorted(map(self.name, done)))}")

    def note_analysis(self, job: Claimed, status: SessionStatus) -> None:
        """Remember how a session's analysis ended; one of an earlier epoch says nothing of the session now."""
        assert job.person is not None, "an analysis is about a person"
        person = self.people[job.person.id]
        session = person.sessions.get(UUID(job.scope["session_id"]))
        if session is not None and job.person == person.at:
            session.status, session.analysed_in = status, job.person.epoch

    def expect_attempt(self, job: Claimed, attempt: int) -> None:
        """Say what the count of attempts must be after this step, unless the worker holds the job no more."""
        self._expected_attempts.append((job, attempt))

    def take_expected_attempts(self) -> list[tuple[Claimed, int]]:
        """What was expected since the last call."""
        taken, self._expected_attempts = self._expected_attempts, []
        return taken


def _new(person: Person, session: Session) -> NewSession:
    local_date, local_minute = local_start(session.started_at, session.zone)
    kept = KeptSession(
        id=session.id,
        source=Source.MIRROR,
        started_at=session.started_at,
        ended_at=session.started_at,
        local_date=local_date,
        local_minute=local_minute,
        turn_count=1,
        self_before=None,
        self_after=None,
        status=session.status,
    )
    return NewSession(person.id, kept, session.zone, b"", person.epoch, b"", CareLevel.NONE)
