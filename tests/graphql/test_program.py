"""The program around the schema: health, metrics, keys, and the page for trying things out."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.jobs import LIMITS, JobKind, Queue
from app.storage.audit import keep_audit
from app.wiring import Spectrum
from tests.client import Client, session

AGES = "{ ops { queues { name oldestAgeSeconds } } }"
JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)


async def test_health_and_keys_are_open(client: Client) -> None:
    """Liveness, readiness and the receipt keys answer anyone, with headers that keep browsers careful."""
    idle = {"status": "ready", "oldestDueSeconds": {"seconds": 0.0, "minutes": 0.0, "hours": 0.0}}
    for path, body in (("/healthz", {"status": "ok"}), ("/readyz", idle)):
        answer = await client.http.get(path)
        assert (answer.status_code, answer.json()) == (200, body)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    keys = (await client.http.get("/.well-known/spectrum-keys.json")).json()["keys"]
    assert [set(key) >= {"kty", "crv", "x", "kid"} and "d" not in key for key in keys] == [True]


async def test_metrics_tell_depth_age_and_durations(client: Client, person: str) -> None:
    """Each queue has its depth and the age of its oldest job, each kind its counts; nobody is named."""
    await client.ingest(session(person, JULY), session(person, JULY))
    text = (await client.http.get("/metrics")).text
    values = dict(re.findall(r"^(spectrum_\S+) ([0-9.e+-]+)$", text, re.MULTILINE))
    assert float(values['spectrum_queue_depth{kind="SESSION_ANALYSIS",queue="seconds"}']) >= 2
    assert float(values['spectrum_queue_oldest_due_seconds{queue="seconds"}']) > 0
    ready = (await client.http.get("/readyz")).json()
    assert ready["oldestDueSeconds"]["seconds"] > ready["oldestDueSeconds"]["hours"] == 0
    for kind, limits in LIMITS.items():
        for name in ("depth", "running", "dead"):
            assert f'spectrum_queue_{name}{{kind="{kind}",queue="{limits.queue}"}}' in values
        assert values[f'spectrum_queue_paused{{name="{kind}"}}'] == "0.0"
    assert (values["spectrum_ledger_readable"], values["spectrum_periods_oldest_due_seconds"]) == ("1.0", "0.0")
    assert "spectrum_job_p95_seconds" in text
    assert values["spectrum_sla_misses"] == "0.0"
    assert values['spectrum_dead_letters_decided{decision="retry_jobs"}'] == "0.0"
    assert float(values['spectrum_sessions_ingested_total{outcome="taken"}']) >= 2
    assert person not in text


@pytest.mark.parametrize("name", [Queue.SECONDS, JobKind.SESSION_ANALYSIS])
async def test_what_is_paused_is_not_late(client: Client, owner: Any, person: str, name: str) -> None:
    """A pause wakes nobody and starts no worker: neither age nor readiness tells of what waits on purpose."""
    await owner.execute("TRUNCATE job")
    await client.ingest(session(person, JULY))

    async def ages() -> list[bool]:
        text = (await client.http.get("/metrics")).text
        (age,) = re.findall(r'^spectrum_queue_oldest_due_seconds{queue="seconds"} (\S+)$', text, re.MULTILINE)
        assert re.search(r'^spectrum_queue_depth{kind="SESSION_ANALYSIS",queue="seconds"} 1.0$', text, re.MULTILINE)
        ready = (await client.http.get("/readyz")).json()["oldestDueSeconds"]["seconds"]
        (queue,) = (await client.team(AGES))["ops"]["queues"][:1]
        assert queue["name"] == "seconds"
        return [float(age) > 0, ready > 0, queue["oldestAgeSeconds"] is not None]

    assert await ages() == [True, True, True]
    await owner.execute("INSERT INTO pause (name, actor, reason) VALUES ($1, 'team', 'a look')", name)
    try:
        assert await ages() == [False, False, False]
    finally:
        await owner.execute("TRUNCATE pause")


async def test_metrics_tell_what_upkeep_found(spectrum: Spectrum, owner: Any, client: Client) -> None:
    """Broken promises, lost sessions and decisions about dead letters are gauges, and absent before the first count."""
    assert "spectrum_sessions{" not in (await client.http.get("/metrics")).text
    await owner.execute("INSERT INTO sla_miss (kind, first_day) VALUES ('WEEK', '2026-06-01')")
    await owner.execute("INSERT INTO reconciliation VALUES (to_timestamp(1795000000), 9, 5, 1, 2)")
    async with spectrum.ports.store.for_everyone() as tx:
        await keep_audit(tx, "retry_jobs", [UUID(int=1), UUID(int=2)], actor="team", reason="mended")
        await keep_audit(tx, "discard_jobs", [UUID(int=3)], actor="team", reason="known")
    values = dict(re.findall(r"^(spectrum_\S+) ([0-9.e+-]+)$", (await client.http.get("/metrics")).text, re.MULTILINE))
    states = {name: values[f'spectrum_sessions{{state="{name}"}}'] for name in ("acknowledged", "done", "lost")}
    assert states == {"acknowledged": "9.0", "done": "5.0", "lost": "1.0"}
    assert float(values["spectrum_reconciled_timestamp_seconds"]) == 1795000000
    assert values["spectrum_sla_misses"] == "1.0"
    assert values['spectrum_dead_letters_decided{decision="retry_jobs"}'] == "2.0"
    assert values['spectrum_dead_letters_decided{decision="discard_jobs"}'] == "1.0"


async def test_the_page_needs_nothing_from_outside(client: Client) -> None:
    """In development both endpoints show a page to a browser, and all that it names is served here."""
    for path in ("/graphql", "/ops/graphql"):
        page = await client.http.get(path, headers={"accept": "text/html"})
        assert page.status_code == 200
        assert f'data-endpoint="{path}"' in page.text
        assert not re.findall(r'(?:src|href|action)="(?!/|data:)', page.text)
        assert "//" not in re.sub(r"<!--.*?-->|data:[^\"]*", "", page.text)
        for link in re.findall(r'(?:src|href)="(/[^"]*)"', page.text):
            assert (await client.http.get(link)).status_code == 200
    home = await client.http.get("/")
    assert (home.status_code, home.headers["location"]) == (307, "/app/")


async def test_a_page_is_asked_for_by_browsers_only(client: Client) -> None:
    """A GET with a query is answered as GraphQL, and no GET changes anything."""
    headers = {"authorization": f"Bearer {client.token('someone')}"}
    answer = await client.http.get("/graphql", params={"query": "{ viewer { timeZone } }"}, headers=headers)
    assert answer.json()["data"]["viewer"]["timeZone"]
    mutation = 'mutation { resetSpectrum(input: {idempotencyKey: "x"}) { operation { id } } }'
    answer = await client.http.get("/graphql", params={"query": mutation}, headers=headers)
    assert answer.status_code >= 400 or "errors" in answer.json()
