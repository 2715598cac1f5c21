"""Installations of their own: one that loses its database, one that is broken, and what production needs to start."""

import json
import re
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.domain.access import Role
from app.embedded import Servers
from app.errors import ConfigurationError
from app.settings import Settings
from app.wiring import opened
from graphql_schema.masking import MASKED
from tests.client import Client, session
from tests.conftest import AUTH_SECRET, MASTER_KEY, database, settings_for
from tests.graphql.test_refusals import TEAM
from tests.graphql.wire import Wire, wired

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)


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
    await wire.cut()
    assert (await client.http.get("/readyz")).status_code == 503
    assert (await client.http.get("/metrics")).status_code == 503
    assert (await client.http.get("/healthz")).status_code == 200
    answer = await client.post("{ viewer { id } }", subject="someone")
    _assert_masked(answer)
    document = "mutation($input: IngestSessionInput!) { ingestSession(input: $input) { sessionId } }"
    words = "Nobody must ever read this sentence."
    answer = await client.post(document, {"input": session("someone", JULY, words)}, **TEAM)
    _assert_masked(answer)


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
