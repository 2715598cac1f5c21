"""What follows when there is something to tell: pushes for people, deliveries for other systems. Sends nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from app.domain.global_ids import encode
from app.domain.notifications import LATEST
from app.domain.periods import PeriodKind, format_period, period_of
from app.domain.webhooks import WebhookEvent
from app.jobs import Job, PersonAt, push, webhook
from app.storage.notify import pushes, webhooks
from app.storage.notify.webhooks import Announcement
from app.storage.store import Tx

_PUBLISHED = {
    PeriodKind.WEEK: WebhookEvent.WEEKLY_SUMMARY_PUBLISHED,
    PeriodKind.MONTH: WebhookEvent.MONTHLY_SUMMARY_PUBLISHED,
}


async def announce_periods(
    tx: Tx, kind: PeriodKind, first_days: Mapping[PersonAt, date]
) -> dict[UUID, tuple[Job, ...]]:
    """The jobs that follow from these people's periods, by person, once their words are kept: in time, and once each.

    A period is told of the first time it has words; written again it is the same job, and the same event.
    """
    people = {person.id: (person, first_day) for person, first_day in first_days.items()}
    fresh = await pushes.list_fresh(tx, kind, {id_: day for id_, (_, day) in people.items()}, latest=LATEST)
    if not fresh:
        return {}
    now: datetime = await tx.fetchval("SELECT now()")
    following: dict[UUID, list[Job]] = defaultdict(list)
    for id_, is_reachable in fresh.items():
        if is_reachable:
            following[id_].append(push(kind, *people[id_]))
    for delivery_id, person_id in await webhooks.keep_announced(
        tx, [_published(kind, *people[id_], now) for id_ in fresh]
    ):
        assert person_id is not None, "a period is somebody's"
        following[person_id].append(webhook(delivery_id))
    return {id_: tuple(jobs) for id_, jobs in following.items()}


def _published(kind: PeriodKind, person: PersonAt, first_day: date, now: datetime) -> Announcement:
    period = format_period(kind, period_of(kind, first_day))
    return Announcement(
        event=_PUBLISHED[kind],
        key=f"{person.id}:{person.epoch}:{period}",
        happened_at=now,
        data={"viewer": encode("Viewer", person.id), "period": period},
        person_id=person.id,
    )


async def announce(tx: Tx, announcements: Iterable[Announcement]) -> tuple[Job, ...]:
    """The jobs that tell other systems of something that is about nobody."""
    return tuple([webhook(delivery_id) for delivery_id, _ in await webhooks.keep_announced(tx, announcements)])
