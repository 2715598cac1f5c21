"""A gallery of texts to read: `python -m benchmarks.writing.gallery > docs/gallery.md`.

Over the same briefs of the sample people stands what the local composer writes, and a recorded good answer: what a
careful language model would have said. Made from files alone, the same each time; asks no model.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.domain.estimates.estimate import ConfidenceLevel, Direction, Estimate
from app.domain.findings import Evidence
from app.domain.measures import Metric, metric_label, phrase
from app.domain.narrative import Brief, Draft, Form, check, compose, draft_from_json, step_label
from app.domain.narrative.brief import numbered
from app.domain.periods import PeriodKind, format_week
from app.samples import SAMPLE_PEOPLE
from benchmarks.writing.evaluate import serving_revisions
from benchmarks.writing.samples import Shown, read_shown
from prompts import Revision

ANSWERS = Path(__file__).with_name("answers.json")
_HEAD = """# A gallery of texts

Some weeks and months of the four sample people, invented people whose sessions `spectrum sample` brings. Under each
heading stand the facts of a brief, with the ids that a writer cites; then what the local composer (engine TEMPLATE)
makes of them, and for most a recorded good answer: one that a careful language model could give to the same brief,
written by hand, and held to the same checks. The ids that a sentence cites stand behind it.

A sentence may show the counts alone; means and intervals are what the person can open under it. "Usual" is the 12
weeks before, "not settled" a difference that may be chance. [How texts are measured](writing.md).

This page is made by `python -m benchmarks.writing.gallery > docs/gallery.md`; a test makes it again.
"""
_SETTLED = {
    Direction.HIGHER: "higher than usual",
    Direction.LOWER: "lower than usual",
    Direction.SIMILAR: "as usual",
    Direction.UNCLEAR: "not settled",
}
_SURE = {ConfidenceLevel.LOW: "few data", ConfidenceLevel.MEDIUM: "some data", ConfidenceLevel.HIGH: "much data"}
_PARTS = {
    "lighter": "on the lighter side",
    "heavier": "on the heavier side",
    "middle": "near the middle",
    "lifted": "lighter at the end",
    "lowered": "heavier at the end",
}


def recorded_answers() -> Mapping[str, Any]:
    """Good answers in the shape that a model answers in, by the digest of their brief."""
    answers: Mapping[str, Any] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return answers


def gallery() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_people()]) + "\n"


def _people() -> Iterator[str]:
    answers, revisions, shown = recorded_answers(), serving_revisions(), read_shown()
    for person in SAMPLE_PEOPLE:
        yield f"## {person.name}\n\n{person.story}\n"
        for period in shown:
            if period.subject_key == person.subject_key:
                yield from _period(period, revisions, answers)


def _period(shown: Shown, revisions: Mapping[Form, Revision], answers: Mapping[str, Any]) -> Iterator[str]:
    first, week = shown.period.first, shown.kind is PeriodKind.WEEK
    when = f"Week {format_week(shown.period)}" if week else f"{first:%B %Y}"
    for place, brief in enumerate(shown.briefs):
        findings = shown.findings[place : place + 1] if week else shown.findings
        yield f"### {when}: {_title(brief)}\n"
        yield from (f"* `{name}` {told(evidence)}" for name, evidence in numbered(findings).items())
        revision = revisions[brief.form]
        yield f"\n**The composer, {revision.name}**\n"
        yield _drawn(compose(brief, revision.phrases), step_label(brief, revision.phrases) if week else None)
        if brief.digest in answers:
            yield "\n**A good answer, recorded**\n"
            yield _drawn(draft_from_json(answers[brief.digest], brief.form), None)
        yield ""


def _title(brief: Brief) -> str:
    if brief.form is Form.MONTH:
        return "the month"
    point = brief.points[0]
    return f"{point.kind.value.lower().replace('_', ' ')}, `{point.key}`"


def told(evidence: Evidence) -> str:
    """One evidence as a line: what was measured, its counts, its mean with its interval, and one's usual."""
    parts = [_counts(evidence, ""), *_mean(evidence.value, evidence.metric)]
    comparison = evidence.comparison
    if comparison is not None:
        parts.append(f"usual {_counts(evidence, 'usual_')}".strip())
        parts += [f"usual {part}" for part in _mean(comparison.baseline, evidence.metric)]
        parts.append(_SETTLED[comparison.direction])
    if evidence.metric is not Metric.SESSION_COUNT:
        parts.append(_SURE[evidence.value.confidence])
    return f"{metric_label(evidence.metric, evidence.subject)}: {'; '.join(part for part in parts if part)}"


def _counts(evidence: Evidence, prefix: str) -> str:
    shown = {name.removeprefix(prefix): n for name, n in evidence.shown if name.startswith(prefix)}
    if evidence.metric is Metric.SESSION_COUNT:
        landmark = f", number {shown['landmark']} among them" if "landmark" in shown else ""
        return f"{shown['sessions']} on {shown['days']} days{landmark}"
    whole = f" of {shown['total']} sessions"
    counted = f"{shown['count']}{whole}" if "count" in shown else ""
    sides = [f"{shown[name]} {words}" for name, words in _PARTS.items() if name in shown]
    sided = ", ".join(sides) if counted or not sides else f"{', '.join(sides)},{whole}"
    along = [f"with {phrase(name[5:])} in {n}" for name, n in shown.items() if name.startswith("with:")]
    bare = "" if counted or sides else f"{shown['total']} sessions"
    return ", ".join(part for part in (counted, sided, *along, bare) if part)


def _mean(estimate: Estimate, metric: Metric) -> Iterator[str]:
    if metric is Metric.SESSION_COUNT:
        return
    name = "share" if metric.value.endswith("SHARE") else "mean"
    if estimate.value is None or estimate.low is None or estimate.high is None:
        yield f"{name} withheld" + ("" if estimate.suppressed is None else f" ({_plain(estimate.suppressed)})")
        return
    yield f"{name} {estimate.value:.2f}, 90 % {estimate.low:.2f} to {estimate.high:.2f}"


def _plain(name: str) -> str:
    return name.lower().replace("_", " ")


def _drawn(draft: Draft, step: str | None) -> str:
    lines = [f"> **{draft.title.text}**{_cited(draft.title.evidence)}"]
    lines += [f"> {sentence.text}{_cited(sentence.evidence)}" for sentence in draft.body]
    for section in draft.sections:
        lines.append(f"> *{section.heading}*")
        lines += [f"> {paragraph.text}{_cited(paragraph.evidence)}" for paragraph in section.paragraphs]
    if step is not None:
        lines.append(f"> [ {step} ]")
    return "\n>\n".join(lines)


def _cited(ids: tuple[str, ...]) -> str:
    return f" `{' '.join(ids)}`" if ids else ""


def refused() -> Iterator[str]:
    """What the checks have against any text of the page; nothing, or the page is not to be shown."""
    answers, revisions = recorded_answers(), serving_revisions()
    for brief in (brief for shown in read_shown() for brief in shown.briefs):
        revision = revisions[brief.form]
        texts = [compose(brief, revision.phrases), *([answers[brief.digest]] if brief.digest in answers else [])]
        for text in texts:
            for name, reason in check(text, brief, fixed=revision.sayings).failed:
                yield f"{brief.points[0].key}: {name}: {reason}"


if __name__ == "__main__":
    sys.stdout.write(gallery())
