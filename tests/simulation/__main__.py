"""Replay one run step by step, or live through many: `python -m tests.simulation --seed N | --runs N [--first N]`."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import uvloop

from app.embedded import embedded_servers, remove_state
from app.storage.schema import migrate
from app.storage.store import DatabaseUrls
from tests.conftest import database
from tests.simulation.clock import VirtualStore, virtual_store
from tests.simulation.run import BrokenRule, Run

PROGRESS_EVERY = 100
AT_ONCE = 3
"""Runs side by side, so that the server works for one while we think about another."""


@asynccontextmanager
async def _throwaway_stores(count: int) -> AsyncIterator[list[VirtualStore]]:
    """Give databases on a server that is erased afterwards."""
    async with AsyncExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "state"
        stack.callback(remove_state, state)
        servers = stack.enter_context(embedded_servers(state, redis=False))
        await migrate(DatabaseUrls.one(servers.database_url))
        names = [await stack.enter_async_context(database(servers, "spectrum")) for _ in range(count)]
        yield [await stack.enter_async_context(virtual_store(url)) for url in names]


async def _replay(seed: int) -> int:
    async with _throwaway_stores(1) as (store,):
        run = Run(seed, store)
        try:
            await run.live()
        except BrokenRule:
            return 1
        finally:
            print("\n".join(run.lines))
    return 0


class _Tally:
    """How many runs are done, and which were broken."""

    def __init__(self, runs: int) -> None:
        self.broken = 0
        self._runs = runs
        self._done = 0
        self._began = time.monotonic()

    async def live_through(self, seeds: Iterator[int], store: VirtualStore) -> None:
        """Live through seeds, of which others take theirs too."""
        for seed in seeds:
            try:
                await Run(seed, store).live()
            except BrokenRule as error:
                self.broken += 1
                print(f"\r{error}")
            self._done += 1
            if self._done % PROGRESS_EVERY == 0 or self._done == self._runs:
                speed = self._done / (time.monotonic() - self._began)
                progress = f"{self._done} of {self._runs} runs, {self.broken} broken, {speed:.1f} runs/s"
                print(f"\r{progress}", end="", flush=True)


async def _live(first: int, runs: int) -> int:
    async with _throwaway_stores(AT_ONCE) as stores:
        tally, seeds = _Tally(runs), iter(range(first, first + runs))
        await asyncio.gather(*(tally.live_through(seeds, store) for store in stores))
    print()
    return min(tally.broken, 1)


def main() -> int:
    """Read the command line and run; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this run, one line a step")
    parser.add_argument("--runs", type=int, default=1_000, help="how many runs")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first")
    asked = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_live(asked.first, asked.runs) if asked.seed is None else _replay(asked.seed))


if __name__ == "__main__":
    raise SystemExit(main())
