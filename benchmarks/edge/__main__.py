"""`python -m benchmarks.edge`: the dashboard of some hundred people, served by us and by peers on the same tables.

Variants alternate within one run and only their ratios mean anything; asserts nothing. What each computes is not the
same, and the table says so: the limit hands out a ready text; PostGraphile and the naive program read closed weeks and
take means; ours folds every session again, minus exclusions, with intervals, for somebody who is signed in, under
row-level security. In place of the peers' viewer (zone, locale, plan) ours gives three fields of `spectrum`, since only
answers about nothing else are remembered.
"""

import argparse
import asyncio
import itertools
import random
import secrets
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson
import uvloop
from rich.console import Console
from rich.table import Table

from app.domain.access import Role
from app.edge.tokens import issue_token
from app.embedded import Servers, embedded_servers, remove_state
from app.settings import Settings
from app.wiring import opened
from benchmarks.edge import naive
from benchmarks.edge.load import CALLERS, Figures, Question, ask, first_answer
from benchmarks.edge.people import PEERS, make_people
from benchmarks.edge.programs import running

HERE = Path(__file__).parent
PEOPLE, ROUNDS, SECONDS = 300, 5, 3.0
AT_ONCE_AGAIN = 16
"""How many people ask the same again and again."""
RANGES = 28
"""How many days the range is moved by, at most: with the people, more questions than a run asks, so that none is asked
twice."""

OURS = """query Dashboard($from: Date!, $to: Date!, $month: Month!) {
  viewer {
    spectrum {
      dataRevision state freshAt
      landscape(range: {dates: {from: $from, to: $to}}, granularity: WEEK) {
        points {
          key period { from } sampleCount
          affect {
            valence { value low high confidence sampleCount dayCount }
            arousal { value low high confidence sampleCount dayCount }
          }
        }
      }
      insightFeed(first: 20) {
        nodes {
          id kind status confidence edition period { from to } publishedAt seenAt headline { text } body { text }
        }
      }
      monthlySummary(month: $month) { month period { from } sampleCount status edition }
      distribution(by: SOURCE, range: {dates: {from: $from, to: $to}}) {
        slices { key count affect { valence { value } arousal { value } } }
      }
    }
  }
}"""

POSTGRAPHILE = """query Dashboard($person: UUID!) {
  viewerByRowId(rowId: $person) { zone locale plan }
  allWeeks(condition: {personId: $person}, first: 52, orderBy: FIRST_DAY_DESC) {
    nodes {
      firstDay revision sessionCount dayCount excludedCount valence arousal
      emotion1 emotion2 emotion3 emotion4 emotion5 emotion6 emotion7 emotion8
    }
  }
  allCards(condition: {personId: $person}, first: 20, orderBy: [FIRST_DAY_DESC, RANK_ASC, ROW_ID_ASC]) {
    nodes { rowId insightKind status confidence edition firstDay lastDay publishedAt seenAt headline body }
  }
  allMonths(condition: {personId: $person}, first: 1, orderBy: FIRST_DAY_DESC) {
    nodes { firstDay sessionCount dayCount valenceSum arousalSum digest }
  }
  allSlice(condition: {personId: $person}) { nodes { source sessions valence arousal } }
}"""


