"""The queues as the team sees them, and the switch that stops one."""

from collections.abc import Sequence
from typing import Self

import strawberry

from app.domain.access import Role
from app.errors import ErrorCode, Refused
from app.jobs import LIMITS, JobKind
from app.jobs import Queue as Named
from app.storage.jobs import queues
from app.storage.jobs.queues import Depth
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.job_desk import check_reason, refuse
from graphql_schema.node import Payload, user_errors

WINDOW_MINUTES = 15


@strawberry.type
class QueueKind:
    kind: JobKind
    depth: int = strawberry.field(description="Jobs runnable now.")
    running: int = strawberry.field(description="Jobs under a lease.")
    dead: int = strawberry.field(description="Dead letters.")
    paused: bool = strawberry.field(description="Nothing of it is claimed; what runs goes on.")
    p95_duration_ms: int | None = strawberry.field(description="Over the last 15 minutes; null when none ended.")

    @classmethod
    def of(cls, kind: JobKind, depth: Depth | None, *, paused: bool) -> Self:
        return cls(
            kind=kind,
            depth=depth.depth if depth else 0,
            running=depth.running if depth else 0,
            dead=depth.dead if depth else 0,
            paused=paused,
            p95_duration_ms=depth.p95_duration_ms if depth else None,
        )


@strawberry.type(description="Named by the latency they promise: seconds, minutes, hours.")
class Queue:
    name: str
    depth: int = strawberry.field(description="Jobs runnable now.")
    oldest_age_seconds: float | None = strawberry.field(
        description="Age of the oldest runnable job that is not paused; null when there is none."
    )
    running: int = strawberry.field(description="Jobs under a lease.")
    dead: int = strawberry.field(description="Dead letters.")
    workers: int = strawberry.field(description="Processes that hold a lease now.")
    paused: bool = strawberry.field(description="Nothing of it is claimed; what runs goes on.")
    throughput: float = strawberry.field(description="Finished per minute over the last 15.")
    p95_duration_ms: int | None = strawberry.field(description="Over the last 15 minutes; null when none ended.")
    by_kind: list[QueueKind]

    @classmethod
    def of(cls, queue: Named, depths: Sequence[Depth], paused: frozenset[str]) -> Self:
        whole = next((depth for depth in depths if depth.queue is queue and depth.kind is None), None)
        by_kind = {depth.kind: depth for depth in depths}
        return cls(
            name=queue,
            depth=whole.depth if whole else 0,
            oldest_age_seconds=whole.oldest_age_s if whole else None,
            running=whole.running if whole else 0,
            dead=whole.dead if whole else 0,
            workers=len(whole.workers) if whole else 0,
            paused=queue in paused,
            throughput=whole.finished / WINDOW_MINUTES if whole else 0.0,
            p95_duration_ms=whole.p95_duration_ms if whole else None,
            by_kind=[
                QueueKind.of(kind, by_kind.get(kind), paused=kind in paused)
                for kind, limits in LIMITS.items()
                if limits.queue is queue
            ],
        )


async def list_queues(context: Context) -> list[Queue]:
    """Every queue as it is now."""
    async with context.ports.store.for_everyone() as tx:
        depths, paused = await queues.list_depths(tx), await queues.list_paused(tx)
    return [Queue.of(queue, depths, paused) for queue in Named]


@strawberry.input
class SetQueuePausedInput:
    queue: str | None = strawberry.field(default=None, description="seconds, minutes or hours; null: one kind only.")
    kind: JobKind | None = strawberry.field(default=None, description="A kind in whatever queue; null: a whole queue.")
    paused: bool
    reason: str = strawberry.field(description="Kept in the audit log; 1 to 500 characters.")

    def target(self) -> Named | JobKind:
        """What is meant. Refused unless it is one queue or one kind."""
        if (self.queue is None) == (self.kind is None):
            raise refuse(ErrorCode.INVALID, "Give either queue or kind.", "queue")
        if self.kind is not None:
            return self.kind
        try:
            return Named(self.queue or "")
        except ValueError:
            raise refuse(ErrorCode.NOT_FOUND, "There is no such queue.", "queue") from None


@strawberry.type
class QueuePayload(Payload):
    queue: Queue | None = strawberry.field(description="The queue, or the one of the kind; null when refused.")


@strawberry.type
class QueueMutation:
    @strawberry.mutation(
        description="Claim nothing of a queue or a kind any more, or again. What runs goes on, what waits keeps its"
        " place. Again is no news.",
        **only(Role.OPERATOR, Role.ADMIN),
    )
    async def set_queue_paused(self, info: Info, input: SetQueuePausedInput) -> QueuePayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            check_reason(input.reason)
            target = input.target()
        except Refused as refused:
            return QueuePayload(user_errors=user_errors(refused), queue=None)
        queue = target if isinstance(target, Named) else LIMITS[target].queue
        keep = queues.keep_paused if input.paused else queues.keep_resumed
        async with context.ports.store.for_everyone() as tx:
            await keep(tx, target, actor=context.actor(), reason=input.reason)
        await context.ports.queue.nudge([queue])
        shown = await list_queues(context)
        return QueuePayload(user_errors=[], queue=next(each for each in shown if each.name == queue))
