"""One's own copy: it comes as a file, piece by piece, holds what one wrote, and leaves nothing on the device."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Site, Visit, visiting
from tests.client import HEAVY, LIGHT, session
from tests.stories.unzipping import Copy

pytestmark = pytest.mark.browser

MINE, THEIRS = "marzipanturnip", "velvetgearbox"
WITHOUT_PICKER = "delete globalThis.showSaveFilePicker"
"""As in Firefox, Safari and every phone, where a page hands a file to the downloads."""
WITH_OWN_FILE = """globalThis.showSaveFilePicker = async ({ suggestedName }) =>
  await (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });"""
"""The dialog to choose a file cannot be answered from here: a file of the browser's own takes its place."""
READ_OWN_FILES = """async () => {
  const found = {};
  for await (const [name, handle] of (await navigator.storage.getDirectory()).entries())
    found[name] = [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
  return found;
}"""
CACHED = """async () => {
  const names = await caches.keys();
  const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
  return all.flat().map(({ url }) => new URL(url).pathname);
}"""


async def _wrote(site: Site, subject: str, word: str) -> None:
    now = datetime.now(UTC)
    days = [session(subject, now - timedelta(days=day), f"{LIGHT} {word}", HEAVY) for day in range(1, 6)]
    await site.lived(*days)


async def _begin(visit: Visit, subject: str) -> None:
    await visit.open(subject, "/app/control/copy")
    await visit.page.get_by_role("button", name="Take my copy").click()


def _is_whole(copy: Copy) -> None:
    """Every file says what it is, and holds the five sessions and words of the one person alone."""
    assert "README.txt" in copy.files
    words = next(name for name in copy.files if name.endswith(".jsonl") and "words" in name)
    assert len(copy.lines(words)) == 5
    assert all(MINE in json.dumps(line) for line in copy.lines(words))
    for name in copy.files:
        if name.endswith(".jsonl"):
            assert all(isinstance(line, dict) for line in copy.lines(name))
        if name.endswith(".csv"):
            copy.table(name)
        assert THEIRS.encode() not in copy.files[name]


async def test_it_is_downloaded_and_is_ones_own(browser: Browser, site: Site, tmp_path: Path) -> None:
    """A zip in the downloads that opens, with all of one's sessions and nothing of somebody else's."""
    await _wrote(site, "copy-mine", MINE)
    await _wrote(site, "copy-theirs", THEIRS)
    async with visiting(browser, site) as visit:
        await visit.page.add_init_script(WITHOUT_PICKER)
        async with visit.page.expect_response("**/export") as answered, visit.page.expect_download() as coming:
            await _begin(visit, "copy-mine")
        headers = await (await answered.value).all_headers()
        assert "content-length" not in headers, "it is made while it is sent: nobody knows its length"
        assert "no-store" in headers["cache-control"]
        saved = await coming.value
        assert saved.suggested_filename.startswith("kalei-spectrum-")
        await saved.save_as(tmp_path / "copy.zip")
        await expect(visit.page.get_by_text("Your copy is complete")).to_be_visible()
        assert await visit.violations() == []
    _is_whole(Copy.of((tmp_path / "copy.zip").read_bytes()))


async def test_it_is_written_into_a_file_as_it_comes(browser: Browser, site: Site) -> None:
    """Where a page may write a file, the pieces go straight into it."""
    await _wrote(site, "copy-into-a-file", MINE)
    async with visiting(browser, site) as visit:
        await visit.page.add_init_script(WITH_OWN_FILE)
        await _begin(visit, "copy-into-a-file")
        await expect(visit.page.get_by_text("Your copy is complete")).to_be_visible()
        files = await visit.page.evaluate(READ_OWN_FILES)
    (content,) = files.values()
    _is_whole(Copy.of(bytes(content)))


async def test_nothing_of_it_stays_on_the_device(browser: Browser, site: Site) -> None:
    """Neither the stores nor the shell's cache nor the browser's own files know afterwards that there was a copy."""
    await _wrote(site, "copy-leaves-nothing", MINE)
    async with visiting(browser, site) as visit:
        await visit.page.add_init_script(WITHOUT_PICKER)
        await visit.open("copy-leaves-nothing", "/app/control/copy")
        await visit.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await visit.until_kept("copy-leaves-nothing")
        async with visit.page.expect_download():
            await visit.page.get_by_role("button", name="Take my copy").click()
        await expect(visit.page.get_by_text("Your copy is complete")).to_be_visible()
        kept = await visit.kept()
        assert set(kept) - {"spectrum-messages"} == {"spectrum-answers", "spectrum-events"}
        assert all("export" not in key for keys in kept.values() for key in keys)
        cached = await visit.page.evaluate(CACHED)
        assert cached
        assert [path for path in cached if not path.startswith("/app/")] == []
        assert await visit.page.evaluate(READ_OWN_FILES) == {}
