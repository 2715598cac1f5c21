"""The team's pages: figures as the API has them, few people never told of, nothing kept, and all can read them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from app.domain.access import Role
from app.domain.webhooks import WebhookEvent
from app.embedded import Servers
from app.pipeline.announcing import announce
from app.storage.jobs import ledger
from app.storage.notify.webhooks import Announcement
from tests.browser.conftest import Site, Visit, visiting
from tests.browser.crowd import ask, crowded, team_token
from tests.gateways.receiver import Receiver, Request, answers, receiver_that

pytestmark = pytest.mark.browser

PAGES = {
    "work": "/ops/",
    "money": "/ops/money",
    "words": "/ops/words",
    "use": "/ops/use",
    "experiments": "/ops/experiments",
}
PROMPTS = "{ ops { prompts { key active { name quality { texts } } } } }"
REACH = """{ ops { engagement(range: {preset: LAST_90_DAYS}, granularity: WEEK) {
  points { eligible activeSpectrum reach { rate suppressed } } } } }"""
ENVELOPES = "{ ops { envelopes { what state present why command } } }"
UPSERT = """mutation($input: UpsertWebhookInput!) { upsertWebhook(input: $input) { userErrors { code } } }"""


@pytest.fixture(scope="module")
async def crowd(servers: Servers, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Give the origin of a service for a crowd."""
    async with crowded(servers, template, tmp_path_factory.mktemp("crowd")) as origin:
        yield origin


@asynccontextmanager
async def _member(
    browser: Browser, origin: str, *roles: Role, width: int = 1280, **options: Any
) -> AsyncIterator[tuple[Visit, Page]]:
    """Somebody with a token of these roles, signed in by a link."""
    async with visiting(browser, None, width=width, **options) as visit:
        await visit.page.goto(f"{origin}/ops/#token={team_token(*roles)}")
        await visit.settled()
        yield visit, visit.page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
async def test_a_page_is_accessible_and_fits(browser: Browser, crowd: str, path: str, theme: str) -> None:
    """WCAG 2.2 AA by axe on a desk and on a phone, with every table unfolded; nothing wider than the window."""
    async with _member(browser, crowd, Role.OPERATOR, color_scheme=theme) as (visit, page):
        for width in (390, 1280):
            await page.set_viewport_size({"width": width, "height": 844})
            await page.goto(f"{crowd}{path}")
            await visit.settled()
            if path == PAGES["experiments"]:
                await expect(page.get_by_text("It is being computed")).to_have_count(0, timeout=20_000)
            for each in await page.locator("main summary").all():
                await each.click()
            assert await visit.violations() == []
            assert await visit.overflow() == 0


async def test_a_person_is_refused_in_a_sentence(browser: Browser, site: Site) -> None:
    """A person's token opens nothing here, and no figure was on the way."""
    async with visiting(browser, None, width=1280) as visit:
        await visit.page.goto(f"{site.origin}/ops/#token={site.token('sample-jorinde')}")
        await visit.page.get_by_text("has no role of the team").wait_for()
        assert await visit.page.locator("dl, table, svg").count() == 0
        assert await visit.violations() == []


