"""All that a person is shown about July 2026, in a shape in which two readings can be compared. Checks nothing."""

from typing import Any

from tests.client import Client

JULY = {"dates": {"from": "2026-07-01", "to": "2026-07-31"}}
_READ = """
query($range: RangeInput!) { viewer {
  sessions(first: 100, includeExcluded: false) { totalCount }
  spectrum { dataRevision state progress { analysedSessions excludedSessions pendingSessions }
    landscape(range: $range) { excludedCount series { keys valence sampleCount } centre { valence { value low high } }
      emotions { emotion intensity { value } } textAlternative }
    patterns: distribution(range: $range, by: PATTERN) { sampleCount slices { key count share { value } } }
    sources: distribution(range: $range, by: SOURCE) { sampleCount slices { key count } }
    turnImpact(range: $range) { sessionShift { valence { value sampleCount } } groups { key turnCount } }
    insightFeed(first: 100) { nodes { id kind status edition headline { ...Words } body { ...Words } } }
    monthlySummary(month: "2026-07") { status edition sampleCount title { ...Words }
      sections { heading paragraphs { ...Words } } } } } }
fragment Words on Claim { text evidence { check value { value sampleCount } } }
"""


async def read(client: Client, person: str) -> Any:
    """Read everything; `spectrum` with the number of counted sessions in it."""
    viewer = (await client.ask(_READ, {"range": JULY}, subject=person))["viewer"]
    return {**viewer["spectrum"], "counted": viewer["sessions"]["totalCount"]}


def words(told: Any) -> list[Any]:
    """Every sentence with its evidence: the month's first, then card by card."""
    month, cards = told["monthlySummary"], told["insightFeed"]["nodes"]
    return [
        *([month["title"]] if month["title"] else []),
        *(claim for section in month["sections"] for claim in section["paragraphs"]),
        *(claim for card in cards for claim in (card["headline"], *card["body"])),
    ]


def checks(told: Any) -> set[str]:
    """What folding again says of the evidence of every sentence."""
    return {evidence["check"] for claim in words(told) for evidence in claim["evidence"]}


def numbers(told: Any) -> Any:
    """Give the numbers alone."""
    return {key: told[key] for key in ("progress", "landscape", "patterns", "sources", "turnImpact", "counted")}
