"""The hour's housekeeping: raw words past their retention, old answers, old jobs, keys under an old master key.

Bounded, and repeated until done.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from app import tracing
from app.domain.periods import PeriodKind, format_period, period_of, previous
from app.domain.rubric import WRITING
from app.domain.webhooks import WebhookEvent
from app.errors import SpectrumError
from app.jobs import Claimed, Job, Kept, agreement_report, rebuild, scoring, session_analysis
from app.pipeline.announcing import announce
from app.pipeline.assign import assign_all
from app.pipeline.expiring import MAX_ROUNDS, ROWS_AT_ONCE, erase_expired
from app.pipeline.ports import Ports
from app.pipeline.rewrapping import rewrap
from app.storage import audit, statistics
from app.storage.engagement import assignments, events, plans
from app.storage.forgetting import operations
from app.storage.history import sessions
from app.storage.jobs import ledger, planning, promises, reconciliation
from app.storage.money import calls
from app.storage.notify import devices, pushes, webhooks
from app.storage.notify.webhooks import Announcement
from app.storage.store import Tx
from app.storage.words import decisions, pairs, reports, scores, shadows
from app.telemetry import logger, where
from prompts import list_prompts, list_revisions

JOB_DAYS = 30
AUDIT_DAYS = 365
CALL_DAYS = 90
"""How long it is known which call of a model was for whom; sums by day stay."""
DECISION_DAYS = 365
SCORE_DAYS = 365
SHADOW_DAYS = 90
PAIR_DAYS = 365
DEVICE_DAYS = 180
DELIVERY_DAYS = 30
REPORT_DAYS = 90
"""After which figures that nobody asked for again are dropped."""
EVENT_DAYS = 400
"""Longer than a year, so that a month can be set beside the same one of the year before."""
STATISTICS_DAYS = 7
"""How old the planner's picture of a partitioned table may become."""
PROMISES_LOOKED_AT = 2
"""Weeks, and months, before this one: the newest may still go on somewhere."""

Step = Callable[[Ports], Awaitable[object]]

log = logger("upkeep")


async def prepare(_: Claimed, ports: Ports) -> None:
    """Do each step, in small transactions, so that nobody waits for a lock.

    What fails holds up nothing else of the hour; the job fails for it at the end. When all failed, it is for what the
    first one failed of (the database is away); when some did, that counts as an attempt, whatever it was.
    """
    failures: dict[str, Exception] = {}
    with tracing.apart():
        for name, step in _STEPS.items():
            try:
                await step(ports)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other steps have nothing to do with it
                log.warning("upkeep_step_failed", scope=name, error=type(error).__name__, where=where(error))
                failures[name] = error
    if len(failures) == len(_STEPS):
        raise next(iter(failures.values()))
    if failures:
        raise SpectrumError(f"Not done this hour: {', '.join(failures)}.")


async def keep(_: Tx, __: None) -> Kept:
    """Nothing is left to keep: each step did by itself."""
    return Kept()


async def _erase_words(ports: Ports) -> None:
    log.info("raw_text_erased", count=await erase_expired(ports))


def _erasing(erase_old: Callable[..., Awaitable[int]], days: int) -> Step:
    """Drop what is past its time, some at once, until nothing is left of it."""

    async def step(ports: Ports) -> None:
        for _round in range(MAX_ROUNDS):
            async with ports.store.for_everyone() as tx:
                if await erase_old(tx, days=days, limit=ROWS_AT_ONCE) < ROWS_AT_ONCE:
                    return

    return step


def _pruning(prune: Callable[[Tx], Awaitable[int]]) -> Step:
    """The same where little is dropped at a time."""

    async def step(ports: Ports) -> None:
        async with ports.store.for_everyone() as tx:
            await prune(tx)

    return step


async def _settle_calls(ports: Ports) -> None:
    """Pay what a worker that is gone had reserved."""
    async with ports.store.for_everyone() as tx:
        forgotten = await calls.settle_forgotten(tx)
    if forgotten:
        log.warning("calls_forgotten", count=forgotten)


async def _look_at_wholes(ports: Ports) -> None:
    """Tell the planner anew of tables that autovacuum sees in parts only; each in a transaction of its own.

    One that is locked, or takes too long, waits for the next hour: nothing else of the upkeep does.
    """
    async with ports.store.for_everyone() as tx:
        outdated = await statistics.list_outdated(tx, days=STATISTICS_DAYS)
    for name in outdated:
        try:
            async with ports.store.for_everyone() as tx:
                await statistics.keep_anew(tx, name)
        except (SpectrumError, TimeoutError) as error:
            log.warning("table_not_looked_at", scope=name, error=type(error).__name__)


