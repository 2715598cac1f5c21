"""The brief: everything a writer is given, as rounded numbers and names from closed lists.

Holds no person, no words of a person and no identifier; a field that is not named here cannot get in.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.affect import CareLevel, ThinkingPattern
from app.domain.estimates.estimate import ConfidenceLevel, Direction, Estimate
from app.domain.findings.evidence import Evidence
from app.domain.findings.finding import SUPPORT_KEY, Finding, InsightKind, SuggestedAction
from app.domain.measures import Metric
from app.domain.periods import Period

HUNDREDTHS = 100
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
NAMED_OUTRIGHT: frozenset[ThinkingPattern] = frozenset()
"""Patterns that may be named without "may": those whose precision was measured on people's own texts. None yet."""


class Form(StrEnum):
    """What is to be written."""

    CARD = "CARD"
    MONTH = "MONTH"


class Manner(StrEnum):
    """How it is to be written: SUPPORT claims nothing, GENTLE celebrates nothing."""

    PLAIN = "PLAIN"
    GENTLE = "GENTLE"
    SUPPORT = "SUPPORT"


class SectionKind(StrEnum):
    """The sections of a month, in reading order."""

    OVERVIEW = "OVERVIEW"
    LANDSCAPE = "LANDSCAPE"
    PATTERNS = "PATTERNS"
    RHYTHMS = "RHYTHMS"
    WHAT_HELPED = "WHAT_HELPED"
    CHANGES = "CHANGES"
    LOOKING_AHEAD = "LOOKING_AHEAD"


