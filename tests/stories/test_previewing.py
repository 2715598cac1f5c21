"""People see what leaving something out would change before they do it; doing it by the token does exactly that."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.life import who
from tests.stories.telling import numbers, read
from workers.drain import drain

START = datetime(2026, 7, 1, 7, tzinfo=UTC)
PICTURE = """fragment P on Landscape { period { from to } granularity excludedCount truncated textAlternative
  series { keys valence valenceLow valenceHigh arousal arousalLow arousalHigh sampleCount }
  points { key sampleCount topEmotions { emotion intensity { value } } }
  centre { valence { ...E } arousal { ...E } } spread { ...E } emotions { emotion intensity { ...E } } }
fragment E on Estimate { value low high sampleCount dayCount confidence suppressed sessionsNeeded }"""
PREVIEW = (
    """query($input: ExclusionPreviewInput!) { viewer { spectrum { dataRevision exclusionPreview(input: $input) {
  token sessionsAffected before { ...P } after { ...P } becomesTooSmall
  changes { metric subject label before { ...E } after { ...E } }
  rewritten { __typename id ... on Insight { headline { text } } ... on MonthlySummary { month } } } } } }
"""
    + PICTURE
)
LANDSCAPE = "query($range: RangeInput!) { viewer { spectrum { landscape(range: $range) { ...P } } } }" + PICTURE
EXCLUDE = """mutation($input: ExcludeInput!) { excludeFromSpectrum(input: $input) {
  userErrors { code field } exclusions { id status sessionCount } spectrum { dataRevision } } }"""
STANDING = """{ viewer { spectrum { insightFeed(first: 100) { nodes { id status } }
  monthlySummary(month: "2026-07") { id status } } } }"""
JULY = {"month": "2026-07"}


@pytest.fixture
async def ids(spectrum: Spectrum, client: Client, person: str) -> list[str]:
    """Give the ids of 24 sessions of July, told about in full: 12 mornings in MIRROR, then 12 evenings in TURN."""
    days = [START + timedelta(days=2 * place) for place in range(12)]
    mornings = [session(person, day, HEAVY, LIGHT) for day in days]
    evenings = [session(person, day + timedelta(hours=11), HEAVY, source="TURN") for day in days]
    payloads = await client.ingest(*mornings, *evenings)
    await drain(spectrum.ports)
    return [payload["sessionId"] for payload in payloads]


async def _preview(client: Client, person: str, add: Any = (), remove: Any = (), range_: Any = JULY) -> Any:
    asked = {"add": list(add), "removeExclusionIds": list(remove), "range": range_}
    found = (await client.ask(PREVIEW, {"input": asked}, subject=person))["viewer"]["spectrum"]
    return {"dataRevision": found["dataRevision"], **found["exclusionPreview"]}


async def _exclude(client: Client, person: str, key: str | None = None, **given: Any) -> Any:
    asked = {"idempotencyKey": key or str(uuid4()), **given}
    return (await client.ask(EXCLUDE, {"input": asked}, subject=person))["excludeFromSpectrum"]


async def _landscape(client: Client, person: str, range_: Mapping[str, Any]) -> Any:
    return (await client.ask(LANDSCAPE, {"range": range_}, subject=person))["viewer"]["spectrum"]["landscape"]


async def _stale(client: Client, person: str) -> set[str]:
    found = (await client.ask(STANDING, subject=person))["viewer"]["spectrum"]
    cards = {card["id"] for card in found["insightFeed"]["nodes"] if card["status"] == "STALE"}
    month = found["monthlySummary"]
    return cards | ({month["id"]} if month["status"] == "REBUILDING" else set())


async def test_doing_it_does_exactly_what_was_shown(
    spectrum: Spectrum, client: Client, person: str, ids: list[str]
) -> None:
    """Before is what is, after is what comes to be, and the texts that were named are those that are rewritten."""
    before = await read(client, person)
    standing = await _landscape(client, person, JULY)
    choice = [{"sessionId": ids[0]}, {"source": "TURN"}]
    shown = await _preview(client, person, choice)
    assert shown["before"] == standing
    assert shown["sessionsAffected"] == 13
    assert shown["becomesTooSmall"] is False
    assert await read(client, person) == before, "a preview changes nothing"

    count = next(change for change in shown["changes"] if change["metric"] == "SESSION_COUNT")
    assert (count["before"]["value"], count["after"]["value"]) == (24, 11)
    assert {"TURN", "MIRROR"} <= {change["subject"] for change in shown["changes"]}
    assert len(shown["changes"]) <= 20
    assert {node["__typename"] for node in shown["rewritten"]} == {"Insight", "MonthlySummary"}

    done = await _exclude(client, person, previewToken=shown["token"])
    assert done["userErrors"] == []
    assert [each["sessionCount"] for each in done["exclusions"]] == [1, 12]
    assert await _landscape(client, person, JULY) == shown["after"]
    assert await _stale(client, person) == {node["id"] for node in shown["rewritten"]}
    await drain(spectrum.ports)

    left_out = [each["id"] for each in done["exclusions"]]
    back = await _preview(client, person, remove=left_out)
    assert (back["before"], back["after"]) == (shown["after"], shown["before"])
    undone = await _exclude(client, person, previewToken=back["token"])
    assert [(each["id"], each["status"]) for each in undone["exclusions"]] == [(id_, "REMOVING") for id_ in left_out]
    assert numbers(await read(client, person)) == numbers(before)


async def test_a_token_holds_for_one_state_and_one_person(client: Client, person: str, ids: list[str]) -> None:
    """After any change, for anybody else, or when it was tampered with, a token is refused and nothing is done."""
    shown = await _preview(client, person, [{"sessionId": ids[0]}])
    other = f"{person}-other"
    await client.ingest(session(other, START))
    token = shown["token"]
    body, _, signature = token.partition(".")
    for subject, wrong in (
        (other, token),
        (person, f"{body}.{'0' * len(signature)}"),
        (person, f"{body[:-4]}AAAA.{signature}"),
        (person, "no token"),
        (person, "ÿ.ü"),
        (person, ""),
    ):
        refused = await _exclude(client, subject, previewToken=wrong)
        assert [(e["code"], e["field"]) for e in refused["userErrors"]] == [
            ("PREVIEW_EXPIRED", ["input", "previewToken"])
        ], wrong
    await client.ingest(session(person, START + timedelta(days=1)))
    assert (await _exclude(client, person, previewToken=token))["userErrors"][0]["code"] == "PREVIEW_EXPIRED"
    fresh = await _preview(client, person, [{"sessionId": ids[0]}])
    key = str(uuid4())
    first = await _exclude(client, person, key, previewToken=fresh["token"])
    again = await _exclude(client, person, key, previewToken=fresh["token"])
    assert first["exclusions"] == again["exclusions"]
    assert (await _exclude(client, person, previewToken=fresh["token"]))["userErrors"][0]["code"] == "PREVIEW_EXPIRED"
    neither = await _exclude(client, person)
    assert [(e["code"], e["field"]) for e in neither["userErrors"]] == [("REQUIRED", ["input"])]
    both = await _exclude(client, person, targets=[{"source": "LENS"}], previewToken=token)
    assert [(e["code"], e["field"]) for e in both["userErrors"]] == [("INVALID", ["input"])]
    assert (await read(client, person))["progress"]["excludedSessions"] == 1


async def test_what_overlaps_changes_sides_once(client: Client, person: str, ids: list[str]) -> None:
    """A session that is left out twice stays out until both are gone, and a preview says so."""
    first_days = {"dates": {"from": "2026-07-01", "to": "2026-07-03"}}
    done = await _exclude(client, person, targets=[first_days])
    assert (await _preview(client, person, [{"sessionId": ids[0]}]))["sessionsAffected"] == 0
    shown = await _preview(client, person, [{"sessionId": ids[0]}], [done["exclusions"][0]["id"]])
    assert shown["sessionsAffected"] == 3, "four sessions come back, and one of them is left out by itself"
    await _exclude(client, person, targets=[{"sessionId": ids[0]}])
    assert (await _preview(client, person, remove=[done["exclusions"][0]["id"]]))["sessionsAffected"] == 3


async def test_a_period_that_becomes_too_small_says_so(client: Client, person: str, ids: list[str]) -> None:
    """Of a week, a month and any other range alike; what is too small already does not become so."""
    most = [{"source": "TURN"}, {"dates": {"from": "2026-07-08", "to": "2026-07-31"}}]
    for range_ in (JULY, {"dates": {"from": "2026-07-01", "to": "2026-07-30"}}, {"week": "2026-W28"}):
        assert (await _preview(client, person, most, range_=range_))["becomesTooSmall"] is True, range_
    assert (await _preview(client, person, most, range_={"month": "2026-06"}))["becomesTooSmall"] is False
    left = (await _preview(client, person, most))["after"]["centre"]["valence"]
    assert left["suppressed"] == "TOO_FEW_SESSIONS"
    everything = await _preview(client, person, [{"source": "TURN"}, {"source": "MIRROR"}])
    assert everything["after"]["centre"]["valence"]["suppressed"] == "EXCLUDED"
    assert everything["changes"][0]["after"]["value"] is None or everything["changes"][0]["metric"] == "SESSION_COUNT"


async def test_a_preview_of_what_is_not_there_is_refused(client: Client, person: str, ids: list[str]) -> None:
    """Sessions and exclusions of nobody or of somebody else are not found, and too many are too many."""
    other = f"{person}-other"
    await client.ingest(session(other, START))
    for add, remove in (
        ([{"sessionId": ids[0]}], []),
        ([{"sessionId": "x"}], []),
        ([], ["x"]),
        ([], [ids[0]]),
        ([{"source": "LENS"}] * 51, []),
        ([{"dates": {"from": "2026-07-02", "to": "2026-07-01"}}], []),
    ):
        asked = {"add": add, "removeExclusionIds": remove, "range": JULY}
        answer = await client.post(PREVIEW, {"input": asked}, subject=other)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
        assert answer["data"] == {"viewer": {"spectrum": None}}


async def test_a_token_of_an_earlier_life_is_refused(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """Someone who was erased and came back is at the same revision one day; what they saw before holds no more."""
    first = session(person, START)
    await client.ingest(first)
    await drain(spectrum.ports)
    token = (await _preview(client, person, [{"source": "MIRROR"}]))["token"]
    revision = await owner.fetchval("SELECT revision FROM person WHERE id = $1", who(spectrum, person))
    reset = """mutation($input: ResetInput!) { resetSpectrum(input: $input) { userErrors { code } } }"""
    asked = {"idempotencyKey": str(uuid4()), "scope": "EVERYTHING", "confirmation": "RESET", "immediately": True}
    await client.ask(reset, {"input": asked}, subject=person)
    await drain(spectrum.ports)
    await client.ingest(first)
    await drain(spectrum.ports)
    await owner.execute("UPDATE person SET revision = $2 WHERE id = $1", who(spectrum, person), revision)
    assert (await _exclude(client, person, previewToken=token))["userErrors"][0]["code"] == "PREVIEW_EXPIRED"


async def test_only_texts_that_rest_on_what_changes_sides_are_named(
    spectrum: Spectrum, client: Client, person: str
) -> None:
    """Between two sessions that lie far apart there are weeks whose words rest on neither, and they are left alone."""
    weeks = [0, 14, 16, 31]
    payloads = await client.ingest(
        *(session(person, START - timedelta(weeks=40 - week, days=-day), HEAVY) for week in weeks for day in range(3))
    )
    await drain(spectrum.ports)
    ends = [{"sessionId": payloads[place]["sessionId"]} for place in (0, -1)]
    shown = await _preview(client, person, ends)
    firsts = {await _first_day(client, person, node["id"]) for node in shown["rewritten"] if "headline" in node}
    mondays = [(START - timedelta(weeks=40 - week, days=2)).date().isoformat() for week in weeks]
    assert firsts == {mondays[0], mondays[3]}
    await _exclude(client, person, previewToken=shown["token"])
    assert await _stale(client, person) == {node["id"] for node in shown["rewritten"] if "headline" in node}


async def test_a_repeated_call_expires_no_preview(client: Client, person: str, ids: list[str]) -> None:
    """Replaying an answer changes nothing, not even the revision that a token holds for."""
    key = str(uuid4())
    await _exclude(client, person, key, targets=[{"sessionId": ids[0]}])
    shown = await _preview(client, person, [{"sessionId": ids[1]}])
    await _exclude(client, person, key, targets=[{"sessionId": ids[0]}])
    assert (await _exclude(client, person, previewToken=shown["token"]))["userErrors"] == []


async def _first_day(client: Client, person: str, id_: str) -> str:
    document = "query($id: ID!) { node(id: $id) { ... on Insight { period { from } } } }"
    day: str = (await client.ask(document, {"id": id_}, subject=person))["node"]["period"]["from"]
    return day
