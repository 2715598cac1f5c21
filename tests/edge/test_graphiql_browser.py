"""GraphiQL in a real browser: it starts, runs a query and a subscription, and asks nobody but us.

Left out by default (mark `browser`) and skipped where there is no Chromium.
"""

import asyncio
import contextlib
import json
import shutil
import socket
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from app.domain.access import Role
from app.edge.tokens import issue_token
from tests.conftest import AUTH_SECRET

from .sample import build_app

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
]
_EXECUTE = "document.querySelector('.graphiql-execute-button')"
_RESULT = "(document.querySelector('.result-window')?.textContent ?? '')"


class Browser:
    """One page over the DevTools protocol; `events` holds everything the browser told."""

    def __init__(self, wire: ClientConnection) -> None:
        self._wire = wire
        self._ids = count(1)
        self.events: list[dict[str, Any]] = []

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """Send one command and return its result, keeping the events in between."""
        number = next(self._ids)
        await self._wire.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = cast("dict[str, Any]", json.loads(await self._wire.recv()))
            if message.get("id") == number:
                return cast("dict[str, Any]", message["result"])
            self.events.append(message)

    async def value(self, expression: str) -> object:
        """Evaluate JavaScript in the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until the expression is true; the page itself looks each animation frame."""
        polled = (
            f"new Promise(done => {{(function look() {{({expression}) ? done() : requestAnimationFrame(look)}})()}})"
        )
        async with asyncio.timeout(20):
            await self.call("Runtime.evaluate", expression=polled, awaitPromise=True)

    def params(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of every event of one kind."""
        return [event["params"] for event in self.events if event.get("method") == method]


@contextlib.asynccontextmanager
async def _served() -> AsyncIterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # websockets-sansio: the other implementation warns about a deprecation, and warnings are errors here.
        config = uvicorn.Config(build_app(team=True), log_level="critical", ws="websockets-sansio")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


async def _listening(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(20):
        async for line in process.stderr:
            if line.startswith(b"DevTools listening on "):
                return line.split()[-1].decode()
    raise AssertionError("Chromium ended")


@contextlib.asynccontextmanager
async def _browser(profile: Path) -> AsyncIterator[Browser]:
    assert _CHROMIUM is not None
    quiet = asyncio.subprocess.DEVNULL
    arguments = [*_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = await asyncio.create_subprocess_exec(_CHROMIUM, *arguments, stdout=quiet, stderr=asyncio.subprocess.PIPE)
    try:
        address = await _listening(process)
        async with connect(address, max_size=None) as wire:
            targets = await Browser(wire).call("Target.getTargets")
        page = next(info["targetId"] for info in targets["targetInfos"] if info["type"] == "page")
        async with connect(f"{address.partition('/devtools/')[0]}/devtools/page/{page}", max_size=None) as wire:
            yield Browser(wire)
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.browser
@pytest.mark.skipif(_CHROMIUM is None, reason="no Chromium here")
async def test_graphiql_works_with_no_internet_under_its_own_policy(tmp_path: Path) -> None:
    """The editor must render, query and subscribe, hide the token, and reach no other origin."""
    token = issue_token(AUTH_SECRET, subject="somebody", roles=[Role.OPERATOR], ttl_s=600)
    async with _served() as host, _browser(tmp_path / "profile") as browser:
        for domain in ("Network", "Log", "Runtime", "Page"):
            await browser.call(f"{domain}.enable")
        await browser.call("Page.navigate", url=f"http://{host}/graphql#token={token}")
        await browser.until(f"{_EXECUTE} !== null")
        # The button stands there before the editors do, and does nothing then: it is pressed until it answers.
        pressed = f"({_EXECUTE}.ariaLabel.startsWith('Execute') && {_EXECUTE}.click(), false)"
        await browser.until(f'{_RESULT}.includes(\'"__typename": "Query"\') || {pressed}')
        await browser.call("Runtime.evaluate", expression="document.querySelector('[data-value=settings]').click()")
        await browser.until("document.querySelector('.graphiql-dialog') !== null")
        await browser.call("Runtime.evaluate", expression="document.querySelector('.graphiql-dialog-close').click()")
        editor = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror"
        await browser.call("Runtime.evaluate", expression=f"{editor}.setValue('subscription Ticks {{ ticks }}')")
        # The tab takes the operation's name once the new text has been parsed; run before that, it would be posted.
        await browser.until(f"{editor}.operationName === 'Ticks'")
        await browser.call("Runtime.evaluate", expression=f"{_EXECUTE}.click()")
        await browser.until(f"{_RESULT}.includes('\"ticks\": 3')")
        assert await browser.value("document.getElementById('token').value") == token
        assert await browser.value("location.href") == f"http://{host}/graphql"
        assert await browser.value("localStorage.length") == 0

        sent = [event["request"] for event in browser.params("Network.requestWillBeSent")]
        origins = {request["url"].split("/")[2] for request in sent if not request["url"].startswith("data:")}
        sockets = {event["url"] for event in browser.params("Network.webSocketCreated")}
        asked = [request["headers"] for request in sent if request["method"] == "POST"]
        told = [entry["entry"] for entry in browser.params("Log.entryAdded") if entry["entry"]["level"] == "error"]
        assert origins == {host}
        assert sockets == {f"ws://{host}/graphql"}
        assert asked
        assert {headers.get("authorization") for headers in asked} == {f"Bearer {token}"}
        ran = [request["headers"] for request in sent if "IntrospectionQuery" not in request.get("postData", "")]
        assert "en" in {headers.get("accept-language") for headers in ran}, "the headers editor says so at first"
        assert told == []
        assert browser.params("Runtime.exceptionThrown") == []
