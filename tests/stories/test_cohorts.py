"""What statistics are given of people: whose upgrade counts, whose exposure, and where first days and cohorts end."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.periods import Period
from app.storage.engagement import cohorts
from app.storage.engagement.cohorts import ArmTally, Life, Lived
from app.wiring import Spectrum

MET = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
WITHIN = 14
LANDMARK = 28
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
COHORT = Period(date(2026, 3, 2), date(2026, 3, 8))
MIDNIGHT = datetime(2026, 3, 9, tzinfo=UTC)
"""The cohort's end: the first moment that is not of it."""
WEEK = timedelta(weeks=1)
ELSEWHERE = "SET LOCAL TIME ZONE 'Pacific/Auckland'"
"""Where a database may think that it is."""


@pytest.fixture(autouse=True)
async def nobody(owner: Any) -> None:
    """Begin with nobody."""
    for table in ("assignment", "upgrade", "event", "session", "person"):
        await owner.execute(f"TRUNCATE {table} CASCADE")


class Crowd:
    """People as storage keeps them, one row at a time."""

    def __init__(self, spectrum: Spectrum, owner: Any) -> None:
        self.spectrum, self.owner = spectrum, owner

    async def assign(self, *, at: datetime = MET, exposed: timedelta | None = None, arm: str = "shown") -> UUID:
        """Somebody in an arm, who met it so long after."""
        await self.owner.execute(
            "INSERT INTO assignment (person_id, experiment, arm, assigned_at, exposed_at)"
            " VALUES ($1, 'teaser', $2, $3, $4)",
            *(person_id := uuid4(), arm, at),
            None if exposed is None else at + exposed,
        )
        return person_id

    async def say(self, person_id: UUID, after: timedelta, plan: str = "PLUS") -> None:
        """Billing says so, so long after `MET`."""
        await self.owner.execute(
            "INSERT INTO upgrade (person_id, id, plan, at) VALUES ($1, $2, $3, $4)",
            *(person_id, uuid4(), plan, MET + after),
        )

    async def meet(self, at: datetime = MET) -> UUID:
        """Somebody who was first met then."""
        await self.owner.execute(
            "INSERT INTO person (id, epoch, zone, zone_as_of, locale, plan, week_due, week_due_at, month_due,"
            " month_due_at, data_key, created_at)"
            " VALUES ($1, 1, 'UTC', $2, 'en', 'FREE', $2::timestamptz::date, $2, $2::timestamptz::date, $2, '', $2)",
            *(person_id := uuid4(), at),
        )
        return person_id

    async def use(self, person_id: UUID, after: timedelta, name: str = "LANDSCAPE_VIEWED") -> None:
        """They open something, so long after `MET`."""
        await self.owner.execute(
            "INSERT INTO event (person_id, id, name, occurred_at, app_version, platform)"
            " VALUES ($1, $2, $3, $4, '1.0', 'WEB')",
            *(person_id, uuid4(), name, MET + after),
        )

    async def talk(self, person_id: UUID, after: timedelta, source: str = "MIRROR") -> None:
        """They have a session, so long after `MET`."""
        at = MET + after
        await self.owner.execute(
            "INSERT INTO session (person_id, id, source, started_at, ended_at, local_date, local_minute, turn_count,"
            " zone, status) VALUES ($1, $2, $3, $4, $4, $5, 600, 1, 'UTC', 'DONE')",
            *(person_id, uuid4(), source, at, at.date()),
        )

    async def arm(self) -> ArmTally:
        """What came of the only arm."""
        async with self.spectrum.ports.store.for_everyone() as tx:
            (found,) = (await cohorts.count_arms(tx, "teaser", within_days=WITHIN)).values()
        return found

    async def lives(self) -> list[Life]:
        """Of whom the cohort is that was assigned."""
        async with self.spectrum.ports.store.for_everyone() as tx:
            await tx.execute(ELSEWHERE)
            return await cohorts.list_lives(tx, "teaser", COHORT, unit=WEEK, most=8)

    async def lived(self) -> Sequence[Lived]:
        """Of whom the cohort is that was met."""
        async with self.spectrum.ports.store.for_everyone() as tx:
            await tx.execute(ELSEWHERE)
            return await cohorts.list_lived(tx, COHORT, unit=WEEK, most=8, landmark_days=LANDMARK)


