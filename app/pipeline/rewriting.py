"""Which words rest on which days: marks them as being rewritten, and asks for them again.

A text rests on the days of its own period, and on the 12 weeks before it, which are its yardstick. Writes no text.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from app.domain.periods import BASELINE_WEEKS, Period, PeriodKind, period_of
from app.jobs import Job, rewrite_period
from app.storage import people
from app.storage.people import Head
from app.storage.store import Tx
from app.storage.words import aggregates, writings


async def ask_again(
    tx: Tx,
    person_id: UUID,
    spans: Sequence[Period],
    *,
    delay_s: float = 0.0,
    as_yardstick: bool = True,
    are_more: bool = False,
) -> tuple[Job, ...]:
    """Mark the closed periods whose words rest on `spans` as stale; the jobs that write them again.

    `as_yardstick` False: only the periods that `spans` lie in, when what changed is no number. `are_more`: there are
    more sessions than before, left out or not, so that all later milestones rest on `spans` too. The caller holds
    the person's lock and inserts the jobs.
    """
    head = await people.find_head(tx, person_id)
    if head is None:
        return ()
    touched = await list_touched(tx, head, spans, as_yardstick=as_yardstick, are_more=are_more)
    return await ask_for(tx, head, touched, delay_s=delay_s)


async def ask_for(
    tx: Tx, head: Head, first_days: Mapping[PeriodKind, Sequence[date]], *, delay_s: float
) -> tuple[Job, ...]:
    """Mark the words of these closed periods as stale; the jobs that write them (again)."""
    jobs: list[Job] = []
    for kind, firsts in first_days.items():
        if firsts:
            await writings.keep_stale(tx, head.person.id, kind, firsts)
        jobs += [rewrite_period(kind, head.person, first, revision=head.revision, delay_s=delay_s) for first in firsts]
    return tuple(jobs)


async def list_touched(
    tx: Tx, head: Head, spans: Sequence[Period], *, as_yardstick: bool = True, are_more: bool = False
) -> dict[PeriodKind, list[date]]:
    """First days of the closed periods whose words rest on `spans`, oldest first."""
    person_id = head.person.id
    found: dict[PeriodKind, list[date]] = {}
    for kind in PeriodKind:
        known = {period_of(kind, day) for day in await aggregates.list_first_days(tx, person_id, kind)}
        own = {period_of(kind, day) for span in spans for day in (span.first, span.last)}
        closed = {period for period in own if people.is_closed(kind, period.first, head)} | known
        touched = sorted(
            period.first for period in closed if any(_rests_on(period, span, as_yardstick) for span in spans)
        )
        if are_more and spans:
            counted = await writings.list_milestones(tx, person_id, kind, after=min(span.first for span in spans))
            touched = sorted({*touched, *counted})
        found[kind] = touched
    return found


def _rests_on(period: Period, days: Period, as_yardstick: bool) -> bool:
    before = timedelta(weeks=BASELINE_WEEKS if as_yardstick else 0)
    return Period(period.first - before, period.last).overlaps(days)
