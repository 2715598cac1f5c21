"""Whatever happens beside an erasure waits for it or is waited for, in one order: nobody deadlocks, nothing is left."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from app.embedded import Servers
from app.errors import Refused
from app.jobs import Job, PersonAt, Queue, rebuild, session_analysis
from app.pipeline import export, forget, upkeep
from app.pipeline.commit import commit
from app.pipeline.erasing import actor_of
from app.pipeline.forget_sessions import forget_sessions
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs import ledger
from app.wiring import Spectrum
from tests.client import session
from tests.life import at, owner_of, rows_of, take, weeks_of, who, work_off
from workers.runner import Runner

SESSIONS = 4
ROUNDS = 8
Step = Callable[[], Awaitable[Any]]


@pytest.fixture(autouse=True)
async def rest(spectrum: Spectrum, owner: Any) -> None:
    """Begin each test with an empty ledger."""
    await work_off(spectrum, owner)
    await owner.execute("DELETE FROM job")


@pytest.fixture
async def holder(spectrum: Spectrum, servers: Servers) -> AsyncIterator[Any]:
    """Give a connection of its own, to hold locks as another program does."""
    async with owner_of(spectrum, servers) as connection:
        yield connection


async def _waiting_for(owner: Any, pid: int) -> list[int]:
    """Give the server's processes that wait for a lock which `pid` holds."""
    rows = await owner.fetch(
        "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND $1 = ANY(pg_blocking_pids(pid))", pid
    )
    return [row["pid"] for row in rows]


async def _waits(owner: Any, task: "asyncio.Task[Any]", pid: int) -> int | None:
    """Let `task` go on until it waits for `pid`; its server process, None when it ended without having to."""
    while not task.done():
        if waiting := await _waiting_for(owner, pid):
            return waiting[0]
        await asyncio.sleep(0.005)
    return None


@asynccontextmanager
async def _halted(owner: Any, holder: Any, step: Step) -> AsyncIterator[int | None]:
    """Begin `step` while `holder` has a transaction open, and let it end afterwards; its process where it waits."""
    task = asyncio.ensure_future(step())
    try:
        yield await _waits(owner, task, holder.get_server_pid())
    finally:
        await holder.execute("ROLLBACK")
        await task


async def _fresh(spectrum: Spectrum, owner: Any, key: str) -> PersonAt:
    """Take a few sessions in, each of which waits to be read."""
    await take(spectrum, *weeks_of(key, weeks=1))
    return await at(owner, who(spectrum, key))


async def _end(spectrum: Spectrum, operation_id: UUID) -> None:
    """Carry a reset out and keep its end, as a worker does."""
    erased = await forget.carry_out(spectrum.ports, operation_id)
    assert erased is not None
    await commit(spectrum.ports, lambda tx: forget.keep(tx, erased), person=None)


async def _half_done(spectrum: Spectrum, operation_id: UUID) -> Step:
    """Carry a reset out; what is left to do is to keep its end."""
    erased = await forget.carry_out(spectrum.ports, operation_id)
    assert erased is not None
    return lambda: commit(spectrum.ports, lambda tx: forget.keep(tx, erased), person=None)


@pytest.mark.parametrize("doing", ["carry out", "keep its end", "call off"])
async def test_the_person_is_locked_before_the_reset(
    spectrum: Spectrum, owner: Any, holder: Any, person: str, doing: str
) -> None:
    """Whoever holds a person is waited for with nothing in hand: the reset itself is free for them all the while."""
    someone = await _fresh(spectrum, owner, person)
    asked = await forget.request(spectrum.ports, someone, ResetScope.DERIVED, uuid4(), delay_s=600)
    step: Step = partial(forget.carry_out, spectrum.ports, asked)
    if doing == "keep its end":
        step = await _half_done(spectrum, asked)
    if doing == "call off":
        step = partial(forget.call_off, spectrum.ports, someone.id, asked)
    await holder.execute("BEGIN")
    await holder.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", someone.id)
    async with _halted(owner, holder, step) as waits:
        free = await owner.fetchval("SELECT id FROM operation WHERE id = $1 FOR UPDATE SKIP LOCKED", asked)
    assert waits is not None
    assert free == asked


