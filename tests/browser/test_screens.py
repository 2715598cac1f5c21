"""Every screen as people meet it: both themes, three widths, large text, two strange languages."""

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Site, visiting

pytestmark = pytest.mark.browser

SCREENS = {
    "landscape": "/app/",
    "patterns": "/app/patterns",
    "insights": "/app/insights",
    "month": "/app/month",
    "control": "/app/control",
    "control-leave-out": "/app/control/leave-out",
    "control-sessions": "/app/control/sessions",
    "control-notifications": "/app/control/notifications",
    "control-copy": "/app/control/copy",
    "control-reset": "/app/control/reset",
    "control-kept": "/app/control/kept",
    "control-device": "/app/control/device",
    "support": "/app/support",
}

TORN = """() => [...document.querySelectorAll(".navigation a")].flatMap((each) => {
  const name = [...each.childNodes].find(({ nodeType }) => nodeType === Node.TEXT_NODE);
  const range = document.createRange();
  range.selectNodeContents(name);
  const lines = [...range.getClientRects()];
  const isWhole = lines.length === 1 && lines[0].left >= 0 && lines[0].right <= document.documentElement.clientWidth;
  return isWhole ? [] : [name.data];
})"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", SCREENS.values(), ids=SCREENS)
async def test_a_screen_is_accessible_and_fits(browser: Browser, site: Site, path: str, theme: str) -> None:
    """WCAG 2.2 AA by axe on each width, nothing wider than the window, nothing that jumps."""
    async with visiting(browser, site, color_scheme=theme) as visit:
        for width in (320, 390, 768):
            await visit.page.set_viewport_size({"width": width, "height": 844})
            await visit.open("sample-jorinde", path)
            assert await visit.violations() == []
            assert await visit.overflow() == 0


@pytest.mark.parametrize("path", SCREENS.values(), ids=SCREENS)
async def test_text_twice_as_large_still_fits(browser: Browser, site: Site, path: str) -> None:
    """At 320 pixels and 200 % text nothing is cut off sideways."""
    async with visiting(browser, site, width=320) as visit:
        await visit.open("sample-jorinde", path)
        await visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await visit.overflow() == 0


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
@pytest.mark.parametrize("path", SCREENS.values(), ids=SCREENS)
async def test_longer_words_and_the_other_direction_fit(browser: Browser, site: Site, path: str, language: str) -> None:
    """Every word of the page is looked up, a third longer has room, and lines may run from right to left."""
    async with visiting(browser, site, width=320) as visit:
        await visit.open("sample-tess", path, query=f"?language={language}")
        assert await visit.overflow() == 0
        assert await visit.page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar-XB" else "ltr")
        assert (await visit.page.locator(".navigation a").first.inner_text()).strip().startswith("[")


async def test_a_person_without_sessions_is_told_what_to_expect(browser: Browser, site: Site) -> None:
    """An empty account says why it is empty; no chart of nothing."""
    async with visiting(browser, site) as visit:
        await visit.open("nobody-yet")
        assert "Nothing here yet" in await visit.page.inner_text("main")
        assert await visit.page.locator("main svg").count() == 0
        assert await visit.violations() == []


@pytest.mark.parametrize("size", ["100%", "200%"])
@pytest.mark.parametrize("font", ["system-ui", "DejaVu Sans Mono"])
async def test_no_word_of_the_navigation_is_torn_apart(browser: Browser, site: Site, font: str, size: str) -> None:
    """At 320 pixels, in a face as wide as they come, each name stands in one line that is wholly in sight."""
    async with visiting(browser, site, width=320) as visit:
        await visit.open("sample-jorinde")
        await visit.page.evaluate(
            "([font, size]) => { const { style } = document.documentElement;"
            " style.fontSize = size; style.setProperty('--plain', font); }",
            [font, size],
        )
        assert await visit.page.evaluate(TORN) == []
        assert await visit.overflow() == 0
