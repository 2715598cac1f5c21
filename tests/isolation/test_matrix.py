"""Every field of every id and every cursor of two people, at both endpoints: whoever does not own it sees nothing."""

import base64
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.access import Role
from app.wiring import Spectrum
from tests.client import Client, instant
from tests.conftest import AUTH_SECRET
from tests.graphql.documents import about_a_node, id_positions
from tests.isolation.asking import ENDPOINTS, LISTS, PATHS, Shown, questions, schema_of, shown_to
from tests.isolation.people import Somebody, furnished, revealed
from tests.life import PERSONAL, snapshot

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class World:
    """Two people, and what each is shown."""

    people: tuple[Somebody, Somebody]
    shown: tuple[Shown, Shown]
    client: Client

    def both_ways(self) -> list[tuple[Somebody, Somebody, Shown]]:
        """Who asks, whose it is, and what the other is shown."""
        (one, two), (of_one, of_two) = self.people, self.shown
        return [(one, two, of_two), (two, one, of_one)]


@pytest.fixture(scope="module")
async def world(spectrum: Spectrum, owner: Any) -> AsyncIterator[World]:
    """Give two people with different lives, and everything that either is shown."""
    one = await furnished(spectrum, owner, f"one-{uuid4()}")
    two = await furnished(spectrum, owner, f"two-{uuid4()}", apart=timedelta(days=1, minutes=17))
    async with Client.of(spectrum, AUTH_SECRET) as client:
        yield World((one, two), (await shown_to(client, one.subject), await shown_to(client, two.subject)), client)


@pytest.mark.parametrize("path", PATHS)
async def test_every_field_of_every_id_is_its_owners(
    world: World, path: str, record_property: Callable[[str, object], None]
) -> None:
    """All fields of each id answer its owner; the other gets null, and nothing under `viewer` holds it either."""
    pairs = 0
    kinds: set[str] = set()
    for me, other, theirs in world.both_ways():
        for question in questions(path, theirs):
            own, found = [
                await world.client.post(
                    question.document, question.variables, subject=each.subject, roles=ENDPOINTS[path], path=path
                )
                for each in (other, me)
            ]
            assert "errors" not in own, (question, own)
            if question.variables:
                assert own["data"]["node"]["id"] == question.variables["id"]
                assert found == {"data": {"node": None}}, question
                kinds.add(question.name)
                pairs += question.fields
            assert not set(revealed(found)) & other.all_ids, question
    node: Any = schema_of(path).type_map["Node"]
    assert kinds == {type_.name for type_ in schema_of("/graphql").get_implementations(node).objects}
    assert pairs > 1_000
    record_property("fields x ids", pairs)


async def test_the_team_reads_no_id_of_anybody(world: World) -> None:
    """Neither the app's own service nor an admin sees more by an id than any stranger: null."""
    for _, _, theirs in world.both_ways():
        for name, id_ in theirs.ids:
            document = about_a_node(schema_of("/ops/graphql"), name)
            for role in (Role.SERVICE, Role.ADMIN):
                found = await world.client.post(
                    document, {"id": id_}, subject="team", roles=(role,), path="/ops/graphql"
                )
                assert found == {"data": {"node": None}}, (name, role)


async def test_a_cursor_of_another_leads_to_ones_own(world: World) -> None:
    """Each list given each cursor of another, of the same list or a different one, shows one's own rows or refuses."""
    asked = 0
    for me, other, theirs in world.both_ways():
        for _, cursor in theirs.cursors:
            for document in LISTS.values():
                found = await world.client.post(document, {"after": cursor}, subject=me.subject)
                known = set(revealed(found)) - set(revealed(cursor))
                assert not known & other.all_ids
                asked += 1
    assert asked > 200


def _changed(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text))
    return text[:place] + rng.choice("ABCDEFGHabcdefgh01234567-_") + text[place + 1 :]


