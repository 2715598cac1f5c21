"""Checks that every draft passes before anyone sees it, whoever wrote it: the local composer or a model.

Rejects and names why; repairs nothing. The local composer passes all of them on every brief.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from app.domain.narrative import check_binding as ties
from app.domain.narrative import check_claims as claims
from app.domain.narrative import check_direction as directions
from app.domain.narrative import check_ease as ease
from app.domain.narrative import check_grounding as grounding
from app.domain.narrative import check_manner as manner
from app.domain.narrative import check_names as names
from app.domain.narrative import check_numbers as counts
from app.domain.narrative import check_phrases as phrases
from app.domain.narrative import specificity
from app.domain.narrative.brief import SECTION_OF_TOPIC, Brief, Form
from app.domain.narrative.draft import Draft, MalformedDraft, draft_from_json, draft_to_json

Check = Callable[[Draft, Brief, Collection[str] | None], str | None]


def _by_brief(run: Callable[[Draft, Brief], str | None]) -> Check:
    """A check that needs no fixed phrases, in the shape of those that do."""
    return lambda draft, brief, _: run(draft, brief)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("letters", _by_brief(claims.letters)),
    ("length", _by_brief(manner.length)),
    ("numbers", _by_brief(counts.numbers)),
    ("direction", _by_brief(directions.direction)),
    ("subjects", _by_brief(grounding.subjects)),
    ("binding", _by_brief(ties.binding)),
    ("claims", claims.unfounded),
    ("no-causal-claim", _by_brief(manner.no_causal_claim)),
    ("no-diagnosis", _by_brief(manner.no_diagnosis)),
    ("no-crisis-talk", _by_brief(manner.no_crisis_talk)),
    ("no-medication", _by_brief(manner.no_medication)),
    ("no-command", _by_brief(manner.no_command)),
    ("no-url", _by_brief(manner.no_url)),
    ("no-markup", _by_brief(manner.no_markup)),
    ("no-names", _by_brief(names.no_names)),
    ("no-superlative", _by_brief(phrases.no_superlative)),
    ("no-forecast", _by_brief(phrases.no_forecast)),
    ("no-guilt", _by_brief(phrases.no_guilt)),
    ("no-machinery", _by_brief(phrases.no_machinery)),
    ("no-generic", _by_brief(phrases.no_generic)),
    ("tone", _by_brief(manner.tone)),
    ("care", _by_brief(manner.care)),
    ("reading-ease", _by_brief(ease.reading_ease)),
    ("specific", _by_brief(specificity.specific)),
)
"""What comes after `schema`, in this order; all are run, so that a report tells everything at once."""


SAFETY_CHECKS = frozenset(
    {
        *("no-diagnosis", "no-crisis-talk", "no-medication", "no-command", "no-url", "no-guilt", "no-names"),
        *("no-machinery", "care"),
    }
)
"""Those that keep a fragile reader from harm: a revision whose drafts fail one of them is not made active."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Names of the checks that passed, and of those that failed with the reason; no draft is shown with any failed."""

    passed: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]

    @property
    def ok(self) -> bool:
        """Whether the draft may be shown."""
        return not self.failed


def check(draft: object, brief: Brief, *, fixed: Collection[str] | None = None) -> CheckReport:
    """What `draft` (a Draft, or the parsed JSON of a model's answer) passes and fails. Never raises on any input.

    `fixed` are the phrases of the revision it was written with, which may be said without evidence. Without them a
    model's JSON may say none of them, while a Draft is taken as the local composer's, which says nothing else.
    A draft that is malformed fails `schema`, and nothing else is looked at.
    """
    try:
        parsed = draft_from_json(draft_to_json(draft) if isinstance(draft, Draft) else draft, brief.form)
    except MalformedDraft as fault:
        return CheckReport((), (("schema", str(fault)),))
    misfit = _misfit(parsed, brief)
    if misfit is not None:
        return CheckReport((), (("schema", misfit),))
    composed = fixed is None and isinstance(draft, Draft)
    read = claims.as_read(parsed)
    said = None if composed else (fixed or ())
    results = [(name, run(read, brief, said)) for name, run in CHECKS]
    passed = ("schema", *(name for name, reason in results if reason is None))
    return CheckReport(passed, tuple((name, reason) for name, reason in results if reason is not None))


def _misfit(draft: Draft, brief: Brief) -> str | None:
    """What a draft cites or has a section for that its brief does not hold."""
    known = {fact.id for fact in brief.facts}
    if any(name not in known for sentence in draft.sentences() for name in sentence.evidence):
        return "evidence is cited that the brief does not hold"
    sections = {SECTION_OF_TOPIC.get(point.topic) for point in brief.points}
    if brief.form is Form.MONTH and any(section.kind not in sections for section in draft.sections):
        return "a section has nothing in the brief"
    return None
