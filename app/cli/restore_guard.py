"""`spectrum restore-guard`: a restored database is told what was erased since its backup."""

from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.errors import ConfigurationError
from app.gateways.journal import read_journal
from app.pipeline.restore import read_erasures, replay
from app.wiring import opened

NOT_ALL_BELIEVED = 1


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum restore-guard`."""
    parser.add_argument(
        "journal",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="journals of erasures of other machines; this one's is read",
    )
    parser.set_defaults(run=lambda a: restore_guard(a.journal))


async def restore_guard(others: Sequence[Path]) -> int:
    """Erase again what was erased since this database's backup was made; 1 when a line of a journal does not hold."""
    console = Console(stderr=True, highlight=False)
    async with opened(restored=True) as spectrum:
        ports = spectrum.ports
        own = [ports.journal.path] if ports.journal.path.exists() else []
        try:
            erasures, strange = read_erasures(ports, chain.from_iterable(map(read_journal, (*own, *others))))
        except OSError as error:
            raise ConfigurationError(f"{error.filename} cannot be read ({type(error).__name__}).") from None
        columns = (TextColumn("Erasing again"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            bar = progress.add_task("", total=None)
            done = await replay(ports, erasures, lambda place: progress.update(bar, completed=place))
    console.print(
        f"{done.told:,} erasures were remembered; erased again here: {done.resets:,} resets, {done.sessions:,}"
        f" sessions, {done.texts:,} texts past their time.",
        soft_wrap=True,
    )
    if not own and not others:
        console.print("There is no journal on this machine: give those of the machines that ran the API and workers.")
        return NOT_ALL_BELIEVED
    if strange:
        console.print(f"{strange:,} lines were not signed by this installation, and were not believed.")
    return NOT_ALL_BELIEVED if strange else 0