@pytest.fixture
async def crowd(spectrum: Spectrum, owner: Any) -> Crowd:
    """Give a world without anybody."""
    return Crowd(spectrum, owner)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ([("PLUS", timedelta(0))], (0.0,)),
        ([("PLUS", 3 * DAY)], (3.0,)),
        ([("PLUS", 5 * DAY), ("TRIAL", 2 * DAY)], (2.0,)),
        ([("FREE", DAY), ("PLUS", 4 * DAY)], (4.0,)),
        ([("PLUS", -DAY), ("PLUS", 4 * DAY)], (4.0,)),
        ([("FREE", DAY)], ()),
        ([("PLUS", -SECOND)], ()),
        ([("PLUS", WITHIN * DAY)], ()),
        ([("PLUS", WITHIN * DAY - SECOND)], (pytest.approx(WITHIN, abs=0.001),)),
    ],
)
async def test_an_upgrade_is_one_from_assignment_on_within_the_window(
    crowd: Crowd, said: list[tuple[str, timedelta]], days: tuple[float, ...]
) -> None:
    """The first counts; a plan that ends, one of before, and one after the window are none."""
    person_id = await crowd.assign()
    for plan, after in said:
        await crowd.say(person_id, after, plan)
    tally = await crowd.arm()
    assert (tally.people, tally.upgraded, tally.days_to_upgrade) == (1, len(days), days)


@pytest.mark.parametrize(
    ("exposed", "upgraded", "counts"),
    [
        (None, None, (0, 0)),
        (DAY, None, (1, 0)),
        (WITHIN * DAY, None, (1, 0)),
        (WITHIN * DAY + SECOND, None, (0, 0)),
        (DAY, 2 * DAY, (1, 1)),
        (2 * DAY, 2 * DAY, (1, 1)),
        (2 * DAY + SECOND, 2 * DAY, (0, 0)),
        (None, 2 * DAY, (0, 0)),
        (5 * DAY, WITHIN * DAY + DAY, (1, 0)),
    ],
)
async def test_who_met_it_too_late_was_not_exposed(
    crowd: Crowd, exposed: timedelta | None, upgraded: timedelta | None, counts: tuple[int, int]
) -> None:
    """After their upgrade, or after the window, it can have changed nothing."""
    person_id = await crowd.assign(exposed=exposed)
    if upgraded is not None:
        await crowd.say(person_id, upgraded)
    tally = await crowd.arm()
    assert (tally.exposed, tally.exposed_upgraded) == counts


async def test_arms_and_people_are_counted_apart(crowd: Crowd) -> None:
    """Another's upgrade is nobody else's, and an arm of whom nobody is in is not there."""
    one, two = await crowd.assign(arm="none"), await crowd.assign(arm="shown")
    await crowd.say(two, DAY)
    async with crowd.spectrum.ports.store.for_everyone() as tx:
        found = await cohorts.count_arms(tx, "teaser", within_days=WITHIN)
        assert await cohorts.count_arms(tx, "another", within_days=WITHIN) == {}
    assert one != two
    assert {arm: tally.upgraded for arm, tally in found.items()} == {"none": 0, "shown": 1}


@pytest.mark.parametrize(
    ("at", "is_in"),
    [
        (datetime(2026, 3, 2, tzinfo=UTC), True),
        (datetime(2026, 3, 2, tzinfo=UTC) - SECOND, False),
        (MIDNIGHT - SECOND, True),
        (MIDNIGHT, False),
    ],
)
async def test_a_cohort_has_its_last_day_and_not_the_next(crowd: Crowd, at: datetime, is_in: bool) -> None:
    """Days are those of UTC, whether people were assigned or met on them."""
    await crowd.assign(at=at)
    await crowd.meet(at)
    assert (len(await crowd.lives()), len(await crowd.lived())) == (is_in, is_in)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (LANDMARK * DAY - SECOND, (True, True)),
        (LANDMARK * DAY, (True, False)),
        (LANDMARK * DAY + 9 * DAY, (True, False)),
    ],
)
async def test_first_use_after_the_landmark_is_later_use(
    crowd: Crowd, after: timedelta, expected: tuple[bool, bool]
) -> None:
    """Who came to it later is a user, and was none in their first days; other events are no use."""
    person_id = await crowd.meet()
    await crowd.use(person_id, DAY, "PUSH_RECEIVED")
    (before,) = await crowd.lived()
    assert (before.is_user, before.was_user) == (False, False)
    await crowd.use(person_id, after)
    (found,) = await crowd.lived()
    assert (found.is_user, found.was_user) == expected


async def test_early_behaviour_ends_at_the_landmark(crowd: Crowd) -> None:
    """Sessions, days, sources, and weeks since the first, until the last moment of the first days and not after."""
    person_id = await crowd.meet()
    for after, source in ((WEEK, "MIRROR"), (WEEK + timedelta(hours=1), "TURN"), (LANDMARK * DAY - SECOND, "MIRROR")):
        await crowd.talk(person_id, after, source)
    (before,) = await crowd.lived()
    assert before.behaviour == pytest.approx((3, 2, 2, 3), abs=0.001)
    for after in (LANDMARK * DAY, LANDMARK * DAY + DAY):
        await crowd.talk(person_id, after, "LENS")
    (found,) = await crowd.lived()
    assert found.behaviour == before.behaviour
    assert set(found.active) == {2, 4, 5}
