"""The wheel is all that a machine needs: pages, documents, prompts, weights, samples and migrations come with it."""

import asyncio
import json
import re
import subprocess
import zipfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.edge.documents.registered import read_registered
from app.embedded import Servers
from app.storage.schema import newest
from tests.conftest import AUTH_SECRET, MASTER_KEY
from tests.life import database_url
from tests.programs import PATIENCE_S, free_port
from tests.release.wheels import PAGES, ROOT, Installed, build_wheel, checkout, missing

pytestmark = pytest.mark.release
ROOMS = {"app", "dashboard", "documents", "graphql_schema", "migrations", "prompts", "workers"}
NEEDED = (
    *PAGES,
    "dashboard/dist/manifest.webmanifest",
    "app/analyser/weights/encoder.onnx",
    "app/analyser/weights/small.npz",
    "app/edge/graphiql/static/graphiql.html",
    "app/samples/words/shared.toml",
    "documents/catalog.lock",
    "documents/clients.json",
    "graphql_schema/schema.graphql",
    "prompts/catalog.toml",
    "prompts/catalog.lock",
    "prompts/monthly-narrative/v1.md",
)
NEVER = re.compile(
    r"(^|/)(tests?|node_modules|__pycache__|\.env.*|\.git.*|\.spectrum|src|benchmarks|deploy)(/|$)|\.map$"
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a clean checkout with the pages built."""
    if not all((ROOT / page).is_file() for page in PAGES):
        missing("The dashboard is not built here (`make setup`): no wheel can be made.")
    return checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel of the clean checkout."""
    return build_wheel(source, tmp_path_factory.mktemp("wheel"))


def test_it_holds_what_is_served_and_nothing_else(wheel: Path) -> None:
    """Every file is of a room that runs; no test, source of a page, environment file or package of others is in it."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert set(NEEDED) <= set(names)
    own = [name for name in names if ".dist-info/" not in name]
    assert {name.partition("/")[0] for name in own} == ROOMS
    assert [name for name in own if NEVER.search(name)] == []
    for room in ROOMS - {"dashboard"}:
        modules = {str(path.relative_to(ROOT)) for path in (ROOT / room).rglob("*.py")}
        assert modules <= set(names), room
    assert {name for name in names if name.startswith("dashboard/")} == {
        str(path.relative_to(ROOT)) for page in PAGES for path in (ROOT / page).parent.rglob("*") if path.is_file()
    }


def test_it_says_nothing_of_the_machine_that_built_it(wheel: Path, source: Path) -> None:
    """No path of the builder's and no secret of the tests' stands in any file."""
    told = [str(source), str(ROOT), str(Path.home()) + "/", "/home/", MASTER_KEY, AUTH_SECRET]
    with zipfile.ZipFile(wheel) as packed:
        found = [
            (name, word)
            for name in packed.namelist()
            for content in [packed.read(name)]
            for word in told
            if word.encode() in content
        ]
    assert found == []


def test_it_is_the_same_again(wheel: Path, source: Path, tmp_path: Path) -> None:
    """Built twice from the same files it has the same bytes, so that anybody can check one."""
    assert build_wheel(source, tmp_path).read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Give an empty environment with the wheel in it."""
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


def test_what_runs_is_the_installed_one(installed: Installed) -> None:
    """Every room is imported from the environment, none from the checkout."""
    done = installed.run(
        installed.python,
        "-c",
        "import app, documents, graphql_schema, migrations, prompts, workers\n"
        "for room in (app, documents, graphql_schema, migrations, prompts, workers): print(room.__file__)",
    )
    assert done.returncode == 0, done.stderr
    places = done.stdout.split()
    assert len(places) == len(ROOMS) - 1
    assert all(Path(place).is_relative_to(installed.site) for place in places)


def test_prompts_and_samples_come_with_it(installed: Installed) -> None:
    """The revisions are found and unchanged, and the sample people's words are there."""
    assert "monthly-narrative@1" in installed.run(installed.spectrum, "prompts").stdout
    done = installed.run(
        installed.python,
        "-c",
        "from datetime import date; from app.samples import sample_sessions\n"
        "print(len(list(sample_sessions(date(2026, 11, 1)))))",
    )
    assert int(done.stdout) > 100


@pytest.mark.parametrize("engine", ["small", "encoder"])
def test_both_engines_read_with_their_weights(installed: Installed, engine: str) -> None:
    """The analyser answers from what the wheel brought."""
    line = json.dumps({"id": "1", "text": "I was so happy when they all came."})
    done = installed.run(installed.spectrum, "analyse", stdin=line + "\n", SPECTRUM_ANALYSER=engine)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == "1"


@pytest.fixture(scope="module")
async def address(installed: Installed, servers: Servers, owner: Any) -> AsyncIterator[str]:
    """Give the address of the installed API, over a database that the installed `spectrum migrate` made."""
    name, port = f"wheel_{uuid4().hex[:12]}", free_port()
    settings = {
        "SPECTRUM_DATABASE_URL": database_url(servers, name),
        "SPECTRUM_REDIS_URL": servers.redis_url,
        "SPECTRUM_MASTER_KEY": MASTER_KEY,
        "SPECTRUM_AUTH_SECRET": AUTH_SECRET,
        "SPECTRUM_PORT": str(port),
    }
    await owner.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        done = installed.run(installed.spectrum, "migrate", **settings)
        assert done.returncode == 0, done.stderr
        with installed.program("api", **settings) as process:
            await _until_ready(port, process)
            yield f"http://127.0.0.1:{port}"
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient() as http:
        while True:
            assert process.poll() is None, "the API ended"
            with suppress(httpx.TransportError):
                if (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


async def test_the_installed_api_serves_the_pages(address: str) -> None:
    """Both pages come with the scripts and styles that they name, and GraphiQL with its own."""
    async with httpx.AsyncClient(base_url=address, headers={"accept": "text/html,*/*"}) as http:
        for place in ("/app/", "/ops/", "/ops/graphql"):
            page = await http.get(place)
            assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html"), place
            named = re.findall(r'(?:src|href)="?([^"#\s>]+\.(?:js|css))\b', page.text)
            assert any(name.endswith(".js") for name in named), place
            for name in named:
                answer = await http.get(str(page.url.join(name)))
                assert answer.status_code == 200, name
                assert answer.headers["content-type"].startswith(("text/javascript", "text/css")), name


async def test_the_installed_api_answers(address: str) -> None:
    """It answers a question, a registered document by its id, and says which schema it found."""
    first, *_ = read_registered().by_id
    async with httpx.AsyncClient(base_url=address) as http:
        answer = await http.post("/graphql", json={"query": "{ __typename rateLimit { limit } }"})
        assert answer.json()["data"]["__typename"] == "Query"
        known = (await http.get("/graphql", params={"documentId": first})).json()
        codes = {error["extensions"]["code"] for error in known.get("errors", [])}
        assert "PERSISTED_DOCUMENT_NOT_FOUND" not in codes
        unknown = (await http.get("/graphql", params={"documentId": "sha256:" + "0" * 64})).json()
        assert unknown["errors"][0]["extensions"]["code"] == "PERSISTED_DOCUMENT_NOT_FOUND"


async def test_the_installed_migrations_are_these(installed: Installed) -> None:
    """The wheel brings every migration that the checkout has."""
    done = installed.run(installed.python, "-c", "from app.storage.schema import newest; print(newest())")
    assert done.stdout.strip() == newest()
