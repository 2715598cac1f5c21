"""Documents made from the schema itself, so that a new field is asked for without anyone's doing. Asks nothing."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLArgument,
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
    "LocalTime": '"07:30"',
    "Locale": '"en"',
    "TimeZone": '"Europe/Berlin"',
    "Decimal": '"1.50"',
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


def named(field: Any) -> Any:
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


def about_the_viewer(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Give each field under `viewer` (and its `spectrum`) as (name, document that asks for all below it)."""
    viewer: Any = schema.type_map["Viewer"]
    for name, field in viewer.fields.items():
        below = named(field)
        if is_leaf_type(below):
            continue
        inside = below.fields if below.name == "Spectrum" else None
        for part, part_field in (inside or {name: field}).items():
            part_type = named(part_field)
            text = f"{part}{arguments(part_field.args)}"
            if not is_leaf_type(part_type):
                seen = frozenset({"Viewer", "Spectrum", part_type.name})
                text += f" {{ {selection(schema, part_type, left=2, seen=seen)} }}"
            yield part, f"{{ viewer {{ {f'spectrum {{ {text} }}' if inside else text} }} }}"


def about_a_node(schema: GraphQLSchema, name: str) -> str:
    """Give a document that asks `node` for every field of the type `name` and of what is below it."""
    type_ = schema.type_map[name]
    below = selection(schema, type_, left=2, seen=frozenset({name, "Viewer", "Spectrum"}))
    return f"query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {below} }} }} }}"


def id_positions(schema: GraphQLSchema) -> Iterator[str]:
    """Give every place where a caller may put an id, as `Type.field` of an input or `Type.field(argument)`."""
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if is_input_object_type(type_):
            for name, field in type_.fields.items():
                if named(field).name == "ID":
                    yield f"{type_.name}.{name}"
        elif isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                yield from (f"{type_.name}.{name}({a})" for a, given in field.args.items() if named(given).name == "ID")
