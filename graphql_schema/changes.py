"""What a change of the schema would break for the apps that are out there. Allows nothing: people do, by deprecating.

A field, argument or value may go only after it was marked `@deprecated` in a release; everything else that breaks an
app is a breaking change, as graphql-core finds it.
"""

from graphql import GraphQLSchema, build_schema, find_breaking_changes, is_enum_type, is_object_type

_GOES = ("FIELD_REMOVED", "VALUE_REMOVED_FROM_ENUM")


def breaking_changes(before: str, now: str) -> list[str]:
    """Sentences about what breaks between two schemas in SDL, none for what was deprecated before."""
    old, new = build_schema(before), build_schema(now)
    return [
        change.description
        for change in find_breaking_changes(old, new)
        if not (change.type.name in _GOES and _was_deprecated(old, change.description))
    ]


def _was_deprecated(schema: GraphQLSchema, description: str) -> bool:
    """Whether what a sentence of graphql-core's is about ("Type.member was removed.") was deprecated."""
    place = next((word for word in description.replace("'", "").split() if "." in word), "").rstrip(".")
    name, _, member = place.partition(".")
    type_ = schema.type_map.get(name)
    if is_object_type(type_) and member in type_.fields:
        return type_.fields[member].deprecation_reason is not None
    if is_enum_type(type_) and member in type_.values:
        return type_.values[member].deprecation_reason is not None
    return False
