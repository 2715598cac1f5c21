"""Who has no Spectrum is shown none of it, by whichever way; their sessions and their wishes stay theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.wiring import Spectrum
from tests.client import LIGHT, Client, session
from workers.drain import drain

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
IDS = """{ viewer { spectrum { insightFeed(first: 1) { nodes { id headline { evidence { id } } } }
  weeklySummary(week: "2026-W28") { id } monthlySummary(month: "2026-07") { id } } } }"""
NODE = "query($id: ID!) { node(id: $id) { __typename } }"


async def test_no_id_leads_to_words_without_entitlement(
    spectrum: Spectrum, client: Client, person: str, owner: Any
) -> None:
    """Cards, evidence, weeks and months are null by their ids too once the plan has no Spectrum."""
    await client.ingest(*(session(person, JULY + timedelta(days=day), LIGHT) for day in range(20)))
    await drain(spectrum.ports)
    answer = (await client.ask(IDS, subject=person))["viewer"]["spectrum"]
    (card,) = answer["insightFeed"]["nodes"]
    evidence = [each["id"] for each in card["headline"]["evidence"]]
    ids = [card["id"], answer["weeklySummary"]["id"], answer["monthlySummary"]["id"], *evidence]
    for id_ in ids:
        assert (await client.ask(NODE, {"id": id_}, subject=person))["node"] is not None
    person_id = spectrum.ports.keyring.identity.person_id(person)
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", person_id)
    viewer = await client.ask("{ viewer { spectrum { state } sessions(first: 1) { totalCount } } }", subject=person)
    assert viewer["viewer"] == {"spectrum": None, "sessions": {"totalCount": 20}}
    for id_ in ids:
        assert (await client.ask(NODE, {"id": id_}, subject=person))["node"] is None


async def test_an_empty_feed_says_why(spectrum: Spectrum, client: Client, person: str) -> None:
    """Waiting, too few, or all left out: each is said; a filter that leaves nothing is no reason."""
    feed = """query($kinds: [InsightKind!]) { viewer { spectrum {
      insightFeed(first: 5, kinds: $kinds) { emptyReason } } } }"""

    async def reason(kinds: list[str] | None = None) -> str | None:
        answer = await client.ask(feed, {"kinds": kinds}, subject=person)
        found: str | None = answer["viewer"]["spectrum"]["insightFeed"]["emptyReason"]
        return found

    assert await reason() == "TOO_FEW_SESSIONS"
    await client.ingest(*(session(person, JULY + timedelta(days=day), LIGHT) for day in range(7)))
    assert await reason() == "PENDING"
    await drain(spectrum.ports)
    assert await reason() is None
    assert await reason(["SHIFT"]) is None
    exclude = "mutation($input: ExcludeInput!) { excludeFromSpectrum(input: $input) { userErrors { code } } }"
    everything = {"idempotencyKey": str(uuid4()), "targets": [{"source": "MIRROR"}]}
    await client.ask(exclude, {"input": everything}, subject=person)
    await drain(spectrum.ports)
    assert await reason() == "EXCLUDED"


async def test_a_reset_asked_for_twice_is_one_also_when_nothing_is_left(
    spectrum: Spectrum, client: Client, person: str
) -> None:
    """After EVERYTHING the same key still answers with the same, finished operation."""
    await client.ingest(session(person, JULY, LIGHT))
    reset = """mutation($input: ResetInput!) {
      resetSpectrum(input: $input) { operation { id status } userErrors { code } } }"""
    given = {"idempotencyKey": str(uuid4()), "scope": "EVERYTHING", "confirmation": "RESET", "immediately": True}
    first = (await client.ask(reset, {"input": given}, subject=person))["resetSpectrum"]["operation"]
    await drain(spectrum.ports)
    again = (await client.ask(reset, {"input": given}, subject=person))["resetSpectrum"]
    assert again == {"operation": {"id": first["id"], "status": "SUCCEEDED"}, "userErrors": []}