async def test_without_a_token_it_says_how_to_sign_in(browser: Browser, site: Site) -> None:
    """And after signing out, again; the token is in the tab alone, and not in the address."""
    async with visiting(browser, None, width=1280) as visit:
        await visit.page.goto(f"{site.origin}/ops/")
        await expect(visit.page.get_by_role("heading", name="Sign in")).to_be_visible()
        await visit.page.goto(f"{site.origin}/ops/#token={team_token(Role.ANALYST)}")
        await expect(visit.page.get_by_role("heading", name="Queues")).to_be_visible()
        assert "token" not in visit.page.url
        assert await visit.page.evaluate("Object.keys(localStorage).length + document.cookie.length") == 0
        assert await visit.page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
        await visit.page.get_by_role("button", name="Sign out").click()
        await expect(visit.page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert await visit.page.evaluate("sessionStorage.length") == 0


async def test_figures_of_the_sample_people_are_those_of_the_api(browser: Browser, site: Site) -> None:
    """How many texts each prompt wrote; and of a few people no rate of people at all."""
    prompts = (await ask(site.origin, PROMPTS))["ops"]["prompts"]
    async with _member(browser, site.origin, Role.ANALYST) as (visit, page):
        await page.goto(f"{site.origin}/ops/words")
        await visit.settled()
        for prompt in prompts:
            sheet = page.locator("section.sheet").filter(has=page.get_by_role("heading", name=prompt["key"]))
            await expect(sheet).to_contain_text(f"{prompt['active']['quality']['texts']} published texts")
            await expect(sheet).to_contain_text(prompt["active"]["name"])
        assert any(prompt["active"]["quality"]["texts"] for prompt in prompts)
        await page.goto(f"{site.origin}/ops/use")
        await visit.settled()
        points = (await ask(site.origin, REACH))["ops"]["engagement"]["points"]
        assert all(point["reach"]["rate"] is None for point in points), "a few looked at something"
        assert await page.locator("figure.curves").count() == 0


async def test_figures_of_a_crowd_are_those_of_the_api(browser: Browser, crowd: str) -> None:
    """Weeks with their counts, and a picture with a band for each week that can be told of."""
    points = (await ask(crowd, REACH))["ops"]["engagement"]["points"]
    async with _member(browser, crowd, Role.ANALYST) as (visit, page):
        await page.goto(f"{crowd}/ops/use")
        await visit.settled()
        rows = page.get_by_role("table", name="By week", exact=True).locator("tbody tr")
        assert await rows.count() == len(points)
        for place, point in enumerate(points):
            cells = await rows.nth(place).locator("td").all_inner_texts()
            assert cells[:2] == [_people(point["eligible"]), _people(point["activeSpectrum"])]
        told = sum(point["reach"]["rate"] is not None for point in points)
        assert told > 8
        assert await page.get_by_role("img", name="Reach, by week").locator("rect.band").count() == told


def _people(count: int | None) -> str:
    return "fewer than 20 people" if count is None else f"{count:,}"


async def test_envelopes_are_those_of_the_api(browser: Browser, crowd: str) -> None:
    """Every limit beside how it stands; what is over comes first, in words; what cannot be known here says why."""
    asked = (await ask(crowd, ENVELOPES))["ops"]["envelopes"]
    over = [each["what"] for each in asked if each["state"] == "OVER"]
    assert "Models, 1,000 active people and month" in over, "the crowd's words are dear"
    async with _member(browser, crowd, Role.ANALYST) as (visit, page):
        await visit.settled()
        sheet = page.locator("section.sheet").filter(has=page.get_by_role("heading", name="Envelopes"))
        await sheet.locator("summary").click()
        known, unknown = await sheet.get_by_role("table").all()
        told, untold = await _cells(known), await _cells(unknown)
        assert list(told)[: len(over)] == over
        assert await sheet.locator("li").all_inner_texts() == [f"Over: {what}" for what in over]
        assert set(told) | set(untold) == {each["what"] for each in asked}
        for each in asked:
            if each["state"] == "UNKNOWN":
                assert untold[each["what"]][:2] == [each["why"], each["command"]]
            else:
                assert told[each["what"]][0] == ("OVER its limit" if each["state"] == "OVER" else "within")
        assert told["Models, 1,000 active people and month"][1] == "$2.00"


async def _cells(table: Locator) -> dict[str, list[str]]:
    """The cells of each row by its first."""
    rows = await table.locator("tbody tr").all()
    return {await row.locator("th").inner_text(): await row.locator("td").all_inner_texts() for row in rows}


async def test_what_may_be_read_comes_before_the_numbers(browser: Browser, crowd: str) -> None:
    """Readiness and caveats first; a description says that it is one, before its curves."""
    async with _member(browser, crowd, Role.ANALYST) as (visit, page):
        await page.goto(f"{crowd}/ops/experiments")
        await visit.settled()
        await expect(page.get_by_role("img", name="How long people come back")).to_be_visible(timeout=20_000)
        text = await page.inner_text("main")
        assert text.index("May be read for a decision") < text.index("To know first")
        assert text.index("To know first") < text.index("Difference of those exposed alone")
        assert "may be read as an effect" in text
        await page.get_by_label("Users and others").check()
        described = page.get_by_text("A description, not an effect")
        await expect(described).to_be_visible()
        await expect(page.get_by_role("img", name="How long people come back")).to_be_visible(timeout=20_000)
        text = await page.inner_text("main")
        assert "may be read as an effect" not in text
        assert text.index("A description, not an effect") < text.index("Difference retained at the horizon")
        assert "Adjusted for behaviour before" in text


async def test_a_delivery_is_handed_over_again(browser: Browser, site: Site) -> None:
    """An operator presses, and the other system hears the same again; an analyst has nothing to press."""
    async with receiver_that(answers(204), None) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/hook"
        hook = {"input": {"url": url, "events": [each.value for each in WebhookEvent]}}
        await ask(site.origin, UPSERT, hook, Role.ADMIN)
        told = Announcement(WebhookEvent.SLA_MISSED, f"test:{uuid4()}", datetime.now(UTC), {"period": "2026-W23"})
        async with site.spectrum.ports.store.for_everyone() as tx:
            await ledger.keep_jobs(tx, await announce(tx, [told]))
        await _heard(receiver, 1)
        async with _member(browser, site.origin, Role.OPERATOR) as (visit, page):
            await page.goto(f"{site.origin}/ops/use")
            await visit.settled()
            await page.get_by_role("button", name="Deliver again: SLA_MISSED").click()
            await expect(page.get_by_text("It is handed over again")).to_be_visible()
            assert await visit.violations() == []
        first, again = await _heard(receiver, 2)
        assert first.headers["webhook-id"] == again.headers["webhook-id"]
        assert first.body == again.body
        async with _member(browser, site.origin, Role.ANALYST) as (_, page):
            await page.goto(f"{site.origin}/ops/use")
            await expect(page.get_by_text("handed over", exact=True)).to_be_visible()
            await expect(page.get_by_role("button", name="Deliver again")).to_have_count(0)


async def _heard(receiver: Receiver, count: int) -> list[Request]:
    async with asyncio.timeout(30):
        while len(receiver.requests) < count:  # noqa: ASYNC110 - a worker of another process brings it
            await asyncio.sleep(0.05)
    return receiver.requests


async def test_by_keyboard_from_tab_to_tab(browser: Browser, site: Site) -> None:
    """The first key skips the tabs; a tab that is opened has the focus at its heading."""
    async with _member(browser, site.origin, Role.REVIEWER) as (visit, page):
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/ops/money")
        await visit.settled()
        await expect(page.get_by_role("heading", name="Money", level=1)).to_be_focused()
        await expect(page.get_by_role("link", name="Money", exact=True)).to_have_attribute("aria-current", "page")


async def test_an_example_opens_in_graphiql(browser: Browser, site: Site) -> None:
    """With the question in it, under the same sign-in; neither was in an address that is sent."""
    async with visiting(browser, None, width=1280) as visit:
        sent: list[str] = []
        visit.page.on("request", lambda request: sent.append(request.url))
        await visit.page.goto(f"{site.origin}/ops/#token={team_token(Role.OPERATOR)}")
        await visit.settled()
        await visit.page.get_by_role("link", name="Jobs that are overdue").click()
        await expect(visit.page.locator(".graphiql-query-editor")).to_contain_text("overdue: true")
        assert await visit.page.evaluate("document.getElementById('token').value") != ""
        assert not [url for url in sent if "overdue" in url or "token" in url.partition("#")[0]]
        visit.complaints.clear()  # the editor's own


async def test_the_pages_of_persons_hold_nothing_of_the_teams(browser: Browser, site: Site) -> None:
    """Neither build names the other's endpoint, and no worker answers for these pages."""
    async with _member(browser, site.origin, Role.OPERATOR) as (_, page):
        assert await page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    async with visiting(browser, site) as visit:
        await visit.open("sample-jorinde")
        assert await visit.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        files = await visit.page.evaluate(
            """async () => {
              const texts = [];
              for (const name of await caches.keys()) {
                for (const request of await (await caches.open(name)).keys()) {
                  if (/\\.(js|html)/.test(request.url)) texts.push(await (await fetch(request.url)).text());
                }
              }
              return texts;
            }"""
        )
    assert len(files) > 5
    assert not [text for text in files if "ops/graphql" in text or "deadLetters" in text]
