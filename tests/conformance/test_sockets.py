"""The graphql-ws client hears what changes, and the server closes as the protocol says."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.wiring import Spectrum
from tests.conformance.conftest import Node, Script, Site
from tests.life import JUNE, take, weeks_of, work_off

pytestmark = pytest.mark.conformance

TRIES, AGAIN_AFTER_S = 10, 3
"""A change is made again when it was made before the server had begun to listen."""
CLOSES = {
    "nothing_said": 4408,
    "bad_token": 4403,
    "subscribed_first": 4401,
    "second_init": 4429,
    "duplicate_id": 4409,
    "legacy_protocol": 4406,
    "no_protocol": 4406,
    "not_json": 4400,
    "no_object": 4400,
    "no_such_type": 4400,
    "no_payload": 4400,
    "no_query": 4400,
    "no_id": 4400,
    "binary": 4400,
}


async def _heard(script: Script, spectrum: Spectrum, owner: Any, person: str, week: int) -> Any:
    """Change something of the person's until the client says that it heard."""
    await script.say("go on")
    heard = asyncio.create_task(script.hear())
    for number in range(TRIES):
        first = JUNE + timedelta(weeks=week + number)
        await take(spectrum, *weeks_of(person, weeks=1, first=first))
        await work_off(spectrum, owner)
        done, _ = await asyncio.wait({heard}, timeout=AGAIN_AFTER_S)
        if done:
            break
    return await heard


async def test_the_client_asks_hears_and_comes_back(
    node: Node, site: Site, spectrum: Spectrum, owner: Any, person: str
) -> None:
    """It asks over its socket and hears what changed; cut off, it connects and subscribes again, and hears again."""
    await take(spectrum, *weeks_of(person, weeks=1))
    await work_off(spectrum, owner)
    async with node.script("clients/socket.mjs", socket=site.socket, token=site.token(person)) as script:
        asked = (await script.hear())["asked"]
        assert "errors" not in asked
        assert asked["data"]["__typename"] == "Query"
        before = asked["data"]["viewer"]["spectrum"]["dataRevision"]
        assert (await script.hear()) == {"page": "listening"}
        event = (await _heard(script, spectrum, owner, person, 1))["heard"]["data"]["spectrumEvents"]
        assert event["dataRevision"] != before
        assert event["reason"] in {"SESSION_ANALYSED", "PERIOD_CLOSED", "WRITING_PUBLISHED"}
        assert "errors" not in (await script.hear())["asked"]
        assert (await script.hear()) == {"page": "back"}
        later = await _heard(script, spectrum, owner, person, 1 + TRIES)
        assert later["connections"] >= 2
        assert later["heard"]["data"]["spectrumEvents"]["dataRevision"] != event["dataRevision"]


async def test_each_break_of_the_protocol_has_its_code(node: Node, site: Site, person: str) -> None:
    """What a client must not do closes its socket with the code for it, never with 1006 or 1011."""
    assert await node.answer("clients/closing.mjs", socket=site.socket, token=site.token(person)) == CLOSES
