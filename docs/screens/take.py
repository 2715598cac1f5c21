"""`python docs/screens/take.py ORIGIN TOKEN [--team]`: the pictures of this folder, of a running service.

TOKEN is one of a sample person's (`spectrum token --person sample-jorinde`). Light and dark, as a phone shows them.
With `--team` it is a token of the team's, and its pages are taken as a desk shows them, light.
"""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright

FOLDER = Path(__file__).parent
SCREENS = {
    "landscape": "/app/",
    "patterns": "/app/patterns",
    "insights": "/app/insights",
    "month": "/app/month",
    "control": "/app/control",
    "leave-out": "/app/control/leave-out",
    "sessions": "/app/control/sessions",
    "reset": "/app/control/reset",
    "support": "/app/support",
}
TEAM_SCREENS = {
    "team-work": "/ops/",
    "team-use": "/ops/use",
    "team-experiments": "/ops/experiments",
}
WIDTH, HEIGHT = 390, 844
DESK_WIDTH = 1_180
Theme = Literal["light", "dark"]


async def _shoot(page: Page, address: str, name: str) -> None:
    await page.goto(address)
    await page.wait_for_selector("h1")
    await page.wait_for_selector("[aria-busy=true]", state="detached")
    await page.wait_for_timeout(400)
    await page.screenshot(path=FOLDER / f"{name}.png")


async def _take(browser: Browser, origin: str, token: str, theme: Theme) -> None:
    context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme)
    page = await context.new_page()
    await page.goto(f"{origin}/app/#token={token}")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for name, path in SCREENS.items():
        await _shoot(page, f"{origin}{path}", f"{name}-{theme}")
    await context.close()


async def take_team(browser: Browser, origin: str, token: str) -> None:
    """Take the team's pages as far as one sees without scrolling, and a bit."""
    context = await browser.new_context(viewport={"width": DESK_WIDTH, "height": 1_250}, color_scheme="light")
    page = await context.new_page()
    await page.goto(f"{origin}/ops/#token={token}")
    for name, path in TEAM_SCREENS.items():
        await _shoot(page, f"{origin}{path}", name)
    await context.close()


async def main(origin: str, token: str, *, team: bool = False) -> None:
    """Take every screen, in both themes; or the team's."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        themes: tuple[Theme, ...] = () if team else ("light", "dark")
        for theme in themes:
            await _take(chromium, origin, token, theme)
        if team:
            await take_team(chromium, origin, token)
        await chromium.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3], team="--team" in sys.argv))
