"""Weeks and months fall due at the end of the person's own calendar, each once, in order, whoever plans.

The clock is the server's and is never changed: the sessions lie in the past, or a due column is set.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from app.domain.periods import Period, PeriodKind, canonical_zone, ends_at, local_start, month_of, period_of, week_of
from app.jobs import AGGREGATION, JobKind
from app.storage.calendar import ends_at_sql
from app.storage.jobs import planning
from app.wiring import Spectrum
from tests.client import session
from tests.life import JUNE, take, weeks_of, who
from workers.schedule import plan_due

ZONES = (
    "Pacific/Kiritimati",  # +14
    "Etc/GMT+12",  # -12
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",  # +05:45
    "Africa/Cairo",  # its clocks spring forward at midnight
    "America/Santiago",  # as above, in the other half of the year
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Beirut",
)
DAYS = (
    date(2024, 2, 29),  # leap day
    date(2024, 3, 10), date(2024, 3, 31), date(2024, 4, 7), date(2024, 4, 25), date(2024, 4, 26),  # clocks change
    date(2024, 9, 8), date(2024, 10, 6), date(2024, 10, 27), date(2024, 11, 3),
    date(2024, 12, 30), date(2025, 1, 1), date(2025, 12, 31),
    date(2026, 1, 1), date(2026, 1, 5),
)  # fmt: skip
LONG_WEEKS = (date(2020, 12, 27), date(2020, 12, 28), date(2021, 1, 3), date(2021, 1, 4))
"""The last days of ISO week 52, the first and last of 53, and the first of week 1."""


def _at(day: date, hour: int, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)


async def _done(owner: Any, *people: UUID) -> None:
    """Let nothing wait for an analysis."""
    await owner.execute("UPDATE session SET status = 'DONE' WHERE person_id = ANY($1)", list(people))
    await owner.execute("DELETE FROM job WHERE person_id = ANY($1)", list(people))


async def _planned(owner: Any, person_id: UUID, kind: PeriodKind) -> list[tuple[date, datetime]]:
    rows = await owner.fetch(
        "SELECT (scope->>'first_day')::date AS first_day, due_at FROM job WHERE person_id = $1 AND kind = $2"
        " ORDER BY id",
        person_id,
        AGGREGATION[kind],
    )
    return [(row["first_day"], row["due_at"]) for row in rows]


@pytest.fixture(scope="module")
async def travellers(spectrum: Spectrum, owner: Any) -> Mapping[str, UUID]:
    """Give one person a zone, with sessions around everything odd that a calendar does, all planned."""
    keys = {zone: f"{zone}-{uuid4()}" for zone in ZONES}
    for zone, key in keys.items():
        late_and_early = [_at(day, hour, zone) for day in DAYS for hour in (0, 23)]
        await take(spectrum, *(session(key, moment, zone=zone) for moment in late_and_early))
    people = {zone: who(spectrum, key) for zone, key in keys.items()}
    await _done(owner, *people.values())
    await plan_due(spectrum.ports)
    return people


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("kind", list(PeriodKind))
async def test_every_zone_closes_its_own_calendar(
    owner: Any, travellers: Mapping[str, UUID], zone: str, kind: PeriodKind
) -> None:
    """Exactly the weeks and months with a session are planned, in order, due when they end there."""
    periods = sorted({period_of(kind, day) for day in DAYS})
    expected = [(period.first, ends_at(period, zone)) for period in periods]
    assert await _planned(owner, travellers[zone], kind) == expected


@pytest.mark.parametrize("zone", ZONES)
async def test_what_is_due_next_has_not_ended(owner: Any, travellers: Mapping[str, UUID], zone: str) -> None:
    """The next week and month are those that go on now in the zone, with the instants of their ends."""
    row = await owner.fetchrow("SELECT *, now() AS now FROM person WHERE id = $1", travellers[zone])
    today, _ = local_start(row["now"], zone)
    for kind, period in ((PeriodKind.WEEK, week_of(today)), (PeriodKind.MONTH, month_of(today))):
        name = f"{kind.lower()}_due"
        assert (row[name], row[f"{name}_at"]) == (period.first, ends_at(period, zone))


async def test_every_zones_days_end_here_and_there_alike(spectrum: Spectrum, owner: Any) -> None:
    """For every zone accepted, weeks and months of two years end at one instant, in SQL and in the domain.

    Left out where the server's own edition of the tz database is of another opinion about that day's noon.
    """
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(731)]  # in Havana, October 2020 ends twice
    ends = [day for day in days if day.weekday() == 6 or (day + timedelta(days=1)).day == 1]
    zones = sorted({canonical_zone(name) for name in spectrum.ports.zones})
    rows = await owner.fetch(
        f"SELECT zone, day, {ends_at_sql('day + 1', 'zone')} AS ends_at,"
        " ((day + time '12:00') AT TIME ZONE zone) AS noon FROM unnest($1::text[]) AS zone, unnest($2::date[]) AS day"
        " ORDER BY zone",  # the domain reads each zone's file once then
        zones,
        ends,
    )
    unlike = [
        (row["zone"], row["day"])
        for row in rows
        if row["ends_at"] != ends_at(Period(row["day"], row["day"]), row["zone"])
        and row["noon"] == datetime.combine(row["day"], time(12), ZoneInfo(row["zone"]))
    ]
    assert len(rows) == len(zones) * len(ends) > 50_000
    assert unlike == []


async def test_a_year_of_53_weeks_has_each_once(spectrum: Spectrum, owner: Any, person: str) -> None:
    """ISO week 53 lies between 52 and 1, and none is left out or doubled."""
    await take(spectrum, *(session(person, _at(day, 12, "UTC"), zone="UTC") for day in LONG_WEEKS))
    person_id = who(spectrum, person)
    await _done(owner, person_id)
    await plan_due(spectrum.ports)
    weeks = [first for first, _ in await _planned(owner, person_id, PeriodKind.WEEK)]
    assert weeks == [date(2020, 12, 21), date(2020, 12, 28), date(2021, 1, 4)]
    assert [first.isocalendar().week for first in weeks] == [52, 53, 1]
    months = [first for first, _ in await _planned(owner, person_id, PeriodKind.MONTH)]
    assert months == [date(2020, 12, 1), date(2021, 1, 1)]


async def test_empty_weeks_are_passed_over(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Between two weeks with sessions, five without make no job, and nothing is planned again later."""
    first, sixth = JUNE, JUNE + timedelta(weeks=6)
    await take(spectrum, session(person, first), session(person, sixth))
    person_id = who(spectrum, person)
    await _done(owner, person_id)
    for _ in range(2):
        await plan_due(spectrum.ports)
        weeks = [day for day, _ in await _planned(owner, person_id, PeriodKind.WEEK)]
        assert weeks == [first.date(), sixth.date()]


