"""The ledger and the planner keep their promises through seeded weeks of people, zones, faults and clock jumps."""

from collections.abc import AsyncIterator

import pytest

from app.embedded import Servers
from tests.conftest import database
from tests.simulation.clock import VirtualStore, virtual_store
from tests.simulation.run import Run

BLOCK = 25
MANY = 3_000


@pytest.fixture(scope="module")
async def store(servers: Servers, template: str) -> AsyncIterator[VirtualStore]:
    """Give a database on the virtual clock; every run leaves it as it was."""
    async with database(servers, template) as url, virtual_store(url) as opened:
        yield opened


@pytest.mark.parametrize("first", range(0, 150, BLOCK))
async def test_no_promise_is_broken(store: VirtualStore, first: int) -> None:
    """Whatever workers, people and the team do and fail to do, in any order: nothing is lost, doubled or untimely."""
    for seed in range(first, first + BLOCK):
        await Run(seed, store).live()


@pytest.mark.faults
async def test_no_promise_is_broken_in_many_runs(store: VirtualStore) -> None:
    """The same, for 3,000 other seeds."""
    for seed in range(1_000, 1_000 + MANY):
        await Run(seed, store).live()


async def test_a_run_can_be_replayed(store: VirtualStore) -> None:
    """A seed gives the same run, to the microsecond, every time."""
    first, second = Run(7, store), Run(7, store)
    await first.live()
    await second.live()
    assert first.lines == second.lines
    assert len(first.lines) > 20
