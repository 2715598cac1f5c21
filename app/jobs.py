"""What may be asked for: kinds of work, their queues and limits, and the identity of each job.

A job is data: a name, ids and an identity. Nothing here runs or stores one, and nothing in one is content.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.news import News
from app.domain.periods import PeriodKind

LEASE_S = 10.0
HEARTBEAT_S = 3.0
REBUILD_DEBOUNCE_S = 300.0
LATE_SESSION_DEBOUNCE_S = 30.0
"""A closed period that gets a late session is written again this long after, once for many."""
BEHIND = -1
"""The priority of what waits for others' servers: whoever writes words for people comes first."""
MAX_LOST = 3
"""A job whose worker fell silent this often in the middle of it is what silences them: it is not tried again."""


class Queue(StrEnum):
    """Named by the latency they promise."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"


class JobKind(StrEnum):
    """The work there is."""

    SESSION_ANALYSIS = "SESSION_ANALYSIS"
    WEEKLY_AGGREGATION = "WEEKLY_AGGREGATION"
    MONTHLY_AGGREGATION = "MONTHLY_AGGREGATION"
    MONTHLY_NARRATIVE = "MONTHLY_NARRATIVE"
    RESET = "RESET"
    RECEIPT_CHECK = "RECEIPT_CHECK"
    PUSH = "PUSH"
    WEBHOOK = "WEBHOOK"
    REBUILD = "REBUILD"
    SCORING = "SCORING"
    REPORT = "REPORT"
    UPKEEP = "UPKEEP"


class JobStatus(StrEnum):
    """Where a job is. SCHEDULED is QUEUED with its time still to come."""

    QUEUED = "QUEUED"
    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    RETRYING = "RETRYING"
    DEAD = "DEAD"
    DISCARDED = "DISCARDED"
    CANCELLED = "CANCELLED"


class FailureClass(StrEnum):
    """Why an attempt failed, as a class."""

    TIMEOUT = "TIMEOUT"
    MODEL_UNAVAILABLE = "MODEL_UNAVAILABLE"
    BUDGET = "BUDGET"
    VALIDATION = "VALIDATION"
    SAFETY = "SAFETY"
    CONFLICT = "CONFLICT"
    BUG = "BUG"
    DEPENDENCY = "DEPENDENCY"
    LOST_WORKER = "LOST_WORKER"


class AfterFailure(StrEnum):
    """What follows a failed attempt: RETRY counts it, WAIT tries again without counting, DEAD gives up."""

    RETRY = "RETRY"
    WAIT = "WAIT"
    DEAD = "DEAD"


AFTER_FAILURE: Mapping[FailureClass, AfterFailure] = {
    FailureClass.TIMEOUT: AfterFailure.RETRY,
    FailureClass.MODEL_UNAVAILABLE: AfterFailure.RETRY,
    FailureClass.BUDGET: AfterFailure.WAIT,
    FailureClass.VALIDATION: AfterFailure.DEAD,
    FailureClass.SAFETY: AfterFailure.RETRY,
    FailureClass.CONFLICT: AfterFailure.RETRY,
    FailureClass.BUG: AfterFailure.RETRY,
    FailureClass.DEPENDENCY: AfterFailure.WAIT,
    FailureClass.LOST_WORKER: AfterFailure.RETRY,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """A kind's queue, how long one run may take, how often it is tried, and how many are leased together.

    What is leased together is about two seconds of work where nobody waits for a model.
    """

    queue: Queue
    timeout_s: float
    max_attempts: int = 5
    claim: int = 16


MAX_CLAIM = 100
FEW = 4
"""Of what waits for others' servers: as many as are done side by side, so that a claim takes no longer than one."""
LIMITS: Mapping[JobKind, Limits] = {
    JobKind.SESSION_ANALYSIS: Limits(Queue.SECONDS, timeout_s=30),
    JobKind.WEEKLY_AGGREGATION: Limits(Queue.MINUTES, timeout_s=120, claim=MAX_CLAIM),
    JobKind.MONTHLY_AGGREGATION: Limits(Queue.MINUTES, timeout_s=60, claim=MAX_CLAIM),
    JobKind.MONTHLY_NARRATIVE: Limits(Queue.MINUTES, timeout_s=120),
    JobKind.RESET: Limits(Queue.SECONDS, timeout_s=120, max_attempts=10),
    JobKind.RECEIPT_CHECK: Limits(Queue.HOURS, timeout_s=120, max_attempts=10),
    JobKind.PUSH: Limits(Queue.MINUTES, timeout_s=60, claim=FEW),
    JobKind.WEBHOOK: Limits(Queue.MINUTES, timeout_s=30, claim=FEW),
    JobKind.REBUILD: Limits(Queue.HOURS, timeout_s=300, claim=1),
    JobKind.SCORING: Limits(Queue.HOURS, timeout_s=300, claim=1),
    JobKind.REPORT: Limits(Queue.HOURS, timeout_s=300, claim=1),
    JobKind.UPKEEP: Limits(Queue.HOURS, timeout_s=300),
}

