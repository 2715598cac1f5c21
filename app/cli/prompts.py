"""`spectrum prompts`: the published prompt revisions."""

from argparse import ArgumentParser

from rich.console import Console
from rich.table import Table

from prompts import list_prompts, list_revisions


def add(parser: ArgumentParser) -> None:
    """`spectrum prompts` has no options."""
    parser.set_defaults(run=lambda _: show_prompts())


async def show_prompts() -> int:
    """List the published revisions."""
    table = Table("revision", "feature", "hash", "change")
    for prompt in list_prompts():
        for revision in list_revisions(prompt.key):
            table.add_row(revision.name, revision.feature, revision.hash[:12], revision.change_note)
    Console().print(table)
    return 0
