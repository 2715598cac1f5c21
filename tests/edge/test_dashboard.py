"""The dashboard's files over HTTP: what is cached for ever, what is asked again, and what a page may not load."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from app.edge.dashboard import BUILT_FOR_TEAM, CONTENT_SECURITY_POLICY, dashboard_routes, team_routes
from app.edge.headers import SecurityHeaders

SCRIPT = "export const told = 'the same again';\n" * 40


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Give a folder as a build leaves it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Spectrum</title>", encoding="utf-8")
    (tmp_path / "team.html").write_text("<!doctype html><title>Team</title>", encoding="utf-8")
    (tmp_path / "assets" / "index-0a1b2c.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "manifest.webmanifest").write_text("{}", encoding="utf-8")
    (tmp_path.parent / "secret.txt").write_text("not of the build", encoding="utf-8")
    return tmp_path


def _client(folder: Path) -> httpx.AsyncClient:
    routes = [*dashboard_routes(folder), *team_routes(folder)]
    program = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=program), base_url="http://spectrum")


@pytest.fixture
async def http(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the built dashboard."""
    async with _client(built) as client:
        yield client


@pytest.mark.parametrize("path", ["/app/", "/app/month/2026-10", "/app/control"])
async def test_every_address_of_a_screen_is_the_page(http: httpx.AsyncClient, path: str) -> None:
    """A reload or a shared address opens the screen, and the page is asked for again each time."""
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline() -> None:
    """Scripts, styles and calls come from this origin alone."""
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; script-src 'self'")


async def test_hashed_files_are_kept_for_a_year_and_packed(http: httpx.AsyncClient) -> None:
    """Their name changes with their content, so nobody needs to ask twice; they travel packed."""
    answer = await http.get("/app/assets/index-0a1b2c.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 4
    assert answer.text == SCRIPT


async def test_who_cannot_unpack_gets_it_as_it_is(http: httpx.AsyncClient) -> None:
    """Packing is offered, not forced."""
    answer = await http.get("/app/assets/index-0a1b2c.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.text == SCRIPT


@pytest.mark.parametrize("path", ["/app/assets/index-gone.js", "/app/old.js", "/app/favicon.ico"])
async def test_an_old_file_is_missing_rather_than_the_page(http: httpx.AsyncClient, path: str) -> None:
    """A script that is no more must fail as one, not be read as HTML."""
    assert (await http.get(path)).status_code == 404


async def test_what_did_not_change_is_not_sent_again(http: httpx.AsyncClient) -> None:
    """The page's tag is enough."""
    tag = (await http.get("/app/")).headers["etag"]
    again = await http.get("/app/", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/app/../secret.txt", "/app/%2e%2e/secret.txt", "/app/..%2fsecret.txt"])
async def test_nothing_outside_the_build_is_served(http: httpx.AsyncClient, path: str) -> None:
    """Names are looked up among what was built, never on the disk."""
    assert "not of the build" not in (await http.get(path)).text


async def test_the_front_door_leads_to_the_page(http: httpx.AsyncClient) -> None:
    """`/app` is a common way to type it."""
    answer = await http.get("/app")
    assert (answer.status_code, answer.headers["location"]) == (307, "/app/")


@pytest.mark.parametrize("path", ["/ops/", "/ops/money", "/ops/experiments"])
async def test_every_address_of_the_team_is_its_page(http: httpx.AsyncClient, path: str) -> None:
    """Another page than a person's, under the same policy, asked for again each time."""
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    assert "<title>Team</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert (await http.get("/ops")).headers["location"] == "/ops/"
    assert (await http.get("/ops/assets/team-gone.js")).status_code == 404


async def test_the_teams_files_are_kept_and_packed_like_the_others(http: httpx.AsyncClient) -> None:
    """By their names, which change with their content."""
    answer = await http.get("/ops/assets/index-0a1b2c.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == SCRIPT


@pytest.mark.skipif(not BUILT_FOR_TEAM.is_dir(), reason="the dashboard is not built: make setup")
def test_what_was_built_for_the_team_is_theirs_alone() -> None:
    """One page, files of its own, no service worker, no token in any of them."""
    files = {path.relative_to(BUILT_FOR_TEAM).as_posix(): path for path in BUILT_FOR_TEAM.rglob("*") if path.is_file()}
    assert "team.html" in files
    assert not [name for name in files if "shell" in name or name.endswith(".webmanifest")]
    page = files["team.html"].read_text(encoding="utf-8")
    assert "/ops/assets/" in page
    assert "/app/" not in page
    assert not [name for name, path in files.items() if b"eyJhbGciOi" in path.read_bytes()]


async def test_without_a_build_it_says_what_to_do(tmp_path: Path) -> None:
    """Somebody who has not built it learns how."""
    async with _client(tmp_path) as http:
        answer = await http.get("/app/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
