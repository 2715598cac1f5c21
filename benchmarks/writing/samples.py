"""What the sample people had to be told in some of their weeks and months: `python -m benchmarks.writing.samples`.

Reads their sessions with the product's own analyser, finds as the pipeline does, and keeps the findings in a file, so
that the gallery needs no analyser. Their words stay in memory.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.analyser import Analyser, PersonTurn, care_level, load_analyser
from app.domain.affect import CareLevel, SessionNumbers, Speaker
from app.domain.estimates.estimate import ConfidenceLevel
from app.domain.findings import Finding, InsightKind, SuggestedAction, evidence_from_json, evidence_to_json
from app.domain.narrative import Brief, brief_for_card, brief_for_month
from app.domain.periods import Period, PeriodKind, following, local_start, period_of, week_of
from app.domain.sessions import FinishedSession, session_from_json
from app.samples import SAMPLE_PEOPLE, sample_sessions
from benchmarks.writing.briefs import month_findings, week_findings

FILE = Path(__file__).with_name("samples.json")
TODAY = date(2026, 11, 2)
"""A Monday, on which the five months of the sample people are June to October."""
_DECIMALS = 6
_WEEK, _MONTH = PeriodKind.WEEK, PeriodKind.MONTH
SHOWN: Mapping[str, tuple[tuple[PeriodKind, date], ...]] = {
    "sample-jorinde": ((_WEEK, date(2026, 8, 10)), (_WEEK, date(2026, 10, 19)), (_MONTH, date(2026, 10, 1))),
    "sample-devan": ((_WEEK, date(2026, 10, 19)), (_MONTH, date(2026, 10, 1))),
    "sample-tess": ((_WEEK, date(2026, 10, 12)), (_MONTH, date(2026, 8, 1))),
    "sample-odell": ((_WEEK, date(2026, 9, 21)), (_WEEK, date(2026, 10, 5)), (_MONTH, date(2026, 8, 1))),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A week or month of a sample person, and what was found in it."""

    subject_key: str
    kind: PeriodKind
    period: Period
    findings: tuple[Finding, ...]

    @property
    def briefs(self) -> tuple[Brief, ...]:
        """Of a week one for each card, of a month one."""
        if self.kind is PeriodKind.MONTH:
            return (brief_for_month(self.findings, self.period),)
        return tuple(brief_for_card(finding, self.period) for finding in self.findings)


def read_shown() -> list[Shown]:
    """What the file holds, in the order of `SHOWN`."""
    return [
        Shown(
            each["person"],
            PeriodKind(each["kind"]),
            period_of(PeriodKind(each["kind"]), date.fromisoformat(each["first"])),
            tuple(map(_finding_from_json, each["findings"])),
        )
        for each in json.loads(FILE.read_text(encoding="utf-8"))
    ]


def find_shown(people: Sequence[str] = tuple(SHOWN)) -> Iterator[Shown]:
    """The same, found anew from the sessions of `people`."""
    known = _numbers(people)
    for person in people:
        weeks = dict(_weeks(known[person]))
        for kind, first in SHOWN[person]:
            period = period_of(kind, first)
            found = weeks[first] if kind is _WEEK else month_findings(known[person], period, CareLevel.NONE)
            yield Shown(person, kind, period, found)


def _weeks(known: Sequence[SessionNumbers]) -> Iterator[tuple[date, tuple[Finding, ...]]]:
    """Every week in turn, since none repeats what the week before was told."""
    week, told = week_of(known[0].local_date), frozenset[str]()
    while week.last < TODAY:
        found = week_findings(known, week, told=told, care=CareLevel.NONE)
        yield week.first, found
        week, told = following(_WEEK, week), frozenset(finding.key for finding in found)


def _numbers(people: Sequence[str]) -> Mapping[str, list[SessionNumbers]]:
    analyser, found = load_analyser(), defaultdict[str, list[SessionNumbers]](list)
    for session in map(session_from_json, sample_sessions(TODAY)):
        if session.subject_key in people:
            found[session.subject_key].append(_read(analyser, session))
    return found


def _read(analyser: Analyser, session: FinishedSession) -> SessionNumbers:
    turns = [PersonTurn(t.index, t.kind, t.text) for t in session.turns if t.speaker is Speaker.PERSON]
    assert care_level(turn.text for turn in turns) is CareLevel.NONE, "the sample people need none"
    reading = analyser.read_session(turns)
    day, minute = local_start(session.started_at, session.zone)
    return SessionNumbers(
        session_id=session.session_key,
        source=session.source,
        local_date=day,
        local_minute=minute,
        use=reading.use,
        valence=reading.valence,
        arousal=reading.arousal,
        emotions=reading.emotions,
        emotions_present=reading.emotions_present,
        patterns=reading.patterns,
        patterns_present=reading.patterns_present,
        turns=reading.turns,
        self_shift=session.self_shift,
        confidence=reading.confidence,
        analyser_version=reading.analyser_version,
    )


def shown_to_json(shown: Shown) -> dict[str, Any]:
    """Plain types only, numbers to six decimals."""
    findings = [
        {
            "key": finding.key,
            "kind": finding.kind.value,
            "confidence": finding.confidence.value,
            "suggestion": None if finding.suggestion is None else finding.suggestion.value,
            "evidence": [_rounded(evidence_to_json(evidence)) for evidence in finding.evidence],
        }
        for finding in shown.findings
    ]
    first = shown.period.first.isoformat()
    return {"person": shown.subject_key, "kind": shown.kind.value, "first": first, "findings": findings}


def _finding_from_json(raw: Mapping[str, Any]) -> Finding:
    return Finding(
        raw["key"],
        InsightKind(raw["kind"]),
        tuple(map(evidence_from_json, raw["evidence"])),
        ConfidenceLevel(raw["confidence"]),
        None if raw["suggestion"] is None else SuggestedAction(raw["suggestion"]),
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    return {key: _rounded(each) for key, each in value.items()} if isinstance(value, dict) else value


def main() -> None:
    """Find everything anew, and keep it."""
    names = {person.subject_key for person in SAMPLE_PEOPLE}
    assert names == set(SHOWN), "everybody is shown"
    content = json.dumps([shown_to_json(shown) for shown in find_shown()], indent=1)
    FILE.write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
