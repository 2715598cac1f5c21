"""Workers that are killed, told to end, frozen and thawed, or that have the wrong time."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.jobs import LEASE_S, JobKind
from tests.faults.harness import World, jobs_to_hit
from tests.faults.truth import compare_with_twins
from tests.programs import end, ended, thaw

PEOPLE = [f"person-{number}" for number in range(8)]
HOUR_S = 3600
KILL_EVERY_S = 4.0


@jobs_to_hit
async def test_a_worker_is_killed(world: World, kind: JobKind, hastened: bool) -> None:
    """Killed with -9 in the middle of it, a worker leaves nothing that another does not do once its leases ran out."""
    workers = await world.workers(2)
    await world.take(PEOPLE)
    first, second = await world.caught_one(*workers, kind=kind)
    end(first)
    if hastened:
        await world.hasten()
    await world.at_rest()
    await world.stop(second)
    await compare_with_twins(world, PEOPLE)


@pytest.mark.faults
@pytest.mark.parametrize("kind", [JobKind.SESSION_ANALYSIS, JobKind.WEEKLY_AGGREGATION])
async def test_a_worker_is_told_to_end(world: World, kind: JobKind) -> None:
    """At SIGTERM it gives its leases back and ends well; the other goes on at once, and nothing counts as failed."""
    workers = await world.workers(2)
    await world.take(PEOPLE)
    first, second = await world.caught_one(*workers, kind=kind)
    first.send_signal(signal.SIGTERM)
    thaw(first.pid)
    assert await ended(first) == 0
    await world.at_rest()
    await world.stop(second)
    assert not await world.look("SELECT count(*) FROM job WHERE lost > 0 OR attempts::text LIKE '%failure%'")
    await compare_with_twins(world, PEOPLE)


@pytest.mark.faults
@pytest.mark.parametrize("writing", [False, True], ids=["anywhere", "in a transaction"])
async def test_a_worker_freezes_and_comes_back(world: World, writing: bool) -> None:
    """Frozen, also with a transaction open, it keeps nobody from its jobs; thawed as a zombie, it changes nothing."""
    (zombie,) = await world.workers(1)
    await world.take(PEOPLE)
    await world.caught(zombie, writing=writing)
    (second,) = await world.workers(1)
    await world.at_rest()
    assert time.monotonic() - world.hit_at > LEASE_S
    thaw(zombie.pid)
    await world.said("lease_lost", "end_not_kept", "job_failed")
    await world.stop(zombie, second)
    await compare_with_twins(world, PEOPLE)


def _clock(offset: str) -> Mapping[str, str]:
    """The environment of a wrong wall clock; without libfaketime the test is skipped, but not in CI."""
    found = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    if not found:
        told = "libfaketime is not here (Debian: apt install faketime)"
        if "CI" in os.environ:
            pytest.fail(told)
        pytest.skip(told)
    return {"LD_PRELOAD": str(found[0]), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def _time_shown(clock: Mapping[str, str]) -> float:
    command = [sys.executable, "-c", "import time; print(time.time())"]
    return float(subprocess.run(command, env={**os.environ, **clock}, capture_output=True, check=True).stdout)


@pytest.mark.faults
@pytest.mark.parametrize(("offset", "off_s"), [("-1h", -HOUR_S), ("+25h", 25 * HOUR_S)], ids=["behind", "ahead"])
async def test_a_worker_has_the_wrong_time(world: World, offset: str, off_s: int) -> None:
    """Workers an hour behind or a day ahead do all the work, and one of them is killed as others are."""
    clock = _clock(offset)
    assert abs(_time_shown(clock) - time.time() - off_s) < HOUR_S / 4
    workers = await world.workers(2, environment=clock)
    await world.take(PEOPLE)
    first, second = await world.caught_one(*workers)
    end(first)
    await world.at_rest()
    await world.stop(second)
    await compare_with_twins(world, PEOPLE)


@pytest.mark.faults
async def test_a_backlog_of_thousands(world: World) -> None:
    """Two thousand sessions are done while one of two workers is killed every few seconds and started again."""
    crowd = [f"person-{number}" for number in range(40)]
    workers = await world.workers(2)
    await world.take(crowd, weeks=13)
    kills = 0
    while not await world.is_at_rest():
        place = random.randrange(2)
        if await world.try_to_catch(workers[place]):
            end(workers[place])
            kills += 1
            workers[place] = world.start("worker")
            await asyncio.sleep(KILL_EVERY_S)
    world.note("kills", kills)
    await world.at_rest()
    await world.stop(*workers)
    await compare_with_twins(world, crowd[:3], weeks=13)
