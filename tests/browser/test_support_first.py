"""When the newest card asks for support, that comes before any picture, and not again once it was waved on."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Error, Route, expect

from app.domain.periods import PeriodKind, previous, week_of
from tests.browser.conftest import Site, Visit, visiting
from tests.client import HEAVY, LIGHT, session
from tests.stories.test_ingest import CARE

pytestmark = pytest.mark.browser

PICTURES = "main svg[role=img], main .bars, main article.card"


async def _heavy_week(site: Site, subject: str) -> None:
    """Last week, in which one session spoke of self-harm, after four quiet ones."""
    monday = previous(PeriodKind.WEEK, week_of(datetime.now(UTC).date())).first
    first = datetime(monday.year, monday.month, monday.day, 9, tzinfo=UTC)
    quiet = [
        session(subject, first - timedelta(days=7 * week - day), LIGHT if day else HEAVY, zone="UTC")
        for week in range(1, 5)
        for day in range(4)
    ]
    heavy = [session(subject, first + timedelta(days=day), HEAVY, zone="UTC") for day in range(3)]
    await site.lived(*quiet, *heavy, session(subject, first + timedelta(days=3), CARE, zone="UTC"))


async def test_support_is_met_before_any_picture(browser: Browser, site: Site) -> None:
    """On whichever screen they begin; going on shows it; the other screens do not ask again in this visit."""
    await _heavy_week(site, "support-first")
    async with visiting(browser, site) as visit:
        await visit.open("support-first")
        await expect(visit.page.get_by_role("heading", name="A hard stretch")).to_be_visible()
        await expect(visit.page.get_by_role("link", name="Where to turn")).to_be_visible()
        await expect(visit.page.locator(PICTURES)).to_have_count(0)
        assert await visit.violations() == []
        await visit.page.get_by_role("button", name="Show this screen").click()
        await expect(visit.page.locator("svg.plane")).to_be_visible()
        await expect(visit.page.get_by_role("heading", level=1)).to_be_focused()
        await visit.page.get_by_role("navigation").get_by_role("link", name="Patterns").click()
        await expect(visit.page.get_by_text("none in 19 sessions")).to_be_visible()
        await expect(visit.page.get_by_role("heading", name="A hard stretch")).to_have_count(0)
        assert await visit.violations() == []


async def test_a_kept_copy_does_not_come_before_it(browser: Browser, site: Site) -> None:
    """What was kept before the heavy week knows nothing of it: the picture waits for the answer that does."""
    subject = "support-after-a-copy"
    await site.lived(*[session(subject, datetime.now(UTC) - timedelta(days=day), LIGHT) for day in range(20, 26)])
    async with visiting(browser, site) as visit:
        await visit.open(subject)
        await expect(visit.page.locator("svg.plane")).to_be_visible()
        await visit.until_kept(subject)
        await visit.page.goto("about:blank")
        await _heavy_week(site, subject)
        seen: list[int] = []

        async def watched(route: Route) -> None:
            await _passes(visit, 500)  # the copy was read long ago, and the answer is not here
            seen.append(await visit.page.locator(PICTURES).count())
            await route.continue_()

        await visit.page.clock.install()
        await visit.context.route("**/graphql?*", watched)
        await visit.page.goto(site.link(subject))
        await expect(visit.page.get_by_role("heading", name="A hard stretch")).to_be_visible()
        assert seen[0] == 0
        await expect(visit.page.locator(PICTURES)).to_have_count(0)


async def test_a_kept_copy_is_not_held_for_ever(browser: Browser, site: Site) -> None:
    """Where the answer takes long, the copy is shown after a moment, and says nothing that it does not know."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess")
        await visit.until_kept("sample-tess")
        answered = asyncio.Event()

        async def held(route: Route) -> None:
            await answered.wait()
            await route.continue_()

        await visit.page.clock.install()
        await visit.context.route("**/graphql?*", held)
        async with visit.page.expect_request("**/graphql?*"):
            await visit.page.reload()
        await _passes(visit, 1_000)
        await expect(visit.page.locator("svg.plane")).to_be_visible()
        answered.set()


MOST_TRIES = 50


async def _passes(visit: Visit, ms: int) -> None:
    """Let the page's own clock go on by so much, and stand still then."""
    for _ in range(MOST_TRIES):  # the clock goes on between asking it and stopping it
        now = await visit.page.evaluate("Date.now()")
        with suppress(Error):
            await visit.page.clock.pause_at(datetime.fromtimestamp(now / 1000 + 0.01, UTC))
            break
    else:
        raise AssertionError("the page's clock does not stand still")
    await visit.page.clock.run_for(ms)


async def test_where_to_turn_leads_to_the_page_about_it(browser: Browser, site: Site) -> None:
    """One tap; and that page has no picture at all."""
    await _heavy_week(site, "support-turning")
    async with visiting(browser, site) as visit:
        await visit.open("support-turning", "/app/patterns")
        await visit.page.get_by_role("link", name="Where to turn").click()
        await expect(visit.page).to_have_url(f"{site.origin}/app/support")
        await expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(visit.page.locator(PICTURES)).to_have_count(0)
