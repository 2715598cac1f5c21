"""Simulated people: where they live, when their sessions arrive, and which of their periods must close when.

Pure: knows no database. What must close is computed here from the calendar alone, as an independent answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.periods import PeriodKind, ends_at, following, local_start, period_of
from app.domain.sessions import SessionStatus
from app.jobs import PersonAt

Period = tuple[UUID, int, PeriodKind, date]
"""Person, epoch, kind and first day."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ANALYSIS_GRACE = timedelta(minutes=10)
ZONES = (
    "Pacific/Kiritimati",  # +14
    "Etc/GMT+12",  # -12
    "Europe/Berlin",
    "Africa/Cairo",  # its clocks spring forward at midnight
    "America/Santiago",  # as above, in the other half of the year
    "America/Asuncion",  # October 2023 began at one o'clock
    "Asia/Tehran",  # so did Monday, 22 March 2021
    "Asia/Kathmandu",  # +05:45
)
FIRST_DAYS = (
    date(2024, 2, 26),  # the week of the leap day
    date(2024, 3, 27), date(2024, 4, 24), date(2024, 9, 4), date(2024, 10, 23), date(2024, 10, 30),  # clocks change
    date(2023, 9, 28), date(2021, 3, 18),
    date(2020, 12, 24), date(2020, 12, 31),  # a year of 53 weeks ends
    date(2021, 12, 29), date(2024, 12, 27), date(2025, 6, 2),
)  # fmt: skip


@dataclass(slots=True)
class Session:
    """A session as the simulation knows it.

    `asked`: whether its analysis was asked for; `analysed_in`: the epoch its numbers were kept in.
    """

    id: UUID
    zone: str
    started_at: datetime
    received_at: datetime
    status: SessionStatus = SessionStatus.PENDING
    asked: bool = False
    analysed_in: int | None = None

    @property
    def day(self) -> date:
        """The local day it began on."""
        return local_start(self.started_at, self.zone)[0]


@dataclass(frozen=True, slots=True, order=True)
class Closing:
    """A period that must be planned, and the moment its promise counts from."""

    kind: PeriodKind
    first_day: date
    due_at: datetime


@dataclass(slots=True)
class Person:
    """A person as the simulation knows them; `due` is the first day of the next week and month to close."""

    id: UUID
    name: str
    zone: str
    plan: str
    epoch: int = 0
    known: bool = False
    zone_as_of: datetime = LONG_AGO
    due: dict[PeriodKind, date] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)

    @property
    def at(self) -> PersonAt:
        """The person in their present epoch."""
        return PersonAt(self.id, self.epoch)

    def meet(self, first: Session) -> None:
        """Begin the calendar with the week and month of the first session."""
        self.known, self.zone, self.zone_as_of = True, first.zone, first.started_at
        self.due = {kind: period_of(kind, first.day).first for kind in PeriodKind}

    def take(self, sessions: list[Session]) -> None:
        """Keep sessions, in the order they began; the newest says where the person is."""
        for session in sessions:
            session.asked = self.plan != "FREE"
        self.sessions |= {session.id: session for session in sessions}
        newest = sessions[-1]
        if newest.started_at >= self.zone_as_of:
            self.zone, self.zone_as_of = newest.zone, newest.started_at

    def ends(self, kind: PeriodKind) -> datetime:
        """When the next period to close is over, where the person is."""
        return ends_at(period_of(kind, self.due[kind]), self.zone)

    def close_until(self, now: datetime) -> list[Closing]:
        """Pass every period that is over, in order; those with a session must be planned."""
        if not self.known or self.plan == "FREE":
            return []
        return [closing for kind in PeriodKind for closing in self._close(kind, now)]

    def _close(self, kind: PeriodKind, now: datetime) -> Iterator[Closing]:
        while (due_at := self.ends(kind)) <= now and not self._waits_for_analysis(kind, now):
            period = period_of(kind, self.due[kind])
            if any(session.day in period for session in self.sessions.values()):
                yield Closing(kind, period.first, due_at)
            self.due[kind] = following(kind, period).first

    def _waits_for_analysis(self, kind: PeriodKind, now: datetime) -> bool:
        last_day = period_of(kind, self.due[kind]).last
        return any(
            session.status is SessionStatus.PENDING
            and session.received_at > now - ANALYSIS_GRACE
            and session.day <= last_day
            for session in self.sessions.values()
        )

    def analysed(self, kind: PeriodKind, first_day: date) -> frozenset[UUID]:
        """The sessions of a period that have numbers now."""
        period = period_of(kind, first_day)
        return frozenset(s.id for s in self.sessions.values() if s.status is SessionStatus.DONE and s.day in period)

    def closed_periods_of(self, session: Session) -> list[Period]:
        """The weeks and months that have closed and must tell of a session: none before it is analysed."""
        if session.status is not SessionStatus.DONE or session.analysed_in != self.epoch:
            return []
        firsts = [(kind, period_of(kind, session.day).first) for kind in PeriodKind]
        return [(self.id, self.epoch, kind, first) for kind, first in firsts if first < self.due[kind]]


def draw_people(rng: Random) -> list[Person]:
    """One to four people, in half the runs neighbours whose periods end together; few are on the free plan."""
    zones = (rng.choice(ZONES),) if rng.random() < 0.5 else ZONES
    return [
        Person(UUID(int=rng.getrandbits(128)), f"p{n}", rng.choice(zones), "FREE" if rng.random() < 0.1 else "PLUS")
        for n in range(1, rng.choice((1, 1, 2, 3, 4)) + 1)
    ]


def draw_sessions(rng: Random, person: Person, now: datetime) -> list[Session]:
    """One to five sessions that are over, in order: of today or late, some by someone who has travelled."""
    zone = rng.choice(ZONES) if rng.random() < 0.15 else person.zone
    sessions = [
        Session(UUID(int=rng.getrandbits(128)), zone, _draw_start(rng, person, zone, now), now)
        for _ in range(rng.choice((1, 1, 1, 2, 4)))
    ]
    return sorted(sessions, key=lambda session: session.started_at)


def _draw_start(rng: Random, person: Person, zone: str, now: datetime) -> datetime:
    """Within the last hours, the last weeks, or a second from the midnight that begins or ends a period."""
    choice = rng.random()
    if choice < 0.5 or not person.known:
        return now - timedelta(minutes=rng.randint(1, 600))
    if choice < 0.8:
        return now - timedelta(days=rng.randint(1, 20), minutes=rng.randint(0, 600))
    day = period_of(rng.choice(list(PeriodKind)), now.date() - timedelta(days=rng.randint(0, 14))).first
    midnight = datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
    return min(midnight + timedelta(seconds=rng.choice((-1, 0))), now - timedelta(seconds=1))
