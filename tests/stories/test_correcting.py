"""People say how a session really was: their word counts everywhere, from then on, until they take it back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.later import drain_half_a_minute_later
from tests.life import who
from tests.stories.telling import checks, numbers, read
from workers.drain import drain

START = datetime(2026, 7, 1, 7, tzinfo=UTC)
CORRECT = """mutation($input: CorrectSessionInput!) { correctSession(input: $input) {
  userErrors { code message field }
  session { id vector { ...V } }
  spectrum { dataRevision landscape(range: {month: "2026-07"}) { centre { valence { value } } } } } }
""" + (
    VECTOR := """fragment V on EmotionVector { valence arousal confidence origin analyserVersion
  emotions { emotion intensity } patterns { pattern probability } turns { valence } }"""
)
SHOWN = "query($id: ID!) { node(id: $id) { ... on Session { countsTowardInsights vector { ...V } } } }" + VECTOR
FOREIGN = "Ich weiß nicht, wie es weitergehen soll, und schlafe seit Wochen schlecht, weil mich alles bedrückt."


@pytest.fixture
async def ids(spectrum: Spectrum, client: Client, person: str) -> list[str]:
    """Give the ids of 20 sessions of July, three of them light, told about in full."""
    days = [START + timedelta(days=place) for place in range(20)]
    payloads = await client.ingest(
        *(session(person, day, LIGHT if place % 6 == 5 else HEAVY) for place, day in enumerate(days))
    )
    await drain(spectrum.ports)
    return [payload["sessionId"] for payload in payloads]


async def _correct(client: Client, person: str, session_id: str, **given: Any) -> Any:
    asked = {"input": {"sessionId": session_id, **given}}
    return (await client.ask(CORRECT, asked, subject=person))["correctSession"]


async def _vector(client: Client, person: str, session_id: str) -> Any:
    return (await client.ask(SHOWN, {"id": session_id}, subject=person))["node"]["vector"]


async def test_a_correction_counts_everywhere_at_once(
    spectrum: Spectrum, client: Client, person: str, ids: list[str]
) -> None:
    """The vector is the person's, every number follows in the same answer, the words follow after their jobs."""
    before, estimated = await read(client, person), await _vector(client, person, ids[0])
    assert estimated["origin"] == "ANALYSER"
    assert estimated["valence"] < 0
    done = await _correct(
        client, person, ids[0], valence=0.25, arousal=-0.25, emotions=["JOY", "WARMTH"], patterns=["COMPARING"]
    )
    assert done["userErrors"] == []
    vector = done["session"]["vector"]
    assert (vector["valence"], vector["arousal"]) == (0.25, -0.25)
    assert (vector["origin"], vector["confidence"]) == ("PERSON", 1.0)
    assert {felt["emotion"] for felt in vector["emotions"]} == {"JOY", "WARMTH"}
    assert all(felt["intensity"] >= 0.5 for felt in vector["emotions"])
    assert vector["patterns"] == [{"pattern": "COMPARING", "probability": 1.0}]
    assert vector["turns"] == estimated["turns"]

    at_once = await read(client, person)
    valences = at_once["landscape"]["series"]["valence"]
    assert valences[0] == 0.25
    assert valences[1:] == before["landscape"]["series"]["valence"][1:]
    moved = at_once["landscape"]["centre"]["valence"]["value"] - before["landscape"]["centre"]["valence"]["value"]
    assert moved == pytest.approx((0.25 - estimated["valence"]) / 20)
    comparing = [slice_["count"] for slice_ in at_once["patterns"]["slices"] if slice_["key"] == "COMPARING"]
    assert comparing == [1]
    assert at_once["monthlySummary"]["status"] == "REBUILDING"
    await drain(spectrum.ports)
    told = await read(client, person)
    assert numbers(told) == numbers(at_once)
    assert checks(told) == {"MATCHES"}
    assert told["monthlySummary"]["status"] == "READY"


