"""Which roles may select a field: checked when it is resolved, and written into the SDL."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location

from app.domain.access import Role
from app.errors import SpectrumError, TopLevelCode, Unauthenticated

STAFF = (Role.ANALYST, Role.REVIEWER, Role.OPERATOR, Role.ADMIN)
TEAM = (*STAFF, Role.SERVICE)
"""Who may use the team's endpoint at all."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="Which roles may select the field. No directive: any signed-in viewer, own data only.",
)
class Access:
    roles: list[Role]


class _Requires(FieldExtension):
    def __init__(self, roles: tuple[Role, ...]) -> None:
        self._roles = frozenset(roles)

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        caller = info.context.caller
        if caller is None:
            raise Unauthenticated("Sign in to use this.")
        if not self._roles & caller.roles:
            raise SpectrumError("Your role may not use this.", TopLevelCode.FORBIDDEN)
        return await next_(source, info, **kwargs)


def only(*roles: Role) -> dict[str, Any]:
    """Arguments for a field that only `roles` may select; its resolver is a coroutine."""
    return {"extensions": [_Requires(roles)], "directives": [Access(roles=list(roles))]}
