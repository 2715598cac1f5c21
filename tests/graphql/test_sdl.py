"""The committed schema: equal to the code's, and readable without it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, is_input_object_type, is_interface_type, is_object_type

import graphql_schema
from graphql_schema.changes import breaking_changes
from graphql_schema.printing import sdl
from graphql_schema.schema import build_schema
from tests.graphql.documents import named

FOLDER = Path(graphql_schema.__file__).parent
COMMITTED = {"schema.graphql": (False, "spectrum schema"), "ops.graphql": (True, "spectrum schema --ops")}
NUMBERS = {"Int", "Float", "Estimate", "Comparison", "Affect", "AffectShift"}
SELF_EXPLAINING = frozenset(
    {
        *("id", "cursor", "node", "nodes", "edges", "pageInfo", "hasNextPage", "hasPreviousPage"),
        *("userErrors", "code", "kind", "label", "status", "key", "name", "source", "scope", "store"),
        *("period", "week", "month", "timeZone", "locale", "timeOfDay", "granularity", "by", "target"),
        *("landscape", "spectrum", "progress", "state", "viewer", "entitlement", "plan", "exclusions"),
        *("emotion", "pattern", "metric", "direction", "confidence", "text", "headline", "heading", "paragraphs"),
        *("textAlternative", "topPatterns", "insights", "provenance", "engine", "promptHash", "analyserVersion"),
        *("hash", "action", "check", "analysis", "countsTowardInsights", "sharesSumToOne", "duplicate", "care"),
        *("support", "contact", "sessionId", "worker", "startedAt", "finishedAt", "queuedAt", "runAfter"),
        *("byKind", "from"),
    }
)
"""Names that say all there is to say; everything else has a sentence."""


@pytest.mark.parametrize("name", COMMITTED)
def test_the_committed_schema_is_the_codes(name: str) -> None:
    """A change of the schema is a change of the committed file, made by the command itself."""
    team, command = COMMITTED[name]
    committed = (FOLDER / name).read_text(encoding="utf-8")
    assert committed == sdl(build_schema(team=team)), (
        f"run `{command} > graphql_schema/{name}` and look at the difference"
    )


def test_no_app_that_is_out_there_breaks() -> None:
    """Between the schema of the last release and the code's nothing is missing that was not deprecated in it."""
    released = (FOLDER / "released.graphql").read_text(encoding="utf-8")
    assert breaking_changes(released, sdl(build_schema(team=False))) == []


BEFORE = """type Query { kept: Int going: Int @deprecated(reason: "no") gone: Int asked(x: Int): Kind }
  enum Kind { A B @deprecated(reason: "no") C } input In { a: Int }"""


@pytest.mark.parametrize(
    ("now", "breaks"),
    [
        (BEFORE, []),
        (BEFORE.replace("going: Int @deprecated", "new: Int going: Int @deprecated").replace("A B", "A NEW B"), []),
        (BEFORE.replace('going: Int @deprecated(reason: "no")', ""), []),
        (BEFORE.replace('B @deprecated(reason: "no")', ""), []),
        (BEFORE.replace("gone: Int", ""), ["Query.gone"]),
        (BEFORE.replace(" C }", " }"), ["Kind.C"]),
        (BEFORE.replace("kept: Int", "kept: String"), ["Query.kept"]),
        (BEFORE.replace("(x: Int)", "(x: Int!)"), ["Query.asked"]),
        (BEFORE.replace("{ a: Int }", "{ a: Int b: Int! }"), ["In"]),
    ],
)
def test_what_breaks_is_found(now: str, breaks: list[str]) -> None:
    """Additions and the end of what was deprecated break nothing; every other removal and change of type does."""
    found = breaking_changes(BEFORE, now)
    assert len(found) == len(breaks)
    assert all(place in sentence for place, sentence in zip(breaks, found, strict=True))


def _described(schema: GraphQLSchema) -> Iterator[tuple[str, str, Any]]:
    """Give (place, name, field or argument) of everything that a client reads or gives."""
    for type_ in schema.type_map.values():
        if type_.name.startswith("__") or not (
            is_object_type(type_) or is_interface_type(type_) or is_input_object_type(type_)
        ):
            continue
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", name, field
            for argument, given in getattr(field, "args", {}).items():
                yield f"{type_.name}.{name}({argument})", argument, given


def test_every_number_says_its_unit() -> None:
    """A field, argument or input that holds a number has a description."""
    silent = [
        place
        for place, _, each in _described(build_schema(team=True)._schema)
        if named(each).name in NUMBERS and not each.description
    ]
    assert not silent


def test_every_field_is_described_or_needs_no_words() -> None:
    """A field of an answer has a description, or one of the few names that explain themselves."""
    schema = build_schema(team=True)._schema
    silent = {
        name: place
        for place, name, each in _described(schema)
        if "(" not in place
        and not is_input_object_type(schema.type_map[place.partition(".")[0]])
        and not each.description
        and name not in SELF_EXPLAINING
    }
    assert not silent
    used = {name for _, name, each in _described(schema) if not each.description}
    assert used >= SELF_EXPLAINING, "a name that is no longer needed leaves the list"