SECTION_OF_TOPIC: Mapping[str, SectionKind] = {
    "overview": SectionKind.OVERVIEW,
    "landscape": SectionKind.LANDSCAPE,
    "feeling": SectionKind.LANDSCAPE,
    "pattern": SectionKind.PATTERNS,
    "time": SectionKind.RHYTHMS,
    "weekday": SectionKind.RHYTHMS,
    "helped": SectionKind.WHAT_HELPED,
    "change": SectionKind.CHANGES,
    "steady": SectionKind.CHANGES,
    "unsettled": SectionKind.CHANGES,
    "previous": SectionKind.CHANGES,
    "ahead": SectionKind.LOOKING_AHEAD,
    "care": SectionKind.LOOKING_AHEAD,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One evidence for the writer: `value`, `low` and `high` in hundredths of the metric's scale, None when withheld.

    `shown` holds the integers a sentence may show; see `Evidence.shown`.
    """

    id: str
    metric: Metric
    subject: str | None
    shown: tuple[tuple[str, int], ...]
    value: int | None
    low: int | None
    high: int | None
    confidence: ConfidenceLevel
    direction: Direction | None
    usual_days: int | None

    def get(self, name: str) -> int:
        """The integer called `name`, 0 when it is not shown."""
        return dict(self.shown).get(name, 0)


@dataclass(frozen=True, slots=True)
class Point:
    """One finding for the writer: its key, its kind, the ids of its facts, and the step to offer."""

    key: str
    kind: InsightKind
    facts: tuple[str, ...]
    suggestion: SuggestedAction | None

    @property
    def topic(self) -> str:
        """The part of the key before the colon."""
        return self.key.partition(":")[0]

    @property
    def subject(self) -> str:
        """The part of the key after the colon."""
        return self.key.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Brief:
    """What a writer is given for one card or one month. A card has one point."""

    form: Form
    manner: Manner
    period: Period
    points: tuple[Point, ...]
    facts: tuple[Fact, ...]
    digest: str = field(init=False, repr=False, compare=False)
    """SHA-256 (hex) of the brief as canonical JSON: sorted keys, no spaces."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(_canonical(brief_to_json(self)).encode()).hexdigest())

    def fact(self, evidence_id: str) -> Fact | None:
        """The fact with this id, None when there is none."""
        return next((fact for fact in self.facts if fact.id == evidence_id), None)


def brief_for_card(finding: Finding, period: Period, care: CareLevel = CareLevel.NONE) -> Brief:
    """The brief of one weekly card; `period` is its week, `care` the level known for that week."""
    return _brief(Form.CARD, (finding,), period, care)


def brief_for_month(findings: Sequence[Finding], period: Period, care: CareLevel = CareLevel.NONE) -> Brief:
    """The brief of a monthly narrative; `findings` as `find_month` orders them."""
    return _brief(Form.MONTH, findings, period, care)


def numbered(findings: Iterable[Finding]) -> dict[str, Evidence]:
    """Evidence of `findings` by the ids "e1".."eN" that a brief gives it; equal evidence has one id."""
    unique = dict.fromkeys(evidence for finding in findings for evidence in finding.evidence)
    return {f"e{place}": evidence for place, evidence in enumerate(unique, start=1)}


def brief_to_json(brief: Brief) -> dict[str, Any]:
    """Plain types only: what a model is sent, what is kept, and what the digest covers."""
    return {
        "form": brief.form.value,
        "manner": brief.manner.value,
        "period": {"first": brief.period.first.isoformat(), "last": brief.period.last.isoformat()},
        "points": [
            {
                "key": point.key,
                "kind": point.kind.value,
                "facts": list(point.facts),
                "suggestion": None if point.suggestion is None else point.suggestion.value,
            }
            for point in brief.points
        ],
        "facts": [_fact_to_json(fact) for fact in brief.facts],
    }


def brief_from_json(raw: Mapping[str, Any]) -> Brief:
    """What `brief_to_json` wrote. KeyError or ValueError on anything else."""
    period = Period(date.fromisoformat(raw["period"]["first"]), date.fromisoformat(raw["period"]["last"]))
    points = tuple(
        Point(
            key=point["key"],
            kind=InsightKind(point["kind"]),
            facts=tuple(point["facts"]),
            suggestion=None if point["suggestion"] is None else SuggestedAction(point["suggestion"]),
        )
        for point in raw["points"]
    )
    facts = tuple(_fact_from_json(fact) for fact in raw["facts"])
    return Brief(Form(raw["form"]), Manner(raw["manner"]), period, points, facts)


def _brief(form: Form, findings: Sequence[Finding], period: Period, care: CareLevel) -> Brief:
    ids = {evidence: name for name, evidence in numbered(findings).items()}
    points = tuple(
        Point(finding.key, finding.kind, tuple(ids[e] for e in finding.evidence), finding.suggestion)
        for finding in findings
    )
    facts = tuple(_fact(name, evidence) for evidence, name in ids.items())
    return Brief(form, _manner(findings, care), period, points, facts)


def _manner(findings: Sequence[Finding], care: CareLevel) -> Manner:
    if any(finding.key == SUPPORT_KEY for finding in findings):
        return Manner.SUPPORT
    return Manner.PLAIN if care is CareLevel.NONE else Manner.GENTLE


def _fact(name: str, evidence: Evidence) -> Fact:
    comparison, value = evidence.comparison, evidence.value
    return Fact(
        id=name,
        metric=evidence.metric,
        subject=evidence.subject,
        shown=evidence.shown,
        value=_hundredths(value, value.value),
        low=_hundredths(value, value.low),
        high=_hundredths(value, value.high),
        confidence=value.confidence,
        direction=None if comparison is None else comparison.direction,
        usual_days=None if comparison is None else comparison.baseline_period.days,
    )


def _hundredths(estimate: Estimate, number: float | None) -> int | None:
    return None if number is None or estimate.suppressed is not None else round(number * HUNDREDTHS)


def _fact_to_json(fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "metric": fact.metric.value,
        "subject": fact.subject,
        "shown": dict(fact.shown),
        "value": fact.value,
        "low": fact.low,
        "high": fact.high,
        "confidence": fact.confidence.value,
        "direction": None if fact.direction is None else fact.direction.value,
        "usual_days": fact.usual_days,
    }


def _fact_from_json(raw: Mapping[str, Any]) -> Fact:
    direction = raw["direction"]
    return Fact(
        id=raw["id"],
        metric=Metric(raw["metric"]),
        subject=raw["subject"],
        shown=tuple(sorted((str(name), int(n)) for name, n in raw["shown"].items())),
        value=raw["value"],
        low=raw["low"],
        high=raw["high"],
        confidence=ConfidenceLevel(raw["confidence"]),
        direction=None if direction is None else Direction(direction),
        usual_days=raw["usual_days"],
    )
