"""Relay, Apollo and urql page the feed to its end while cards arrive, each joining pages in its own way."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.conformance.conftest import HERE, Node, Site
from tests.life import JUNE, take, weeks_of, who, work_off

pytestmark = pytest.mark.conformance

SIZE = 3
WEEKS = 8
ARRIVALS = 4
"""Between how many pages something arrives: a later week each time, at the top of the feed."""
CARDS = (
    "SELECT id FROM writing WHERE person_id = $1 AND period_kind = 'WEEK' AND status <> 'WITHDRAWN'"
    " ORDER BY first_day DESC, rank, id"
)


async def _cards(owner: Any, spectrum: Spectrum, person: str) -> list[str]:
    return [encode("Insight", row["id"]) for row in await owner.fetch(CARDS, who(spectrum, person))]


async def _arrive(spectrum: Spectrum, owner: Any, person: str, number: int) -> None:
    """Let the week after the last one be lived and told."""
    first = JUNE + timedelta(weeks=WEEKS + number)
    await take(spectrum, *weeks_of(person, weeks=1, first=first))
    await work_off(spectrum, owner)


async def _page(
    node: Node, site: Site, spectrum: Spectrum, owner: Any, person: str, client: str
) -> tuple[list[str], Mapping[str, Any]]:
    """The feed as it was when a client began, and what the client says at its end."""
    await take(spectrum, *weeks_of(person, weeks=WEEKS))
    await work_off(spectrum, owner)
    before = await _cards(owner, spectrum, person)
    assert len(before) > SIZE * ARRIVALS, "too few cards to be paged"
    asked = {"url": site.public, "token": site.token(person), "size": SIZE, "week": "2026-W27"}
    async with node.script(f"clients/{client}.mjs", **asked) as script:
        while "page" in (heard := await script.hear()):
            if heard["page"] <= ARRIVALS:
                await _arrive(spectrum, owner, person, heard["page"])
            await script.say("go on")
    assert len(await _cards(owner, spectrum, person)) > len(before), "nothing has arrived"
    return before, heard


@pytest.mark.parametrize("client", ["relay", "apollo", "urql"])
async def test_pages_have_no_gap_and_no_duplicate(
    node: Node,
    site: Site,
    spectrum: Spectrum,
    owner: Any,
    person: str,
    client: str,
    record_property: Callable[[str, object], None],
) -> None:
    """Everything that was there when paging began is brought once and shown once, in order, whatever arrives."""
    if client == "relay":
        (HERE / "relay/__generated__").mkdir(exist_ok=True)
        assert node.tool("relay-compiler/cli.js", "relay.config.json").returncode == 0
    before, heard = await _page(node, site, spectrum, owner, person, client)
    brought = [id_ for page in heard["wire"] for id_ in page]
    assert brought == before
    assert heard["shown"] == before
    assert [len(page) for page in heard["wire"][:-1]] == [SIZE] * (len(heard["wire"]) - 1), "only the last may be short"
    record_property(client, f"{len(brought)} cards in {len(heard['wire'])} pages")
    if client == "relay":
        await _asked_again(spectrum, owner, person, heard)


async def _asked_again(spectrum: Spectrum, owner: Any, person: str, heard: Mapping[str, Any]) -> None:
    """What Relay asks for by id alone is paged as wholly."""
    assert heard["counted"], "a card rests on something"
    for sessions in heard["counted"].values():
        assert len(set(sessions["ids"])) == len(sessions["ids"]) == sessions["total"]
    of_week = await owner.fetch(
        "SELECT id FROM writing WHERE person_id = $1 AND period_kind = 'WEEK' AND first_day = '2026-06-29'"
        " AND status <> 'WITHDRAWN' ORDER BY rank, id",
        who(spectrum, person),
    )
    assert heard["week"] == [encode("Insight", row["id"]) for row in of_week]
    assert heard["months"] == sorted(set(heard["months"]), reverse=True)
    assert heard["months"][-1] == f"{JUNE:%Y-%m}"
    assert heard["refused"] == []
    assert heard["seenAt"] is not None
