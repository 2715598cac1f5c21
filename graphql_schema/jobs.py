"""The team's view of work: queues, jobs and dead letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from app.jobs import FailureClass, JobKind, JobStatus
from app.pipeline.ports import Ports
from app.storage import desk, ledger
from app.storage.desk import Attempt, LedgerEntry
from app.storage.desk import JobFilter as Chosen
from app.storage.ledger import Depth
from graphql_schema.access import STAFF, only
from graphql_schema.context import Context, Info
from graphql_schema.ids import bad_cursor, decode_cursor, encode, encode_cursor, uuid_of
from graphql_schema.node import After, First, Node, PageInfo, page_size

WINDOW_MINUTES = 15


@strawberry.type
class QueueKind:
    kind: JobKind
    depth: int = strawberry.field(description="Jobs runnable now.")
    running: int = strawberry.field(description="Jobs under a lease.")
    dead: int = strawberry.field(description="Dead letters.")
    p95_duration_ms: int | None = strawberry.field(description="Over the last 15 minutes; null when none ended.")


@strawberry.type(description="Named by the latency they promise: seconds, minutes, hours.")
class Queue:
    name: str
    depth: int = strawberry.field(description="Jobs runnable now.")
    oldest_age_seconds: float | None = strawberry.field(description="Age of the oldest runnable job; null when empty.")
    running: int = strawberry.field(description="Jobs under a lease.")
    dead: int = strawberry.field(description="Dead letters.")
    workers: int = strawberry.field(description="Processes that hold a lease now.")
    throughput: float = strawberry.field(description="Finished per minute over the last 15.")
    p95_duration_ms: int | None = strawberry.field(description="Over the last 15 minutes; null when none ended.")
    by_kind: list[QueueKind]

    @classmethod
    def of(cls, whole: Depth, kinds: Sequence[Depth]) -> Self:
        return cls(
            name=whole.queue,
            depth=whole.depth,
            oldest_age_seconds=whole.oldest_age_s,
            running=whole.running,
            dead=whole.dead,
            workers=len(whole.workers),
            throughput=whole.finished / WINDOW_MINUTES,
            p95_duration_ms=whole.p95_duration_ms,
            by_kind=[
                QueueKind(
                    kind=each.kind,
                    depth=each.depth,
                    running=each.running,
                    dead=each.dead,
                    p95_duration_ms=each.p95_duration_ms,
                )
                for each in kinds
                if each.kind is not None
            ],
        )


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
    subject: str | None = strawberry.field(
        description="A pseudonym of the person for this purpose alone; null when the job is about nobody."
    )
    first_day: str | None = strawberry.field(
        description="First local day of the period it is about; null when it is about none."
    )
    queued_at: datetime
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None
    lease_expires_at: datetime | None = strawberry.field(
        description="Renewed by the worker; past it, another may take the job."
    )
    due_at: datetime | None
    attempts: list[JobAttempt]

    @classmethod
    def of(cls, entry: LedgerEntry, ports: Ports) -> Self:
        person_id = entry.person_id
        return cls(
            entry=entry,
            id=encode("Job", entry.id),
            kind=entry.kind,
            status=entry.status,
            priority=entry.priority,
            attempt=entry.attempt,
            max_attempts=entry.max_attempts,
            subject=ports.keyring.identity.pseudonym("jobs", person_id) if person_id else None,
            first_day=entry.scope.get("first_day"),
            queued_at=entry.queued_at,
            run_after=entry.run_after,
            started_at=entry.started_at,
            finished_at=entry.finished_at,
            lease_expires_at=entry.lease_expires_at,
            due_at=entry.due_at,
            attempts=[JobAttempt.of(attempt) for attempt in entry.attempts],
        )


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
    overdue: bool | None = None
    queued_after: datetime | None = None

    def chosen(self) -> Chosen:
        """The same for storage."""
        return Chosen(
            kinds=tuple(self.kinds or ()),
            statuses=tuple(self.statuses or ()),
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


async def show_jobs(context: Context, ids: Sequence[UUID]) -> list[Job]:
    """Those of `ids` that exist, newest first."""
    async with context.ports.store.for_everyone() as tx:
        return [Job.of(entry, context.ports) for entry in await desk.list_by_id(tx, ids)]


@strawberry.type
class Ops:
    @strawberry.field(description="One per queue that ever held a job of the present.")
    async def queues(self, info: Info) -> list[Queue]:
        async with info.context.ports.store.for_everyone() as tx:
            depths = await ledger.list_depths(tx)
        return [
            Queue.of(whole, [each for each in depths if each.queue is whole.queue])
            for whole in depths
            if whole.kind is None
        ]

    @strawberry.field(description="Null when there is no such job.")
    async def job(self, info: Info, id: strawberry.ID) -> Job | None:  # noqa: A002 - the contract's name
        job_id = uuid_of(id, "Job")
        found = [] if job_id is None else await show_jobs(info.context, [job_id])
        return found[0] if found else None

    @strawberry.field(description="Newest first.")
    async def jobs(
        self,
        info: Info,
        first: First,
        after: After = None,
        filter: JobFilter | None = None,  # noqa: A002 - the contract's name
    ) -> JobConnection:
        chosen = filter.chosen() if filter else Chosen()
        return await list_jobs(info.context, chosen, first=first, after=after)

    @strawberry.field(description="Jobs that used up their attempts; newest first.")
    async def dead_letters(
        self, info: Info, first: First, after: After = None, kind: JobKind | None = None
    ) -> JobConnection:
        chosen = Chosen(kinds=(kind,) if kind else (), statuses=(JobStatus.DEAD,))
        return await list_jobs(info.context, chosen, first=first, after=after)


@strawberry.type
class OpsQuery:
    @strawberry.field(description="The team's part; null when the caller may not see it.", **only(*STAFF))
    async def ops(self) -> Ops | None:
        return Ops()
