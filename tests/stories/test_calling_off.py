"""A reset begins ten minutes after it was asked for: until then it can be called off, and nothing is erased."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.pipeline import forget
from app.pipeline.forget import MAX_OPEN
from app.wiring import Spectrum
from tests.client import LIGHT, Client, session
from tests.life import hasten, who, work_off
from workers.drain import drain

START = datetime(2026, 7, 1, 7, tzinfo=UTC)
FIELDS = "id status progress scope requestedAt cancellableUntil finishedAt failure receipt { id }"
RESET = f"mutation($input: ResetInput!) {{ resetSpectrum(input: $input) {{ operation {{ {FIELDS} }} }} }}"
CANCEL = f"""mutation($id: ID!) {{ cancelReset(input: {{operationId: $id}}) {{
  userErrors {{ code field }} operation {{ {FIELDS} }} }} }}"""
LOOK = f"""query($id: ID!) {{ viewer {{ sessions(first: 1) {{ totalCount }} spectrum {{ state }} }}
  node(id: $id) {{ ... on ResetOperation {{ {FIELDS} }} }} }}"""


async def _ask(client: Client, person: str, scope: str, **more: Any) -> Any:
    given = {"idempotencyKey": str(uuid4()), "scope": scope, "confirmation": "RESET", **more}
    return (await client.ask(RESET, {"input": given}, subject=person))["resetSpectrum"]["operation"]


async def _cancel(client: Client, person: str, operation_id: str) -> Any:
    return (await client.ask(CANCEL, {"id": operation_id}, subject=person))["cancelReset"]


async def _look(client: Client, person: str, operation_id: str) -> Any:
    return await client.ask(LOOK, {"id": operation_id}, subject=person)


async def test_for_ten_minutes_nothing_is_erased(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """SCHEDULED, with everything still there and no word of rebuilding; then it is carried out by itself."""
    await client.ingest(session(person, START, LIGHT))
    await drain(spectrum.ports)
    asked = await _ask(client, person, "FORGET_HISTORY")
    assert (asked["status"], asked["progress"], asked["finishedAt"]) == ("SCHEDULED", 0.0, None)
    waits = datetime.fromisoformat(asked["cancellableUntil"]) - datetime.fromisoformat(asked["requestedAt"])
    assert waits == timedelta(minutes=10)
    await drain(spectrum.ports)
    seen = await _look(client, person, asked["id"])
    assert seen["viewer"]["sessions"]["totalCount"] == 1
    assert seen["viewer"]["spectrum"]["state"] != "REBUILDING"
    assert seen["node"]["status"] == "SCHEDULED"
    await work_off(spectrum, owner)  # as if ten minutes had gone by
    seen = await _look(client, person, asked["id"])
    assert seen["viewer"]["sessions"]["totalCount"] == 0
    assert (seen["node"]["status"], seen["node"]["progress"]) == ("SUCCEEDED", 1.0)


async def test_called_off_it_never_happens(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """CANCELLED, once and for all; its job is called off with it, and what it would have erased stays."""
    await client.ingest(session(person, START, LIGHT))
    asked = await _ask(client, person, "EVERYTHING")
    for _ in range(2):
        answer = await _cancel(client, person, asked["id"])
        assert answer["userErrors"] == []
        assert (answer["operation"]["status"], answer["operation"]["progress"]) == ("CANCELLED", 1.0)
        assert answer["operation"]["finishedAt"] is not None
    statuses = await owner.fetch("SELECT status FROM job WHERE kind = 'RESET' ORDER BY id DESC LIMIT 1")
    assert [row["status"] for row in statuses] == ["CANCELLED"]
    await work_off(spectrum, owner)
    seen = await _look(client, person, asked["id"])
    assert seen["viewer"]["sessions"]["totalCount"] == 1
    assert (seen["node"]["status"], seen["node"]["receipt"]) == ("CANCELLED", None)


async def test_a_job_that_runs_meanwhile_finds_it_called_off(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """A reset that is called off in the moment in which a worker takes it up erases nothing."""
    await client.ingest(session(person, START, LIGHT))
    asked = await _ask(client, person, "EVERYTHING")
    await owner.execute("UPDATE job SET status = 'RETRYING', run_after = now() WHERE kind = 'RESET'")
    await owner.execute("UPDATE operation SET status = 'CANCELLED', finished_at = now()")
    await work_off(spectrum, owner)
    seen = await _look(client, person, asked["id"])
    assert seen["viewer"]["sessions"]["totalCount"] == 1
    note = await owner.fetchval("SELECT note FROM job WHERE kind = 'RESET' ORDER BY id DESC LIMIT 1")
    assert "called off" in note


async def test_too_late_is_said(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """What has begun, or whose ten minutes are over, cannot be called off; another's reset does not exist."""
    await client.ingest(session(person, START, LIGHT), session(f"{person}-other", START, LIGHT))
    field = ["input", "operationId"]
    begun = await _ask(client, person, "DERIVED", immediately=True)
    over = await _ask(client, person, "DERIVED")
    await owner.execute("UPDATE operation SET cancellable_until = now() - interval '1 s' WHERE status = 'SCHEDULED'")
    for operation in (begun, over):
        answer = await _cancel(client, person, operation["id"])
        assert answer == {"userErrors": [{"code": "NOT_CANCELLABLE", "field": field}], "operation": None}
    foreign = await _ask(client, f"{person}-other", "DERIVED")
    for operation_id, subject in ((foreign["id"], person), ("x", person), (foreign["id"], f"{person}-nobody")):
        answer = await _cancel(client, subject, operation_id)
        assert answer == {"userErrors": [{"code": "NOT_FOUND", "field": field}], "operation": None}
    assert (await _look(client, f"{person}-other", foreign["id"]))["node"]["status"] == "SCHEDULED"
    await work_off(spectrum, owner)


