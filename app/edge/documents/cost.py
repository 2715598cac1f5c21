"""What an operation costs, in points: planned once from its fields' `@cost`, counted for each request.

Requested is what it may cost at most, by the page sizes asked for; actual is what came back. Takes no points from
anybody. Scalars and fields without `@cost` are free, an operation as such costs one point.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)

from app.edge.documents.page_sizes import Defaults, PageSize, defaults_of, page_size
from graphql_schema.directives import weight_of

OF_AN_OPERATION = 1
"""Points of any operation, an answer that was remembered included."""
MAX_ROWS = 10_000
"""Product of `first` (or `last`, or how many `ids`) along one path: how many rows the innermost list may ask for."""


@dataclass(slots=True)
class _Field:
    """A field by its name in the answer, with all that is below it in whichever fragment."""

    weight: int = 0
    page: PageSize | None = None
    below: dict[str, "_Field"] = field(default_factory=dict)

    def counts(self) -> bool:
        """Whether it, or anything below it, costs points or asks for rows."""
        return bool(self.weight or self.page or self.below)


class Requested(NamedTuple):
    """The most that a request may cost, in points, and how many rows its innermost list may have."""

    points: int
    rows: int


class CostPlan:
    """The fields of one operation that cost something, for requests with different variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        """Plan a valid operation that is within the document limits."""
        root = schema.get_root_type(operation.operation)
        assert root is not None, "a valid operation has a root"
        self._root = _Planner(schema, document, defaults_of(operation)).fields(operation.selection_set, root)

    def requested(self, variables: Mapping[str, object]) -> Requested:
        """What the operation may cost with these variables (before coercion)."""
        points, rows = _most(self._root.values(), variables, 1)
        return Requested(OF_AN_OPERATION + points, rows)

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """What the operation did cost, by what it answered."""
        return OF_AN_OPERATION + _spent(self._root, data)


class _Planner:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, defaults: Defaults) -> None:
        self._schema = schema
        self._defaults = defaults
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def fields(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> dict[str, _Field]:
        """What of a selection set counts, by names in the answer."""
        found: dict[str, _Field] = {}
        self._collect(selections, parent, found)
        return {name: each for name, each in found.items() if each.counts()}

    def _collect(self, selections: SelectionSetNode, parent: GraphQLNamedType, found: dict[str, _Field]) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                self._add(node, parent, found)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                self._collect(fragment.selection_set, self._type(fragment.type_condition.name.value), found)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                self._collect(node.selection_set, self._type(condition.name.value) if condition else parent, found)

    def _add(self, node: FieldNode, parent: GraphQLNamedType, found: dict[str, _Field]) -> None:
        # the document was validated: it selects from nothing that has no fields
        definition = self._schema.get_field(parent, node.name.value)  # type: ignore[arg-type]  # see above
        if definition is None:
            return  # of the introspection
        name = node.alias.value if node.alias else node.name.value
        planned = found.setdefault(name, _Field())
        planned.weight = max(planned.weight, weight_of(definition))
        planned.page = page_size(node, self._defaults) or planned.page
        type_ = get_named_type(definition.type)
        if node.selection_set is not None and is_composite_type(type_):
            below: dict[str, _Field] = {}
            self._collect(node.selection_set, type_, below)
            _merge(planned.below, below)

    def _type(self, name: str) -> GraphQLNamedType:
        return self._schema.type_map[name]


def _merge(into: dict[str, _Field], more: dict[str, _Field]) -> None:
    for name, each in more.items():
        if not each.counts():
            continue
        known = into.setdefault(name, each)
        if known is not each:
            known.weight = max(known.weight, each.weight)
            known.page = known.page or each.page
            _merge(known.below, each.below)


def _most(fields: Iterable[_Field], variables: Mapping[str, object], rows: int) -> tuple[int, int]:
    points, widest = 0, rows
    for each in fields:
        inner = rows * each.page.of(variables) if each.page else rows
        below, deepest = _most(each.below.values(), variables, inner)
        points += each.weight * inner + below
        widest = max(widest, deepest)
    return points, widest


def _spent(fields: Mapping[str, _Field], data: Any) -> int:
    if isinstance(data, list):
        return sum(_spent(fields, each) for each in data)
    if not isinstance(data, Mapping):
        return 0
    points = 0
    for name, each in fields.items():
        value = data.get(name)
        if value is not None:
            points += each.weight * (_rows_of(value) if each.page else 1) + _spent(each.below, value)
    return points


def _rows_of(value: Any) -> int:
    """How many entries a page has: the longest of its lists; a page that shows none counts as one."""
    if isinstance(value, list):
        return len(value)
    lists = [len(each) for each in value.values() if isinstance(each, list)] if isinstance(value, Mapping) else []
    return max(lists, default=1)
