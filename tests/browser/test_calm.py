"""Nothing jumps, everything can be hit with a thumb, and nothing moves for whoever asked for that."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Site, visiting
from tests.browser.test_screens import SCREENS

pytestmark = pytest.mark.browser

SHIFTED = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
MOST_SHIFT = 0.05
SMALLEST = 44
MAIN = {name: path for name, path in SCREENS.items() if "-" not in name}
TOO_SMALL = f"""() => [...document.querySelectorAll(
  "a[href], button, select, textarea, summary, input, [role=button]"
)].flatMap((each) => {{
  if (!each.checkVisibility({{ visibilityProperty: true }})) return [];
  // a link inside a sentence is as high as its line: higher, it would tear the lines apart (WCAG 2.5.8 excepts it)
  if (each.matches("p a") && getComputedStyle(each).display === "inline") return [];
  // the link past the screens is reached by Tab alone, and nobody taps it
  if (each.matches(".skip")) return [];
  // what is tapped of a box or a field is its label with it
  const target = each.matches("input[type=checkbox], input[type=radio]") ? (each.closest("label") ?? each) : each;
  const box = target.getBoundingClientRect();
  // what is small to the eye may reach further for the finger, by something unseen that belongs to it
  const around = getComputedStyle(target, "::after");
  const reach = around.content === '""' && around.position === "absolute";
  const width = Math.max(box.width, reach ? parseFloat(around.width) : 0);
  const height = Math.max(box.height, reach ? parseFloat(around.height) : 0);
  return Math.min(width, height) < {SMALLEST} - 0.5
    ? [`${{Math.round(width)}} x ${{Math.round(height)}}: ${{target.outerHTML.slice(0, 120)}}`] : [];
}})"""
MOVING = """() => [
  ...document.getAnimations().map((each) => each.animationName ?? each.transitionProperty ?? "an animation"),
  ...[...document.querySelectorAll("*")].flatMap((each) => {
    const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(each);
    const moves = transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
    return moves || animationName !== "none" || scrollBehavior === "smooth" ? [each.outerHTML.slice(0, 80)] : [];
  }),
]"""


@pytest.mark.parametrize("path", MAIN.values(), ids=MAIN)
async def test_nothing_jumps_while_a_screen_comes(browser: Browser, site: Site, path: str) -> None:
    """What comes later has its place beforehand: at the first start, and from the saved copy."""
    async with visiting(browser, site) as visit:
        await visit.page.add_init_script(SHIFTED)
        await visit.open("sample-jorinde", path)
        for _ in range(2):
            await visit.page.wait_for_load_state("networkidle")
            assert float(await visit.page.evaluate("window.shifted")) < MOST_SHIFT
            await visit.page.reload()
            await visit.settled()


@pytest.mark.parametrize("width", [320, 768])
@pytest.mark.parametrize("path", SCREENS.values(), ids=SCREENS)
async def test_everything_can_be_hit(browser: Browser, site: Site, path: str, width: int) -> None:
    """Whatever is tapped is at least 44 pixels in its smaller direction; the script says what is excepted, and why."""
    async with visiting(browser, site, width=width) as visit:
        await visit.open("sample-jorinde", path)
        assert await visit.page.evaluate(TOO_SMALL) == []


async def test_everything_in_a_dialog_can_be_hit(browser: Browser, site: Site) -> None:
    """The same of what opens over a screen."""
    async with visiting(browser, site) as visit:
        for path, opener in (("/app/insights", "main button[aria-haspopup=dialog]"), ("/app/patterns", ".bar-row")):
            await visit.open("sample-jorinde", path)
            await visit.page.locator(opener).first.click()
            await expect(visit.page.get_by_role("dialog")).to_be_visible()
            await visit.settled()
            assert await visit.page.evaluate(TOO_SMALL) == []


@pytest.mark.parametrize("path", SCREENS.values(), ids=SCREENS)
async def test_nothing_moves_for_whoever_asked_for_that(browser: Browser, site: Site, path: str) -> None:
    """With reduced motion there is no animation and no transition: neither while a screen comes nor afterwards."""
    async with visiting(browser, site, reduced_motion="reduce") as visit:
        await visit.page.goto(site.link("sample-jorinde", path))
        await visit.page.wait_for_selector("h1")
        assert await visit.page.evaluate(MOVING) == []
        await visit.settled()
        assert await visit.page.evaluate(MOVING) == []
