"""A person says where and when they want to be told; an address is one person's at a time."""

import asyncio
from typing import Any

import pytest

from app.pipeline import upkeep
from app.storage.notify.devices import MOST_DEVICES
from app.wiring import Spectrum
from graphql_schema.ids import encode
from tests.client import BROWSER_KEYS, Client, session
from tests.life import JUNE, take, who

DEVICES = """{ viewer { devices { id platform transport appVersion lastSeenAt reachable } } }"""
REGISTER = """mutation($input: RegisterDeviceInput!) { registerDevice(input: $input) {
  userErrors { code field } device { id appVersion } } }"""
FORGET = """mutation($id: ID!) { unregisterDevice(input: {deviceId: $id}) { userErrors { code } deviceId } }"""
CHOICE = "weeklySummary monthlySummary day time quietHours { from to } lockScreen"
CHOSEN = f"{{ viewer {{ notificationPreferences {{ {CHOICE} }} }} }}"
CHOOSE = f"""mutation($input: NotificationPreferencesInput!) {{ updateNotificationPreferences(input: $input) {{
  userErrors {{ code field }} preferences {{ {CHOICE} }} }} }}"""
DEFAULTS = {
    "weeklySummary": True,
    "monthlySummary": True,
    "day": "MONDAY",
    "time": "09:00",
    "quietHours": {"from": "21:00", "to": "08:00"},
    "lockScreen": "DISCREET",
}


def _device(name: str, **more: Any) -> dict[str, Any]:
    push = {"endpoint": f"https://push.example/{name}", **BROWSER_KEYS}
    return {
        "platform": "WEB",
        "webPush": push,
        "appVersion": "4.12.0",
        "locale": "pt-BR",
        "timeZone": "Europe/Lisbon",
        **more,
    }


async def _register(client: Client, person: str, name: str, **more: Any) -> Any:
    return (await client.ask(REGISTER, {"input": _device(name, **more)}, subject=person))["registerDevice"]


async def _devices(client: Client, person: str) -> Any:
    return (await client.ask(DEVICES, subject=person))["viewer"]["devices"]


@pytest.fixture
async def known(spectrum: Spectrum, person: str) -> str:
    """Give somebody who has had a session."""
    await take(spectrum, session(person, JUNE))
    return person


async def test_an_address_is_registered_once_and_renewed(client: Client, known: str, owner: Any) -> None:
    """The same address again is the same device, with what is new; forgotten it is gone, and that is said once."""
    first = await _register(client, known, "one")
    await owner.execute("UPDATE device SET reachable = false, seen_at = seen_at - interval '1 day'")
    again = await _register(client, known, "one", appVersion="4.13.0-beta.1")
    assert (first["userErrors"], again["device"]) == ([], {"id": first["device"]["id"], "appVersion": "4.13.0-beta.1"})
    await _register(client, known, "two")
    newest, older = await _devices(client, known)
    assert (older["id"], older["reachable"], older["transport"]) == (first["device"]["id"], True, "WEB_PUSH")
    assert (await client.ask("query($id: ID!) { node(id: $id) { __typename } }", {"id": newest["id"]}, subject=known))[
        "node"
    ] == {"__typename": "Device"}
    for expected in ([], ["NOT_FOUND"]):
        done = (await client.ask(FORGET, {"id": newest["id"]}, subject=known))["unregisterDevice"]
        assert [error["code"] for error in done["userErrors"]] == expected
    assert [each["id"] for each in await _devices(client, known)] == [older["id"]]


async def test_an_address_is_one_persons(spectrum: Spectrum, client: Client, known: str) -> None:
    """Whoever signs in on a browser has its address from then on; nobody forgets another's device."""
    other = f"{known}-2"
    await take(spectrum, session(other, JUNE))
    await _register(client, known, "shared")
    theirs = (await _register(client, other, "shared"))["device"]["id"]
    assert (await _devices(client, known), len(await _devices(client, other))) == ([], 1)
    for id_ in (theirs, encode("Session", who(spectrum, known)), "x"):
        refused = (await client.ask(FORGET, {"id": id_}, subject=known))["unregisterDevice"]
        assert [error["code"] for error in refused["userErrors"]] == ["NOT_FOUND"]
    assert len(await _devices(client, other)) == 1


