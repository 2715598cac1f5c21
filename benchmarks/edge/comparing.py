"""The dashboard of some hundred people, served by us and by peers on the same tables, in turns.

What each computes is not the same: the limit hands out a ready text; PostGraphile and the naive program read closed
weeks and take means; ours folds every session again, minus exclusions, with intervals, for somebody who is signed in,
under row-level security. In place of the peers' viewer (zone, locale, plan) ours gives three fields of `spectrum`,
since only answers about nothing else are remembered.
"""

import shutil
import statistics
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import orjson
from rich.console import Console

from app.embedded import Servers
from benchmarks.edge import naive
from benchmarks.edge.asking import POSTGRAPHILE, Crowd
from benchmarks.edge.load import CALLERS, Question, Round, ask, first_answer
from benchmarks.edge.people import PEERS, make_people
from benchmarks.figures import Figure, Spread, Unit, alternating_async
from benchmarks.programs import Bench, bench, running

HERE = Path(__file__).parent
LIMIT, NAIVE, PEER = "limit: a ready row by key", "naive Strawberry + Tortoise", "PostGraphile"
ONCE, AGAIN = "ours, each asked once", "ours, asked again"
LEFT_OUT = "PostGraphile is left out: it needs Node 20 or later, and `npm ci` in benchmarks/edge."
Rounds = dict[str, list[Round]]


@dataclass(frozen=True, slots=True)
class Variant:
    """A server, and what it is asked."""

    name: str
    port: int
    pid: int
    questions: Iterator[Question]

    def ask_for(self, seconds: float) -> Callable[[], Awaitable[Round]]:
        """A round of it, when it is called."""
        return lambda: ask(self.port, self.pid, self.questions, seconds)


async def make_crowd(on: Bench, people: int) -> Crowd:
    """Make the people, and what peers read of their tables."""
    async with on.opened() as spectrum:
        keys = await make_people(spectrum.ports, people)
        ids = [spectrum.ports.keyring.identity.person_id(key) for key in keys]
    owner = await asyncpg.connect(on.servers.database_url)
    await owner.execute(PEERS)
    await owner.execute("ANALYZE")
    await owner.close()
    return Crowd(keys, ids, on.secret)


async def _keep_ready(servers: Servers, crowd: Crowd, body: bytes) -> None:
    """Let the limit hand out what we answer."""
    owner = await asyncpg.connect(servers.database_url)
    await owner.executemany("INSERT INTO peer.ready VALUES ($1, $2)", [(id_, body.decode()) for id_ in crowd.ids])
    await owner.execute("ANALYZE peer.ready")
    await owner.close()


async def _start(stack: AsyncExitStack, on: Bench, crowd: Crowd, console: Console) -> list[Variant]:
    """Every server that can run here, warm."""
    url, python = on.servers.database_url, sys.executable
    ours = await stack.enter_async_context(running([python, "-m", "benchmarks.edge.ours", "PORT"], on.environment))
    body = await first_answer(ours.port, next(crowd.again()))
    await _keep_ready(on.servers, crowd, body)
    limit = await stack.enter_async_context(running([python, "-m", "benchmarks.edge.limit", url, "PORT"], {}))
    plain = await stack.enter_async_context(running([python, "-m", "benchmarks.edge.naive", url, "PORT"], {}))
    found = [
        Variant(LIMIT, limit.port, limit.pid, crowd.ready()),
        Variant(NAIVE, plain.port, plain.pid, crowd.peers(naive.DOCUMENT)),
        Variant(ONCE, ours.port, ours.pid, crowd.each_once()),
        Variant(AGAIN, ours.port, ours.pid, crowd.again()),
    ]
    node = shutil.which("node")
    if node and (HERE / "node_modules").is_dir():
        peer = await stack.enter_async_context(
            running([node, str(HERE / "serve.mjs"), url, "PORT"], {"GRAPHILE_ENV": "production"})
        )
        found.insert(2, Variant(PEER, peer.port, peer.pid, crowd.peers(POSTGRAPHILE)))
    else:
        console.print(LEFT_OUT)
    return found


def _leaves(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1


async def _measure(variants: Sequence[Variant], rounds: int, seconds: float, console: Console) -> Rounds:
    for variant in variants:
        body = orjson.loads(await first_answer(variant.port, next(variant.questions)))
        assert "errors" not in body, body["errors"]
        console.print(f"{variant.name}: {_leaves(body['data'])} leaves")
        await ask(variant.port, variant.pid, variant.questions, seconds / 2)
    asking = {variant.name: variant.ask_for(seconds) for variant in variants}
    return await alternating_async(asking, rounds, lambda number: console.print(f"dashboards: round {number}"))


async def compare(console: Console, *, people: int, rounds: int, seconds: float) -> Rounds:
    """Make the people, start the servers, and let them answer in turns: each variant's rounds."""
    with bench(analyser="small") as on:
        console.print(f"{people} people live a year ...")
        crowd = await make_crowd(on, people)
        async with AsyncExitStack() as stack:
            return await _measure(await _start(stack, on, crowd, console), rounds, seconds, console)


def median(rounds: Sequence[Round], name: str) -> float:
    """Of one number of all rounds."""
    return statistics.median(getattr(each, name) for each in rounds)


def figures_of(found: Rounds) -> list[Figure]:
    """What the rounds come to as figures, those of goals 1 to 5 among them; without PostGraphile two fewer."""

    def ratio(what: str, goal: str, of: str, beside: str, name: str = "rate") -> Figure:
        spread = Spread.ratio(*([getattr(each, name) for each in found[which]] for which in (of, beside)))
        unit = "req/s" if name == "rate" else "ms"
        told = f"{median(found[of], name):,.0f} against {median(found[beside], name):,.0f} {unit}"
        return Figure("read", what, spread, beside=told, goal=goal)

    figures = [ratio("dashboard from cache, against the limit", "1", AGAIN, LIMIT)]
    if PEER in found:
        figures.append(ratio("dashboard uncached, against PostGraphile", "2", ONCE, PEER))
    figures.append(ratio("dashboard uncached, against naive", "3", ONCE, NAIVE))
    figures.append(ratio("dashboard uncached, against the limit", "4", ONCE, LIMIT))
    if PEER in found:
        figures.append(ratio("p99 uncached, against PostGraphile's", "5", ONCE, PEER, "p99"))
    return [*figures, *_waits(found)]


def _waits(found: Rounds) -> Iterator[Figure]:
    """How long sixteen callers who never pause wait for ours."""
    for variant, told in ((AGAIN, "from cache"), (ONCE, "uncached")):
        for at in ("p50", "p95", "p99"):
            spread = Spread.of([getattr(each, at) for each in found[variant]])
            yield Figure("read", f"dashboard {told}, {at}", spread, Unit.MILLISECONDS, f"{CALLERS} callers")
