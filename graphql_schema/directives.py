"""What a field costs and how long its answer may be shown: written at the field, and into the SDL.

Enforces nothing: the edge counts, clients keep.
"""

from typing import Any

import strawberry
from graphql import GraphQLField
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION],
    description="Upper bound on what a field may cost, in cost points. On a connection, and for `ids`, the weight is"
    " per item.",
)
class Cost:
    weight: int


@strawberry.schema_directive(
    name="cacheControl",
    locations=[Location.FIELD_DEFINITION],
    description="How long a client may show this without asking again. Always private to the viewer.",
)
class CacheControl:
    max_age_seconds: int


def costs(weight: int, *, max_age_s: int | None = None) -> list[object]:
    """Directives of a field that costs `weight` points and may be shown for `max_age_s` seconds."""
    return [
        *([Cost(weight=weight)] if weight else []),
        *([] if max_age_s is None else [CacheControl(max_age_seconds=max_age_s)]),
    ]


def weight_of(field: GraphQLField) -> int:
    """The points of a field of the built schema; 0 where nothing is said."""
    definition: Any = field.extensions.get("strawberry-definition")
    return next((each.weight for each in definition.directives if isinstance(each, Cost)), 0) if definition else 0
