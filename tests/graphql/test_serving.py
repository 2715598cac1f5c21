"""Serving: what an answer says of its cost and revision, what is remembered, and what a status tells a client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from asgi_lifespan import LifespanManager
from starlette.types import Message

from app.domain.access import Role
from app.edge.serving.points import Points
from app.gateways.points import LIMIT
from app.main import create_app
from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.life import who, work_off

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
GRAPHQL_JSON = "application/graphql-response+json"
PICTURE = """query Q { viewer { spectrum { dataRevision
  landscape(range: {month: "2026-07"}) { series { keys valence } excludedCount }
  insightFeed(first: 5) { unseenCount nodes { id headline { text } } } } } }"""


@pytest.fixture
async def seen(client: Client, spectrum: Spectrum, owner: Any, person: str) -> str:
    """Give a person with a month of numbers and words."""
    days = [JULY + timedelta(days=day) for day in range(0, 27, 2)]
    await client.ingest(*(session(person, day, HEAVY, LIGHT) for day in days))
    await work_off(spectrum, owner)
    return person


def _headers(client: Client, subject: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {client.token(subject)}", **more}


async def _get(client: Client, subject: str, document: str = PICTURE, **headers: str) -> httpx.Response:
    return await client.http.get("/graphql", params={"query": document}, headers=_headers(client, subject, **headers))


async def _post(client: Client, subject: str | None, document: str, accept: str = "*/*", **body: Any) -> httpx.Response:
    headers = {"accept": accept} if subject is None else _headers(client, subject, accept=accept)
    return await client.http.post("/graphql", json={"query": document, **body}, headers=headers)


async def test_every_answer_says_what_it_cost_and_which_data_it_is_of(client: Client, seen: str) -> None:
    """`extensions` holds the points and the revision; the same question again costs one point."""
    answer = (await _post(client, seen, PICTURE)).json()
    cost = answer["extensions"]["cost"]
    assert answer["extensions"]["dataRevision"] == answer["data"]["viewer"]["spectrum"]["dataRevision"]
    cards = len(answer["data"]["viewer"]["spectrum"]["insightFeed"]["nodes"])
    assert cards
    assert cost == {
        "requested": 1 + 5 + 5,
        "actual": 1 + 5 + cards,
        "limit": LIMIT,
        "available": cost["available"],
        "restorePerSecond": 50.0,
    }
    again = (await _post(client, seen, PICTURE)).json()
    assert again["data"] == answer["data"]
    assert again["extensions"]["cost"]["actual"] == 1
    anonymous = (await _post(client, None, "{ rateLimit { cost limit } }")).json()
    assert anonymous["data"]["rateLimit"] == {"cost": 1, "limit": LIMIT}
    assert set(anonymous["extensions"]) == {"cost"}


async def test_a_mutation_says_the_new_revision(client: Client, seen: str) -> None:
    """What a change answers carries the revision that it made."""
    before = (await _post(client, seen, PICTURE)).json()["extensions"]["dataRevision"]
    document = f"""mutation {{ excludeFromSpectrum(input: {{idempotencyKey: "{uuid4()}",
      targets: [{{source: TURN}}]}}) {{ spectrum {{ dataRevision }} }} }}"""
    answer = (await _post(client, seen, document)).json()
    after = answer["extensions"]["dataRevision"]
    assert after == answer["data"]["excludeFromSpectrum"]["spectrum"]["dataRevision"] != before


async def test_a_phone_revalidates_and_is_told_that_nothing_changed(
    client: Client, spectrum: Spectrum, owner: Any, seen: str
) -> None:
    """The same revision is 304 without a body; a change, another person or role gets an answer of its own."""
    first = await _get(client, seen)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert "authorization" in first.headers["vary"].lower()
    unchanged = await _get(client, seen, **{"if-none-match": f'W/"x", {tag}'})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    other = await _get(client, f"{seen}-other", **{"if-none-match": tag})
    assert (other.status_code, other.headers.get("etag")) == (200, None), "of nobody nothing is remembered"
    roles = {"authorization": f"Bearer {client.token(seen, Role.USER, Role.ANALYST)}", "if-none-match": tag}
    assert (await client.http.get("/graphql", params={"query": PICTURE}, headers=roles)).status_code == 200
    spoken = await _get(client, seen, **{"if-none-match": tag, "accept-language": "en-XA"})
    assert (spoken.status_code, spoken.headers["etag"] != tag) == (200, True)
    await client.ingest(session(seen, JULY + timedelta(days=20, hours=3), HEAVY))
    await work_off(spectrum, owner)
    changed = await _get(client, seen, **{"if-none-match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    assert changed.json()["data"] != first.json()["data"]


async def test_what_is_remembered_is_what_would_be_answered(
    client: Client, spectrum: Spectrum, owner: Any, seen: str
) -> None:
    """After each kind of change a program that remembers answers as one does that was just started."""
    card = (await _post(client, seen, PICTURE)).json()["data"]["viewer"]["spectrum"]["insightFeed"]["nodes"][0]["id"]
    changes = [
        f'mutation {{ markInsightsSeen(input: {{insightIds: ["{card}"]}}) {{ unseenCount }} }}',
        f'mutation {{ giveInsightFeedback(input: {{insightId: "{card}", verdict: UPSETTING}}) {{ __typename }} }}',
        "mutation { setSpectrumPaused(input: {paused: true}) { spectrum { state } } }",
        "mutation { setSpectrumPaused(input: {paused: false}) { spectrum { state } } }",
        f'mutation {{ excludeFromSpectrum(input: {{idempotencyKey: "{uuid4()}", targets: [{{source: MIRROR}}]}}) '
        "{ exclusions { id } } }",
    ]
    document = """{ viewer { spectrum { dataRevision state freshAt progress { analysedSessions excludedSessions
      pendingSessions failedSessions neededForWeekly neededForMonthly }
      landscape(range: {month: "2026-07"}) { series { keys } excludedCount textAlternative }
      insightFeed(first: 20) { unseenCount emptyReason nodes { id status seenAt feedback { verdict } } }
      weeklySummary(week: "2026-W28") { status }
      monthlySummary(month: "2026-07") { status edition sampleCount } } } }"""
    for change in changes:
        assert "errors" not in (await _post(client, seen, change)).json()
        for _ in range(2):  # before its jobs ran and after
            remembered = [(await _post(client, seen, document)).json()["data"] for _ in range(2)]
            async with Client.of(spectrum, AUTH_SECRET) as fresh:
                assert [(await _post(fresh, seen, document)).json()["data"]] * 2 == remembered
            await work_off(spectrum, owner)


async def test_only_answers_of_spectrum_are_remembered(client: Client, seen: str) -> None:
    """A field beside `spectrum`, an error, or the team's endpoint: nothing is remembered, and there is no ETag."""
    documents = [
        "{ viewer { spectrum { state } entitlement { plan } } }",
        '{ viewer { spectrum { state } } node(id: "x") { id } }',
        "{ viewer { spectrum { insightFeed(first: 101) { unseenCount } } } }",
        "{ viewer { timeZone } }",
    ]
    for document in documents:
        assert "etag" not in (await _get(client, seen, document)).headers
        costs = [(await _post(client, seen, document)).json()["extensions"]["cost"]["actual"] for _ in range(2)]
        assert costs[0] == costs[1]
    headers = {"authorization": f"Bearer {client.token(seen, Role.OPERATOR)}"}
    team = await client.http.get("/ops/graphql", params={"query": PICTURE}, headers=headers)
    assert "etag" not in team.headers


ERRONEOUS: dict[str, tuple[str, dict[str, Any]]] = {
    "syntax": ("{", {}),
    "validation": ("{ nothing }", {}),
    "variables": ("query($id: ID!) { node(id: $id) { id } }", {"variables": {"id": {}}}),
    "missing variable": ("query($id: ID!) { node(id: $id) { id } }", {}),
    "operation": ("query A { __typename }", {"operationName": "B"}),
    "cost": (
        "{ viewer { sessions(first: 100) { nodes { exclusions { id } } } a: sessions(first: 9999) { totalCount } } }",
        {},
    ),
    "id": ("", {"documentId": "sha256:0000000000000000"}),
}


@pytest.mark.parametrize("name", ERRONEOUS)
async def test_a_request_that_cannot_run_is_400_to_who_knows_that_status(
    client: Client, person: str, name: str
) -> None:
    """By GraphQL over HTTP such a request has no data; its status is 400 in the newer media type, 200 in JSON."""
    document, body = ERRONEOUS[name]
    for accept, status in ((GRAPHQL_JSON, 400), (f"{GRAPHQL_JSON}, application/json;q=0.9", 400), ("*/*", 200)):
        answer = await _post(client, person, document, accept, **body)
        assert answer.status_code == status
        assert answer.headers["content-type"].split(";")[0] == (GRAPHQL_JSON if status == 400 else "application/json")
        assert "data" not in answer.json()
        assert answer.json()["errors"][0]["extensions"]["code"]
    fine = await _post(client, person, '{ viewer { timeZone } node(id: "x") { id } }', GRAPHQL_JSON)
    assert (fine.status_code, fine.headers["content-type"].split(";")[0]) == (200, GRAPHQL_JSON)
    failed = await _post(client, person, "{ viewer { sessions(first: 101) { totalCount } } }", GRAPHQL_JSON)
    assert (failed.status_code, failed.json()["data"]) == (200, None)


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("PUT", {"query": "{ __typename }"}, 405),
        ("POST", ["{ __typename }"], 400),
        ("POST", {}, 400),
        ("POST", {"query": 5}, 400),
        ("POST", {"query": ""}, 400),
        ("POST", {"query": "{ __typename }", "variables": []}, 400),
        ("POST", {"query": "{ __typename }", "extensions": "x"}, 400),
        ("POST", {"query": "{ __typename }", "operationName": {}}, 400),
        ("POST", {"query": "{ __typename }", "operationName": "x" * 201}, 400),
        ("POST", {"query": "{ __typename }", "operationName": None, "variables": None, "extensions": {}}, 200),
        ("POST", {"query": "subscription { spectrumEvents { reason } }"}, 400),
    ],
)
async def test_what_is_no_request_is_refused(client: Client, method: str, body: Any, status: int) -> None:
    """The wrong method, no object, a member of the wrong kind: refused in a sentence, whatever is accepted."""
    for accept in ("*/*", GRAPHQL_JSON):
        answer = await client.http.request(method, "/graphql", json=body, headers={"accept": accept})
        assert answer.status_code == status
        assert ("errors" in answer.json()) == (status != 200)


