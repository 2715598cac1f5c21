"""A line that is logged inside a request or a job says which, and in which trace, whoever logs it."""

from datetime import UTC, datetime
from typing import Any

from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs

from app.domain.access import Role
from app.embedded import Servers
from app.jobs import JobKind, Queue
from app.telemetry import ALLOWED_KEYS, logger
from benchmarks.tracing.receiver import Collector
from tests.client import LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.life import owner_of, take
from tests.tracing.conftest import Traced
from tests.tracing.test_one_session import INGEST
from workers.handlers import HANDLERS, Stage
from workers.runner import Runner

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
NAMED = {"request_id", "job", "kind", "trace_id"}


async def test_a_requests_lines_name_it_and_its_trace(
    traced: Traced, collector: Collector, servers: Servers, person: str
) -> None:
    """What ingestion says deep inside carries the id that the answer has, too; nothing of it is left afterwards."""
    async with traced() as spectrum, Client.of(spectrum, AUTH_SECRET) as client, owner_of(spectrum, servers) as owner:
        await client.ingest(session(person, JULY, LIGHT))
        await owner.execute("UPDATE person SET data_key = substr(data_key, 1, 20)")
        headers = {"authorization": f"Bearer {client.token('backend', Role.SERVICE)}"}
        body = {"query": INGEST % "Ingest", "variables": {"inputs": [session(person, JULY, LIGHT)]}}
        with capture_logs(processors=[merge_contextvars]) as lines:
            answer = await client.http.post("/ops/graphql", json=body, headers=headers)
        assert not get_contextvars()
    (line,) = [line for line in lines if line["event"] == "keys_not_opened"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["trace_id"] == collector.named("ingest")[-1].trace
    assert "job" not in line


async def test_a_jobs_lines_name_it_and_its_trace(traced: Traced, collector: Collector, person: str) -> None:
    """Also those of whoever knows nothing of jobs; and the next job's lines are its own."""
    stage, log = HANDLERS[JobKind.SESSION_ANALYSIS], logger("test")

    async def prepare(job: Any, ports: Any) -> Any:
        log.info("looked", count=1)
        return await stage.prepare(job, ports)

    async with traced() as spectrum:
        await take(spectrum, session(person, JULY, LIGHT))
        await take(spectrum, session(person, JULY, LIGHT))
        with capture_logs(processors=[merge_contextvars]) as lines:
            await Runner(spectrum.ports, {JobKind.SESSION_ANALYSIS: Stage(prepare, stage.keep)}).work_off(Queue.SECONDS)
        assert not get_contextvars()
    looked = [line for line in lines if line["event"] == "looked"]
    assert {line["kind"] for line in looked} == {"SESSION_ANALYSIS"}
    assert len({line["job"] for line in looked}) == 2
    assert {line["trace_id"] for line in looked} == {span.trace for span in collector.named("job SESSION_ANALYSIS")}
    assert "request_id" not in looked[0]


def test_what_names_a_line_is_of_the_closed_list() -> None:
    """The processor that drops every other key lets these pass."""
    assert NAMED <= ALLOWED_KEYS