async def _read_waiting(ports: Ports) -> None:
    """Ask for the analysis of what waited for a plan, once there is one."""
    for _round in range(MAX_ROUNDS):
        async with ports.store.for_everyone() as tx:
            waiting = await planning.list_unasked(tx, limit=ROWS_AT_ONCE)
            asked = [
                session_analysis(person, session_id, ports.analyser_version, resumed_at=revision)
                for person, revision, session_id in waiting
            ]
            if not await ledger.keep_jobs(tx, asked) or len(waiting) < ROWS_AT_ONCE:
                return


async def _read_again(ports: Ports) -> None:
    """Ask for a second reading of what an earlier version of the analyser read; an hour's share of people at a time."""
    async with ports.store.for_everyone() as tx:
        outdated = await sessions.list_outdated_people(
            tx, ports.analyser_version, retention_days=ports.rules.raw_retention_days, limit=ROWS_AT_ONCE
        )
        hour = await _hour(tx)
        asked = await ledger.keep_jobs(tx, [rebuild(person, ports.analyser_version, hour=hour) for person in outdated])
    if asked:
        log.info("people_read_again", count=len(asked))


async def _reconcile(ports: Ports) -> None:
    async with ports.store.for_everyone() as tx:
        counted = await reconciliation.keep_reconciliation(tx, days=ports.rules.raw_retention_days + 1)
        await reconciliation.erase_old(tx, days=JOB_DAYS)
    if counted.lost:
        log.error("sessions_lost", count=counted.lost)


async def _watch_promises(ports: Ports) -> None:
    """Notice, once each, that the words of a week or month came too late for too many."""
    async with ports.store.for_everyone() as tx:
        now: datetime = await tx.fetchval("SELECT now()")
        today = now.astimezone(UTC).date()
        for kind in PeriodKind:
            period = period_of(kind, today)
            for _ in range(PROMISES_LOOKED_AT):
                period = previous(kind, period)
                promise = await promises.find_promise(tx, kind, period)
                if promise.met is False and await promises.keep_miss(tx, kind, period.first):
                    name = format_period(kind, period)
                    log.error("sla_missed", kind=kind, scope=name, count=promise.late + promise.missing)
                    missed = Announcement(WebhookEvent.SLA_MISSED, f"sla:{name}", now, {"period": name})
                    await ledger.keep_jobs(tx, await announce(tx, [missed]))


async def _ask_for_scores(ports: Ports) -> None:
    async with ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, await _scoring(tx))


async def _scoring(tx: Tx) -> tuple[Job, ...]:
    """Ask for scores where there are texts without, and for the report when people scored some since the last."""
    held = [revision.hash for prompt in list_prompts() for revision in list_revisions(prompt.key)]
    hour = await _hour(tx)
    unscored = await scores.list_unscored(tx, held, WRITING, limit=1)
    judged = await scores.list_judged(tx, WRITING, report=reports.AGREEMENT)
    return (*((scoring(hour=hour),) if unscored else ()), *((agreement_report(hour=hour),) if judged else ()))


async def _hour(tx: Tx) -> str:
    hour: str = await tx.fetchval("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24')")
    return hour


_STEPS: Mapping[str, Step] = {
    "words": _erase_words,
    "answers_of_models": _pruning(partial(calls.erase_unpublished, days=1)),
    "answers_to_mutations": _pruning(operations.erase_answers),
    "jobs": _erasing(ledger.erase_finished, JOB_DAYS),
    "calls": _erasing(calls.erase_old, CALL_DAYS),
    "scores": _erasing(scores.erase_old, SCORE_DAYS),
    "texts_on_trial": _erasing(shadows.erase_old, SHADOW_DAYS),
    "events": _erasing(events.erase_old, EVENT_DAYS),
    "upgrades": _erasing(plans.erase_old, EVENT_DAYS),
    "assignments": _erasing(assignments.erase_old, EVENT_DAYS),
    "pushes": _erasing(pushes.erase_old, EVENT_DAYS),
    "deliveries": _erasing(webhooks.erase_old, DELIVERY_DAYS),
    "reports": _erasing(reports.erase_old, REPORT_DAYS),
    "audit": _pruning(partial(audit.erase_old, days=AUDIT_DAYS)),
    "decisions": _pruning(partial(decisions.erase_old, days=DECISION_DAYS)),
    "pairs": _pruning(partial(pairs.erase_old, days=PAIR_DAYS)),
    "devices": _pruning(partial(devices.erase_old, days=DEVICE_DAYS)),
    "keys": rewrap,
    "statistics": _look_at_wholes,
    "money": _settle_calls,
    "scoring": _ask_for_scores,
    "promises": _watch_promises,
    "waiting": _read_waiting,
    "experiments": assign_all,
    "reconciliation": _reconcile,
    "readings": _read_again,
}
"""An hour's, in order: what must go, what others are planned by, and what looks at everybody's data."""