async def test_a_correction_taken_back_was_never_made(
    spectrum: Spectrum, client: Client, person: str, ids: list[str]
) -> None:
    """What is not given stays as it was said before, null gives the estimate back; all taken back is the identity."""
    before, estimated = await read(client, person), await _vector(client, person, ids[3])
    await _correct(client, person, ids[3], valence=0.5)
    await _correct(client, person, ids[3], patterns=[])
    both = await _vector(client, person, ids[3])
    assert (both["valence"], both["patterns"], both["arousal"]) == (0.5, [], estimated["arousal"])
    assert both["emotions"] == estimated["emotions"]
    await _correct(client, person, ids[3], valence=None)
    one = await _vector(client, person, ids[3])
    assert (one["valence"], one["patterns"], one["origin"]) == (estimated["valence"], [], "PERSON")
    await _correct(client, person, ids[3], patterns=None)
    assert await _vector(client, person, ids[3]) == estimated
    assert numbers(await read(client, person)) == numbers(before)
    await drain(spectrum.ports)
    after = await read(client, person)
    assert numbers(after) == numbers(before)
    assert after["insightFeed"]["nodes"]
    assert {card["status"] for card in after["insightFeed"]["nodes"]} == {"ACTIVE"}


async def test_the_same_word_twice_changes_nothing(client: Client, person: str, ids: list[str]) -> None:
    """A repeated correction leaves even the revision as it was; one of somebody else's session finds nothing."""
    first = await _correct(client, person, ids[0], valence=0.25, emotions=["HOPE", "HOPE"])
    again = await _correct(client, person, ids[0], emotions=["HOPE"], valence=0.25)
    assert again == first
    other = f"{person}-other"
    await client.ingest(session(other, START))
    for session_id in (ids[0], "x"):
        refused = await _correct(client, other, session_id, valence=0.0)
        assert [(e["code"], e["field"]) for e in refused["userErrors"]] == [("NOT_FOUND", ["input", "sessionId"])]
        assert (refused["session"], refused["spectrum"]) == (None, None)
    assert await _vector(client, person, ids[0]) == first["session"]["vector"]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({}, "REQUIRED", ["input"]),
        ({"valence": 1.01}, "OUT_OF_RANGE", ["input", "valence"]),
        ({"valence": 1.00004}, "OUT_OF_RANGE", ["input", "valence"]),
        ({"arousal": -1e308}, "OUT_OF_RANGE", ["input", "arousal"]),
        ({"emotions": []}, "OUT_OF_RANGE", ["input", "emotions"]),
        ({"emotions": ["JOY", "WARMTH", "HOPE", "SADNESS", "FEAR", "ANGER"]}, "OUT_OF_RANGE", ["input", "emotions"]),
    ],
)
async def test_a_correction_that_fits_nothing_is_refused(
    client: Client, person: str, ids: list[str], given: Any, code: str, field: list[str]
) -> None:
    """Each wrong field is named, and nothing is changed."""
    before = await read(client, person)
    refused = await _correct(client, person, ids[0], **given)
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [(code, field)]
    assert await read(client, person) == before


async def test_what_could_not_be_read_is_told_as_a_whole(spectrum: Spectrum, client: Client, person: str) -> None:
    """A session in another language counts for feelings once the person says how it felt; for patterns never."""
    payloads = await client.ingest(
        session(person, START, FOREIGN), *(session(person, START + timedelta(days=day), LIGHT) for day in range(1, 5))
    )
    (waiting,) = await client.ingest(session(person, START + timedelta(days=9), LIGHT))
    foreign = payloads[0]["sessionId"]
    early = await _correct(client, person, waiting["sessionId"], valence=0.5)
    assert [error["code"] for error in early["userErrors"]] == ["CONFLICT"]
    await drain(spectrum.ports)
    assert (await read(client, person))["landscape"]["series"]["valence"][0] is None
    partly = await _correct(client, person, foreign, valence=-0.5)
    assert [(error["code"], error["field"]) for error in partly["userErrors"]] == [("REQUIRED", ["input"])]
    patterns = await _correct(client, person, foreign, patterns=["MIND_READING"])
    assert ("INVALID", ["input", "patterns"]) in [(e["code"], e["field"]) for e in patterns["userErrors"]]
    whole = await _correct(client, person, foreign, valence=-0.5, arousal=0.1, emotions=["SADNESS"])
    assert whole["userErrors"] == []
    told = await read(client, person)
    assert told["landscape"]["series"]["valence"][0] == -0.5
    assert told["patterns"]["sampleCount"] == 5


