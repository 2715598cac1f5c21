"""One person's transaction sees and changes one person's rows, whatever the statement says."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.domain.exclusions import ExclusionTarget
from app.embedded import Servers
from app.jobs import monthly_narrative, reset
from app.pipeline import exclude, forget
from app.storage.forgetting import operations
from app.storage.forgetting.operations import ResetScope
from app.storage.jobs import ledger
from app.wiring import Spectrum
from tests.life import JUNE, PERSONAL, at, database_url, furnish, lived, rows_of, say_how_it_was

NOBODYS = UUID(int=0)
REFUSED = (
    r"row-level security|permission denied for table"
    r" (model_call|rubric_score|shadow_text|blind_\w+|device|webhook_delivery)"
)
"""Calls of models, scores and pairs are kept for people, never by them: the role may not do that to anybody."""


@pytest.fixture(scope="module")
async def two(spectrum: Spectrum, owner: Any) -> tuple[UUID, UUID]:
    """Give two people with rows in every store."""
    found = []
    for key in (f"left-{uuid4()}", f"right-{uuid4()}"):
        person_id = await lived(spectrum, owner, key, weeks=5)
        person = await at(owner, person_id)
        await exclude.exclude(spectrum.ports, person, uuid4(), [ExclusionTarget(first=JUNE.date(), last=JUNE.date())])
        await say_how_it_was(spectrum, person)
        await forget.request(spectrum.ports, person, ResetScope.DERIVED, uuid4())
        async with spectrum.ports.store.for_person(person_id) as tx:
            await ledger.keep_jobs(tx, [monthly_narrative(person, JUNE.date(), revision=-1)])
        found.append(person_id)
    for person_id in found:
        await furnish(spectrum, await at(owner, person_id))
    return found[0], found[1]


async def test_both_have_rows_in_every_store(owner: Any, two: tuple[UUID, UUID]) -> None:
    """What follows would hold for an empty table too; none is."""
    for person_id in two:
        empty = [name for name, count in (await rows_of(owner, person_id)).items() if not count]
        assert empty == []


async def test_nobody_else_is_seen(spectrum: Spectrum, owner: Any, two: tuple[UUID, UUID]) -> None:
    """Every personal table shows a person all of their own rows and no other, with no WHERE at all."""
    mine, _ = two
    own = await rows_of(owner, mine)
    async with spectrum.ports.store.for_person(mine) as tx:
        for table in await owner.fetch(PERSONAL):
            rows = await tx.fetch(f"SELECT {table['key']} AS person FROM {table['name']}")
            seen = [row["person"] for row in rows if row["person"] is not None]
            assert set(seen) == {mine}, table["name"]
            assert len(seen) == own[table["name"]], table["name"]
            assert len(rows) == len(seen) or table["name"] == "job", table["name"]


async def test_a_reset_is_seen_by_who_asked_for_it(spectrum: Spectrum, two: tuple[UUID, UUID]) -> None:
    """A reset's job belongs to nobody, and still only its own person sees it, or may ask for one."""
    mine, theirs = two
    async with spectrum.ports.store.for_person(theirs) as tx:
        (other,) = await operations.list_page(tx, theirs, first=10, after=None)
    async with spectrum.ports.store.for_person(mine) as tx:
        (operation,) = await operations.list_page(tx, mine, first=10, after=None)
        rows = await tx.fetch("SELECT scope->>'operation_id' AS operation FROM job WHERE person_id IS NULL")
        assert [row["operation"] for row in rows] == [str(operation.id)]
    foreign = replace(reset(other.id), key="reset:again")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with spectrum.ports.store.for_person(mine) as tx:
            await ledger.keep_jobs(tx, [foreign])


async def test_nobody_elses_rows_are_changed(spectrum: Spectrum, owner: Any, two: tuple[UUID, UUID]) -> None:
    """UPDATE and DELETE of another person's rows touch nothing, and no row can be handed to another."""
    mine, theirs = two
    before = await rows_of(owner, theirs)
    for table in await owner.fetch(PERSONAL):
        name, key = table["name"], table["key"]
        for statement in (f"UPDATE {name} SET {key} = {key}", f"DELETE FROM {name}"):
            try:
                async with spectrum.ports.store.for_person(mine) as tx:
                    assert await tx.execute(f"{statement} WHERE {key} = $1", theirs) == 0, statement
            except asyncpg.InsufficientPrivilegeError:
                pass  # the role may not do this to anybody: just as good
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with spectrum.ports.store.for_person(mine) as tx:
                await tx.execute(f"UPDATE {name} SET {key} = $1", theirs)
    assert await rows_of(owner, theirs) == before


async def test_nothing_can_be_kept_as_another(spectrum: Spectrum, owner: Any, two: tuple[UUID, UUID]) -> None:
    """An INSERT of a whole, valid row of another person is refused in every personal table."""
    mine, theirs = two
    for table in await owner.fetch(PERSONAL):
        name, key = table["name"], table["key"]
        row = await owner.fetchval(f"SELECT to_jsonb(t)::text FROM {name} t WHERE {key} = $1 LIMIT 1", theirs)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=REFUSED):
            async with spectrum.ports.store.for_person(mine) as tx:
                await tx.execute(
                    f"INSERT INTO {name} SELECT * FROM jsonb_populate_record(NULL::{name}, $1::text::jsonb)", row
                )


async def test_without_a_person_nothing_is_seen(
    spectrum: Spectrum, owner: Any, two: tuple[UUID, UUID], servers: Servers
) -> None:
    """The person role without a person sees 0 rows, also on a pooled connection that had a person before."""
    url = database_url(servers, await owner.fetchval("SELECT current_database()"))
    fresh = await asyncpg.connect(url, server_settings={"role": "spectrum_person"})
    try:
        for table in await owner.fetch(PERSONAL):
            assert await fresh.fetchval(f"SELECT count(*) FROM {table['name']}") == 0, table["name"]
    finally:
        await fresh.close()
    async with spectrum.ports.store.for_person(two[0]) as tx:
        used = await tx.fetchval("SELECT pg_backend_pid()")
        assert await tx.fetchval("SELECT count(*) FROM session") > 0
    async with spectrum.ports.store._client("person").transaction() as tx:
        assert await tx.fetchval("SELECT pg_backend_pid()") == used
        assert await tx.fetchval("SELECT current_setting('app.person', true)") == ""
        for table in await owner.fetch(PERSONAL):
            assert await tx.fetchval(f"SELECT count(*) FROM {table['name']}") == 0, table["name"]


async def test_a_person_nobody_knows_sees_nothing(spectrum: Spectrum, owner: Any, two: tuple[UUID, UUID]) -> None:
    """The gate of an unknown person shows 0 rows of every table."""
    assert two
    async with spectrum.ports.store.for_person(NOBODYS) as tx:
        for table in await owner.fetch(PERSONAL):
            assert await tx.fetchval(f"SELECT count(*) FROM {table['name']}") == 0, table["name"]


async def test_the_batch_gate_reads_no_words(spectrum: Spectrum, two: tuple[UUID, UUID]) -> None:
    """Everyone's gate sees that there are words, and is refused to read one."""
    async with spectrum.ports.store.for_everyone() as tx:
        assert await tx.fetchval("SELECT count(*) FROM sealed_text WHERE person_id = ANY($1)", list(two)) > 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with spectrum.ports.store.for_everyone() as tx:
            await tx.fetch("SELECT body FROM sealed_text")
