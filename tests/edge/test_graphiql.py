"""GraphiQL's page and files: complete, unchanged, cached well, and with no way out to another origin."""

import hashlib
import re
from pathlib import Path

import httpx

import app.edge.graphiql
from app.edge.graphiql import graphiql_response

from .sample import build_app

STATIC = Path(app.edge.graphiql.__file__).parent / "static"


def client() -> httpx.AsyncClient:
    """Return a client of the sample app as a browser asks."""
    transport = httpx.ASGITransport(build_app())
    return httpx.AsyncClient(transport=transport, base_url="http://edge.test", headers={"accept": "text/html"})


async def test_the_page_names_only_files_that_are_served_for_ever() -> None:
    """Each script and style of the page must be there, with its type, under an address that never changes meaning."""
    async with client() as http:
        page = await http.get("/ops/graphql")
        assert page.headers["content-type"].startswith("text/html")
        assert 'data-endpoint="/ops/graphql"' in page.text
        links = re.findall(r'(?:src|href)="(/[^"]*)"', page.text)
        assert len(links) == 6
        for link in links:
            file = await http.get(link)
            assert file.status_code == 200
            assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert file.headers["content-type"].startswith("text/css" if ".css" in link else "text/javascript")


async def test_only_the_known_version_is_cached_for_ever() -> None:
    """A file asked for without its version, or with an old one, must be asked for again next time."""
    async with client() as http:
        for query in ("", "?v=0123456789abcdef"):
            response = await http.get(f"/graphiql/static/graphiql.js{query}")
            assert response.headers["cache-control"] == "no-cache"


async def test_nothing_but_the_files_is_served() -> None:
    """Templates, notes and paths out of the folder must not be found."""
    async with client() as http:
        for name in ("graphiql.html", "LICENSES.md", "../page.py", "%2e%2e%2fpage.py", "nothing.js", ""):
            assert (await http.get(f"/graphiql/static/{name}")).status_code == 404


def test_the_policy_lets_nothing_out() -> None:
    """The page's policy must allow no other origin, no inline script and no eval, and the page must need none."""
    response = graphiql_response("/graphql")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    html = bytes(response.body).decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|https?://", html)
    assert "{{" not in html


def test_the_endpoint_cannot_break_out_of_its_attribute() -> None:
    """A path is written as text, whatever it holds."""
    html = bytes(graphiql_response('/"><script>').body).decode()
    assert "<script>" not in html


def test_the_vendored_files_are_the_published_ones() -> None:
    """Every third-party file must have the digest that LICENSES.md states, and none may be missing there."""
    stated = dict(re.findall(r"\| `([^`]+)` \|.*`([0-9a-f]{64})` \|", (STATIC / "LICENSES.md").read_text()))
    assert set(stated) == {path.name for path in STATIC.iterdir()} - {
        "LICENSES.md",
        "graphiql.html",
        "graphiql.js",
        "graphiql.css",
    }
    for name, digest in stated.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest
