"""The ledger from a shell: a glance, a list, one job whole, and the decisions of the team, each with its reason."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from rich.console import Console
from rich.table import Table

from app.errors import ConfigurationError
from app.jobs import LIMITS, JobKind, JobStatus, Queue
from app.storage.jobs import desk, queues
from app.storage.jobs.desk import JobFilter, LedgerEntry
from app.wiring import Spectrum, opened
from graphql_schema.ids import encode, uuid_of
from graphql_schema.job_desk import check_reason
from graphql_schema.jobs import SUBJECT

ACTOR = "shell"
"""Who the audit log names for a decision made here: whoever may open the database."""
DEAD_LETTERS_SHOWN = 20
LISTED, MOST_LISTED = 50, 1_000
_WIDEST_KIND = max(map(len, JobKind))

_Decide = Callable[..., Awaitable[list[UUID]]]


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum jobs`."""
    parser.set_defaults(run=lambda _: show_ledger())
    actions = parser.add_subparsers(metavar="ACTION")

    listing = actions.add_parser("list", help="jobs, newest first")
    listing.add_argument("--status", action="append", choices=[*map(str, JobStatus)], help="may be repeated")
    listing.add_argument("--kind", action="append", choices=[*map(str, JobKind)], help="may be repeated")
    listing.add_argument("--first", type=_count, default=LISTED, metavar="N", help=f"1 to 1000, {LISTED} without")
    listing.set_defaults(run=list_jobs)

    show = actions.add_parser("show", help="one job with all its attempts")
    show.add_argument("id", type=_job_id, help="as `list` prints it, or as GraphQL does")
    show.set_defaults(run=lambda a: show_job(a.id))

    for name, decide, meaning in (
        ("retry", desk.keep_retried, "try dead letters again, with all their attempts"),
        ("discard", desk.keep_discarded, "give dead letters up"),
    ):
        decision = actions.add_parser(name, help=meaning)
        decision.add_argument("id", type=_job_id, nargs="+")
        _reason(decision)
        decision.set_defaults(run=lambda a, name=name, decide=decide: decide_on(a.id, a.reason, name, decide))

    for name, paused, meaning in (
        ("pause", True, "claim no more of a queue or a kind; what runs goes on"),
        ("resume", False, "claim of a paused queue or kind again"),
    ):
        switch = actions.add_parser(name, help=meaning)
        targets = [*map(str, (*Queue, *JobKind))]
        switch.add_argument("target", choices=targets, metavar="QUEUE_OR_KIND", help=", ".join(targets))
        _reason(switch)
        switch.set_defaults(run=lambda a, paused=paused: set_paused(a.target, a.reason, paused=paused))


def _job_id(text: str) -> UUID:
    found = uuid_of(text, "Job")
    try:
        return found or UUID(text)
    except ValueError:
        raise ArgumentTypeError("this is no id of a job") from None


def _count(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MOST_LISTED):
        raise ArgumentTypeError(f"must be 1 to {MOST_LISTED}")
    return int(text)


def _reason(parser: ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, help="kept in the audit log")


async def show_ledger() -> int:
    """Print the ledger's counts, what is paused, and the newest dead letters."""
    async with opened() as spectrum, spectrum.ports.store.for_everyone() as tx:
        counts, paused = await queues.count_by_status(tx), await queues.list_pauses(tx)
        dead, _ = await desk.list_jobs(tx, JobFilter(statuses=(JobStatus.DEAD,)), first=DEAD_LETTERS_SHOWN, after=None)
    console = Console()
    statuses = [status for status in JobStatus if any(found is status for _, found in counts)]
    table = Table("kind", *(status.lower() for status in statuses))
    for kind in sorted({kind for kind, _ in counts}):
        table.add_row(kind, *(f"{counts.get((kind, status), 0):,}" for status in statuses))
    console.print(table)
    for pause in paused:
        console.print(f"paused: {pause.name} since {_time(pause.since)}: {pause.reason}", soft_wrap=True, markup=False)
    for entry in dead:
        console.print(f"dead: {entry.id} {entry.kind} {_last_failure(entry)}", soft_wrap=True)
    return 0


