"""A whole service on a port of its own with the sample people in it, and a browser to look at it. Checks nothing."""

import asyncio
import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from app.cli.drain import drain_with_progress
from app.cli.sample import take_sample
from app.domain.access import Role
from app.edge.dashboard import BUILT
from app.edge.tokens import issue_token
from app.embedded import Servers
from app.wiring import Spectrum, opened
from tests.conftest import AUTH_SECRET, database, settings_for
from tests.life import take
from tests.programs import PATIENCE_S, end, environment_for, free_port, freeze, started, thaw

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = BUILT.parent / "node_modules" / "axe-core" / "axe.min.js"
PEOPLE = ("sample-jorinde", "sample-devan", "sample-tess", "sample-odell")
_STORE = """(name, read) => new Promise((done) => {
  indexedDB.open(name).onsuccess = ({ target: { result: db } }) => {
    const asked = read(db.transaction("kept").objectStore("kept"));
    asked.onsuccess = () => { db.close(); done(asked.result); };
  };
})"""
_KEPT = f"""async () => {{
  const names = (await indexedDB.databases()).map(({{ name }}) => name).filter((name) => name.startsWith("spectrum"));
  const all = await Promise.all(names.map(async (name) => [name, await ({_STORE})(name, (each) => each.getAllKeys())]));
  return Object.fromEntries(all);
}}"""
_OWNER = f"async () => await ({_STORE})('spectrum-answers', (each) => each.get('owner'))"
_FLAGS = ["--no-sandbox", "--disable-quic"]
_QUEUES = ("--queue", "seconds", "--queue", "minutes", "--queue", "hours")


@dataclass(frozen=True, slots=True)
class Site:
    """A service that runs: where it is, and its installation for what a test does behind the browser's back."""

    origin: str
    spectrum: Spectrum
    log: Path
    worker: subprocess.Popen[bytes]

    async def lived(self, *sessions: Mapping[str, Any]) -> None:
        """Take sessions in, and bring them through the whole pipeline."""
        await take(self.spectrum, *sessions)
        await drain_with_progress(self.spectrum)

    @contextmanager
    def nobody_working(self) -> Iterator[None]:
        """Let no worker work for the length of the block: what is asked for waits, as on a day with too much to do."""
        freeze(self.worker.pid)
        try:
            yield
        finally:
            thaw(self.worker.pid)

    def token(self, subject: str, *, ttl_s: int = 3_600) -> str:
        """A token for a person."""
        return issue_token(AUTH_SECRET, subject=subject, roles=(Role.USER,), ttl_s=ttl_s)

    def link(self, subject: str, path: str = "/app/", *, query: str = "", ttl_s: int = 3_600) -> str:
        """A link that signs in as a person, as `make up` prints it."""
        return f"{self.origin}{path}{query}#token={self.token(subject, ttl_s=ttl_s)}"


@pytest.fixture(scope="session")
async def site(servers: Servers, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Give the service, with the sample people through the whole pipeline, and workers for what comes."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database(servers, template))
        state = tmp_path_factory.mktemp("site")
        spectrum = await stack.enter_async_context(opened(settings_for(url, servers, state)))
        await take_sample(spectrum.ports)
        await drain_with_progress(spectrum)
        port, log = free_port(), state / "log"
        environment = environment_for(url, servers.redis_url, state)
        environment |= {"SPECTRUM_HOST": "127.0.0.1", "SPECTRUM_PORT": str(port)}
        worker = started(environment, "worker", *_QUEUES, log=log)
        stack.callback(end, worker)
        stack.callback(end, started(environment, "api", log=log))
        await until_ready(port)
        yield Site(f"http://127.0.0.1:{port}", spectrum, log, worker)


async def until_ready(port: int) -> None:
    """Wait until a service at this port can serve."""
    async with httpx.AsyncClient() as http, asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Give one Chromium to all tests."""
    assert CHROMIUM is not None
    if not BUILT.is_dir():
        pytest.skip("the dashboard is not built: make setup")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield chromium
        await chromium.close()


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


class Visit:
    """A page of one visitor; what went wrong in it is collected, and told when the visit ends."""

    def __init__(self, context: BrowserContext, page: Page, site: Site | None) -> None:
        self.context = context
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        self.answers: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        # what the network lost is said by the page itself, and asserted there
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    async def open(self, subject: str, path: str = "/app/", *, query: str = "", ttl_s: int = 3_600) -> None:
        """Sign in by a link, and wait until the screen has something to say."""
        assert self.site is not None
        await self.page.goto(self.site.link(subject, path, query=query, ttl_s=ttl_s))
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing on the screen is still being fetched."""
        await self.page.wait_for_selector("h1")
        await self.page.wait_for_selector("[aria-busy=true]", state="detached")

    async def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA on the whole page, so that nothing lies behind the navigation."""
        window = self.page.viewport_size
        assert window is not None
        whole = int(await self.page.evaluate("document.documentElement.scrollHeight"))
        await self.page.set_viewport_size({"width": window["width"], "height": max(whole, window["height"])})
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = await self.page.evaluate("tags => axe.run({ runOnly: tags })", tags)
        await self.page.set_viewport_size(window)
        return [
            f"{each['id']}: {node['html']} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    async def kept(self) -> dict[str, list[str]]:
        """The keys of everything that is kept on the device, by store."""
        found: dict[str, list[str]] = await self.page.evaluate(_KEPT)
        return {name: [key for key in keys if key != "owner"] for name, keys in found.items()}

    async def until_kept(self, subject: str) -> None:
        """Wait until answers are kept here, and they are this person's."""
        digest = hashlib.sha256(subject.encode()).hexdigest()[:24]
        async with asyncio.timeout(20):
            while await self.page.evaluate(_OWNER) != digest or not (await self.kept())["spectrum-answers"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)  # a browser's store tells nobody that it was written

    async def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(await self.page.evaluate(width))


@asynccontextmanager
async def visiting(browser: Browser, site: Site | None, *, width: int = 390, **options: Any) -> AsyncIterator[Visit]:
    """A visitor with a phone of `width` pixels; afterwards nothing may have been complained of.

    Without a site it is no person who can be signed in.
    """
    context = await browser.new_context(viewport={"width": width, "height": 844}, **options)
    context.set_default_timeout(20_000)
    try:
        visit = Visit(context, await context.new_page(), site)
        yield visit
        assert visit.complaints == []
    finally:
        await context.close()
