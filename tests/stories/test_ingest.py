"""Sessions are handed over: each is taken or refused by itself, with the field that is wrong, and never twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.access import Role
from app.embedded import Servers
from app.wiring import Spectrum
from tests.client import HEAVY, Client, instant, session
from tests.life import owner_of, take, who
from workers.drain import drain

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
CARE = "I want to kill myself. I should never have been born, everything always goes wrong."


def _turns(*texts: str) -> dict[str, Any]:
    """Give the part of a session that its texts make, all within its two hours."""
    return {"turns": session("", JULY, *texts)["turns"], "endedAt": instant(JULY + timedelta(hours=2))}


def _soon(minutes: float) -> dict[str, Any]:
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    start = end - timedelta(minutes=1)
    turns = session("", start)["turns"]
    return {"startedAt": instant(start), "endedAt": instant(end), "turns": turns}


BAD: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "an unknown zone": ({"timeZone": "Mars/Olympus"}, "INVALID", ["timeZone"]),
    "an end before its start": ({"endedAt": instant(JULY - timedelta(minutes=1))}, "INVALID", ["endedAt"]),
    "more than a day": ({"endedAt": instant(JULY + timedelta(days=2))}, "OUT_OF_RANGE", ["endedAt"]),
    "an empty text": (_turns("fine", " "), "REQUIRED", ["turns", "1", "text"]),
    "too long a turn": (_turns("x" * 8_001), "OUT_OF_RANGE", ["turns", "0", "text"]),
    "too many turns": (_turns(*["fine"] * 101), "OUT_OF_RANGE", ["turns"]),
    "no turn": ({"turns": []}, "OUT_OF_RANGE", ["turns"]),
    "too much in all": (_turns(*["x" * 7_900] * 9), "OUT_OF_RANGE", ["turns"]),
    "a NUL": (_turns("fine\0"), "INVALID", ["turns", "0", "text"]),
    "a NUL in the key": ({"subjectKey": "a\0b"}, "INVALID", ["subjectKey"]),
    "no key": ({"subjectKey": " "}, "REQUIRED", ["subjectKey"]),
    "too long a key": ({"subjectKey": "x" * 201}, "OUT_OF_RANGE", ["subjectKey"]),
    "a rating of eleven": ({"selfRating": {"before": 11, "after": 0}}, "OUT_OF_RANGE", ["selfRating", "before"]),
    "a year long ago": ({"startedAt": "1999-12-31T23:59:59Z"}, "OUT_OF_RANGE", ["startedAt"]),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_bad_session_is_refused_with_its_field_and_leaves_nothing(
    client: Client, person: str, what: str
) -> None:
    """The problem names the field; nothing of the session or of its person is kept."""
    change, code, field = BAD[what]
    (payload,) = await client.ingest(session(person, JULY) | change)
    assert payload["sessionId"] is None
    assert payload["duplicate"] is False
    assert (code, field) in [(problem["code"], problem["field"]) for problem in payload["userErrors"]]
    answer = await client.ask("{ viewer { sessions(first: 1) { totalCount } } }", subject=person)
    assert answer["viewer"]["sessions"]["totalCount"] == 0
    exclude = "mutation($key: UUID!) { excludeFromSpectrum(input: {idempotencyKey: $key, targets: [{source: TURN}]})"
    answer = await client.ask(exclude + " { userErrors { code } } }", {"key": str(uuid4())}, subject=person)
    assert answer["excludeFromSpectrum"]["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_a_session_may_end_five_minutes_from_now_and_no_later(client: Client, person: str) -> None:
    """Clocks of phones run a little fast; what lies further ahead is refused."""
    taken, refused = await client.ingest(session(person, JULY) | _soon(4), session(person, JULY) | _soon(6))
    assert taken["sessionId"]
    assert [(p["code"], p["field"]) for p in refused["userErrors"]] == [("OUT_OF_RANGE", ["endedAt"])]


async def test_a_key_that_is_no_uuid_is_refused_before_anything(client: Client, person: str) -> None:
    """A malformed session key refuses the call with its place, and nothing of the batch is taken."""
    document = "mutation($inputs: [IngestSessionInput!]!) { ingestSessions(inputs: $inputs) { sessionId } }"
    inputs = [session(person, JULY), session(person, JULY) | {"sessionKey": "not-a-uuid"}]
    answer = await client.post(document, {"inputs": inputs}, subject="app", roles=(Role.SERVICE,), path="/ops/graphql")
    assert "[1].sessionKey" in answer["errors"][0]["message"]
    found = await client.ask("{ viewer { sessions(first: 1) { totalCount } } }", subject=person)
    assert found["viewer"]["sessions"]["totalCount"] == 0


async def test_the_rest_of_a_batch_goes_on(client: Client, person: str) -> None:
    """Answers come in order; each bad session fails alone and the good ones between them are taken."""
    bad = [session(person, JULY) | change for change, _, _ in BAD.values()]
    good = [session(person, JULY + timedelta(days=day)) for day in range(len(bad))]
    mixed = [each for pair in zip(bad, good, strict=True) for each in pair]
    payloads = await client.ingest(*mixed)
    assert [bool(payload["userErrors"]) for payload in payloads] == [True, False] * len(bad)
    answer = await client.ask("{ viewer { sessions(first: 1) { totalCount } } }", subject=person)
    assert answer["viewer"]["sessions"]["totalCount"] == len(good)


async def test_five_hundred_at_once_and_not_one_more(client: Client, person: str) -> None:
    """A batch holds up to 500 sessions; a larger one is refused as a whole."""
    batch = [session(person, JULY, " ") for _ in range(499)]
    payloads = await client.ingest(*batch, session(person, JULY))
    assert [bool(payload["sessionId"]) for payload in payloads] == [False] * 499 + [True]
    document = "mutation($inputs: [IngestSessionInput!]!) { ingestSessions(inputs: $inputs) { sessionId } }"
    inputs = [*batch, session(person, JULY), session(person, JULY)]
    answer = await client.post(document, {"inputs": inputs}, subject="app", roles=(Role.SERVICE,), path="/ops/graphql")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "500" in answer["errors"][0]["message"]


async def test_the_same_session_again_is_known(client: Client, person: str) -> None:
    """A replay answers with the same id; the same key with other content is a conflict and changes nothing."""
    first = session(person, JULY, HEAVY)
    (taken,) = await client.ingest(first)
    again, twice = await client.ingest(first, first)
    assert taken["duplicate"] is False
    assert again == twice == taken | {"duplicate": True}
    changed = first | {"turns": session(person, JULY, "Something else.")["turns"]}
    (refused,) = await client.ingest(changed)
    assert [(p["code"], p["field"]) for p in refused["userErrors"]] == [("IDEMPOTENCY_CONFLICT", ["sessionKey"])]
    assert refused["sessionId"] is None
    (still,) = await client.ingest(first)
    assert still["duplicate"] is True
    both = session(person, JULY + timedelta(days=1))
    new, twin = await client.ingest(both, both)
    assert (new["duplicate"], twin["duplicate"]) == (False, True)


async def test_one_session_alone_is_taken_the_same_way(client: Client, person: str) -> None:
    """`ingestSession` answers as a batch of one does."""
    document = (
        "mutation($input: IngestSessionInput!) { ingestSession(input: $input) { sessionId userErrors { code } } }"
    )
    payload = (await client.team(document, {"input": session(person, JULY)}))["ingestSession"]
    assert payload["sessionId"]
    assert payload["userErrors"] == []


async def test_care_is_answered_at_once_and_no_pattern_is_counted(
    spectrum: Spectrum, client: Client, person: str
) -> None:
    """A session that speaks of self-harm answers with places to turn to, and later counts for feelings alone."""
    calm, care = await client.ingest(session(person, JULY, HEAVY), session(person, JULY + timedelta(days=1), CARE))
    assert (calm["care"], calm["support"]) == ("NONE", [])
    assert care["care"] == "EXPLICIT"
    assert care["support"]
    assert all(line["label"] and line["contact"] for line in care["support"])
    await drain(spectrum.ports)
    document = """query($id: ID!) { node(id: $id) { ... on Session {
      analysis countsTowardInsights vector { valence patterns { pattern } turns { index } } } } }"""
    found = (await client.ask(document, {"id": care["sessionId"]}, subject=person))["node"]
    assert found["analysis"] == "DONE"
    assert found["countsTowardInsights"] is True
    assert found["vector"]["valence"] < 0
    assert found["vector"]["patterns"] == []


_WAITING = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
"""


