"""Phones that outlive the loss of a host: they come back at another one and go on listening. Checks nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from tests.phones import EVENTS, PATIENCE_S, Phone

AGAIN_S = 0.1
"""A real phone waits longer, and differently each time."""


@dataclass
class Listener:
    """Somebody's open screen. It begins at the first of `ports` and goes on to the next when a socket ends."""

    subject: str
    ports: Sequence[int]
    opened: list[tuple[float, int]] = field(default_factory=list)
    """When it began to listen, and where."""
    heard: list[tuple[float, str]] = field(default_factory=list)
    """When it was told of a change, and to which revision."""

    async def listen(self) -> None:
        """Listen until cancelled."""
        place = 0
        while True:
            port = self.ports[place % len(self.ports)]
            try:
                async with Phone.of(self.subject, port) as phone:
                    await phone.ask(EVENTS)
                    self.opened.append((time.monotonic(), port))
                    while True:
                        revision = (await phone.event())["dataRevision"]
                        self.heard.append((time.monotonic(), revision))
            except (OSError, WebSocketException):  # refused, or ended in the middle
                place += 1
            except TimeoutError:  # nothing to be told of for long
                continue
            await asyncio.sleep(AGAIN_S)

    def heard_since(self, moment: float) -> bool:
        """Whether it was told of a change after `moment`."""
        return any(at > moment for at, _ in self.heard)


@asynccontextmanager
async def listening(listeners: Sequence[Listener]) -> AsyncIterator[None]:
    """Let all of them listen for the length of the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each.listen()) for each in listeners]
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not all(each.opened for each in listeners):  # noqa: ASYNC110 - each is a task of its own
                    await asyncio.sleep(0.01)
            yield
        finally:
            for task in tasks:
                task.cancel()