@dataclass(frozen=True, slots=True)
class Variant:
    """A server, and what it is asked."""

    name: str
    port: int
    pid: int
    questions: Iterator[Question]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who asks."""

    keys: Sequence[str]
    ids: Sequence[UUID]
    secret: str

    def ours(self, number: int, back: int) -> Question:
        """One of them asks for their dashboard, with the year that ended `back` days ago."""
        token = issue_token(self.secret, subject=self.keys[number], roles=(Role.USER,), ttl_s=3_600)
        today = datetime.now(UTC).date()
        month, last = today.replace(day=1) - timedelta(days=1), today - timedelta(days=back)
        asked = {"from": f"{last - timedelta(days=363)}", "to": f"{last}", "month": f"{month:%Y-%m}"}
        return Question.post("/graphql", OURS, asked, token)

    def each_once(self) -> Iterator[Question]:
        """Everybody, with each range, in any order."""
        pairs = [(number, back) for number in range(len(self.keys)) for back in range(1, RANGES)]
        random.Random(1).shuffle(pairs)
        return itertools.cycle([self.ours(number, back) for number, back in pairs])

    def again(self) -> Iterator[Question]:
        """A few people who ask what they asked."""
        return itertools.cycle([self.ours(number, 0) for number in range(AT_ONCE_AGAIN)])

    def peers(self, document: str) -> Iterator[Question]:
        """Everybody, of a peer."""
        return itertools.cycle([Question.post("/graphql", document, {"person": str(id_)}) for id_ in self.ids])

    def ready(self) -> Iterator[Question]:
        """Everybody, of the limit."""
        return itertools.cycle([Question.get(f"/ready/{id_}") for id_ in self.ids])


async def _make(servers: Servers, state: Path, secret: str, people: int) -> Crowd:
    settings = {
        "database_url": servers.database_url,
        "redis_url": servers.redis_url,
        "state_dir": state,
        "auth_secret": secret,
        "analyser": "small",
        "default_plan": "PLUS",
    }
    async with opened(Settings.model_validate(settings), bring_up_to_date=True) as spectrum:
        keys = await make_people(spectrum.ports, people)
        ids = [spectrum.ports.keyring.identity.person_id(key) for key in keys]
    owner = await asyncpg.connect(servers.database_url)
    await owner.execute(PEERS)
    await owner.execute("ANALYZE")
    await owner.close()
    return Crowd(keys, ids, secret)


async def _keep_ready(servers: Servers, crowd: Crowd, body: bytes) -> None:
    """Let the limit hand out what we answer."""
    owner = await asyncpg.connect(servers.database_url)
    await owner.executemany("INSERT INTO peer.ready VALUES ($1, $2)", [(id_, body.decode()) for id_ in crowd.ids])
    await owner.execute("ANALYZE peer.ready")
    await owner.close()


async def _start(stack: AsyncExitStack, servers: Servers, state: Path, crowd: Crowd, console: Console) -> list[Variant]:
    """Every server that can run here, warm."""
    url, python = servers.database_url, sys.executable
    environment = {
        "SPECTRUM_DATABASE_URL": url,
        "SPECTRUM_REDIS_URL": servers.redis_url,
        "SPECTRUM_STATE_DIR": str(state),
        "SPECTRUM_AUTH_SECRET": crowd.secret,
        "SPECTRUM_ANALYSER": "small",
        "SPECTRUM_DEFAULT_PLAN": "PLUS",
    }
    ours = await stack.enter_async_context(running([python, "-m", "benchmarks.edge.ours", "PORT"], environment))
    body = await first_answer(ours.port, next(crowd.again()))
    await _keep_ready(servers, crowd, body)
    limit = await stack.enter_async_context(running([python, "-m", "benchmarks.edge.limit", url, "PORT"], {}))
    plain = await stack.enter_async_context(running([python, "-m", "benchmarks.edge.naive", url, "PORT"], {}))
    found = [
        Variant("limit: a ready row by key", limit.port, limit.pid, crowd.ready()),
        Variant("naive Strawberry + Tortoise", plain.port, plain.pid, crowd.peers(naive.DOCUMENT)),
        Variant("ours, each asked once", ours.port, ours.pid, crowd.each_once()),
        Variant("ours, asked again", ours.port, ours.pid, crowd.again()),
    ]
    node = shutil.which("node")
    if node and (HERE / "node_modules").is_dir():
        peer = await stack.enter_async_context(running([node, str(HERE / "serve.mjs"), url, "PORT"], {}))
        found.insert(2, Variant("PostGraphile", peer.port, peer.pid, crowd.peers(POSTGRAPHILE)))
    else:
        console.print("PostGraphile is left out: it needs Node 20 or later, and `npm ci` in benchmarks/edge.")
    return found


def _leaves(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1


async def _measure(
    variants: Sequence[Variant], rounds: int, seconds: float, console: Console
) -> dict[str, list[Figures]]:
    figures: dict[str, list[Figures]] = {variant.name: [] for variant in variants}
    for variant in variants:
        body = orjson.loads(await first_answer(variant.port, next(variant.questions)))
        assert "errors" not in body, body["errors"]
        console.print(f"{variant.name}: {_leaves(body['data'])} leaves")
        await ask(variant.port, variant.pid, variant.questions, seconds / 2)
    for number in range(rounds):
        for variant in variants:
            figures[variant.name].append(await ask(variant.port, variant.pid, variant.questions, seconds))
        console.print(f"round {number + 1} of {rounds}")
    return figures


def _median(figures: Sequence[Figures], name: str) -> float:
    return statistics.median(getattr(each, name) for each in figures)


def _tables(figures: dict[str, list[Figures]]) -> Iterator[Table]:
    limit = figures["limit: a ready row by key"]
    plain = figures["naive Strawberry + Tortoise"]
    table = Table("dashboard", "req/s", "x limit", "x naive", "CPU µs", "p50 / p95 / p99 ms", "bytes")
    for name, of in figures.items():
        rate = _median(of, "rate")
        table.add_row(
            name,
            f"{rate:,.0f}",
            f"{rate / _median(limit, 'rate'):.3f}",
            f"{rate / _median(plain, 'rate'):.2f}",
            f"{_median(of, 'cpu_us'):,.0f}",
            " / ".join(f"{_median(of, at):.1f}" for at in ("p50", "p95", "p99")),
            f"{of[0].size:,}",
        )
    yield table
    once, again = figures["ours, each asked once"], figures["ours, asked again"]
    goals = Table("#", "goal", "wanted", "measured", "")

    def add(number: int, said: str, wanted: float, *, of: float, most: bool = False) -> None:
        met = of <= wanted if most else of >= wanted
        goals.add_row(
            str(number), said, f"{'<=' if most else '>='} {wanted} x", f"{of:.3f} x", "met" if met else "NOT met"
        )

    add(1, "from cache, against the limit", 1.0, of=_median(again, "rate") / _median(limit, "rate"))
    if peer := figures.get("PostGraphile"):
        add(2, "uncached, against PostGraphile", 1.0, of=_median(once, "rate") / _median(peer, "rate"))
    add(3, "uncached, against naive", 6.0, of=_median(once, "rate") / _median(plain, "rate"))
    add(4, "uncached, against the limit", 0.1, of=_median(once, "rate") / _median(limit, "rate"))
    if peer := figures.get("PostGraphile"):
        add(5, "p99 uncached, against PostGraphile's", 1.0, of=_median(once, "p99") / _median(peer, "p99"), most=True)
    yield goals


async def main() -> int:
    """Make the people, start the servers, let them answer in turns, print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.edge", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N", help="whose dashboards are asked for")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="turns of each variant")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="S", help="of one turn")
    asked = parser.parse_args()
    if asked.people < AT_ONCE_AGAIN or asked.rounds < 1:
        parser.error(f"at least {AT_ONCE_AGAIN} people and one round")
    console = Console()
    with tempfile.TemporaryDirectory(prefix="spectrum-bench-") as folder:
        state = Path(folder) / "state"
        try:
            with embedded_servers(state) as servers:
                with console.status(f"{asked.people} people live a year ..."):
                    crowd = await _make(servers, state, secrets.token_hex(32), asked.people)
                async with AsyncExitStack() as stack:
                    variants = await _start(stack, servers, state, crowd, console)
                    figures = await _measure(variants, asked.rounds, asked.seconds, console)
        finally:
            remove_state(state)
    for table in _tables(figures):
        console.print(table)
    console.print(f"{datetime.now(UTC):%Y-%m-%d}, {sys.platform}, {CALLERS} callers, medians of {asked.rounds}")
    return 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main()))
