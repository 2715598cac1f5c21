"""Every kind of job, kept twice, has had its effect once. A new kind fails until it is here."""

from typing import Any
from uuid import uuid4

import pytest

from app.errors import LeaseLost
from app.jobs import LIMITS, OF_NOBODY, Claimed, JobKind, Queue, Skipped, agreement_report, scoring
from app.pipeline import forget, judging
from app.pipeline.announcing import announce
from app.pipeline.commit import commit
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs import ledger
from app.storage.notify import webhooks
from app.storage.notify.webhooks import Announcement
from app.wiring import Spectrum
from prompts import load_revision
from tests.life import JUNE, at, be_told, furnish, hasten, keeping_words, snapshot, take, weeks_of, who, work_off
from workers.handlers import HANDLERS
from workers.runner import Runner
from workers.schedule import plan_due


@pytest.fixture(autouse=True)
async def rest(spectrum: Spectrum, owner: Any) -> None:
    """Begin each test with an empty ledger."""
    await work_off(spectrum, owner)
    await owner.execute("DELETE FROM job")


async def _claim(spectrum: Spectrum, queue: Queue) -> list[Claimed]:
    async with spectrum.ports.store.for_everyone() as tx:
        return await ledger.claim(tx, queue, "first")


async def _begin(spectrum: Spectrum, job: Claimed) -> list[int]:
    async with spectrum.ports.store.for_everyone() as tx:
        return list((await ledger.begin(tx, [job])).values())


ENDED = {JobKind.RESET, JobKind.WEBHOOK, JobKind.REBUILD, JobKind.SCORING, JobKind.REPORT}
"""What of these has ended, or is read already, is not even prepared."""


@pytest.mark.parametrize(
    ("kind", "of_review"), [*((kind, False) for kind in JobKind), (JobKind.SCORING, True), (JobKind.REPORT, True)]
)
async def test_every_job_twice_is_once(
    spectrum: Spectrum, owner: Any, person: str, kind: JobKind, of_review: bool
) -> None:
    """Keeping a finished job's effect again, prepared before or anew, is refused and changes no row of anybody's."""
    job = await _a_job_of(spectrum, owner, person, kind, of_review=of_review)
    stage, ports = HANDLERS[kind], keeping_words(spectrum.ports)
    await _begin(spectrum, job)
    result = await stage.prepare(job, ports)
    assert not isinstance(result, Skipped)
    await commit(ports, lambda tx: stage.keep(tx, result), person=job.person, job=job)
    tables = ("person", "session", "sealed_text", "session_numbers", "packed_month", "period_aggregate", "writing",
              "exclusion", "operation", "rubric_score", "shadow_text", "job")  # fmt: skip
    before = await snapshot(owner, tables, who(spectrum, person))
    ledger_before = await owner.fetch("SELECT * FROM job ORDER BY id")
    with pytest.raises(LeaseLost):
        await commit(ports, lambda tx: stage.keep(tx, result), person=job.person, job=job)
    again = await stage.prepare(job, ports)
    if kind not in ENDED:
        with pytest.raises(LeaseLost):
            await commit(ports, lambda tx: stage.keep(tx, again), person=job.person, job=job)
    assert await _begin(spectrum, job) == []
    assert await snapshot(owner, tables, who(spectrum, person)) == before
    assert await owner.fetch("SELECT * FROM job ORDER BY id") == ledger_before


async def _review(spectrum: Spectrum, *, closed: bool) -> None:
    """Open a review of two revisions, and close it again."""
    a, b = (load_revision("weekly-card", number) for number in (1, 2))
    ports = spectrum.ports
    review_id = await judging.open_review(ports, "A test", a, b, pairs_asked=30, reviewers=1, actor="somebody")
    if closed:
        await judging.close_review(ports, review_id, actor="somebody")


async def _reset(spectrum: Spectrum, owner: Any, person: str, *, carried_out: bool) -> None:
    """Ask for a reset, and let it be carried out up to its first recount."""
    await forget.request(spectrum.ports, await at(owner, who(spectrum, person)), ResetScope.DERIVED, uuid4())
    if carried_out:
        await Runner(spectrum.ports).work_once(Queue.SECONDS)
        await hasten(owner)


async def _tell(spectrum: Spectrum, owner: Any, person: str, kind: JobKind) -> None:
    """Let somebody, or another system, have something to be told."""
    await work_off(spectrum, owner)
    told = await be_told(spectrum, owner, await at(owner, who(spectrum, person)))
    async with spectrum.ports.store.for_everyone() as tx:
        await webhooks.keep_new(tx, "https://hooks.invalid/", ["SLA_MISSED"], enabled=True)
        missed = Announcement("SLA_MISSED", str(uuid4()), JUNE, {"period": "2026-W23"})
        await ledger.keep_jobs(tx, [told] if kind is JobKind.PUSH else await announce(tx, [missed]))


async def _a_job_of(spectrum: Spectrum, owner: Any, person: str, kind: JobKind, *, of_review: bool) -> Claimed:
    """Bring a person so far that a job of `kind` is due, and claim it."""
    await take(spectrum, *weeks_of(person, weeks=5))
    runner = Runner(spectrum.ports)
    if kind is not JobKind.SESSION_ANALYSIS:
        await runner.work_off(Queue.SECONDS)
    if kind is JobKind.REBUILD:
        await owner.execute("UPDATE session_numbers SET analyser_version = 'older'")
        await HANDLERS[JobKind.UPKEEP].prepare(None, keeping_words(spectrum.ports))  # type: ignore[arg-type]  # no job is looked at
    if of_review:
        await _review(spectrum, closed=kind is JobKind.REPORT)
    if kind in (JobKind.RESET, JobKind.RECEIPT_CHECK):
        await _reset(spectrum, owner, person, carried_out=kind is JobKind.RECEIPT_CHECK)
    if kind in (JobKind.WEEKLY_AGGREGATION, JobKind.MONTHLY_AGGREGATION, JobKind.UPKEEP, JobKind.MONTHLY_NARRATIVE):
        await plan_due(spectrum.ports)
    while kind is JobKind.MONTHLY_NARRATIVE and not await owner.fetchval(
        "SELECT EXISTS (SELECT FROM job WHERE kind = $1)", kind
    ):
        await runner.work_once(Queue.MINUTES)
    if kind in (JobKind.PUSH, JobKind.WEBHOOK):
        await _tell(spectrum, owner, person, kind)
    if kind in OF_NOBODY - {JobKind.UPKEEP, JobKind.WEBHOOK} and not of_review:
        await work_off(spectrum, owner)
        await owner.execute("DELETE FROM job")
        await furnish(spectrum, await at(owner, who(spectrum, person)))
        async with spectrum.ports.store.for_everyone() as tx:
            await tx.execute("DELETE FROM rubric_score WHERE scorer = 'RULE'")
            await ledger.keep_jobs(tx, [scoring(hour="now"), agreement_report(hour="now")])
    claimed: list[Claimed] = []
    while jobs := await _claim(spectrum, LIMITS[kind].queue):
        claimed += jobs
    return next(job for job in sorted(claimed, key=lambda job: str(job.scope)) if job.kind is kind)
