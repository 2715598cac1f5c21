"""How telling people went, for the team: in sums, and of nobody in particular."""

from datetime import UTC, datetime
from typing import Self

import strawberry

from app.storage.notify import pushes
from app.storage.notify.pushes import PushCounts
from graphql_schema.context import Context
from graphql_schema.numbers import Period, RangeInput
from graphql_schema.promises import Rate


@strawberry.type(
    description="Messages about weeks and months that fell due in a range: one per viewer and period, whatever is"
    " retried (topic and tag = viewer and period)."
)
class PushReport:
    period: Period = strawberry.field(description="Days of UTC.")
    due: int = strawberry.field(description="Messages for people with a device.")
    sent: int = strawberry.field(description="Of those, done with: every device was reached, is gone or was given up.")
    accepted: int = strawberry.field(description="Of those due, taken by a push service for a device at least.")
    delivered: int = strawberry.field(description="Of those due, seen by a device that said so.")
    gone: int = strawberry.field(description="Of those due, with a device that is not there any more.")
    failed: int = strawberry.field(description="Of those due, with a device that could not be told within two days.")
    held_for_quiet_hours: int = strawberry.field(description="Of those due, moved to the end of quiet hours.")
    opened: Rate = strawberry.field(description="Opened, of those accepted.")

    @classmethod
    def of(cls, period: Period, found: PushCounts) -> Self:
        return cls(
            period=period,
            due=found.due,
            sent=found.sent,
            accepted=found.accepted,
            delivered=found.received,
            gone=found.gone,
            failed=found.failed,
            held_for_quiet_hours=found.held,
            opened=Rate.of(min(found.opened, found.accepted), found.accepted, people=found.people),
        )


async def report_pushes(context: Context, range_: RangeInput) -> PushReport:
    """The messages of a range of days."""
    now = datetime.now(UTC)
    days = range_.period(now.date())
    async with context.ports.store.for_reports(waits=False) as tx:
        return PushReport.of(Period.at(days, "UTC", now), await pushes.count(tx, days))
