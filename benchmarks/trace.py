"""`python -m benchmarks.trace`: one session through the whole of Spectrum, as its traces tell it, printed as trees.

Starts bundled servers, two workers and an API process in a folder of its own, sends a person's weeks and then one more
session, closes the week that it falls into, and reads the feed. Asserts nothing.
"""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from app.domain.access import Role
from app.edge.tokens import issue_token
from app.embedded import remove_state
from app.samples import sample_sessions
from app.settings import Settings
from app.wiring import Spectrum, opened
from benchmarks.tracing.receiver import Collector, Told, collecting
from benchmarks.tracing.tree import tree_of

PATIENCE_S = 90
WEEKS = 5
INGEST = """mutation IngestSession($inputs: [IngestSessionInput!]!) {
  ingestSessions(inputs: $inputs) { sessionId userErrors { code } } }"""
FEED = (Path(__file__).parents[1] / "documents" / "feed.graphql").read_text()


@contextmanager
def _running(environment: dict[str, str], *arguments: str) -> Iterator[None]:
    command, env = [sys.executable, "-m", "app", *arguments], os.environ | environment
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _until(there: str) -> None:
    """Wait for a program that serves at a URL."""
    async with httpx.AsyncClient() as http, asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if (await http.get(there)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)


async def _idle(spectrum: Spectrum) -> None:
    """Wait until the workers have nothing to do, now or for as long as late sessions wait."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with spectrum.ports.store.for_everyone() as tx:
                await tx.execute("UPDATE job SET run_after = now() WHERE status = 'QUEUED' AND run_after > now()")
                left = await tx.fetchval(
                    "SELECT count(*) FROM job WHERE kind <> 'UPKEEP' AND status IN ('QUEUED', 'RETRYING', 'RUNNING')"
                )
            if not left:
                return
            await asyncio.sleep(0.2)


async def _live(spectrum: Spectrum, url: str, secret: str, settings: dict[str, str]) -> None:
    """Send a person's weeks, then one session alone; let their weeks be closed; read the feed."""
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    found = list(sample_sessions(today))
    mine = [each for each in found if each["subjectKey"] == found[0]["subjectKey"]]
    first, last = (monday - timedelta(weeks=WEEKS)).isoformat(), monday.isoformat()
    sent = sorted((each for each in mine if first <= each["startedAt"] < last), key=lambda each: each["startedAt"])
    service = issue_token(secret, subject="backend", roles=(Role.SERVICE,), ttl_s=600)
    person = issue_token(secret, subject=sent[0]["subjectKey"], roles=(Role.USER,), ttl_s=600)
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:

        async def ask(token: str, query: str, *, path: str = "/ops/graphql", **variables: object) -> None:
            body = {"query": query, "variables": variables}
            answer = await http.post(path, json=body, headers={"authorization": f"Bearer {token}"})
            assert "errors" not in answer.json(), answer.json()["errors"]

        await ask(service, INGEST, inputs=sent[:-1])
        await _idle(spectrum)
        await ask(service, INGEST, inputs=sent[-1:])
        await _idle(spectrum)
        with _running(settings, "worker", "--queue", "minutes", "--queue", "hours"):  # which plan
            await _planned(spectrum)
            await _idle(spectrum)
        await ask(person, FEED, path="/graphql", first=5)


async def _planned(spectrum: Spectrum) -> None:
    """Wait until every week that is over was planned."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with spectrum.ports.store.for_everyone() as tx:
                if not await tx.fetchval("SELECT count(*) FROM person WHERE least(week_due_at, month_due_at) <= now()"):
                    return
            await asyncio.sleep(0.2)


def _trees(collector: Collector) -> list[str]:
    """The session's own trace, the one of the week that it was folded into, and the one of the query that read it."""
    ingest = collector.named("ingest")[-1]

    def linked_to(names: str, trace: str) -> list[Told]:
        return [s for s in collector.spans if s.name.startswith(names) and trace in {each for each, _ in s.links}]

    weeks = linked_to("job WEEKLY_AGGREGATION", ingest.trace)[:1]
    queries = [query for week in weeks for query in linked_to("graphql", week.trace)][:1]
    lines = []
    for trace in dict.fromkeys(span.trace for span in (ingest, *weeks, *queries)):
        lines += [*tree_of(collector.spans, trace), ""]
    return lines


async def main() -> None:
    """Do it once, and print."""
    with tempfile.TemporaryDirectory(prefix="spectrum-trace-") as folder, collecting() as collector:
        state, secret, port = Path(folder) / "state", secrets.token_hex(32), _free_port()
        settings = {"SPECTRUM_STATE_DIR": str(state), "SPECTRUM_AUTH_SECRET": secret, "SPECTRUM_PORT": str(port)}
        settings |= {"SPECTRUM_OTLP_ENDPOINT": collector.url, "SPECTRUM_ANALYSER": "small"}
        async with opened(Settings(state_dir=state, auth_secret=secret, analyser="small")) as spectrum:
            with _running(settings, "worker", "--queue", "seconds"), _running(settings, "api"):
                url = f"http://127.0.0.1:{port}"
                await _until(f"{url}/readyz")
                await _live(spectrum, url, secret, settings)
            # both programs have stopped, and sent what they had
        remove_state(state)
        print("\n".join(_trees(collector)))


if __name__ == "__main__":
    asyncio.run(main())
