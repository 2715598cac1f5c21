"""How this program is, and how resets went: what the team looks at first. Mends nothing."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import Self

import strawberry

from app import __version__
from app.storage.forgetting import operations
from app.storage.schema import find_applied, is_current
from app.storage.store import StorageUnavailable
from graphql_schema.context import Context
from graphql_schema.numbers import Period, RangeInput
from graphql_schema.printing import sdl
from graphql_schema.scalars import Sha256


@strawberry.type(description="How the program that answers is.")
class Health:
    ok: bool = strawberry.field(description="It can serve: the database answers and has this build's schema.")
    version: str = strawberry.field(description="Of the build.")
    schema_hash: Sha256 = strawberry.field(description="Of this endpoint's SDL, as `spectrum schema --ops` prints it.")
    migration: str | None = strawberry.field(
        description="The newest that was applied; null while the database is away."
    )
    database: bool = strawberry.field(description="It answers.")
    model: bool = strawberry.field(
        description="A language model may be asked for some words; false: the composer writes."
    )
    push: bool = strawberry.field(
        description="Web Push can be sent: this installation has a key, and a contact for push services."
    )
    clock_skew_ms: int | None = strawberry.field(
        description="Milliseconds by which this machine's clock is ahead of the database's, below 0: behind; null while"
        " it is away."
    )


async def find_health(context: Context, schema: strawberry.Schema) -> Health:
    """How things are now."""
    migration, current, skew_ms = None, False, None
    try:
        async with context.ports.store.for_everyone() as tx:
            migration, current = await find_applied(tx), await is_current(tx)
            there: datetime = await tx.fetchval("SELECT clock_timestamp()")
            skew_ms = round((datetime.now(UTC) - there).total_seconds() * 1000)
    except StorageUnavailable:
        pass
    return Health(
        ok=current,
        version=__version__,
        schema_hash=_digest(schema),
        migration=migration,
        database=migration is not None,
        model=bool(context.ports.routes),
        push=context.ports.rules.has_push_contact,
        clock_skew_ms=skew_ms,
    )


@cache
def _digest(schema: strawberry.Schema) -> Sha256:
    return Sha256(hashlib.sha256(sdl(schema).encode()).hexdigest())


@strawberry.type(description="Resets that were asked for in a range of UTC days, of all people.")
class ResetReport:
    period: Period = strawberry.field(description="Days of UTC.")
    requested: int = strawberry.field(description="Resets asked for, those called off too.")
    succeeded: int = strawberry.field(description="Resets that ended well so far.")
    failed: int = strawberry.field(description="Resets that did not.")
    p95_seconds: float | None = strawberry.field(
        description="95 % of those that succeeded had ended so many seconds after they could not be called off any"
        " more; null without one."
    )
    receipts_verified: int = strawberry.field(
        description="Receipts with both later counts, none of which found anything."
    )

    @classmethod
    def of(cls, period: Period, found: operations.Resets) -> Self:
        return cls(
            period=period,
            requested=found.requested,
            succeeded=found.succeeded,
            failed=found.failed,
            p95_seconds=found.p95_s,
            receipts_verified=found.verified,
        )


async def report_resets(context: Context, range_: RangeInput) -> ResetReport:
    """The resets of a range of days."""
    now = datetime.now(UTC)
    days = range_.period(now.date())
    async with context.ports.store.for_everyone() as tx:
        return ResetReport.of(Period.at(days, "UTC", now), await operations.count_resets(tx, days.first, days.last))
