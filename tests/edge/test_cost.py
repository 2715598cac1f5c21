"""Cost: what an operation may cost is known by its page sizes, and what it did cost by what came back."""

import pytest
import strawberry

from app.edge.documents.prepared import Documents, choose
from graphql_schema.directives import costs


@strawberry.type
class Page:
    """A page of a connection."""

    nodes: list["Thing"]
    total: int


@strawberry.type
class Thing:
    """Something with costs below."""

    name: str

    @strawberry.field(directives=costs(5))  # type: ignore[untyped-decorator]  # of its overloads
    def picture(self) -> str:
        """Dear."""
        return "picture"

    @strawberry.field(directives=costs(2))  # type: ignore[untyped-decorator]  # of its overloads
    def things(self, first: int) -> Page:
        """By item."""
        return Page(nodes=[], total=0)


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def thing(self) -> Thing:
        """Free."""
        return Thing(name="a")

    @strawberry.field(directives=costs(3))  # type: ignore[untyped-decorator]  # of its overloads
    def several(self, ids: list[strawberry.ID]) -> list[Thing]:
        """By id."""
        return []


documents = Documents(strawberry.Schema(Query)._schema)


@pytest.mark.parametrize(
    ("text", "variables", "points"),
    [
        ("{ thing { name } }", {}, 1),
        ("{ thing { picture } }", {}, 6),
        ("{ thing { a: picture b: picture } }", {}, 11),
        ("{ thing { picture ...P } } fragment P on Thing { picture }", {}, 6),
        ("{ thing { things(first: 10) { total } } }", {}, 21),
        ("{ thing { things(first: 10) { nodes { picture } } } }", {}, 71),
        ("{ thing { things(first: 10) { nodes { things(first: 3) { total } } } } }", {}, 81),
        ("query($n: Int!) { thing { things(first: $n) { total } } }", {"n": 7}, 15),
        ("query($n: Int! = 4) { thing { things(first: $n) { total } } }", {}, 9),
        ('{ several(ids: ["a", "b"]) { picture } }', {}, 17),
        ("{ thing { ... on Thing { picture } } __typename __schema { types { name } } }", {}, 6),
    ],
)
def test_requested(text: str, variables: dict[str, object], points: int) -> None:
    """One point for an operation, each field's weight, by item where it is a page, along the whole path."""
    assert choose(documents.prepare(text), None).requested(variables).points == points


def test_actual() -> None:
    """What came back counts: entries instead of page sizes, nothing for what is null or was skipped."""
    text = "{ thing { picture things(first: 100) { nodes { picture } total } } }"
    plan = choose(documents.prepare(text), None).plan
    two = {"thing": {"picture": "p", "things": {"nodes": [{"picture": "p"}, {"picture": None}], "total": 2}}}
    assert plan.actual(two) == 1 + 5 + 2 * 2 + 5
    assert plan.actual({"thing": {"things": {"nodes": [], "total": 0}}}) == 1
    assert plan.actual({"thing": {"things": {"total": 0}}}) == 1 + 2
    assert plan.actual({"thing": None}) == plan.actual(None) == 1


def test_what_is_prepared_is_kept_within_bounds() -> None:
    """The same text is the same operation while there is room, and texts of any number take no more than the bound."""
    small = Documents(strawberry.Schema(Query)._schema, kept_chars=1_000)
    text = "{ thing { name } }"
    assert small.prepare(text) is small.prepare(text)
    for number in range(200):
        small.prepare(f"query Q{number} {{ thing {{ name }} }}")
    assert small._kept.currsize <= 1_000
    assert small.prepare(f"{{ thing {{ name }} }} #{'x' * 2_000}")
