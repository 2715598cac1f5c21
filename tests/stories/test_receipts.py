"""A receipt is checked by anyone, counted again later, and fails loudly when something came back after all."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis.asyncio

from app.gateways.journal import read_journal
from app.jobs import Queue
from app.telemetry import ERASURE_RESIDUE
from app.wiring import Spectrum
from graphql_schema.ids import uuid_of
from tests.client import LIGHT, Client, session
from tests.life import hasten, who, work_off
from workers.runner import Runner

START = datetime(2026, 7, 1, 7, tzinfo=UTC)
RESET = "mutation($input: ResetInput!) { resetSpectrum(input: $input) { operation { id } } }"
RECEIPT = """query($id: ID!) { node(id: $id) { ... on ResetOperation { status failure receipt { id remaining statement
  signature keyId checks { at remaining statement signature keyId } stores { store deleted remaining } } } } }"""
VERIFY = """query($statement: String!, $signature: String!, $keyId: String!) {
  verifyReceipt(statement: $statement, signature: $signature, keyId: $keyId) }"""


async def _erased(spectrum: Spectrum, client: Client, person: str, scope: str = "EVERYTHING") -> str:
    await client.ingest(session(person, START, LIGHT))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    given = {"idempotencyKey": str(uuid4()), "scope": scope, "confirmation": "RESET", "immediately": True}
    operation = (await client.ask(RESET, {"input": given}, subject=person))["resetSpectrum"]["operation"]
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    operation_id: str = operation["id"]
    return operation_id


async def _operation(client: Client, person: str, operation_id: str) -> Any:
    return (await client.ask(RECEIPT, {"id": operation_id}, subject=person))["node"]


async def _verdict(client: Client, **signed: str) -> str:
    """What somebody without any account is told."""
    answer = await client.post(VERIFY, signed, subject=None)
    verdict: str = answer["data"]["verifyReceipt"]
    return verdict


def _signed(part: dict[str, Any]) -> dict[str, str]:
    return {name: part[name] for name in ("statement", "signature", "keyId")}


async def test_anyone_can_check_a_receipt(spectrum: Spectrum, client: Client, person: str) -> None:
    """A true one is VALID; one changed mark or a line of the journal is INVALID; a foreign key is unknown."""
    receipt = (await _operation(client, person, await _erased(spectrum, client, person)))["receipt"]
    signed = _signed(receipt)
    assert await _verdict(client, **signed) == "VALID"
    facts = json.loads(receipt["statement"])
    for name, value in (("remaining", 1), ("scope", "DERIVED"), ("completed_at", "2020-01-01T00:00:00Z")):
        told = json.dumps({**facts, name: value}, sort_keys=True, separators=(",", ":"))
        assert await _verdict(client, **{**signed, "statement": told}) == "INVALID", name
    assert await _verdict(client, **{**signed, "statement": receipt["statement"] + " "}) == "INVALID"
    for signature in ("", "!", signed["signature"][:-4], "A" + signed["signature"][1:], "ä" * 88):
        expected = "INVALID" if signature != signed["signature"] else "VALID"
        assert await _verdict(client, **{**signed, "signature": signature}) == expected, signature
    assert await _verdict(client, **{**signed, "keyId": "0" * 16}) == "UNKNOWN_KEY"
    (*_, line) = read_journal(spectrum.ports.journal.path)
    assert line is not None
    named = {"keyId" if name == "key_id" else name: text for name, text in line.items()}
    assert await _verdict(client, **named) == "INVALID"


@pytest.mark.parametrize("scope", ["DERIVED", "FORGET_HISTORY", "EVERYTHING"])
async def test_it_is_counted_again_after_a_minute_and_a_day(
    spectrum: Spectrum, owner: Any, client: Client, person: str, scope: str
) -> None:
    """Two recounts are planned at those times; each finds nothing, also when their person is back, and is signed."""
    operation_id = await _erased(spectrum, client, person, scope)
    assert (await _operation(client, person, operation_id))["receipt"]["checks"] == []
    rows = await owner.fetch(
        "SELECT extract(epoch FROM run_after - queued_at)::float8 AS wait, person_id FROM job"
        " WHERE kind = 'RECEIPT_CHECK' AND scope->>'operation_id' = $1 ORDER BY run_after",
        str(uuid_of(operation_id, "ResetOperation")),
    )
    assert [(row["wait"], row["person_id"]) for row in rows] == [(60.0, None), (86_400.0, None)]
    await client.ingest(session(person, datetime.now(UTC), LIGHT))
    await work_off(spectrum, owner)
    operation = await _operation(client, person, operation_id)
    assert (operation["status"], len(operation["receipt"]["checks"])) == ("SUCCEEDED", 2)
    for check in operation["receipt"]["checks"]:
        assert check["remaining"] == 0
        assert json.loads(check["statement"])["remaining"] == 0
        assert await _verdict(client, **_signed(check)) == "VALID"


async def test_what_came_back_alarms_and_is_erased(spectrum: Spectrum, owner: Any, client: Client, person: str) -> None:
    """A record that stands there again fails the operation, counts in the metric, and goes; what came later stays."""
    operation_id = await _erased(spectrum, client, person)
    before = ERASURE_RESIDUE._value.get()
    person_id = who(spectrum, person)
    await client.ingest(session(person, datetime.now(UTC), LIGHT))
    row = (person_id, uuid4())
    await owner.execute(
        "INSERT INTO idempotency_key (person_id, key, mutation, input_digest, answer, kept_at)"
        " VALUES ($1, $2, 'x', 'x', '{}', now() - interval '1 day')",
        *row,
    )
    await _count_again(spectrum, owner, operation_id)
    operation = await _operation(client, person, operation_id)
    assert (operation["status"], operation["receipt"]) == ("FAILED", None)
    assert "could not be erased" in operation["failure"]
    assert ERASURE_RESIDUE._value.get() == before + 1
    await work_off(spectrum, owner)
    assert await owner.fetchval("SELECT count(*) FROM idempotency_key WHERE person_id = $1", person_id) == 0
    operation = await _operation(client, person, operation_id)
    assert (operation["status"], operation["failure"]) == ("SUCCEEDED", None)
    found = {store["store"]: store["deleted"] for store in operation["receipt"]["stores"]}
    assert (found["idempotency_key"], found["session"]) == (1, 1)
    assert await owner.fetchval("SELECT count(*) FROM session WHERE person_id = $1", person_id) == 1
    assert [check["remaining"] for check in operation["receipt"]["checks"]] == [0, 0], "counted twice again"


COPIES = {
    "session": "INSERT INTO session SELECT (jsonb_populate_record(NULL::session, $1::text::jsonb)).*",
    "packed_month": "INSERT INTO packed_month SELECT (jsonb_populate_record(NULL::packed_month, $1::text::jsonb)).*",
    "sealed_text": "INSERT INTO sealed_text SELECT (jsonb_populate_record(NULL::sealed_text, $1::text::jsonb)).*",
    "session_numbers": "INSERT INTO session_numbers SELECT (jsonb_populate_record(NULL::session_numbers,"
    " $1::text::jsonb)).*",
}


@pytest.mark.parametrize("scope", ["FORGET_HISTORY", "EVERYTHING"])
@pytest.mark.parametrize("table", COPIES)
async def test_what_is_written_anew_from_before_is_found(
    spectrum: Spectrum, owner: Any, client: Client, person: str, scope: str, table: str
) -> None:
    """A record of the erased life is residue whenever it was written: by its person, session, epoch or day."""
    await client.ingest(session(person, START, LIGHT))
    await work_off(spectrum, owner)
    person_id = who(spectrum, person)
    row = json.loads(
        await owner.fetchval(f"SELECT to_jsonb(t)::text FROM {table} t WHERE person_id = $1 LIMIT 1", person_id)
    )
    operation_id = await _erased(spectrum, client, person, scope)
    row["kept_at"] = datetime.now(UTC).isoformat()
    await owner.execute(COPIES[table], json.dumps(row))
    await _count_again(spectrum, owner, operation_id)
    assert (await _operation(client, person, operation_id))["status"] == "FAILED"
    await work_off(spectrum, owner)
    assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE person_id = $1", person_id) == 0
    assert (await _operation(client, person, operation_id))["status"] == "SUCCEEDED"


async def test_a_copy_that_is_noted_late_is_erased_too(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """An export that began before the erasure and was noted after it is residue, and goes."""
    operation_id = await _erased(spectrum, client, person)
    actor = spectrum.ports.keyring.identity.pseudonym("audit", who(spectrum, person))
    await owner.execute(
        "INSERT INTO audit (actor, action, targets, reason, at) VALUES ($1, 'EXPORT', '{}', 'x',"
        " now() - interval '1 hour')",
        actor,
    )
    await _count_again(spectrum, owner, operation_id)
    assert (await _operation(client, person, operation_id))["status"] == "FAILED"
    await work_off(spectrum, owner)
    assert await owner.fetchval("SELECT count(*) FROM audit WHERE actor = $1", actor) == 0
    assert (await _operation(client, person, operation_id))["status"] == "SUCCEEDED"


async def _count_again(spectrum: Spectrum, owner: Any, operation_id: str) -> None:
    """Let the first of an operation's recounts be due alone."""
    await owner.execute("UPDATE job SET status = 'SUCCEEDED' WHERE kind = 'RECEIPT_CHECK' AND status = 'QUEUED'")
    await owner.execute(
        "UPDATE job SET status = 'QUEUED', run_after = now() WHERE idempotency_key = $1",
        f"recount:{uuid_of(operation_id, 'ResetOperation')}:0:1",
    )
    await Runner(spectrum.ports).work_once(Queue.HOURS)


