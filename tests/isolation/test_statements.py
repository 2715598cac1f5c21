"""With its owner left out of every statement, storage still answers and changes one person's rows alone."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException

from app.embedded import Servers
from app.errors import SpectrumError
from app.storage.store import Store
from app.wiring import Spectrum
from tests.isolation.calls import Call, CannotFill, personal_calls
from tests.isolation.loosened import LooseStore, loose_store
from tests.isolation.people import Somebody, furnished, revealed
from tests.life import PERSONAL, database_url, rows_of, snapshot

CALLS = list(personal_calls())
ONLY_INSERT = {
    "people.keep_new_people",
    "history.numbers.keep",
    "history.corrections.keep",
    "history.exclusions.keep_new",
    "words.aggregates.keep",
}
"""What needs a whole value to insert: that none can be kept as another is tests/storage/test_isolation.py's."""
IN_A_JOIN = "USING ("
"""How the few other statements name whose rows they mean, which cannot be left out of them."""
SEEN = {
    "forgetting.operations.find",
    "history.exclusions.list_active",
    "history.numbers.list_numbers",
    "history.sessions.find_sealed",
    "words.aggregates.list_first_days",
    "words.writings.find",
}
"""Of every kind of row one function that must answer with another's, once nothing at all stands against it."""


class _Undone(Exception):
    """Rolls a transaction back."""


@dataclass(frozen=True)
class World:
    """Two people, the store as it is, the store that names no owner, and that without row-level security."""

    mine: Somebody
    theirs: Somebody
    strict: Store
    loose: LooseStore
    unguarded: LooseStore
    begun: datetime


@pytest.fixture(scope="module")
async def world(spectrum: Spectrum, owner: Any, servers: Servers) -> AsyncIterator[World]:
    """Give two people with different lives in one database, behind three stores."""
    mine = await furnished(spectrum, owner, f"mine-{uuid4()}")
    theirs = await furnished(spectrum, owner, f"theirs-{uuid4()}", apart=timedelta(days=1, minutes=17))
    url = database_url(servers, await owner.fetchval("SELECT current_database()"))
    begun: datetime = await owner.fetchval("SELECT clock_timestamp()")
    async with loose_store(url) as loose, loose_store(url, unguarded=True) as unguarded:
        yield World(mine, theirs, spectrum.ports.store, loose, unguarded, begun)


async def _answered(store: Store, call: Call, world: World, named: Somebody, *, keep: bool = False) -> str:
    """What a call answers inside one's own transaction, to be compared; undone unless `keep`."""
    answer: Any = None
    try:
        async with store.for_person(world.mine.at.id) as tx:
            answer = await call.function(tx, **call.arguments(world.mine, named, world.theirs))
            if not keep:
                _undo()
    except _Undone:
        pass
    except (asyncpg.PostgresError, BaseORMException, SpectrumError, LookupError) as error:
        return type(error).__name__  # LookupError: one's own rows were answered where only the other was asked for
    if isinstance(answer, dict):
        answer = list(answer.items())
    return _settled(repr(sorted(answer, key=repr) if isinstance(answer, list) else answer), world)


def _undo() -> None:
    raise _Undone


_MOMENT = re.compile(r"datetime\.datetime\((\d+), (\d+), (\d+), (\d+), (\d+)(?:, (\d+))?(?:, \d+)?, tzinfo=[\w.]+\)")


def _settled(text: str, world: World) -> str:
    """An answer without the ids and moments that each call makes anew."""
    known = {str(id_) for id_ in world.mine.all_ids | world.theirs.all_ids}
    moments = set()
    for match in _MOMENT.finditer(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        if datetime(year, month, day, hour, minute, second, tzinfo=UTC) >= world.begun.replace(microsecond=0):
            moments.add(match[0])
    new = {str(id_) for id_ in revealed(text)} - known
    for each in (*moments, *new):
        text = text.replace(each, "new")
    return text


def test_every_function_of_a_person_is_called(world: World) -> None:
    """Storage's functions are found by themselves; those that cannot be called with made-up values are named here."""
    unfilled = set()
    for call in CALLS:
        try:
            call.arguments(world.mine, world.theirs, world.theirs)
        except CannotFill:
            unfilled.add(call.name)
    assert unfilled <= ONLY_INSERT, "teach tests/isolation/calls.py what to call them with"
    assert len(CALLS) - len(unfilled) > 50


@pytest.fixture(scope="module")
def calls(world: World) -> list[Call]:
    """Give what can be called."""
    return [call for call in CALLS if call.name not in ONLY_INSERT]


async def test_every_answer_is_as_if_the_owner_were_named(
    world: World, owner: Any, calls: list[Call], record_property: Callable[[str, object], None]
) -> None:
    """Function by function, the answer of statements without an owner equals the real one's, and holds no other id."""
    different = []
    for call in calls:
        real = await _answered(world.strict, call, world, world.mine)
        bare = await _answered(world.loose, call, world, world.mine)
        if real != bare:
            different.append((call.name, real, bare))
        given = set(revealed(call.arguments(world.mine, world.mine, world.theirs)))
        assert not (set(revealed(bare)) - given) & world.theirs.all_ids, call.name
    assert different == []
    tables = {row["name"] for row in await owner.fetch(PERSONAL)}
    assert len(world.loose.statements.loosened) > 50
    named = [text for text in world.loose.statements.untouched if tables & set(text.replace('"', "").split())]
    assert [text for text in named if not (text.startswith("INSERT INTO") or IN_A_JOIN in text)] == []
    record_property("functions", len(calls))
    record_property("statements without an owner", len(world.loose.statements.loosened))


async def test_another_is_not_found_by_their_own_name(world: World, calls: list[Call]) -> None:
    """Asked outright for the other person, with all their ids, nothing of theirs is answered, owner named or not."""
    for call in calls:
        for store in (world.strict, world.loose):
            answer = await _answered(store, call, world, world.theirs)
            told = set(revealed(answer)) - set(revealed(call.arguments(world.mine, world.theirs, world.theirs)))
            assert not told & world.theirs.all_ids, call.name


async def test_without_row_level_security_they_would_be_seen(world: World, calls: list[Call]) -> None:
    """The same statements, by a login that no policy binds, do answer with another's rows: what holds above is RLS."""
    leaks = set()
    for call in calls:
        real = await _answered(world.strict, call, world, world.mine)
        if await _answered(world.unguarded, call, world, world.mine) != real:
            leaks.add(call.name)
    assert leaks >= SEEN
    assert len(leaks) > len(calls) / 3, "those that keep something answer with no rows"


async def test_nothing_of_another_is_changed(world: World, owner: Any, calls: list[Call]) -> None:
    """Every function that changes something, run to its end without an owner, leaves the other's rows as they were."""
    tables = [row["name"] for row in await owner.fetch(PERSONAL)]
    before = await snapshot(owner, tables, world.theirs.at.id)
    own = await snapshot(owner, tables, world.mine.at.id)
    assert all(before.values())
    for call in calls:
        for named in (world.mine, world.theirs):
            await _answered(world.loose, call, world, named, keep=True)
            assert await snapshot(owner, tables, world.theirs.at.id) == before, call.name
    assert await snapshot(owner, tables, world.mine.at.id) != own, "the calls do change rows"
    assert sum((await rows_of(owner, world.mine.at.id)).values()) < sum(map(len, own.values()))
