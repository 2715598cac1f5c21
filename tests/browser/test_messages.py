"""Messages in the person's page: a fixed sentence on the lock screen, a tap that leads on, and an honest switch."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from app.domain.notifications import LOCK_SCREEN_WORDS, Told
from app.domain.periods import Period, format_week, week_of
from tests.browser.conftest import Site, Visit, visiting
from tests.life import who

pytestmark = pytest.mark.browser

CLICK = """async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""
"""A tap on the newest message. DevTools cannot tap a lock screen, so the worker is told of one."""
SUBSCRIBE = """(() => {
  globalThis.permissionsAsked = 0;
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => { globalThis.permissionsAsked += 1; return ask(); };
  let current = null;
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async function ({ applicationServerKey, userVisibleOnly }) {
    const { publicKey } = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const keys = {
      p256dh: text(await crypto.subtle.exportKey("raw", publicKey)),
      auth: text(crypto.getRandomValues(new Uint8Array(16))),
    };
    const endpoint = `https://push.example/${crypto.randomUUID()}`;
    const key = atob(applicationServerKey.replaceAll("-", "+").replaceAll("_", "/"));
    return current = {
      endpoint,
      options: { applicationServerKey: Uint8Array.from(key, (each) => each.charCodeAt(0)).buffer, userVisibleOnly },
      toJSON: () => ({ endpoint, keys }),
      unsubscribe: async () => { current = null; return true; },
    };
  };
})()"""
"""A browser's push service is out of reach here, so its one step is put in its place: an address and two keys."""
ACTIVE = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  if (active.state !== "activated") await new Promise((done) => active.addEventListener("statechange", done));
}"""
SWITCH = "Be told here"
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(({ title, body, tag, data, icon, image }) => ({ title, body, tag, data, icon, image }))"""


class Messages:
    """What arrives from a push service that is not there: handed to the worker by the browser itself."""

    def __init__(self, visit: Visit, wire: Any, registration: str) -> None:
        self._visit, self._wire, self._registration = visit, wire, registration
        self._origin = "/".join(visit.page.url.split("/")[:3])

    @classmethod
    @asynccontextmanager
    async def to(cls, visit: Visit) -> AsyncIterator["Messages"]:
        """Wait for the page's worker, and be its push service."""
        await visit.context.grant_permissions(["notifications"])
        await visit.page.evaluate(ACTIVE)
        wire = await visit.context.new_cdp_session(visit.page)
        found: list[str] = []
        wire.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: found.extend(each["registrationId"] for each in told["registrations"]),
        )
        await wire.send("ServiceWorker.enable")
        async with asyncio.timeout(10):
            while not found:  # noqa: ASYNC110 - told by the browser, in its own time
                await asyncio.sleep(0.02)
        yield cls(visit, wire, found[-1])
        await wire.detach()

    async def arrive(self, message: str) -> None:
        """Hand a message over, as it came out of its encryption."""
        await self._wire.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self._origin, "registrationId": self._registration, "data": message},
        )

    async def shown(self, count: int) -> list[dict[str, Any]]:
        """What the lock screen shows, once there are so many."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(10):
            while len(found) != count:
                await asyncio.sleep(0.2)  # asked without a pause, Chromium sometimes shows nothing at all
                found = await self._visit.page.evaluate(SHOWN)
        return found


def _message(told: str, path: str) -> str:
    return json.dumps({"type": told, "path": path})


async def test_a_message_is_a_sentence_of_the_list(browser: Browser, site: Site) -> None:
    """By its type alone; the same week comes in place of itself, a later one beside it."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-jorinde")
        async with Messages.to(visit) as messages:
            for week in ("2026-W46", "2026-W46", "2026-W47"):
                await messages.arrive(_message("WEEK_READY", f"/app/insights/{week}"))
            await messages.arrive(_message("MONTH_READY", "/app/month/2026-10"))
            shown = await messages.shown(3)
    told = {each["data"]: each["title"] for each in shown}
    assert told == {
        "/app/insights/2026-W46": LOCK_SCREEN_WORDS[Told.WEEK_READY],
        "/app/insights/2026-W47": LOCK_SCREEN_WORDS[Told.WEEK_READY],
        "/app/month/2026-10": LOCK_SCREEN_WORDS[Told.MONTH_READY],
    }
    assert {(each["body"], each["icon"], each["image"]) for each in shown} == {("", "", "")}
    assert len({each["tag"] for each in shown}) == 3


