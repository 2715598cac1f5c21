"""A person says how a card met them; which revisions ring true is known, and nothing else is."""

from typing import Any

from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.client import Client
from tests.life import lived, who

FEED = """{ viewer { spectrum { dataRevision insightFeed(first: 20) {
  nodes { id feedback { verdict givenAt } } } } } }"""
SAY = """mutation($id: ID!, $verdict: FeedbackVerdict!) { giveInsightFeedback(input: {insightId: $id,
  verdict: $verdict}) { userErrors { code field } insight { id feedback { verdict } } } }"""


async def _said(client: Client, person: str, id_: str, verdict: str = "RINGS_TRUE") -> Any:
    return (await client.ask(SAY, {"id": id_, "verdict": verdict}, subject=person))["giveInsightFeedback"]


async def test_the_last_change_of_mind_counts(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """A verdict stands beside its card, a later one takes its place, other cards have none, and answers are new."""
    await lived(spectrum, owner, person, weeks=5)
    before = (await client.ask(FEED, subject=person))["viewer"]["spectrum"]
    first, *others = [node["id"] for node in before["insightFeed"]["nodes"]]
    for verdict in ("RINGS_TRUE", "UPSETTING"):
        said = await _said(client, person, first, verdict)
        assert said == {"userErrors": [], "insight": {"id": first, "feedback": {"verdict": verdict}}}
    after = (await client.ask(FEED, subject=person))["viewer"]["spectrum"]
    assert after["dataRevision"] != before["dataRevision"]
    shown = {node["id"]: node["feedback"] for node in after["insightFeed"]["nodes"]}
    assert shown.pop(first)["verdict"] == "UPSETTING"
    assert shown == dict.fromkeys(others)
    assert await owner.fetchval("SELECT count(*) FROM feedback WHERE person_id = $1", who(spectrum, person)) == 1


async def test_what_is_no_card_of_theirs_is_not_found(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """Somebody else's card, a month, one that was taken back, and nonsense are all the same."""
    person_id = await lived(spectrum, owner, person, weeks=5)
    other = await lived(spectrum, owner, f"{person}-2", weeks=2)
    a_card = "SELECT id FROM writing WHERE person_id = $1 AND period_kind = $2 LIMIT 1"
    taken = await owner.fetchval(a_card, person_id, "WEEK")
    await owner.execute("UPDATE writing SET status = 'WITHDRAWN' WHERE id = $1", taken)
    theirs, month = await owner.fetchval(a_card, other, "WEEK"), await owner.fetchval(a_card, person_id, "MONTH")
    for id_ in (*(encode("Insight", each) for each in (theirs, month, taken)), "x", encode("Session", taken)):
        said = await _said(client, person, id_)
        assert said == {"userErrors": [{"code": "NOT_FOUND", "field": ["input", "insightId"]}], "insight": None}
    nobody = await _said(client, f"{person}-3", encode("Insight", theirs))
    assert [error["code"] for error in nobody["userErrors"]] == ["NOT_FOUND"]


async def test_which_revision_rings_true_is_told_of_twenty_people(
    spectrum: Spectrum, client: Client, owner: Any
) -> None:
    """Of nineteen people nothing is told; of twenty the share whose verdict was that it rings true."""
    asked = """{ ops { prompts { key revisions(first: 10) { nodes { name quality {
      ringsTrueRate { numerator denominator suppressed } } } } } } }"""

    async def told() -> Any:
        prompts = (await client.team(asked))["ops"]["prompts"]
        nodes = [node for each in prompts for node in each["revisions"]["nodes"]]
        return next(node["quality"]["ringsTrueRate"] for node in nodes if node["name"] == "weekly-card@1")

    await owner.execute("DELETE FROM feedback")
    for number in range(20):
        assert (await told())["suppressed"] is True
        await owner.execute(
            "INSERT INTO feedback (person_id, writing_id, verdict, prompt_revision)"
            " VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'weekly-card@1')",
            "RINGS_TRUE" if number % 4 else "NOT_QUITE",
        )
    assert await told() == {"numerator": 15, "denominator": 20, "suppressed": False}
    await owner.execute("DELETE FROM feedback")
