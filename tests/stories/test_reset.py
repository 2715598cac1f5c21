"""A person erases: what goes is gone, the receipt proves it, and whoever wants to may begin again."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.wiring import Spectrum
from tests.client import HEAVY, LIGHT, Client, session
from tests.later import drain_half_a_minute_later
from tests.stories.telling import checks, numbers, read, words
from workers.drain import drain

START = datetime(2026, 7, 1, 7, tzinfo=UTC)
RESET = """mutation($input: ResetInput!) { resetSpectrum(input: $input) { userErrors { code field } operation {
  id status scope requestedAt cancellableUntil finishedAt failure receipt { id } } } }"""
OPERATIONS = """{ viewer { spectrum { state } operations(first: 10) { nodes { id status finishedAt failure
  ... on ResetOperation { scope receipt { id scope completedAt remaining backupsExpireAt statement signature keyId
    stores { store deleted remaining } } } } } } }"""


def _month(person: str) -> list[dict[str, Any]]:
    days = [START + timedelta(days=2 * place) for place in range(12)]
    return [session(person, day + timedelta(hours=hour), HEAVY, LIGHT) for day in days for hour in (0, 11)]


@pytest.fixture
async def month(spectrum: Spectrum, client: Client, person: str) -> list[dict[str, Any]]:
    """Give the 24 sessions that were handed over and told about."""
    sessions = _month(person)
    await client.ingest(*sessions)
    await drain(spectrum.ports)
    return sessions


async def test_a_fast_clock_brings_no_forgotten_session_back(spectrum: Spectrum, client: Client, person: str) -> None:
    """A session that ended a little in the future, as a fast phone says, stays forgotten when it is sent again."""
    ahead = session(person, datetime.now(UTC) + timedelta(minutes=1), LIGHT)
    await client.ingest(ahead)
    await _reset(client, person, "FORGET_HISTORY")
    await drain(spectrum.ports)
    (again,) = await client.ingest(ahead)
    assert again["duplicate"]
    assert (await client.ask("{ viewer { sessions(first: 1) { totalCount } } }", subject=person)) == {
        "viewer": {"sessions": {"totalCount": 0}}
    }


async def _reset(client: Client, person: str, scope: str, **more: Any) -> Any:
    given = {"idempotencyKey": str(uuid4()), "scope": scope, "confirmation": "RESET", "immediately": True, **more}
    return (await client.ask(RESET, {"input": given}, subject=person))["resetSpectrum"]


async def _receipt(client: Client, person: str, scope: str) -> dict[str, Any]:
    """Give the receipt of the newest operation, checked as anyone can check it."""
    (operation, *_) = (await client.ask(OPERATIONS, subject=person))["viewer"]["operations"]["nodes"]
    assert (operation["status"], operation["scope"], operation["failure"]) == ("SUCCEEDED", scope, None)
    receipt: dict[str, Any] = operation["receipt"]
    assert receipt["remaining"] == 0
    assert receipt["stores"]
    assert all(store["remaining"] == 0 for store in receipt["stores"])
    statement = json.loads(receipt["statement"])
    assert json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == receipt["statement"]
    assert (statement["scope"], statement["remaining"]) == (scope, 0)
    assert statement["stores"] == receipt["stores"]
    assert person not in receipt["statement"]
    keys = (await client.http.get("/.well-known/spectrum-keys.json")).json()["keys"]
    (key,) = [key for key in keys if key["kid"] == receipt["keyId"]]
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    public = Ed25519PublicKey.from_public_bytes(_bytes(key["x"]))
    public.verify(_bytes(receipt["signature"]), receipt["statement"].encode())
    with pytest.raises(InvalidSignature):
        public.verify(
            _bytes(receipt["signature"]), receipt["statement"].replace('"remaining":0', '"remaining":1').encode()
        )
    return {store["store"]: store["deleted"] for store in receipt["stores"]}


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_derived_goes_and_comes_back_from_the_sealed_words(
    spectrum: Spectrum, client: Client, person: str, month: list[dict[str, Any]]
) -> None:
    """DERIVED erases every number and sentence; the sessions are analysed again and tell the same."""
    before = await read(client, person)
    asked = await _reset(client, person, "DERIVED")
    assert asked["operation"]["status"] == "RUNNING"
    assert asked["operation"]["cancellableUntil"] == asked["operation"]["requestedAt"]
    assert asked["operation"]["receipt"] is None
    state = await client.ask("{ viewer { spectrum { state } } }", subject=person)
    assert state["viewer"]["spectrum"]["state"] == "REBUILDING"
    await drain_half_a_minute_later(spectrum)
    deleted = await _receipt(client, person, "DERIVED")
    assert deleted["session_numbers"] == 24
    assert deleted["writing"] > 0
    assert deleted["period_aggregate"] > 0
    assert "session" not in deleted
    after = await read(client, person)
    assert numbers(after) == numbers(before)
    assert [claim["text"] for claim in words(after)] == [claim["text"] for claim in words(before)]
    assert checks(after) == {"MATCHES"}
    assert after["state"] == "READY"


async def test_history_is_forgotten_and_stays_out(
    spectrum: Spectrum, client: Client, person: str, month: list[dict[str, Any]]
) -> None:
    """FORGET_HISTORY erases sessions and words; sent again they are known and stay out; new ones count."""
    await _reset(client, person, "FORGET_HISTORY")
    await drain(spectrum.ports)
    deleted = await _receipt(client, person, "FORGET_HISTORY")
    assert deleted["session"] == deleted["sealed_text"] == deleted["session_numbers"] == 24
    told = await read(client, person)
    assert (told["state"], told["counted"], words(told)) == ("EMPTY", 0, [])
    again = await client.ingest(*month)
    assert all(payload["duplicate"] and payload["sessionId"] and not payload["userErrors"] for payload in again)
    await drain(spectrum.ports)
    assert (await read(client, person))["counted"] == 0
    now = datetime.now(UTC)
    (new,) = await client.ingest(session(person, now - timedelta(seconds=50), LIGHT) | {"endedAt": _later(now)})
    assert new["duplicate"] is False
    await drain(spectrum.ports)
    assert (await read(client, person))["progress"]["analysedSessions"] == 1


def _later(now: datetime) -> str:
    return (now + timedelta(minutes=2)).isoformat()


async def test_everything_goes_and_whoever_wants_comes_back(
    spectrum: Spectrum, client: Client, person: str, month: list[dict[str, Any]]
) -> None:
    """EVERYTHING leaves the receipt alone; the person is empty, and the same sessions are new when they come again."""
    await _reset(client, person, "EVERYTHING")
    await drain(spectrum.ports)
    deleted = await _receipt(client, person, "EVERYTHING")
    assert deleted["person"] == 1
    assert deleted["session"] == 24
    told = await read(client, person)
    assert (told["state"], told["counted"], words(told)) == ("EMPTY", 0, [])
    refused = await _reset(client, person, "EVERYTHING")
    assert [problem["code"] for problem in refused["userErrors"]] == ["NOT_FOUND"]
    again = await client.ingest(*month)
    assert not any(payload["duplicate"] or payload["userErrors"] for payload in again)
    await drain(spectrum.ports)
    back = await read(client, person)
    assert (back["state"], back["counted"]) == ("READY", 24)
    assert checks(back) == {"MATCHES"}
    await _receipt(client, person, "EVERYTHING")


async def test_a_reset_is_asked_for_in_so_many_words(client: Client, person: str) -> None:
    """Without the word, or with a key used for another scope, nothing is erased; a replay is the same operation."""
    await client.ingest(session(person, START))
    for word in ("", "reset", "RESET ", "ja"):
        answer = await _reset(client, person, "EVERYTHING", confirmation=word)
        assert answer["operation"] is None
        assert answer["userErrors"] == [{"code": "CONFIRMATION_MISMATCH", "field": ["input", "confirmation"]}]
    key = str(uuid4())
    first = await _reset(client, person, "DERIVED", idempotencyKey=key)
    again = await _reset(client, person, "DERIVED", idempotencyKey=key)
    assert first["operation"]["id"] == again["operation"]["id"]
    other = await _reset(client, person, "EVERYTHING", idempotencyKey=key)
    assert other["userErrors"] == [{"code": "IDEMPOTENCY_CONFLICT", "field": ["input", "idempotencyKey"]}]
    listed = await client.ask(OPERATIONS, subject=person)
    assert len(listed["viewer"]["operations"]["nodes"]) == 1
    stranger = await _reset(client, f"{person}-unknown", "EVERYTHING")
    assert [problem["code"] for problem in stranger["userErrors"]] == ["NOT_FOUND"]