async def test_a_correction_outlives_a_second_reading(
    spectrum: Spectrum, client: Client, person: str, ids: list[str]
) -> None:
    """After a reset of what was derived, the words are read again and the person's own word still counts."""
    before = await read(client, person)
    await _correct(client, person, ids[0], valence=0.75)
    corrected = await read(client, person)
    reset = """mutation($input: ResetInput!) { resetSpectrum(input: $input) { userErrors { code } } }"""
    asked = {
        "idempotencyKey": "7b0e4a4e-6f51-4f6e-9d3a-3f2f0a1b2c3d",
        "scope": "DERIVED",
        "confirmation": "RESET",
        "immediately": True,
    }
    assert (await client.ask(reset, {"input": asked}, subject=person))["resetSpectrum"]["userErrors"] == []
    await drain_half_a_minute_later(spectrum)
    again = await read(client, person)
    assert numbers(again) == numbers(corrected) != numbers(before)
    assert (await _vector(client, person, ids[0]))["valence"] == 0.75


async def test_only_words_that_rest_on_a_counted_session_are_asked_again(
    spectrum: Spectrum, client: Client, person: str
) -> None:
    """Its own week and the twelve after it, whose yardstick it is; no later one, and none when it is left out."""
    weeks = [0, 2, 12, 14, 31]  # the last one tells of a return
    payloads = await client.ingest(
        *(session(person, START + timedelta(weeks=week, days=day), HEAVY) for week in weeks for day in range(3))
    )
    await drain(spectrum.ports)
    feed = "{ viewer { spectrum { insightFeed(first: 100) { nodes { status period { from } } } } } }"

    async def stale() -> set[str]:
        cards = (await client.ask(feed, subject=person))["viewer"]["spectrum"]["insightFeed"]["nodes"]
        return {card["period"]["from"] for card in cards if card["status"] == "STALE"}

    first = payloads[0]["sessionId"]
    await _correct(client, person, first, valence=0.5)
    mondays = [(START - timedelta(days=2) + timedelta(weeks=week)).date().isoformat() for week in weeks]
    assert await stale() == set(mondays[:3])
    await drain(spectrum.ports)
    exclude = """mutation($input: ExcludeInput!) { excludeFromSpectrum(input: $input) { userErrors { code } } }"""
    asked = {"idempotencyKey": "7b0e4a4e-6f51-4f6e-9d3a-3f2f0a1b2c3e", "targets": [{"sessionId": first}]}
    await client.ask(exclude, {"input": asked}, subject=person)
    await drain(spectrum.ports)
    await _correct(client, person, first, valence=-0.5)
    assert await stale() == set()


async def test_a_correction_of_what_is_gone_can_still_be_taken_back(
    spectrum: Spectrum, client: Client, owner: Any, person: str, ids: list[str]
) -> None:
    """When words and estimate are gone the session counts no more; what was said of it can only be taken back."""
    await _correct(client, person, ids[0], valence=0.5, arousal=0.5, emotions=["HOPE"])
    await owner.execute("DELETE FROM sealed_text WHERE person_id = $1", who(spectrum, person))
    asked = {
        "idempotencyKey": "7b0e4a4e-6f51-4f6e-9d3a-3f2f0a1b2c3f",
        "scope": "DERIVED",
        "confirmation": "RESET",
        "immediately": True,
    }
    reset = """mutation($input: ResetInput!) { resetSpectrum(input: $input) { userErrors { code } } }"""
    await client.ask(reset, {"input": asked}, subject=person)
    await drain(spectrum.ports)
    assert await _vector(client, person, ids[0]) is None
    renewed = await _correct(client, person, ids[0], valence=0.25)
    assert [(e["code"], e["field"]) for e in renewed["userErrors"]] == [("CONFLICT", ["input", "sessionId"])]
    back = await _correct(client, person, ids[0], valence=None, arousal=None, emotions=None)
    assert back["userErrors"] == []
    assert await owner.fetchval("SELECT count(*) FROM correction WHERE person_id = $1", who(spectrum, person)) == 0
