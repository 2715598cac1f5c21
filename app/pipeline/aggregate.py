"""Closes weeks and months: fold, aggregate, and for a week its cards. A month's words are the narrative's."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from app.domain.affect import EMOTIONS, PATTERNS
from app.domain.findings import Before, Finding, find_week
from app.domain.fold import Fold
from app.domain.measures import Metric
from app.domain.narrative import brief_for_card, card_from, card_to_json, step_label
from app.domain.periods import Period, PeriodKind, ends_at, period_of, previous
from app.jobs import Claimed, Kept, PersonAt, Skipped, monthly_narrative
from app.pipeline.inputs import Inputs, InputsChanged, find_inputs, require_unchanged
from app.pipeline.ports import Ports
from app.pipeline.writing import Written, making, write
from app.storage import aggregates, exclusions, numbers, people, sessions, writings
from app.storage.aggregates import Aggregate, AggregateRef
from app.storage.store import Tx
from app.storage.writings import NewWriting

WEEKLY_CARD = "weekly-card"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a week's cards also rest on: which findings the week before was told, and how much had been before."""

    told: frozenset[str]
    before: Before


@dataclass(frozen=True, slots=True)
class Closed:
    """A folded period, its aggregate, and the cards that passed their checks."""

    inputs: Inputs
    aggregate: Aggregate
    cards: tuple[NewWriting, ...] = ()
    earlier: Earlier | None = None


async def prepare_week(job: Claimed, ports: Ports) -> Closed | Skipped:
    """Read · fold · find · write · check."""
    assert job.person is not None, "a week is somebody's"
    week = period_of(PeriodKind.WEEK, job.first_day)
    async with ports.store.for_person(job.person.id) as tx:
        closed = await _close(tx, job.person, PeriodKind.WEEK, week)
        if closed is None:
            return Skipped("The person is not there any more.")
        inputs, earlier = closed.inputs, await _find_earlier(tx, job.person, week)
    findings = find_week(
        inputs.current, inputs.baseline, told_last_week=earlier.told, care=inputs.care, before=earlier.before
    )
    written = [
        (finding, await write(ports, brief_for_card(finding, week, inputs.care), WEEKLY_CARD)) for finding in findings
    ]
    cards = tuple(_card(inputs, rank, finding, text) for rank, (finding, text) in enumerate(written) if text)
    return replace(closed, cards=cards, earlier=earlier)


async def _find_earlier(tx: Tx, person: PersonAt, week: Period) -> Earlier:
    return Earlier(
        await writings.list_keys(tx, person.id, PeriodKind.WEEK, previous(PeriodKind.WEEK, week).first),
        await numbers.find_before(tx, person.id, week.first),
    )


async def prepare_month(job: Claimed, ports: Ports) -> Closed | Skipped:
    """Read · fold."""
    assert job.person is not None, "a month is somebody's"
    async with ports.store.for_person(job.person.id) as tx:
        closed = await _close(tx, job.person, PeriodKind.MONTH, period_of(PeriodKind.MONTH, job.first_day))
    return closed or Skipped("The person is not there any more.")


async def keep_week(tx: Tx, result: Closed) -> Kept:
    """Keep the aggregate and the cards; take back those whose finding is gone."""
    await require_unchanged(tx, result.inputs)
    person, aggregate = result.inputs.person, result.aggregate
    if await _find_earlier(tx, person, result.inputs.period) != result.earlier:
        raise InputsChanged("What came before changed while the week was written about.")
    revision = await aggregates.keep(tx, person.id, aggregate)
    rests_on = AggregateRef(aggregate.kind, aggregate.first_day, revision, aggregate.digest)
    for card in result.cards:
        await writings.keep(tx, person.id, card, on=rests_on)
    told = [card.finding_key for card in result.cards]
    await writings.keep_withdrawn(tx, person.id, PeriodKind.WEEK, aggregate.first_day, told)
    await exclusions.keep_settled(tx, person.id)
    return Kept()


async def keep_month(tx: Tx, result: Closed) -> Kept:
    """Keep the aggregate, and ask for its narrative."""
    await require_unchanged(tx, result.inputs)
    person = result.inputs.person
    await aggregates.keep(tx, person.id, result.aggregate)
    head = await people.find_head(tx, person.id)
    assert head is not None, "the fence has just seen this person"
    return Kept((monthly_narrative(person, result.aggregate.first_day, revision=head.revision),))


async def _close(tx: Tx, person: PersonAt, kind: PeriodKind, period: Period) -> Closed | None:
    head = await people.find_head(tx, person.id)
    if head is None:
        return None
    inputs = await find_inputs(tx, person, kind, period)
    closed_at = ends_at(period, head.zone)
    received = await sessions.find_first_received(tx, person.id, period)
    backfilled = received is not None and received >= closed_at
    return Closed(inputs, _aggregate(inputs.current, kind, closed_at, backfilled=backfilled))


def _aggregate(current: Fold, kind: PeriodKind, closed_at: datetime, *, backfilled: bool) -> Aggregate:
    readable = current.readable
    estimates = {
        metric.value: [estimate.value, estimate.low, estimate.high]
        for metric in (Metric.VALENCE, Metric.AROUSAL, Metric.SPREAD)
        for estimate in (current.measure(metric),)
    }
    sums: dict[str, Any] = {
        "session_count": current.session_count,
        "day_count": current.day_count,
        "excluded_count": current.excluded_count,
        "valence_sum": sum(session.valence for session in readable),
        "arousal_sum": sum(session.arousal for session in readable),
        "emotion_sums": tuple(sum(session.emotions[place] for session in readable) for place in range(len(EMOTIONS))),
        "pattern_counts": tuple(sum(pattern in s.patterns_present for s in readable) for pattern in PATTERNS),
    }
    content = orjson.dumps([sums, estimates], option=orjson.OPT_SORT_KEYS)
    return Aggregate(
        kind=kind,
        first_day=current.period.first,
        **sums,
        estimates=estimates,
        digest=hashlib.sha256(content).hexdigest(),
        backfilled=backfilled,
        closed_at=closed_at,
    )


def _card(inputs: Inputs, rank: int, finding: Finding, text: Written) -> NewWriting:
    card = card_from(text.draft, finding, step_label(text.brief, text.revision.phrases))
    return NewWriting(
        period_kind=PeriodKind.WEEK,
        period=inputs.period,
        finding_key=finding.key,
        rank=rank,
        insight_kind=finding.kind,
        confidence=finding.confidence,
        content=card_to_json(card),
        made=making(text),
    )
