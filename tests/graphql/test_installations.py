"""Installations of their own: one that loses its database, one that is broken, and what production needs to start."""

import json
import re
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from httpx import Response

from app.domain.access import Role
from app.domain.notifications import Told
from app.domain.webhooks import Event, SigningKey, WebhookEvent
from app.embedded import Servers
from app.errors import ConfigurationError
from app.gateways.experiments import read_experiments
from app.gateways.web_push import Accepted, Gone, Message, Subscription
from app.gateways.webhooks import Delivered, Disable
from app.pipeline.signing import signing_key
from app.settings import Settings
from app.wiring import opened
from graphql_schema.masking import MASKED
from tests.client import BROWSER_KEYS, Client, session
from tests.conftest import AUTH_SECRET, MASTER_KEY, database, settings_for
from tests.gateways.receiver import answers, receiver_that
from tests.graphql.test_refusals import TEAM
from tests.graphql.wire import Wire, wired

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
EXPERIMENTS = Path(__file__).parents[2] / "deploy" / "experiments.example.toml"
UPSERT = "mutation($input: UpsertWebhookInput!) { upsertWebhook(input: $input) { userErrors { code } } }"


@pytest.fixture
async def cuttable(servers: Servers, template: str, tmp_path: Path) -> AsyncIterator[tuple[Client, Wire]]:
    """Give a client of an installation, and the wire to its database."""
    with tempfile.TemporaryDirectory(prefix="spectrum-wire-") as folder:
        async with (
            database(servers, template) as direct,
            wired(direct, Path(folder)) as (url, wire),
            opened(settings_for(url, servers, tmp_path)) as spectrum,
            Client.of(spectrum, AUTH_SECRET) as client,
        ):
            yield client, wire


async def test_a_database_that_is_away_is_said_plainly(cuttable: tuple[Client, Wire]) -> None:
    """Without its database the program lives but is not ready; calls fail masked, with a code, an id and no detail."""
    client, wire = cuttable
    await client.ingest(session("someone", JULY))
    assert (await client.http.get("/readyz")).status_code == 200
    readable, queues, own = _ledger_of(await client.http.get("/metrics"))
    assert (readable, queues > set(), own) == ("1.0", True, True)
    await wire.cut()
    assert (await client.http.get("/readyz")).status_code == 503
    assert _ledger_of(await client.http.get("/metrics")) == ("0.0", set(), True)
    assert (await client.http.get("/healthz")).status_code == 200
    answer = await client.post("{ viewer { id } }", subject="someone")
    _assert_masked(answer)
    document = "mutation($input: IngestSessionInput!) { ingestSession(input: $input) { sessionId } }"
    words = "Nobody must ever read this sentence."
    answer = await client.post(document, {"input": session("someone", JULY, words)}, **TEAM)
    _assert_masked(answer)


def _ledger_of(metrics: Response) -> tuple[str, set[str], bool]:
    """Whether the ledger could be read, the queues that are told of, and whether the process tells of itself."""
    assert metrics.status_code == 200
    (readable,) = re.findall(r"^spectrum_ledger_readable (\S+)$", metrics.text, re.MULTILINE)
    queues = set(re.findall(r'^spectrum_queue_oldest_due_seconds{queue="(\w+)"}', metrics.text, re.MULTILINE))
    return readable, queues, "\nspectrum_operation_seconds_count{" in metrics.text


async def test_a_ledger_of_another_schema_takes_no_numbers_along(client: Client, owner: Any) -> None:
    """What cannot be read for whatever reason is said to be so, and the process still tells of itself."""
    await client.ingest(session("someone", JULY))
    await owner.execute("ALTER TABLE reconciliation RENAME TO away")
    try:
        assert _ledger_of(await client.http.get("/metrics")) == ("0.0", set(), True)
    finally:
        await owner.execute("ALTER TABLE away RENAME TO reconciliation")