async def test_keys_in_redis_are_erased_and_counted(spectrum: Spectrum, client: Client, person: str) -> None:
    """Whatever stands in Redis under a person's id goes, is in the receipt, and leaves others' keys alone."""
    person_id, other = who(spectrum, person), UUID(int=7)
    async with redis.asyncio.Redis.from_url(spectrum.redis_url) as there:
        await there.set(f"spectrum:bucket:{person_id}", 1)
        await there.set(f"spectrum:bucket:{person_id.hex}:x", 1)
        await there.set(f"spectrum:bucket:{other}", 1)
        operation = await _operation(client, person, await _erased(spectrum, client, person))
        found = {store["store"]: (store["deleted"], store["remaining"]) for store in operation["receipt"]["stores"]}
        assert found["redis"] == (2, 0)
        assert await there.delete(f"spectrum:bucket:{other}") == 1


async def test_a_failed_check_of_a_person_who_is_gone_is_no_job(
    spectrum: Spectrum, owner: Any, client: Client, person: str
) -> None:
    """Recounts of an operation that is carried out again say so and end."""
    operation_id = await _erased(spectrum, client, person)
    await owner.execute("UPDATE operation SET status = 'RUNNING', finished_at = NULL WHERE person_id = $1",
                        who(spectrum, person))  # fmt: skip
    await hasten(owner)
    await work_off(spectrum, owner)
    assert (await _operation(client, person, operation_id))["status"] == "RUNNING"