async def test_however_they_interleave_all_of_them_end_well(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Resets, calling off, single sessions, accounts that go, sessions coming in, workers that stop: no deadlock."""
    for round_ in range(ROUNDS):
        key = f"{person}-{round_ % 3}"
        sent = [session(key, datetime.now(UTC)) for _ in range(SESSIONS)]
        await take(spectrum, *sent)
        someone = await at(owner, who(spectrum, key))
        later = await forget.request(spectrum.ports, someone, ResetScope.DERIVED, uuid4(), delay_s=600)
        now = await forget.request(spectrum.ports, someone, list(ResetScope)[round_ % 3], uuid4())
        ids = [UUID(each["sessionKey"]) for each in sent]
        steps: list[Awaitable[Any]] = [
            forget.call_off(spectrum.ports, someone.id, later),
            forget.carry_out(spectrum.ports, now),
            forget.carry_out(spectrum.ports, later),
            forget_sessions(spectrum.ports, someone.id, ids[:2], actor="app"),
            take(spectrum, *(session(key, datetime.now(UTC)) for _ in range(SESSIONS))),
            _stopped(spectrum, after_s=0.002 * round_),
            *([forget.erase_account(spectrum.ports, someone.id, actor="app")] if round_ % 2 else []),
        ]
        ends = await asyncio.gather(*steps[round_ % 3 :], *steps[: round_ % 3], return_exceptions=True)
        assert [end for end in ends if isinstance(end, BaseException) and not isinstance(end, Refused)] == []
    await work_off(spectrum, owner)
    people = [who(spectrum, f"{person}-{number}") for number in range(3)]
    rows = await owner.fetch("SELECT DISTINCT status FROM operation WHERE person_id = ANY($1)", people)
    assert {row["status"] for row in rows} <= {"SUCCEEDED", "CANCELLED"}
    failed = await owner.fetch("SELECT attempts FROM job WHERE attempts::text LIKE '%failure%'")
    assert [row["attempts"] for row in failed] == []


async def _stopped(spectrum: Spectrum, *, after_s: float) -> None:
    """Let a worker take what there is, and stop it in the middle: it gives back what it holds."""
    working = asyncio.ensure_future(Runner(spectrum.ports).work_once(Queue.SECONDS))
    await asyncio.wait([working], timeout=after_s)
    working.cancel()
    await asyncio.wait([working])


async def _jobs_in_disorder(owner: Any, person_id: UUID) -> list[UUID]:
    """Let jobs lie in the table, and under equal keys in its indexes, the newest first; the person's, oldest first."""
    await owner.execute("CREATE INDEX job_disorder ON job (id DESC)")
    await owner.execute("CLUSTER job USING job_disorder")
    await owner.execute("DROP INDEX job_disorder")
    lie = await owner.fetch("SELECT id FROM job WHERE person_id = $1 ORDER BY ctid", person_id)
    ids: list[UUID] = [row["id"] for row in lie][::-1]
    assert ids == sorted(ids)
    return ids


async def _giving_back(spectrum: Spectrum) -> Step:
    """Let a worker hold all that can be run; what is left to do is to give it back."""
    async with spectrum.ports.store.for_everyone() as tx:
        held = await ledger.claim(tx, Queue.SECONDS, "stopping")
        await ledger.begin(tx, held)
    assert len(held) == SESSIONS

    async def step() -> None:
        async with spectrum.ports.store.for_everyone() as tx:
            await ledger.give_back(tx, held)

    return step


async def _reset(spectrum: Spectrum, owner: Any, someone: PersonAt) -> Step:
    """Ask for a reset; what is left to do is to carry it out."""
    del owner
    asked = await forget.request(spectrum.ports, someone, ResetScope.DERIVED, uuid4())
    return partial(forget.carry_out, spectrum.ports, asked)


async def _residue(spectrum: Spectrum, owner: Any, someone: PersonAt) -> Step:
    """Let jobs of the epoch before stand there after a reset; what is left to do is to try it once more."""
    before = await owner.fetch("SELECT scope->>'session_id' AS id FROM job WHERE person_id = $1", someone.id)
    step = await _reset(spectrum, owner, someone)
    await step()
    await owner.execute(
        "UPDATE operation SET receipt = receipt || '{\"residue\": true}' WHERE person_id = $1", someone.id
    )
    async with spectrum.ports.store.for_everyone() as tx:
        await ledger.keep_jobs(tx, [session_analysis(someone, UUID(row["id"]), "older") for row in before])
    return step


async def _sessions(spectrum: Spectrum, owner: Any, someone: PersonAt) -> Step:
    """Erase all sessions one by one."""
    rows = await owner.fetch("SELECT id FROM session WHERE person_id = $1", someone.id)
    return partial(forget_sessions, spectrum.ports, someone.id, [row["id"] for row in rows], actor="app")


async def _stop(spectrum: Spectrum, owner: Any, someone: PersonAt) -> Step:
    """Stop a worker that holds them all."""
    assert await owner.fetchval("SELECT count(*) FROM job WHERE person_id <> $1", someone.id) == 0
    return await _giving_back(spectrum)


WAYS: Mapping[str, Callable[[Spectrum, Any, PersonAt], Awaitable[Step]]] = {
    "reset": _reset,
    "residue": _residue,
    "sessions": _sessions,
    "stop": _stop,
}


@pytest.mark.parametrize("way", WAYS)
async def test_jobs_are_locked_oldest_first(spectrum: Spectrum, owner: Any, holder: Any, person: str, way: str) -> None:
    """A worker that gives its jobs back, and whatever deletes them, begin with the oldest: neither holds another one.

    However they lie in the table: with the oldest in another's hands, all the others are still free.
    """
    someone = await _fresh(spectrum, owner, person)
    step = await WAYS[way](spectrum, owner, someone)
    oldest, *others = await _jobs_in_disorder(owner, someone.id)
    assert len(others) == SESSIONS - 1
    await holder.execute("BEGIN")
    await holder.execute("SELECT FROM job WHERE id = $1 FOR UPDATE", oldest)
    async with _halted(owner, holder, step) as waits:
        free = await owner.fetch("SELECT id FROM job WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED", others)
    assert waits is not None
    assert [row["id"] for row in free] == others


async def _unasked(spectrum: Spectrum, owner: Any, someone: PersonAt) -> Job:
    """Let a session wait that no job will read; what upkeep is about to ask for."""
    await owner.execute("DELETE FROM job WHERE person_id = $1", someone.id)
    row = await owner.fetchrow(
        "SELECT s.id, p.revision FROM session s JOIN person p ON p.id = s.person_id WHERE p.id = $1 ORDER BY s.id",
        someone.id,
    )
    return session_analysis(someone, row["id"], spectrum.ports.analyser_version, resumed_at=row["revision"])


async def _outdated(spectrum: Spectrum, owner: Any, someone: PersonAt) -> Job:
    """Let numbers be there that an older analyser read; what upkeep is about to ask for."""
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    await owner.execute("UPDATE session_numbers SET analyser_version = 'older' WHERE person_id = $1", someone.id)
    hour = await owner.fetchval("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24')")
    return rebuild(someone, spectrum.ports.analyser_version, hour=hour)


@pytest.mark.parametrize("about_to_ask", [_unasked, _outdated], ids=["unasked", "outdated"])
async def test_upkeep_leaves_no_job_of_somebody_who_erases_meanwhile(
    spectrum: Spectrum,
    owner: Any,
    holder: Any,
    person: str,
    about_to_ask: Callable[[Spectrum, Any, PersonAt], Awaitable[Job]],
) -> None:
    """An erasure that begins after upkeep has looked, and before it has asked, waits for it and takes the job along."""
    await take(spectrum, session(person, datetime.now(UTC)))
    someone = await at(owner, who(spectrum, person))
    asked = await forget.request(spectrum.ports, someone, ResetScope.EVERYTHING, uuid4(), delay_s=600)
    job = await about_to_ask(spectrum, owner, someone)
    await holder.execute("BEGIN")  # whoever asks for the same waits to see whether this is kept
    await holder.execute(
        "INSERT INTO job (kind, queue, max_attempts, idempotency_key, scope) VALUES ($1, 'hours', 1, $2, '{}')",
        job.kind,
        job.key,
    )
    keep_house = partial(upkeep.prepare, None, spectrum.ports)  # type: ignore[arg-type]  # it looks at no job
    async with _halted(owner, holder, keep_house) as looked:
        assert looked is not None, "it has read, and is about to write"
        erasing = asyncio.ensure_future(_end(spectrum, asked))
        waits = await _waits(owner, erasing, looked)
    await erasing
    assert waits is not None
    assert {name for name, count in (await rows_of(owner, someone.id)).items() if count} == {"operation"}


async def test_whoever_comes_back_while_they_are_erased_begins_a_later_epoch(
    spectrum: Spectrum, owner: Any, holder: Any, person: str
) -> None:
    """A session that waits for EVERYTHING to end is of a new life: what was in flight in the old one stays dropped."""
    someone = await _fresh(spectrum, owner, person)
    await export.begin(spectrum.ports, someone.id)
    asked = await forget.request(spectrum.ports, someone, ResetScope.EVERYTHING, uuid4())
    back = session(person, datetime.now(UTC))
    await holder.execute("BEGIN")  # the erasure has deleted the person already when it waits for this
    await holder.execute("SELECT FROM audit WHERE actor = $1 FOR UPDATE", actor_of(spectrum.ports, someone.id))
    async with _halted(owner, holder, partial(_end, spectrum, asked)) as erasing:
        assert erasing is not None
        coming = asyncio.ensure_future(take(spectrum, back))
        waits = await _waits(owner, coming, erasing)
    (taken,) = await coming
    assert waits is not None
    assert not taken.duplicate
    assert (await at(owner, someone.id)).epoch == someone.epoch + 2
    await work_off(spectrum, owner)
    receipt = await owner.fetchval("SELECT receipt::text FROM operation WHERE id = $1", asked)
    assert [check["remaining"] for check in orjson.loads(receipt)["checks"]] == [0, 0]
    assert (await rows_of(owner, someone.id))["session_numbers"] == 1
