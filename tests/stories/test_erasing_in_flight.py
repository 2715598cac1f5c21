"""Sessions are erased while words about them are being written: what was read before is not told after."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.periods import PeriodKind, period_of
from app.jobs import AGGREGATION, Claimed, Job, JobKind, PersonAt, Queue, monthly_narrative, rebuild, rewrite_period
from app.pipeline.commit import commit, commit_many
from app.pipeline.forget_sessions import forget_sessions
from app.pipeline.inputs import InputsChanged
from app.storage.jobs import ledger
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.life import at, keeping_words, take, who, work_off
from tests.stories.telling import checks, read, words
from workers.handlers import HANDLERS

START = datetime(2026, 7, 6, 7, tzinfo=UTC)
"""A Monday."""
WRITERS = (JobKind.WEEKLY_AGGREGATION, JobKind.MONTHLY_AGGREGATION, JobKind.MONTHLY_NARRATIVE)


@pytest.fixture(autouse=True)
async def rest(spectrum: Spectrum, owner: Any) -> None:
    """Begin each test with an empty ledger."""
    await work_off(spectrum, owner)
    await owner.execute("DELETE FROM job")


def _july(key: str) -> list[dict[str, Any]]:
    """Give three weeks with enough to tell in each: heavy evenings after lighter mornings."""
    days = [START + timedelta(days=7 * week + day) for week in range(3) for day in (0, 2, 4)]
    return [session(key, day + timedelta(hours=hour), HEAVY, *more) for day in days for hour, more in _HOURS]


_HOURS: tuple[tuple[int, tuple[str, ...]], ...] = ((0, (LIGHT,)), (11, ()))


async def _lived(spectrum: Spectrum, owner: Any, key: str) -> tuple[PersonAt, list[dict[str, Any]]]:
    """Bring three weeks through the whole pipeline: every week and the month has its words."""
    sent = _july(key)
    await take(spectrum, *sent)
    await work_off(spectrum, owner)
    return await at(owner, who(spectrum, key)), sent


def _asked(kind: JobKind, person: PersonAt) -> Job:
    """Ask for the words of the first week, or of the month, once more."""
    month = period_of(PeriodKind.MONTH, START.date()).first
    if kind is JobKind.MONTHLY_NARRATIVE:
        return monthly_narrative(person, month, revision=-1)
    period = next(each for each, job_kind in AGGREGATION.items() if job_kind is kind)
    return rewrite_period(period, person, START.date() if period is PeriodKind.WEEK else month, revision=-1)


async def _begun(spectrum: Spectrum, queue: Queue, jobs: Sequence[Job]) -> list[Claimed]:
    """Let a worker lease and begin these jobs, as soon as they are asked for."""
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, jobs)
        claimed = await ledger.claim(tx, queue, "slow")
        await ledger.begin(tx, claimed)
    assert len(claimed) == len(jobs)
    return claimed


async def _told(owner: Any, person_id: UUID) -> list[tuple[Any, ...]]:
    """Give every aggregate and every text that can be read, by period."""
    rows = await owner.fetch(
        "SELECT kind, first_day, 'numbers' AS what, session_count FROM period_aggregate WHERE person_id = $1 UNION ALL"
        " SELECT period_kind, first_day, finding_key, -1 FROM writing WHERE person_id = $1 AND status <> 'WITHDRAWN'"
        " ORDER BY 1, 2, 3",
        person_id,
    )
    return [tuple(row) for row in rows]


def _of(told: Sequence[tuple[Any, ...]], kind: JobKind) -> list[tuple[Any, ...]]:
    """Those of the first week or of the month."""
    period = PeriodKind.WEEK if kind is JobKind.WEEKLY_AGGREGATION else PeriodKind.MONTH
    first: date = period_of(period, START.date()).first
    return [row for row in told if row[:2] == (period, first)]


async def _erase(spectrum: Spectrum, person: PersonAt, *sent: dict[str, Any]) -> None:
    ids = [UUID(each["sessionKey"]) for each in sent]
    assert await forget_sessions(spectrum.ports, person.id, ids, actor="app") == len(ids)


async def _keep(spectrum: Spectrum, job: Claimed, result: Any) -> None:
    await commit(spectrum.ports, lambda tx: HANDLERS[job.kind].keep(tx, result), person=job.person, job=job)


@pytest.mark.parametrize("kind", WRITERS)
async def test_words_that_were_written_before_are_not_published_after(
    spectrum: Spectrum, owner: Any, client: Client, person: str, kind: JobKind
) -> None:
    """A week, a month or its narrative that was read with the erased session is refused, and is made again without."""
    someone, sent = await _lived(spectrum, owner, person)
    assert _of(await _told(owner, someone.id), kind)
    (job,) = await _begun(spectrum, Queue.MINUTES, [_asked(kind, someone)])
    result = await HANDLERS[kind].prepare(job, spectrum.ports)
    await _erase(spectrum, someone, sent[1])
    told = await _told(owner, someone.id)
    assert not _of(told, kind), "what rested on it went at once"
    with pytest.raises(InputsChanged):
        await _keep(spectrum, job, result)
    assert await _told(owner, someone.id) == told
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.give_back(tx, [job])
    await work_off(spectrum, owner)
    told = await _told(owner, someone.id)
    assert [row[3] for row in told if row[:1] == (PeriodKind.MONTH,) and row[2] == "numbers"] == [len(sent) - 1]
    seen = await read(client, person)
    assert words(seen)
    assert checks(seen) == {"MATCHES"}


@pytest.mark.parametrize("kind", WRITERS[:2])
async def test_of_a_batch_only_whoever_erased_is_left_out(
    spectrum: Spectrum, owner: Any, person: str, kind: JobKind
) -> None:
    """Of two people whose weeks, or months, are written together one erases: only the other's are published."""
    someone, sent = await _lived(spectrum, owner, person)
    other, _ = await _lived(spectrum, owner, f"{person}-other")
    jobs = await _begun(spectrum, Queue.MINUTES, [_asked(kind, each) for each in (someone, other)])
    many = HANDLERS[kind].many
    assert many is not None
    results: Mapping[UUID, Any] = await many.prepare(jobs, spectrum.ports)
    await _erase(spectrum, someone, sent[1])
    told = await _told(owner, someone.id)
    done = await commit_many(spectrum.ports, many.keep, [(job, results[job.id]) for job in jobs])
    assert done.keys() == {job.id for job in jobs if job.person == other}
    assert await _told(owner, someone.id) == told
    assert _of(told, kind) == []
    assert _of(await _told(owner, other.id), kind)