OF_NOBODY = frozenset({JobKind.WEBHOOK, JobKind.SCORING, JobKind.REPORT, JobKind.UPKEEP})
"""Kinds that are about all people at once, or name nobody: such a job belongs to none."""

AGGREGATION: Mapping[PeriodKind, JobKind] = {
    PeriodKind.WEEK: JobKind.WEEKLY_AGGREGATION,
    PeriodKind.MONTH: JobKind.MONTHLY_AGGREGATION,
}
PERIOD: Mapping[JobKind, PeriodKind] = {
    **{job_kind: period_kind for period_kind, job_kind in AGGREGATION.items()},
    JobKind.MONTHLY_NARRATIVE: PeriodKind.MONTH,
}
"""Which kinds are about a week or a month."""


@dataclass(frozen=True, slots=True)
class PersonAt:
    """A person in one of their epochs: what was begun in one is dropped in the next."""

    id: UUID
    epoch: int


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work to ask for. Two jobs with one `key` are one job; `scope` holds ids and calendar days only.

    `unless_waiting`: leave it when a job of this kind, person and scope has not started yet, since that one will
    see everything this one would. `due_at` is the moment a promise counts from. `traceparent` is the trace context
    that it goes on with (W3C, 55 characters), none where that is the present one.
    """

    kind: JobKind
    key: str
    person: PersonAt | None = None
    scope: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    due_at: datetime | None = None
    priority: int = 0
    unless_waiting: bool = False
    caused_by: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job under this worker's lease; every write of it carries `token`.

    `lost`: how many workers fell silent in the middle of it; `silent`: whether the one before this did. `traceparent`:
    the trace context that it goes on with, and from its begin on the one of its own span.
    """

    id: UUID
    token: int
    kind: JobKind
    person: PersonAt | None
    scope: Mapping[str, str]
    attempt: int
    max_attempts: int
    lost: int
    silent: bool
    due_at: datetime | None
    waited_s: float
    traceparent: str | None = None

    @property
    def exhausted(self) -> bool:
        """Whether it has used up its attempts, or too many workers: what is left to do is to bury it."""
        return self.attempt >= self.max_attempts or self.lost >= MAX_LOST

    @property
    def queue(self) -> Queue:
        """Where it waited."""
        return LIMITS[self.kind].queue

    @property
    def first_day(self) -> date:
        """First local day of the period this job is about."""
        return date.fromisoformat(self.scope["first_day"])


def session_analysis(
    person: PersonAt, session_id: UUID, analyser_version: str, *, resumed_at: int | None = None
) -> Job:
    """Read one session: once per analyser version and epoch, and again when a pause ended at revision `resumed_at`."""
    again = "" if resumed_at is None else f":{resumed_at}"
    return Job(
        kind=JobKind.SESSION_ANALYSIS,
        key=f"analyse:{person.id}:{person.epoch}:{session_id}:{analyser_version}{again}",
        person=person,
        scope={"session_id": str(session_id)},
        unless_waiting=resumed_at is not None,
    )


def rebuild(person: PersonAt, analyser_version: str, *, hour: str) -> Job:
    """Read again, by the present analyser, what is still kept of a person's words; asked for once an `hour` at most."""
    return Job(
        kind=JobKind.REBUILD,
        key=f"rebuild:{person.id}:{person.epoch}:{analyser_version}:{hour}",
        person=person,
        scope={"analyser_version": analyser_version},
    )


def scoring(*, hour: str) -> Job:
    """Score published texts that have no score yet, of whomever; asked for once an `hour` at most."""
    return Job(kind=JobKind.SCORING, key=f"scoring:{hour}")


def agreement_report(*, hour: str) -> Job:
    """Compute how far people and models agree about texts; asked for once an `hour` at most."""
    return Job(kind=JobKind.REPORT, key=f"report:agreement:{hour}")


