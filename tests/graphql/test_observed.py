"""What the team sees of requests, caches, pools, money and tables: by closed names, and of nobody."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from app import tracing
from app.edge.serving.observed import Outcome
from app.edge.serving.response_cache import ResponseCache
from app.storage.engine_asyncpg import acquire
from app.telemetry import POOL_CONNECTIONS, POOL_TIMEOUTS
from app.vitals import look
from app.wiring import Spectrum
from benchmarks.tracing.receiver import collecting
from tests.client import LIGHT, Client, session
from tests.leakage.canaries import canary, found_in

ROOT = Path(__file__).parents[2]
FEED = (ROOT / "documents" / "feed.graphql").read_text()
POOL = 8
JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
Count = Callable[..., float]


@pytest.fixture
def since() -> Count:
    """Give by how much an operation's count has grown."""
    before: dict[tuple[str, str], float] = {}

    def read(operation: str, outcome: str) -> float:
        labels = {"operation": operation, "outcome": outcome}
        return REGISTRY.get_sample_value("spectrum_operation_seconds_count", labels) or 0.0

    for operation in ("Feed", "other", "ops", "ingestSessions"):
        for outcome in Outcome:
            before[operation, outcome] = read(operation, outcome)
    return lambda operation, outcome: read(operation, outcome) - before[operation, outcome]


@pytest.fixture
async def known(client: Client, person: str) -> str:
    """Give somebody who is known."""
    await client.ingest(session(person, JULY, LIGHT))
    return person


async def test_requests_are_counted_by_operation_and_how_they_ended(client: Client, known: str, since: Count) -> None:
    """Registered operations have their name; the first answer is made, the second remembered, the third unchanged."""
    for _ in range(2):
        await client.ask(FEED, subject=known)
    headers = {"authorization": f"Bearer {client.token(known)}"}
    first = await client.http.get("/graphql", params={"query": FEED}, headers=headers)
    headers["if-none-match"] = first.headers["etag"]
    assert (await client.http.get("/graphql", params={"query": FEED}, headers=headers)).status_code == 304
    counts = {outcome: since("Feed", outcome) for outcome in Outcome if since("Feed", outcome)}
    assert counts == {Outcome.MADE: 1, Outcome.CACHED: 2, Outcome.NOT_MODIFIED: 1}


async def test_what_others_name_their_operations_is_no_label(client: Client, known: str, since: Count) -> None:
    """A document that nobody registered is one of the others, even under a registered name; so is one that is none."""
    await client.ask("query Feed { viewer { spectrum { state } } }", subject=known)
    await client.ask(f"query {canary(30)} {{ viewer {{ spectrum {{ state }} }} }}", subject=known)
    await client.post(f"query {canary(31)} {{ {canary(32)} }}", subject=known)
    await client.post("{", subject=None)
    assert (since("Feed", Outcome.MADE), since("other", Outcome.REFUSED)) == (0, 2)
    assert since("other", Outcome.MADE) + since("other", Outcome.CACHED) == 2
    assert not found_in((await client.http.get("/metrics")).content)


async def test_the_teams_requests_are_known_by_their_field(client: Client, person: str, since: Count) -> None:
    """`/ops/graphql` takes any document: what it asks for is a field of the schema, of which there are only so many."""
    await client.team(f"query {canary(33)} {{ ops {{ health {{ ok }} }} }}")
    await client.ingest(session(person, JULY, LIGHT))
    assert (since("ops", Outcome.MADE), since("ingestSessions", Outcome.MADE)) == (1, 1)
    refused = await client.post("{ ops { health { ok } } }", subject=person, path="/ops/graphql")
    assert refused["errors"]
    assert since("other", Outcome.REFUSED) == 1
    assert not found_in((await client.http.get("/metrics")).content)


