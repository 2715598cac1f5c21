"""An answer is of one moment and one revision, whatever happens while it is made."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.domain.access import Caller, Role
from app.domain.periods import month_of
from app.jobs import Queue
from app.storage.store import StorageUnavailable, Store, Tx
from app.wiring import Spectrum
from graphql_schema.context import Context
from tests.client import Client, session
from tests.conftest import AUTH_SECRET
from tests.life import JUNE, take, who
from workers.runner import Runner


class _Overtaken(Store):
    """A store in which something is changed each time just before a moment is read, `times` times."""

    def __init__(self, store: Store, change: Callable[[], Awaitable[object]], *, times: int) -> None:
        self._whole = store
        self._change = change
        self._times = times

    @asynccontextmanager
    async def as_it_is(self, person_id: UUID) -> AsyncIterator[Tx]:
        if self._times:
            self._times -= 1
            await self._change()
        async with self._whole.as_it_is(person_id) as tx:
            yield tx

    async def glance(self, sql: str, person_id: UUID) -> Any:
        return await self._whole.glance(sql, person_id)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_change_between_the_head_and_the_reading_shows_as_a_whole(
    spectrum: Spectrum, owner: Any, person: str, times: int
) -> None:
    """The answer is that of one revision, with its own date and zone; nothing is remembered of it under another."""
    zones = iter(("Pacific/Kiritimati", "Pacific/Pago_Pago"))
    update = "UPDATE person SET zone = $2, revision = revision + 1 WHERE id = $1"
    person_id = who(spectrum, person)
    await take(spectrum, session(person, JUNE))

    async def change() -> None:
        await owner.execute(update, person_id, next(zones))

    store = _Overtaken(spectrum.ports.store, change, times=times)
    overtaken = replace(spectrum, ports=replace(spectrum.ports, store=store))
    document = """{ viewer { spectrum { dataRevision
      landscape(range: {preset: LAST_7_DAYS}) { period { to timeZone } excludedCount } } } }"""
    async with Client.of(overtaken, AUTH_SECRET) as client:
        headers = {"authorization": f"Bearer {client.token(person)}"}
        answers = [await client.http.get("/graphql", params={"query": document}, headers=headers) for _ in range(3)]
    found = [each.json()["data"]["viewer"]["spectrum"] for each in answers]
    head = await owner.fetchrow("SELECT epoch, revision, zone FROM person WHERE id = $1", person_id)
    assert "etag" not in answers[0].headers
    assert answers[1].headers["etag"] == answers[2].headers["etag"]
    for each in found:
        assert each["dataRevision"] == f"{head['epoch']}.{head['revision']}"
        assert each["landscape"]["period"] == {
            "to": f"{datetime.now(ZoneInfo(head['zone'])).date()}",
            "timeZone": head["zone"],
        }


class _Silent(Store):
    """A store whose moments cannot be read."""

    def __init__(self, store: Store) -> None:
        self._whole = store

    @asynccontextmanager
    async def as_it_is(self, person_id: UUID) -> AsyncIterator[Tx]:
        raise StorageUnavailable("Away.")
        yield  # what makes it a generator

    async def glance(self, sql: str, person_id: UUID) -> Any:
        return await self._whole.glance(sql, person_id)


async def test_reads_that_fail_together_are_told_by_the_answer_alone(spectrum: Spectrum, person: str) -> None:
    """Of reads that nobody waited for to the end asyncio logs nothing: such a line would hold what they read."""
    logged: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: logged.append(told))
    await take(spectrum, session(person, JUNE))
    silent = replace(spectrum, ports=replace(spectrum.ports, store=_Silent(spectrum.ports.store)))
    document = "{ viewer { spectrum { landscape(range: {preset: LAST_7_DAYS}) { excludedCount } } } }"
    async with Client.of(silent, AUTH_SECRET) as client:
        headers = {"authorization": f"Bearer {client.token(person)}"}
        answer = await client.http.get("/graphql", params={"query": document}, headers=headers)
    assert answer.json()["errors"]
    gc.collect()
    await asyncio.sleep(0)
    assert logged == []


def _asking(spectrum: Spectrum, person: str) -> Context:
    expires = datetime.now(UTC) + timedelta(hours=1)
    return Context(spectrum.ports, Caller(person, frozenset({Role.USER}), expires), "request")


async def test_a_fold_of_what_was_forgotten_is_nobody_elses(spectrum: Spectrum, person: str) -> None:
    """Whoever folds while all is to be read again folds what they asked for, and so does whoever comes later."""
    await take(spectrum, session(person, JUNE))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    slow = _Gated(spectrum.ports.store)
    context = _asking(replace(spectrum, ports=replace(spectrum.ports, store=slow)), person)
    early = asyncio.ensure_future(context.fold(month_of(JUNE.date())))
    for _ in range(5):
        await asyncio.sleep(0)
    assert slow.opened == 2, "the months, and what is left out of them"
    context.forget_reads()
    slow.gate.clear()
    late = asyncio.ensure_future(context.fold(month_of(JUNE.date())))
    found = [await early]
    slow.gate.set()
    found += [await late, await context.fold(month_of(JUNE.date()))]
    assert [each.session_count for each in found] == [1, 1, 1]


async def test_who_still_folds_when_the_moment_ends_is_ended_with_it(spectrum: Spectrum, person: str) -> None:
    """Nothing is read for an answer that has been given, and nothing that was read for it is kept."""
    await take(spectrum, session(person, JUNE))
    counted = _Gated(spectrum.ports.store)
    counting = replace(spectrum, ports=replace(spectrum.ports, store=counted))
    for turns in range(1, 40):
        context = _asking(counting, person)
        async with context.at_one_moment():
            late = asyncio.ensure_future(context.folds(month_of(JUNE.date())))
            for _ in range(turns):
                await asyncio.sleep(0)
        await asyncio.wait([late])
        ended_early = late.cancelled()
        assert ended_early or late.exception() is None
        assert ended_early or turns > 1, "the first read has not even been sent"
    assert counted.opened == 0


class _Gated(Store):
    """A store that counts the transactions opened beside a moment's, and holds them up while its gate is shut."""

    def __init__(self, store: Store) -> None:
        self._whole = store
        self.opened = 0
        self.gate = asyncio.Event()
        self.gate.set()

    @asynccontextmanager
    async def as_it_is(self, person_id: UUID) -> AsyncIterator[Tx]:
        async with self._whole.as_it_is(person_id) as tx:
            yield tx

    @asynccontextmanager
    async def for_person(self, person_id: UUID) -> AsyncIterator[Tx]:
        await self.gate.wait()
        self.opened += 1
        async with self._whole.for_person(person_id) as tx:
            yield tx
