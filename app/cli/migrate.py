"""`spectrum migrate`: brings the database to this build's schema."""

from argparse import ArgumentParser

from rich.console import Console

from app.wiring import opened


def add(parser: ArgumentParser) -> None:
    """`spectrum migrate` has no options."""
    parser.set_defaults(run=lambda _: migrate())


async def migrate() -> int:
    """Bring the database to this build's schema."""
    async with opened(bring_up_to_date=True):
        Console(stderr=True).print("The database is up to date.")
    return 0
