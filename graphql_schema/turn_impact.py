"""What moved inside sessions, turn by turn: observed movement, not cause."""

import strawberry

from app.domain.estimates.estimate import Affect
from app.domain.periods import Period as Days
from app.domain.pictures import turn_impact as domain
from app.domain.pictures.turn_impact import TurnGrouping
from graphql_schema.context import Context
from graphql_schema.language import IN_THEIR_LANGUAGE
from graphql_schema.numbers import Estimate, Period


@strawberry.type(description="After minus before.")
class AffectShift:
    valence: Estimate = strawberry.field(description="-2..2: how much more pleasant (above 0) or unpleasant it ended.")
    arousal: Estimate = strawberry.field(description="-2..2: how much more activated (above 0) or still it ended.")


def _shift(affect: Affect) -> AffectShift:
    return AffectShift(valence=Estimate.of(affect.valence), arousal=Estimate.of(affect.arousal))


@strawberry.type
class TurnImpactGroup:
    key: str
    label: str = strawberry.field(description="In the request's language.", metadata=IN_THEIR_LANGUAGE)
    turn_count: int = strawberry.field(description="Turns in the group, after exclusions.")
    shift: AffectShift = strawberry.field(description="From before each turn to after it, on average.")


@strawberry.type(
    description="Observed movement, not cause: the app cannot know what would have happened without the turn."
)
class TurnImpactSummary:
    period: Period
    session_shift: AffectShift = strawberry.field(description="Start of session to its end.")
    groups: list[TurnImpactGroup] = strawberry.field(description="Largest movement first, at most 12.")
    caveat: str = strawberry.field(
        description="Fixed wording the client must show next to these numbers, in the request's language.",
        metadata=IN_THEIR_LANGUAGE,
    )


async def find_turn_impact(context: Context, period: Days, group_by: TurnGrouping) -> TurnImpactSummary:
    """What moved inside the caller's sessions of `period`."""
    head, now = await context.head(), await context.fold(period)
    found = domain.turn_impact_of(now, group_by=group_by)
    return TurnImpactSummary(
        period=Period.of(found.period, head),
        session_shift=_shift(found.session_shift),
        groups=[
            TurnImpactGroup(key=group.key, label=group.label, turn_count=group.turn_count, shift=_shift(group.shift))
            for group in found.groups
        ],
        caveat=found.caveat,
    )
