"""What changes while a screen is open: it is seen without asking, and without losing one's place."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Site, visiting
from tests.client import LIGHT, session
from tests.life import take

pytestmark = pytest.mark.browser


async def test_a_new_session_appears_by_itself(browser: Browser, site: Site) -> None:
    """A session that arrives while the landscape is open is in the picture without a reload."""
    async with visiting(browser, site) as visit:
        async with visit.page.expect_websocket() as listening:
            await visit.open("live-person")
            await visit.page.get_by_text("Nothing here yet").wait_for()
        socket = await listening.value
        await socket.wait_for_event("framereceived")  # it has been let in
        await take(site.spectrum, session("live-person", datetime.now(UTC) - timedelta(hours=2), LIGHT, LIGHT))
        await visit.page.locator("svg.plane circle.point").wait_for()
        assert await visit.page.evaluate("performance.getEntriesByType('navigation').length") == 1
