"""One person's damage, or one poison job, among the work of many: it is nobody else's."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from app.domain.sessions import SessionStatus
from app.jobs import MAX_LOST, JobKind, JobStatus, Queue
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, session
from tests.faults.harness import IN_FLIGHT, PAUSE_S, World
from tests.faults.truth import nothing_lost_or_doubled, same_as_twins
from tests.faults.worker import POISONED
from tests.life import JUNE, take, who, work_off
from tests.programs import ledger_name
from workers.runner import Runner

CROWD = 100
PEOPLE = [f"person-{number}" for number in range(6)]
LEASES = "SELECT count(*) FROM job WHERE status = 'RUNNING' AND lease_expires_at > now() AND worker = $1"


async def _damaged_numbers(owner: Any, person_id: UUID) -> None:
    await owner.execute("UPDATE packed_month SET body = 'damaged' WHERE person_id = $1", person_id)


async def _refused_rows(owner: Any, person_id: UUID) -> None:
    await owner.execute(f"ALTER TABLE period_aggregate ADD CONSTRAINT not_them CHECK (person_id <> '{person_id}')")


@pytest.mark.parametrize("damage", [_damaged_numbers, _refused_rows], ids=["read", "written"])
async def test_one_bad_person_in_a_batch(
    spectrum: Spectrum, owner: Any, person: str, damage: Callable[[Any, UUID], Awaitable[None]]
) -> None:
    """A hundred people's weeks are closed together; what cannot be read or kept of one is that one's dead letter."""
    keys = [f"{person}-{number}" for number in range(CROWD)]
    await take(spectrum, *(session(key, JUNE, HEAVY, LIGHT) for key in keys))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    bad = who(spectrum, keys[CROWD // 2])
    await damage(owner, bad)
    try:
        await work_off(spectrum, owner)
    finally:
        await owner.execute("ALTER TABLE period_aggregate DROP CONSTRAINT IF EXISTS not_them")
    ids = [who(spectrum, key) for key in keys]
    weeks = await owner.fetch(
        "SELECT person_id, status, attempt, max_attempts FROM job WHERE person_id = ANY($1) AND kind = $2",
        ids,
        JobKind.WEEKLY_AGGREGATION,
    )
    assert len(weeks) == CROWD
    for week in weeks:
        expected = (JobStatus.DEAD, week["max_attempts"]) if week["person_id"] == bad else (JobStatus.SUCCEEDED, 1)
        assert (week["status"], week["attempt"]) == expected
    closed = "SELECT count(*), count(DISTINCT person_id) FROM period_aggregate WHERE person_id = ANY($1) AND kind = $2"
    assert tuple(await owner.fetchrow(closed, ids, "WEEK")) == (CROWD - 1, CROWD - 1)


@pytest.mark.faults
async def test_a_poison_job_kills_its_workers(world: World) -> None:
    """A job that ends every process that begins it is given up after three of them, and all others are done."""
    await world.take(PEOPLE)
    ids = await world.look("SELECT array_agg(id ORDER BY started_at, id) FROM session")
    poison, deaths = ids[len(ids) // 2], 0
    worker = world.start("poison", str(poison), module="tests.faults.worker")
    while not await world.is_at_rest():
        if worker.poll() is None:
            await asyncio.sleep(PAUSE_S)
            continue
        assert worker.returncode == POISONED, world.last_words()
        if not deaths:
            world.hit_at = time.monotonic()
            world.note("in flight", held := await world.look(LEASES, ledger_name(worker)))
            assert held >= IN_FLIGHT
        deaths += 1
        worker = world.start("poison", str(poison), module="tests.faults.worker")
    await world.at_rest()
    await world.stop(worker)
    assert deaths == MAX_LOST
    async with world.owner() as owner:
        await nothing_lost_or_doubled(owner, given_up=[poison])
        dead = await owner.fetchrow("SELECT person_id, scope->>'session_id' AS id, lost FROM job WHERE status = 'DEAD'")
        assert (dead["id"], dead["lost"]) == (str(poison), MAX_LOST)
        assert await owner.fetchval("SELECT status FROM session WHERE id = $1", poison) == SessionStatus.FAILED
        async with world.opened() as spectrum:
            others = [key for key in PEOPLE if who(spectrum, key) != dead["person_id"]]
            await same_as_twins(spectrum, owner, others)
    assert len(others) == len(PEOPLE) - 1
