"""The team's view of work: jobs, their attempts, and what they are about."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

import strawberry

from app.domain.periods import period_of
from app.jobs import PERIOD, FailureClass, JobKind, JobStatus
from app.pipeline.ports import Ports
from app.storage.jobs import desk
from app.storage.jobs.desk import Attempt, LedgerEntry
from app.storage.jobs.desk import JobFilter as Chosen
from app.storage.sealed import Identity
from graphql_schema.context import Context, Info
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor
from graphql_schema.node import Node, PageInfo, page_size
from graphql_schema.numbers import Period

GIVEN = "desk:"
"""What the identity of a job begins with that the team asked for."""
SUBJECT = "jobs"
"""The purpose of a job's pseudonym: it matches no other."""


@strawberry.type
class JobAttempt:
    number: int = strawberry.field(description="1 for the first.")
    started_at: datetime
    finished_at: datetime | None
    failure: FailureClass | None = strawberry.field(description="Null when it succeeded.")
    message: str | None = strawberry.field(description="Redacted: a class or a fixed sentence, never content.")
    worker: str

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        return cls(
            number=attempt.number,
            started_at=attempt.started_at,
            finished_at=attempt.finished_at,
            failure=attempt.failure,
            message=attempt.message,
            worker=attempt.worker,
        )


@strawberry.type
class Job(Node):
    entry: strawberry.Private[LedgerEntry]
    id: strawberry.ID
    kind: JobKind
    status: JobStatus
    priority: int = strawberry.field(description="0 to 100; higher runs first.")
    attempt: int = strawberry.field(description="Attempts begun so far.")
    max_attempts: int = strawberry.field(description="Attempts before it becomes a dead letter.")
    dedupe_key: str = strawberry.field(description="Two jobs with one key are one job.")
    subject: str | None = strawberry.field(
        description="A pseudonym of the person for this purpose alone; null when the job is about nobody."
    )
    period: Period | None = strawberry.field(description="The week or month it is about; null when it is about none.")
    queued_at: datetime
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None
    lease_expires_at: datetime | None = strawberry.field(
        description="Renewed by the worker; past it, another may take the job."
    )
    due_at: datetime | None = strawberry.field(description="The promise counts from it; null when nothing is promised.")
    attempts: list[JobAttempt] = strawberry.field(description="Oldest first; of many, the newest 20.")
    cost: Decimal = strawberry.field(description="US dollars that its calls of models cost, all attempts together.")

    @strawberry.field(description="The job that this one followed from; null when it was asked for otherwise.")
    async def caused_by(self, info: Info) -> "Job | None":
        caused_by = self.entry.caused_by
        return await info.context.together(caused_by, find_jobs) if caused_by else None

    @classmethod
    def of(cls, entry: LedgerEntry, ports: Ports) -> Self:
        person_id, kind = entry.person_id, PERIOD.get(entry.kind)
        identity = ports.keyring.identity
        return cls(
            entry=entry,
            id=encode("Job", entry.id),
            kind=entry.kind,
            status=entry.status,
            priority=entry.priority,
            attempt=entry.attempt,
            max_attempts=entry.max_attempts,
            dedupe_key=_shown(entry.key, identity),
            subject=identity.alias(SUBJECT, person_id) if person_id else None,
            period=Period.at(period_of(kind, entry.first_day), entry.zone, entry.now)
            if kind and entry.first_day
            else None,
            queued_at=entry.queued_at,
            run_after=entry.run_after,
            started_at=entry.started_at,
            finished_at=entry.finished_at,
            lease_expires_at=entry.lease_expires_at,
            due_at=entry.due_at,
            attempts=[JobAttempt.of(attempt) for attempt in entry.attempts],
            cost=Decimal(entry.cost_microusd) / 1_000_000,
        )


def _shown(key: str, identity: Identity) -> str:
    """A job's identity: as the team gave it, or else a pseudonym, since ours hold ids of people and sessions."""
    given = key.removeprefix(GIVEN)
    return given if given != key else identity.pseudonym("job-key", key)


@strawberry.type
class JobEdge:
    cursor: str
    node: Job


@strawberry.type
class JobConnection:
    edges: list[JobEdge]
    nodes: list[Job]
    page_info: PageInfo
    total_count: int = strawberry.field(description="Jobs in the whole list.")


@strawberry.input
class JobFilter:
    kinds: list[JobKind] | None = None
    statuses: list[JobStatus] | None = None
    subject: str | None = strawberry.field(default=None, description="A job's `subject`; null: everybody's jobs.")
    overdue: bool | None = strawberry.field(
        default=None,
        description="Only those whose promise is broken and that have not ended, or only the others; null: all.",
    )
    queued_after: datetime | None = None

    def chosen(self, identity: Identity) -> Chosen:
        """The same for storage; an unknown subject is nobody's."""
        person_id = None if self.subject is None else identity.person_of(SUBJECT, self.subject) or UUID(int=0)
        return Chosen(
            kinds=tuple(self.kinds or ()),
            statuses=tuple(self.statuses or ()),
            person_id=person_id,
            overdue=self.overdue,
            queued_after=self.queued_after,
        )


async def list_jobs(context: Context, chosen: Chosen, *, first: int, after: str | None) -> JobConnection:
    """A page of the ledger, newest first."""
    size = page_size(first)
    async with context.ports.store.for_everyone() as tx:
        rows, total = await desk.list_jobs(tx, chosen, first=size + 1, after=_place(after))
    shown = [Job.of(entry, context.ports) for entry in rows[:size]]
    cursors = [encode_cursor("job", node.entry.id) for node in shown]
    return JobConnection(
        edges=[JobEdge(cursor=cursor, node=node) for cursor, node in zip(cursors, shown, strict=True)],
        nodes=shown,
        page_info=PageInfo.of(cursors, more=len(rows) > size, after=after),
        total_count=total,
    )


def _place(after: str | None) -> UUID | None:
    key = decode_cursor("job", after, 1)
    try:
        return None if key is None else UUID(key[0])
    except ValueError:
        raise bad_cursor() from None


async def find_jobs(context: Context, ids: list[UUID]) -> list[Job | None]:
    """Jobs by id, None for one that is pruned."""
    found = {job.entry.id: job for job in await show_jobs(context, ids)}
    return [found.get(id_) for id_ in ids]


async def show_jobs(context: Context, ids: Sequence[UUID]) -> list[Job]:
    """Those of `ids` that exist, newest first."""
    async with context.ports.store.for_everyone() as tx:
        return [Job.of(entry, context.ports) for entry in await desk.list_by_id(tx, ids)]
