"""Periods and numbers with their uncertainty, as every other type shows them."""

from datetime import date, datetime
from typing import Self, cast

import strawberry

from app.domain import periods
from app.domain.affect import Emotion
from app.domain.estimates import estimate as estimates
from app.domain.estimates.estimate import ConfidenceLevel, Direction, SuppressionReason
from app.domain.measures import label
from app.domain.periods import Preset
from app.domain.pictures import landscape
from app.errors import SpectrumError, TopLevelCode
from app.storage.people import Head
from graphql_schema.language import IN_THEIR_LANGUAGE
from graphql_schema.scalars import Month, TimeZone, Week


@strawberry.type(description="Whole days of the viewer's own calendar, both ends included.")
class Period:
    first: date = strawberry.field(name="from", description="First local day.")
    last: date = strawberry.field(name="to", description="Last local day, included.")
    zone: strawberry.Private[str]
    now: strawberry.Private[datetime]

    @strawberry.field(description="Whole days, both ends counted.")
    def days(self) -> int:
        return periods.Period(self.first, self.last).days

    @strawberry.field(description="True while the period can still receive sessions.")
    def open(self) -> bool:
        return self.last >= periods.local_start(self.now, self.zone)[0]

    @strawberry.field
    def time_zone(self) -> TimeZone:
        return TimeZone(self.zone)

    @classmethod
    def of(cls, period: periods.Period, head: Head) -> Self:
        return cls.at(period, head.zone, head.now)

    @classmethod
    def at(cls, period: periods.Period, zone: str, now: datetime) -> Self:
        return cls(first=period.first, last=period.last, zone=zone, now=now)


@strawberry.type(
    description="A number with its uncertainty. `value`, `low` and `high` are null together, and exactly when"
    " `suppressed` is set. Intervals are 90 %: means by Student's t on day means, shares by Wilson on the effective"
    " number of sessions. A point of a day or a single session is an observation: its interval is itself."
)
class Estimate:
    value: float | None = strawberry.field(
        description="Best estimate on the metric's own scale; null exactly when suppressed."
    )
    low: float | None = strawberry.field(description="Lower end of the 90 % interval; null with value.")
    high: float | None = strawberry.field(description="Upper end of the 90 % interval; null with value.")
    sample_count: int = strawberry.field(
        description="Sessions behind the number, after exclusions. Known even when suppressed."
    )
    day_count: int = strawberry.field(description="Different days behind the number.")
    confidence: ConfidenceLevel
    suppressed: SuppressionReason | None = strawberry.field(description="Null when the number is shown.")
    sessions_needed: int | None = strawberry.field(
        description="Sessions still needed before it can be shown; 0 when shown; null when more would not help."
    )

    @classmethod
    def of(cls, estimate: estimates.Estimate) -> Self:
        """The domain's own, which has these very attributes: a picture has a hundred and more of them to copy."""
        return cast("Self", estimate)


@strawberry.type(description="A number against the viewer's own usual. Never against other people.")
class Comparison:
    current: Estimate = strawberry.field(description="The period itself.")
    baseline: Estimate = strawberry.field(description="The viewer's own usual: the 12 weeks before.")
    difference: Estimate = strawberry.field(description="Current minus baseline, on the metric's own scale.")
    direction: Direction
    baseline_period: Period = strawberry.field(description="The period that `baseline` covers.")

    @classmethod
    def of(cls, comparison: estimates.Comparison | None, head: Head) -> Self | None:
        if comparison is None:
            return None
        return cls(
            current=Estimate.of(comparison.current),
            baseline=Estimate.of(comparison.baseline),
            difference=Estimate.of(comparison.difference),
            direction=comparison.direction,
            baseline_period=Period.of(comparison.baseline_period, head),
        )


@strawberry.type(description="A place on the feeling plane.")
class Affect:
    valence: Estimate = strawberry.field(description="-1 unpleasant .. 1 pleasant.")
    arousal: Estimate = strawberry.field(description="-1 still .. 1 activated.")

    @classmethod
    def of(cls, affect: estimates.Affect) -> Self:
        """The domain's own, as an estimate is."""
        return cast("Self", affect)


@strawberry.type
class EmotionIntensity:
    emotion: Emotion
    label: str = strawberry.field(
        description="In the request's language; use this for values the app does not know.", metadata=IN_THEIR_LANGUAGE
    )
    intensity: Estimate = strawberry.field(
        description="Mean intensity 0..1 over sessions in the bucket, absent counted as 0."
    )

    @classmethod
    def of(cls, felt: landscape.EmotionIntensity) -> Self:
        return cls(emotion=felt.emotion, label=label(felt.emotion), intensity=Estimate.of(felt.intensity))


@strawberry.input
class DateRangeInput:
    first: date = strawberry.field(name="from")
    last: date = strawberry.field(name="to", description="Inclusive. At most 366 days after `from`.")


@strawberry.input(one_of=True, description="One way to name a period.")
class RangeInput:
    preset: strawberry.Maybe[Preset]
    dates: strawberry.Maybe[DateRangeInput]
    week: strawberry.Maybe[Week]
    month: strawberry.Maybe[Month]

    def period(self, today: date) -> periods.Period:
        """The period that is meant on `today`. BAD_USER_INPUT when it ends before it begins, or is too long."""
        if self.preset:
            return periods.from_preset(self.preset.value, today)
        if self.week:
            return self.week.value
        if self.month:
            return self.month.value
        assert self.dates, "one of the four is set"
        first, last = self.dates.value.first, self.dates.value.last
        if last < first:
            raise SpectrumError("to must not lie before from.", TopLevelCode.BAD_USER_INPUT)
        period = periods.Period(first, last)
        if period.days > periods.MAX_RANGE_DAYS:
            raise SpectrumError("to must be at most 366 days after from.", TopLevelCode.BAD_USER_INPUT)
        return period
