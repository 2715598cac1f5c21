"""Closes weeks and months: fold, aggregate, and for a week its cards. A month's words are the narrative's."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.domain.affect import EMOTIONS, PATTERNS
from app.domain.findings import Before, Finding, find_week
from app.domain.fold import Fold
from app.domain.measures import Metric
from app.domain.narrative import brief_for_card, card_from, card_to_json, step_label
from app.domain.news import of_period
from app.domain.periods import Period, PeriodKind, ends_at, period_of, previous
from app.jobs import AGGREGATION, PERIOD, Claimed, Job, Kept, Skipped, monthly_narrative
from app.pipeline.announcing import announce_periods
from app.pipeline.inputs import Inputs, InputsChanged, list_inputs, require_unchanged
from app.pipeline.ports import Ports
from app.pipeline.writing import Written, decision_on, find_active, making, write
from app.storage import people
from app.storage.history import exclusions, numbers, sessions
from app.storage.history.sessions import Arrivals
from app.storage.jobs import ledger
from app.storage.money import calls
from app.storage.store import Tx
from app.storage.words import aggregates, decisions, writings
from app.storage.words.aggregates import Aggregate, AggregateRef
from app.storage.words.decisions import Decision
from app.storage.words.writings import NewWriting
from prompts import Revision

WEEKLY_CARD = "weekly-card"
BATCH_S = 10.0
"""Where writing takes its time, whoever is not reached by then is done alone: what is done already is kept."""
_NOT_REACHED = TimeoutError("Not reached by the batch.")


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
    decided: tuple[Decision, ...] = ()
    earlier: Earlier | None = None

    @property
    def revision(self) -> int:
        """The person's, when this was read."""
        return self.inputs.revision


@dataclass(frozen=True, slots=True)
class _Told:
    """Who is to be told of a period, and how late its words are where they were promised and are the first."""

    jobs: tuple[Job, ...]
    lag_s: float | None


@dataclass(frozen=True, slots=True)
class _Read:
    """What closing one person's period reads."""

    inputs: Inputs
    arrivals: Arrivals | None
    earlier: Earlier | None
    promised_at: datetime | None
    revision: Revision | None
    """What writes; months have no cards."""


Results = Mapping[UUID, Closed | Skipped | Exception]
"""What became of each job of a batch, by its id; an exception is that job's alone."""


async def prepare_week(job: Claimed, ports: Ports) -> Closed | Skipped:
    """Read · fold · find · write · check."""
    assert job.person is not None, "a week is somebody's"
    async with ports.store.for_person(job.person.id) as tx:
        read = await _read(tx, PeriodKind.WEEK, [job])
    return await _close(job, read, ports)


async def prepare_month(job: Claimed, ports: Ports) -> Closed | Skipped:
    """Read · fold."""
    assert job.person is not None, "a month is somebody's"
    async with ports.store.for_person(job.person.id) as tx:
        read = await _read(tx, PeriodKind.MONTH, [job])
    return await _close(job, read, ports)


async def prepare_many(jobs: Sequence[Claimed], ports: Ports) -> Results:
    """The same for a period each of many people: one transaction reads for all of them, then each is for itself."""
    kind = PERIOD[jobs[0].kind]
    async with ports.store.for_everyone() as tx:
        read = await _read(tx, kind, jobs)
    results: dict[UUID, Closed | Skipped | Exception] = {}
    clock = asyncio.get_running_loop().time
    until = clock() + BATCH_S
    for job in jobs:
        try:
            results[job.id] = await _close(job, read, ports) if clock() < until else _NOT_REACHED
        except Exception as error:  # noqa: BLE001 - one person's surprise is not their neighbours'
            results[job.id] = error
        await asyncio.sleep(0)  # so that the heartbeat goes on
    return results


async def _read(tx: Tx, kind: PeriodKind, jobs: Sequence[Claimed]) -> dict[UUID, _Read]:
    periods = {job.person.id: period_of(kind, job.first_day) for job in jobs if job.person}
    inputs = await list_inputs(tx, kind, periods)
    arrivals = await sessions.list_arrivals(tx, periods)
    earlier = await _list_earlier(tx, periods) if kind is PeriodKind.WEEK else {}
    first_days = {person_id: period.first for person_id, period in periods.items()}
    promised = await ledger.list_promised(tx, AGGREGATION[kind], first_days)
    writes = await find_active(tx, WEEKLY_CARD) if kind is PeriodKind.WEEK else None
    return {
        id_: _Read(found, arrivals.get(id_), earlier.get(id_), promised.get(id_), writes)
        for id_, found in inputs.items()
    }


async def _list_earlier(tx: Tx, weeks: Mapping[UUID, Period]) -> dict[UUID, Earlier]:
    previous_weeks = {person_id: previous(PeriodKind.WEEK, week).first for person_id, week in weeks.items()}
    told = await writings.list_keys(tx, PeriodKind.WEEK, previous_weeks)
    before = await numbers.list_before(tx, {person_id: week.first for person_id, week in weeks.items()})
    return {person_id: Earlier(told[person_id], before[person_id]) for person_id in weeks}


