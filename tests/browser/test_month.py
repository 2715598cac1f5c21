"""The month on paper: two pages at most, with its sentences whole, and without what only a screen can use."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.browser.conftest import Site, Visit, visiting

pytestmark = pytest.mark.browser

PAGE = re.compile(rb"/Type\s*/Page\b")
A4: ViewportSize = {"width": 673, "height": 1017}
"""In pixels of CSS, without the margins of 14 and 16 mm that the print view asks for."""
SENTENCES = "main h1, main h2, main h3, main p:not(.unseen-by-eye), main figcaption, main td, main th"
OUTSIDE = f"""() => [...document.querySelectorAll("{SENTENCES}")].filter((each) => {{
  const {{ left, right, width }} = each.getBoundingClientRect();
  return width > 1 && (left < 0 || right > document.documentElement.clientWidth + 0.5);
}}).map((each) => each.innerText)"""
CUT = f"""() => [...document.querySelectorAll("{SENTENCES}")].filter((each) =>
  each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline" && each.clientWidth > 1
).map((each) => each.innerText)"""


async def _read(visit: Visit, subject: str) -> None:
    await visit.open(subject, "/app/month")
    await expect(visit.page.locator("main h2").first).to_be_visible()
    await expect(visit.page.locator("svg.plane")).to_be_visible()


@pytest.mark.parametrize("subject", ["sample-jorinde", "sample-devan"])
async def test_a_month_is_two_pages_at_most(browser: Browser, site: Site, subject: str) -> None:
    """What is taken to a therapist is no bundle: title, sections, pictures and numbers on one sheet of paper."""
    async with visiting(browser, site) as visit:
        await _read(visit, subject)
        printed = await visit.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(PAGE.findall(printed)) in (1, 2)
        assert len(printed) > 20_000, "there is something on it"


async def test_paper_shows_all_words_and_no_button(browser: Browser, site: Site) -> None:
    """The navigation and all that is tapped stay away; the numbers come without being asked for."""
    async with visiting(browser, site) as visit:
        await _read(visit, "sample-jorinde")
        told = [await each.inner_text() for each in await visit.page.locator("main p.prose").all()]
        assert told
        assert await visit.page.locator(".numbers table").first.is_hidden()
        await visit.page.emulate_media(media="print")
        await visit.page.set_viewport_size(A4)
        for gone in ("nav", ".skip", "button", "main .row", "summary"):
            for each in await visit.page.locator(gone).all():
                assert await each.is_hidden(), await each.inner_text()
        await expect(visit.page.locator(".numbers table").first).to_be_visible()
        assert told == [await each.inner_text() for each in await visit.page.locator("main p.prose").all()]
        assert await visit.overflow() == 0
        assert await visit.page.evaluate(OUTSIDE) == []
        assert await visit.page.evaluate(CUT) == []


async def test_the_plane_is_saved_as_a_picture(browser: Browser, site: Site, tmp_path: Path) -> None:
    """A PNG in the downloads, named after the month, and the page goes on as before."""
    async with visiting(browser, site) as visit:
        await _read(visit, "sample-jorinde")
        async with visit.page.expect_download() as coming:
            await visit.page.get_by_role("button", name="Save the picture").first.click()
        saved = await coming.value
        assert re.fullmatch(r"month-\d{4}-\d{2}\.png", saved.suggested_filename)
        await saved.save_as(tmp_path / "month.png")
        assert (tmp_path / "month.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
