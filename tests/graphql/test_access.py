"""Who may see what: every field of both endpoints, enumerated from the schema, asked by everyone there is."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, is_leaf_type

from app.domain.access import Role
from app.embedded import Servers
from app.wiring import Spectrum
from graphql_schema.access import Access
from graphql_schema.schema import build_schema
from tests.client import BROWSER_KEYS, HEAVY, LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.graphql.documents import about_the_viewer, arguments, named
from tests.life import owner_of, work_off

ENDPOINTS = {"/graphql": False, "/ops/graphql": True}
STAFF = frozenset({Role.ANALYST, Role.REVIEWER, Role.OPERATOR, Role.ADMIN})
ALLOWED: dict[str, frozenset[Role]] = {
    "ops": STAFF,
    "ingestSession": frozenset({Role.SERVICE}),
    "ingestSessions": frozenset({Role.SERVICE}),
    "eraseSessions": frozenset({Role.SERVICE}),
    "erasePerson": frozenset({Role.SERVICE}),
    "recordUpgrade": frozenset({Role.SERVICE}),
    "upsertWebhook": frozenset({Role.ADMIN}),
    "redeliver": frozenset({Role.OPERATOR, Role.ADMIN}),
    "enqueueJob": frozenset({Role.SERVICE, Role.OPERATOR, Role.ADMIN}),
    "retryJobs": frozenset({Role.OPERATOR, Role.ADMIN}),
    "discardJobs": frozenset({Role.OPERATOR, Role.ADMIN}),
    "openBlindReview": frozenset({Role.ADMIN}),
    "judgeBlindPair": frozenset({Role.REVIEWER, Role.ADMIN}),
    "closeBlindReview": frozenset({Role.ADMIN}),
    "setQueuePaused": frozenset({Role.OPERATOR, Role.ADMIN}),
    "setBudget": frozenset({Role.ADMIN}),
    "activatePromptRevision": frozenset({Role.ADMIN}),
    "withdrawInsight": frozenset({Role.REVIEWER, Role.ADMIN}),
    "scoreInsight": frozenset({Role.REVIEWER, Role.ADMIN}),
}
"""Root fields for some roles only; every other one is for anyone signed in, about themselves."""
FOR_ANYONE = {"verifyReceipt", "rateLimit"}
"""Root fields that need no account, since they are about nobody."""
ALIKE = {"entitlement", "glossary", "notificationPreferences", "spectrumTeaser"}
"""Fields that say the same of both people; who has Spectrum is shown no teaser."""
JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)


def _schema(path: str) -> GraphQLSchema:
    return build_schema(team=ENDPOINTS[path])._schema


def _roots(path: str) -> Iterator[tuple[str, str, str]]:
    """Give each root field as (kind, name, document that asks for it alone)."""
    schema = _schema(path)
    for kind, type_ in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items():
            below = "" if is_leaf_type(named(field)) else " { __typename }"
            yield kind, name, f"{kind} {{ {name}{arguments(field.args)}{below} }}"


ROOTS = [
    pytest.param(path, name, document, id=f"{path} {name}") for path in ENDPOINTS for _, name, document in _roots(path)
]


def _codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


@pytest.mark.parametrize(("path", "name", "document"), ROOTS)
async def test_every_root_field_knows_who_may_ask(
    client: Client, person: str, path: str, name: str, document: str
) -> None:
    """Nobody anonymous gets anything that is somebody's; a role gets what it is for and FORBIDDEN for the rest."""
    answer = await client.post(document, subject=None, path=path)
    if path == "/ops/graphql" or name not in FOR_ANYONE:
        assert _codes(answer) == ["UNAUTHENTICATED"]
        assert not any((answer.get("data") or {}).values())
    else:
        assert _codes(answer) == []
    for role in Role:
        answer = await client.post(document, subject=person, roles=(role,), path=path)
        allowed = role in ALLOWED.get(name, frozenset(Role)) and (path == "/graphql" or role is not Role.USER)
        assert _codes(answer) == ([] if allowed else ["FORBIDDEN"]), (role, answer)
        if not allowed:
            assert not any((answer.get("data") or {}).values())


def test_the_directive_says_what_is_checked() -> None:
    """The roles that a client reads in the schema are those that are let in."""
    for kind in (_schema("/ops/graphql").query_type, _schema("/ops/graphql").mutation_type):
        assert kind is not None
        for name, field in kind.fields.items():
            definition = field.extensions["strawberry-definition"]
            roles = [frozenset(each.roles) for each in definition.directives if isinstance(each, Access)]
            assert roles == ([ALLOWED[name]] if name in ALLOWED else []), name


async def test_the_public_endpoint_does_not_know_the_team(client: Client, person: str) -> None:
    """No name of the team's part can be read or asked for at the public endpoint, whatever the role."""
    public, team = _schema("/graphql"), _schema("/ops/graphql")
    hidden = set(team.type_map) - set(public.type_map)
    assert {"Ops", "Job", "Queue", "IngestSessionInput", "JobStatus"} <= hidden
    document = "{ __schema { types { name fields { name } inputFields { name } enumValues { name } } } }"
    for roles in ((Role.USER,), (Role.ADMIN, Role.SERVICE)):
        shown = (await client.post(document, subject=person, roles=roles))["data"]["__schema"]["types"]
        assert not hidden & {type_["name"] for type_ in shown}
        fields = {field["name"] for type_ in shown for field in type_["fields"] or []}
        assert not set(ALLOWED) & fields
        answer = await client.post("{ ops { queues { name } } }", subject=person, roles=roles)
        assert _codes(answer) == ["BAD_USER_INPUT"]