async def test_errors_of_callers_are_none_of_ours(client: Client, owner: Any, known: str, since: Count) -> None:
    """An answer with a caller's error is ERRORS; what failed on our side is FAILED, and alone alarms anybody."""
    await client.post(FEED, {"week": "2026-W99"}, subject=known)
    assert (since("Feed", Outcome.ERRORS), since("Feed", Outcome.FAILED)) == (1, 0)
    await owner.execute("ALTER TABLE writing RENAME TO away")
    try:
        await client.post(FEED, {"first": 3}, subject=known)
    finally:
        await owner.execute("ALTER TABLE away RENAME TO writing")
    assert since("Feed", Outcome.FAILED) == 1


async def test_the_cache_counts_what_it_finds_and_drops() -> None:
    """Hits, misses, answers shared by those who asked at once, bytes, and what left for others or for its age."""

    def read(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"spectrum_response_cache_{name}", labels) or 0.0

    names = [("lookups_total", {"result": each}) for each in ("hit", "miss", "shared")]
    names += [("dropped_total", {"reason": each}) for each in ("full", "old")]
    before = [read(name, **labels) for name, labels in names]
    cache = ResponseCache(max_bytes=1_000, ttl_s=0.2)

    async def make() -> bytes:
        await asyncio.sleep(0)
        return b"x" * 200

    assert cache.find(b"one") is None
    await asyncio.gather(*(cache.once(b"one", make) for _ in range(3)))
    assert cache.find(b"one")
    await cache.once(b"two", make)
    assert read("bytes") == 600
    for _ in range(500):
        if not read("bytes"):
            break
        await asyncio.sleep(0.01)
    assert [read(name, **labels) - was for (name, labels), was in zip(names, before, strict=True)] == [1, 2, 2, 1, 1]
    assert read("bytes") == 0


async def test_waits_for_connections_are_counted(spectrum: Spectrum) -> None:
    """A pool whose connections are all taken makes whoever comes next wait, and in the end go."""

    def read(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"spectrum_pool_{name}", {"pool": "batch", **labels}) or 0.0

    before = read("timeouts_total"), read("wait_seconds_count")
    store = spectrum.ports.store
    async with AsyncExitStack() as stack:
        for _ in range(POOL):
            await stack.enter_async_context(store.for_everyone())
        client = store._client("batch")
        assert client._pool is not None
        with pytest.raises(TimeoutError):
            await acquire(client._pool, client, timeout_s=0.05)
        look(store.count_connections)
        assert [read("connections", state=state) for state in ("open", "free", "most")] == [POOL, 0, POOL]
    assert read("timeouts_total") == before[0] + 1
    assert read("wait_seconds_count") > before[1]


def test_a_burst_of_waits_given_up_is_seen_from_its_first() -> None:
    """A pool has its series before anybody waits: a counter that begins at its first burst has no rate."""
    look(lambda: {"quiet": (0, 0, 8)})
    assert REGISTRY.get_sample_value("spectrum_pool_timeouts_total", {"pool": "quiet"}) == 0
    for series in (POOL_TIMEOUTS, POOL_CONNECTIONS):
        series.remove_by_labels({"pool": "quiet"})


def _values(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"^(spectrum_\S+) (\S+)$", text, re.MULTILINE)}


