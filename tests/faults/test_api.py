"""The API is killed in the middle of ingestion; whoever sends again after its restart has every session once."""

import asyncio

import httpx
import pytest

from app.jobs import Queue
from tests.faults.harness import IN_FLIGHT, World, told
from tests.faults.sending import App
from tests.faults.truth import compare_with_twins
from tests.programs import free_port, freeze, thaw

PEOPLE = [f"person-{number}" for number in range(6)]
BATCH = 2
ANALYSED = "SELECT NOT EXISTS (SELECT FROM session WHERE status = 'PENDING')"


@pytest.mark.faults
async def test_the_api_is_killed_while_it_takes_sessions_in(world: World) -> None:
    """Killed with -9 while it answers, it has kept what it acknowledged, and what is sent again is not taken twice.

    Periods are closed only afterwards: what came late would rightly be written a second time.
    """
    sessions = sorted((each for key in PEOPLE for each in told(key)), key=lambda each: str(each["startedAt"]))
    batches = [sessions[start : start + BATCH] for start in range(0, len(sessions), BATCH)]
    port = {"SPECTRUM_PORT": str(free_port())}
    api = world.start("api", environment=port)
    workers = await world.workers(2, queues=[Queue.SECONDS])
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port['SPECTRUM_PORT']}", trust_env=False) as http:
        app = App(http)
        await app.ready()
        await app.send_all(batches[: len(PEOPLE)], at_once=1)  # somebody's first day is the first that is heard of
        await world.until(ANALYSED)
        sending = asyncio.create_task(app.send_all(batches))
        while not await world.try_to_catch(*workers):
            assert not sending.done(), "everything was answered before three jobs were in flight"
        freeze(api.pid)
        assert app.sending >= IN_FLIGHT
        api.kill()
        thaw(*(worker.pid for worker in workers))
        await sending
        kept = set(app.acknowledged)
        assert 0 < len(kept) < len(sessions)
        world.start("api", environment=port)
        await app.ready()
        await app.send_all(batches)
    assert set(app.acknowledged) == {session["sessionKey"] for session in sessions}
    assert all(app.acknowledged[key] for key in kept), "what was acknowledged was kept"
    world.note("acknowledged before", len(kept))
    await world.until(ANALYSED)
    workers += await world.workers(1)
    await world.at_rest()
    await world.stop(*workers)
    await compare_with_twins(world, PEOPLE)
