"""Being signed in, and not any more: the token leaves the address, and its end loses nothing."""

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Site, visiting

pytestmark = pytest.mark.browser


async def test_nobody_is_shown_how_to_sign_in(browser: Browser, site: Site) -> None:
    """Without a token there is one thing to do, and no picture."""
    async with visiting(browser, site) as visit:
        await visit.page.goto(f"{site.origin}/app/patterns")
        await visit.page.wait_for_selector("h1")
        assert await visit.page.inner_text("h1") == "Sign in"
        assert await visit.violations() == []


async def test_the_token_leaves_the_address_and_survives_a_reload(browser: Browser, site: Site) -> None:
    """It is neither in the history nor in what is sent as an address, and a reload needs no new one."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess")
        assert "token" not in visit.page.url
        await visit.page.reload()
        await visit.settled()
        assert await visit.page.inner_text("h1") == "Landscape"


async def test_the_end_of_a_token_leaves_the_saved_copy(browser: Browser, site: Site) -> None:
    """What was on screen stays, it is said that it is a copy, and the way to sign in is there."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess", ttl_s=6)
        told = await visit.page.inner_text("main")
        await visit.page.get_by_role("button", name="Sign in").wait_for()
        assert "Where your days were" in told
        assert "Where your days were" in await visit.page.inner_text("main")
        assert "Your sign-in has ended" in await visit.page.inner_text("main")


async def test_another_person_finds_nothing_of_the_one_before(browser: Browser, site: Site) -> None:
    """What was kept on the device is wiped when somebody else signs in."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess")
        await visit.page.wait_for_timeout(300)
        before = set(await visit.page.evaluate(_DATABASES))
        await visit.page.goto("about:blank")
        await visit.open("sample-odell")
        await visit.page.wait_for_timeout(300)
        after = set(await visit.page.evaluate(_DATABASES))
        assert before
        assert not before & after


_DATABASES = "indexedDB.databases().then(all => all.map(each => each.name))"