@pytest.mark.parametrize("places", [pytest.param(4, id="quick"), pytest.param(12, marks=pytest.mark.faults)])
async def test_what_was_tampered_with_shows_nothing_of_another(world: World, places: int) -> None:
    """Ids with a changed letter or another type's name, and changed cursors, lead to null, a refusal or one's own.

    So many places of each cursor are changed, and a quarter of them of each id; which ones a seed says.
    """
    rng = random.Random(6)
    document = "query($id: ID!) { node(id: $id) { __typename id } }"
    for me, other, theirs in world.both_ways():
        names = sorted({name for name, _ in theirs.ids})
        for name, id_ in theirs.ids:
            key = base64.urlsafe_b64decode(id_ + "=" * (-len(id_) % 4)).decode().partition(":")[2]
            renamed = [base64.urlsafe_b64encode(f"{each}:{key}".encode()).decode() for each in rng.sample(names, 3)]
            renamed = [each for each in renamed if each.rstrip("=") != id_]
            for tampered in [*renamed, *(_changed(id_, rng) for _ in range(places // 4))]:
                found = await world.client.post(document, {"id": tampered}, subject=me.subject)
                assert found == {"data": {"node": None}}, (name, tampered)
        for list_, cursor in theirs.cursors[:: len(theirs.cursors) // 40 + 1]:
            for _ in range(places):
                tampered = _changed(cursor, rng)
                found = await world.client.post(LISTS[list_], {"after": tampered}, subject=me.subject)
                assert not (set(revealed(found)) - set(revealed(tampered))) & other.all_ids


PREVIEW = """query($id: ID!) { viewer { spectrum { exclusionPreview(input: {range: {month: "2026-06"}, %s}) {
  sessionsAffected changes { label } rewritten { id } token } } } }"""
GIVEN = {
    "Query.node(id)": "query($id: ID!) { node(id: $id) { id } }",
    "Query.nodes(ids)": "query($id: ID!) { nodes(ids: [$id]) { id } }",
    "UnregisterDeviceInput.deviceId": """mutation($id: ID!) { unregisterDevice(input: {deviceId: $id}) {
      userErrors { code } deviceId } }""",
    "EventInput.subjectId": """mutation($id: ID!, $key: UUID!) { trackEvents(input: {appVersion: "1.0", platform: WEB,
      events: [{id: $key, name: PUSH_OPENED, occurredAt: "NOW", subjectId: $id}]}) {
      userErrors { code } accepted duplicates } }""".replace("NOW", instant(datetime.now(UTC))),
    "MarkSeenInput.insightIds": """mutation($id: ID!) { markInsightsSeen(input: {insightIds: [$id]}) {
      userErrors { code } } }""",
    "CancelResetInput.operationId": """mutation($id: ID!) { cancelReset(input: {operationId: $id}) {
      userErrors { code } operation { id } } }""",
    "CorrectSessionInput.sessionId": """mutation($id: ID!) { correctSession(input: {sessionId: $id, valence: 0.5}) {
      userErrors { code } session { id } } }""",
    "InsightFeedbackInput.insightId": """mutation($id: ID!) { giveInsightFeedback(input: {insightId: $id,
      verdict: NOT_QUITE}) { userErrors { code } insight { id } } }""",
    "ExclusionTargetInput.sessionId": """mutation($id: ID!, $key: UUID!) { excludeFromSpectrum(input: {
      idempotencyKey: $key, targets: [{sessionId: $id}]}) { userErrors { code } exclusions { id } } }""",
    "ExclusionPreviewInput.removeExclusionIds": PREVIEW % "removeExclusionIds: [$id]",
    "RemoveExclusionsInput.exclusionIds": """mutation($id: ID!, $key: UUID!) { removeExclusions(input: {
      idempotencyKey: $key, exclusionIds: [$id]}) { userErrors { code } exclusions { id } } }""",
}
"""A document for every place of the public schema that takes an id."""
TEAMS = {
    "Ops.job(id)",
    "JobsInput.ids",
    "Ops.promptRevision(id)",
    "ActivatePromptRevisionInput.revisionId",
    "ActivatePromptRevisionInput.expectedActive",
    "SetBudgetInput.budgetId",
    "Ops.reproduceInsight(insightId)",
    "WithdrawInsightInput.insightId",
    "Ops.rubricReport(revisionId)",
    "ScoreInsightInput.insightId",
    "ScoreInsightInput.rubricId",
    "Ops.nextBlindPair(reviewId)",
    "OpenBlindReviewInput.a",
    "OpenBlindReviewInput.b",
    "OpenBlindReviewInput.rubricId",
    "CloseBlindReviewInput.reviewId",
    "Ops.webhookDeliveries(endpointId)",
    "UpsertWebhookInput.id",
    "RedeliverInput.deliveryId",
}
"""Places of the team's schema alone: of jobs, revisions, budgets, reviews, webhooks, and texts made again."""


def test_every_place_for_an_id_is_tried() -> None:
    """A new argument or input with an id fails here until it stands in `GIVEN`."""
    assert set(id_positions(schema_of("/graphql"))) == set(GIVEN)
    assert set(id_positions(schema_of("/ops/graphql"))) - set(GIVEN) == TEAMS


@pytest.mark.parametrize("place", GIVEN)
async def test_an_id_of_another_is_as_good_as_none(world: World, owner: Any, place: str) -> None:
    """Wherever an id can be given, one of another person is answered as one that never was, and changes nothing."""
    document = GIVEN[place]
    tables = [row["name"] for row in await owner.fetch(PERSONAL)]
    for me, other, theirs in world.both_ways():
        before = await snapshot(owner, tables, other.at.id)
        for name, id_ in theirs.ids:
            unknown = base64.urlsafe_b64encode(f"{name}:{UNKNOWN}".encode()).decode().rstrip("=")
            answers = []
            for given in (id_, unknown):
                variables = {"id": given} | ({"key": str(uuid4())} if "$key" in document else {})
                answers.append(await world.client.post(document, variables, subject=me.subject))
            assert answers[0] == answers[1], (place, name)
            assert not set(revealed(answers[0])) & other.all_ids
        assert await snapshot(owner, tables, other.at.id) == before


@pytest.mark.parametrize("argument", ["removeExclusionIds: [$id]", "add: [{sessionId: $id}]"])
async def test_a_preview_shows_nothing_of_another(world: World, argument: str) -> None:
    """Asked what another's ids would change, a preview says what nothing would."""
    for me, other, theirs in world.both_ways():
        for name, id_ in theirs.ids:
            found = await world.client.post(PREVIEW % argument, {"id": id_}, subject=me.subject)
            assert not set(revealed(found)) & other.all_ids, (name, found)


TAKE_UP = """mutation($key: UUID!, $token: String, $targets: [ExclusionTargetInput!]) {
  excludeFromSpectrum(input: {idempotencyKey: $key, previewToken: $token, targets: $targets}) {
    userErrors { code } exclusions { id } } }"""
TOKEN = """{ viewer { spectrum { exclusionPreview(input: {range: {month: "2026-06"},
  add: [{dates: {from: "2026-06-10", to: "2026-06-10"}}]}) { token } } } }"""


async def test_another_cannot_take_up_a_token_or_a_key(world: World) -> None:
    """A preview's token of another is refused, and another's idempotency key says nothing of their answer."""
    for me, other, _ in world.both_ways():
        shown = (await world.client.ask(TOKEN, subject=other.subject))["viewer"]["spectrum"]["exclusionPreview"]
        given = {"key": str(uuid4()), "token": shown["token"]}
        found = (await world.client.ask(TAKE_UP, given, subject=me.subject))["excludeFromSpectrum"]
        assert found["userErrors"]
        assert not found["exclusions"]
        targets = [{"dates": {"from": "2026-06-11", "to": "2026-06-11"}}]
        given = {"key": str(other.first("idempotency_key")), "targets": targets}
        mine = await world.client.ask(TAKE_UP, given, subject=me.subject)
        assert mine["excludeFromSpectrum"]["userErrors"] == []
        assert not set(revealed(mine)) & other.all_ids
