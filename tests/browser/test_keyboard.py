"""What matters most can be done with the keyboard alone: leaving out, correcting, and calling a reset off."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Site, Visit, visiting
from tests.client import HEAVY, LIGHT, session

pytestmark = pytest.mark.browser

MOST_STEPS = 80
NAME = """() => {
  const at = document.activeElement;
  const label = at.labels?.[0]?.innerText ?? "";
  const text = at.matches("a, button, summary") ? at.innerText : "";
  return [at.getAttribute("aria-label"), text, label, at.name].filter(Boolean).join(" ").trim();
}"""


async def _reach(visit: Visit, name: str) -> None:
    """Press Tab until what has the focus is called `name`; where it is must be seen."""
    for _ in range(MOST_STEPS):
        await visit.page.keyboard.press("Tab")
        if name in str(await visit.page.evaluate(NAME)):
            return
    raise AssertionError(f"{name!r} is not reached by Tab")


async def _press(visit: Visit, name: str) -> None:
    await _reach(visit, name)
    await visit.page.keyboard.press("Enter")


async def _lived(site: Site, subject: str) -> None:
    now = datetime.now(UTC)
    days = [session(subject, now - timedelta(days=place), LIGHT if place % 2 else HEAVY) for place in range(1, 9)]
    await site.lived(*days)


async def test_the_first_key_skips_the_navigation(browser: Browser, site: Site) -> None:
    """A link to the content comes first, and leads there."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess")
        await _press(visit, "Skip to the content")
        assert await visit.page.evaluate("document.activeElement.id") == "content"


async def test_a_source_is_left_out_and_put_back(browser: Browser, site: Site) -> None:
    """Chosen, looked at, done, seen in the list, and undone: no pointer anywhere."""
    await _lived(site, "keys-leaving-out")
    async with visiting(browser, site) as visit:
        await visit.open("keys-leaving-out", "/app/control/leave-out")
        await _reach(visit, "A session")
        await visit.page.keyboard.press("ArrowRight")
        await visit.page.keyboard.press("ArrowRight")
        await _press(visit, "See what would change")
        await expect(visit.page.get_by_text("sessions would no longer count")).to_be_visible()
        assert await visit.violations() == []
        await _press(visit, "Leave it out")
        await expect(visit.page.get_by_text("All Mirror sessions")).to_be_visible()
        await expect(visit.page.get_by_text("left out everywhere")).to_be_visible()
        await visit.page.keyboard.press("Home")
        await _press(visit, "Put back: All Mirror sessions")
        await expect(visit.page.get_by_text("All Mirror sessions")).to_be_hidden()


async def test_a_session_is_corrected(browser: Browser, site: Site) -> None:
    """The dialog takes the focus, arrows move the slider, and the correction stands in the list."""
    await _lived(site, "keys-correcting")
    async with visiting(browser, site) as visit:
        await visit.open("keys-correcting", "/app/control/sessions")
        await expect(visit.page.get_by_text("Estimated").nth(7)).to_be_visible()
        await _press(visit, "Say how it was")
        await expect(visit.page.get_by_role("dialog")).to_be_visible()
        await _reach(visit, "Pleasantness")
        assert await visit.page.get_by_role("slider", name="Pleasantness").count() == 1
        await visit.page.keyboard.press("Home")
        assert await visit.violations() == []
        await _press(visit, "Let this count")
        await expect(visit.page.get_by_text("Corrected by you")).to_be_visible()
        first = visit.page.get_by_role("listitem").filter(has_text="Corrected by you")
        await expect(first.get_by_text("Pleasantness -1.00")).to_be_visible()
        assert "Say how it was" in str(await visit.page.evaluate(NAME)), "the focus is back where it was"


async def test_a_reset_is_asked_for_and_called_off(browser: Browser, site: Site) -> None:
    """Without the word nothing happens; with it there is time to call it off."""
    await _lived(site, "keys-resetting")
    async with visiting(browser, site) as visit:
        await visit.open("keys-resetting", "/app/control/reset")
        await _press(visit, "Erase in ten minutes")
        await expect(visit.page.get_by_role("button", name="Call it off")).to_be_hidden()
        await visit.page.keyboard.press("Shift+Tab")
        await visit.page.keyboard.type("RESET")
        await _press(visit, "Erase in ten minutes")
        await expect(visit.page.get_by_role("progressbar", name="Time left to call it off")).to_be_visible()
        await _press(visit, "Call it off")
        await expect(visit.page.get_by_text("Nothing was erased.")).to_be_visible()
        assert await visit.violations() == []


async def test_a_reset_at_once_ends_in_a_receipt_that_holds(browser: Browser, site: Site) -> None:
    """What is erased is gone from the screens and from the device, and the receipt is checked."""
    await _lived(site, "keys-erasing")
    async with visiting(browser, site) as visit:
        await visit.open("keys-erasing")
        await expect(visit.page.locator("svg.plane circle.point").first).to_be_visible()
        await visit.page.goto(f"{site.origin}/app/control/reset")
        await visit.settled()
        await visit.page.get_by_text("Your history so far").check()
        await visit.page.get_by_text("At once. It cannot be called off.").check()
        await visit.page.get_by_role("textbox").fill("RESET")
        await visit.page.get_by_role("button", name="Erase now").click()
        await visit.page.get_by_role("button", name="Check it").click()
        await expect(visit.page.get_by_text("It holds:")).to_be_visible()
        await visit.page.goto(f"{site.origin}/app/")
        await expect(visit.page.get_by_text("Nothing here yet")).to_be_visible()
