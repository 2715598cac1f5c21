"""A week of many people over the world's time zones, minute by minute: what is asked, what falls due, who works it off.

People are flows by zone and minute, never objects. Everybody's week ends at their own Monday midnight, so that each
zone is a wave of its own; here a month ends at the same midnight, which is the worst that the calendar does. Workers of
the queue `minutes` are scaled by the age of the oldest due work, start late, and are lost now and then. The same seed
gives the same week.
"""

import math
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from benchmarks.capacity.costs import Costs

ZONES: Mapping[float, float] = {
    -10: 0.1, -9: 0.1, -8: 0.8, -7: 0.5, -6: 3.1, -5: 4.2, -4: 1.6, -3: 3.6, -1: 0.1, 0: 4.6, 1: 10.4, 2: 8.3, 3: 8.2,
    3.5: 1.1, 4: 1.0, 4.5: 0.5, 5: 4.0, 5.5: 18.2, 5.75: 0.4, 6: 2.6, 6.5: 0.7, 7: 5.2, 8: 20.2, 9: 2.9, 10: 0.5,
    11: 0.1, 12: 0.1,
}  # fmt: skip
"""Hours from UTC, and which part of mankind lives there, roughly, in percent."""
HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 7, 5, 4, 4, 5, 4, 4, 4, 5, 6, 7, 9, 11, 12, 10, 5)
"""When people write and look, by hour of their own day."""
SESSIONS_A_WEEK = 3.0
READS_A_WEEK = 8.0
CACHED = 0.5
"""Of what somebody active does: sessions, dashboards that are opened, and the part that the response cache answers."""
BUSY = 0.6
"""How busy a core may be on average, so that what comes unevenly does not wait."""
MINUTES = 7 * 24 * 60
TARGET_AGE_MIN = 8.0
"""The age of the oldest due work at which the number of workers stays as it is."""
LEAST_CORES = 2
START_MIN = (1, 3)
QUIET_MIN = 15
"""Workers are given back after so long without anything due."""
HOST_CORES = 16
LOST_A_DAY = 0.5
"""How many hosts of workers are lost a day."""
LEAST_PLANNERS = 4
"""Every process of `minutes` plans; of many on a host one at a time gets through."""
PROMISE_MIN = 60.0
MOST_TRIES = 40


@dataclass(frozen=True, slots=True)
class Week:
    """How a week went: people in the largest wave, lags in minutes, and the most cores that were busy at once."""

    people: int
    wave: int
    p50_min: float
    p99_min: float
    longest_min: float
    late: float
    api_cores: float
    seconds_cores: float
    minutes_cores: int
    database_cores: float


def simulate(people: int, costs: Costs, *, most_cores: int, seed: int = 1, one_zone: bool = False) -> Week:
    """Let `people` active people live for a week. `one_zone`: all of them at one place."""
    zones, shares = _zones(one_zone=one_zone), _shares(one_zone=one_zone)
    wave, crew = _Wave(people, costs), _Crew(most_cores, random.Random(seed))
    api = seconds = database = 0.0
    due = {(-offset * 60) % MINUTES: people * part for offset, part in zones.items()}
    for minute in range(MINUTES):
        share = shares[minute % 1440]
        closed = wave.live(minute, due.get(minute, 0.0), crew.cores)
        crew.look(minute, wave.oldest_min(minute))
        sessions, reads = (people * each * share for each in (SESSIONS_A_WEEK, READS_A_WEEK))
        uncached, cached = reads * (1 - CACHED), reads * CACHED
        own = sessions * costs.ingested.own_s + uncached * costs.uncached.own_s + cached * costs.cached.own_s
        kept = sessions * (costs.ingested.database_s + costs.analysed.database_s)
        kept += uncached * costs.uncached.database_s + cached * costs.cached.database_s + closed.database_s
        api, seconds = max(api, own / 60 / BUSY), max(seconds, sessions * costs.analysed.own_s / 60 / BUSY)
        database = max(database, kept / 60 / BUSY)
    lags = wave.lags()
    return Week(
        people=people,
        wave=round(max(due.values())),
        p50_min=_quantile(lags, 0.5),
        p99_min=_quantile(lags, 0.99),
        longest_min=max(lag for lag, _ in lags),
        late=sum(count for lag, count in lags if lag > PROMISE_MIN) / sum(count for _, count in lags),
        api_cores=api,
        seconds_cores=seconds,
        minutes_cores=crew.most_used,
        database_cores=database,
    )


def cores_needed(people: int, costs: Costs, *, one_zone: bool = False) -> int:
    """The fewest cores of `minutes` workers, by tenths, with which 99 % are told in three quarters of the time."""
    each_s = costs.week.own_s + costs.month.own_s
    largest = 1.0 if one_zone else max(ZONES.values()) / sum(ZONES.values())
    cores = max(LEAST_CORES, math.ceil(people * largest * each_s / (PROMISE_MIN * 60)))
    for _ in range(MOST_TRIES):
        if simulate(people, costs, most_cores=cores, one_zone=one_zone).p99_min <= 0.75 * PROMISE_MIN:
            return cores
        cores = math.ceil(cores * 1.1)
    raise ValueError("no number of cores keeps the promise: something else than workers is too slow")


