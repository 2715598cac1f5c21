"""The schema as text: with its directives, and sorted, so that a difference means a change. Judges no change."""

from collections.abc import Iterable
from typing import Any, TypeVar

import strawberry
from graphql import DirectiveDefinitionNode, DocumentNode, Node, SchemaDefinitionNode, parse, print_ast
from strawberry.printer import print_schema

_Node = TypeVar("_Node", bound=Node)
_SORTED = ("fields", "arguments", "values", "interfaces", "types", "locations")
"""Parts whose order means nothing."""


def sdl(schema: strawberry.Schema) -> str:
    """The SDL of a schema, directives of fields included."""
    definitions = parse(print_schema(schema)).definitions
    return print_ast(DocumentNode(definitions=tuple(_sorted(map(_with_parts_sorted, definitions))))) + "\n"


def _with_parts_sorted(node: _Node) -> _Node:
    changed: dict[str, Any] = {}
    for key in node.keys:
        value = getattr(node, key, None)
        if isinstance(value, tuple) and key in _SORTED and value and isinstance(value[0], Node):
            changed[key] = tuple(_sorted(map(_with_parts_sorted, value)))
    return type(node)(**{**{key: getattr(node, key, None) for key in node.keys}, **changed})


def _sorted(nodes: Iterable[_Node]) -> list[_Node]:
    return sorted(nodes, key=_place)


def _place(node: Node) -> tuple[int, str]:
    """The schema itself first, then directives, then all else by name."""
    if isinstance(node, SchemaDefinitionNode):
        return 0, ""
    name: Any = getattr(node, "name", None)
    return 1 if isinstance(node, DirectiveDefinitionNode) else 2, getattr(
        name, "value", str(getattr(node, "value", ""))
    )
