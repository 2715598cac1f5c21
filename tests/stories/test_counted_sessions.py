"""The sessions behind numbers: those that were counted, no others, and the same ones wherever they are asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.later import drain_half_a_minute_later

JULY = datetime(2026, 7, 1, 7, tzinfo=UTC)
FOREIGN = "Heute war ein langer Tag, und ich bin sehr müde, aber mit meiner Schwester war es schön."
OF_EVERY_SESSION = {"SESSION_COUNT", "SOURCE_SHARE", "TIME_SHARE"}
EXCLUDE = "mutation($input: ExcludeInput!) { excludeFromSpectrum(input: $input) { userErrors { code } } }"
POINTS = """{ viewer {
  spectrum { landscape(range: {month: "2026-07"}, granularity: SESSION) {
    textAlternative points { key sampleCount affect { valence { value suppressed } } session { id localDate } } } }
  exclusions(first: 10) { nodes { sessionCount target { __typename
    ... on SessionTarget { session { id countsTowardInsights } } } } } } }"""
MONTH = """{ viewer { spectrum { monthlySummary(month: "2026-07") {
  sampleCount title { ...Words } sections { paragraphs { ...Words } } } } } }
fragment Words on Claim { evidence { id metric check value { sampleCount } } }"""
PAGE = """query($id: ID!, $after: String) { node(id: $id) { ... on Evidence { sessions(first: 4, after: $after) {
  totalCount nodes { id startedAt } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } } }"""


async def _lived(spectrum: Spectrum, client: Client, person: str) -> tuple[list[str], str, str]:
    """Live a month of which one session is in German and one is left out; all ids, then these two."""
    days = [JULY + timedelta(days=2 * place) for place in range(12)]
    readable = [session(person, day, HEAVY, LIGHT) for day in days]
    foreign = session(person, JULY + timedelta(hours=12), FOREIGN, FOREIGN)
    payloads = await client.ingest(*readable, foreign)
    ids = [payload["sessionId"] for payload in payloads]
    given = {"idempotencyKey": str(uuid4()), "targets": [{"sessionId": ids[3]}, {"source": "LENS"}]}
    done = await client.ask(EXCLUDE, {"input": given}, subject=person)
    assert done["excludeFromSpectrum"]["userErrors"] == []
    await drain_half_a_minute_later(spectrum)
    return ids, ids[-1], ids[3]


async def _pages(client: Client, person: str, evidence: str) -> tuple[list[Any], int]:
    """Turn all pages of an evidence's sessions; the sessions and how many there are said to be."""
    nodes: list[Any] = []
    after = None
    while True:
        asked = {"id": evidence, "after": after}
        page = (await client.ask(PAGE, asked, subject=person))["node"]["sessions"]
        assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
        nodes += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes, page["totalCount"]


async def test_every_point_leads_to_its_session(spectrum: Spectrum, client: Client, person: str) -> None:
    """Each point names its own session; what could not be read keeps its place and says so; exclusions lead back."""
    ids, foreign, hidden = await _lived(spectrum, client, person)
    viewer = (await client.ask(POINTS, subject=person))["viewer"]
    landscape = viewer["spectrum"]["landscape"]
    reached = [point["session"]["id"] for point in landscape["points"]]
    assert sorted(reached) == sorted(set(ids) - {hidden})
    dates = [point["session"]["localDate"] for point in landscape["points"]]
    assert dates == sorted(dates)
    silent = {point["session"]["id"] for point in landscape["points"] if point["affect"]["valence"]["value"] is None}
    assert silent == {foreign}
    assert "1 session that could not be read" in landscape["textAlternative"]
    by_source, single = viewer["exclusions"]["nodes"]
    assert (by_source["sessionCount"], single["sessionCount"]) == (0, 1)
    assert single["target"]["session"] == {"id": hidden, "countsTowardInsights": False}


async def test_evidence_lists_what_was_counted(spectrum: Spectrum, client: Client, person: str) -> None:
    """The pages hold, newest first and once each, the sessions of the sample: none left out, unread or unanalysed."""
    _, foreign, hidden = await _lived(spectrum, client, person)
    month = (await client.ask(MONTH, subject=person))["viewer"]["spectrum"]["monthlySummary"]
    (late,) = await client.ingest(session(person, JULY + timedelta(days=20), LIGHT))
    claims = [month["title"], *(words for section in month["sections"] for words in section["paragraphs"])]
    evidence = {each["id"]: each for claim in claims for each in claim["evidence"]}
    assert {each["check"] for each in evidence.values()} == {"MATCHES"}
    assert {each["metric"] for each in evidence.values()} >= {"SESSION_COUNT", "VALENCE"}
    for id_, each in evidence.items():
        nodes, total = await _pages(client, person, id_)
        listed = [node["id"] for node in nodes]
        assert len(set(listed)) == len(listed) == total == each["value"]["sampleCount"]
        assert [node["startedAt"] for node in nodes] == sorted((node["startedAt"] for node in nodes), reverse=True)
        assert not {hidden, late["sessionId"]} & set(listed)
        assert (foreign in listed) is (each["metric"] in OF_EVERY_SESSION)


async def test_a_cursor_of_another_list_is_refused(spectrum: Spectrum, client: Client, person: str) -> None:
    """The sessions of an evidence are paged by their own cursors; a broken or foreign one is the caller's mistake."""
    await _lived(spectrum, client, person)
    month = (await client.ask(MONTH, subject=person))["viewer"]["spectrum"]["monthlySummary"]
    evidence = month["title"]["evidence"] or month["sections"][0]["paragraphs"][0]["evidence"]
    answer = await client.post(PAGE, {"id": evidence[0]["id"], "after": "x"}, subject=person)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