def team_report(name: str, question: str, *, hour: str) -> Job:
    """Answer one of the team's questions, by its key; asked for once an `hour` at most."""
    return Job(
        kind=JobKind.REPORT,
        key=f"report:{name}:{question}:{hour}",
        scope={"report": name, "key": question},
    )


def rewrite_period(kind: PeriodKind, person: PersonAt, first_day: date, *, revision: int, delay_s: float = 0.0) -> Job:
    """Fold and write a closed period again, after its numbers changed at `revision`."""
    return Job(
        kind=AGGREGATION[kind],
        key=f"rewrite:{kind}:{person.id}:{person.epoch}:{first_day}:{revision}",
        person=person,
        scope={"first_day": first_day.isoformat()},
        delay_s=delay_s,
        unless_waiting=True,
    )


def monthly_narrative(person: PersonAt, first_day: date, *, revision: int, due_at: datetime | None = None) -> Job:
    """Write a month's narrative over its numbers as of `revision`."""
    return Job(
        kind=JobKind.MONTHLY_NARRATIVE,
        key=f"narrate:{person.id}:{person.epoch}:{first_day}:{revision}",
        person=person,
        scope={"first_day": first_day.isoformat()},
        due_at=due_at,
    )


def reset(operation_id: UUID, *, delay_s: float = 0.0, repairs: int = 0) -> Job:
    """Carry out one reset; it belongs to no person, so that erasing them leaves it alone.

    `repairs`: how often it is carried out again, since a recount found something.
    """
    again = f":{repairs}" if repairs else ""
    return Job(
        kind=JobKind.RESET,
        key=f"reset:{operation_id}{again}",
        scope={"operation_id": str(operation_id)},
        delay_s=delay_s,
        priority=10,
    )


RECOUNTS_S = (60.0, 86_400.0)
"""How long after an erasure it is counted again what is left."""


def receipt_check(operation_id: UUID, number: int, *, repairs: int = 0) -> Job:
    """Count again what an erasure left, for the `number`-th time (1..) since it was repaired so often."""
    return Job(
        kind=JobKind.RECEIPT_CHECK,
        key=f"recount:{operation_id}:{repairs}:{number}",
        scope={"operation_id": str(operation_id), "check": str(number)},
        delay_s=RECOUNTS_S[number - 1],
    )


def push(kind: PeriodKind, person: PersonAt, first_day: date) -> Job:
    """Tell a person that the words of a period are there, once, when they want to be told."""
    return Job(
        kind=JobKind.PUSH,
        key=f"push:{kind}:{person.id}:{person.epoch}:{first_day}",
        person=person,
        scope={"period": kind, "first_day": first_day.isoformat()},
        priority=BEHIND,
    )


def webhook(delivery_id: UUID, *, attempt: int = 1, delay_s: float = 0.0, asked: UUID | None = None) -> Job:
    """Make the `attempt`-th attempt (1..) to hand a delivery over; whom it is about stands in the delivery alone.

    `asked` names a wish to have it made, beside the job that may wait for its time: whichever comes first makes it.
    """
    again = "" if asked is None else f":{asked}"
    return Job(
        kind=JobKind.WEBHOOK,
        key=f"webhook:{delivery_id}:{attempt}{again}",
        scope={"delivery_id": str(delivery_id), "attempt": str(attempt)},
        delay_s=delay_s,
        priority=BEHIND,
    )


def fill_review(review_id: UUID) -> Job:
    """Write the pairs of a blinded review, once; they are of many people, so that it belongs to none."""
    return Job(JobKind.SCORING, key=f"fill:{review_id}", scope={"review_id": str(review_id)})


def report_review(review_id: UUID) -> Job:
    """Compute the result of a closed review, once."""
    return Job(JobKind.REPORT, key=f"report:{review_id}", scope={"review_id": str(review_id)})


@dataclass(frozen=True, slots=True)
class Kept:
    """What a stage's `keep` leaves to do: jobs to insert in the same transaction, and what to tell after it.

    `whose` says about whom, where the change is made as everyone. `lag_s`: words that were promised are there now, so
    many seconds after they were due.
    """

    next: tuple[Job, ...] = ()
    news: News | None = None
    whose: UUID | None = None
    lag_s: float | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """There is nothing to do, and that is fine: the job ends with this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet: the job waits `delay_s` without counting an attempt."""

    delay_s: float
    reason: str
