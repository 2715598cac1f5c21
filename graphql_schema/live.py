"""What a person's devices hear while they are open: that something changed, and why. Carries no numbers, no words."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import strawberry

from app.domain.news import News, RevisionReason
from app.gateways.events import Change, Gap
from app.storage.people import Head
from app.storage.store import StorageUnavailable
from graphql_schema.context import Context, Info
from graphql_schema.ids import encode
from graphql_schema.node import Node
from graphql_schema.spectrum import Spectrum, find_spectrum
from graphql_schema.viewer import find_node

TRY_AGAIN_S = 0.5
"""While the database is away a subscription waits for it."""
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
            seen = await _see(context)
            while seen.spectrum is not None:
                found = await inbox.next(within_s=LOOK_AGAIN_S)
                try:
                    now = await _see(context)
                    news = _news(found, seen.head, now.head)
                    node = await _node(context, news)
                except StorageUnavailable:
                    inbox.put(found or Gap())
                    await asyncio.sleep(TRY_AGAIN_S)
                    continue
                if news is not None and now.spectrum is not None:
                    yield SpectrumEvent(data_revision=now.spectrum.data_revision, reason=news.reason, node=node)
                if seen.head.known and not now.head.known:
                    return
                seen = now


@dataclass(frozen=True, slots=True)
class _Seen:
    """The viewer at one moment; no Spectrum without entitlement."""

    head: Head
    spectrum: Spectrum | None


async def _see(context: Context) -> _Seen:
    """Read afresh: an operation has one context, however long it goes on."""
    context.forget_reads()
    return _Seen(await context.head(), await find_spectrum(context))


def _news(found: Change | Gap | None, before: Head, now: Head) -> News | None:
    """What to tell: what was heard; where something may not have been heard, what can be seen of it."""
    if isinstance(found, Change):
        return found.news
    if (before.person.epoch, before.known) != (now.person.epoch, now.known) and before.known:
        return News(RevisionReason.RESET)
    if isinstance(found, Gap) and before.revision != now.revision:
        return News(RevisionReason.SESSION_ANALYSED)
    return None


async def _node(context: Context, news: News | None) -> Node | None:
    if news is None or news.about is None:
        return None
    kind, _, key = news.about.partition(":")
    return await find_node(context, encode(kind, key))
