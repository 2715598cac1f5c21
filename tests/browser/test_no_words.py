"""No word of a person reaches a screen, an answer, or what is kept on the device: searched for in every form."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Route, WebSocket

from tests.browser.conftest import Site, visiting
from tests.browser.test_screens import SCREENS
from tests.client import HEAVY, LIGHT, session
from tests.leakage.canaries import canary, found_in, middle
from tests.life import take

pytestmark = pytest.mark.browser

SESSIONS = 24
KEPT = """async () => {
  const all = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done) => {
      indexedDB.open(name).onsuccess = (event) => done(event.target.result);
    });
    for (const store of db.objectStoreNames) {
      all.push(await new Promise((done) => {
        db.transaction(store).objectStore(store).getAll().onsuccess = (event) => done(event.target.result);
      }));
    }
    db.close();
  }
  return JSON.stringify([all, { ...localStorage }, { ...sessionStorage }, location.href, document.title]);
}"""


async def test_no_screen_and_no_answer_holds_a_word(browser: Browser, site: Site) -> None:
    """Sessions full of words that exist nowhere else are analysed; every screen is opened and all of it searched."""
    now = datetime.now(UTC)
    words = [canary(number) for number in range(SESSIONS)]
    sessions = [
        session("canary-person", now - timedelta(days=place), f"{LIGHT if place % 3 else HEAVY} {word}", word)
        for place, word in enumerate(words)
    ]
    await take(site.spectrum, *sessions)
    answers: list[str] = []

    async def listen(route: Route) -> None:
        answer = await route.fetch()
        answers.append(await answer.text())
        await route.fulfill(response=answer)

    frames: list[str | bytes] = []

    def hear(frame: str | bytes) -> None:
        frames.append(frame)

    def overhear(socket: WebSocket) -> None:
        socket.on("framereceived", hear)
        socket.on("framesent", hear)

    async with visiting(browser, site) as visit:
        visit.page.on("websocket", overhear)
        await visit.context.route("**/graphql*", listen)
        await visit.open("canary-person")
        await visit.page.locator("svg.plane circle.point").nth(SESSIONS // 2).wait_for()
        seen = []
        for path in SCREENS.values():
            await visit.page.goto(f"{site.origin}{path}")
            await visit.settled()
            seen.append(await visit.page.content())
        await _heard(frames, '"subscribe"', after=len(frames))
        await take(site.spectrum, session("canary-person", now - timedelta(hours=2), f"{LIGHT} {words[0]}", words[0]))
        await _heard(frames, '"next"')
        kept = await visit.page.evaluate(KEPT)
    assert len(answers) >= len(SCREENS) - 1
    assert "valence" in kept
    middles = [middle(number) for number in range(SESSIONS)]
    for text in (*seen, *answers, kept, *frames):
        assert found_in(text if isinstance(text, bytes) else text.encode(), middles) == set()


async def _heard(frames: list[str | bytes], kind: str, *, after: int = 0) -> None:
    """Wait until a message of this kind went through a socket, so that the search has something to search."""
    async with asyncio.timeout(60):
        while not any(kind in str(frame) for frame in frames[after:]):  # noqa: ASYNC110 - the browser hears it
            await asyncio.sleep(0.1)
