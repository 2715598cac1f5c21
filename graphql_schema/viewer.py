"""Who is signed in, and the way to everything that is theirs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from uuid import UUID

import strawberry

from app.domain.narrative import card_from_json, narrative_from_json
from app.domain.periods import PeriodKind
from app.errors import SpectrumError, TopLevelCode
from graphql_schema.context import Context, Info, local_today
from graphql_schema.directives import costs
from graphql_schema.exclusions import ExclusionConnection, find_exclusion, list_exclusions
from graphql_schema.ids import decode, encode
from graphql_schema.insights import Evidence, find_insight, find_writing, show_claims
from graphql_schema.node import MAX_PAGE, After, First, Node
from graphql_schema.notifications import (
    Device,
    NotificationPreferences,
    find_device,
    find_preferences,
    list_devices,
)
from graphql_schema.numbers import RangeInput
from graphql_schema.operations import (
    OperationConnection,
    ResetOperation,
    find_operation,
    list_operations,
)
from graphql_schema.plans import Entitlement
from graphql_schema.receipts import find_receipt
from graphql_schema.scalars import Locale, TimeZone, read_month, read_week
from graphql_schema.sessions import SessionConnection, find_session, list_sessions
from graphql_schema.spectrum import Spectrum, find_spectrum
from graphql_schema.summaries import find_monthly_summary, find_weekly_summary, own_part
from graphql_schema.teaser import SpectrumTeaser, find_teaser


@strawberry.type
class Viewer(Node):
    id: strawberry.ID
    locale: Locale
    time_zone: TimeZone
    entitlement: Entitlement

    @strawberry.field(description="Null when `entitlement.spectrum` is false: show `spectrumTeaser`.")
    async def spectrum(self, info: Info) -> Spectrum | None:
        return await find_spectrum(info.context)

    @strawberry.field(
        description="Null when the viewer has Spectrum, or is in an arm of an experiment that is shown none."
    )
    async def spectrum_teaser(self, info: Info) -> SpectrumTeaser | None:
        return await find_teaser(info.context)

    @strawberry.field(
        description="The viewer's sessions as Spectrum knows them: times and numbers, no words.", directives=costs(1)
    )
    async def sessions(
        self,
        info: Info,
        first: First,
        after: After = None,
        range: RangeInput | None = None,  # noqa: A002 - the contract's name
        include_excluded: bool = True,
    ) -> SessionConnection:
        period = None if range is None else range.period(local_today(await info.context.head()))
        return await list_sessions(
            info.context, first=first, after=after, period=period, include_excluded=include_excluded
        )

    @strawberry.field(description="What the viewer leaves out now, newest first.", directives=costs(1))
    async def exclusions(self, info: Info, first: First, after: After = None) -> ExclusionConnection:
        return await list_exclusions(info.context, first=first, after=after)

    @strawberry.field(description="How the viewer wants to be told that something is there to read.")
    async def notification_preferences(self, info: Info) -> NotificationPreferences:
        return await find_preferences(info.context)

    @strawberry.field(description="Renewed last first, at most 20; those not renewed for half a year are dropped.")
    async def devices(self, info: Info) -> list[Device]:
        return await list_devices(info.context)

    @strawberry.field(description="Newest first. Resets the viewer asked for.", directives=costs(1))
    async def operations(self, info: Info, first: First, after: After = None) -> OperationConnection:
        return await list_operations(info.context, first=first, after=after)


async def find_viewer(context: Context) -> Viewer:
    """Whoever is signed in, known or not. Unauthenticated without a caller."""
    head = await context.head()
    return Viewer(
        id=encode("Viewer", head.person.id),
        locale=Locale(head.locale),
        time_zone=TimeZone(head.zone),
        entitlement=Entitlement.of(head.plan),
    )


async def find_node(context: Context, id_: str) -> Node | None:
    """What of the caller's an id names; None when it is unknown, erased, or not theirs.

    Unauthenticated without a caller, whatever the id.
    """
    context.person_id()
    kind, key = decode(id_)
    try:
        return await _find(context, kind, key)
    except ValueError:
        return None


async def _find(context: Context, kind: str, key: str) -> Node | None:
    finder = _FINDERS.get(kind)
    if finder is None or (kind in _OF_SPECTRUM and await find_spectrum(context) is None):
        return None
    return await finder(context, key)


async def _find_viewer(context: Context, key: str) -> Node | None:
    viewer = await find_viewer(context)
    return viewer if viewer.id == encode("Viewer", key) else None


async def _find_reset(context: Context, key: str) -> Node | None:
    operation = await find_operation(context, UUID(key))
    return ResetOperation.of(operation) if operation else None


async def _find_evidence(context: Context, key: str) -> Evidence | None:
    writing = await find_writing(context, UUID(key.split(".", maxsplit=1)[0]))
    if writing is None:
        return None
    read = card_from_json if writing.period_kind is PeriodKind.WEEK else narrative_from_json
    claims = show_claims(writing, read(writing.content).claims(), await context.head())
    wanted = encode("Evidence", key)
    return next((evidence for claim in claims for evidence in claim.shown() if evidence.id == wanted), None)


async def _find_week(context: Context, key: str) -> Node | None:
    week = own_part(context, key)
    return None if week is None else await find_weekly_summary(context, read_week(week))


async def _find_month(context: Context, key: str) -> Node | None:
    month = own_part(context, key)
    return None if month is None else await find_monthly_summary(context, read_month(month))


_FINDERS: Mapping[str, Callable[[Context, str], Awaitable[Node | None]]] = {
    "Viewer": _find_viewer,
    "Session": lambda context, key: find_session(context, UUID(key)),
    "Insight": lambda context, key: find_insight(context, UUID(key)),
    "Evidence": _find_evidence,
    "WeeklySummary": _find_week,
    "MonthlySummary": _find_month,
    "Exclusion": lambda context, key: find_exclusion(context, UUID(key)),
    "ResetOperation": _find_reset,
    "DeletionReceipt": lambda context, key: find_receipt(context, UUID(key)),
    "Device": lambda context, key: find_device(context, UUID(key)),
}


_OF_SPECTRUM = frozenset({"Insight", "Evidence", "WeeklySummary", "MonthlySummary"})
"""What is shown to nobody without entitlement, by whichever way."""


@strawberry.type
class ViewerQuery:
    @strawberry.field
    async def viewer(self, info: Info) -> Viewer:
        return await find_viewer(info.context)

    @strawberry.field(description="Null: unknown, erased, or not the viewer's.", directives=costs(1))
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - the contract's name
        return await find_node(info.context, id)

    @strawberry.field(description="Each as by `node`, in the order of `ids`.", directives=costs(1))
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100.")],
    ) -> list[Node | None]:
        if len(ids) > MAX_PAGE:
            raise SpectrumError(f"ids must be at most {MAX_PAGE}.", TopLevelCode.BAD_USER_INPUT)
        return [await find_node(info.context, id_) for id_ in ids]
