"""An answer is of one moment and one revision, whatever happens while it is made."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.storage.store import StorageUnavailable, Store, Tx
from app.wiring import Spectrum
from tests.client import Client, session
from tests.conftest import AUTH_SECRET
from tests.life import JUNE, take, who


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
