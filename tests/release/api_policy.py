"""How what the public schema offers may go (docs/release.md). Reads schemas in SDL, decides by their dates."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from graphql import GraphQLSchema, build_schema, is_enum_type, is_input_object_type, is_interface_type, is_object_type

KEPT_FOR = timedelta(days=180)
REASON = re.compile(r"^(\d{4}-\d{2}-\d{2}): .*(`[^`]+`|without a replacement)")
"""`2027-01-31: use `x`.`: when it was said, and what to use."""


def deprecated(sdl: str) -> dict[str, str]:
    """The reasons of all that is deprecated, by place."""
    return dict(_reasons(build_schema(sdl)))


def _reasons(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    for type_ in schema.type_map.values():
        members = {}
        if is_object_type(type_) or is_interface_type(type_) or is_input_object_type(type_):
            members = dict(type_.fields)
        elif is_enum_type(type_):
            members = dict(type_.values)
        for name, member in members.items():
            for place, each in ((name, member), *getattr(member, "args", {}).items()):
                if each.deprecation_reason is not None:
                    yield f"{type_.name}.{name}" + (f"({place})" if each is not member else ""), each.deprecation_reason


def poorly_said(sdl: str) -> list[str]:
    """Places whose reason has no date, or does not say what to use."""
    found = []
    for place, reason in deprecated(sdl).items():
        said = REASON.search(reason)
        if said is None or not _is_date(said[1]):
            found.append(place)
    return found


def gone_early(before: str, now: str, today: date) -> list[str]:
    """Places that were deprecated in the last release, are gone, and whose time was not up."""
    still = set(_places(build_schema(now)))
    found = []
    for place, reason in deprecated(before).items():
        said = REASON.search(reason)
        is_up = said is not None and _is_date(said[1]) and date.fromisoformat(said[1]) + KEPT_FOR <= today
        if place not in still and not is_up:
            found.append(place)
    return found


def _places(schema: GraphQLSchema) -> Iterator[str]:
    for type_ in schema.type_map.values():
        if is_object_type(type_) or is_interface_type(type_) or is_input_object_type(type_):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}"
                yield from (f"{type_.name}.{name}({argument})" for argument in getattr(field, "args", {}))
        elif is_enum_type(type_):
            yield from (f"{type_.name}.{name}" for name in type_.values)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
