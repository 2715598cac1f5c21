"""`python -m benchmarks.dashboard`: how long the first picture takes on a slow phone, beside the gates it must pass.

A real Chromium with a quarter of the processor, 1.6 Mbit/s and a round trip of 150 ms, against a service of its own
with a sample person. Prints medians; asserts nothing.
"""

import argparse
import asyncio
import shutil
import statistics
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from playwright.async_api import Browser, CDPSession, Page, async_playwright
from rich.console import Console
from rich.table import Table

from app.cli.drain import drain_with_progress
from app.cli.sample import take_sample
from app.domain.access import Role
from app.edge.tokens import issue_token
from benchmarks.programs import bench

PERSON = "sample-jorinde"
ROUNDS = 7
SLOWER, BYTES_PER_S, ROUND_TRIP_MS = 4, 1_600_000 / 8, 150
PATIENCE_MS = 60_000
WATCH = """
  window.picturedAt = new Promise((done) => {
    const look = () => document.querySelector("svg.plane circle")
      ? requestAnimationFrame(() => done(performance.now()))
      : requestAnimationFrame(look);
    look();
  });
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
  }).observe({ type: "layout-shift", buffered: true });
"""

ANSWERED = "performance.getEntriesByType('resource').some((each) => each.name.includes('documentId'))"
"""A kept copy may be pictured before the answer is here."""


@dataclass(slots=True)
class Figures:
    """Of one way to start: one entry a round."""

    pictured_ms: list[float] = field(default_factory=list)
    shifted: list[float] = field(default_factory=list)
    script_bytes: list[float] = field(default_factory=list)
    graphql_bytes: list[float] = field(default_factory=list)


class Wire:
    """What came over a page's network, packed as it travelled."""

    def __init__(self, session: CDPSession) -> None:
        self._addresses: dict[str, str] = {}
        self._bytes: dict[str, float] = {}
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._came)

    def _asked(self, event: dict[str, object]) -> None:
        request = event["request"]
        assert isinstance(request, dict)
        self._addresses[str(event["requestId"])] = str(request["url"])

    def _answered(self, event: dict[str, object]) -> None:
        response = event["response"]
        assert isinstance(response, dict)
        if response["status"] == 304:  # all of it is its head, and nothing says that it has finished
            self._bytes[str(event["requestId"])] = float(response["encodedDataLength"])

    def _came(self, event: dict[str, object]) -> None:
        self._bytes[str(event["requestId"])] = float(str(event["encodedDataLength"]))

    def bytes_of(self, part: str) -> float:
        """Of all answers whose address holds `part`, heads included."""
        return sum(size for id_, size in self._bytes.items() if part in self._addresses.get(id_, ""))


async def _slowly(page: Page) -> Wire:
    session = await page.context.new_cdp_session(page)
    wire = Wire(session)
    await session.send("Network.enable")
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    conditions = {"offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": BYTES_PER_S}
    await session.send("Network.emulateNetworkConditions", {**conditions, "uploadThroughput": BYTES_PER_S})
    await page.add_init_script(WATCH)
    return wire


async def _start(page: Page, wire: Wire, address: str, figures: Figures) -> None:
    await page.goto(address)
    figures.pictured_ms.append(float(await page.evaluate("window.picturedAt")))
    figures.script_bytes.append(wire.bytes_of(".js") - wire.bytes_of("shell.js"))
    await page.wait_for_load_state("networkidle")
    await page.wait_for_function(ANSWERED)
    figures.graphql_bytes.append(wire.bytes_of("documentId"))
    figures.shifted.append(float(await page.evaluate("window.shifted")))


async def _round(browser: Browser, address: str, cold: Figures, warm: Figures) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = await context.new_page()
        await _start(page, await _slowly(page), address, cold)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.wait_for_timeout(1_500)  # the shell is being kept
        await page.close()
        again = await context.new_page()
        await _start(again, await _slowly(again), address, warm)
    finally:
        await context.close()


def _table(cold: Figures, warm: Figures) -> Table:
    table = Table(title=f"The dashboard on a slow phone, medians of {len(cold.pictured_ms)}")
    for column in ("gate", "measured", "goal"):
        table.add_column(column)
    median = statistics.median
    table.add_row("first picture, cold", f"{median(cold.pictured_ms) / 1000:.2f} s", "<= 1.8 s")
    table.add_row("first picture, warm", f"{median(warm.pictured_ms) / 1000:.2f} s", "<= 1.0 s")
    table.add_row("scripts of the first screen, packed", f"{median(cold.script_bytes) / 1024:.1f} KiB", "<= 40 KiB")
    table.add_row("answers, cold", f"{median(cold.graphql_bytes) / 1024:.1f} KiB", "")
    table.add_row("answers, warm", f"{median(warm.graphql_bytes):.0f} bytes", "a 304")
    table.add_row("layout shift, the worst of all", f"{max(cold.shifted + warm.shifted):.3f}", "< 0.05")
    return table


async def main() -> int:
    """Serve the sample people, start the page cold and warm, round after round, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    console = Console(stderr=True)
    if chromium is None:
        console.print("Chromium is needed (Debian: apt install chromium).")
        return 1
    async with AsyncExitStack() as stack:
        on = stack.enter_context(bench(analyser="small"))
        async with on.opened() as spectrum:
            await take_sample(spectrum.ports)
            await drain_with_progress(spectrum)
        served = await stack.enter_async_context(on.running("api"))
        token = issue_token(on.secret, subject=PERSON, roles=(Role.USER,), ttl_s=3_600)
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        stack.push_async_callback(browser.close)
        cold, warm = Figures(), Figures()
        for number in range(rounds):
            console.print(f"round {number + 1} of {rounds} …")
            await _round(browser, f"http://127.0.0.1:{served.port}/app/#token={token}", cold, warm)
        console.print(_table(cold, warm))
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