async def test_someone_erased_meanwhile_fails_nobody_else(spectrum: Spectrum, owner: Any, servers: Servers) -> None:
    """While a batch waits for one person's lock another's erasure ends: both come in, the second as someone new."""
    first, second = sorted((f"p-{uuid4()}" for _ in range(2)), key=lambda key: who(spectrum, key))
    await take(spectrum, *(session(key, JULY) for key in (first, second)))
    async with owner_of(spectrum, servers) as other, other.transaction():
        await other.execute("SELECT FROM person WHERE id = $1 FOR UPDATE", who(spectrum, first))
        taking = asyncio.create_task(take(spectrum, *(session(key, JULY, HEAVY) for key in (first, second))))
        async with asyncio.timeout(30):
            while not await owner.fetchval(_WAITING):  # noqa: ASYNC110 - another connection does it
                await asyncio.sleep(0.01)
        for table in ("sealed_text", "session", "job"):
            await other.execute(f"DELETE FROM {table} WHERE person_id = $1", who(spectrum, second))
        await other.execute("DELETE FROM person WHERE id = $1", who(spectrum, second))
    answers = await taking
    assert all(answer.session_id and not answer.problems for answer in answers)
    assert await owner.fetchval("SELECT count(*) FROM session WHERE person_id = $1", who(spectrum, second)) == 1
