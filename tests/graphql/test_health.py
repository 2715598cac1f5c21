"""What the team looks at first: how the program is, and how resets went."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.storage.schema import newest
from app.wiring import Spectrum
from graphql_schema.printing import sdl
from graphql_schema.schema import build_schema
from tests.client import Client, session
from tests.life import work_off

HEALTH = "{ ops { health { ok version schemaHash migration database model clockSkewMs } } }"
RESETS = """query($range: RangeInput!) { ops { resets(range: $range) {
  period { from to timeZone } requested succeeded failed p95Seconds receiptsVerified } } }"""
RESET = """mutation($key: UUID!, $now: Boolean!) { resetSpectrum(input: {idempotencyKey: $key, scope: DERIVED,
  confirmation: "RESET", immediately: $now}) { operation { id } } }"""


async def test_health_tells_build_schema_and_clock(client: Client) -> None:
    """A program that serves says so, of which build and schema it is, and how its clock goes."""
    health = (await client.team(HEALTH))["ops"]["health"]
    skew_ms = health.pop("clockSkewMs")
    assert abs(skew_ms) < 60_000
    assert health == {
        "ok": True,
        "version": "0.1.0",
        "schemaHash": hashlib.sha256(sdl(build_schema(team=True)).encode()).hexdigest(),
        "migration": newest(),
        "database": True,
        "model": False,
    }


async def test_an_older_schema_is_not_well(client: Client, owner: Any) -> None:
    """Where the newest migration is missing, the program is not ok, and says which one is there."""
    await owner.execute("UPDATE tortoise_migrations SET name = '0000_older' WHERE name = $1", newest())
    try:
        health = (await client.team(HEALTH))["ops"]["health"]
        assert (health["ok"], health["database"], health["migration"] < newest()) == (False, True, True)
    finally:
        await owner.execute("UPDATE tortoise_migrations SET name = $1 WHERE name = '0000_older'", newest())


async def test_resets_are_counted(client: Client, spectrum: Spectrum, owner: Any, person: str) -> None:
    """Of two resets one is done and one waits; once both later counts were made, its receipt is verified."""
    today = datetime.now(UTC).date()
    range_ = {"range": {"dates": {"from": f"{today - timedelta(days=1)}", "to": f"{today}"}}}
    before = (await client.team(RESETS, range_))["ops"]["resets"]
    for subject, now in ((person, True), (f"{person}-waits", False)):
        await client.ingest(session(subject, datetime(2026, 7, 1, 9, tzinfo=UTC)))
        await client.ask(RESET, {"key": str(uuid4()), "now": now}, subject=subject)
    await work_off(spectrum, owner)
    after = (await client.team(RESETS, range_))["ops"]["resets"]
    grown = {name: after[name] - before[name] for name in ("requested", "failed")}
    assert grown == {"requested": 2, "failed": 0}
    assert after["succeeded"] > before["succeeded"]
    assert after["p95Seconds"] is not None
    assert before["receiptsVerified"] < after["receiptsVerified"] <= after["succeeded"]
    assert after["period"] == {"from": f"{today - timedelta(days=1)}", "to": f"{today}", "timeZone": "UTC"}
    long_ago = {"range": {"month": "2020-01"}}
    none = (await client.team(RESETS, long_ago))["ops"]["resets"]
    assert (none["requested"], none["p95Seconds"]) == (0, None)