async def test_a_week_is_not_planned_before_its_end(spectrum: Spectrum, owner: Any, person: str) -> None:
    """A minute before the end nothing is planned; at the end it is, once."""
    await take(spectrum, session(person, JUNE))
    person_id = who(spectrum, person)
    await _done(owner, person_id)
    for moved, planned in (("+ interval '1 minute'", 0), ("", 1), ("", 1)):
        await owner.execute(
            f"UPDATE person SET month_due_at = 'infinity', week_due_at = CASE WHEN week_due = $2"
            f" THEN now() {moved} ELSE 'infinity' END WHERE id = $1",
            person_id,
            JUNE.date(),
        )
        await plan_due(spectrum.ports)
        assert len(await _planned(owner, person_id, PeriodKind.WEEK)) == planned


async def test_the_free_plan_is_not_planned(spectrum: Spectrum, owner: Any, person: str) -> None:
    """Nothing falls due for someone on FREE; when they upgrade, every missed week is made up in order."""
    await take(spectrum, *weeks_of(person, weeks=3))
    person_id = who(spectrum, person)
    await _done(owner, person_id)
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", person_id)
    await plan_due(spectrum.ports)
    assert await owner.fetchval("SELECT week_due FROM person WHERE id = $1", person_id) == JUNE.date()
    assert await owner.fetchval("SELECT count(*) FROM job WHERE person_id = $1", person_id) == 0
    await owner.execute("UPDATE person SET plan = 'PLUS' WHERE id = $1", person_id)
    await plan_due(spectrum.ports)
    planned = await _planned(owner, person_id, PeriodKind.WEEK)
    assert [first for first, _ in planned] == [JUNE.date() + timedelta(weeks=n) for n in range(3)]
    assert all(earlier[1] < later[1] for earlier, later in pairwise(planned))


async def test_a_week_waits_for_its_analyses_but_not_for_ever(spectrum: Spectrum, owner: Any, person: str) -> None:
    """While a session of the week is being analysed the week waits; done or ten minutes later it is planned."""
    early, late = session(person, JUNE), session(person, JUNE + timedelta(weeks=1))
    await take(spectrum, early, late)
    person_id = who(spectrum, person)
    await plan_due(spectrum.ports)
    assert await _planned(owner, person_id, PeriodKind.WEEK) == []
    await owner.execute("UPDATE session SET status = 'DONE' WHERE id = $1", UUID(early["sessionKey"]))
    await plan_due(spectrum.ports)
    assert [first for first, _ in await _planned(owner, person_id, PeriodKind.WEEK)] == [JUNE.date()]
    assert await _planned(owner, person_id, PeriodKind.MONTH) == []
    await owner.execute(
        "UPDATE session SET received_at = now() - interval '10 minutes 1 second' WHERE person_id = $1", person_id
    )
    await plan_due(spectrum.ports)
    assert len(await _planned(owner, person_id, PeriodKind.WEEK)) == 2
    assert len(await _planned(owner, person_id, PeriodKind.MONTH)) == 1


