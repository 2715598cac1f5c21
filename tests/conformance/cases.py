"""Documents that schemathesis makes of the committed schemas, with ids and cursors that are real. Judges no answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

import schemathesis
from graphql import (
    DocumentNode,
    GraphQLSchema,
    IntValueNode,
    ObjectValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from tests.conformance.conftest import HERE

REAL = 0.93
"""How often what could be a real id or cursor, a page that there is, or one choice of several becomes one."""
SCALARS: Mapping[str, Sequence[str]] = {
    "Date": ("2026-06-01", "2026-06-30", "2026-07-05", "2024-02-29", "0001-01-01", "9999-12-31"),
    "DateTime": ("2026-06-01T09:00:00Z", "2026-06-01T09:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    "Decimal": ("0", "1.50", "-1", "0.000000000000000001", "99999999999999999999"),
    "LocalTime": ("00:00", "07:30", "23:59"),
    "Locale": ("en", "pt-BR", "de-DE-u-co-phonebk"),
    "Month": ("2026-06", "2026-07", "0001-01", "9999-12"),
    "Sha256": ("0" * 64, "f" * 64),
    "TimeZone": ("Europe/Berlin", "Pacific/Kiritimati", "America/New_York", "UTC"),
    "UUID": ("01a2190d-680e-7261-8f5d-e6db4d6bb136", "00000000-0000-0000-0000-000000000000"),
    "Week": ("2026-W23", "2026-W24", "2026-W53", "0001-W01", "9999-W52"),
}
"""What each scalar takes, to its edges."""
BEYOND = ("2026-02-30", "2026-W54", "2026-13", "24:00", "1e400", "NaN", "Mars/Olympus", "not one", "")
"""What none or few of them take."""
ONE_IN = 30
"""How rarely a scalar is given something that it does not take: one of them spoils a whole document."""
CURSORS = frozenset({"after", "before"})
PAGES, LONGEST_PAGE = frozenset({"first", "last"}), 8
ONE_OF = frozenset({"RangeInput", "ExclusionTargetInput"})


class Reality(Visitor):
    """Puts what is really there in the place of some made-up ids, cursors and job ids."""

    def __init__(self, info: TypeInfo, ids: Sequence[str], cursors: Sequence[str], random: Random) -> None:
        super().__init__()
        self._info, self._ids, self._cursors, self._random = info, ids, cursors, random

    def enter_string_value(self, node: StringValueNode, *_: object) -> StringValueNode | None:
        """Replace the value of an id or a cursor, most of the time."""
        type_, argument = get_named_type(self._info.get_input_type()), self._info.get_argument()
        is_cursor = argument is not None and argument.ast_node is not None and argument.ast_node.name.value in CURSORS
        if is_cursor:
            known: Sequence[str] = self._cursors
        elif type_ is not None and type_.name == "ID":
            known = self._ids
        else:
            return None
        if not known or self._random.random() > REAL:
            return None
        return StringValueNode(value=self._random.choice(known), block=False, loc=node.loc)

    def enter_int_value(self, node: IntValueNode, *_: object) -> IntValueNode | None:
        """Ask for pages that there are, most of the time."""
        argument = self._info.get_argument()
        named = argument.ast_node.name.value if argument is not None and argument.ast_node is not None else ""
        if named not in PAGES or self._random.random() > REAL:
            return None
        return IntValueNode(value=str(self._random.randint(1, LONGEST_PAGE)), loc=node.loc)

    def enter_object_value(self, node: ObjectValueNode, *_: object) -> ObjectValueNode | None:
        """Say one thing where only one may be said, most of the time."""
        type_ = get_named_type(self._info.get_input_type())
        if type_ is None or type_.name not in ONE_OF or len(node.fields) < 2 or self._random.random() > REAL:
            return None
        return ObjectValueNode(fields=(self._random.choice(node.fields),), loc=node.loc)


def _real(
    schema: GraphQLSchema, ids: Sequence[str], cursors: Sequence[str], document: DocumentNode
) -> st.SearchStrategy[Any]:
    """The document, with some of what is there."""

    def put(random: Random) -> Any:
        info = TypeInfo(schema)
        return visit(document, TypeInfoVisitor(info, Reality(info, ids, cursors, random)))

    return st.randoms(use_true_random=False).map(put)


def _register() -> None:
    for name, values in SCALARS.items():
        fitting, any_text = st.sampled_from(values), st.sampled_from(BEYOND) | st.text(max_size=40)
        text = st.one_of(*[fitting] * (ONE_IN - 1), any_text)
        schemathesis.graphql.scalar(name, text.map(nodes.String))


def operations(schema: str, ids: Sequence[str], cursors: Sequence[str]) -> dict[str, Callable[..., Any]]:
    """For each root field of a committed schema, what makes cases of it: called with a generation mode, a strategy."""
    _register()
    loaded: Any = schemathesis.graphql.from_path(HERE.parents[1] / f"graphql_schema/{schema}.graphql")

    @loaded.hook("flatmap_body")  # type: ignore[untyped-decorator]  # schemathesis types it as Any
    def put(_: object, document: DocumentNode) -> st.SearchStrategy[Any]:
        return _real(loaded.client_schema, ids, cursors, document)

    found = [result.ok() for result in loaded.get_all_operations()]
    return {each.label: partial(each.as_strategy) for each in found}
