"""`spectrum schema`: the SDL, or the registered documents with what each may cost."""

from argparse import ArgumentParser
from pathlib import Path

from app.edge.documents.prepared import Documents
from app.edge.documents.registered import Registered, read_registered
from graphql_schema.changes import breaking_changes
from graphql_schema.printing import sdl
from graphql_schema.schema import build_schema


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum schema`."""
    parser.add_argument("--ops", action="store_true", help="the team's schema instead of the public one")
    parser.add_argument("--documents", action="store_true", help="the registered documents: id, points, operation")
    parser.add_argument("--breaking", type=Path, metavar="FILE", help="what breaks for an app that was made with FILE")
    parser.set_defaults(run=lambda asked: show_schema(team=asked.ops, documents=asked.documents, since=asked.breaking))


async def show_schema(*, team: bool, documents: bool = False, since: Path | None = None) -> int:
    """Print the SDL, or the list of registered documents, as it is committed; or what broke `since` an older SDL.

    1 when something broke.
    """
    if since is not None:
        broken = _broken(since, sdl(build_schema(team=team)))
        print("\n".join(broken) or "Nothing breaks.")
        return 1 if broken else 0
    print(catalogue(read_registered()) if documents else sdl(build_schema(team=team)), end="")
    return 0


def _broken(since: Path, now: str) -> list[str]:
    return breaking_changes(since.read_text(encoding="utf-8"), now)


def catalogue(registered: Registered) -> str:
    """A line for each document: its id, what it may cost without variables in points, its operation; by operation."""
    prepared = Documents(build_schema(team=False)._schema)
    lines = []
    for id_, text in registered.by_id.items():
        (operation,) = prepared.prepare(text)
        lines.append(f"{operation.name or '-'} {operation.requested({}).points} {id_}\n")
    return "".join(sorted(lines))