@pytest.mark.parametrize(
    "message",
    [
        "no JSON at all: I cried",
        "null",
        _message("constructor", "/app/"),
        json.dumps(
            {"type": "SAD_AGAIN", "path": "https://elsewhere.example/", "title": "sadness 0.93", "body": "0.93"}
        ),
    ],
)
async def test_what_cannot_be_read_is_something_new(browser: Browser, site: Site, message: str) -> None:
    """Whatever else arrives, nothing of it is shown, and it leads nowhere but into the page."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-jorinde")
        async with Messages.to(visit) as messages:
            await messages.arrive(message)
            (shown,) = await messages.shown(1)
    assert (shown["title"], shown["body"], shown["data"]) == (LOCK_SCREEN_WORDS[Told.SOMETHING_NEW], "", "/app/")


async def test_being_told_here(browser: Browser, site: Site) -> None:
    """Permission is asked for by a tap; then the device is known, what came and was opened is told, and it ends."""
    async with visiting(browser, site) as visit:
        await visit.context.add_init_script(SUBSCRIBE)
        await visit.open("sample-tess", "/app/control/notifications")
        async with Messages.to(visit) as messages:
            await visit.page.reload()
            await visit.settled()
            switch = visit.page.get_by_label(SWITCH)
            await expect(switch).not_to_be_checked()
            assert await visit.page.evaluate("permissionsAsked") == 0
            await switch.click()
            await expect(switch).to_be_checked()
            await expect(visit.page.get_by_text("This browser", exact=True)).to_be_visible()
            assert await visit.page.evaluate("permissionsAsked") == 1
            assert len(await _devices(site, "sample-tess")) == 1
            assert await visit.violations() == []

            week = await _newest_week(site, "sample-tess")
            await messages.arrive(_message("SOMETHING_NEW", f"/app/insights/{format_week(week)}"))
            await messages.shown(1)
            await visit.context.service_workers[0].evaluate(CLICK)
            await visit.page.wait_for_url(f"**/app/insights/{format_week(week)}")
            await visit.settled()
            assert "Insights" in await visit.page.inner_text("h1")
            assert await _told(site, "sample-tess", {"PUSH_RECEIVED", "PUSH_OPENED"}) == {("WEEK", week.first)}


async def test_leaving_ends_it(browser: Browser, site: Site) -> None:
    """Off is off at the server, too; and whoever signs out is told nothing here any more."""
    async with visiting(browser, site) as visit:
        await visit.context.add_init_script(SUBSCRIBE)
        await visit.open("sample-devan", "/app/control/notifications")
        async with Messages.to(visit):
            await visit.page.reload()
            await visit.settled()
            switch = visit.page.get_by_label(SWITCH)
            await switch.click()
            await expect(switch).to_be_checked()
            await switch.click()
            await expect(switch).not_to_be_checked()
            assert await _devices(site, "sample-devan") == []
            await switch.click()
            await expect(switch).to_be_checked()
            await visit.page.get_by_role("button", name="Forget: Browser").click()
            await expect(switch).not_to_be_checked()
            await switch.click()
            await expect(switch).to_be_checked()
            await visit.page.get_by_role("link", name="Control").first.click()
            await visit.page.get_by_text("On this device").click()
            await visit.page.get_by_role("button", name="Sign out and wipe this device").click()
            await visit.page.get_by_role("heading", name="Sign in").wait_for()
            async with asyncio.timeout(10):
                while await _devices(site, "sample-devan"):  # noqa: ASYNC110 - the page does not say when it is done
                    await asyncio.sleep(0.05)


async def test_a_browser_that_said_no(browser: Browser, site: Site) -> None:
    """It is said, and the switch, which could do nothing, goes."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-odell", "/app/control/notifications")
        await visit.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await visit.page.reload()
        await visit.settled()
        switch, said = visit.page.get_by_label(SWITCH), visit.page.get_by_text("Only its own settings can change that")
        await expect(switch.or_(said)).to_be_visible()  # whichever the browser lets be known first
        if await switch.count():
            await switch.click()
        await expect(said).to_be_visible()
        await expect(visit.page.get_by_label(SWITCH)).to_have_count(0)
        assert await visit.violations() == []


async def test_a_browser_that_cannot(browser: Browser, site: Site) -> None:
    """As in a WebView: no switch, and why."""
    async with visiting(browser, site) as visit:
        await visit.context.add_init_script("delete globalThis.PushManager")
        await visit.open("sample-odell", "/app/control/notifications")
        await expect(visit.page.get_by_text("No message can come here")).to_be_visible()
        await expect(visit.page.get_by_label(SWITCH)).to_have_count(0)


async def test_a_push_service_out_of_reach(browser: Browser, site: Site) -> None:
    """The real PushManager, which reaches nobody here: it is said, and nothing is registered."""
    async with visiting(browser, site) as visit:
        await visit.open("sample-odell", "/app/control/notifications")
        async with Messages.to(visit):
            await visit.page.reload()
            await visit.settled()
            await visit.page.get_by_label(SWITCH).click()
            await expect(visit.page.get_by_text("It could not be switched on")).to_be_visible()
            await expect(visit.page.get_by_label(SWITCH)).not_to_be_checked()
            assert await _devices(site, "sample-odell") == []
        visit.complaints = [each for each in visit.complaints if "incognito" not in each]  # a hint of Chromium's own


async def _devices(site: Site, subject: str) -> list[Any]:
    person_id = who(site.spectrum, subject)
    async with site.spectrum.ports.store.for_person(person_id) as tx:
        return list(await tx.fetch("SELECT id FROM device WHERE person_id = $1", person_id))


async def _newest_week(site: Site, subject: str) -> Period:
    person_id = who(site.spectrum, subject)
    async with site.spectrum.ports.store.for_person(person_id) as tx:
        first = await tx.fetchval(
            "SELECT max(first_day) FROM writing WHERE person_id = $1 AND period_kind = 'WEEK'", person_id
        )
    return week_of(first)


async def _told(site: Site, subject: str, names: set[str]) -> set[Any]:
    """What events of these names, once all have been told, are about."""
    person_id = who(site.spectrum, subject)
    async with asyncio.timeout(15):
        while True:
            async with site.spectrum.ports.store.for_person(person_id) as tx:
                rows = await tx.fetch(
                    "SELECT name, subject, subject_day FROM event WHERE person_id = $1 AND name = ANY ($2)",
                    *(person_id, list(names)),
                )
            if {row["name"] for row in rows} == names:
                return {(row["subject"], row["subject_day"]) for row in rows}
            await asyncio.sleep(0.1)