async def test_one_key_is_one_wish(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """The same key for a reset at once and one that can be called off is a conflict, and so many may wait, no more."""
    await client.ingest(session(person, START, LIGHT))
    given = {"idempotencyKey": str(uuid4()), "scope": "DERIVED", "confirmation": "RESET"}
    asked = "mutation($input: ResetInput!) { resetSpectrum(input: $input) { userErrors { code } operation { id } } }"
    first, again, at_once = [
        (await client.ask(asked, {"input": {**given, **more}}, subject=person))["resetSpectrum"]
        for more in ({}, {}, {"immediately": True})
    ]
    assert first == again
    assert at_once == {"userErrors": [{"code": "IDEMPOTENCY_CONFLICT"}], "operation": None}
    for _ in range(MAX_OPEN):
        more = {"idempotencyKey": str(uuid4())}
        last = (await client.ask(asked, {"input": {**given, **more}}, subject=person))["resetSpectrum"]
    assert last == {"userErrors": [{"code": "TOO_MANY"}], "operation": None}
    await work_off(spectrum, owner)


async def test_what_has_erased_everything_is_not_called_off(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Of somebody of whom nothing is left the operation still is: too late is said, not that there is none."""
    await client.ingest(session(person, START, LIGHT))
    asked = await _ask(client, person, "EVERYTHING")
    await work_off(spectrum, owner)
    answer = await _cancel(client, person, asked["id"])
    assert answer["userErrors"] == [{"code": "NOT_CANCELLABLE", "field": ["input", "operationId"]}]


async def test_a_reset_at_once_that_waits_for_a_worker_is_moot_too(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """When the account goes before a worker came, whoever comes back loses nothing to the older wish."""
    await client.ingest(session(person, START, LIGHT))
    waiting = await _ask(client, person, "FORGET_HISTORY", immediately=True)
    await forget.erase_account(spectrum.ports, who(spectrum, person), actor="app")
    await client.ingest(session(person, START, LIGHT))
    await work_off(spectrum, owner)
    seen = await _look(client, person, waiting["id"])
    assert (seen["node"]["status"], seen["viewer"]["sessions"]["totalCount"]) == ("CANCELLED", 1)


async def test_everything_calls_the_other_resets_off(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """After EVERYTHING a reset that was still to come finds nothing of whoever comes back."""
    await client.ingest(session(person, START, LIGHT))
    waiting = await _ask(client, person, "FORGET_HISTORY")
    await _ask(client, person, "EVERYTHING", immediately=True)
    await drain(spectrum.ports)
    assert (await _look(client, person, waiting["id"]))["node"]["status"] == "CANCELLED"
    await client.ingest(session(person, START, LIGHT))
    await hasten(owner)
    await work_off(spectrum, owner)
    assert (await _look(client, person, waiting["id"]))["viewer"]["sessions"]["totalCount"] == 1
