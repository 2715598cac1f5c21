"""What a person's devices hear while they are open: that something changed, and why. Carries no numbers, no words."""

from collections.abc import AsyncGenerator

import strawberry

from app.domain.news import News, RevisionReason
from app.gateways.events import Change, Gap
from app.storage.people import Head
from graphql_schema.context import Context, Info
from graphql_schema.ids import encode
from graphql_schema.node import Node
from graphql_schema.spectrum import find_spectrum
from graphql_schema.viewer import find_node

LOOK_AGAIN_S = 30.0
"""So long a reset, an erased account or an ended plan may go unnoticed where nobody was told of it."""


@strawberry.type(
    description="Something of the viewer's changed; refetch what is on screen. `node` is set when one object is meant."
)
class SpectrumEvent:
    data_revision: str = strawberry.field(
        description="As `Spectrum.dataRevision`, at this moment: several changes may stand behind one event."
    )
    reason: RevisionReason = strawberry.field(description="Of the newest of them.")
    node: Node | None = strawberry.field(description="As `node` answers now; null when more than one object is meant.")


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="The viewer's own changes (graphql-transport-ws). Clients refetch by `dataRevision`; no replay"
        " after a gap. Completes, without an event, for a viewer without entitlement, and after EVERYTHING. What the"
        " viewer sets themselves (a pause, what was seen, how to be told) is not told, nor a session that waits."
    )
    async def spectrum_events(self, info: Info) -> AsyncGenerator[SpectrumEvent, None]:
        context = info.context
        async with context.ports.events.listening(context.person_id()) as inbox:
            before = await context.head()
            while await find_spectrum(context) is not None:
                found = await inbox.next(within_s=LOOK_AGAIN_S)
                context.forget_reads()  # an operation has one context, and each event reads afresh
                now = await context.head()
                news = _news(found, before, now)
                spectrum = await find_spectrum(context)
                if news is not None and spectrum is not None:
                    yield SpectrumEvent(
                        data_revision=spectrum.data_revision, reason=news.reason, node=await _node(context, news)
                    )
                if before.known and not now.known:
                    return
                before = now


def _news(found: Change | Gap | None, before: Head, now: Head) -> News | None:
    """What to tell: what was heard; where something may not have been heard, what can be seen of it."""
    if isinstance(found, Change):
        return found.news
    if (before.person.epoch, before.known) != (now.person.epoch, now.known) and before.known:
        return News(RevisionReason.RESET)
    if isinstance(found, Gap) and before.revision != now.revision:
        return News(RevisionReason.SESSION_ANALYSED)
    return None


async def _node(context: Context, news: News) -> Node | None:
    if news.about is None:
        return None
    kind, _, key = news.about.partition(":")
    return await find_node(context, encode(kind, key))
