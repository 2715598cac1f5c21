"""`python -m benchmarks.observing`: what counting and tracing add to an answer from memory, in microseconds of a call.

The best of several rounds of each, in this process alone; asserts nothing. With `PROMETHEUS_MULTIPROC_DIR` set to an
empty folder the same for processes that count together.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from structlog.contextvars import bind_contextvars, reset_contextvars

from app import tracing
from app.edge.serving import response_cache
from app.edge.serving.observed import Observed, Outcome

CALLS, ROUNDS = 20_000, 9
NOWHERE = "http://127.0.0.1:9"


def _us(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CALLS):
            call()
        best = min(best, time.perf_counter() - start)
    return best / CALLS * 1e6


def _request() -> None:
    observed = Observed()
    with observed.found("Dashboard", "query", follows=None) as span:
        observed.ended(otherwise=Outcome.CACHED)
        span.set(outcome=observed.outcome)
    observed.tell()


def _named() -> None:
    reset_contextvars(**bind_contextvars(request_id="0" * 32))


async def main() -> None:
    """Measure, and print."""
    table = Table("added to an answer from memory", "µs")
    table.add_row("the request, counted and timed", f"{_us(_request):.2f}")
    table.add_row("a hit of the response cache, counted", f"{_us(response_cache._HIT.inc):.2f}")
    table.add_row("the request's id for log lines", f"{_us(_named):.2f}")
    logging.disable(logging.CRITICAL)  # nobody listens there
    for meaning, ratio in (("traced, and not drawn", 0.0), ("traced, and recorded", 1.0)):
        async with tracing.exporting(NOWHERE, ratio=ratio, version="0", instance="here"):
            table.add_row(f"the request, {meaning}", f"{_us(_request):.2f}")
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main())
