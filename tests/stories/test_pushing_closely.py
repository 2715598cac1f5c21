"""Whom a push is not for any more, how long it may wait, who is told late, and what the team counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.domain.notifications import Platform, QuietHours
from app.domain.periods import Period, PeriodKind
from app.errors import Gone
from app.gateways.web_push import Message, Outcome, Subscription, WebPush
from app.jobs import JobKind, Later, Queue
from app.pipeline import notify, reach
from app.storage.jobs import ledger
from app.storage.notify import pushes
from app.storage.notify.devices import NewDevice
from app.storage.notify.pushes import PushCounts
from app.wiring import Spectrum
from tests.client import BROWSER_KEYS
from tests.gateways.receiver import answers, receiver_that
from tests.readers import ZONE, Reader, Subscribe
from workers.runner import Runner

JOBS = "SELECT run_after > now() AS waits, status, scope FROM job WHERE person_id = $1 AND kind = 'PUSH'"


def _at(moment: datetime) -> time:
    return moment.astimezone(ZoneInfo(ZONE)).time().replace(microsecond=0)


async def test_nobody_is_told_who_was_erased_meanwhile(reader: Reader, device: Subscribe) -> None:
    """A job of an epoch that is over sends nothing, and leaves no trace of somebody."""
    one = await device(reader, answers(201))
    await reader.owner.execute("UPDATE person SET epoch = epoch + 1 WHERE id = $1", reader.at.id)
    with pytest.raises(Gone):
        await reader.run()
    assert (await reader.row(), one.read()) == ({}, [])


async def test_a_push_service_forgets_it_when_quiet_hours_begin(reader: Reader, device: Subscribe) -> None:
    """A device that is switched on at night is told nothing: its TTL ends in two hours, and not in a day."""
    one = await device(reader, answers(201))
    begins = reader.told_at + timedelta(hours=2)
    await reader.choose(quiet=QuietHours(_at(begins), _at(begins + timedelta(hours=1))))
    await reader.run()
    (request,) = one.receiver.requests
    assert 5_400 < int(request.headers["ttl"]) <= 7_200
    await reader.choose(quiet=None)
    await reader.owner.execute("DELETE FROM push WHERE person_id = $1", reader.at.id)
    await reader.run()
    assert int(one.receiver.requests[-1].headers["ttl"]) == 86_400


@pytest.mark.parametrize(("closed_before", "told"), [(timedelta(hours=1), 1), (timedelta(hours=49), 0)])
async def test_who_registers_later_is_told_what_is_still_news(
    reader: Reader, closed_before: timedelta, told: int
) -> None:
    """The words were there before the device was: it is told of them, for two days."""
    await reader.owner.execute(
        "UPDATE period_aggregate SET closed_at = now() - $2::interval WHERE person_id = $1",
        *(reader.at.id, closed_before),
    )
    async with receiver_that(answers(201), None) as receiver:
        keys = (BROWSER_KEYS["p256dh"], BROWSER_KEYS["auth"])
        new = NewDevice(Platform.WEB, f"http://127.0.0.1:{receiver.port}/push", *keys, "1.0", "en", ZONE)
        for _ in range(2):
            await reach.register(reader.spectrum.ports, reader.at, new)
        await Runner(reader.spectrum.ports).work_off(Queue.MINUTES)
    jobs = await reader.owner.fetch(f"{JOBS} AND scope->>'period' = 'WEEK'", reader.at.id)
    assert (len(jobs), len(receiver.requests)) == (told, told)


async def test_a_choice_wakes_what_waits(reader: Reader, device: Subscribe) -> None:
    """It looks again when it is to be told, at once; what waits for another reason, or for another, stays."""
    one = await device(reader, answers(201))
    quiet = QuietHours(_at(reader.told_at - timedelta(hours=1)), _at(reader.told_at + timedelta(hours=2)))
    await reader.choose(quiet=quiet)
    ports = reader.spectrum.ports
    async with ports.store.for_person(reader.at.id) as tx:
        await ledger.keep_jobs(tx, [reader.job])
    other = replace(reader.job, key=f"other:{uuid4()}", kind=JobKind.MONTHLY_NARRATIVE, delay_s=7_200)
    async with ports.store.for_person(reader.at.id) as tx:
        await ledger.keep_jobs(tx, [other])
    await Runner(ports).work_off(Queue.MINUTES)
    (job,) = await reader.owner.fetch(JOBS, reader.at.id)
    assert (job["waits"], one.read()) == (True, [])
    await reach.choose(ports, reader.at, lambda before: replace(before, quiet=None))
    await Runner(ports).work_off(Queue.MINUTES)
    (job,) = await reader.owner.fetch(JOBS, reader.at.id)
    assert (job["status"], len(one.read())) == ("SUCCEEDED", 1)
    waits = "SELECT run_after > now() FROM job WHERE idempotency_key = $1"
    assert await reader.owner.fetchval(waits, other.key) is True


class Broken:
    """A sender with a fault of its own for one address; all else goes out as always."""

    def __init__(self, sender: WebPush, address: str) -> None:
        self.sender, self.address = sender, address

    async def send(self, to: Subscription, message: Message, at: datetime) -> Outcome:
        """Fail for that address."""
        if to.endpoint == self.address:
            raise RuntimeError("a surprise")
        return await self.sender.send(to, message, at)


async def test_a_surprise_is_one_devices_alone(reader: Reader, device: Subscribe) -> None:
    """The other one is told, and what failed here is tried again, without telling anybody twice."""
    broken, there = await device(reader, answers(201)), await device(reader, answers(201))
    ports = reader.spectrum.ports
    sender = Broken(await ports.web_push(), f"http://127.0.0.1:{broken.receiver.port}/push")

    async def web_push() -> WebPush:
        return sender

    failing = replace(reader, spectrum=replace(reader.spectrum, ports=replace(ports, web_push=web_push)))
    assert isinstance(await failing.run(), Later)
    assert (len(broken.read()), len(there.read()), (await reader.row())["accepted"]) == (0, 1, 1)
    assert isinstance(await reader.run(), notify.Notified)
    assert (len(broken.read()), len(there.read()), (await reader.row())["accepted"]) == (1, 1, 2)


MONDAY = date(2026, 3, 2)
DUE = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


class Told:
    """Messages and events as storage keeps them."""

    def __init__(self, spectrum: Spectrum, owner: Any) -> None:
        self.spectrum, self.owner = spectrum, owner

    async def push(self, due_at: datetime, first_day: date = MONDAY, **more: Any) -> Any:
        """A message that one service took; whose it is."""
        given = {"devices": 1, "accepted": 1, "gone": 0, "failed": 0, "held": False, "sent_at": due_at, **more}
        await self.owner.execute(
            f"INSERT INTO push (person_id, period_kind, first_day, due_at, {', '.join(given)})"
            f" VALUES ($1, 'WEEK', $2, $3, {', '.join(f'${place}' for place in range(4, 4 + len(given)))})",
            *(person_id := uuid4(), first_day, due_at, *given.values()),
        )
        return person_id

    async def event(self, person_id: Any, name: str, kind: PeriodKind, first_day: date) -> None:
        """An event about a period."""
        await self.owner.execute(
            "INSERT INTO event (person_id, id, name, occurred_at, subject, subject_day, app_version, platform)"
            " VALUES ($1, $2, $3, $4, $5, $6, '1.0', 'WEB')",
            *(person_id, uuid4(), name, DUE, kind, first_day),
        )

    async def count(self, days: Period, zone: str = "UTC") -> PushCounts:
        """What the team counts, whatever the session's time zone."""
        async with self.spectrum.ports.store.for_everyone() as tx:
            await tx.execute(f"SET LOCAL TIME ZONE '{zone}'")
            return await pushes.count(tx, days)