async def test_money_and_the_database_are_read_at_scrape(client: Client, owner: Any, known: str) -> None:
    """Each budget with what is gone of it; tables by name, partitions together; connections, pages, indexes, age."""
    await owner.execute(
        "INSERT INTO budget_use (feature, period, first_day, spent, reserved) SELECT 'WEEKLY_INSIGHTS', 'MONTH',"
        " date_trunc('month', now() AT TIME ZONE 'UTC')::date, 1234, 56"
    )
    await owner.execute("VACUUM ANALYZE session")
    await owner.execute("SELECT pg_stat_force_next_flush()")
    values = _values((await client.http.get("/metrics")).text)
    weekly = '{feature="WEEKLY_INSIGHTS",period="MONTH"}'
    assert values[f"spectrum_budget_spent_microusd{weekly}"] == 1234
    assert values[f"spectrum_budget_reserved_microusd{weekly}"] == 56
    assert values[f"spectrum_budget_limit_microusd{weekly}"] > 0
    assert values['spectrum_table_rows{state="live",table="session"}'] >= 1
    ages = {
        table: values[f'spectrum_table_vacuumed_age_seconds{{table="{table}"}}'] for table in ("session", "budget_use")
    }
    assert ages["budget_use"] > ages["session"] >= 0, "it was never vacuumed: it has waited since counts began"
    assert not [name for name in values if 'table="session_0"' in name]
    assert values['spectrum_table_scans_total{by="index",table="person"}'] >= 0
    assert values['spectrum_database_connections{state="most"}'] > values['spectrum_database_connections{state="open"}']
    assert values['spectrum_indexes{state="invalid"}'] == 0
    assert values["spectrum_database_xid_age"] > 0
    assert values["spectrum_replicas"] == 0
    assert "spectrum_replica_lag_seconds" not in values, "nobody follows: there is no lag to be late"
    assert values["spectrum_process_resident_bytes"] > 1e6


async def test_statements_are_told_where_postgres_counts_them(client: Client, owner: Any) -> None:
    """Without pg_stat_statements there are no such series; with it four sums, and no text of any statement."""
    assert "spectrum_statements" not in (await client.http.get("/metrics")).text
    await owner.execute(  # the bundled build has no such extension: a function of its columns stands for it
        "CREATE FUNCTION pg_stat_statements(showtext boolean) RETURNS TABLE (dbid oid, query text, calls bigint,"
        " total_exec_time float8, rows bigint, temp_blks_written bigint) LANGUAGE sql AS $$ SELECT oid,"
        " CASE WHEN showtext THEN 'of a statement' END, 3::bigint, 1500::float8, 7::bigint, 2::bigint"
        " FROM pg_database WHERE datname = current_database() $$"
    )
    try:
        text = (await client.http.get("/metrics")).text
        await owner.execute(
            "CREATE OR REPLACE FUNCTION pg_stat_statements(showtext boolean) RETURNS TABLE (dbid oid, query text,"
            " calls bigint, total_exec_time float8, rows bigint, temp_blks_written bigint) LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'must be loaded via shared_preload_libraries'; END $$"
        )
        broken = _values((await client.http.get("/metrics")).text)
    finally:
        await owner.execute("DROP FUNCTION pg_stat_statements")
    assert broken["spectrum_ledger_readable"] == 1, "an extension that fails takes nothing along"
    values = _values(text)
    names = ("total", "seconds_total", "rows_total", "temporary_blocks_total")
    assert [values[f"spectrum_statements_{name}"] for name in names] == [3, 1.5, 7, 2]
    assert "of a statement" not in text


@pytest.fixture
async def tracer() -> AsyncIterator[None]:
    """Let this process trace."""
    with collecting() as collector:
        async with tracing.exporting(collector.url, ratio=1, version="1", instance="i"):
            yield


async def test_open_metrics_carries_the_trace_of_an_example(client: Client, known: str, tracer: None) -> None:
    """Whoever asks for OpenMetrics gets one valid text, with traces beside what took long; others the old format."""
    await client.ask(FEED, {"first": 4}, subject=known)
    accept = {"accept": "application/openmetrics-text; version=1.0.0"}
    answer = await client.http.get("/metrics", headers=accept)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}  # type: ignore[no-untyped-call]
    assert {"spectrum_operation_seconds", "spectrum_queue_depth", "spectrum_table_scans"} <= families.keys()
    shown = [
        sample.exemplar.labels["trace_id"]
        for sample in families["spectrum_operation_seconds"].samples
        if sample.exemplar and sample.labels["operation"] == "Feed"
    ]
    assert shown
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in shown)
    plain = await client.http.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain")
    assert "# EOF" not in plain.text
