"""What a person's devices are told of a change: why their data moved on, and which one thing it concerns.

Holds a reason and ids; never what changed, and nothing that anybody wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.periods import Period, PeriodKind, format_period


class RevisionReason(StrEnum):
    """Why somebody's data are others now."""

    SESSION_ANALYSED = "SESSION_ANALYSED"
    SESSION_CORRECTED = "SESSION_CORRECTED"
    EXCLUSION_CHANGED = "EXCLUSION_CHANGED"
    WRITING_PUBLISHED = "WRITING_PUBLISHED"
    RESET = "RESET"
    ANALYSER_UPGRADED = "ANALYSER_UPGRADED"
    PERIOD_CLOSED = "PERIOD_CLOSED"


@dataclass(frozen=True, slots=True)
class News:
    """Why; `about` is kind and key of the one object that is meant (`Session:…`), None where it is more than one."""

    reason: RevisionReason
    about: str | None = None


_SUMMARY: Mapping[PeriodKind, str] = {PeriodKind.WEEK: "WeeklySummary", PeriodKind.MONTH: "MonthlySummary"}


def own_key(person_id: UUID, kind: PeriodKind, period: Period) -> str:
    """What the id of a person's week or month names: a calendar unit alone would be everybody's."""
    return f"{person_id}.{format_period(kind, period)}"


def of_period(person_id: UUID, kind: PeriodKind, period: Period, *, told: bool) -> News:
    """A week or month was closed, and it was `told` in words or not."""
    reason = RevisionReason.WRITING_PUBLISHED if told else RevisionReason.PERIOD_CLOSED
    return News(reason, f"{_SUMMARY[kind]}:{own_key(person_id, kind, period)}")