@pytest.fixture
async def told(spectrum: Spectrum, owner: Any) -> Told:
    """Give a world in which nobody was told anything."""
    for table in ("push", "event"):
        await owner.execute(f"DELETE FROM {table}")
    return Told(spectrum, owner)


async def test_what_was_opened_is_what_was_told(told: Told) -> None:
    """Another week, a month that began on the same day, and another's opening are not this message's."""
    one, two = await told.push(DUE), await told.push(DUE)
    for name in ("PUSH_RECEIVED", "PUSH_OPENED"):
        await told.event(one, name, PeriodKind.WEEK, MONDAY - timedelta(weeks=1))
        await told.event(one, name, PeriodKind.MONTH, MONDAY)
        await told.event(uuid4(), name, PeriodKind.WEEK, MONDAY)
    day = Period(DUE.date(), DUE.date())
    found = await told.count(day)
    assert (found.due, found.accepted, found.people, found.received, found.opened) == (2, 2, 2, 0, 0)
    await told.event(two, "PUSH_RECEIVED", PeriodKind.WEEK, MONDAY)
    await told.event(one, "PUSH_OPENED", PeriodKind.WEEK, MONDAY)
    await told.event(one, "PUSH_OPENED", PeriodKind.WEEK, MONDAY)
    found = await told.count(day)
    assert (found.due, found.received, found.opened) == (2, 1, 1)


async def test_each_outcome_is_counted_for_itself(told: Told) -> None:
    """By message, and not by device."""
    await told.push(DUE, devices=3, accepted=2, gone=1)
    await told.push(DUE, devices=2, accepted=0, failed=2, held=True)
    await told.push(DUE, devices=0, accepted=0, sent_at=None)
    found = await told.count(Period(DUE.date(), DUE.date()))
    assert found == PushCounts(due=3, sent=2, accepted=1, received=0, gone=1, failed=1, held=1, opened=0, people=1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
async def test_days_are_those_of_utc(told: Told, zone: str) -> None:
    """From the first moment of the first day to the last one of the last, wherever the database thinks it is."""
    first, last = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC)
    for due_at in (first - timedelta(seconds=1), first, last, last + timedelta(seconds=1)):
        await told.push(due_at)
    assert (await told.count(Period(first.date(), last.date()), zone)).due == 2
