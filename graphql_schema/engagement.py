"""How Spectrum is used, as phones tell it. Shows nothing back."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.domain.engagement import EventName, Subject, SubjectKind, Told
from app.domain.notifications import Platform
from app.errors import Refused
from app.pipeline.track import track
from app.storage.engagement.events import Teller
from graphql_schema.context import Context, Info
from graphql_schema.directives import costs
from graphql_schema.ids import decode, uuid_of
from graphql_schema.node import Payload, user_errors
from graphql_schema.scalars import read_month, read_week
from graphql_schema.summaries import own_part


@strawberry.input(description="Closed set of properties: nothing here can carry what a person wrote.")
class EventInput:
    id: UUID = strawberry.field(description="Made by the app for this event: sending it again counts once.")
    name: EventName
    occurred_at: datetime = strawberry.field(
        description="At most 7 days ago. A clock may be a day fast: what it puts in the future is kept as now."
    )
    subject_id: strawberry.ID | None = strawberry.field(
        default=None, description="The viewer's card, or summary of a week or month, that the event is about."
    )
    impression_token: str | None = strawberry.field(
        default=None, description="TEASER_SHOWN, TEASER_TAPPED and PAYWALL_SHOWN only: from the teaser shown."
    )
    duration_ms: int | None = strawberry.field(
        default=None, description="SCREEN_LOADED only, and needed there: navigation to first useful paint, 0..600,000."
    )
    screen: EventName | None = strawberry.field(
        default=None, description="SCREEN_LOADED only, and needed there: which screen, by its viewing event."
    )
    from_cache: bool | None = strawberry.field(default=None, description="Whether the app showed what it had kept.")


@strawberry.input
class TrackEventsInput:
    events: list[EventInput] = strawberry.field(description="1 to 100.")
    app_version: str = strawberry.field(description="Numbers and points, as in 4.12.0.")
    platform: Platform


@strawberry.type(description="`accepted`, `duplicates` and `rejectedIds` together are all events of the call.")
class TrackEventsPayload(Payload):
    accepted: int = strawberry.field(description="Kept now.")
    duplicates: int = strawberry.field(description="Kept before, or twice in this call.")
    rejected_ids: list[UUID] = strawberry.field(
        description="Not kept, in order: too old, about nothing of the viewer's, or with a property that its name has"
        " no place for. Sending them again does not help."
    )


def _told(context: Context, event: EventInput) -> Told:
    subject = None if event.subject_id is None else _subject(context, event.subject_id)
    return Told(
        id=event.id,
        name=event.name,
        occurred_at=event.occurred_at,
        subject=subject,
        is_readable=(event.subject_id is None) == (subject is None),
        impression_token=event.impression_token,
        duration_ms=event.duration_ms,
        screen=event.screen,
        from_cache=event.from_cache,
    )


def _subject(context: Context, id_: str) -> Subject | None:
    """What an id names, None when it is nothing an event can be about; whose a card is, is looked up later."""
    kind, key = decode(id_)
    if kind == "Insight":
        card = uuid_of(id_, "Insight")
        return None if card is None else Subject(SubjectKind.INSIGHT, writing_id=card)
    unit = own_part(context, key)
    if unit is None or kind not in ("WeeklySummary", "MonthlySummary"):
        return None
    try:
        if kind == "WeeklySummary":
            return Subject(SubjectKind.WEEK, first_day=read_week(unit).first)
        return Subject(SubjectKind.MONTH, first_day=read_month(unit).first)
    except ValueError:
        return None


@strawberry.type
class EngagementMutation:
    @strawberry.mutation(
        description="Tell how Spectrum is used. Changes nothing that can be read.", directives=costs(2)
    )
    async def track_events(self, info: Info, input: TrackEventsInput) -> TrackEventsPayload:  # noqa: A002 - the contract's name
        context = info.context
        try:
            head = await context.known_head()
            told = [_told(context, event) for event in input.events]
            done = await track(context.ports, head.person, told, Teller(input.app_version, input.platform))
        except Refused as refused:
            return TrackEventsPayload(user_errors=user_errors(refused), accepted=0, duplicates=0, rejected_ids=[])
        return TrackEventsPayload(
            user_errors=[], accepted=done.accepted, duplicates=done.duplicates, rejected_ids=list(done.rejected)
        )
