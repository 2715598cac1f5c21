"""`python -m benchmarks.edge.attacks`: what hurts other servers, sent to ours, while somebody uses it as ever.

Each attack is sent again and again over connections of its own; beside it a few people ask for their dashboards and a
probe asks whether the process still turns. Prints how each was answered, in which time, how long the event loop was
held, what it did to the people, and the process's memory. Asserts nothing.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import orjson
import uvloop
from rich.console import Console
from rich.table import Table

from app.domain.access import Role
from app.edge.tokens import issue_token
from benchmarks.edge.asking import Crowd
from benchmarks.edge.comparing import make_crowd
from benchmarks.programs import bench, resident_mib, running

TIMES, PEOPLE, USERS, PROBE_S = 30, 20, 2, 0.01
PATIENCE_S = 40.0


def _post(body: bytes, *, token: str = "", more: str = "", length: int | None = None) -> bytes:
    signed = f"authorization: Bearer {token}\r\n" if token else ""
    size = len(body) if length is None else length
    head = f"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{signed}{more}"
    return f"{head}content-length: {size}\r\nconnection: close\r\n\r\n".encode() + body


def _ask(document: str, variables: object = None, *, token: str = "") -> bytes:
    return _post(orjson.dumps({"query": document, "variables": variables or {}}), token=token)


def _chunked(total: int) -> bytes:
    piece = b"%x\r\n" % 65_536 + b"x" * 65_536 + b"\r\n"
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + piece * (total // 65_536) + b"0\r\n\r\n"


def _bomb(levels: int) -> str:
    chain = "".join(f"fragment F{n} on Viewer{{...F{n + 1} ...F{n + 1}}}" for n in range(levels))
    return f"{{viewer{{...F0}}}}{chain}fragment F{levels} on Viewer{{id}}"


def _signed(claims: dict[str, object], secret: str, header: dict[str, object] | None = None) -> str:
    """A token by hand, as forgers make them."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")

    signed = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    signature = hmac.digest(secret.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _forged(secret: str) -> dict[str, bytes]:
    now = int(time.time())
    good: dict[str, object] = {
        "sub": "bench-0",
        "aud": "kalei-spectrum",
        "iat": now,
        "exp": now + 600,
        "roles": ["USER"],
    }
    unsigned = _signed(good, secret, {"alg": "none"}).rpartition(".")[0] + "."
    tokens = {
        "unsigned": unsigned,
        "another audience": _signed({**good, "aud": "elsewhere"}, secret),
        "expired": _signed({**good, "iat": now - 700, "exp": now - 100}, secret),
        "another key": _signed(good, secret[::-1]),
        "no expiry": _signed({name: value for name, value in good.items() if name != "exp"}, secret),
        "a year long": _signed({**good, "exp": now + 31_536_000}, secret),
        "kid of a path": _signed(good, "", {"alg": "HS256", "kid": "../../../dev/null"}),
        "kid of SQL": _signed(good, secret[::-1], {"alg": "HS256", "kid": "' UNION SELECT 'x"}),
        "a key brought along": _signed(good, "x" * 40, {"alg": "HS256", "jwk": {"kty": "oct", "k": "eHh4"}}),
        "8 MB of claims": _signed({**good, "more": "x" * 60_000}, secret),
    }
    return {f"token: {name}": _ask("{ viewer { id } }", token=token) for name, token in tokens.items()}


def _landscapes(count: int) -> str:
    """A year of single sessions, many times over, each of another span."""
    asked = [
        f'l{n}: landscape(range: {{dates: {{from: "2026-01-{n + 1:02}", to: "2026-11-20"}}}}, granularity: SESSION)'
        " { points { key } }"
        for n in range(count)
    ]
    return "{ viewer { spectrum { " + " ".join(asked) + " } } }"


def _documents(token: str) -> dict[str, bytes]:
    texts = {
        "deep nesting": "{viewer{" * 200 + "}" * 400,
        "fragments in a circle": "{viewer{...A}} fragment A on Viewer{...B} fragment B on Viewer{...A ...A}",
        "fragment fan-out, 2^35": _bomb(35),
        "900 aliases": "{" + " ".join(f"a{n}:__typename" for n in range(450)) + "}",
        "400 directives": "{__typename " + "@include(if:true) " * 160 + "}",
        "990 fields alike": "{viewer{" + "timeZone " * 980 + "}}",
        "300 fields in conflict": "{" + " ".join(f"viewer{{a:{name}}}" for name in ("id", "locale") * 120) + "}",
        "450 unknown fields": "{viewer{" + " ".join(f"timeZon{n}" for n in range(450)) + "}}",
        "a page of a billion": "{viewer{sessions(first:1000000000){nodes{exclusions{id}}}}}",
        "pages in pages": "{viewer{spectrum{insightFeed(first:100){nodes{headline{evidence{sessions(first:100)"
        "{nodes{id}}}}}}}}}",
        "5,000 tokens": "{" + "a " * 5_000 + "}",
        "50 operations": "".join(f"query Q{n}{{__typename}}" for n in range(50)),
        "28 landscapes by session": _landscapes(28),
    }
    asked = {name: _ask(text, token=token) for name, text in texts.items()}
    asked["a list of 9,000 ids"] = _ask("query($i:[ID!]!){nodes(ids:$i){id}}", {"i": ["x"] * 9_000}, token=token)
    asked["a date of 60,000 letters"] = _ask("query($d:Date!){viewer{spectrum{landscape(range:{dates:{from:$d,to:$d}})"
                                             "{truncated}}}}", {"d": "9" * 60_000}, token=token)  # fmt: skip
    return asked


def _bodies() -> dict[str, bytes]:
    return {
        "a batch": _post(b'[{"query":"{__typename}"},' * 500 + b'{"query":"{__typename}"}]'),
        "NaN": _post(b'{"query":"{__typename}","variables":{"a":NaN}}'),
        "30,000 brackets": _post(b'{"query":"{__typename}","variables":' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
        "10 MB, said": _post(b"x" * 65_536, length=10_000_000),
        "10 MB, in chunks": _chunked(10_000_000),
        "broken Unicode": _post(b'{"query":"\xff\xfe"}'),
        "no JSON": _post(b"query=%7B__typename%7D"),
        "a form": _post(b"a=b").replace(b"application/json", b"text/plain"),
    }


@dataclass
class Outcome:
    """How an attack went."""

    statuses: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    held_s: float = 0.0
    waits_s: list[float] = field(default_factory=list)


async def _send(port: int, wire: bytes) -> bytes:
    """What comes back; nothing when the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(wire)
        got = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line[15:]) for line in got.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        return got + await reader.readexactly(length)
    except (ConnectionError, asyncio.IncompleteReadError):
        return b""
    finally:
        writer.close()


async def _attack(port: int, wire: bytes, outcome: Outcome) -> None:
    for _ in range(TIMES):
        start = time.perf_counter()
        async with asyncio.timeout(PATIENCE_S):
            got = await _send(port, wire)
        outcome.took_s.append(time.perf_counter() - start)
        head, _, body = got.partition(b"\r\n\r\n")
        outcome.statuses[head.split(b" ", 2)[1].decode() if head else "hung up"] += 1
        try:
            errors = orjson.loads(body).get("errors", [])
        except orjson.JSONDecodeError:
            errors = []
        outcome.codes[errors[0]["extensions"]["code"] if errors else "answered"] += 1


async def _use(port: int, crowd: Crowd, waits: list[float]) -> None:
    """Ask for dashboards, a new range each time, as fast as one is answered."""
    questions = crowd.each_once()
    while True:
        start = time.perf_counter()
        await _send(port, next(questions).wire.replace(b"host: bench", b"host: bench\r\nconnection: close"))
        waits.append(time.perf_counter() - start)
        await asyncio.sleep(0.02)


async def _probe(port: int, outcome: Outcome) -> None:
    wire = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    while True:
        start = time.perf_counter()
        await _send(port, wire)
        outcome.held_s = max(outcome.held_s, time.perf_counter() - start)
        await asyncio.sleep(PROBE_S)


async def _beside(port: int, crowd: Crowd, work: Callable[[Outcome], asyncio.Future[None]]) -> Outcome:
    """Something, with people and the probe beside it."""
    outcome = Outcome()
    beside = [asyncio.ensure_future(_use(port, crowd, outcome.waits_s)) for _ in range(USERS)]
    beside.append(asyncio.ensure_future(_probe(port, outcome)))
    try:
        await work(outcome)
    finally:
        for each in beside:
            each.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
    return outcome


async def _slow(port: int, first: bytes) -> float:
    """Send a beginning, and then a letter a second; after how long the server has had enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    start = time.perf_counter()
    writer.write(first)
    with suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE_S):
            while not reader.at_eof() and not writer.is_closing():
                writer.write(b"x")
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await reader.read(1_000)
    writer.close()
    return time.perf_counter() - start


def _row(name: str, outcome: Outcome) -> Sequence[str]:
    waits = sorted(outcome.waits_s) or [0.0]
    return (
        name,
        " ".join(f"{status}" for status in outcome.statuses),
        " ".join(outcome.codes),
        f"{statistics.median(outcome.took_s) * 1000:.0f} / {max(outcome.took_s) * 1000:.0f}",
        f"{outcome.held_s * 1000:.0f}",
        f"{waits[int(len(waits) * 0.99)] * 1000:.0f}",
    )


async def _run(port: int, pid: int, crowd: Crowd, console: Console) -> None:
    table = Table("attack", "status", "code", "ms, median / worst", "probe, worst ms", "people's p99, ms")
    token = issue_token(crowd.secret, subject="bench-19", roles=(Role.USER,), ttl_s=3_600)
    quiet = await _beside(port, crowd, lambda _: asyncio.ensure_future(asyncio.sleep(5)))
    table.add_row(
        "nothing", "", "", "", f"{quiet.held_s * 1000:.0f}", _row("", Outcome(took_s=[0], waits_s=quiet.waits_s))[5]
    )
    before = resident_mib(pid)
    for name, wire in {**_documents(token), **_bodies(), **_forged(crowd.secret)}.items():
        outcome = await _beside(port, crowd, lambda found, wire=wire: asyncio.ensure_future(_attack(port, wire, found)))  # type: ignore[misc]
        table.add_row(*_row(name, outcome))
        console.print(f"{name}: {dict(outcome.statuses)} {dict(outcome.codes)}")
    slow: list[float] = []

    async def crawl(found: Outcome) -> None:
        heads = [b"POST /graphql HTTP/1.1\r\nhost: x\r\nx-a: ", _post(b'{"query":"', length=1_000)] * 50
        found.took_s += await asyncio.gather(*(_slow(port, head) for head in heads))
        slow.extend(found.took_s)
        found.statuses["hung up, 408"] += 1

    outcome = await _beside(port, crowd, lambda found: asyncio.ensure_future(crawl(found)))
    table.add_row(*_row("100 slow senders, half heads, half bodies", outcome))
    console.print(table)
    console.print(f"slow senders were given up after {min(slow):.0f} to {max(slow):.0f} s")
    console.print(f"memory: {before:.0f} MiB before, {resident_mib(pid):.0f} MiB after")


async def main() -> int:
    """Start our program, attack it, print the table."""
    argparse.ArgumentParser(prog="benchmarks.edge.attacks", description=__doc__).parse_args()
    console = Console(width=160)
    with bench(analyser="small") as on:
        crowd = await make_crowd(on, PEOPLE)
        async with running([sys.executable, "-m", "benchmarks.edge.ours", "PORT"], on.environment) as ours:
            await _run(ours.port, ours.pid, crowd, console)
    return 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main()))
