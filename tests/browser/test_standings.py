"""What a screen says of itself while Spectrum is paused, reads, or erases; and that it takes it back afterwards."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Site, visiting
from tests.client import HEAVY, LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.life import take

pytestmark = pytest.mark.browser

RESET = "mutation($input: ResetInput!) { resetSpectrum(input: $input) { userErrors { code } operation { status } } }"


async def _lived(site: Site, subject: str) -> None:
    now = datetime.now(UTC)
    days = [session(subject, now - timedelta(days=day), LIGHT if day % 2 else HEAVY) for day in range(1, 9)]
    await site.lived(*days)


async def test_a_pause_is_said_on_the_pictures_until_it_ends(browser: Browser, site: Site) -> None:
    """Paused in Control, said on the landscape with the way back, resumed, and not said any more."""
    await _lived(site, "standing-paused")
    async with visiting(browser, site) as visit:
        await visit.open("standing-paused", "/app/control")
        await visit.page.get_by_role("button", name="Pause").click()
        await expect(visit.page.get_by_role("button", name="Resume")).to_be_enabled()
        navigation = visit.page.get_by_role("navigation")
        await navigation.get_by_role("link", name="Landscape").click()
        notice = visit.page.get_by_text("Spectrum is paused")
        await expect(notice).to_be_visible()
        await expect(visit.page.locator("svg.plane")).to_be_visible()
        assert await visit.violations() == []
        await visit.page.get_by_role("link", name="To control").click()
        await visit.page.get_by_role("button", name="Resume").click()
        await expect(visit.page.get_by_role("button", name="Pause")).to_be_enabled()
        await navigation.get_by_role("link", name="Landscape").click()
        await expect(visit.page.locator("svg.plane")).to_be_visible()
        await expect(notice).to_have_count(0)


async def test_what_waits_to_be_read_is_said(browser: Browser, site: Site) -> None:
    """While no worker works, a new session is being read; when one does, that goes by itself, and the day is there."""
    await _lived(site, "standing-pending")
    async with visiting(browser, site) as visit:
        with site.nobody_working():
            await take(site.spectrum, session("standing-pending", datetime.now(UTC) - timedelta(days=20), LIGHT))
            await visit.open("standing-pending")
            points = await visit.page.locator("svg.plane circle.point").count()
            await expect(visit.page.get_by_text("1 session is being read")).to_be_visible()
            assert await visit.violations() == []
        await expect(visit.page.get_by_text("is being read")).to_have_count(0, timeout=60_000)
        await expect(visit.page.locator("svg.plane circle.point")).to_have_count(points + 1)


async def test_a_reset_that_runs_is_said_until_it_is_done(browser: Browser, site: Site) -> None:
    """What is left is shown as what it is while the rest is erased; then nothing is left, and that is said."""
    subject = "standing-rebuilding"
    await _lived(site, subject)
    async with visiting(browser, site) as visit:
        with site.nobody_working():
            async with Client.of(site.spectrum, AUTH_SECRET) as phone:
                asked = {
                    "confirmation": "RESET",
                    "idempotencyKey": str(uuid4()),
                    "immediately": True,
                    "scope": "EVERYTHING",
                }
                told = (await phone.ask(RESET, {"input": asked}, subject=subject))["resetSpectrum"]
            assert told["operation"]["status"] == "RUNNING"
            await visit.open(subject)
            await expect(visit.page.get_by_text("A reset is running")).to_be_visible()
            assert await visit.violations() == []
        await expect(visit.page.get_by_text("A reset is running")).to_have_count(0, timeout=60_000)
        await expect(visit.page.get_by_text("Nothing here yet")).to_be_visible()
