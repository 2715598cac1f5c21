"""An installation on several hosts, some of which are lost, and the app's server before them. Checks nothing."""

import asyncio
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.harness import PATIENCE_S, PAUSE_S, World
from tests.faults.listening import Listener
from tests.faults.sending import SENDERS, App, Batch
from tests.programs import end, freeze, ledger_name, thaw

_TAKEN_OVER = "SELECT NOT EXISTS (SELECT FROM job WHERE status = 'RUNNING' AND worker = $1)"


@dataclass
class Hosts:
    """The processes of an installation on several hosts, and the app's server before them."""

    world: World
    ports: Sequence[int]
    apps: list[App]
    apis: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    sent_again_s: list[float] = field(default_factory=list)
    taken_over_s: list[float] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)
    refused: int = 0

    async def start_api(self, place: int) -> None:
        """Start an API, and wait until it serves."""
        api = self.world.start("api", environment={"SPECTRUM_PORT": str(self.ports[place])})
        self.apis[place] = api
        await self.apps[place].ready()

    async def send(self, batch: Batch, first: int) -> None:
        """Hand a batch over, to the other host when one does not answer."""
        began = time.monotonic()
        for place in range(10_000):
            app = self.apps[(first + place) % len(self.apps)]
            await app.send(batch)
            if all(each["sessionKey"] in app.acknowledged for each in batch):
                if place:
                    self.sent_again_s.append(time.monotonic() - began)
                return
            self.refused += 1
            await asyncio.sleep(PAUSE_S)

    async def send_all(self, batches: Sequence[Batch]) -> None:
        """Hand all batches over, several at once, to both hosts in turns."""
        gate = asyncio.Semaphore(SENDERS)

        async def send(batch: Batch, place: int) -> None:
            async with gate:
                await self.send(batch, place)

        async with asyncio.TaskGroup() as group:
            for place, batch in enumerate(batches):
                group.create_task(send(batch, place))

    def acknowledged(self) -> set[str]:
        """Every session that any of the hosts acknowledged."""
        return {key for app in self.apps for key in app.acknowledged}

    async def lose_worker(self, *, hasten: bool) -> None:
        """Kill a worker in the middle of three jobs or more, and wait until others have them."""
        lost, *_ = await self.world.caught_one(*self.workers)
        end(lost)
        self.workers.remove(lost)
        began = time.monotonic()
        if hasten:
            await self.world.hasten()
        await self.world.until(_TAKEN_OVER, ledger_name(lost))
        self.taken_over_s.append(time.monotonic() - began)

    async def lose_api(self, place: int, listeners: Sequence[Listener]) -> float:
        """Kill an API in the middle of requests, and wait until its screens are open at the other; when all are."""
        api, app = self.apis[place], self.apps[place]
        async with asyncio.timeout(PATIENCE_S):
            while True:
                freeze(api.pid)
                await asyncio.sleep(PAUSE_S)  # whoever hands something over now, or has just done so, is not answered
                if app.sending:
                    break
                thaw(api.pid)
                await asyncio.sleep(PAUSE_S)
        end(api)
        died = time.monotonic()
        there = [each for each in listeners if each.opened[-1][1] == self.ports[place]]
        async with asyncio.timeout(PATIENCE_S):
            while not all(each.opened[-1][0] > died for each in there):  # noqa: ASYNC110 - each is a task of its own
                await asyncio.sleep(PAUSE_S)
        self.back_s += [each.opened[-1][0] - died for each in there]
        return time.monotonic()
