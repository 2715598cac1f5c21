"""A long time of everything at once, with faults by chance: nothing is lost, nothing grows, and answers go on.

`make soak` takes half an hour (SOAK_MINUTES) and writes docs/reports/soak.md; the seed of the chance stands in it.
"""

import asyncio
import os
import platform
import random
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.domain.envelopes import ENVELOPES
from tests.faults.harness import PATIENCE_S, World, told
from tests.faults.hosts import Hosts
from tests.faults.listening import Listener, listening
from tests.faults.sending import App
from tests.faults.soaking import LOOK_S, Chance, Reader, Scale
from tests.faults.truth import nothing_lost_or_doubled, same_as_twins
from tests.programs import free_port

MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
WEEKS = 6
READERS, LISTENERS, TWINS = 4, 4, 4
A_LIFE_S = 2.5
"""Between two people whose six weeks are handed over at once."""
CALM_S = (5.0, 25.0)
GROWN = 1.15
"""A program weighs no more than so many times what it did after the first quarter; it may also have 8 MiB more."""
_PAGE = """# Soak

Two API processes and three workers on one PostgreSQL and one Redis, for {minutes:g} minutes. All the while people's
lives of six weeks are handed over, read, closed and told; {readers} readers look at screens, mostly remembered ones;
{listeners} sockets are open; and by chance (seed {seed}) one thing after the other is lost. Afterwards nothing that was
acknowledged is lost, nothing is doubled, and every number and word is as it is for twins who never met a fault
([how that is known](../../tests/faults/truth.py)). One API and one worker are never hit: what they weigh is the measure
of what grows.

| what | figure |
|---|---|
{rows}

{machine}. Repeat it: `make soak` (SOAK_MINUTES, SOAK_SEED).
"""


@pytest.mark.parametrize(
    ("seconds", "faults"),
    [
        pytest.param(6.0, ("worker killed", "API killed", "Redis killed, and all in it"), id="quick"),
        pytest.param(MINUTES * 60, (), id="long", marks=pytest.mark.faults),
    ],
)
async def test_everything_at_once_for_long(world: World, seconds: float, faults: Sequence[str]) -> None:
    """Acknowledged is kept, programs that are never hit do not grow, and whoever reads is answered in the end."""
    is_long, chance_of = not faults, random.Random(SEED)
    ports = [free_port(), free_port()]
    lives: list[str] = []
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False))
            for port in ports
        ]
        hosts = Hosts(world, ports, [App(client) for client in clients])
        started, *_ = await asyncio.gather(world.workers(3), hosts.start_api(0), hosts.start_api(1))
        spared, hosts.workers = started[0], started[1:]
        chance, scale = Chance(world, hosts, chance_of), Scale({"API": hosts.apis[1].pid, "worker": spared.pid})
        readers = [Reader(clients, lambda: lives, 0.2, random.Random(SEED + n)) for n in range(READERS)]
        listeners = [Listener(f"person-{n}", ports) for n in range(LISTENERS)]
        for number in range(LISTENERS):
            await _live(hosts, lives, number)
        await stack.enter_async_context(listening(listeners))
        going_on = [asyncio.create_task(each.read()) for each in readers] + [asyncio.create_task(scale.weigh())]
        try:
            ends_at = time.monotonic() + seconds
            living = asyncio.create_task(_live_on(hosts, lives, ends_at, pause_s=A_LIFE_S if is_long else 0.5))
            await _strike_on(chance, ends_at, faults)
            await living
            answered = [len(each.waits_s) for each in readers]
            async with asyncio.timeout(PATIENCE_S):  # when all is back, everybody is answered
                while not all(len(e.waits_s) > before for e, before in zip(readers, answered, strict=True)):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        finally:
            for task in going_on:
                task.cancel()
            await asyncio.gather(*going_on, return_exceptions=True)
        world.hit_at = time.monotonic()
        await world.at_rest(patience_s=PATIENCE_S + seconds)
        await world.stop(spared, *hosts.workers)
    figures = _figures(hosts, chance, scale, readers, lives)
    for name, value in figures.items():
        world.note(name, value)
    async with world.owner() as owner:
        await nothing_lost_or_doubled(owner)
        async with world.opened() as spectrum:
            await same_as_twins(spectrum, owner, lives[:TWINS], weeks=WEEKS)
    if is_long:
        _require_flat(scale)
        if "REPORT" in os.environ:
            _report(Path(os.environ["REPORT"]), figures)


async def _live(hosts: Hosts, lives: list[str], number: int) -> None:
    """Hand over somebody's life; they are read once all of it is acknowledged."""
    name = f"person-{number}"
    life = told(name, weeks=WEEKS)
    await hosts.send(life, number)
    assert {each["sessionKey"] for each in life} <= hosts.acknowledged()
    lives.append(name)


async def _live_on(hosts: Hosts, lives: list[str], ends_at: float, *, pause_s: float) -> None:
    number = len(lives)
    while time.monotonic() < ends_at:
        await _live(hosts, lives, number)
        number += 1
        await asyncio.sleep(pause_s)


async def _strike_on(chance: Chance, ends_at: float, faults: Sequence[str]) -> None:
    """The named faults, or any by chance until it ends; the last one leaves some time to recover."""
    for name in faults:
        await chance.strike(name)
        await asyncio.sleep(1)
    while not faults and time.monotonic() < ends_at - CALM_S[1]:
        await asyncio.sleep(chance.random.uniform(*CALM_S))
        await chance.strike()


def _figures(
    hosts: Hosts, chance: Chance, scale: Scale, readers: Sequence[Reader], lives: Sequence[str]
) -> dict[str, str]:
    waits = sorted(wait for reader in readers for wait in reader.waits_s)
    cuts = [statistics.median(waits), waits[int(len(waits) * 0.95)], waits[int(len(waits) * 0.99)]]
    limit = ENVELOPES["api.uncached.p99"].limit
    within = "within" if cuts[2] * 1000 <= limit else "over"
    weights = {
        f"{name} that was never hit: after the first quarter, at the end, at most": " / ".join(
            f"{each:.0f} MiB" for each in (mib[len(mib) // 4], mib[-1], max(mib))
        )
        for name, mib in scale.mib.items()
    }
    return {
        "people, sessions acknowledged": f"{len(lives):,}, {len(hosts.acknowledged()):,}",
        **{name: f"{count} times" for name, count in sorted(chance.happened.items())},
        "batches that had to be sent again": f"{hosts.refused:,}",
        "screens answered": f"{len(waits):,}",
        "… after, with all that was asked again: p50 / p95 / p99": " / ".join(f"{cut * 1000:.0f} ms" for cut in cuts),
        "… against the envelope of uncached ones, p99": f"{within} {limit:,.0f} ms",
        "requests that a lost host left without an answer, asked again": f"{sum(e.unanswered for e in readers):,}",
        "answers with an error while the database was away, asked again": f"{sum(e.failed for e in readers):,}",
        **weights,
    }


def _require_flat(scale: Scale) -> None:
    for name, mib in scale.mib.items():
        minute, quarter = max(1, int(60 / LOOK_S)), len(mib) // 4
        early, late = statistics.median(mib[quarter : quarter + minute]), statistics.median(mib[-minute:])
        assert late <= early * GROWN + 8, (name, mib)


def _report(path: Path, figures: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    machine = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {platform.machine()}, shared with others"
    page = _PAGE.format(minutes=MINUTES, readers=READERS, listeners=LISTENERS, seed=SEED, rows=rows, machine=machine)
    path.write_text(page)
