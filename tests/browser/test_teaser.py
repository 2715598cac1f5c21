"""Without Spectrum there is an honest teaser, and not one number of the person's own comes over the wire."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from app.embedded import Servers
from graphql_schema.teaser import TEASERS
from tests.browser.conftest import Site, Visit, visiting
from tests.client import HEAVY, LIGHT, session
from tests.life import owner_of, who

pytestmark = pytest.mark.browser

PICTURES = ("/app/", "/app/patterns", "/app/insights", "/app/month")


async def _be_free(site: Site, servers: Servers, subject: str) -> None:
    """Let somebody who has had sessions read, and has numbers and cards, have no plan any more."""
    now = datetime.now(UTC)
    days = [session(subject, now - timedelta(days=place), LIGHT if place % 2 else HEAVY) for place in range(1, 15)]
    await site.lived(*days)
    async with owner_of(site.spectrum, servers) as owner:
        await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", who(site.spectrum, subject))


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_screen_with_pictures_shows_the_teaser(
    browser: Browser, site: Site, servers: Servers, theme: str
) -> None:
    """The example says that it is one, anybody can read it, and it fits; the sessions are counted and not drawn."""
    await _be_free(site, servers, "no-plan")
    async with visiting(browser, site, color_scheme=theme) as visit:
        for path in PICTURES:
            await _open(visit, "no-plan", path)
            assert await visit.violations() == []
            assert await visit.overflow() == 0
        mark = visit.page.locator("svg.plane .mark")
        await expect(mark).to_be_visible()
        await expect(mark).to_contain_text("invented numbers")


async def test_no_answer_holds_a_number_of_theirs(browser: Browser, site: Site, servers: Servers) -> None:
    """Whatever is asked while the teaser is shown, `spectrum` is answered with nothing; only the example has points."""
    await _be_free(site, servers, "no-plan-no-numbers")
    viewers: list[dict[str, Any]] = []

    async def listen(route: Route) -> None:
        answer = await route.fetch()
        if answer.status == 200:
            viewers.append((await answer.json())["data"]["viewer"])
        await route.fulfill(response=answer)

    async with visiting(browser, site) as visit:
        await visit.context.route("**/graphql?*", listen)
        for path in PICTURES:
            await _open(visit, "no-plan-no-numbers", path)
    asked = [viewer for viewer in viewers if "spectrum" in viewer]
    assert len(asked) >= len(PICTURES)
    assert [viewer["spectrum"] for viewer in asked] == [None] * len(asked)
    teasers = [viewer["spectrumTeaser"] for viewer in viewers if "spectrumTeaser" in viewer]
    assert {teaser["exampleLandscape"]["isExample"] for teaser in teasers} == {True}
    assert {teaser["eligibleSessions"] for teaser in teasers} == {14}
    known = {"spectrum", "spectrumTeaser", "entitlement", "operations"}
    assert {name for viewer in viewers for name in viewer} <= known, "something else is asked for: look at it here"


async def test_wanting_it_is_answered_in_a_browser(browser: Browser, site: Site, servers: Servers) -> None:
    """Where no app listens, the one button says where it is to be had; and one's own data are a tap away."""
    await _be_free(site, servers, "no-plan-wanting")
    async with visiting(browser, site) as visit:
        await _open(visit, "no-plan-wanting", "/app/")
        await visit.page.locator("button.strong").click()
        await expect(visit.page.get_by_role("status").filter(has_text="Kalei")).to_be_visible()
        await visit.page.locator("main a.button").click()
        await expect(visit.page.get_by_role("heading", name="Control", level=1)).to_be_visible()


async def _open(visit: Visit, subject: str, path: str) -> None:
    assert visit.site is not None
    await visit.page.goto(visit.site.link(subject, path))
    await visit.page.get_by_role("heading", name=TEASERS["standard"][0]).wait_for()
    await visit.settled()
