"""A person is told of their week once, when they want to be, on every device, whoever dies in between."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.domain.access import Role
from app.domain.engagement import EventName, Subject, SubjectKind, Told
from app.domain.notifications import Platform, QuietHours
from app.domain.periods import PeriodKind, format_week
from app.jobs import Later, Queue, Skipped, rewrite_period
from app.pipeline import notify
from app.pipeline.track import track
from app.storage.engagement.events import Teller
from app.storage.jobs import ledger
from app.wiring import Spectrum
from tests.client import Client
from tests.gateways.receiver import Reply, answers
from tests.readers import ZONE, Reader, Subscribe, reader_of
from workers.runner import Runner


async def test_every_device_is_told_once(reader: Reader, device: Subscribe) -> None:
    """A type and a path, under one topic of the person and week; asked for again, it is done."""
    one, two = await device(reader, answers(201)), await device(reader, answers(201))
    assert isinstance(await reader.run(), notify.Notified)
    assert isinstance(await reader.run(), Skipped)
    (first,), (second,) = one.read(), two.read()
    assert first == second
    assert first[0] == {"type": "SOMETHING_NEW", "path": f"/app/insights/{format_week(reader.week)}"}
    row = await reader.row()
    assert (row["devices"], row["accepted"], row["gone"], row["failed"]) == (2, 2, 0, 0)
    assert row["sent_at"] is not None


async def test_words_are_asked_for_by_the_lock_screen(reader: Reader, device: Subscribe) -> None:
    """NAMED says that it is the week; nothing says more."""
    await reader.choose(lock_screen="NAMED")
    one = await device(reader, answers(201))
    await reader.run()
    assert [body for body, _ in one.read()] == [
        {"type": "WEEK_READY", "path": f"/app/insights/{format_week(reader.week)}"}
    ]


async def test_a_device_that_is_gone_is_told_nothing_again(reader: Reader, device: Subscribe) -> None:
    """410: unreachable from then on; the other device was reached."""
    gone, there = await device(reader, answers(410)), await device(reader, answers(201))
    await reader.run()
    row = await reader.row()
    assert (row["devices"], row["accepted"], row["gone"]) == (2, 1, 1)
    reachable = await reader.owner.fetch("SELECT reachable FROM device WHERE person_id = $1", reader.at.id)
    assert sorted(each["reachable"] for each in reachable) == [False, True]
    assert (len(gone.read()), len(there.read())) == (1, 1)


@pytest.mark.parametrize(("reply", "least_s"), [(answers(500), 30), (answers(429, "retry-after: 7200"), 7_200)])
async def test_who_did_not_answer_is_told_later_and_nobody_twice(
    reader: Reader, device: Subscribe, reply: Reply, least_s: float
) -> None:
    """The device that took it is left alone; the other is tried again, not before its service wants it."""
    away, there = await device(reader, reply), await device(reader, answers(201))
    later = await reader.run()
    assert isinstance(later, Later)
    assert least_s <= later.delay_s <= 7_200
    away.receiver.reply = answers(201)
    assert isinstance(await reader.run(), notify.Notified)
    assert (len(away.read()), len(there.read())) == (2, 1)
    assert {topic for _, topic in away.read()} == {topic for _, topic in there.read()}
    assert (await reader.row())["accepted"] == 2


async def test_a_worker_that_dies_before_it_can_say_so_sends_again(reader: Reader, device: Subscribe) -> None:
    """Between the row and the answer nothing is lost: it is sent twice, under one topic, and shown once."""
    one = await device(reader, answers(201))
    await reader.run()
    await reader.owner.execute(
        "UPDATE push SET sent_at = NULL, answered = '{}', devices = 0, accepted = 0 WHERE person_id = $1", reader.at.id
    )
    assert isinstance(await reader.run(), notify.Notified)
    assert len(one.read()) == 2
    assert len({topic for _, topic in one.read()}) == 1


async def test_two_days_on_it_is_given_up(spectrum: Spectrum, owner: Any, person: str, device: Subscribe) -> None:
    """What was begun ends as failed; what was not even begun leaves no trace, and nobody is told."""
    reader = await reader_of(spectrum, owner, person, datetime.now(UTC) - timedelta(days=3))
    one = await device(reader, answers(201))
    assert isinstance(await reader.run(), Skipped)
    assert await reader.row() == {}
    await owner.execute(
        "INSERT INTO push (person_id, period_kind, first_day, due_at) VALUES ($1, 'WEEK', $2, $3)",
        *(reader.at.id, reader.week.first, reader.told_at),
    )
    assert isinstance(await reader.run(), notify.Notified)
    row = await reader.row()
    assert (row["devices"], row["failed"], row["accepted"]) == (1, 1, 0)
    assert one.read() == []


async def test_quiet_hours_hold_it(reader: Reader, device: Subscribe) -> None:
    """The chosen time is inside them: it comes when they end, and that it was held is told to the team."""
    local = reader.told_at.astimezone(ZoneInfo(ZONE))
    start, end = (local - timedelta(hours=1)).time(), (local + timedelta(hours=2)).time()
    await reader.choose(quiet=QuietHours(start.replace(microsecond=0), end.replace(microsecond=0)))
    one = await device(reader, answers(201))
    later = await reader.run()
    assert isinstance(later, Later)
    assert 6_000 < later.delay_s <= 7_200
    assert one.read() == []
    assert await reader.row() == {}


@pytest.mark.parametrize(
    ("statement", "chosen"),
    [
        ("SELECT 1", {"weekly_summary": False}),
        ("UPDATE person SET plan = 'FREE' WHERE id = $1", {}),
        ("UPDATE writing SET status = 'WITHDRAWN' WHERE person_id = $1", {}),
        ("UPDATE period_aggregate SET backfilled = true WHERE person_id = $1", {}),
        ("UPDATE period_aggregate SET settled_at = closed_at + interval '49 hours' WHERE person_id = $1", {}),
        ("UPDATE device SET reachable = false WHERE person_id = $1", {}),
    ],
)
async def test_who_is_not_told(reader: Reader, device: Subscribe, statement: str, chosen: Any) -> None:
    """Who does not want it, has no plan, no words, no device; and of what was built late, or long after."""
    one = await device(reader, answers(201))
    await reader.choose(**chosen)
    await reader.owner.execute(statement, *([reader.at.id] if "$1" in statement else []))
    assert isinstance(await reader.run(), Skipped)
    assert one.read() == []


async def _earlier(reader: Reader, count: int, *, accepted: int = 1) -> None:
    for number in range(1, count + 1):
        await reader.owner.execute(
            "INSERT INTO push (person_id, period_kind, first_day, due_at, sent_at, devices, accepted)"
            " VALUES ($1, 'WEEK', $2, $3, $3, 1, $4)",
            *(reader.at.id, reader.week.first - timedelta(weeks=number), reader.told_at - timedelta(weeks=number)),
            accepted,
        )


async def test_who_opens_nothing_is_told_of_months_alone(reader: Reader, device: Subscribe) -> None:
    """Three in a row that nobody opened; one that is opened begins anew."""
    one = await device(reader, answers(201))
    await _earlier(reader, 3)
    assert isinstance(await reader.run(), Skipped)
    opened = Told(
        uuid4(), EventName.PUSH_OPENED, datetime.now(UTC), Subject(SubjectKind.WEEK, first_day=reader.week.first)
    )
    await track(reader.spectrum.ports, reader.at, [opened], Teller("1.0", Platform.WEB))
    assert isinstance(await reader.run(), notify.Notified)
    assert len(one.read()) == 1


async def test_what_no_service_took_was_not_ignored(reader: Reader, device: Subscribe) -> None:
    """Three weeks in which nothing arrived tire nobody."""
    one = await device(reader, answers(201))
    await _earlier(reader, 3, accepted=0)
    assert isinstance(await reader.run(), notify.Notified)
    assert len(one.read()) == 1


async def test_words_in_time_ask_for_it_and_are_announced(reader: Reader, device: Subscribe) -> None:
    """A week whose words come within two days of its end gets one job, however often it is written."""
    await device(reader, answers(201))
    await reader.owner.execute(
        "UPDATE period_aggregate SET closed_at = now() - interval '1 hour' WHERE person_id = $1", reader.at.id
    )
    for revision in (-1, -2):
        async with reader.spectrum.ports.store.for_person(reader.at.id) as tx:
            again = rewrite_period(PeriodKind.WEEK, reader.at, reader.week.first, revision=revision)
            await ledger.keep_jobs(tx, [again])
        await Runner(reader.spectrum.ports).work_off(Queue.MINUTES)
    jobs = await reader.owner.fetch("SELECT kind FROM job WHERE person_id = $1 AND kind = 'PUSH'", reader.at.id)
    assert len(jobs) == 1


REPORT = """query($from: Date!, $to: Date!) { ops { pushReport(range: {dates: {from: $from, to: $to}}) {
  due sent accepted delivered gone failed heldForQuietHours opened { numerator denominator suppressed } } } }"""


async def test_the_team_sees_sums(reader: Reader, device: Subscribe, client: Client) -> None:
    """What was due, sent and answered; an opening rate only of many."""
    await device(reader, answers(201))
    await reader.run()
    await reader.owner.execute("DELETE FROM push WHERE person_id <> $1", reader.at.id)
    days = {"from": f"{reader.told_at.date()}", "to": f"{reader.told_at.date()}"}
    report = (await client.team(REPORT, days, Role.OPERATOR))["ops"]["pushReport"]
    assert report == {
        "due": 1,
        "sent": 1,
        "accepted": 1,
        "delivered": 0,
        "gone": 0,
        "failed": 0,
        "heldForQuietHours": 0,
        "opened": {"numerator": None, "denominator": None, "suppressed": True},
    }
