"""`python docs/screens/take.py ORIGIN TOKEN`: the pictures of this folder, of a running service.

TOKEN is one of a sample person's (`spectrum token --person sample-jorinde`). Light and dark, as a phone shows them.
"""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, async_playwright

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
WIDTH, HEIGHT = 390, 844
Theme = Literal["light", "dark"]


async def _take(browser: Browser, origin: str, token: str, theme: Theme) -> None:
    context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme)
    page = await context.new_page()
    await page.goto(f"{origin}/app/#token={token}")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for name, path in SCREENS.items():
        await page.goto(f"{origin}{path}")
        await page.wait_for_selector("h1")
        await page.wait_for_selector("[aria-busy=true]", state="detached")
        await page.wait_for_timeout(400)
        await page.screenshot(path=FOLDER / f"{name}-{theme}.png")
    await context.close()


async def main(origin: str, token: str) -> None:
    """Take every screen in both themes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        themes: tuple[Theme, ...] = ("light", "dark")
        for theme in themes:
            await _take(chromium, origin, token, theme)
        await chromium.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
