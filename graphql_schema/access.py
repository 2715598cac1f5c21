"""Which roles may select a field: checked when it is resolved, and written into the SDL."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location

from app.domain.access import Caller, Role
from app.errors import SpectrumError, TopLevelCode, Unauthenticated

STAFF = (Role.ANALYST, Role.REVIEWER, Role.OPERATOR, Role.ADMIN)
TEAM = (*STAFF, Role.SERVICE)
"""Who may use the team's endpoint at all."""


def may_send_any(caller: Caller | None) -> bool:
    """Whether somebody may send documents that are not registered, in production too."""
    return caller is not None and not caller.roles.isdisjoint(STAFF)


def require_team(caller: Caller | None) -> None:
    """The team's endpoint answers nobody else, not even about its own shape: Unauthenticated, or FORBIDDEN."""
    if caller is None:
        raise Unauthenticated("Sign in to use this.")
    if caller.roles.isdisjoint(TEAM):
        raise SpectrumError("Your role may not use this.", TopLevelCode.FORBIDDEN)


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