async def test_planners_side_by_side_plan_each_once(spectrum: Spectrum, owner: Any) -> None:
    """Six planners at once over thirty people with missed weeks make every week's job once, and leave none out."""
    keys = [f"crowd-{uuid4()}" for _ in range(30)]
    for key in keys:
        await take(spectrum, *(session(key, JUNE + timedelta(weeks=week)) for week in range(0, 8, 2)))
    people = [who(spectrum, key) for key in keys]
    await _done(owner, *people)
    await owner.execute("DELETE FROM job WHERE kind = 'UPKEEP'")
    made = await asyncio.gather(*(plan_due(spectrum.ports) for _ in range(6)))
    await plan_due(spectrum.ports)
    weeks = [JUNE.date() + timedelta(weeks=week) for week in range(0, 8, 2)]
    for person_id in people:
        assert [first for first, _ in await _planned(owner, person_id, PeriodKind.WEEK)] == weeks
        months = [first for first, _ in await _planned(owner, person_id, PeriodKind.MONTH)]
        assert months == [date(2026, 6, 1), date(2026, 7, 1)]
    assert sum(made) <= 30 * (4 + 2) + 1
    assert await owner.fetchval("SELECT count(*) FROM job WHERE kind = 'UPKEEP'") == 1


async def test_upkeep_is_asked_for_once_an_hour(spectrum: Spectrum, owner: Any) -> None:
    """Eight ticks of one hour make one upkeep between them."""
    await owner.execute("DELETE FROM job WHERE kind = $1", JobKind.UPKEEP)

    async def ask() -> int:
        async with spectrum.ports.store.for_everyone() as tx:
            return await planning.keep_upkeep(tx)

    made = sum(await asyncio.gather(*(ask() for _ in range(8))))
    hours = await owner.fetchval("SELECT count(DISTINCT idempotency_key) FROM job WHERE kind = $1", JobKind.UPKEEP)
    assert made == hours
    assert hours in (1, 2)  # 2 when a full hour passed between two of them


async def test_someone_who_travels_closes_where_they_are(spectrum: Spectrum, owner: Any, person: str) -> None:
    """The newest session's zone decides when week and month end; an older one that comes late does not."""
    await take(spectrum, session(person, JUNE, zone="Europe/Berlin"))
    await take(spectrum, session(person, JUNE + timedelta(hours=3), zone="Pacific/Kiritimati"))
    await take(spectrum, session(person, JUNE + timedelta(hours=1), zone="Etc/GMT+12"))
    row = await owner.fetchrow("SELECT * FROM person WHERE id = $1", who(spectrum, person))
    assert row["zone"] == "Pacific/Kiritimati"
    assert row["week_due_at"] == ends_at(week_of(JUNE.date()), "Pacific/Kiritimati")
    assert row["month_due_at"] == ends_at(month_of(JUNE.date()), "Pacific/Kiritimati")


async def test_who_should_have_been_planned_is_told_by_the_oldest(spectrum: Spectrum, owner: Any) -> None:
    """Nobody due, nobody late; then whoever has waited longest, but for the paused, the FREE, and who is being read."""
    late, free, paused = (f"late-{uuid4()}" for _ in range(3))
    await take(spectrum, *(each for key in (late, free, paused) for each in weeks_of(key, weeks=1)))
    ids = [who(spectrum, key) for key in (late, free, paused)]
    await _done(owner, *ids)
    await plan_due(spectrum.ports)

    async def oldest() -> float:
        async with spectrum.ports.store.for_everyone() as tx:
            return await planning.find_oldest_due_s(tx)

    assert await oldest() == 0
    due = "UPDATE person SET {}_due_at = now() - make_interval(secs => $2) WHERE id = $1"
    await owner.execute(due.format("week"), ids[0], 900)
    assert 900 <= await oldest() < 1_000
    await owner.execute(due.format("month"), ids[0], 1_800)
    assert 1_800 <= await oldest() < 1_900
    for person_id in ids[1:]:
        await owner.execute(due.format("week"), person_id, 7_200)
    assert 7_200 <= await oldest() < 7_300
    await owner.execute("UPDATE person SET plan = 'FREE' WHERE id = $1", ids[1])
    await owner.execute("UPDATE person SET paused = true WHERE id = $1", ids[2])
    assert 1_800 <= await oldest() < 1_900
    await owner.execute("UPDATE session SET status = 'PENDING', received_at = now() WHERE person_id = $1", ids[0])
    assert await oldest() == 0
    await _done(owner, *ids)
    await plan_due(spectrum.ports)
    assert await oldest() == 0
