"""What someone without Spectrum is shown: fixed sentences, an example, and how many of their sessions it could read."""

from typing import Self

import strawberry

from app.domain.experiments import teaser_of
from app.domain.pictures.example import example_landscape
from app.domain.sessions import SessionStatus
from app.pipeline.assign import expose
from app.pipeline.impressions import impression_token
from app.storage.history import sessions
from app.storage.people import Head
from graphql_schema.context import Context, local_today
from graphql_schema.landscape import Landscape
from graphql_schema.language import IN_THEIR_LANGUAGE

TEASERS = {
    "standard": (
        "What Spectrum shows",
        "Spectrum estimates feelings and thinking patterns from finished sessions, draws them over time, and says in a"
        " few sentences what stands out in a week and a month. The picture shown here is an example, made of invented"
        " numbers. As long as you do not have Spectrum, nothing of this is estimated from your sessions.",
    ),
    "brief": (
        "Your sessions, seen over time",
        "Spectrum draws what finished sessions were like. The picture shown here is an example, made of invented"
        " numbers. As long as you do not have Spectrum, nothing is estimated from your sessions.",
    ),
}
"""Headline and body of each; one promises no more than another."""
_READABLE = (SessionStatus.DONE, SessionStatus.RUNNING, SessionStatus.PENDING)
"""Read while there was a plan, or with words that are still kept; what waits without its words is SKIPPED."""


@strawberry.type(
    description="What a viewer without Spectrum sees. It counts the viewer's own sessions; any picture is an example."
)
class SpectrumTeaser:
    impression_token: str = strawberry.field(
        description="Opaque, the same all day; send it back in TEASER_* and PAYWALL_SHOWN events."
    )
    headline: str = strawberry.field(
        description="A fixed sentence about Spectrum, not about the viewer, in the request's language.",
        metadata=IN_THEIR_LANGUAGE,
    )
    body: str = strawberry.field(
        description="A fixed paragraph, in the request's language.", metadata=IN_THEIR_LANGUAGE
    )
    eligible_sessions: int = strawberry.field(
        description="Finished sessions of the viewer's that Spectrum could read: those whose text is kept, and those"
        " that it has read before. None is analysed until the viewer is entitled."
    )
    head: strawberry.Private[Head]

    @strawberry.field(description="Invented numbers, the same for everyone.")
    def example_landscape(self) -> Landscape:
        return Landscape.of(example_landscape(), self.head, is_example=True)

    @classmethod
    def of(cls, name: str, head: Head, token: str, eligible: int) -> Self:
        headline, body = TEASERS[name]
        return cls(impression_token=token, headline=headline, body=body, eligible_sessions=eligible, head=head)


async def find_teaser(context: Context) -> SpectrumTeaser | None:
    """What the caller is shown in place of their Spectrum; None when they have it, or are in an arm without one."""
    head = await context.head()
    if head.plan != "FREE":
        return None
    arms = await expose(context.ports, head)
    name = teaser_of(arms)
    if name is None or (arms and not head.known):
        return None
    async with context.read() as tx:
        by_status = await sessions.count_by_status(tx, context.person_id())
    token = impression_token(context.ports.keyring.identity, head.person, local_today(head))
    return SpectrumTeaser.of(name, head, token, sum(by_status.get(status, 0) for status in _READABLE))
