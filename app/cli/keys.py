"""Which master key wraps how much, so that whoever runs this knows when an old one can be destroyed."""

from argparse import ArgumentParser

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.pipeline.ports import Ports
from app.pipeline.rewrapping import PEOPLE_AT_ONCE, Standing, list_standings, rewrap
from app.wiring import opened

NOT_ALL_OPEN = 1


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum keys`."""
    parser.add_argument("--rewrap", action="store_true", help="first wrap everything by the current one")
    parser.set_defaults(run=lambda asked: show_keys(rewrap_now=asked.rewrap))


async def show_keys(*, rewrap_now: bool) -> int:
    """Print the master keys by id and what each wraps; status 1 when not everything is known to open."""
    async with opened() as spectrum:
        if rewrap_now:
            await _rewrap_with_progress(spectrum.ports)
        standings = await list_standings(spectrum.ports)
    table = Table("master key", "is", "data keys", "secrets")
    for place, standing in enumerate(standings):
        wraps = standing.wraps
        table.add_row(
            wraps.master_key or "not known yet", _state(place, standing), f"{wraps.data_keys:,}", f"{wraps.secrets:,}"
        )
    Console().print(table)
    Console(stderr=True, highlight=False).print(_advice(standings), soft_wrap=True)
    return 0 if all(standing.here for standing in standings) else NOT_ALL_OPEN


def _state(place: int, standing: Standing) -> str:
    if standing.wraps.master_key is None:
        return "unknown"
    if not standing.here:
        return "MISSING"
    return "previous" if place else "current"


def _advice(standings: list[Standing]) -> str:
    """What to do next, in a sentence."""
    away = [standing.wraps.master_key for standing in standings if not standing.here]
    if any(away):
        return "Add the missing key to SPECTRUM_PREVIOUS_MASTER_KEYS: without it nobody opens what it wraps."
    if away or any(standing.wraps.data_keys or standing.wraps.secrets for standing in standings[1:]):
        return (
            "Keep every key: `spectrum keys --rewrap` wraps everything by the current one, as each hour's upkeep does."
        )
    if standings[1:]:
        return "The previous keys wrap nothing here any more. What they still open is in backups made before."
    return "Everything is under the current key."


async def _rewrap_with_progress(ports: Ports) -> None:
    """Wrap everything anew behind a progress bar, however many people there are."""
    total = sum(each.wraps.data_keys for each in (await list_standings(ports))[1:] if _may_open(each))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True, highlight=False)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Wrapping", total=total)
        done = await rewrap(
            ports, lambda people: progress.update(bar, completed=people), rounds=total // PEOPLE_AT_ONCE + 1
        )
    console.print(f"{done:,} keys wrapped by the current master key.")


def _may_open(standing: Standing) -> bool:
    return standing.here or standing.wraps.master_key is None
