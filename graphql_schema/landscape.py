"""Screen 1: where sessions sit on the feeling plane over time."""

from typing import Self

import strawberry

from app.domain.affect import Source
from app.domain.periods import Period as Days
from app.domain.pictures import landscape as domain
from app.domain.pictures.example import EXAMPLE_BEGINS
from app.domain.pictures.landscape import Granularity
from app.storage.people import Head
from graphql_schema import sessions
from graphql_schema.context import Context, Info
from graphql_schema.numbers import Affect, Comparison, EmotionIntensity, Estimate, Period


@strawberry.type(description="Columns of equal length, oldest bucket first; null where suppressed.")
class LandscapeSeries:
    keys: list[str] = strawberry.field(description="Dates, weeks, months or session ids, as in `points`.")
    valence: list[float | None] = strawberry.field(description="-1 unpleasant .. 1 pleasant.")
    valence_low: list[float | None] = strawberry.field(description="Lower ends of the 90 % intervals.")
    valence_high: list[float | None] = strawberry.field(description="Upper ends of the 90 % intervals.")
    arousal: list[float | None] = strawberry.field(description="-1 still .. 1 activated.")
    arousal_low: list[float | None] = strawberry.field(description="Lower ends of the 90 % intervals.")
    arousal_high: list[float | None] = strawberry.field(description="Upper ends of the 90 % intervals.")
    sample_count: list[int] = strawberry.field(description="Sessions in each bucket.")


@strawberry.type
class LandscapePoint:
    point: strawberry.Private[domain.LandscapePoint]
    head: strawberry.Private[Head]

    @strawberry.field(description="Stable within a granularity: a date, week, month, or a session's id.")
    def key(self) -> str:
        return self.point.key

    @strawberry.field
    def period(self) -> Period:
        return Period.of(self.point.period, self.head)

    @strawberry.field(description="Mean place of the bucket on the plane.")
    def affect(self) -> Affect:
        return Affect.of(self.point.affect)

    @strawberry.field(description="At most the 3 strongest.")
    def top_emotions(self) -> list[EmotionIntensity]:
        return [EmotionIntensity.of(felt) for felt in self.point.top_emotions]

    @strawberry.field(description="Sessions in the bucket, at least 1.")
    def sample_count(self) -> int:
        return self.point.sample_count

    @strawberry.field(description="Null unless granularity is SESSION.")
    async def session(self, info: Info) -> sessions.Session | None:
        found = self.point.session_id
        return None if found is None else await sessions.find_session(info.context, found)


@strawberry.type
class Landscape:
    granularity: Granularity
    excluded_count: int = strawberry.field(description="Sessions in the period that were left out by the viewer.")
    truncated: bool = strawberry.field(
        description="True when SESSION granularity had more than 400 points and the newest 400 are given."
    )
    is_example: bool = strawberry.field(description="True for the teaser's invented numbers; false for one's own.")
    picture: strawberry.Private[domain.Landscape]
    head: strawberry.Private[Head]

    @strawberry.field
    def period(self) -> Period:
        return Period.of(self.picture.period, self.head)

    @strawberry.field(
        description="Oldest first, one per bucket that has a session; buckets without one are left out, not zero."
        " At most 400."
    )
    def points(self) -> list[LandscapePoint]:
        return [LandscapePoint(point=point, head=self.head) for point in self.picture.points]

    @strawberry.field(description="The same buckets in columns, for drawing: an eighth of the cost of `points`.")
    def series(self) -> LandscapeSeries:
        columns = self.picture.series
        return LandscapeSeries(
            keys=list(columns.keys),
            valence=list(columns.valence),
            valence_low=list(columns.valence_low),
            valence_high=list(columns.valence_high),
            arousal=list(columns.arousal),
            arousal_low=list(columns.arousal_low),
            arousal_high=list(columns.arousal_high),
            sample_count=list(columns.sample_count),
        )

    @strawberry.field(description="Centre of the period.")
    def centre(self) -> Affect:
        return Affect.of(self.picture.centre)

    @strawberry.field(
        description="Root mean square distance of sessions from the centre, 0..2.83: how widely feelings ranged."
    )
    def spread(self) -> Estimate:
        return Estimate.of(self.picture.spread)

    @strawberry.field(description="Against the viewer's usual; null when no baseline exists yet (first 4 weeks).")
    def valence_vs_baseline(self) -> Comparison | None:
        return Comparison.of(self.picture.valence_vs_baseline, self.head)

    @strawberry.field(description="Null like valenceVsBaseline.")
    def arousal_vs_baseline(self) -> Comparison | None:
        return Comparison.of(self.picture.arousal_vs_baseline, self.head)

    @strawberry.field(description="Strongest first, at most 9.")
    def emotions(self) -> list[EmotionIntensity]:
        return [EmotionIntensity.of(felt) for felt in self.picture.emotions]

    @strawberry.field(description="One paragraph that says in words what the picture shows, for screen readers.")
    def text_alternative(self) -> str:
        told = self.picture.text_alternative
        return f"{EXAMPLE_BEGINS} {told}" if self.is_example else told

    @classmethod
    def of(cls, picture: domain.Landscape, head: Head, *, is_example: bool = False) -> Self:
        return cls(
            is_example=is_example,
            granularity=picture.granularity,
            excluded_count=picture.excluded_count,
            truncated=picture.truncated,
            picture=picture,
            head=head,
        )


async def find_landscape(
    context: Context, period: Days, granularity: Granularity, wanted: frozenset[Source] | None = None
) -> Landscape:
    """The caller's landscape of `period`."""
    now, usual = await context.folds(period, wanted)
    return Landscape.of(domain.landscape_of(now, usual, granularity=granularity), await context.head())
