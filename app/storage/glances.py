"""Rows of people that many ask for, each for their own: those that are asked for at one time share a round trip.

Knows no table. Nobody waits for company: whoever asks while enough statements are on their way goes with the next.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from asyncpg import Record

MOST_UNDERWAY = 2
"""Statements of a process at a time; a second one, so that a slow first holds nobody up."""
MOST_TOGETHER = 100

_Waiting = tuple[UUID, "asyncio.Future[Record | None]"]


class Glances:
    """`fetch` is asked for the rows of several ids; each row has its `id`, and an id may have none."""

    def __init__(self, fetch: Callable[[str, list[UUID]], Awaitable[Sequence[Record]]]) -> None:
        self._fetch = fetch
        self._waiting: dict[str, deque[_Waiting]] = {}
        self._underway: set[asyncio.Task[None]] = set()
        self._is_about_to_start = False

    async def find(self, sql: str, id_: UUID) -> Record | None:
        """The row of an id, as it is after this was asked. Raises what `fetch` raises."""
        answer: asyncio.Future[Record | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(sql, deque()).append((id_, answer))
        if len(self._underway) < MOST_UNDERWAY and not self._is_about_to_start:
            self._is_about_to_start = True
            # in nobody's context: what goes together is no part of the first one's request
            asyncio.get_running_loop().call_soon(self._start, context=contextvars.Context())
        return await answer

    def _start(self) -> None:
        """Send as many statements as may be on their way."""
        self._is_about_to_start = False
        for sql in list(self._waiting):
            if len(self._underway) >= MOST_UNDERWAY:
                return
            waiting = self._waiting[sql]
            some = [waiting.popleft() for _ in range(min(len(waiting), MOST_TOGETHER))]
            if not waiting:
                del self._waiting[sql]
            some = [each for each in some if not each[1].done()]  # whoever has left needs no answer
            if not some:
                continue
            task = asyncio.ensure_future(self._answer(sql, some))
            self._underway.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._underway.discard(task)
        self._start()

    async def _answer(self, sql: str, some: Sequence[_Waiting]) -> None:
        """Answer each by its own row; where that fails, all hear of it."""
        try:
            rows = {row["id"]: row for row in await self._fetch(sql, list({id_ for id_, _ in some}))}
        except Exception as error:  # noqa: BLE001 - whatever it is, it is theirs who asked
            for _, answer in some:
                if not answer.done():
                    answer.set_exception(error)
                    answer.exception()  # whoever waited may have gone; asyncio would log it
            return
        except BaseException:
            for _, answer in some:
                answer.cancel()
            raise
        for id_, answer in some:
            if not answer.done():
                answer.set_result(rows.get(id_))