def _zones(*, one_zone: bool) -> Mapping[float, float]:
    total = sum(ZONES.values())
    return {1.0: 1.0} if one_zone else {offset: part / total for offset, part in ZONES.items()}


@cache
def _shares(*, one_zone: bool) -> list[float]:
    """Which part of a week's doings falls into each minute of a day of UTC."""
    zones, week = _zones(one_zone=one_zone), sum(HOURS) * 7 * 60
    return [
        sum(part * HOURS[int((minute / 60 + offset) % 24)] for offset, part in zones.items()) / week
        for minute in range(1440)
    ]


def _quantile(lags: list[tuple[float, float]], at: float) -> float:
    ordered, passed = sorted(lags), 0.0
    whole = sum(count for _, count in ordered)
    for lag, count in ordered:
        passed += count
        if passed >= at * whole:
            return lag
    return ordered[-1][0]


@dataclass(frozen=True, slots=True)
class _Closed:
    database_s: float


class _Wave:
    """What fell due and is not told yet, in the order of time: first to be planned, then to be closed."""

    def __init__(self, people: int, costs: Costs) -> None:
        self._each = costs.week.own_s + costs.month.own_s
        self._each_database = costs.week.database_s + costs.month.database_s
        self._planned_database = costs.planned.database_s
        self._a_minute = 60 / (costs.planned.own_s + costs.planned.database_s)
        self._due: deque[tuple[int, float]] = deque()
        self._ready: deque[tuple[int, float]] = deque()
        self._told: dict[float, float] = {}
        self._left = float(people)

    def live(self, minute: int, due: float, cores: int) -> _Closed:
        """Let a minute pass, in which so many people's periods end and so many cores work."""
        if due:
            self._due.append((minute, due))
        planned = _take(self._due, max(LEAST_PLANNERS, cores // HOST_CORES) * self._a_minute)
        self._ready += planned
        taken = _take(self._ready, cores * 60 / self._each)
        for since, count in taken:
            lag = minute + 1.0 - since
            self._told[lag] = self._told.get(lag, 0.0) + count
        done = sum(count for _, count in taken)
        return _Closed(done * self._each_database + sum(count for _, count in planned) * self._planned_database)

    def oldest_min(self, minute: int) -> float:
        """How long the oldest of what is due has been waiting."""
        waiting = [queue[0][0] for queue in (self._due, self._ready) if queue]
        return minute + 1.0 - min(waiting) if waiting else 0.0

    def lags(self) -> list[tuple[float, float]]:
        """Minutes from the end of a period to its words, and how many people waited as long; with who waits still."""
        waiting = [(float(MINUTES - since), count) for queue in (self._due, self._ready) for since, count in queue]
        return [*self._told.items(), *waiting]


def _take(queue: deque[tuple[int, float]], most: float) -> list[tuple[int, float]]:
    """Take up to `most` people off the front."""
    taken = []
    while queue and most > 0:
        since, count = queue.popleft()
        now = min(count, most)
        taken.append((since, now))
        most -= now
        if now < count:
            queue.appendleft((since, count - now))
    return taken


class _Crew:
    """The cores that work; asked for by the age of the oldest due work, there some minutes later, lost now and then."""

    def __init__(self, most: int, luck: random.Random) -> None:
        self.cores = self.most_used = LEAST_CORES
        self._most, self._luck = max(most, LEAST_CORES), luck
        self._starting: list[tuple[int, int]] = []
        self._quiet_since = 0

    def look(self, minute: int, oldest_min: float) -> None:
        """Lose whom fate takes, receive who has started, and ask for as many as the age of the oldest calls for."""
        if self._luck.random() < LOST_A_DAY / 1440:
            self.cores = max(0, self.cores - HOST_CORES)
        self.cores += sum(cores for at, cores in self._starting if at <= minute)
        self._starting = [(at, cores) for at, cores in self._starting if at > minute]
        if oldest_min > 0:
            self._quiet_since = minute
        coming = self.cores + sum(cores for _, cores in self._starting)
        wanted = math.ceil(max(coming, LEAST_CORES) * oldest_min / TARGET_AGE_MIN)
        wanted = max(LEAST_CORES, min(self._most, wanted, 2 * coming + 4))
        if wanted > coming:
            self._starting.append((minute + self._luck.randint(*START_MIN), wanted - coming))
        elif minute - self._quiet_since > QUIET_MIN:
            self.cores, self._starting = LEAST_CORES, []
        self.most_used = max(self.most_used, self.cores)