async def test_of_two_who_register_an_address_at_once_one_has_it(
    spectrum: Spectrum, client: Client, owner: Any, known: str
) -> None:
    """However they meet, it is told to one of them alone."""
    people = [known, *(f"{known}-{number}" for number in range(5))]
    await take(spectrum, *(session(person, JUNE) for person in people[1:]))
    for place in range(5):
        address = f"{known}-at-once-{place}"
        await asyncio.gather(*(_register(client, person, address) for person in people))
        found = await owner.fetchval(
            "SELECT count(*) FROM device WHERE endpoint = $1", f"https://push.example/{address}"
        )
        assert found == 1


async def test_what_could_carry_words_is_refused(client: Client, known: str) -> None:
    """Versions, addresses, keys, languages and zones are of their own forms; all that is wrong is named."""
    wrong = {
        "webPush": {"endpoint": "http://push.example/\u00e4", "p256dh": "my mother", "auth": "called me"},
        "appVersion": "4.12-my.mother.called",
        "locale": "my-mother-called",
        "timeZone": "Mother/Called",
    }
    refused = await _register(client, known, "one", **wrong)
    assert {(error["code"], error["field"][-1]) for error in refused["userErrors"]} == {
        ("INVALID", name) for name in ("endpoint", "webPush", "appVersion", "locale", "timeZone")
    }
    assert await _devices(client, known) == []
    nobody = await _register(client, f"{known}-3", "one")
    assert [error["code"] for error in nobody["userErrors"]] == ["NOT_FOUND"]


async def test_of_many_devices_the_oldest_go(spectrum: Spectrum, client: Client, known: str, owner: Any) -> None:
    """Twenty stay, those renewed last; and upkeep forgets what was not renewed for half a year."""
    for number in range(MOST_DEVICES + 2):
        await _register(client, known, f"{known}-{number}")
    kept = await _devices(client, known)
    assert len(kept) == MOST_DEVICES
    address = f"https://push.example/{known}-"
    left = await owner.fetch("SELECT endpoint FROM device WHERE person_id = $1", who(spectrum, known))
    assert {row["endpoint"] for row in left} == {f"{address}{number}" for number in range(2, MOST_DEVICES + 2)}
    old = "UPDATE device SET seen_at = seen_at - interval '181 days' WHERE endpoint = $1"
    await owner.execute(old, f"{address}7")
    await upkeep.prepare(None, spectrum.ports)  # type: ignore[arg-type]  # it looks at no job
    assert len(await _devices(client, known)) == MOST_DEVICES - 1


async def test_how_somebody_wants_to_be_told(client: Client, known: str) -> None:
    """What is absent stays, an explicit null clears the quiet hours, and hours without an end are refused."""

    async def choose(**chosen: Any) -> Any:
        return (await client.ask(CHOOSE, {"input": chosen}, subject=known))["updateNotificationPreferences"]

    assert (await client.ask(CHOSEN, subject=known))["viewer"]["notificationPreferences"] == DEFAULTS
    told = await choose(day="SUNDAY", time="18:30", weeklySummary=False)
    expected = DEFAULTS | {"day": "SUNDAY", "time": "18:30", "weeklySummary": False}
    assert told == {"userErrors": [], "preferences": expected}
    assert (await choose(quietHours=None))["preferences"] == expected | {"quietHours": None}
    refused = await choose(quietHours={"from": "22:00", "to": "22:00"})
    assert refused == {"userErrors": [{"code": "INVALID", "field": ["input", "quietHours"]}], "preferences": None}
    assert (await choose(quietHours={"from": "23:00", "to": "06:00"}, lockScreen="NAMED"))["preferences"] == (
        expected | {"quietHours": {"from": "23:00", "to": "06:00"}, "lockScreen": "NAMED"}
    )
    assert (await client.ask(CHOSEN, subject=f"{known}-2"))["viewer"]["notificationPreferences"] == DEFAULTS
    for time in ("24:00", "9:00", "09:00:01", ""):
        answer = await client.post(CHOOSE, {"input": {"time": time}}, subject=known)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
