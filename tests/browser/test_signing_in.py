"""Being signed in, and not any more: the token leaves the address, and its end loses nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Route, expect

from app.cli.drain import drain_with_progress
from tests.browser.conftest import Site, claims_of, visiting
from tests.client import Client, session
from tests.conftest import AUTH_SECRET
from tests.life import take

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


async def test_after_the_end_the_way_leads_to_signing_in(browser: Browser, site: Site) -> None:
    """In a browser the button opens the page that says what to do, not the same screen again."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess", ttl_s=4)
        await visit.page.get_by_role("button", name="Sign in").click()
        await expect(visit.page.get_by_role("heading", name="Sign in")).to_be_focused()
        assert await visit.violations() == []


async def test_a_link_in_the_same_tab_signs_in_as_somebody_else(browser: Browser, site: Site) -> None:
    """The token leaves the address; nothing of the one before stays on screen while the new answer is on its way."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess")
        held = asyncio.Event()

        async def slowly(route: Route) -> None:
            await held.wait()
            await route.continue_()

        await visit.context.route("**/graphql?*", slowly)
        await visit.page.evaluate("token => { location.hash = 'token=' + token }", site.token("sample-odell"))
        await expect(visit.page.locator("svg.plane")).to_have_count(0)
        await expect(visit.page.locator(".unseen")).to_have_count(0)
        assert "token" not in visit.page.url
        held.set()
        await expect(visit.page.locator("svg.plane")).to_be_visible()
        stored = await visit.page.evaluate("sessionStorage.getItem('spectrum.token')")
        assert claims_of(stored)["sub"] == "sample-odell"


async def test_the_app_renews_a_token_in_place(browser: Browser, site: Site) -> None:
    """A newer token of the same person changes nothing on screen; one that is none is not taken."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess")
        await visit.page.evaluate("document.querySelector('svg.plane').id = 'the-same'")
        await visit.page.evaluate("token => kaleiToken(token)", site.token("sample-tess", ttl_s=900))
        await visit.page.evaluate("kaleiToken('nonsense')")
        await visit.page.wait_for_timeout(300)
        await expect(visit.page.locator("#the-same")).to_be_visible()


async def test_another_person_finds_nothing_of_the_one_before(browser: Browser, site: Site) -> None:
    """What was kept on the device is wiped when somebody else signs in, also while another tab has it open."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess")
        await visit.until_kept("sample-tess")
        other = await visit.context.new_page()
        await other.goto(site.link("sample-odell"))
        await expect(other.locator("svg.plane")).to_be_visible()
        await expect(visit.page.get_by_role("heading", name="Sign in")).to_be_visible()
        await visit.until_kept("sample-odell")


async def test_signing_out_wipes_the_device_in_every_tab(browser: Browser, site: Site) -> None:
    """Nothing is left to read, and no tab goes on."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-tess")
        other = await visit.context.new_page()
        await other.goto(site.link("sample-tess", "/app/control/device"))
        await other.get_by_role("button", name="Sign out").click()
        await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
        await expect(visit.page.get_by_role("heading", name="Sign in")).to_be_visible()
        await visit.page.wait_for_timeout(500)
        assert not any((await visit.kept()).values())
        assert await visit.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


async def test_a_reset_while_nobody_looked_wipes_what_was_kept(browser: Browser, site: Site) -> None:
    """A device that was away finds, at its next start, that what it kept is not there any more."""
    async with visiting(browser, site) as visit:
        await take(site.spectrum, session("reset-elsewhere", datetime.now(UTC) - timedelta(hours=2)))
        await drain_with_progress(site.spectrum)
        await visit.open("reset-elsewhere", "/app/patterns")
        await visit.open("reset-elsewhere")
        await visit.until_kept("reset-elsewhere")
        kept = (await visit.kept())["spectrum-answers"]
        await visit.page.goto("about:blank")
        async with Client.of(site.spectrum, AUTH_SECRET) as phone:
            asked = {
                "confirmation": "RESET",
                "idempotencyKey": str(uuid4()),
                "immediately": True,
                "scope": "EVERYTHING",
            }
            await phone.ask(RESET, {"input": asked}, subject="reset-elsewhere")
        await drain_with_progress(site.spectrum)
        await visit.open("reset-elsewhere", "/app/support")
        async with asyncio.timeout(20):
            while set(kept) & set((await visit.kept())["spectrum-answers"]):  # noqa: ASYNC110 - the browser does it
                await asyncio.sleep(0.1)


RESET = "mutation($input: ResetInput!) { resetSpectrum(input: $input) { userErrors { code } operation { id } } }"
