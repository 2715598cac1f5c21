"""A Postgres that crashes and recovers, or freezes for longer than a lease, while jobs are in flight."""

import asyncio
import time

import pytest

from app.jobs import LEASE_S, JobKind
from tests.faults.harness import World, jobs_to_hit
from tests.faults.truth import compare_with_twins
from tests.programs import freeze, thaw

PEOPLE = [f"person-{number}" for number in range(6)]


@jobs_to_hit
async def test_postgres_restarts_at_once(world: World, kind: JobKind, hastened: bool) -> None:
    """Stopped in immediate mode and started again, it lost nothing it had confirmed, and workers go on without help."""
    workers = await world.workers(2)
    await world.take(PEOPLE)
    await world.caught(*workers, kind=kind)
    world.crash_postgres()
    thaw(*(worker.pid for worker in workers))
    await world.bring_back()
    world.hit_at = time.monotonic()
    if hastened:
        await world.hasten()
    await world.at_rest()
    await world.stop(*workers)
    await compare_with_twins(world, PEOPLE)


@pytest.mark.faults
async def test_postgres_freezes(world: World) -> None:
    """Frozen for longer than a lease, it comes back to workers that wait for it, and each job still ends once."""
    workers = await world.workers(2)
    await world.take(PEOPLE)
    await world.caught(*workers)
    pids = world.postgres_pids()
    freeze(*pids)
    thaw(*(worker.pid for worker in workers))
    await asyncio.sleep(1.5 * LEASE_S)
    thaw(*pids)
    world.hit_at = time.monotonic()
    await world.at_rest()
    await world.stop(*workers)
    await compare_with_twins(world, PEOPLE)
