"""Without a network: the page starts, shows the saved copy and its age, and what happened is told later."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Site, Visit, visiting

pytestmark = pytest.mark.browser

SHELL_IS_KEPT = "navigator.serviceWorker.ready.then(each => each.active !== null)"
SAVED = "This is your saved copy from"
"""Said with and without 'You are offline': after a reload not every Chromium tells the page that it is."""


async def _offline(visit: Visit) -> None:
    assert await visit.page.evaluate(SHELL_IS_KEPT)
    await visit.context.set_offline(True)


async def test_a_reload_without_a_network_shows_the_saved_copy(browser: Browser, site: Site) -> None:
    """The shell comes from the worker, the numbers from the device, and it is said how old they are."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-devan")
        online = await visit.page.locator("section").first.inner_text()
        await _offline(visit)
        await visit.page.reload()
        await visit.page.get_by_text(SAVED).wait_for()
        assert await visit.page.locator("section").first.inner_text() == online
        assert await visit.violations() == []


async def test_a_screen_that_was_never_seen_says_that_it_cannot_be_had(browser: Browser, site: Site) -> None:
    """No spinner for ever: a sentence and a button."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-devan")
        await _offline(visit)
        await visit.page.get_by_label("A year").check()
        await visit.page.get_by_text("Nothing of yours is lost").wait_for()
        await visit.context.set_offline(False)
        await visit.page.get_by_text("Nothing of yours is lost").wait_for(state="detached")
        assert await visit.page.locator("svg.plane circle.point").count() > 0


async def test_what_happened_without_a_network_is_told_afterwards(browser: Browser, site: Site) -> None:
    """Events wait on the device and are counted once when the network is back."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-odell")
        await _offline(visit)
        before = await _told(site)
        await visit.page.reload()
        await visit.page.get_by_text(SAVED).wait_for()
        await visit.page.wait_for_timeout(500)
        await visit.context.set_offline(False)
        async with asyncio.timeout(20):
            while await _told(site) < before + 2:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.1)


async def _told(site: Site) -> int:
    """How often that person opened the page or looked at the landscape."""
    person = site.spectrum.ports.keyring.identity.person_id("sample-odell")
    names = ["SPECTRUM_OPENED", "LANDSCAPE_VIEWED"]
    async with site.spectrum.ports.store.for_everyone() as tx:
        statement = "SELECT count(*) FROM event WHERE person_id = $1 AND name = ANY ($2)"
        return int(await tx.fetchval(statement, person, names))
