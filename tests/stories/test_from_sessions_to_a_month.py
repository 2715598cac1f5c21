"""The whole way: sessions come in, and a person reads their landscape, patterns, feed and month."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from workers.drain import drain

READ = """
query($week: Week!, $month: Month!, $range: RangeInput!) {
  viewer {
    timeZone
    sessions(first: 5) { totalCount nodes { localDate analysis countsTowardInsights vector { valence } } }
    spectrum {
      state
      progress { analysedSessions excludedSessions pendingSessions failedSessions neededForMonthly nextWeeklyOn }
      landscape(range: $range) {
        points { key sampleCount affect { valence { value } } } series { keys valence }
        centre { valence { value low high suppressed sampleCount } } textAlternative
      }
      distribution(range: $range, by: PATTERN) { sampleCount slices { key count share { value suppressed } } }
      turnImpact(range: $range) { caveat sessionShift { valence { value sampleCount } } groups { key turnCount } }
      insightFeed(first: 50) { nodes { ...Card } }
      weeklySummary(week: $week) { status insights(first: 3) { nodes { id } } }
      monthlySummary(month: $month) {
        status sampleCount edition
        title { ...Words }
        sections { kind heading paragraphs { ...Words } distribution { by sampleCount } }
        provenance { engine promptRevision promptHash inputHash checksPassed }
      }
    }
  }
}
fragment Card on Insight {
  id kind status headline { ...Words } body { ...Words } suggestion { label action } provenance { checksPassed }
}
fragment Words on Claim { text evidence { id check aggregate { key hash } value { sampleCount } } }
"""

JULY = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


def _a_month(person: str) -> list[dict[str, Any]]:
    """Give eighteen sessions in July: lighter mornings, heavier evenings."""
    days = range(0, 27, 3)
    mornings = [session(person, JULY + timedelta(days=day), HEAVY, LIGHT) for day in days]
    evenings = [session(person, JULY + timedelta(days=day, hours=11), HEAVY) for day in days]
    return mornings + evenings


def _claims(answer: Any) -> list[Any]:
    month = answer["monthlySummary"]
    cards = answer["insightFeed"]["nodes"]
    return [
        month["title"],
        *(claim for section in month["sections"] for claim in section["paragraphs"]),
        *(claim for card in cards for claim in [card["headline"], *card["body"]]),
    ]


async def test_a_month_of_sessions_becomes_numbers_and_words(spectrum: Spectrum, client: Client, person: str) -> None:
    """Every answer of the four screens is there, and every number in the words matches when folded again."""
    payloads = await client.ingest(*_a_month(person))
    assert all(payload["sessionId"] and not payload["userErrors"] for payload in payloads)
    await drain(spectrum.ports)

    july = {"dates": {"from": "2026-07-01", "to": "2026-07-31"}}
    viewer = (await client.ask(READ, {"week": "2026-W28", "month": "2026-07", "range": july}, subject=person))["viewer"]
    answer = viewer["spectrum"]
    assert viewer["timeZone"] == "Europe/Berlin"
    assert viewer["sessions"]["totalCount"] == 18
    assert {node["analysis"] for node in viewer["sessions"]["nodes"]} == {"DONE"}
    assert answer["state"] == "READY"
    assert answer["progress"]["analysedSessions"] == 18
    assert answer["progress"]["pendingSessions"] == answer["progress"]["failedSessions"] == 0
    assert len(answer["landscape"]["points"]) == 9
    assert answer["landscape"]["series"]["keys"] == [point["key"] for point in answer["landscape"]["points"]]
    centre = answer["landscape"]["centre"]["valence"]
    assert centre["low"] <= centre["value"] <= centre["high"]
    assert answer["distribution"]["sampleCount"] == 18
    assert answer["turnImpact"]["sessionShift"]["valence"]["sampleCount"] == 9
    assert answer["weeklySummary"]["status"] == "READY"
    assert answer["monthlySummary"]["status"] == "READY"
    assert answer["monthlySummary"]["provenance"]["engine"] == "TEMPLATE"
    assert answer["monthlySummary"]["sections"]
    assert answer["insightFeed"]["nodes"]
    evidence = [evidence for claim in _claims(answer) for evidence in claim["evidence"]]
    assert evidence
    assert {each["check"] for each in evidence} == {"MATCHES"}


async def test_evidence_can_be_fetched_by_its_id(spectrum: Spectrum, client: Client, person: str) -> None:
    """An evidence's id leads back to the same numbers, for its owner and for nobody else."""
    await client.ingest(*_a_month(person))
    await drain(spectrum.ports)
    july = {"dates": {"from": "2026-07-01", "to": "2026-07-31"}}
    answer = await client.ask(READ, {"week": "2026-W28", "month": "2026-07", "range": july}, subject=person)
    claims = _claims(answer["viewer"]["spectrum"])
    first = next(evidence for claim in claims for evidence in claim["evidence"])
    document = "query($id: ID!) { node(id: $id) { id ... on Evidence { label aggregate { key } check } } }"
    node = (await client.ask(document, {"id": first["id"]}, subject=person))["node"]
    assert (node["id"], node["aggregate"]["key"], node["check"]) == (
        first["id"], first["aggregate"]["key"], "MATCHES",
    )  # fmt: skip
    assert (await client.ask(document, {"id": first["id"]}, subject=person + "-another"))["node"] is None
