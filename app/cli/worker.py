"""`spectrum worker`: runs jobs."""

from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack

from app.cli.stopping import add_with_parent, until_told
from app.errors import ConfigurationError
from app.jobs import Queue
from app.memory import collect_rarely
from app.telemetry import serving_metrics
from app.wiring import opened
from workers.process import work


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum worker`."""
    parser.add_argument("--queue", action="append", choices=[*Queue], help="only this queue; may be repeated")
    parser.add_argument("--metrics-port", type=int, metavar="PORT", help="serve this process's /metrics there")
    add_with_parent(parser)
    parser.set_defaults(
        run=lambda asked: worker(
            [Queue(q) for q in asked.queue or [*Queue]], metrics_port=asked.metrics_port, with_parent=asked.with_parent
        )
    )


async def worker(chosen: Sequence[Queue], *, metrics_port: int | None, with_parent: bool) -> int:
    """Run jobs of the chosen queues until told to stop; leases are given back."""
    async with opened() as spectrum, until_told(with_parent=with_parent) as stop:
        with ExitStack() as stack:
            if metrics_port is not None:
                try:
                    stack.enter_context(serving_metrics(spectrum.host, metrics_port))
                except (OSError, OverflowError):
                    raise ConfigurationError(f"--metrics-port {metrics_port} cannot be used: choose another.") from None
            if Queue.SECONDS in chosen or Queue.HOURS in chosen:
                await spectrum.ports.analyser()  # what cannot read must not claim: it would fail session after session
            if spectrum.ports.routes and (Queue.MINUTES in chosen or Queue.HOURS in chosen):
                await spectrum.ports.models()  # it takes seconds, and a key that is missing is told at once
            collect_rarely()
            await work(spectrum.ports, spectrum.redis_url, chosen, stop)
    return 0
