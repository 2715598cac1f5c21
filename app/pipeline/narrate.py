"""Writes a month: findings, brief, words, checks. What cannot be told is not told, and an outdated telling goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.estimates.estimate import ConfidenceLevel
from app.domain.findings import Finding, find_month
from app.domain.narrative import brief_for_month, narrative_from, narrative_to_json
from app.domain.news import of_period
from app.domain.periods import PeriodKind, period_of
from app.jobs import Claimed, Kept, Skipped
from app.pipeline.announcing import announce_periods
from app.pipeline.inputs import Inputs, list_inputs, require_unchanged
from app.pipeline.ports import Ports
from app.pipeline.writing import Attempt, Written, decision_on, find_active, making, write
from app.storage.history import exclusions, sessions
from app.storage.money import calls
from app.storage.store import Tx
from app.storage.words import aggregates, decisions, writings
from app.storage.words.aggregates import AggregateRef
from app.storage.words.writings import NewWriting

MONTHLY_NARRATIVE = "monthly-narrative"
FINDING_KEY = "month"
"""A month has one text."""


@dataclass(frozen=True, slots=True)
class Told:
    """A month's words over its aggregate; no words when there is not enough to tell, or none passed the checks.

    `unsettled`: there may be words yet, since some sessions are not analysed, or what was written failed its checks.
    """

    inputs: Inputs
    rests_on: AggregateRef
    summary: NewWriting | None
    unsettled: bool
    attempt: Attempt | None = None


async def prepare(job: Claimed, ports: Ports) -> Told | Skipped:
    """Read · find · write · check."""
    assert job.person is not None, "a month is somebody's"
    month = period_of(PeriodKind.MONTH, job.first_day)
    async with ports.store.for_person(job.person.id) as tx:
        inputs = (await list_inputs(tx, PeriodKind.MONTH, {job.person.id: month})).get(job.person.id)
        revision = await find_active(tx, MONTHLY_NARRATIVE)
        rests_on = await aggregates.find_ref(tx, job.person.id, PeriodKind.MONTH, month.first)
        arrivals = (await sessions.list_arrivals(tx, {job.person.id: month})).get(job.person.id)
    if inputs is None or rests_on is None:
        return Skipped("The month's numbers are not there any more.")
    findings = find_month(inputs.current, inputs.baseline, inputs.before, care=inputs.care)
    unsettled = bool(findings) or (arrivals is not None and arrivals.unread)
    if not findings:
        return Told(inputs, rests_on, None, unsettled=unsettled)
    attempt = await write(
        ports, brief_for_month(findings, inputs.period, inputs.care), revision, job, erasures=inputs.erasures
    )
    return Told(inputs, rests_on, _summary(inputs, findings, attempt.text), unsettled=unsettled, attempt=attempt)


def _summary(inputs: Inputs, findings: Sequence[Finding], text: Written | None) -> NewWriting | None:
    if text is None:
        return None
    return NewWriting(
        period_kind=PeriodKind.MONTH,
        period=inputs.period,
        finding_key=FINDING_KEY,
        rank=0,
        insight_kind=None,
        confidence=min((finding.confidence for finding in findings), key=tuple(ConfidenceLevel).index),
        content=narrative_to_json(narrative_from(text.draft, findings)),
        made=making(text),
    )


async def keep(tx: Tx, result: Told) -> Kept:
    """Publish the summary, or take an outdated one back."""
    await require_unchanged(tx, result.inputs)
    person_id, first_day = result.inputs.person.id, result.inputs.period.first
    summary = result.summary
    if summary is not None:
        await writings.keep(tx, [(person_id, summary, result.rests_on)])
        await calls.keep_published(tx, [(person_id, summary.made.brief_digest, summary.made.prompt_hash)])
    if result.attempt is not None:
        on = decision_on(result.attempt, PeriodKind.MONTH, first_day, FINDING_KEY)
        await decisions.keep(tx, [(person_id, on)] if on else [])
    told = {person_id: (first_day, [FINDING_KEY] if summary else [])}
    await writings.keep_withdrawn(tx, PeriodKind.MONTH, told)
    lag_s = None
    if summary is not None or not result.unsettled:
        lag_s = await aggregates.keep_told(tx, person_id, PeriodKind.MONTH, first_day, told=summary is not None)
    await exclusions.keep_settled(tx, [person_id])
    following = await announce_periods(tx, PeriodKind.MONTH, {result.inputs.person: first_day}) if summary else {}
    news = of_period(person_id, PeriodKind.MONTH, result.inputs.period, told=summary is not None)
    return Kept(following.get(person_id, ()), news, lag_s=lag_s)
