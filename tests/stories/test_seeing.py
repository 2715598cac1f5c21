"""What a person has opened is marked once; nodes come in the order in which they were asked for."""

from typing import Any

from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.client import Client
from tests.life import lived, who

FEED = """{ viewer { id spectrum { dataRevision freshAt insightFeed(first: 20) { unseenCount nodes { id seenAt } }
  } } }"""
SEE = "mutation($ids: [ID!]!) { markInsightsSeen(input: {insightIds: $ids}) { userErrors { code } unseenCount } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def _feed(client: Client, person: str) -> Any:
    return (await client.ask(FEED, subject=person))["viewer"]["spectrum"]


async def _see(client: Client, person: str, *ids: str) -> Any:
    return (await client.ask(SEE, {"ids": list(ids)}, subject=person))["markInsightsSeen"]


async def test_a_card_is_seen_once(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """The first time counts and changes the revision, again changes nothing; a rewritten card stays seen."""
    await lived(spectrum, owner, person, weeks=5)
    before = await _feed(client, person)
    ids = [node["id"] for node in before["insightFeed"]["nodes"]]
    assert (before["insightFeed"]["unseenCount"], before["freshAt"] is None) == (len(ids), False)
    assert {node["seenAt"] for node in before["insightFeed"]["nodes"]} == {None}
    assert await _see(client, person, *ids[:2], ids[0]) == {"userErrors": [], "unseenCount": len(ids) - 2}
    seen = await _feed(client, person)
    assert seen["dataRevision"] != before["dataRevision"]
    assert [node["seenAt"] is not None for node in seen["insightFeed"]["nodes"]] == [True] * 2 + [False] * (
        len(ids) - 2
    )
    assert (await _see(client, person, *ids[:2]))["unseenCount"] == len(ids) - 2
    assert await _feed(client, person) == seen
    await owner.execute("UPDATE writing SET edition = edition + 1 WHERE person_id = $1", who(spectrum, person))
    assert (await _feed(client, person))["insightFeed"] == seen["insightFeed"]


async def test_what_is_no_card_of_theirs_changes_nothing(
    spectrum: Spectrum, client: Client, owner: Any, person: str
) -> None:
    """Another's card, one that was taken back, a month and nonsense are passed over; too many, or none, are refused."""
    other = f"{person}-2"
    for key in (person, other):
        await lived(spectrum, owner, key, weeks=5)
    mine, theirs = [
        [node["id"] for node in (await _feed(client, key))["insightFeed"]["nodes"]] for key in (person, other)
    ]
    a_month = await owner.fetchval(
        "SELECT id FROM writing WHERE person_id = $1 AND period_kind = 'MONTH' LIMIT 1", who(spectrum, person)
    )
    await owner.execute(
        "UPDATE writing SET status = 'WITHDRAWN' WHERE 'Insight:' || id = convert_from(decode($1, 'base64'), 'UTF8')",
        mine[0] + "=" * (-len(mine[0]) % 4),
    )
    before = await _feed(client, person)
    told = await _see(client, person, theirs[0], mine[0], encode("Insight", a_month), encode("Session", a_month), "x")
    assert told == {"userErrors": [], "unseenCount": len(mine) - 1}
    assert await _feed(client, person) == before
    assert (await _feed(client, other))["insightFeed"]["unseenCount"] == len(theirs)
    for ids in ([], [*mine, "x"] * 40):
        refused = await _see(client, person, *ids)
        assert [error["code"] for error in refused["userErrors"]] == ["TOO_MANY"]
    nobody = await _see(client, f"{person}-3", theirs[0])
    assert ([error["code"] for error in nobody["userErrors"]], nobody["unseenCount"]) == (["NOT_FOUND"], 0)


async def test_nodes_come_in_their_order(spectrum: Spectrum, client: Client, owner: Any, person: str) -> None:
    """Each as by `node`: null for what is unknown, twice for what is asked twice, at most a hundred."""
    await lived(spectrum, owner, person, weeks=2)
    viewer = (await client.ask(FEED, subject=person))["viewer"]
    card = viewer["spectrum"]["insightFeed"]["nodes"][0]["id"]
    found = (await client.ask(NODES, {"ids": [card, "x", viewer["id"], card]}, subject=person))["nodes"]
    assert [node and node["__typename"] for node in found] == ["Insight", None, "Viewer", "Insight"]
    assert (await client.ask(NODES, {"ids": []}, subject=person))["nodes"] == []
    answer = await client.post(NODES, {"ids": ["x"] * 101}, subject=person)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
