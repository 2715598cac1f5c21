"""The insights as somebody reads them: to the end of the feed, with an opinion, and with the numbers behind a card."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, Request, expect

from tests.browser.conftest import Site, visiting
from tests.client import Client
from tests.conftest import AUTH_SECRET

pytestmark = pytest.mark.browser

ALL = "{ viewer { spectrum { insightFeed(first: 100) { pageInfo { hasNextPage } nodes { id } } } } }"
SHOWN = "[...document.querySelectorAll('article.card h3')].map(each => each.id.replace('-headline', ''))"
MOST_SCROLLS = 60


async def _written(site: Site, subject: str) -> list[str]:
    """The ids of all cards of a person, newest first."""
    async with Client.of(site.spectrum, AUTH_SECRET) as client:
        feed = (await client.ask(ALL, subject=subject))["viewer"]["spectrum"]["insightFeed"]
    assert feed["pageInfo"]["hasNextPage"] is False
    return [node["id"] for node in feed["nodes"]]


async def test_scrolling_to_the_end_shows_every_card_once(browser: Browser, site: Site) -> None:
    """Each older page is asked for once, from behind the last card that is known; none is lost, none comes twice."""
    written = await _written(site, "sample-jorinde")
    assert len(written) > 40, "a feed of several pages"
    cursors: list[str | None] = []

    def asked(request: Request) -> None:
        given = parse_qs(urlsplit(request.url).query).get("variables", ["{}"])[0]
        if '"after"' in given and '"kinds"' in given:
            cursors.append(json.loads(given)["after"])

    async with visiting(browser, site) as visit:
        visit.page.on("request", asked)
        await visit.open("sample-jorinde", "/app/insights")
        end = visit.page.get_by_text("That is all of it")
        for _ in range(MOST_SCROLLS):
            await visit.page.evaluate("scrollTo(0, document.body.scrollHeight)")
            if await end.is_visible():
                break
            await visit.page.wait_for_timeout(100)
        await expect(end).to_be_visible()
        assert await visit.page.evaluate(SHOWN) == written
    older = [cursor for cursor in cursors if cursor]
    assert len(older) == len(set(older)) >= 2


async def test_an_opinion_stays(browser: Browser, site: Site) -> None:
    """How a card met its reader is said once and is there after a reload; they may change their mind."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-odell", "/app/insights")
        first = visit.page.locator("article.card").first
        await first.get_by_role("button", name="Rings true").click()
        await expect(first.get_by_text("Noted.")).to_be_visible()
        async with visit.page.expect_response(lambda answer: answer.request.method == "POST"):
            await first.get_by_role("button", name="Not quite").click()
        await visit.page.reload()
        await visit.settled()
        first = visit.page.locator("article.card").first
        await expect(first.get_by_role("button", name="Not quite")).to_have_attribute("aria-pressed", "true")
        await expect(first.get_by_role("button", name="Rings true")).to_have_attribute("aria-pressed", "false")


async def test_who_is_upset_is_shown_where_to_turn(browser: Browser, site: Site) -> None:
    """That a card upset somebody is answered with people to turn to, not with thanks."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-odell", "/app/insights")
        second = visit.page.locator("article.card").nth(1)
        await second.get_by_role("button", name="Upsetting").click()
        await expect(second.get_by_role("link", name="Where to turn")).to_be_visible()
        assert await visit.violations() == []


async def test_a_card_that_was_looked_at_is_not_new_any_more(browser: Browser, site: Site) -> None:
    """The count beside the way to the insights falls when cards were in view for a while."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-devan", "/app/insights")
        unseen = visit.page.locator(".navigation .unseen > [aria-hidden]")
        before = int(await unseen.inner_text())
        assert before == len(await _written(site, "sample-devan"))
        await visit.page.locator("article.card").first.scroll_into_view_if_needed()
        await expect(unseen).not_to_have_text(str(before))
        assert int(await unseen.inner_text()) < before


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_numbers_behind_a_card(browser: Browser, site: Site, theme: str) -> None:
    """They open over the page, can be read by everybody, and closing them leads back to the card."""
    async with visiting(browser, site, color_scheme=theme) as visit:
        await visit.open("sample-tess", "/app/insights")
        button = visit.page.get_by_role("button", name="The numbers behind this").first
        await button.click()
        drawer = visit.page.get_by_role("dialog")
        await expect(drawer.get_by_role("heading", level=3).first).to_be_visible()
        await visit.settled()
        assert await visit.violations() == []
        await drawer.get_by_role("button", name="Close").click()
        await expect(drawer).to_be_hidden()
        await expect(button).to_be_focused()
        await button.click()
        await expect(drawer).to_be_visible()
        await visit.page.keyboard.press("Escape")
        await expect(drawer).to_be_hidden()
        await expect(button).to_be_focused()
