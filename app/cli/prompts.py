"""`spectrum prompts`: the revisions of the prompts: which there are, what changed, publishing, and trying one."""

import difflib
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

from app.errors import ConfigurationError
from prompts import Revision, UnknownRevision, list_prompts, list_revisions, load_revision, read_draft
from prompts.lock import lock_new_revisions
from prompts.revisions import ChangedRevision, revision_path


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum prompts`."""
    parser.set_defaults(run=lambda _: show_prompts())
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.add_parser("list", help="every published revision").set_defaults(run=lambda _: show_prompts())
    diff = commands.add_parser("diff", help="what a revision changed")
    diff.add_argument("revision", help="such as weekly-card@2")
    diff.add_argument("against", nargs="?", help="another revision; the one before it when left out")
    diff.set_defaults(run=lambda asked: show_diff(asked.revision, asked.against))
    lock = commands.add_parser("lock", help="publish new revisions: from then on their files may not change")
    lock.set_defaults(run=lambda _: lock_revisions())
    attempt = commands.add_parser("try", help="word invented people's briefs with a revision, and check the words")
    attempt.add_argument("revision", help="such as weekly-card@3, published or not")
    attempt.add_argument("--texts", type=int, default=3, metavar="N", help="how many (3)")
    attempt.add_argument("--models", type=Path, metavar="FILE", help="ask a model of this file, for real money")
    attempt.add_argument("--model", metavar="NAME", help="which deployment of it; its first when left out")
    attempt.set_defaults(run=lambda asked: try_revision(asked.revision, asked.texts, asked.models, asked.model))


async def show_prompts() -> int:
    """List the published revisions."""
    table = Table("revision", "published", "hash", "change")
    for prompt in list_prompts():
        for revision in list_revisions(prompt.key):
            serves = " *" if revision.number == prompt.first else ""
            table.add_row(
                revision.name + serves,
                revision.published_on.isoformat(),
                revision.hash[:8],
                revision.change_note,
            )
    console = Console(highlight=False)
    console.print(table)
    console.print("* writes until another is activated (activatePromptRevision)")
    return 0


async def show_diff(name: str, against: str | None) -> int:
    """Print what changed from one revision to another."""
    revision = _find(name)
    if against is None and revision.number == 1:
        raise ConfigurationError(f"{name} is the first of its prompt: name another revision to compare it with.")
    before = _find(against or f"{revision.prompt}@{revision.number - 1}")
    lines = difflib.unified_diff(
        _text(before).splitlines(), _text(revision).splitlines(), before.name, revision.name, lineterm=""
    )
    console, text = Console(), "\n".join(lines)
    console.print(Syntax(text, "diff", background_color="default") if console.is_terminal else text, highlight=False)
    return 0


def _text(revision: Revision) -> str:
    return revision_path(revision.prompt, revision.number).read_text(encoding="utf-8")


async def lock_revisions() -> int:
    """Publish every revision that is not published."""
    try:
        added = lock_new_revisions(day=datetime.now(UTC).date())
    except ChangedRevision as changed:
        raise ConfigurationError(f"{changed}.") from None
    console = Console(highlight=False)
    for name in added:
        console.print(f"published {name}")
    if not added:
        console.print("Every revision is published already.")
    return 0


async def try_revision(name: str, texts: int, models: Path | None = None, model: str | None = None) -> int:
    """Word a few briefs of invented people with a revision, and show what the checks say."""
    try:
        from benchmarks.writing.attempt import attempt  # noqa: PLC0415 - invented people are not shipped
    except ImportError:
        raise ConfigurationError("Trying a revision needs a checkout with its development packages.") from None
    return await attempt(_find(name, read_draft), texts, models, model)


def _find(name: str, read: Callable[[str, int], Revision] = load_revision) -> Revision:
    prompt, _, number = name.partition("@")
    try:
        return read(prompt, int(number))
    except (ValueError, UnknownRevision):
        raise ConfigurationError(f"There is no such revision {name}: see `spectrum prompts list`.") from None
