"""Whether a statement ties its counts to what they are counts of: a feeling has its own, and no side and no movement.

Reads names and numbers alone; what a count is worth is the check of numbers.
"""

import re

from app.domain.narrative.brief import Brief, Fact
from app.domain.narrative.check_claims import is_open
from app.domain.narrative.check_grounding import experiences_in, subjects_in
from app.domain.narrative.check_numbers import integers_in
from app.domain.narrative.check_words import Words
from app.domain.narrative.draft import Draft

_STATEMENT = re.compile(r"(?<=[.?!])\s+|;\s+")
_SIDE = Words(r"\b(?:lighter|heavier|middle) (?:side|end)|\bthe middle\b|\bsomething (?:lighter|heavier)\b")
_MOVEMENT = Words(r"\b(?:began|begun|begin\w*|ended|ends?|ending\w*|start\w*|moved?|moving|turned|turning)\b")
_COUNTS = re.compile(
    r"\b(?:\d+|all|none|one|two|three|four|five|six|seven|eight|nine|ten)\b(?: of [\w ]{0,12}\b\d+)?", re.IGNORECASE
)
_WITH = "with:"


def binding(draft: Draft, brief: Brief) -> str | None:
    """A statement with a count names nothing without one of that; a feeling or pattern has no side and no course."""
    for place, sentence in enumerate(draft.everything()):
        cited = tuple(fact for name in sentence.evidence if (fact := brief.fact(name)) is not None)
        for statement in _STATEMENT.split(sentence.text):
            if is_open(statement):
                continue
            fault = _fault(statement, cited)
            if fault is not None:
                return f"text {place}: {fault}"
    return None


def _fault(statement: str, cited: tuple[Fact, ...]) -> str | None:
    experiences = experiences_in(statement)
    if experiences:
        beside = _SIDE.find(statement) or _MOVEMENT.find(statement)
        if beside is not None:
            return f"{beside} is said of a feeling or a pattern"
    shown = integers_in(statement)
    if not shown and " all " not in f" {statement.casefold()} ":
        return None
    named = subjects_in(statement)
    for subject in named:
        if not _is_counted(subject, shown, cited, everything=not shown):
            return f"{subject.lower()} has no count of its own"
    along = {s for s in named if any(dict(fact.shown).get(_WITH + s) in shown for fact in cited)}
    if len(named - along) > max(1, len(_COUNTS.findall(statement))):
        return "two are counted at once"
    return None


def _is_counted(subject: str, shown: frozenset[int], cited: tuple[Fact, ...], *, everything: bool) -> bool:
    for fact in cited:
        counts = dict(fact.shown)
        if fact.subject == subject and (everything or shown & {*counts.values(), 0 if "none" in counts else -1}):
            return True
        if everything or counts.get(_WITH + subject) in shown:
            return True
    return False
