"""How many rows a field asks for: by `first`, `last`, or how many `ids` it names; known once the variables are.

Judges nothing: what is too many is the document's limit, and what is no number is validation's to explain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import FieldNode, IntValueNode, ListValueNode, OperationDefinitionNode, ValueNode, VariableNode

FAR_TOO_MANY = 10**9
"""What a literal counts as that has more digits than any number of rows."""
_PAGE_SIZES = frozenset({"first", "last"})
_ID_LISTS = frozenset({"ids"})
"""Arguments that ask for as many rows as they name."""
Defaults = Mapping[str, ValueNode | None]


@dataclass(frozen=True, slots=True)
class PageSize:
    """Rows that one field asks for: `fixed`, or what the request's variables say, each with its default."""

    fixed: int
    variables: tuple[tuple[str, int], ...] = ()

    def of(self, variables: Mapping[str, object]) -> int:
        """The largest of them, at least 1. `variables` are the request's, before coercion."""
        rows = self.fixed
        for name, default in self.variables:
            rows = max(rows, _rows(variables[name]) if name in variables else default)
        return rows


def defaults_of(operation: OperationDefinitionNode) -> Defaults:
    """What each variable of an operation is when the request says nothing."""
    return {node.variable.name.value: node.default_value for node in operation.variable_definitions or ()}


def page_size(node: FieldNode, defaults: Defaults) -> PageSize | None:
    """What a field asks for, None when it names no number of rows."""
    fixed, variables, is_paged = 1, [], False
    for argument in node.arguments or ():
        name, value = argument.name.value, argument.value
        if name not in _PAGE_SIZES and name not in _ID_LISTS:
            continue
        is_paged = True
        if isinstance(value, VariableNode):
            variables.append((value.name.value, _literal(defaults.get(value.name.value))))
        else:
            fixed = max(fixed, _literal(value))
    return PageSize(fixed, tuple(variables)) if is_paged else None


def _rows(given: object) -> int:
    if isinstance(given, list):
        return max(1, len(given))
    if isinstance(given, float) and given.is_integer():  # graphql-core takes 100.0 for 100
        given = int(given)
    return given if type(given) is int and given > 0 else 1


def _literal(value: ValueNode | None) -> int:
    if isinstance(value, ListValueNode):
        return max(1, len(value.values))
    if isinstance(value, IntValueNode):
        # int() refuses texts of thousands of digits
        return FAR_TOO_MANY if len(value.value) > 9 else max(1, int(value.value))
    return 1