async def _close(job: Claimed, reads: Mapping[UUID, _Read], ports: Ports) -> Closed | Skipped:
    read = reads.get(job.person.id) if job.person else None
    if read is None:
        return Skipped("The person is not there any more.")
    inputs, current = read.inputs, read.inputs.current
    if read.earlier is None or read.revision is None:
        return Closed(inputs, _aggregate(read, current, told=None))
    findings = find_week(
        current, inputs.baseline, told_last_week=read.earlier.told, care=inputs.care, before=read.earlier.before
    )
    briefs = [(finding, brief_for_card(finding, inputs.period, inputs.care)) for finding in findings]
    attempts = [
        (finding, await write(ports, brief, read.revision, job, erasures=inputs.erasures)) for finding, brief in briefs
    ]
    cards = tuple(_card(inputs, rank, finding, each.text) for rank, (finding, each) in enumerate(attempts) if each.text)
    decided = tuple(
        decision
        for finding, each in attempts
        if (decision := decision_on(each, PeriodKind.WEEK, inputs.period.first, finding.key))
    )
    more_may_come = len(cards) < len(findings) or (read.arrivals is not None and read.arrivals.unread)
    told = True if cards else (None if more_may_come else False)
    return Closed(inputs, _aggregate(read, current, told=told), cards, decided, read.earlier)


async def keep_week(tx: Tx, result: Closed) -> Kept:
    """Keep the aggregate and the cards; take back those whose finding is gone."""
    inputs = result.inputs
    await require_unchanged(tx, inputs)
    if (await _list_earlier(tx, {inputs.person.id: inputs.period}))[inputs.person.id] != result.earlier:
        raise InputsChanged("What came before changed while the week was written about.")
    told = await _keep(tx, [result])
    return _then(result, result.revision + 1, told)


async def keep_month(tx: Tx, result: Closed) -> Kept:
    """Keep the aggregate, and ask for its narrative."""
    await require_unchanged(tx, result.inputs)
    told = await _keep(tx, [result])
    head = await people.find_head(tx, result.inputs.person.id)
    assert head is not None, "the fence has just seen this person"
    return _then(result, head.revision, told)


async def keep_many(tx: Tx, results: Mapping[UUID, Closed]) -> dict[UUID, Kept]:
    """Keep a batch of different people, all unchanged since they were read; what follows, by job."""
    told = await _keep(tx, list(results.values()))
    return {job_id: _then(result, result.revision + 1, told) for job_id, result in results.items()}


def _then(result: Closed, revision: int, told: Mapping[UUID, _Told]) -> Kept:
    person, kind, period = result.inputs.person, result.inputs.kind, result.inputs.period
    news = of_period(person.id, kind, period, told=bool(result.cards))
    if kind is PeriodKind.WEEK:
        return Kept(told[person.id].jobs, news, lag_s=told[person.id].lag_s)
    narrative = monthly_narrative(person, period.first, revision=revision, due_at=result.aggregate.due_at)
    return Kept((narrative,), news)


async def _keep(tx: Tx, results: Sequence[Closed]) -> Mapping[UUID, _Told]:
    """Write set-based: a batch takes as many statements as one. What is to be told of it, by person."""
    found = {result.inputs.person.id: result.aggregate for result in results}
    kept = await aggregates.keep(tx, found)
    weeks = {result.inputs.person.id: result for result in results if result.inputs.kind is PeriodKind.WEEK}
    rests_on = {
        person_id: AggregateRef(closed.kind, closed.first_day, kept[person_id].revision, closed.digest)
        for person_id, closed in found.items()
    }
    await writings.keep(
        tx, [(person_id, card, rests_on[person_id]) for person_id, week in weeks.items() for card in week.cards]
    )
    worded = [(id_, card.made) for id_, week in weeks.items() for card in week.cards if card.made.answer is not None]
    if worded:
        await calls.keep_published(tx, [(id_, made.brief_digest, made.prompt_hash) for id_, made in worded])
    await decisions.keep(tx, [(person_id, each) for person_id, week in weeks.items() for each in week.decided])
    told = {
        person_id: (week.aggregate.first_day, [card.finding_key for card in week.cards])
        for person_id, week in weeks.items()
    }
    await writings.keep_withdrawn(tx, PeriodKind.WEEK, told)
    await exclusions.keep_settled(tx, weeks)
    told_of = {week.inputs.person: week.aggregate.first_day for week in weeks.values() if week.cards}
    following = await announce_periods(tx, PeriodKind.WEEK, told_of) if told_of else {}
    return {person_id: _Told(following.get(person_id, ()), kept[person_id].lag_s) for person_id in found}


def _aggregate(read: _Read, current: Fold, *, told: bool | None) -> Aggregate:
    readable = current.readable
    closed_at = ends_at(read.inputs.period, read.inputs.zone)
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
        kind=read.inputs.kind,
        first_day=current.period.first,
        **sums,
        estimates=estimates,
        digest=hashlib.sha256(content).hexdigest(),
        backfilled=read.arrivals is not None and read.arrivals.first_received >= closed_at,
        closed_at=closed_at,
        due_at=read.promised_at,
        told=told,
    )


def _card(inputs: Inputs, rank: int, finding: Finding, text: Written) -> NewWriting:
    card = card_from(text.draft, finding, step_label(text.brief, text.revision.phrases, seed=text.seed))
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
