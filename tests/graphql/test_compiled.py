"""Compiled selections: whatever is asked, the answer and its errors are graphql-core's own, walked field by field."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from gettext import NullTranslations
from typing import Any
from uuid import uuid4

import orjson
import pytest
import strawberry
from graphql import ExecutionResult, execute
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app.domain.access import Caller, Role
from app.edge.documents.prepared import Documents, Operation
from app.edge.documents.registered import read_registered
from app.edge.serving.asked import Asked
from app.edge.serving.operations import Operations
from app.embedded import Servers
from app.wiring import Spectrum
from graphql_schema.context import Context
from graphql_schema.language import LANGUAGES
from graphql_schema.schema import build_schema
from tests.client import HEAVY, LIGHT, Client, session
from tests.conftest import AUTH_SECRET
from tests.graphql.documents import about_the_viewer
from tests.graphql.test_registered import VARIABLES
from tests.life import owner_of, work_off

JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
PUBLIC = build_schema(team=False)
EVERYTHING = dict(about_the_viewer(PUBLIC._schema))
REGISTERED = {
    id_[:15]: text
    for id_, text in read_registered().by_id.items()
    if not {"mutation", "subscription"} & {*text.split()}
}
_TWICE = """query($yes: Boolean! = true) { viewer { spectrum { landscape(range: {month: "2026-07"}) { ...L
    centre @include(if: $yes) { valence { value low } } other: centre { arousal { value @skip(if: $yes) high } } } } } }
  fragment L on Landscape { centre { valence { high ...E } __typename } series { keys }
    points { key affect { valence { value } } } }
  fragment E on Estimate { value sampleCount confidence suppressed }"""
_ABSTRACT = """{ viewer { exclusions(first: 5) { nodes { target { ... on SourceTarget { source } __typename } } }
  operations(first: 5) { nodes { __typename id ... on ResetOperation { scope } } } } }"""


@pytest.fixture(scope="module")
async def asking(spectrum: Spectrum, servers: Servers) -> Caller:
    """Give a caller with a month of everything."""
    subject = f"compiled-{uuid4()}"
    async with Client.of(spectrum, AUTH_SECRET) as client, owner_of(spectrum, servers) as database:
        days = [JULY + timedelta(days=day, hours=hour) for day in range(0, 27, 2) for hour in (0, 11)]
        await client.ingest(*(session(subject, day, HEAVY, LIGHT if day.hour == 9 else HEAVY) for day in days))
        await work_off(spectrum, database)
        exclude = (
            "mutation($key: UUID!) { excludeFromSpectrum(input: {idempotencyKey: $key, targets: [{source: TURN}]})"
        )
        await client.ask(exclude + " { exclusions { id } } }", {"key": str(uuid4())}, subject=subject)
        await work_off(spectrum, database)
    return Caller(subject, frozenset({Role.USER}), datetime.now(UTC) + timedelta(hours=1))


async def _walked(schema: strawberry.Schema, operation: Operation, variables: Any, context: Any) -> ExecutionResult:
    result: Any = execute(
        schema._schema,
        operation.document,
        variable_values=dict(variables),
        context_value=context,
        executor_class=StrawberryGraphQLCoreExecutionContext,
    )
    return result if isinstance(result, ExecutionResult) else await result


TEXTS = {**EVERYTHING, **REGISTERED, "twice": _TWICE, "abstract": _ABSTRACT}


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("asked", TEXTS)
async def test_answers_are_those_of_the_walk(
    spectrum: Spectrum, asking: Caller, asked: str, language: NullTranslations
) -> None:
    """All fields under the viewer, registered queries, fragments and directives: the same data in the same order."""
    operations, text = Operations(PUBLIC), TEXTS[asked]
    name = text.partition("query ")[2].partition("(")[0].split(maxsplit=1)[0] if "query " in text else ""
    variables = VARIABLES.get(name, {})
    operation = operations.find(Asked(text, None, variables, None), any_document=True)
    compiled = await operations.run(operation, variables, Context(spectrum.ports, asking, "x", language), "x")
    walked = await _walked(PUBLIC, operation, variables, Context(spectrum.ports, asking, "x", language))
    assert not compiled.errors
    assert orjson.dumps(compiled.data) == orjson.dumps(walked.data)


class Shade(Enum):
    """An enum whose names are not its values."""

    DARK = "d"
    LIGHT = "l"


@strawberry.type
class Leaf:
    """Values of every kind, right and wrong."""

    text: str
    number: int
    share: float
    shades: list[strawberry.enum(Shade)]  # type: ignore[valid-type]  # Strawberry's way
    maybe: str | None = None


@strawberry.type
class Tree:
    """Plain fields, methods, coroutines and failures."""

    leaf: Leaf
    leaves: list[Leaf | None]

    @strawberry.field
    def method(self) -> list[Leaf]:
        """Without arguments."""
        return [self.leaf]

    @strawberry.field
    def failing(self) -> Leaf | None:
        """Raises."""
        raise ValueError("it fails")

    @strawberry.field
    async def later(self) -> Leaf:
        """A coroutine."""
        await asyncio.sleep(0)
        return self.leaf


@dataclass
class Given:
    """What a root value holds."""

    leaf: Any


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def tree(self, info: strawberry.Info) -> Tree | None:
        """What the context holds."""
        leaf = info.context
        return Tree(leaf=leaf, leaves=[leaf, None])


SMALL = strawberry.Schema(Query)
GOOD: dict[str, Any] = {"text": "t", "number": 1, "share": 0.5, "shades": [Shade.DARK, Shade.LIGHT]}
FIELDS = "text number share shades maybe __typename"
WHOLE = f"""{{ tree {{ leaf {{ {FIELDS} }} leaves {{ {FIELDS} }} method {{ ...F }} later {{ {FIELDS} a: text }}
  again: leaf {{ text }} again: leaf {{ number }} }} }} fragment F on Leaf {{ {FIELDS} }}"""


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"text": None},
        {"text": 5},
        {"number": 2**31},
        {"number": -(2**31)},
        {"number": True},
        {"number": "7"},
        {"number": 1.5},
        {"share": float("nan")},
        {"share": float("inf")},
        {"share": 3},
        {"share": "x"},
        {"shades": None},
        {"shades": [None]},
        {"shades": ["DARK"]},
        {"shades": 5},
        {"shades": (Shade.DARK,)},
        {"maybe": 5},
        {"maybe": object()},
    ],
    ids=lambda wrong: next((f"{name} {type(value).__name__}" for name, value in wrong.items()), "none"),
)
async def test_failures_are_those_of_the_walk(wrong: dict[str, Any]) -> None:
    """A value that does not fit gives the error, the place and the nulls that graphql-core gives it."""
    operations, (operation,) = Operations(SMALL), Documents(SMALL._schema).prepare(WHOLE)
    leaf = Leaf(**{**GOOD, **wrong})
    compiled = await operations.run(operation, {}, leaf, "")
    walked = await _walked(SMALL, operation, {}, leaf)
    assert compiled.data == walked.data
    places = [[error.path for error in result.errors or ()] for result in (compiled, walked)]
    assert places[0] == places[1]


async def test_a_method_that_fails_is_reported_once() -> None:
    """A failing method nulls its own field alone, with one error at its place."""
    operations = Operations(SMALL)
    (operation,) = Documents(SMALL._schema).prepare("{ tree { leaf { text } failing { text } } }")
    answer = await operations.run(operation, {}, Leaf(**GOOD), "")
    assert answer.data == {"tree": {"leaf": {"text": "t"}, "failing": None}}
    assert [error.path for error in answer.errors or ()] == [["tree", "failing"]]
