"""Sessions are left out and put back: numbers at once, words once they are rewritten, and nothing is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.stories.telling import checks, numbers, read, words
from workers.drain import drain

START = datetime(2026, 7, 1, 7, tzinfo=UTC)
EXCLUDE = """mutation($input: ExcludeInput!) { excludeFromSpectrum(input: $input) {
  userErrors { code field }
  exclusions { id status sessionCount effectiveAt target { __typename ... on SourceTarget { source } } }
  spectrum { progress { excludedSessions } landscape(range: {month: "2026-07"}) { excludedCount } } } }"""
PUT_BACK = """mutation($input: RemoveExclusionsInput!) { removeExclusions(input: $input) {
  userErrors { code field } exclusions { id status } spectrum { progress { excludedSessions } } } }"""


def _month(person: str) -> list[dict[str, Any]]:
    """Give 24 sessions on 12 days: each morning MIRROR and light, each evening TURN and heavy."""
    days = [START + timedelta(days=2 * place) for place in range(12)]
    mornings = [session(person, day, HEAVY, LIGHT) for day in days]
    return mornings + [session(person, day + timedelta(hours=11), HEAVY, source="TURN") for day in days]


@pytest.fixture
async def ids(spectrum: Spectrum, client: Client, person: str) -> list[str]:
    """Give the ids of the person's 24 sessions, told about in full: 12 mornings, then 12 evenings."""
    payloads = await client.ingest(*_month(person))
    await drain(spectrum.ports)
    return [payload["sessionId"] for payload in payloads]


async def _exclude(client: Client, person: str, *targets: Any, key: str | None = None) -> Any:
    given = {"idempotencyKey": key or str(uuid4()), "targets": list(targets)}
    return (await client.ask(EXCLUDE, {"input": given}, subject=person))["excludeFromSpectrum"]


async def _put_back(client: Client, person: str, *ids: str, key: str | None = None) -> Any:
    given = {"idempotencyKey": key or str(uuid4()), "exclusionIds": list(ids)}
    return (await client.ask(PUT_BACK, {"input": given}, subject=person))["removeExclusions"]


async def test_left_out_at_once_and_put_back_as_it_was(
    spectrum: Spectrum, client: Client, person: str, ids: list[str]
) -> None:
    """One session, a range and a source: numbers follow in the same answer, words after the jobs; back is identity."""
    before = await read(client, person)
    assert checks(before) == {"MATCHES"}
    assert before["progress"]["analysedSessions"] == before["counted"] == 24
    ninth = {"dates": {"from": "2026-07-09", "to": "2026-07-11"}}

    done = await _exclude(client, person, {"sessionId": ids[0]}, ninth, {"source": "TURN"})
    assert done["userErrors"] == []
    assert [each["sessionCount"] for each in done["exclusions"]] == [1, 4, 12]
    assert [each["target"]["__typename"] for each in done["exclusions"]] == [
        "SessionTarget", "DateRangeTarget", "SourceTarget",
    ]  # fmt: skip
    # one morning, two mornings of the range, and twelve evenings, two of which lie in the range: counted once
    assert done["spectrum"]["progress"]["excludedSessions"] == 15
    assert done["spectrum"]["landscape"]["excludedCount"] == 15
    at_once = await read(client, person)
    assert at_once["counted"] == at_once["patterns"]["sampleCount"] == at_once["progress"]["analysedSessions"] == 9
    assert [slice_["key"] for slice_ in at_once["sources"]["slices"] if slice_["count"]] == ["MIRROR"]
    assert len(at_once["landscape"]["series"]["keys"]) == 9
    assert at_once["dataRevision"] != before["dataRevision"]
    assert at_once["monthlySummary"]["status"] == "REBUILDING"

    await drain(spectrum.ports)
    rewritten = await read(client, person)
    assert numbers(rewritten) == numbers(at_once)
    assert checks(rewritten) <= {"MATCHES"}
    assert rewritten["monthlySummary"]["status"] != "REBUILDING"
    assert [claim["text"] for claim in words(rewritten)] != [claim["text"] for claim in words(before)]
    standing = await client.ask(
        "{ viewer { exclusions(first: 10) { totalCount nodes { status effectiveAt } } } }", subject=person
    )
    assert standing["viewer"]["exclusions"]["totalCount"] == 3
    assert all(node["status"] == "ACTIVE" and node["effectiveAt"] for node in standing["viewer"]["exclusions"]["nodes"])

    back = await _put_back(client, person, *(each["id"] for each in done["exclusions"]))
    assert back["userErrors"] == []
    assert back["spectrum"]["progress"]["excludedSessions"] == 0
    assert numbers(await read(client, person)) == numbers(before)
    await drain(spectrum.ports)
    after = await read(client, person)
    assert numbers(after) == numbers(before)
    assert words(after) == words(before)
    assert checks(after) == {"MATCHES"}
    kinds = [[card["kind"] for card in told["insightFeed"]["nodes"]] for told in (before, after)]
    assert kinds[0] == kinds[1]


