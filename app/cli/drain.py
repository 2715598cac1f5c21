"""`spectrum drain`: runs jobs until nothing is left."""

from argparse import ArgumentParser
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.jobs import JobStatus, Queue
from app.storage.jobs import queues
from app.storage.jobs.queues import Remaining
from app.wiring import Spectrum, opened
from workers.drain import drain


def add(parser: ArgumentParser) -> None:
    """`spectrum drain` has no options."""
    parser.set_defaults(run=lambda _: drain_ledger())


async def drain_ledger() -> int:
    """Run jobs until nothing is left, with a progress bar."""
    async with opened() as spectrum:
        ran = await drain_with_progress(spectrum)
        async with spectrum.ports.store.for_everyone() as tx:
            counts = await queues.count_by_status(tx)
    dead = sum(count for (_, status), count in counts.items() if status is JobStatus.DEAD)
    Console(stderr=True).print(f"{ran:,} jobs run here, {dead:,} dead letters in the ledger.", highlight=False)
    return 0


async def drain_with_progress(spectrum: Spectrum, own: Sequence[Queue] = tuple(Queue)) -> int:
    """Drain the ledger behind a progress bar, running jobs of the queues `own`; how many jobs were run here."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Working", total=None)

        def report(ran: int, remaining: Remaining) -> None:
            waiting = f"Working ({remaining.soon} due within a minute)" if remaining.soon else "Working"
            progress.update(bar, completed=ran, total=ran + remaining.now + remaining.soon, description=waiting)

        return await drain(spectrum.ports, report, own=own)