async def test_get_reads_and_changes_nothing(client: Client, person: str) -> None:
    """A GET takes its parts from the address, refuses what is given twice or is no JSON, and runs no mutation."""
    headers = _headers(client, person)
    document = "query($id: ID!) { node(id: $id) { id } }"
    answer = await client.http.get("/graphql", params={"query": document, "variables": '{"id": "x"}'}, headers=headers)
    assert answer.json()["data"] == {"node": None}
    wrong: list[list[tuple[str, Any]]] = [
        [("query", "{ __typename }"), ("query", "{ __typename }")],
        [("query", document), ("variables", "{")],
        [("query", document), ("variables", "[]")],
        [("variables", "{}")],
    ]
    for params in wrong:
        answer = await client.http.get("/graphql", params=params, headers={**headers, "accept": "application/json"})
        assert answer.status_code == 400
    mutation = "mutation { setSpectrumPaused(input: {paused: true}) { spectrum { state } } }"
    refused = await client.http.get("/graphql", params={"query": mutation}, headers=headers)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_whoever_asks_too_fast_is_told_to_wait(spectrum: Spectrum, seen: str, client: Client) -> None:
    """Points run out by what questions cost, 429 says how long to wait, and nobody else is kept waiting."""
    async with _program(spectrum, Points(spectrum.shared_points)) as http:
        pictures = " ".join(f"p{n}: landscape(range: {{preset: LAST_7_DAYS}}) {{ truncated }}" for n in range(20))
        document = "query($n: Int!) { viewer { timeZone spectrum { PICTURES } sessions(first: $n) { totalCount } } }"
        document = document.replace("PICTURES", pictures)
        statuses = []
        for _ in range(30):
            answer = await http.post(
                "/graphql", json={"query": document, "variables": {"n": 1}}, headers=_headers(client, seen)
            )
            statuses.append(answer.status_code)
            if answer.status_code == 429:
                break
        extensions = answer.json()["errors"][0]["extensions"]
        assert statuses[0] == 200
        assert statuses[-1] == 429
        assert extensions["code"] == "THROTTLED"
        assert extensions["retryAfterMs"] > 0
        assert int(answer.headers["retry-after"]) >= 1
        other = await http.post(
            "/graphql", json={"query": document, "variables": {"n": 1}}, headers=_headers(client, "x")
        )
        assert other.status_code == 200
        too_dear = {"query": document, "variables": {"n": 5_000}}
        refused = await http.post("/graphql", json=too_dear, headers=_headers(client, "x"))
        assert refused.json()["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED"


class _program:  # noqa: N801 - used as a function
    """The HTTP program with points of its own."""

    def __init__(self, spectrum: Spectrum, points: Points) -> None:
        self._manager = LifespanManager(create_app(spectrum, points))

    async def __aenter__(self) -> httpx.AsyncClient:
        manager = await self._manager.__aenter__()
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://spectrum.test")
        return self._http

    async def __aexit__(self, *error: Any) -> None:
        await self._http.aclose()
        await self._manager.__aexit__(*error)


async def test_who_leaves_costs_no_more(spectrum: Spectrum, owner: Any, seen: str, client: Client) -> None:
    """A query whose client has gone is ended and gives its connection back; a mutation is finished."""
    async with LifespanManager(create_app(spectrum)) as manager:
        async with _locked(owner):
            reading = await _ask_and_leave(manager.app, PICTURE.replace("Q", "Left"), client.token(seen))
            assert reading == []
        paused = "mutation { setSpectrumPaused(input: {paused: true}) { spectrum { state } } }"
        await _ask_and_leave(manager.app, paused, client.token(seen))
        state = (await client.ask("{ viewer { spectrum { state } } }", subject=seen))["viewer"]["spectrum"]["state"]
        assert state == "PAUSED"


@asynccontextmanager
async def _locked(owner: Any) -> AsyncIterator[None]:
    """Keep reads of cards waiting."""
    async with owner.transaction():
        await owner.execute("LOCK TABLE writing IN ACCESS EXCLUSIVE MODE")
        yield


async def _ask_and_leave(app: Any, document: str, token: str) -> list[Message]:
    """Ask as an ASGI server does for a client that hangs up a moment later; what was sent by then."""
    body = orjson.dumps({"query": document})
    incoming: asyncio.Queue[Message] = asyncio.Queue()
    incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"content-type", b"application/json"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    asking = asyncio.ensure_future(app(scope, incoming.get, send))
    await asyncio.sleep(0.1)
    incoming.put_nowait({"type": "http.disconnect"})
    async with asyncio.timeout(5):
        await asking
    return sent


async def test_a_reset_that_ended_is_not_running(client: Client, spectrum: Spectrum, owner: Any, seen: str) -> None:
    """What was answered while a reset ran is not what is answered after it, by no program and no 304."""
    document = "{ viewer { spectrum { dataRevision state } } }"
    reset = f"""mutation {{ resetSpectrum(input: {{idempotencyKey: "{uuid4()}", scope: FORGET_HISTORY,
      confirmation: "RESET", immediately: true}}) {{ operation {{ id }} }} }}"""
    await _post(client, seen, reset)
    await owner.execute("UPDATE operation SET status = 'RUNNING' WHERE person_id = $1", who(spectrum, seen))
    running = await _get(client, seen, document)
    assert running.json()["data"]["viewer"]["spectrum"]["state"] == "REBUILDING"
    await owner.execute("UPDATE operation SET status = 'SCHEDULED' WHERE person_id = $1", who(spectrum, seen))
    await work_off(spectrum, owner)
    after = await _get(client, seen, document, **{"if-none-match": running.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["data"]["viewer"]["spectrum"]["state"] == "EMPTY"
    assert after.json()["extensions"]["dataRevision"] != running.json()["extensions"]["dataRevision"]


@pytest.mark.parametrize("status", ["RETRYING", "DEAD", "CANCELLED", "SUCCEEDED"])
async def test_a_month_is_as_its_jobs_are(
    client: Client, spectrum: Spectrum, owner: Any, seen: str, status: str
) -> None:
    """A job that ends or begins anew without a new revision changes what is remembered of its month."""
    document = '{ viewer { spectrum { monthlySummary(month: "2026-07") { status expectedBy } } } }'
    for each in ("RUNNING", status):
        await owner.execute(
            "UPDATE job SET status = $2 WHERE person_id = $1 AND kind = 'MONTHLY_NARRATIVE'", who(spectrum, seen), each
        )
        remembered = [(await _post(client, seen, document)).json()["data"] for _ in range(2)]
        async with Client.of(spectrum, AUTH_SECRET) as fresh:
            assert remembered == [(await _post(fresh, seen, document)).json()["data"]] * 2


async def test_many_without_spectrum_are_served_at_once(client: Client, owner: Any, spectrum: Spectrum) -> None:
    """More people at once than there are connections are shown their teaser: a request holds one."""
    people = [f"free-{number}-{uuid4()}" for number in range(24)]
    await client.ingest(*(session(person, JULY) for person in people))
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = ANY($1)", [who(spectrum, each) for each in people])
    document = "{ viewer { spectrumTeaser { eligibleSessions } } }"
    answers = await asyncio.gather(*(_post(client, person, document) for person in people))
    assert [answer.json()["data"]["viewer"]["spectrumTeaser"] for answer in answers] == [{"eligibleSessions": 1}] * 24


async def test_what_fails_costs_what_it_might_have(client: Client, seen: str) -> None:
    """A field that fails beside dear ones makes them no cheaper, and 100.0 rows are 100."""
    failing = "{ viewer { exclusions(first: 0) { totalCount } sessions(first: 90) { totalCount } } }"
    cost = (await _post(client, seen, failing)).json()["extensions"]["cost"]
    assert cost["actual"] == cost["requested"] > 90
    document = "query($n: Int!) { viewer { sessions(first: $n) { totalCount } } }"
    costs = [
        (await _post(client, seen, document, variables={"n": n})).json()["extensions"]["cost"]["requested"]
        for n in (100, 100.0)
    ]
    assert costs[0] == costs[1] > 100


async def test_what_is_not_declared_makes_no_other_question(client: Client, seen: str) -> None:
    """Variables that the document does not know change neither answer nor tag; deep ones of a GET are refused."""
    tags = set()
    for junk in ({}, {"junk": 1}, {"junk": [2]}):
        params = {"query": PICTURE, "variables": orjson.dumps(junk).decode()}
        tags.add((await client.http.get("/graphql", params=params, headers=_headers(client, seen))).headers["etag"])
    assert len(tags) == 1
    deep = {"query": PICTURE, "variables": '{"a":' + "[" * 400 + "]" * 400 + "}"}
    refused = await client.http.get("/graphql", params=deep, headers=_headers(client, seen))
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")
