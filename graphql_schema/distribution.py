"""Screen 2: how sessions divide over one dimension."""

from typing import Self

import strawberry

from app.domain.affect import Source
from app.domain.estimates.estimate import SuppressionReason
from app.domain.periods import Period as Days
from app.domain.pictures import distribution as domain
from app.domain.pictures.distribution import DistributionDimension
from app.storage.people import Head
from graphql_schema.context import Context
from graphql_schema.language import IN_THEIR_LANGUAGE
from graphql_schema.numbers import Affect, Comparison, Estimate, Period


@strawberry.type
class DistributionSlice:
    key: str = strawberry.field(description="Enum value of the dimension, or OTHER.")
    label: str = strawberry.field(description="In the request's language.", metadata=IN_THEIR_LANGUAGE)
    count: int | None = strawberry.field(
        description="Null when it hides too small a number to say (see `share.suppressed`)."
    )
    part: strawberry.Private[domain.DistributionSlice]
    head: strawberry.Private[Head]

    @strawberry.field(description="Share of sessions, 0..1, with its interval.")
    def share(self) -> Estimate:
        return Estimate.of(self.part.share)

    @strawberry.field(description="Null when no baseline exists yet.")
    def vs_baseline(self) -> Comparison | None:
        return Comparison.of(self.part.vs_baseline, self.head)

    @strawberry.field(description="Mean place of these sessions on the plane.")
    def affect(self) -> Affect:
        return Affect.of(self.part.affect)

    @classmethod
    def of(cls, part: domain.DistributionSlice, head: Head) -> Self:
        return cls(key=part.key, label=part.label, count=part.count, part=part, head=head)


@strawberry.type
class Distribution:
    period: Period
    by: DistributionDimension
    slices: list[DistributionSlice] = strawberry.field(
        description="Largest share first. At most 20; the rest is one slice with key OTHER."
    )
    sample_count: int = strawberry.field(
        description="Sessions counted. With PATTERN and EMOTION a session can be in several slices, so shares can"
        " pass 1 in sum."
    )
    shares_sum_to_one: bool
    suppressed: SuppressionReason | None = strawberry.field(
        description="Set when the whole picture is withheld; slices are then empty. Null when shown."
    )
    picture: strawberry.Private[domain.Distribution]

    @strawberry.field
    def text_alternative(self) -> str:
        return self.picture.text_alternative


async def find_distribution(
    context: Context, period: Days, by: DistributionDimension, sources: frozenset[Source] | None = None
) -> Distribution:
    """The caller's sessions of `period`, divided `by` a dimension."""
    head, (now, usual) = await context.head(), await context.folds(period, sources)
    found = domain.distribution_of(now, usual, by=by)
    return Distribution(
        period=Period.of(found.period, head),
        by=found.by,
        slices=[DistributionSlice.of(part, head) for part in found.slices],
        sample_count=found.sample_count,
        shares_sum_to_one=found.shares_sum_to_one,
        suppressed=found.suppressed,
        picture=found,
    )
