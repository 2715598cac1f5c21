"""What the team can do about work: ask for it, try it again, give it up with a reason."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import strawberry

from app.domain.access import Role
from app.domain.periods import ends_at, period_of
from app.errors import ErrorCode, Problem, Refused
from app.jobs import LIMITS, OF_NOBODY, PERIOD, JobKind, PersonAt
from app.jobs import Job as NewJob
from app.storage import people
from app.storage.history import sessions
from app.storage.jobs import desk, ledger
from app.storage.store import Tx
from graphql_schema.access import only
from graphql_schema.context import Context, Info
from graphql_schema.ids import uuid_of
from graphql_schema.jobs import GIVEN, Job, show_jobs
from graphql_schema.node import Payload, user_errors
from graphql_schema.numbers import RangeInput

MAX_IDS = 500
MAX_REASON_CHARACTERS = 500
MAX_KEY_CHARACTERS = 200
MAX_PRIORITY = 100
MAX_DELAY = timedelta(days=366)


@strawberry.input
class EnqueueJobInput:
    kind: JobKind
    subject_key: str | None = strawberry.field(
        default=None, description="Whose; needed for every kind but SCORING, REPORT and UPKEEP, which are about all."
    )
    period: RangeInput | None = strawberry.field(
        default=None,
        description="The week or month, over where the person is; needed for the kinds that close or write one.",
    )
    run_after: datetime | None = strawberry.field(
        default=None, description="Not before this; null: now. At most 366 days ahead."
    )
    priority: int = strawberry.field(default=0, description="0 to 100; higher runs first.")
    dedupe_key: str | None = strawberry.field(default=None, description="Two jobs with one key are one job.")


@strawberry.type
class JobPayload(Payload):
    job: Job | None = strawberry.field(description="Null when refused.")


@strawberry.input
class JobsInput:
    ids: list[strawberry.ID] = strawberry.field(description="1 to 500.")
    reason: str = strawberry.field(description="Kept in the audit log; 1 to 500 characters.")


@strawberry.type
class JobsPayload(Payload):
    jobs: list[Job] = strawberry.field(description="Those that were dead letters and now are not.")


def refuse(code: ErrorCode, message: str, *path: str) -> Refused:
    """What is wrong with one field of an input."""
    return Refused(Problem(code, message, ("input", *path)))


async def _person(tx: Tx, context: Context, asked: EnqueueJobInput) -> PersonAt | None:
    if asked.kind in OF_NOBODY:
        return None
    if asked.subject_key is None:
        raise refuse(ErrorCode.REQUIRED, "This kind of job is about a person.", "subjectKey")
    person_id = context.ports.keyring.identity.person_id(asked.subject_key)
    locked = await people.list_locked(tx, [person_id])  # no erasure can come between this and the job
    if person_id not in locked:
        raise refuse(ErrorCode.NOT_FOUND, "Nothing is kept of this person.", "subjectKey")
    return locked[person_id].at


async def _scope(
    tx: Tx, context: Context, asked: EnqueueJobInput, person: PersonAt | None, now: datetime
) -> dict[str, str]:
    if asked.kind is JobKind.SESSION_ANALYSIS and person is not None:
        session_id = await sessions.find_unanalysed(tx, person.id)
        if session_id is None:
            raise refuse(
                ErrorCode.NOT_FOUND, "This person has no session that can be read and has no numbers.", "subjectKey"
            )
        return {"session_id": str(session_id)}
    if asked.kind is JobKind.REBUILD:
        return {"analyser_version": context.ports.analyser_version}
    kind = PERIOD.get(asked.kind)
    if kind is None:
        return {}
    if asked.period is None:
        raise refuse(ErrorCode.REQUIRED, "This kind of job is about a week or a month.", "period")
    period = period_of(kind, asked.period.period(now.date()).first)
    head = await people.find_head(tx, person.id) if person else None
    if head is None or ends_at(period, head.zone) > now:
        raise refuse(ErrorCode.OUT_OF_RANGE, "This period is not over yet where the person is.", "period")
    return {"first_day": period.first.isoformat()}


async def _job(tx: Tx, context: Context, asked: EnqueueJobInput) -> NewJob:
    if asked.kind in (JobKind.RESET, JobKind.RECEIPT_CHECK):
        raise refuse(ErrorCode.INVALID, "A reset is asked for by the person, with resetSpectrum.", "kind")
    if asked.kind in (JobKind.SCORING, JobKind.REPORT):
        raise refuse(ErrorCode.INVALID, "A review's work is asked for by openBlindReview and closeBlindReview.", "kind")
    if not 0 <= asked.priority <= MAX_PRIORITY:
        raise refuse(ErrorCode.OUT_OF_RANGE, f"priority must be 0 to {MAX_PRIORITY}.", "priority")
    if asked.dedupe_key is not None and not _fits(asked.dedupe_key, MAX_KEY_CHARACTERS):
        message = f"dedupeKey must have 1 to {MAX_KEY_CHARACTERS} characters, and no NUL."
        raise refuse(ErrorCode.OUT_OF_RANGE, message, "dedupeKey")
    now: datetime = await tx.fetchval("SELECT now()")
    if asked.run_after is not None and asked.run_after > now + MAX_DELAY:
        raise refuse(ErrorCode.OUT_OF_RANGE, f"runAfter must be at most {MAX_DELAY.days} days ahead.", "runAfter")
    person = await _person(tx, context, asked)
    return NewJob(
        kind=asked.kind,
        key=f"{GIVEN}{asked.dedupe_key or uuid4()}",
        person=person,
        scope=await _scope(tx, context, asked, person, now),
        delay_s=max(0.0, (asked.run_after - now).total_seconds()) if asked.run_after else 0.0,
        priority=asked.priority,
    )


async def _the_same(tx: Tx, job: NewJob) -> UUID:
    """The id of the job with this identity. Refused when an earlier call asked for something else by it."""
    job_id = await desk.find_id(tx, job.key)
    found = await desk.list_by_id(tx, [job_id] if job_id else [])
    person_id = job.person.id if job.person else None
    if [(each.kind, each.person_id) for each in found] != [(job.kind, person_id)]:
        raise refuse(ErrorCode.CONFLICT, "This dedupeKey was used for something else.", "dedupeKey")
    return found[0].id


def _fits(text: str, most: int) -> bool:
    return 0 < len(text.strip()) <= len(text) <= most and "\0" not in text


def check_reason(reason: str) -> None:
    """Refused unless it is fit for the audit log."""
    if not _fits(reason, MAX_REASON_CHARACTERS):
        message = f"reason must have 1 to {MAX_REASON_CHARACTERS} characters, and no NUL."
        raise refuse(ErrorCode.REQUIRED, message, "reason")


def _checked(asked: JobsInput) -> list[UUID]:
    check_reason(asked.reason)
    if not 1 <= len(asked.ids) <= MAX_IDS:
        raise refuse(ErrorCode.TOO_MANY, f"ids must be 1 to {MAX_IDS}.", "ids")
    ids = [uuid_of(id_, "Job") for id_ in asked.ids]
    for place, id_ in enumerate(ids):
        if id_ is None:
            raise refuse(ErrorCode.NOT_FOUND, "There is no such job.", "ids", str(place))
    return [id_ for id_ in ids if id_ is not None]


@strawberry.type
class JobMutation:
    @strawberry.mutation(
        description="Ask for work of any kind but RESET, RECEIPT_CHECK, SCORING and REPORT. SESSION_ANALYSIS: the"
        " person's oldest session that has no numbers and whose words are kept, whether it waits, failed or lost them.",
        **only(Role.SERVICE, Role.OPERATOR, Role.ADMIN),
    )
    async def enqueue_job(self, info: Info, input: EnqueueJobInput) -> JobPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            async with context.ports.store.for_everyone() as tx:
                job = await _job(tx, context, input)
                await ledger.keep_jobs(tx, [job])
                job_id = await _the_same(tx, job)
        except Refused as refused:
            return JobPayload(user_errors=user_errors(refused), job=None)
        await context.ports.queue.nudge([LIMITS[job.kind].queue])
        shown = await show_jobs(context, [job_id])
        return JobPayload(user_errors=[], job=shown[0] if shown else None)

    @strawberry.mutation(
        description="Try dead letters again, with all their attempts. Again on the same job does nothing.",
        **only(Role.OPERATOR, Role.ADMIN),
    )
    async def retry_jobs(self, info: Info, input: JobsInput) -> JobsPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            ids = _checked(input)
        except Refused as refused:
            return JobsPayload(user_errors=user_errors(refused), jobs=[])
        async with context.ports.store.for_everyone() as tx:
            retried = await desk.keep_retried(tx, ids, actor=context.actor(), reason=input.reason)
        shown = await show_jobs(context, retried)
        await context.ports.queue.nudge(LIMITS[job.kind].queue for job in shown)
        return JobsPayload(user_errors=[], jobs=shown)

    @strawberry.mutation(
        description="Give dead letters up. Needs a reason; kept in the audit log. Again on the same job does nothing.",
        **only(Role.OPERATOR, Role.ADMIN),
    )
    async def discard_jobs(self, info: Info, input: JobsInput) -> JobsPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            ids = _checked(input)
        except Refused as refused:
            return JobsPayload(user_errors=user_errors(refused), jobs=[])
        async with context.ports.store.for_everyone() as tx:
            discarded = await desk.keep_discarded(tx, ids, actor=context.actor(), reason=input.reason)
        shown = await show_jobs(context, discarded)
        return JobsPayload(user_errors=[], jobs=shown)
