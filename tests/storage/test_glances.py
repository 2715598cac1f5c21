"""Heads that many people ask for at one time are read together, and each gets their own."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from app.storage import people
from app.storage.glances import MOST_TOGETHER, MOST_UNDERWAY, Glances
from app.storage.store import DatabaseUrls, StorageUnavailable, Store
from app.wiring import Spectrum
from tests.client import session
from tests.life import JUNE, take, who

SQL = "SELECT"


class _Library:
    """Answers ids with themselves when it is let, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[UUID]] = []
        self.let = asyncio.Event()
        self.error: Exception | None = None

    async def fetch(self, _: str, ids: list[UUID]) -> Sequence[Any]:
        self.asked.append(ids)
        await self.let.wait()
        if self.error is not None:
            raise self.error
        return [{"id": id_} for id_ in ids if id_.int]


async def test_each_of_many_gets_their_own_head(spectrum: Spectrum, person: str) -> None:
    """Two hundred ask at once, half of whom are nobody: everybody hears of themselves alone."""
    names = [f"{person}-{number}" for number in range(100)]
    for name in names:
        await take(spectrum, session(name, JUNE))
    known = [who(spectrum, name) for name in names]
    ids = [id_ for pair in zip(known, (uuid4() for _ in known), strict=True) for id_ in pair]
    heads = await asyncio.gather(*(people.glance_head(spectrum.ports.store, id_) for id_ in ids))
    assert [head and head.person.id for head in heads] == [id_ if id_ in set(known) else None for id_ in ids]
    async with spectrum.ports.store.for_person(known[7]) as tx:
        seen = await people.see_head(tx, known[7])
    glanced = heads[2 * 7]
    assert glanced is not None
    assert seen is not None
    assert (glanced.data_revision, glanced.underway) == (seen.data_revision, seen.underway)


async def test_whoever_asks_later_hears_of_later(spectrum: Spectrum, person: str) -> None:
    """A head that is asked for after a change shows it, whatever else is on its way."""
    await take(spectrum, session(person, JUNE))
    person_id = who(spectrum, person)
    store = spectrum.ports.store
    for _ in range(20):
        others = [asyncio.ensure_future(people.glance_head(store, person_id)) for _ in range(5)]
        await asyncio.sleep(0)
        async with store.for_person(person_id) as tx:
            await people.keep_moved(tx, person_id)
            kept = await people.find_head(tx, person_id)
        glanced = await people.glance_head(store, person_id)
        assert glanced is not None
        assert kept is not None
        assert glanced.revision == kept.revision
        await asyncio.gather(*others)


async def test_nobody_waits_for_company_and_the_next_go_together() -> None:
    """Alone, one is asked for at once; while enough are on their way the others gather, up to a limit."""
    library = _Library()
    glances, ids = Glances(library.fetch), [uuid4() for _ in range(MOST_UNDERWAY + 2 * MOST_TOGETHER)]
    asking = []
    for id_ in ids[:MOST_UNDERWAY]:
        asking.append(asyncio.ensure_future(glances.find(SQL, id_)))
        await asyncio.sleep(0.01)
    asking += [asyncio.ensure_future(glances.find(SQL, id_)) for id_ in ids[MOST_UNDERWAY:]]
    await asyncio.sleep(0.01)
    assert [len(each) for each in library.asked] == [1] * MOST_UNDERWAY
    library.let.set()
    assert [row and row["id"] for row in await asyncio.gather(*asking)] == ids
    assert [len(each) for each in library.asked[MOST_UNDERWAY:]] == [MOST_TOGETHER, MOST_TOGETHER]


async def test_one_that_leaves_takes_nobody_along() -> None:
    """A request that is given up leaves the others their rows, of the same person too."""
    library = _Library()
    glances, shared = Glances(library.fetch), uuid4()
    asking = [asyncio.ensure_future(glances.find(SQL, shared)) for _ in range(3)]
    await asyncio.sleep(0.01)
    asking[1].cancel()
    library.let.set()
    first, left, last = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(left, asyncio.CancelledError)
    assert first == last == {"id": shared}


async def test_who_has_left_is_not_asked_for() -> None:
    """A request that was given up while it waited for its turn costs the database nothing."""
    library = _Library()
    glances, gone = Glances(library.fetch), uuid4()
    first = []
    for _ in range(MOST_UNDERWAY):
        first.append(asyncio.ensure_future(glances.find(SQL, uuid4())))
        await asyncio.sleep(0.01)
    waiting = [asyncio.ensure_future(glances.find(SQL, id_)) for id_ in (gone, uuid4(), gone)]
    await asyncio.sleep(0.01)
    waiting[0].cancel()
    waiting[2].cancel()
    library.let.set()
    await asyncio.gather(*first, *waiting, return_exceptions=True)
    assert gone not in {id_ for ids in library.asked for id_ in ids}
    assert len(library.asked) == MOST_UNDERWAY + 1


async def test_a_failure_is_everybodys_and_the_next_begins_anew() -> None:
    """All who went together hear of it; whoever asks then is answered."""
    library = _Library()
    glances = Glances(library.fetch)
    library.error = StorageUnavailable("away")
    library.let.set()
    failed = await asyncio.gather(*(glances.find(SQL, uuid4()) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in failed] == [StorageUnavailable] * 3
    library.error = None
    assert await glances.find(SQL, UUID(int=0)) is None


async def test_one_statement_sees_each_as_themselves(spectrum: Spectrum, owner: asyncpg.Connection) -> None:
    """The function that reads heads keeps row-level security: for nobody set, the person's role sees no row."""
    async with spectrum.ports.store.for_person(uuid4()) as tx:
        assert await tx.fetchval("SELECT count(*) FROM person") == 0
        assert await owner.fetchval("SELECT prosecdef FROM pg_proc WHERE proname = 'head'") is False


async def test_a_database_that_is_away_is_said_to_be() -> None:  # the last: two stores share Tortoise's fallback
    """Nobody answers at the address: every asker hears it in our words."""
    store = Store(DatabaseUrls.one("postgresql://nobody@127.0.0.1:1/nothing"))
    await store.open()
    try:
        found = await asyncio.gather(*(people.glance_head(store, uuid4()) for _ in range(3)), return_exceptions=True)
    finally:
        await store.close()
    assert [type(each) for each in found] == [StorageUnavailable] * 3
