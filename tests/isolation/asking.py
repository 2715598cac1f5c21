"""All that a person can ask at either endpoint, and all ids and cursors that they are shown. Checks nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from graphql import GraphQLSchema

from app.domain.access import Role
from app.domain.periods import PeriodKind, following, format_week, week_of
from graphql_schema.schema import build_schema
from tests.client import Client
from tests.graphql.documents import about_a_node, about_the_viewer
from tests.life import JUNE

ENDPOINTS: dict[str, tuple[Role, ...]] = {"/graphql": (Role.USER,), "/ops/graphql": (Role.USER, Role.OPERATOR)}
PATHS = [pytest.param(path, marks=[pytest.mark.faults] if path == "/ops/graphql" else []) for path in ENDPOINTS]
"""The team's endpoint has the same fields and resolvers of a person's: it takes its turn in the long runs."""
"""Each with the least roles that may ask there."""
WEEKS = 7
NODES = "nodes { __typename id } edges { cursor }"
_LISTS = {
    "sessions": f"{{ viewer {{ sessions(first: 100, after: $after) {{ {NODES} }} }} }}",
    "exclusions": f"{{ viewer {{ exclusions(first: 100, after: $after) {{ {NODES} }} }} }}",
    "operations": f"{{ viewer {{ operations(first: 100, after: $after) {{ {NODES} }} }} }}",
    "insightFeed": f"{{ viewer {{ spectrum {{ insightFeed(first: 100, after: $after) {{ {NODES} }} }} }} }}",
}
LISTS = {name: f"query($after: String) {text}" for name, text in _LISTS.items()}
"""Every list of a person's own that has pages, by its field."""
_WORDS = "headline { evidence { __typename id } } body { evidence { __typename id } }"


@cache
def schema_of(path: str) -> GraphQLSchema:
    """The schema behind an endpoint, built once."""
    return build_schema(team=path == "/ops/graphql")._schema


@dataclass(frozen=True)
class Shown:
    """A person's ids, each with its type, and their cursors, each with its list."""

    ids: tuple[tuple[str, str], ...]
    cursors: tuple[tuple[str, str], ...]


async def shown_to(client: Client, subject: str) -> Shown:
    """Ask for everything that has an id, page by page of a hundred."""
    ids: set[tuple[str, str]] = set()
    cursors: list[tuple[str, str]] = []
    for name, document in LISTS.items():
        answer = await client.ask(document, subject=subject)
        ids |= set(_ids(answer))
        cursors += [(name, cursor) for cursor in _cursors(answer)]
    answer = await client.ask(_the_rest(), subject=subject)
    return Shown(tuple(sorted(ids | set(_ids(answer)))), tuple(cursors))


def _the_rest() -> str:
    week, parts = week_of(JUNE.date()), []
    for place in range(WEEKS):
        parts.append(f'w{place}: weeklySummary(week: "{format_week(week)}") {{ __typename id }}')
        week = following(PeriodKind.WEEK, week)
    return f"""{{ viewer {{ __typename id devices {{ __typename id }}
      operations(first: 9) {{ nodes {{ ... on ResetOperation {{ receipt {{ __typename id }} }} }} }}
      spectrum {{ {" ".join(parts)} monthlySummary(month: "2026-06") {{ __typename id }}
        insightFeed(first: 100) {{ nodes {{ {_WORDS} }} }} }} }} }}"""


def _ids(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _ids(each)
    elif isinstance(value, dict):
        if value.get("id"):
            yield value["__typename"], value["id"]
        for each in value.values():
            yield from _ids(each)


def _cursors(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _cursors(each)
    elif isinstance(value, dict):
        yield from (each for key, each in value.items() if key == "cursor")
        for each in value.values():
            yield from _cursors(each)


@dataclass(frozen=True)
class Question:
    """A document with its variables, and how many fields it looks at."""

    name: str
    document: str
    variables: dict[str, str]
    fields: int = 1


def questions(path: str, *shown: Shown) -> list[Question]:
    """Every field under `viewer`, and every field of every id that was shown to anybody."""
    schema = schema_of(path)
    asked = [Question(part, document, {}) for part, document in about_the_viewer(schema)]
    documents = {name: about_a_node(schema, name) for each in shown for name, _ in each.ids}
    counts = {name: len(schema.type_map[name].fields) for name in documents}  # type: ignore[attr-defined]  # object types
    return asked + [
        Question(name, documents[name], {"id": id_}, counts[name]) for each in shown for name, id_ in each.ids
    ]
