"""Documents made from the schema itself, so that a new field is asked for without anyone's doing. Asks nothing."""

from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

SCALARS = {
    "Int": "5",
    "Float": "0.5",
    "Boolean": "true",
    "String": '"x"',
    "ID": '"x"',
    "UUID": f'"{uuid4()}"',
    "Date": '"2026-07-01"',
    "DateTime": '"2026-07-01T09:00:00Z"',
    "Week": '"2026-W28"',
    "Month": '"2026-07"',
    "TimeZone": '"Europe/Berlin"',
}


def value(type_: Any) -> str:
    """Give some literal that fits an input type."""
    if is_non_null_type(type_):
        return value(type_.of_type)
    if is_list_type(type_):
        return f"[{value(type_.of_type)}]"
    if is_enum_type(type_):
        return str(next(iter(type_.values)))
    if is_input_object_type(type_):
        fields = list(type_.fields.items())
        chosen = [pair for pair in fields if is_required_input_field(pair[1])] or fields[:1]  # one of several
        return "{" + ", ".join(f"{name}: {value(field.type)}" for name, field in chosen) + "}"
    return SCALARS[type_.name]


def arguments(given: dict[str, GraphQLArgument]) -> str:
    """Give the required arguments of a field in brackets, nothing without any."""
    required = [f"{name}: {value(each.type)}" for name, each in given.items() if is_required_argument(each)]
    return f"({', '.join(required)})" if required else ""


def named(field: GraphQLField) -> Any:
    """Give a field's type without lists and exclamation marks."""
    type_: Any = field.type
    while is_list_type(type_) or is_non_null_type(type_):
        type_ = type_.of_type
    return type_


def selection(schema: GraphQLSchema, type_: Any, *, left: int, seen: frozenset[str]) -> str:
    """Give every field below a type, `left` levels deep, each type once on a path; `edges` repeat `nodes`.

    Of what can be any node only the id: every kind of node is asked for by itself.
    """
    if type_.name == "Node":
        return "__typename id"
    if isinstance(type_, GraphQLObjectType):
        return " ".join(["__typename", *_fields(schema, type_, "", left=left, seen=seen)])
    parts = [
        f"... on {each.name} {{ {' '.join(_fields(schema, each, f'{each.name}_', left=left, seen=seen))} }}"
        for each in schema.get_possible_types(type_)
    ]
    return " ".join(["__typename", *parts])


def _fields(
    schema: GraphQLSchema, type_: GraphQLObjectType, prefix: str, *, left: int, seen: frozenset[str]
) -> list[str]:
    found = []
    for name, field in type_.fields.items():
        below = named(field)
        text = f"{f'{prefix}{name}: ' if prefix else ''}{name}{arguments(field.args)}"
        if is_leaf_type(below):
            found.append(text)
        elif left and below.name not in seen and name != "edges":
            found.append(f"{text} {{ {selection(schema, below, left=left - 1, seen=seen | {below.name})} }}")
    return found