@pytest.mark.parametrize("erased", [1, 3])
async def test_a_second_reading_in_flight_brings_no_numbers_back(
    spectrum: Spectrum, owner: Any, person: str, erased: int
) -> None:
    """Of sessions that are erased while kept words are read again nothing is kept; the others have new numbers."""
    sent = [session(person, START + timedelta(days=day), HEAVY, LIGHT) for day in range(3)]
    await take(spectrum, *sent)
    await work_off(spectrum, owner)
    someone = await at(owner, who(spectrum, person))
    await owner.execute("UPDATE session_numbers SET analyser_version = 'older' WHERE person_id = $1", someone.id)
    (job,) = await _begun(spectrum, Queue.HOURS, [rebuild(someone, spectrum.ports.analyser_version, hour="now")])
    result = await HANDLERS[JobKind.REBUILD].prepare(job, keeping_words(spectrum.ports))
    await _erase(spectrum, someone, *sent[:erased])
    await _keep(spectrum, job, result)
    kept = await owner.fetch(
        "SELECT session_id::text AS id, analyser_version AS version FROM session_numbers WHERE person_id = $1",
        someone.id,
    )
    left = {each["sessionKey"] for each in sent[erased:]}
    assert {tuple(row) for row in kept} == {(key, spectrum.ports.analyser_version) for key in left}
    packed = b"".join(
        row["body"] for row in await owner.fetch("SELECT body FROM packed_month WHERE person_id = $1", someone.id)
    )
    assert {each["sessionKey"] for each in sent if each["sessionKey"].encode() in packed} == left
