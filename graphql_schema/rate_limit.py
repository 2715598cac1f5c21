"""What a call may spend. Counts nothing: the edge does."""

from datetime import UTC, datetime, timedelta

import strawberry

from app.gateways.points import LIMIT, RESTORE_PER_S
from graphql_schema.context import Info


@strawberry.type(description="What this call may spend and has left, in cost points.")
class RateLimit:
    limit: int = strawberry.field(description="Size of the bucket, in cost points.")
    available: int = strawberry.field(description="Points left after this call.")
    restore_per_second: float = strawberry.field(description="Points flowing back each second.")
    cost: int = strawberry.field(description="What this very document may cost, in points.")
    reset_at: datetime = strawberry.field(description="When the bucket is full again.")


@strawberry.type
class RateLimitQuery:
    @strawberry.field(description="What this call may spend and has left; needs no account.")
    def rate_limit(self, info: Info) -> RateLimit:
        told = info.context.rate_limit()
        return RateLimit(
            limit=LIMIT,
            available=told.available,
            restore_per_second=RESTORE_PER_S,
            cost=told.cost,
            reset_at=datetime.now(UTC) + timedelta(seconds=told.full_in_s),
        )