async def list_jobs(asked: Namespace) -> int:
    """Print jobs, a line each."""
    chosen = JobFilter(kinds=tuple(map(JobKind, asked.kind or ())), statuses=tuple(map(JobStatus, asked.status or ())))
    async with opened() as spectrum, spectrum.ports.store.for_everyone() as tx:
        entries, total = await desk.list_jobs(tx, chosen, first=asked.first, after=None)
    console = Console(highlight=False)
    for entry in entries:
        line = (
            f"{entry.id}  {entry.kind:<{_WIDEST_KIND}}  {entry.status:<9}  {entry.attempt} of {entry.max_attempts}"
            f"  {entry.scope.get('first_day', ''):<10}  {_time(entry.run_after)}  {_last_failure(entry)}"
        )
        console.print(line.rstrip(), soft_wrap=True)
    console.print(f"{len(entries):,} of {total:,}")
    return 0


async def show_job(job_id: UUID) -> int:
    """Print one job. ConfigurationError when there is none with this id."""
    async with opened() as spectrum, spectrum.ports.store.for_everyone() as tx:
        found = await desk.list_by_id(tx, [job_id])
    if not found:
        raise ConfigurationError(f"There is no job {job_id}; it may be pruned.")
    (entry,) = found
    console = Console(highlight=False)
    for name, value in _facts(entry, spectrum):
        console.print(f"{name:<12} {value}", soft_wrap=True)
    table = Table("attempt", "began", "ended", "how", "worker")
    for attempt in entry.attempts:
        how = f"{attempt.failure}: {attempt.message}" if attempt.failure else "well"
        table.add_row(str(attempt.number), _time(attempt.started_at), _time(attempt.finished_at), how, attempt.worker)
    console.print(table)
    return 0


def _facts(entry: LedgerEntry, spectrum: Spectrum) -> list[tuple[str, str]]:
    identity = spectrum.ports.keyring.identity
    found = {
        "job": f"{entry.id} {entry.kind}",
        "in GraphQL": encode("Job", entry.id),
        "status": entry.status,
        "attempts": f"{entry.attempt} of {entry.max_attempts}",
        "subject": identity.alias(SUBJECT, entry.person_id) if entry.person_id else "",
        "period": entry.scope.get("first_day", ""),
        "queued": _time(entry.queued_at),
        "runs after": _time(entry.run_after),
        "lease until": _time(entry.lease_expires_at),
        "finished": _time(entry.finished_at),
        "due": _time(entry.due_at),
        "caused by": str(entry.caused_by or ""),
    }
    return [(name, value) for name, value in found.items() if value]


async def decide_on(ids: Sequence[UUID], reason: str, name: str, decide: _Decide) -> int:
    """Carry out a decision about dead letters; what of them was none stays as it is."""
    async with opened() as spectrum:
        async with spectrum.ports.store.for_everyone() as tx:
            check_reason(reason)
            decided = await decide(tx, ids, actor=ACTOR, reason=reason)
            queued = [job for job in await desk.list_by_id(tx, decided) if job.status is JobStatus.QUEUED]
        await spectrum.ports.queue.nudge(LIMITS[job.kind].queue for job in queued)
    rest = "" if len(decided) == len(ids) else "; the others are no dead letters, or unknown"
    Console(stderr=True, highlight=False).print(f"{name}: {len(decided):,} of {len(ids):,}{rest}.")
    return 0


async def set_paused(target: str, reason: str, *, paused: bool) -> int:
    """Stop or start the claiming of a queue or a kind."""
    chosen = Queue(target) if target in [*Queue] else JobKind(target)
    keep: Callable[..., Awaitable[bool]] = queues.keep_paused if paused else queues.keep_resumed
    async with opened() as spectrum:
        async with spectrum.ports.store.for_everyone() as tx:
            check_reason(reason)
            news = await keep(tx, chosen, actor=ACTOR, reason=reason)
        await spectrum.ports.queue.nudge([chosen if isinstance(chosen, Queue) else LIMITS[chosen].queue])
    state = "paused" if paused else "not paused"
    Console(stderr=True).print(f"{target} is {state}{'' if news else ', as it was'}.")
    return 0


def _time(moment: datetime | None) -> str:
    return moment.isoformat(sep=" ", timespec="seconds") if moment else ""


def _last_failure(entry: LedgerEntry) -> str:
    failed = [attempt for attempt in entry.attempts if attempt.failure]
    return f"{failed[-1].failure}: {failed[-1].message}" if failed else ""
