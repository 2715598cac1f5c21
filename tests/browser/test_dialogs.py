"""What opens over a screen or unfolds in it: anybody can read it, in both themes, and closing it leads back."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Site, visiting
from tests.client import HEAVY, LIGHT, session

pytestmark = pytest.mark.browser

THEMES = ["light", "dark"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("by", ["Thinking patterns", "Feelings"])
async def test_what_a_bar_means(browser: Browser, site: Site, theme: str, by: str) -> None:
    """A line of the patterns opens what the glossary says of it, how often it was, and one step to take."""
    async with visiting(browser, site, color_scheme=theme) as visit:
        await visit.open("sample-jorinde", "/app/patterns")
        await visit.page.get_by_label(by, exact=True).check()
        await visit.settled()
        line = visit.page.locator("button.bar-row").first
        await line.click()
        dialog = visit.page.get_by_role("dialog")
        await expect(dialog.locator("p.prose")).to_be_visible()
        assert await visit.violations() == []
        await dialog.get_by_role("button").filter(has_text="Close").click()
        await expect(dialog).to_be_hidden()
        await expect(line).to_be_focused()


@pytest.mark.parametrize("theme", THEMES)
async def test_the_numbers_behind_a_month(browser: Browser, site: Site, theme: str) -> None:
    """The month's sentences open the same drawer as a card does."""
    async with visiting(browser, site, color_scheme=theme) as visit:
        await visit.open("sample-jorinde", "/app/month")
        button = visit.page.locator("main button[aria-haspopup=dialog]").first
        await button.click()
        drawer = visit.page.get_by_role("dialog")
        await expect(drawer.get_by_role("heading", level=3).first).to_be_visible()
        await visit.settled()
        assert await visit.violations() == []
        await visit.page.keyboard.press("Escape")
        await expect(drawer).to_be_hidden()
        await expect(button).to_be_focused()


@pytest.mark.parametrize("theme", THEMES)
async def test_what_leaving_out_would_change(browser: Browser, site: Site, theme: str) -> None:
    """The preview with both pictures, before anything is done."""
    subject = f"dialogs-preview-{theme}"
    now = datetime.now(UTC)
    days = [session(subject, now - timedelta(days=day), LIGHT if day % 2 else HEAVY) for day in range(1, 12)]
    await site.lived(*days, session(subject, now - timedelta(days=13), HEAVY, source="TURN"))
    async with visiting(browser, site, color_scheme=theme) as visit:
        await visit.open(subject, "/app/control/leave-out")
        await visit.page.get_by_label("Sessions of").or_(visit.page.get_by_text("A source")).first.check()
        await visit.page.get_by_label("Turn", exact=True).check()
        await visit.page.get_by_role("button", name="See what would change").click()
        await expect(visit.page.get_by_text("session would no longer count")).to_be_visible()
        await expect(visit.page.locator("svg.two-centres")).to_be_visible()
        assert await visit.violations() == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", ["/app/", "/app/patterns", "/app/month"])
async def test_every_table_unfolded(browser: Browser, site: Site, path: str, theme: str) -> None:
    """The tables beside the pictures are read by everybody, too, and scroll in themselves."""
    async with visiting(browser, site, width=320, color_scheme=theme) as visit:
        await visit.open("sample-jorinde", path)
        folded = await visit.page.locator("main summary").all()
        assert folded
        for each in folded:
            await each.click()
        assert await visit.violations() == []
        assert await visit.overflow() == 0