async def test_a_failure_nobody_thought_of_is_masked(servers: Servers, template: str, tmp_path: Path) -> None:
    """A resolver that meets what it cannot know of answers INTERNAL with the request's id and nothing else."""
    async with database(servers, template) as url, opened(settings_for(url, servers, tmp_path)) as spectrum:
        await _break(url)
        async with Client.of(spectrum, AUTH_SECRET) as client:
            headers = {"authorization": f"Bearer {client.token('someone')}"}
            body = {"query": "{ viewer { exclusions(first: 1) { totalCount } } }"}
            answer = await client.http.post("/graphql", json=body, headers=headers)
            _assert_masked(answer.json())
            (error,) = answer.json()["errors"]
            assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
            assert "exclusion_" not in answer.text


async def test_what_is_set_wrong_is_told_to_nobody_outside(servers: Servers, template: str, tmp_path: Path) -> None:
    """A setting that stopped being right names itself in no answer: it is masked as any failure of ours."""
    async with database(servers, template) as url, opened(settings_for(url, servers, tmp_path)) as spectrum:
        async with spectrum.ports.store.for_everyone() as tx:
            name = await tx.fetchval("SELECT current_database()")
        connection = await asyncpg.connect(servers.database_url)
        try:
            await _rename(connection, name, f"{name}_elsewhere")
            async with Client.of(spectrum, AUTH_SECRET) as client:
                for _ in range(3):  # the first may have a connection of before, which is lost
                    _assert_masked(await client.post("{ viewer { id } }", subject="someone"))
            await _rename(connection, f"{name}_elsewhere", name)
        finally:
            await connection.close()


async def _rename(connection: asyncpg.Connection, name: str, other: str) -> None:
    """Give a database another name, which nobody may be connected to."""
    await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await connection.fetch("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1", name)
    await connection.execute(f"ALTER DATABASE {name} RENAME TO {other}")
    await connection.execute(f"ALTER DATABASE {other} ALLOW_CONNECTIONS true")


async def _break(url: str) -> None:
    """Rename a table behind the program's back."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ALTER TABLE exclusion RENAME TO exclusion_elsewhere")
    finally:
        await connection.close()


def _assert_masked(answer: dict[str, Any]) -> None:
    (error,) = answer["errors"]
    assert error["message"] == MASKED
    assert error["extensions"]["code"] == "INTERNAL"
    assert re.fullmatch("[0-9a-f]{32}", error["extensions"]["requestId"])
    assert set(error["extensions"]) == {"code", "requestId"}
    assert not re.search("database|postgres|asyncpg|Error|sentence", json.dumps(answer))


def _production(servers: Servers, url: str, state: Path, **more: Any) -> Settings:
    return Settings.model_validate(
        {
            "env": "production",
            "database_url": url,
            "redis_url": servers.redis_url,
            "state_dir": state,
            "master_key": MASTER_KEY,
            "auth_secret": AUTH_SECRET,
            **more,
        }
    )


async def test_production_shows_its_page_to_the_team_alone(servers: Servers, template: str, tmp_path: Path) -> None:
    """In production the public endpoint has no page and no front door; the team's keeps its page."""
    async with (
        database(servers, template) as url,
        opened(_production(servers, url, tmp_path)) as spectrum,
        Client.of(spectrum, AUTH_SECRET) as client,
    ):
        public = await client.http.get("/graphql", headers={"accept": "text/html"})
        assert public.status_code == 404 or not public.headers["content-type"].startswith("text/html")
        assert "graphiql" not in public.text.lower()
        assert (await client.http.get("/")).status_code == 404
        team = await client.http.get("/ops/graphql", headers={"accept": "text/html"})
        assert "graphiql" in team.text.lower()
        document = "{ viewer { entitlement { plan spectrum } spectrum { state } } }"
        refused = await client.post(document, subject="new")
        assert refused["errors"][0]["extensions"]["code"] == "PERSISTED_DOCUMENT_REQUIRED"
        introspection = await client.post("{ __schema { types { name } } }", subject="new")
        assert introspection["errors"][0]["extensions"]["code"] == "PERSISTED_DOCUMENT_REQUIRED"
        assert (await client.post("{ __typename }", subject=None))["data"] == {"__typename": "Query"}
        teaser = (await client.http.get("/graphql", params={"documentId": "sha256:0000000000000000"})).json()
        assert teaser["errors"][0]["extensions"]["code"] == "PERSISTED_DOCUMENT_NOT_FOUND"
        unknown = await client.post("{ viewr { id } }", subject="new", roles=(Role.USER, Role.OPERATOR))
        assert "Did you mean" not in unknown["errors"][0]["message"]
        answer = (await client.post(document, subject="new", roles=(Role.USER, Role.OPERATOR)))["data"]
        assert answer["viewer"] == {"entitlement": {"plan": "FREE", "spectrum": False}, "spectrum": None}


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ("database_url", "SPECTRUM_DATABASE_URL"),
        ("redis_url", "SPECTRUM_REDIS_URL"),
        ("master_key", "SPECTRUM_MASTER_KEY"),
        ("auth_secret", "SPECTRUM_AUTH_SECRET or SPECTRUM_AUTH_JWKS_URL"),
    ],
)
async def test_production_without_a_secret_does_not_start(
    servers: Servers, tmp_path: Path, missing: str, named: str
) -> None:
    """Each missing secret stops the start with a sentence that names it, and nothing is made."""
    state = tmp_path / "state"
    settings = _production(servers, servers.database_url, state, **{missing: None})
    with pytest.raises(ConfigurationError, match=named):
        async with opened(settings):
            pytest.fail("it must not start")
    assert not state.exists()


