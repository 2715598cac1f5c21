"""`spectrum schema`: the SDL."""

from argparse import ArgumentParser

from graphql_schema.schema import build_schema, sdl


def add(parser: ArgumentParser) -> None:
    """The options of `spectrum schema`."""
    parser.add_argument("--ops", action="store_true", help="the team's schema instead of the public one")
    parser.set_defaults(run=lambda asked: show_schema(team=asked.ops))


async def show_schema(*, team: bool) -> int:
    """Print the SDL as it is committed."""
    print(sdl(build_schema(team=team)), end="")
    return 0
