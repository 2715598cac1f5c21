"""One session in several processes is one trace; what rests on it is linked; and no span holds a word or an id."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.domain.access import Role
from app.embedded import Servers
from app.jobs import JobKind, Queue
from app.wiring import Spectrum
from benchmarks.tracing.receiver import Collector, Told
from tests.client import HEAVY, LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.leakage.canaries import canary, found_in
from tests.life import owner_of, take, weeks_of, who, work_off
from tests.programs import PATIENCE_S, started
from tests.tracing.conftest import Traced
from workers.handlers import HANDLERS, Stage
from workers.runner import Runner

ROOT = Path(__file__).parents[2]
FEED = (ROOT / "documents" / "feed.graphql").read_text()
LAST_MONDAY = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(
    days=datetime.now(UTC).weekday() + 7
)
INGEST = """mutation %s($inputs: [IngestSessionInput!]!) {
  ingestSessions(inputs: $inputs) { sessionId userErrors { code } } }"""
ROOTLESS = ""


def _week(person: str, words: str) -> list[dict[str, Any]]:
    """Give eight sessions of the last week, each with these words in it."""
    days = [LAST_MONDAY + timedelta(days=day, hours=hour) for day in (0, 2, 4, 5) for hour in (0, 9)]
    return [session(person, day, f"{HEAVY} {words}", LIGHT) for day in days]


def _one(spans: list[Told]) -> Told:
    assert len(spans) == 1, spans
    return spans[0]


async def test_a_session_is_one_trace_up_to_its_card_and_the_query_that_reads_it(
    traced: Traced, environment: dict[str, str], collector: Collector, servers: Servers, person: str, tmp_path: Path
) -> None:
    """Ingest, then its analysis in another process; the week is linked to it, and the query to the week."""
    log = tmp_path / "drained"
    async with traced() as spectrum, Client.of(spectrum, AUTH_SECRET) as client:
        sent = _week(person, canary(1))
        await client.ingest(*sent[1:])
        await client.ingest(sent[0])
        drain = started(environment, "drain", log=log)
        assert drain.wait(PATIENCE_S) == 0
        answer = await client.ask(FEED, subject=person)
        assert answer["viewer"]["spectrum"]["insightFeed"]["nodes"]
        ids = [str(who(spectrum, person)), who(spectrum, person).hex, *(each["sessionKey"] for each in sent)]

    ingest = collector.named("ingest")[-1]
    asked = _one([span for span in collector.spans if span.id == ingest.parent])
    assert (asked.name, asked.parent) == ("graphql ingestSessions", ROOTLESS)
    assert ingest.attributes == {"spectrum.count": 1, "spectrum.sessions.taken": 1}
    job = _one([span for span in collector.named("job SESSION_ANALYSIS") if span.trace == ingest.trace])
    assert job.parent == ingest.id
    assert job.instance != ingest.instance, "it ran in another process"
    assert job.attributes | {"spectrum.job.waited_ms": 0} == {
        "spectrum.job.kind": "SESSION_ANALYSIS",
        "messaging.destination.name": "seconds",
        "spectrum.job.attempt": 1,
        "spectrum.job.waited_ms": 0,
        "spectrum.outcome": "SUCCEEDED",
    }
    below = {span.name: span for span in collector.spans if span.parent == job.id}
    assert below.keys() == {"prepare", "commit"}
    assert below["commit"].attributes == {"spectrum.news": "SESSION_ANALYSED"}

    week = _one(collector.named("job WEEKLY_AGGREGATION"))
    others = collector.named("ingest")[0]
    assert week.parent == ROOTLESS
    assert set(week.links) == {(ingest.trace, ingest.id), (others.trace, others.id)}
    published = _one([span for span in collector.spans if span.parent == week.id and span.name == "commit"])
    assert published.attributes == {"spectrum.news": "WRITING_PUBLISHED"}

    query = _one(collector.named("graphql Feed"))
    assert query.links == ((week.trace, week.id),)
    assert query.attributes["spectrum.outcome"] == "MADE"
    assert not found_in(bytes(collector.raw))
    for told in (person, *ids):
        assert told.encode() not in collector.raw
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    upkeep = next(line for line in lines if line.get("component") == "upkeep")
    traces = {span.trace for span in collector.named("job UPKEEP")}
    assert upkeep["trace_id"] in traces
    assert (upkeep["kind"], UUID(upkeep["job"]).version) == ("UPKEEP", 7)


async def test_what_fails_is_told_by_class_and_place_in_one_trace(
    traced: Traced, collector: Collector, servers: Servers, person: str
) -> None:
    """Attempts of a job share the trace of its ingest; a message, however it is raised, is in none of them."""
    async with traced() as spectrum, owner_of(spectrum, servers) as owner:
        stage = HANDLERS[JobKind.SESSION_ANALYSIS]
        failures = iter([ValueError(canary(2)), ExceptionGroup(canary(3), [KeyError(canary(4))])])

        async def prepare(job: Any, ports: Any) -> Any:
            if failure := next(failures, None):
                failure.add_note(canary(5))
                raise failure
            return await stage.prepare(job, ports)

        await take(spectrum, session(person, LAST_MONDAY, LIGHT))
        await work_off(
            spectrum, owner, Runner(spectrum.ports, {**HANDLERS, JobKind.SESSION_ANALYSIS: Stage(prepare, stage.keep)})
        )
    runs = collector.named("job SESSION_ANALYSIS")
    ingest = _one(collector.named("ingest"))
    assert [(run.failed, run.attributes.get("error.type")) for run in runs] == [
        (True, "BUG"),
        (True, "BUG"),
        (False, None),
    ]
    assert [run.attributes["spectrum.job.attempt"] for run in runs] == [1, 2, 3]
    assert {(run.trace, run.parent) for run in runs} == {(ingest.trace, ingest.id)}
    prepared = collector.named("prepare")[0]
    assert prepared.attributes["error.type"] == "ValueError"
    assert prepared.attributes["spectrum.where"].startswith("test_one_session.py:")
    assert not found_in(bytes(collector.raw))


async def test_in_a_batch_everybody_has_their_own_trace(
    traced: Traced, collector: Collector, servers: Servers, person: str
) -> None:
    """Months of two people that are closed together: each narrative goes on in its own month's trace."""
    async with traced() as spectrum, owner_of(spectrum, servers) as owner:
        for key in (person, f"{person}-other"):
            await take(spectrum, *weeks_of(key))
        await work_off(spectrum, owner)
    months = [each for each in collector.named("job MONTHLY_AGGREGATION") if "spectrum.news" in each.attributes]
    together = [each for each in months if each.attributes.get("messaging.batch.message_count") == 2]
    assert len({each.trace for each in together}) == len(together) >= 2
    assert all(each.links for each in together)
    narratives = {each.parent for each in collector.named("job MONTHLY_NARRATIVE")}
    assert {each.id for each in together} <= narratives