@pytest.mark.parametrize("env", ["production", "development"])
async def test_production_alone_experiments_and_tells_no_program_beside_it(
    servers: Servers, template: str, tmp_path: Path, env: str
) -> None:
    """Development reads the file, so that its faults are found there, and runs none of it; it tells the loopback."""
    is_production = env == "production"
    told = Event(WebhookEvent.SLA_MISSED, JULY, {"period": "2026-W27"})
    message = Message(Told.SOMETHING_NEW, "/app", "topic", timedelta(hours=1))
    async with (
        database(servers, template) as url,
        receiver_that(answers(204), None) as receiver,
        opened(_production(servers, url, tmp_path, env=env, experiments_file=EXPERIMENTS)) as spectrum,
        Client.of(spectrum, AUTH_SECRET) as client,
    ):
        ports = spectrum.ports
        assert ports.experiments == (read_experiments(EXPERIMENTS) if is_production else ())
        assert ports.rules.tells_loopback is not is_production
        beside = f"http://127.0.0.1:{receiver.port}/hook"
        key = SigningKey(signing_key(ports.keyring.identity, uuid4(), 1))
        outcome = await (await ports.webhooks()).deliver(beside, [key], "msg", JULY, told)
        assert isinstance(outcome, Disable if is_production else Delivered)
        browser = Subscription(beside, **BROWSER_KEYS)
        pushed = await (await ports.web_push()).send(browser, message, datetime.now(UTC))
        assert isinstance(pushed, Gone if is_production else Accepted)
        assert len(receiver.requests) == (0 if is_production else 2)
        hook = {"url": beside, "events": ["SLA_MISSED"]}
        answer = (await client.team(UPSERT, {"input": hook}, Role.ADMIN))["upsertWebhook"]
        assert [each["code"] for each in answer["userErrors"]] == (["INVALID"] if is_production else [])


@pytest.mark.parametrize("env", ["production", "development"])
async def test_a_file_of_experiments_that_does_not_fit_stops_the_start(
    servers: Servers, template: str, tmp_path: Path, env: str
) -> None:
    """Before it could put people into the wrong arms; in development as well."""
    (tmp_path / "experiments.toml").write_text("[[experiments]]\nkey = 'one'\n")
    more = {"env": env, "experiments_file": tmp_path / "experiments.toml"}
    async with database(servers, template) as url:
        with pytest.raises(ConfigurationError, match="does not fit"):
            async with opened(_production(servers, url, tmp_path, **more)):
                pytest.fail("it must not start")