@dataclass(frozen=True)
class Owner:
    """Somebody with something behind every id and field."""

    subject: str
    ids: dict[str, str]
    job: str


@pytest.fixture(scope="module")
async def owner(spectrum: Spectrum, servers: Servers) -> AsyncIterator[Owner]:
    """Give a person with a month, cards, an exclusion put back and one that stands, and an operation with a receipt."""
    subject = f"owner-{uuid4()}"
    async with Client.of(spectrum, AUTH_SECRET) as client, owner_of(spectrum, servers) as database:
        days = [JULY + timedelta(days=day, hours=hour) for day in range(0, 27, 2) for hour in (0, 11)]
        await client.ingest(*(session(subject, day, HEAVY, LIGHT if day.hour == 9 else HEAVY) for day in days))
        await work_off(spectrum, database)
        reset = "mutation($key: UUID!) { resetSpectrum(input: {idempotencyKey: $key, scope: DERIVED,"
        reset += ' confirmation: "RESET", immediately: true}) { operation { id } } }'
        await client.ask(reset, {"key": str(uuid4())}, subject=subject)
        await work_off(spectrum, database)
        exclude = "mutation($key: UUID!) { excludeFromSpectrum(input: {idempotencyKey: $key,"
        exclude += " targets: [{source: TURN}]}) { exclusions { id } } }"
        await client.ask(exclude, {"key": str(uuid4())}, subject=subject)
        await work_off(spectrum, database)
        await client.ask(
            REGISTER, {"webPush": {"endpoint": f"https://push.example/{subject}", **BROWSER_KEYS}}, subject=subject
        )
        found = (await client.ask(IDS, subject=subject))["viewer"]
        jobs = await client.team("{ ops { jobs(first: 1) { nodes { id } } } }")
        yield Owner(subject, dict(_ids_in(found)), jobs["ops"]["jobs"]["nodes"][0]["id"])


REGISTER = """mutation($webPush: WebPushInput!) { registerDevice(input: {platform: WEB, appVersion: "1.0", locale: "en",
  timeZone: "UTC", webPush: $webPush}) { device { id } } }"""
IDS = """{ viewer { __typename id devices { __typename id } sessions(first: 1) { nodes { __typename id } }
  exclusions(first: 1) { nodes { __typename id } }
  operations(first: 1) { nodes { __typename id ... on ResetOperation { receipt { __typename id } } } }
  spectrum {
    insightFeed(first: 1) { nodes { __typename id headline { evidence { __typename id } } } }
    weeklySummary(week: "2026-W28") { __typename id } monthlySummary(month: "2026-07") { __typename id } } } }"""


def _ids_in(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _ids_in(each)
    elif isinstance(value, dict):
        if "id" in value:
            yield value["__typename"], value["id"]
        for each in value.values():
            yield from _ids_in(each)


async def test_every_id_leads_its_owner_back_and_nobody_else(client: Client, owner: Owner, person: str) -> None:
    """Each type with an id answers `node` to its owner; another person and every role of the team get null."""
    schema = _schema("/graphql")
    node: Any = schema.type_map["Node"]
    assert set(owner.ids) == {type_.name for type_ in schema.get_implementations(node).objects}
    document = "query($id: ID!) { node(id: $id) { __typename id } }"
    await client.ingest(session(person, JULY))
    for name, id_ in owner.ids.items():
        found = await client.ask(document, {"id": id_}, subject=owner.subject)
        assert found == {"node": {"__typename": name, "id": id_}}
        for path in ENDPOINTS:
            for role in Role:
                other = await client.post(document, {"id": id_}, subject=person, roles=(role,), path=path)
                if path == "/ops/graphql" and role is Role.USER:
                    assert _codes(other) == ["FORBIDDEN"]
                else:
                    assert other == {"data": {"node": None}}, (name, role)
            anonymous = await client.post(document, {"id": id_}, subject=None, path=path)
            assert _codes(anonymous) == ["UNAUTHENTICATED"]


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif value is not None:
        yield name, value


async def test_every_field_answers_its_owner_and_shows_another_nothing_of_it(
    client: Client, owner: Owner, person: str
) -> None:
    """All fields under `viewer` resolve for the owner; for another person no id, time or number of the owner shows."""
    for part, document in about_the_viewer(_schema("/graphql")):
        mine = await client.ask(document, subject=owner.subject)
        theirs = await client.ask(document, subject=person)
        assert (mine == theirs) == (part in ALIKE), part
        own_ids = {value for key, value in _leaves(mine) if key.endswith(("_id", "_hash", "_statement", "_startedAt"))}
        assert not own_ids & {value for _, value in _leaves(theirs)}, part


async def test_a_job_is_shown_to_the_team_alone_and_names_nobody(client: Client, owner: Owner) -> None:
    """The desk answers a job's id to staff; the person in it is a pseudonym."""
    document = "query($id: ID!) { ops { job(id: $id) { id subject attempts { worker } } } }"
    for role in STAFF:
        found = await client.team(document, {"id": owner.job}, role)
        assert found["ops"]["job"]["id"] == owner.job
        assert owner.subject not in str(found)
    listed = await client.team("{ ops { jobs(first: 100) { nodes { subject } } } }")
    subjects = {node["subject"] for node in listed["ops"]["jobs"]["nodes"]}
    assert subjects
    assert owner.subject not in subjects
