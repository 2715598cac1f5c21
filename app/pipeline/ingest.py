"""Takes finished sessions in: check, seal, keep, ask for the analysis; all of a batch in one transaction.

One bad session fails alone. The words leave this module sealed, and are in nothing it answers.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import orjson

from app import tracing
from app.analyser import care_level
from app.domain.affect import CareLevel, Speaker
from app.domain.periods import canonical_zone, local_start
from app.domain.sessions import FinishedSession, SessionStatus, check_session
from app.errors import ErrorCode, Problem, SpectrumError
from app.jobs import LIMITS, Job, JobKind, session_analysis
from app.pipeline.newcomers import newcomer
from app.pipeline.ports import Ports
from app.storage import people
from app.storage.forgetting import tombstones
from app.storage.history import sessions
from app.storage.history.sessions import KeptSession, NewSession
from app.storage.jobs import ledger
from app.storage.people import LockedPerson, NewPerson
from app.storage.sealed import KeyDamaged, MasterKeyMissing, content_hmac, seal, text_aad
from app.storage.store import Tx
from app.telemetry import INGESTED, logger

MAX_BATCH = 500
LOCK_ROUNDS = 3
_CONFLICT = Problem(
    ErrorCode.IDEMPOTENCY_CONFLICT,
    "a session with this sessionKey was already taken with other content",
    ("sessionKey",),
)
_SHUT = Problem(
    ErrorCode.CONFLICT,
    "this person's words cannot be sealed at the moment: our team has been told; send the session again later",
    ("subjectKey",),
)

log = logger("ingest")


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one session: its id when it was taken (or known), the care level, or the problems."""

    session_id: UUID | None
    duplicate: bool = False
    care: CareLevel = CareLevel.NONE
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A valid session on its way in. `content` holds words: it is sealed and dropped."""

    place: int
    person_id: UUID
    session: FinishedSession
    content: bytes
    care: CareLevel

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.person_id, self.session.session_key


async def ingest(ports: Ports, batch: Sequence[FinishedSession]) -> list[Ingested]:
    """Take up to 500 sessions; one answer each, in order. Idempotent by subject and session key."""
    assert len(batch) <= MAX_BATCH, "callers bound their batches"
    with tracing.span("ingest", count=len(batch)) as span:
        answers = await _ingest(ports, batch)
        outcomes = Counter(_outcome(answer) for answer in answers)
        span.set(**outcomes)
    for outcome, count in outcomes.items():
        INGESTED.labels(outcome).inc(count)
    return answers


def _outcome(answer: Ingested) -> str:
    return "refused" if answer.problems else "duplicate" if answer.duplicate else "taken"


async def _ingest(ports: Ports, batch: Sequence[FinishedSession]) -> list[Ingested]:
    async with ports.store.for_everyone() as tx:
        now: datetime = await tx.fetchval("SELECT now()")
    arrivals, answers = await asyncio.to_thread(_check, ports, batch, now)
    jobs: list[Job] = []
    if arrivals:
        async with ports.store.for_everyone() as tx:
            jobs = await _keep(tx, ports, arrivals, answers)
    await ports.queue.nudge(LIMITS[JobKind.SESSION_ANALYSIS].queue for _ in jobs[:1])
    return [answers[place] for place in range(len(batch))]


def _check(ports: Ports, batch: Sequence[FinishedSession], now: datetime) -> tuple[list[_Arrival], dict[int, Ingested]]:
    """What may come in, and the answers to what may not; in a thread, since a batch can be long."""
    arrivals: list[_Arrival] = []
    answers: dict[int, Ingested] = {}
    for place, session in enumerate(batch):
        problems = check_session(session, now=now, zones=ports.zones)
        if problems:
            answers[place] = Ingested(None, problems=problems)
        else:
            arrivals.append(_arrive(ports, place, replace(session, zone=canonical_zone(session.zone))))
    return arrivals, answers


def _arrive(ports: Ports, place: int, session: FinishedSession) -> _Arrival:
    own_words = [turn.text for turn in session.turns if turn.speaker is Speaker.PERSON]
    return _Arrival(
        place=place,
        person_id=ports.keyring.identity.person_id(session.subject_key),
        session=session,
        content=_canonical(session),
        care=care_level(own_words),
    )


def _canonical(session: FinishedSession) -> bytes:
    """What is sealed, and compared with a replay: the same session gives the same bytes."""
    return orjson.dumps(
        {
            "source": session.source,
            "started_at": session.started_at.astimezone(UTC),
            "ended_at": session.ended_at.astimezone(UTC),
            "zone": session.zone,
            "self": [session.self_before, session.self_after],
            "turns": [[t.index, t.speaker, t.kind, t.at.astimezone(UTC), t.text] for t in session.turns],
        }
    )


async def _keep(tx: Tx, ports: Ports, arrivals: Sequence[_Arrival], answers: dict[int, Ingested]) -> list[Job]:
    locked = await _locked(tx, _newcomers(ports, arrivals))
    keys = _opened(ports, locked)
    known = await sessions.list_known(tx, [a.person_id for a in arrivals], [a.session.session_key for a in arrivals])
    subjects = {person_id: ports.keyring.identity.pseudonym("tombstone", person_id) for person_id in locked}
    erased = await tombstones.list_erased(
        tx, [subjects[a.person_id] for a in arrivals], [a.session.session_key for a in arrivals]
    )
    new: list[NewSession] = []
    for arrival in arrivals:
        person = locked[arrival.person_id]
        if arrival.person_id not in keys:
            answers[arrival.place] = Ingested(None, care=arrival.care, problems=(_SHUT,))
            continue
        mark = content_hmac(keys[arrival.person_id], arrival.content)
        if arrival.key in known:
            changed = known[arrival.key] not in (None, mark)
            answers[arrival.place] = (
                Ingested(None, problems=(_CONFLICT,))
                if changed
                else Ingested(arrival.session.session_key, duplicate=True, care=arrival.care)
            )
            continue
        answers[arrival.place] = Ingested(arrival.session.session_key, care=arrival.care)
        is_forgotten = person.forget_before is not None and arrival.session.ended_at <= person.forget_before
        if is_forgotten or (subjects[arrival.person_id], arrival.session.session_key) in erased:
            answers[arrival.place] = Ingested(arrival.session.session_key, duplicate=True, care=arrival.care)
            continue
        known[arrival.key] = mark
        new.append(_sealed(arrival, person, keys[arrival.person_id], mark))
    jobs = [
        session_analysis(locked[n.person_id].at, n.session.id, ports.analyser_version)
        for n in new
        if locked[n.person_id].plan != "FREE" and not locked[n.person_id].paused
    ]
    if new:
        await sessions.keep_new(tx, new)
        await _touch(tx, new)
        await ledger.keep_jobs(tx, jobs)
    return jobs


async def _locked(tx: Tx, arriving: Sequence[NewPerson]) -> dict[UUID, LockedPerson]:
    """Everybody of a batch, kept and locked; someone whose erasure ends while we wait for a lock comes back as new."""
    ids = sorted(person.id for person in arriving)
    for _round in range(LOCK_ROUNDS):
        await people.keep_new_people(tx, arriving)
        locked = await people.list_locked(tx, ids)
        if len(locked) == len(ids):
            return locked
    raise SpectrumError("Someone in this batch is being erased: send it again.", ErrorCode.CONFLICT)


def _opened(ports: Ports, locked: Mapping[UUID, LockedPerson]) -> dict[UUID, bytes]:
    """The data keys of those whose key opens; the others are told by their number, and cost nobody else anything."""
    keys: dict[UUID, bytes] = {}
    for person_id, person in locked.items():
        with contextlib.suppress(MasterKeyMissing, KeyDamaged):
            keys[person_id] = ports.keyring.master.unwrap(f"person|{person_id}", person.wrapped_key, person.master_key)
    if len(keys) < len(locked):
        log.error("keys_not_opened", count=len(locked) - len(keys))
    return keys


def _newcomers(ports: Ports, arrivals: Sequence[_Arrival]) -> list[NewPerson]:
    earliest: dict[UUID, _Arrival] = {}
    for arrival in sorted(arrivals, key=lambda a: a.session.started_at):
        earliest.setdefault(arrival.person_id, arrival)
    return [
        newcomer(ports, person_id, zone=arrival.session.zone, since=arrival.session.started_at)
        for person_id, arrival in earliest.items()
    ]


def _sealed(arrival: _Arrival, person: LockedPerson, key: bytes, mark: bytes) -> NewSession:
    session = arrival.session
    local_date, local_minute = local_start(session.started_at, session.zone)
    kept = KeptSession(
        id=session.session_key,
        source=session.source,
        started_at=session.started_at,
        ended_at=session.ended_at,
        local_date=local_date,
        local_minute=local_minute,
        turn_count=len(session.turns),
        self_before=session.self_before,
        self_after=session.self_after,
        status=SessionStatus.PENDING,
    )
    aad = text_aad(arrival.person_id, session.session_key, person.at.epoch)
    return NewSession(
        person_id=arrival.person_id,
        session=kept,
        zone=session.zone,
        sealed=seal(key, arrival.content, aad),
        epoch=person.at.epoch,
        content_hmac=mark,
        care=arrival.care,
    )


async def _touch(tx: Tx, new: Sequence[NewSession]) -> None:
    newest: dict[UUID, NewSession] = {}
    for arrived in sorted(new, key=lambda n: n.session.started_at):
        newest[arrived.person_id] = arrived
    ordered = sorted(newest)
    await people.keep_touched(
        tx, ordered, [newest[id_].zone for id_ in ordered], [newest[id_].session.started_at for id_ in ordered]
    )
