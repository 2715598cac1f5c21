"""Two API and three worker processes share one PostgreSQL, and hosts are lost in the middle of load, one of each kind.

`REPORT=docs/reports/lost-hosts.md python -m pytest -m faults tests/faults/test_lost_hosts.py` writes the page anew.
"""

import asyncio
import os
import platform
import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.jobs import Queue
from tests.faults.harness import PATIENCE_S, PAUSE_S, World, told
from tests.faults.hosts import Hosts
from tests.faults.listening import Listener, listening
from tests.faults.sending import App, Batch
from tests.faults.truth import compare_with_twins
from tests.life import who
from tests.phones import until_heard
from tests.programs import free_port

BATCH = 2
ANALYSED = "SELECT NOT EXISTS (SELECT FROM session WHERE status = 'PENDING')"
_PAGE = """# Lost hosts

Two API and three worker processes share one PostgreSQL and one Redis. While sessions are handed over to both APIs,
{rounds} times one worker in the middle of three jobs or more, and one API in the middle of requests, are killed with
-9; then others take their places. Screens are open at both APIs. Afterwards nothing that was acknowledged is lost,
nothing is doubled, and every number and word is as it is for twins who never met a fault
([how that is known](../../tests/faults/truth.py)).

| what | figure |
|---|---|
{rows}

A worker's jobs are taken over when its leases have run out (10 s); the others go on meanwhile. What an API was asked
and has not answered is sent again to the other one at once, as by a balancer that remembers nothing.

{machine}. Repeat it (a few minutes):
`REPORT=docs/reports/lost-hosts.md python -m pytest -m faults tests/faults/test_lost_hosts.py`
"""


def _batches(people: Sequence[str], weeks: int) -> tuple[list[Batch], list[Batch]]:
    """Everybody's sessions in the order of time: their first days, then the rest."""
    sessions = sorted(
        (each for key in people for each in told(key, weeks=weeks)), key=lambda each: str(each["startedAt"])
    )
    batches: list[Batch] = [sessions[start : start + BATCH] for start in range(0, len(sessions), BATCH)]
    return batches[: len(people)], batches[len(people) :]


@pytest.mark.parametrize(
    ("people", "weeks", "rounds"),
    [pytest.param(4, 3, 1, id="quick"), pytest.param(16, 10, 3, id="again and again", marks=pytest.mark.faults)],
)
async def test_one_of_each_is_lost_in_the_middle_of_load(world: World, people: int, weeks: int, rounds: int) -> None:
    """What was acknowledged is there once, and screens that were open at a lost host hear of what follows."""
    names = [f"person-{number}" for number in range(people)]
    first, rest = _batches(names, weeks)
    ports = [free_port(), free_port()]
    listeners = [Listener(name, ports[place % 2 :] + ports[: place % 2]) for place, name in enumerate(names)]
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False))
            for port in ports
        ]
        hosts = Hosts(world, ports, [App(client) for client in clients])
        hosts.workers, *_ = await asyncio.gather(
            world.workers(3, queues=[Queue.SECONDS]), hosts.start_api(0), hosts.start_api(1)
        )
        for place, batch in enumerate(first):  # somebody's first day is the first that is heard of
            await hosts.send(batch, place)
        await world.until(ANALYSED)
        await stack.enter_async_context(listening(listeners))
        for number in range(rounds):
            part = rest[number::rounds]
            half = len(part) // 2  # kept until the worker is lost, however quickly the first half is taken
            sending = asyncio.create_task(hosts.send_all(part[:half]))
            await hosts.lose_worker(hasten=rounds == 1)
            before = hosts.acknowledged()
            sending_on = asyncio.create_task(hosts.send_all(part[half:]))
            back = await hosts.lose_api(number % 2, listeners)
            await asyncio.gather(sending, sending_on)
            async with world.opened() as spectrum:  # a screen that is open is heard for only a moment later
                url = world.servers.redis_url
                await asyncio.gather(*(until_heard(url, who(spectrum, name)) for name in names))
            assert before < hosts.acknowledged()
            if number < rounds - 1:
                await hosts.start_api(number % 2)
                hosts.workers += await world.workers(1, queues=[Queue.SECONDS])
        assert hosts.acknowledged() == {each["sessionKey"] for batch in (*first, *rest) for each in batch}
        await world.until(ANALYSED)
        hosts.workers += await world.workers(1)  # what closes weeks, of which every screen hears
        await world.at_rest()
        async with asyncio.timeout(PATIENCE_S):
            while not all(each.heard_since(back) for each in listeners):  # noqa: ASYNC110 - each is a task of its own
                await asyncio.sleep(PAUSE_S)
        await world.stop(*hosts.workers)
    figures = _note(world, hosts, listeners)
    await compare_with_twins(world, names, weeks=weeks)
    if rounds > 1 and "REPORT" in os.environ:
        _report(Path(os.environ["REPORT"]), figures, rounds)


def _note(world: World, hosts: Hosts, listeners: Sequence[Listener]) -> dict[str, str]:
    """Note what it took."""
    figures: dict[str, Any] = {
        "sessions acknowledged": f"{len(hosts.acknowledged()):,}",
        "requests without an answer, sent again": hosts.refused,
        "… acknowledged elsewhere after (longest)": f"{max(hosts.sent_again_s, default=0):.2f} s",
        "jobs of a lost worker in other hands after (longest)": f"{max(hosts.taken_over_s):.1f} s",
        "screens that lost their host": len(hosts.back_s),
        "… open elsewhere after (median, longest)": (
            f"{statistics.median(hosts.back_s):.2f} s, {max(hosts.back_s):.2f} s" if hosts.back_s else "none"
        ),
        "changes that open screens heard of": f"{sum(len(each.heard) for each in listeners):,}",
    }
    for name, value in figures.items():
        world.note(name, value)
    return figures


def _report(path: Path, figures: dict[str, str], rounds: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    machine = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {platform.machine()}, shared with others"
    path.write_text(_PAGE.format(rounds=("no", "one", "two", "three")[rounds], rows=rows, machine=machine))
