"""An API whose person transactions name no owner answers each person as the real one does, and nobody else's rows."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from app.embedded import Servers
from app.pipeline import export
from app.storage.store import Store
from app.wiring import Spectrum
from tests.client import BROWSER_KEYS, Client, instant
from tests.conftest import AUTH_SECRET
from tests.isolation.asking import ENDPOINTS, PATHS, Question, Shown, questions, schema_of, shown_to
from tests.isolation.loosened import Statements, loose_store
from tests.isolation.people import Somebody, furnished, revealed
from tests.life import PERSONAL, database_url, snapshot
from tests.stories.unzipping import taken


@dataclass(frozen=True)
class World:
    """Two people with what they are shown, and the API over three stores."""

    people: tuple[Somebody, Somebody]
    shown: tuple[Shown, Shown]
    strict: Client
    loose: Client
    unguarded: Client
    no_policy: Store
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
        yield World((mine, theirs), shown, strict, bare, open_, unguarded, loose.statements)


def _over(spectrum: Spectrum, store: Any) -> Spectrum:
    return replace(spectrum, ports=replace(spectrum.ports, store=store))


async def _ask(client: Client, question: Question, person: Somebody, path: str) -> dict[str, Any]:
    roles = ENDPOINTS[path]
    return await client.post(question.document, question.variables, subject=person.subject, roles=roles, path=path)


@pytest.mark.parametrize("path", PATHS)
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


OF_THE_MOMENT = ("everything/audit.jsonl", "README.txt")
"""What differs between two copies of the same: that each was asked for, and its day."""
JOBS = "everything/job.jsonl"
"""A reset's job is nobody's row, yet shown to whoever asked for it: there row-level security alone shows more."""


async def test_a_copy_is_as_if_the_owner_were_named(world: World) -> None:
    """File by file, `/export` gives over statements without an owner what it really gives, and nobody else's rows."""
    for me, other in (world.people, world.people[::-1]):
        real, bare = [(await taken(client, me.subject)).files for client in (world.strict, world.loose)]
        assert not set(revealed(bare)) & other.all_ids
        assert set(revealed(bare)) >= me.all_ids
        assert [len(files["words.jsonl"].splitlines()) for files in (real, bare)] == [len(me.ids["session"])] * 2
        of_resets = {*bare[JOBS].splitlines()} - {*real[JOBS].splitlines()}
        assert {UUID(orjson.loads(line)["scope"]["operation_id"]) for line in of_resets} == set(me.ids["operation"])
        assert {*real[JOBS].splitlines()} <= {*bare[JOBS].splitlines()}
        for name in (*OF_THE_MOMENT, JOBS):
            del real[name], bare[name]
        assert bare == real


async def test_without_row_level_security_a_copy_would_be_of_both(world: World, spectrum: Spectrum) -> None:
    """The same files, once no policy holds, are made of the other's rows, too, or break off over one of them."""
    me, other = world.people
    begun = await export.begin(_over(spectrum, world.no_policy).ports, me.at.id)
    found = {file.name: await _read(file.pieces) async for file in begun.files()}
    seen = {name for name, content in found.items() if content is None or set(revealed(content)) & other.all_ids}
    assert seen >= {"sessions.csv", "insights.csv", "left_out.csv", "words.jsonl", "everything/session.jsonl"}


async def _read(pieces: AsyncIterator[bytes]) -> bytes | None:
    """A file of a copy, None when it broke off: somebody was met whom nobody had asked for."""
    try:
        return b"".join([piece async for piece in pieces])
    except LookupError:
        return None


