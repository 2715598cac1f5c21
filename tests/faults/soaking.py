"""What a soak is made of: screens that are read, faults that come by chance, and what programs weigh meanwhile.

Checks only that whoever is asked answers in GraphQL.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.programs import resident_mib
from tests.faults.harness import PAUSE_S, World
from tests.faults.hosts import Hosts
from tests.phones import token
from tests.programs import end, freeze, thaw

SCREEN = """
query Screen($from: Date!, $to: Date!) {
  viewer { spectrum {
    dataRevision
    landscape(range: {dates: {from: $from, to: $to}}, granularity: WEEK) {
      points { key sampleCount affect { valence { value low high } arousal { value low high } } }
    }
    insightFeed(first: 20) { nodes { id headline { text } body { text } } }
    distribution(by: SOURCE, range: {dates: {from: $from, to: $to}}) { slices { key count } }
  } }
}"""
TOLD = """
mutation Told($id: UUID!, $at: DateTime!) {
  trackEvents(input: {
    appVersion: "1.0", platform: WEB, events: [{id: $id, name: LANDSCAPE_VIEWED, occurredAt: $at}]
  }) { accepted }
}"""
RANGE = (date(2026, 4, 1), date(2026, 8, 31))
LOOK_S = 5.0
FROZEN_S = 12.0
"""Longer than a lease: whoever is thawed then finds that others have their jobs."""


@dataclass
class Reader:
    """Somebody at their screens, again and again, at whichever host answers."""

    clients: Sequence[httpx.AsyncClient]
    people: Callable[[], Sequence[str]]
    pause_s: float
    random: random.Random
    waits_s: list[float] = field(default_factory=list)
    unanswered: int = 0
    failed: int = 0
    """Answers with an error in them, asked for again."""

    async def read(self) -> None:
        """Read until cancelled: mostly the same picture as before, sometimes another one."""
        while True:
            if people := self.people():
                await self._look(self.random.choice(people))
            await asyncio.sleep(self.random.uniform(0, 2 * self.pause_s))

    async def _look(self, subject: str) -> None:
        first = RANGE[0].replace(day=self.random.choice((1, 1, 1, self.random.randint(1, 28))))
        variables = {"from": f"{first}", "to": f"{RANGE[1]}"}
        if await self._ask(subject, SCREEN, variables) and self.random.random() < 0.1:
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            await self._ask(subject, TOLD, {"id": str(uuid4()), "at": at}, counts=False)

    async def _ask(self, subject: str, document: str, variables: Mapping[str, str], *, counts: bool = True) -> bool:
        """Ask until somebody answers; whether it was without an error."""
        headers, began = {"authorization": f"Bearer {token(subject)}"}, time.monotonic()
        while True:
            client = self.random.choice(self.clients)
            try:
                answer = await client.post(
                    "/graphql", json={"query": document, "variables": variables}, headers=headers, timeout=30
                )
            except httpx.TransportError:
                self.unanswered += 1
                await asyncio.sleep(PAUSE_S)
                continue
            if answer.status_code == 429:  # it has asked more often than a person may
                return False
            told: Mapping[str, Any] = answer.json()
            if told.get("errors"):
                self.failed += 1
                await asyncio.sleep(PAUSE_S)
                continue
            if counts:
                self.waits_s.append(time.monotonic() - began)
            return True


@dataclass
class Scale:
    """What programs weigh, looked at every few seconds; those that are named are never lost."""

    pids: Mapping[str, int]
    mib: dict[str, list[float]] = field(default_factory=dict)

    async def weigh(self) -> None:
        """Look until cancelled."""
        while True:
            for name, pid in self.pids.items():
                self.mib.setdefault(name, []).append(resident_mib(pid))
            await asyncio.sleep(LOOK_S)


@dataclass
class Chance:
    """Faults, one after the other, each followed by what an operator or a supervisor does about it."""

    world: World
    hosts: Hosts
    random: random.Random
    happened: dict[str, int] = field(default_factory=dict)

    async def strike(self, name: str | None = None) -> None:
        """Let one of the faults happen, by chance or by name, and wait until what was lost is replaced."""
        faults: Mapping[str, Callable[[], Awaitable[None]]] = {
            "worker killed": self._kill_worker,
            "worker frozen for longer than its leases": self._freeze_worker,
            "worker ended": self._end_worker,
            "API killed": self._kill_api,
            "Redis killed, and all in it": self._kill_redis,
            "PostgreSQL crashed": self._crash_postgres,
        }
        name = name or self.random.choice(sorted(faults))
        self.happened[name] = self.happened.get(name, 0) + 1
        await faults[name]()

    async def _replace(self) -> None:
        self.hosts.workers += await self.world.workers(1)

    async def _kill_worker(self) -> None:
        end(self.hosts.workers.pop(0))
        await self._replace()

    async def _end_worker(self) -> None:
        await self.world.stop(self.hosts.workers.pop(0))
        await self._replace()

    async def _freeze_worker(self) -> None:
        frozen = self.hosts.workers[0]
        freeze(frozen.pid)
        await asyncio.sleep(FROZEN_S)
        thaw(frozen.pid)

    async def _kill_api(self) -> None:
        end(self.hosts.apis[0])
        await self.hosts.start_api(0)

    async def _kill_redis(self) -> None:
        os.kill(self.world.redis_pid(), signal.SIGKILL)
        await self.world.bring_back()

    async def _crash_postgres(self) -> None:
        await asyncio.to_thread(self.world.crash_postgres)
        await self.world.bring_back()
