"""`spectrum schema`: the SDL, or the registered documents with what each may cost."""

from argparse import ArgumentParser

from app.edge.documents.prepared import Documents
from app.edge.documents.registered import Registered, read_registered
from graphql_schema.printing import sdl
from graphql_schema.schema import build_schema


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum schema`."""
    parser.add_argument("--ops", action="store_true", help="the team's schema instead of the public one")
    parser.add_argument("--documents", action="store_true", help="the registered documents: id, points, operation")
    parser.set_defaults(run=lambda asked: show_schema(team=asked.ops, documents=asked.documents))


async def show_schema(*, team: bool, documents: bool = False) -> int:
    """Print the SDL, or the list of registered documents, as it is committed."""
    print(catalogue(read_registered()) if documents else sdl(build_schema(team=team)), end="")
    return 0


def catalogue(registered: Registered) -> str:
    """A line for each document: its id, what it may cost without variables in points, its operation; by operation."""
    prepared = Documents(build_schema(team=False)._schema)
    lines = []
    for id_, text in registered.by_id.items():
        (operation,) = prepared.prepare(text)
        lines.append(f"{operation.name} {operation.requested({}).points} {id_}\n")
    return "".join(sorted(lines))