MUTATIONS = {
    "correct": """mutation($s: ID!) { correctSession(input: {sessionId: $s, valence: 0.5}) {
      userErrors { code } } }""",
    "exclude": """mutation($s: ID!, $key: UUID!) { excludeFromSpectrum(input: {idempotencyKey: $key,
      targets: [{sessionId: $s}]}) { userErrors { code } exclusions { id } } }""",
    "remove": """mutation($e: ID!, $key: UUID!) { removeExclusions(input: {idempotencyKey: $key,
      exclusionIds: [$e]}) { userErrors { code } exclusions { id } } }""",
    "say": """mutation($i: ID!) { giveInsightFeedback(input: {insightId: $i, verdict: NOT_QUITE}) {
      userErrors { code } } }""",
    "see": "mutation($i: ID!) { markInsightsSeen(input: {insightIds: [$i]}) { userErrors { code } } }",
    "tell": """mutation($key: UUID!) { trackEvents(input: {appVersion: "1.0", platform: WEB, events: [
      {id: $key, name: FEED_VIEWED, occurredAt: "NOW"}]}) { userErrors { code } } }""".replace(
        "NOW", instant(datetime.now(UTC))
    ),
    "forget": "mutation($d: ID!) { unregisterDevice(input: {deviceId: $d}) { userErrors { code } } }",
    "register": """mutation { registerDevice(input: {platform: WEB, appVersion: "1.0", locale: "en", timeZone: "UTC",
      webPush: {endpoint: "https://push.example/mine", p256dh: "P256DH", auth: "AUTH"}}) {
      userErrors { code } } }""".replace("P256DH", BROWSER_KEYS["p256dh"]).replace("AUTH", BROWSER_KEYS["auth"]),
    "choose": 'mutation { updateNotificationPreferences(input: {time: "07:00"}) { userErrors { code } } }',
    "call off": "mutation($o: ID!) { cancelReset(input: {operationId: $o}) { userErrors { code } operation { id } } }",
    "pause": "mutation { setSpectrumPaused(input: {paused: true}) { userErrors { code } } }",
    "resume": "mutation { setSpectrumPaused(input: {paused: false}) { userErrors { code } } }",
    "reset": """mutation($key: UUID!) { resetSpectrum(input: {idempotencyKey: $key, scope: EVERYTHING,
      confirmation: "RESET", immediately: true}) { userErrors { code } } }""",
}
PASSED_OVER = {"see"}
"""Where an id that is not one's own changes nothing and is no error."""
LATER = """mutation($key: UUID!) { resetSpectrum(input: {idempotencyKey: $key, scope: EVERYTHING,
  confirmation: "RESET"}) { operation { id } } }"""


def test_every_mutation_is_tried() -> None:
    """A new mutation fails here until it stands in `MUTATIONS`."""
    asked = set()
    for document in MUTATIONS.values():
        (operation,) = parse(document).definitions
        assert isinstance(operation, OperationDefinitionNode)
        asked |= {field.name.value for field in operation.selection_set.selections if isinstance(field, FieldNode)}
    mutations = schema_of("/graphql").mutation_type
    assert mutations is not None
    assert asked == set(mutations.fields)


async def _put_off(client: Client, person: Somebody) -> str:
    """Ask for a reset that waits its ten minutes; the operation's id."""
    answer = await client.ask(LATER, {"key": str(uuid4())}, subject=person.subject)
    operation_id: str = answer["resetSpectrum"]["operation"]["id"]
    return operation_id


async def test_no_mutation_without_an_owner_changes_another(world: World, owner: Any) -> None:
    """Every mutation, given the other's ids, is refused as ever; given none, it changes one's own rows alone."""
    me, other = world.people
    tables = [row["name"] for row in await owner.fetch(PERSONAL)]
    waiting = await _put_off(world.strict, other)
    before, own = [await snapshot(owner, tables, each.at.id) for each in (other, me)]
    theirs = dict(world.shown[1].ids[::-1])
    for name, document in MUTATIONS.items():
        given = {
            "s": theirs["Session"],
            "e": theirs["Exclusion"],
            "i": theirs["Insight"],
            "o": waiting,
            "d": theirs["Device"],
            "key": str(uuid4()),
        }
        variables = {key: value for key, value in given.items() if f"${key}:" in document}
        answer = await world.loose.post(document, variables, subject=me.subject)
        ((_, payload),) = answer["data"].items()
        refused = [error["code"] for error in payload["userErrors"]]
        named = {"s", "e", "i", "o", "d"} & set(variables) and name not in PASSED_OVER
        assert refused == (["NOT_FOUND"] if named else []), (name, answer)
        assert await snapshot(owner, tables, other.at.id) == before, name
    assert await snapshot(owner, tables, me.at.id) != own


async def test_one_calls_off_ones_own_reset_alone(world: World, owner: Any) -> None:
    """Both have one that waits; without an owner in any statement, a person's cancelling ends theirs, and only that."""
    me, other = world.people
    tables = [row["name"] for row in await owner.fetch(PERSONAL)]
    mine, _ = [await _put_off(world.strict, each) for each in (me, other)]
    before = await snapshot(owner, tables, other.at.id)
    answer = await world.loose.ask(MUTATIONS["call off"], {"o": mine}, subject=me.subject)
    assert answer == {"cancelReset": {"userErrors": [], "operation": {"id": mine}}}
    assert await snapshot(owner, tables, other.at.id) == before