HOSTILE = f"query {canary(6)} {{ {canary(7)}: viewer {{ spectrum {{ state }} }} }} # {canary(13)}"


@pytest.mark.parametrize("role", [Role.USER, Role.SERVICE])
async def test_a_service_may_be_followed_and_a_phone_not(
    traced: Traced, collector: Collector, person: str, role: Role
) -> None:
    """Of a request's own trace headers only a service's id is believed; what a caller writes is in no span."""
    theirs = "0af7651916cd43dd8448eb211c80319c"
    headers = {
        "traceparent": f"00-{theirs}-b7ad6b7169203331-01",
        "tracestate": f"kalei={canary(8)}",
        "baggage": f"words={canary(9)}",
        "user-agent": canary(10),
    }
    path = "/ops/graphql" if role is Role.SERVICE else "/graphql"
    async with traced() as spectrum, Client.of(spectrum, AUTH_SECRET) as client:
        headers["authorization"] = f"Bearer {client.token(person, role)}"
        document = INGEST % canary(11) if role is Role.SERVICE else HOSTILE
        body = {"query": document, "variables": {"inputs": [session(person, LAST_MONDAY, canary(12))]}}
        await client.http.post(path, json=body, headers=headers)
    asked = _one([span for span in collector.spans if span.name.startswith("graphql ")])
    assert (asked.trace == theirs) == (role is Role.SERVICE)
    assert asked.attributes["graphql.operation.name"] == ("ingestSessions" if role is Role.SERVICE else "other")
    assert not found_in(bytes(collector.raw))


async def test_nobody_outside_makes_us_record(traced: Traced, collector: Collector, person: str, url: str) -> None:
    """With a ratio of 0 a service's sampled trace is followed and not recorded, nor is what its jobs do."""
    headers = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    async with traced(ratio=0) as spectrum, Client.of(spectrum, AUTH_SECRET) as client:
        headers["authorization"] = f"Bearer {client.token('backend', Role.SERVICE)}"
        inputs = [session(person, LAST_MONDAY, LIGHT)]
        body = {"query": INGEST % "Ingest", "variables": {"inputs": inputs}}
        await client.http.post("/ops/graphql", json=body, headers=headers)
        await Runner(spectrum.ports).work_off(Queue.SECONDS)
        contexts = await _contexts(spectrum)
    assert [(context[3:35], context[-2:]) for context in contexts] == [("0af7651916cd43dd8448eb211c80319c", "00")]
    assert collector.spans == []


async def _contexts(spectrum: Spectrum) -> list[str]:
    async with spectrum.ports.store.for_everyone() as tx:
        return [
            row["traceparent"] for row in await tx.fetch("SELECT traceparent FROM job WHERE kind = 'SESSION_ANALYSIS'")
        ]


async def test_without_an_endpoint_jobs_name_no_trace(spectrum: Spectrum, person: str) -> None:
    """Nothing is kept of what nobody asked for."""
    await take(spectrum, session(person, LAST_MONDAY, LIGHT))
    await Runner(spectrum.ports).work_off(Queue.SECONDS)
    assert set(await _contexts(spectrum)) == {None}


async def test_a_collector_that_is_away_stops_nothing(traced: Traced, person: str) -> None:
    """Spans are lost then, and nothing else; the program ends as ever."""
    async with traced(endpoint="http://127.0.0.1:9") as spectrum:
        await take(spectrum, session(person, LAST_MONDAY, LIGHT))
        assert await Runner(spectrum.ports).work_off(Queue.SECONDS) == 1
