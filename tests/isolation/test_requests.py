"""An API whose person transactions name no owner answers each person as the real one does, and nobody else's rows."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.embedded import Servers
from app.wiring import Spectrum
from tests.client import Client
from tests.conftest import AUTH_SECRET
from tests.isolation.asking import ENDPOINTS, Question, Shown, questions, shown_to
from tests.isolation.loosened import Statements, loose_store
from tests.isolation.people import Somebody, furnished, revealed
from tests.life import PERSONAL, database_url, snapshot


@dataclass(frozen=True)
class World:
    """Two people with what they are shown, and the API over three stores."""

    people: tuple[Somebody, Somebody]
    shown: tuple[Shown, Shown]
    strict: Client
    loose: Client
    unguarded: Client
    statements: Statements


@pytest.fixture(scope="module")
async def world(spectrum: Spectrum, owner: Any, servers: Servers) -> AsyncIterator[World]:
    """Give two people in one database, and one program over each store."""
    mine = await furnished(spectrum, owner, f"mine-{uuid4()}")
    theirs = await furnished(spectrum, owner, f"theirs-{uuid4()}", apart=timedelta(days=1, minutes=17))
    url = database_url(servers, await owner.fetchval("SELECT current_database()"))
    async with AsyncExitStack() as stack:
        loose = await stack.enter_async_context(loose_store(url))
        unguarded = await stack.enter_async_context(loose_store(url, unguarded=True))
        stores = (spectrum.ports.store, loose, unguarded)
        strict, bare, open_ = [
            await stack.enter_async_context(Client.of(_over(spectrum, each), AUTH_SECRET)) for each in stores
        ]
        shown = await shown_to(strict, mine.subject), await shown_to(strict, theirs.subject)
        yield World((mine, theirs), shown, strict, bare, open_, loose.statements)


def _over(spectrum: Spectrum, store: Any) -> Spectrum:
    return replace(spectrum, ports=replace(spectrum.ports, store=store))


async def _ask(client: Client, question: Question, person: Somebody, path: str) -> dict[str, Any]:
    roles = ENDPOINTS[path]
    return await client.post(question.document, question.variables, subject=person.subject, roles=roles, path=path)


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_every_field_answers_as_if_the_owner_were_named(
    world: World, path: str, record_property: Callable[[str, object], None]
) -> None:
    """All fields and all ids of both people, asked by either, are answered alike, and with nothing of the other."""
    pairs = 0
    for me, other in (world.people, world.people[::-1]):
        for question in questions(path, *world.shown):
            real = await _ask(world.strict, question, me, path)
            bare = await _ask(world.loose, question, me, path)
            assert bare == real, question
            assert not set(revealed(bare)) & other.all_ids, question
            pairs += question.fields
    assert len(world.statements.loosened) > 20
    record_property("fields asked", pairs)


async def test_without_row_level_security_they_would_be_seen(world: World) -> None:
    """The same program over the same statements, once no policy holds, shows one person the other's diary."""
    me, other = world.people
    seen = set()
    for question in questions("/graphql", *world.shown):
        answer = await _ask(world.unguarded, question, me, "/graphql")
        if set(revealed(answer)) & other.all_ids:
            seen.add(question.name)
    assert seen >= {"sessions", "exclusions", "operations", "insightFeed", "Session", "Exclusion", "DeletionReceipt"}


MUTATIONS = {
    "correct": """mutation($s: ID!) { correctSession(input: {sessionId: $s, valence: 0.5}) {
      userErrors { code } } }""",
    "exclude": """mutation($s: ID!, $key: UUID!) { excludeFromSpectrum(input: {idempotencyKey: $key,
      targets: [{sessionId: $s}]}) { userErrors { code } exclusions { id } } }""",
    "remove": """mutation($e: ID!, $key: UUID!) { removeExclusions(input: {idempotencyKey: $key,
      exclusionIds: [$e]}) { userErrors { code } exclusions { id } } }""",
    "pause": "mutation { setSpectrumPaused(input: {paused: true}) { userErrors { code } } }",
    "resume": "mutation { setSpectrumPaused(input: {paused: false}) { userErrors { code } } }",
    "reset": """mutation($key: UUID!) { resetSpectrum(input: {idempotencyKey: $key, scope: EVERYTHING,
      confirmation: "RESET", immediately: true}) { userErrors { code } } }""",
}


async def test_no_mutation_without_an_owner_changes_another(world: World, owner: Any) -> None:
    """Every mutation, given the other's ids, is refused as ever; given none, it changes one's own rows alone."""
    me, other = world.people
    tables = [row["name"] for row in await owner.fetch(PERSONAL)]
    before, own = [await snapshot(owner, tables, each.at.id) for each in (other, me)]
    theirs = dict(world.shown[1].ids[::-1])
    for name, document in MUTATIONS.items():
        given = {"s": theirs["Session"], "e": theirs["Exclusion"], "key": str(uuid4())}
        variables = {key: value for key, value in given.items() if f"${key}:" in document}
        answer = await world.loose.post(document, variables, subject=me.subject)
        ((_, payload),) = answer["data"].items()
        refused = [error["code"] for error in payload["userErrors"]]
        assert refused == (["NOT_FOUND"] if {"s", "e"} & set(variables) else []), (name, answer)
        assert await snapshot(owner, tables, other.at.id) == before, name
    assert await snapshot(owner, tables, me.at.id) != own
