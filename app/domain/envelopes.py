"""The envelopes that Spectrum is run inside: what it may take of time, money, memory and room, each limit once.

A limit is met by whatever is not above it. Measures nothing; `docs/envelopes.md` says what was measured, and how.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.engagement import TARGET_MS
from app.domain.promises import OBJECTIVE

SESSIONS_A_YEAR = 120
"""What a person-year is reckoned as: ten sessions a month."""


class EnvelopeUnit(StrEnum):
    """What a limit counts; a SHARE is from 0 to 1."""

    MILLISECONDS = "MILLISECONDS"
    SECONDS = "SECONDS"
    DOLLARS = "DOLLARS"
    MEBIBYTES = "MEBIBYTES"
    KIBIBYTES = "KIBIBYTES"
    SHARE = "SHARE"
    COUNT = "COUNT"


class EnvelopeState(StrEnum):
    """How the present value stands to its limit; UNKNOWN where there is none here."""

    WITHIN = "WITHIN"
    OVER = "OVER"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One limit: of what, how much at most, and the command that measures it.

    `elsewhere` says where the present value is to be had when the team's pages cannot ask for it.
    """

    key: str
    what: str
    limit: float
    unit: EnvelopeUnit
    command: str
    elsewhere: str | None = None

    def state(self, present: float | None) -> EnvelopeState:
        """How a value stands to the limit."""
        if present is None:
            return EnvelopeState.UNKNOWN
        return EnvelopeState.WITHIN if present <= self.limit else EnvelopeState.OVER


_OPS, _READ, _IMPORTS = "/ops", "python -m benchmarks read", "python -m benchmarks imports"
_PHONE, _GROWTH = "python -m benchmarks.dashboard", "python -m benchmarks.growth"
_SLOWED = "Of a slowed phone, by the command; real phones tell of their loads."
_SCRAPED = "Each process tells it at /metrics."
_ALONE = "By the command, on a system that has nothing else to do."
_STARTED = "By the command; a start that takes longer shows in the platform's events."
_MS, _S, _MIB = EnvelopeUnit.MILLISECONDS, EnvelopeUnit.SECONDS, EnvelopeUnit.MEBIBYTES
_SHARE, _COUNT = EnvelopeUnit.SHARE, EnvelopeUnit.COUNT

ENVELOPES: Mapping[str, Envelope] = {
    each.key: each
    for each in (
        Envelope("pages.load", "Load of the slowest page, 3 of 4 real loads", TARGET_MS, _MS, _OPS),
        Envelope("pages.cold", "First picture, cold, slowed phone, median", 1_800, _MS, _PHONE, _SLOWED),
        Envelope("pages.warm", "First picture, warm, slowed phone, median", 1_000, _MS, _PHONE, _SLOWED),
        Envelope("api.cached.p50", "Dashboard from the cache, 16 callers, median", 25, _MS, _READ, _SCRAPED),
        Envelope("api.cached.p95", "Dashboard from the cache, 16 callers, p95", 60, _MS, _READ, _SCRAPED),
        Envelope("api.cached.p99", "Dashboard from the cache, 16 callers, p99", 120, _MS, _READ, _SCRAPED),
        Envelope("api.uncached.p50", "Dashboard uncached, 16 callers, median", 500, _MS, _READ, _SCRAPED),
        Envelope("api.uncached.p95", "Dashboard uncached, 16 callers, p95", 800, _MS, _READ, _SCRAPED),
        Envelope("api.uncached.p99", "Dashboard uncached, 16 callers, p99", 1_000, _MS, _READ, _SCRAPED),
        Envelope("sla.numbers", "Session to numbers, idle, p95", 500, _MS, "python -m benchmarks ingest", _ALONE),
        Envelope("sla.week", "Cards of the last week, late or missing", round(1 - OBJECTIVE, 6), _SHARE, _OPS),
        Envelope("sla.month", "Summaries of the last month, late or missing", round(1 - OBJECTIVE, 6), _SHARE, _OPS),
        Envelope("queue.seconds.age", "Queue of seconds, oldest due", 30, _S, _OPS),
        Envelope("queue.minutes.age", "Queue of minutes, oldest due", 1_800, _S, _OPS),
        Envelope("queue.hours.age", "Queue of hours, oldest due", 21_600, _S, _OPS),
        Envelope("queue.seconds.depth", "Queue of seconds, waiting", 2_000, _COUNT, _OPS),
        Envelope("queue.minutes.depth", "Queue of minutes, waiting", 200_000, _COUNT, _OPS),
        Envelope("queue.hours.depth", "Queue of hours, waiting", 20_000, _COUNT, _OPS),
        Envelope(
            "spend.thousand",
            "Models, 1,000 active people and month",
            2,
            EnvelopeUnit.DOLLARS,
            "python -m benchmarks aggregate",
        ),
        Envelope("memory.api", "API process, its cache full", 256, _MIB, _OPS),
        Envelope("memory.api.empty", "API process, nothing in its cache", 90, _MIB, _IMPORTS, _SCRAPED),
        Envelope("memory.seconds", "Worker of seconds, idle", 300, _MIB, _IMPORTS, _SCRAPED),
        Envelope("memory.minutes", "Worker of minutes, idle, with models", 300, _MIB, _IMPORTS, _SCRAPED),
        Envelope("memory.hours", "Worker of hours, idle, with models", 400, _MIB, _IMPORTS, _SCRAPED),
        Envelope("start.api", "Start of an API process until it listens", 5, _S, _IMPORTS, _STARTED),
        Envelope("start.worker", "Start of a worker until it listens", 15, _S, _IMPORTS, _STARTED),
        Envelope("database.connections", "Connections, of all that may be open", 0.8, _SHARE, _OPS),
        Envelope("database.person_year", "Bytes a person-year", 300, EnvelopeUnit.KIBIBYTES, _GROWTH),
    )
}
"""By key, in the order they are shown in. Budgets of features are limits of their own, which the team sets."""