async def test_a_session_that_is_left_out_keeps_its_vector_to_itself(
    client: Client, person: str, ids: list[str]
) -> None:
    """A session that is left out says by what, shows no numbers, and shows them again once put back."""
    document = """query($id: ID!) { node(id: $id) { ... on Session {
      countsTowardInsights vector { valence } exclusions { id status } } } }"""
    done = await _exclude(client, person, {"sessionId": ids[3]})
    hidden = (await client.ask(document, {"id": ids[3]}, subject=person))["node"]
    assert (hidden["countsTowardInsights"], hidden["vector"]) == (False, None)
    assert [each["id"] for each in hidden["exclusions"]] == [done["exclusions"][0]["id"]]
    await _put_back(client, person, done["exclusions"][0]["id"])
    shown = (await client.ask(document, {"id": ids[3]}, subject=person))["node"]
    assert shown["countsTowardInsights"] is True
    assert shown["vector"]
    assert shown["exclusions"] == []


async def test_a_call_repeated_is_one_call(client: Client, person: str, ids: list[str]) -> None:
    """A replayed key gives the first answer; the same key for anything else is a conflict and changes nothing."""
    key = str(uuid4())
    first = await _exclude(client, person, {"sessionId": ids[0]}, key=key)
    again = await _exclude(client, person, {"sessionId": ids[0]}, key=key)
    assert [each["id"] for each in again["exclusions"]] == [each["id"] for each in first["exclusions"]]
    assert again["spectrum"]["progress"]["excludedSessions"] == 1
    for answer in (
        await _exclude(client, person, {"sessionId": ids[1]}, key=key),
        await _put_back(client, person, first["exclusions"][0]["id"], key=key),
    ):
        assert answer["userErrors"] == [{"code": "IDEMPOTENCY_CONFLICT", "field": ["input", "idempotencyKey"]}]
        assert answer["spectrum"] is None
    assert (await read(client, person))["progress"]["excludedSessions"] == 1
    back_key = str(uuid4())
    once, twice = [await _put_back(client, person, first["exclusions"][0]["id"], key=back_key) for _ in range(2)]
    assert [each["id"] for each in once["exclusions"]] == [each["id"] for each in twice["exclusions"]]
    assert (await read(client, person))["progress"]["excludedSessions"] == 0


async def test_what_is_somebody_elses_is_not_found(client: Client, person: str, ids: list[str]) -> None:
    """Another person's session or exclusion, and one that never was, look the same; nothing changes for either."""
    mine = await _exclude(client, person, {"sessionId": ids[0]})
    other = f"{person}-other"
    await client.ingest(session(other, START))
    for target in (ids[1], "x", mine["exclusions"][0]["id"]):
        answer = await _exclude(client, other, {"source": "LENS"}, {"sessionId": target})
        assert answer["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "targets", "1", "sessionId"]}], target
        assert answer["exclusions"] == []
    for id_ in (mine["exclusions"][0]["id"], ids[0], "x"):
        answer = await _put_back(client, other, id_)
        assert answer["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "exclusionIds", "0"]}]
    listed = await client.ask("{ viewer { exclusions(first: 1) { totalCount } } }", subject=other)
    assert listed["viewer"]["exclusions"]["totalCount"] == 0
    assert (await read(client, person))["progress"]["excludedSessions"] == 1


@pytest.mark.parametrize(
    ("target", "code", "field"),
    [
        ({"dates": {"from": "2026-07-02", "to": "2026-07-01"}}, "INVALID", ["dates", "to"]),
        ({"dates": {"from": "2024-01-01", "to": "2025-01-02"}}, "OUT_OF_RANGE", ["dates", "to"]),
    ],
)
async def test_a_range_that_is_none_is_refused(
    client: Client, person: str, target: Any, code: str, field: list[str]
) -> None:
    """A range must end on or after the day it begins, and hold at most 367 days."""
    await client.ingest(session(person, START))
    answer = await _exclude(client, person, target)
    assert answer["userErrors"] == [{"code": code, "field": ["input", "targets", "0", *field]}]


async def test_targets_are_one_to_fifty(client: Client, person: str) -> None:
    """A call names at least one target and at most fifty."""
    await client.ingest(session(person, START))
    for count in (0, 51):
        answer = await _exclude(client, person, *[{"source": "LENS"}] * count)
        assert answer["userErrors"] == [{"code": "TOO_MANY", "field": ["input", "targets"]}]
        answer = await _put_back(client, person, *["x"] * count)
        assert answer["userErrors"][0]["code"] in {"TOO_MANY", "NOT_FOUND"}
