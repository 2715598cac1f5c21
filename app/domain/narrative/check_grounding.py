"""Whether a text says only what its numbers say: the names of what was measured.

Judges no tone and repairs nothing. A check returns where it failed, or None.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.affect import Emotion, ThinkingPattern, TimeOfDay, Weekday
from app.domain.narrative.brief import NAMED_OUTRIGHT, Brief, Fact
from app.domain.narrative.draft import Draft, Sentence

_PATTERN_NAMES: Mapping[ThinkingPattern, str] = {
    ThinkingPattern.ALL_OR_NOTHING: r"all[- ]or[- ]nothing",
    ThinkingPattern.OVERGENERALIZATION: r"overgenerali\w+",
    ThinkingPattern.MENTAL_FILTER: r"mental filter\w*",
    ThinkingPattern.DISCOUNTING_POSITIVE: r"discounting the (?:positive|good)|disqualifying the (?:positive|good)",
    ThinkingPattern.MIND_READING: r"mind[- ]reading",
    ThinkingPattern.FORTUNE_TELLING: r"fortune[- ]telling",
    ThinkingPattern.CATASTROPHIZING: r"catastrophi\w+|expecting the worst|imagining the worst",
    ThinkingPattern.EMOTIONAL_REASONING: r"emotional reasoning",
    ThinkingPattern.SHOULD_STATEMENTS: r"should\W{1,2}(?:thinking|thoughts?|statements?)",
    ThinkingPattern.LABELING: r"labell?ing",
    ThinkingPattern.PERSONALIZATION: r"taking (?:it|things) personally|personali[sz]\w+",
    ThinkingPattern.COMPARING: r"comparing (?:yourself|with)",
}
_FEELING_NAMES: Mapping[Emotion, str] = {
    Emotion.JOY: r"joy(?:ful|ous)?",
    Emotion.WARMTH: r"warmth|warm",
    Emotion.HOPE: r"hope(?:ful)?",
    Emotion.SADNESS: r"sad(?:ness)?",
    Emotion.FEAR: r"fear(?:ful)?|afraid|scared",
    Emotion.ANGER: r"anger|angry",
    Emotion.SHAME: r"shame|ashamed",
    Emotion.SURPRISE: r"surprised?",
}


@dataclass(frozen=True, slots=True)
class _Name:
    """How a subject is called. `starts`: how each of its names begins, which is quicker to look for than the names."""

    pattern: re.Pattern[str]
    starts: tuple[str, ...]

    def is_in(self, text: str, folded: str) -> bool:
        """Whether `text` names it; `folded` is its casefold."""
        return any(start in folded for start in self.starts) and self.pattern.search(text) is not None


def _name(names: str) -> _Name:
    """From alternatives that each begin with letters; what follows a bar inside brackets is looked for in vain."""
    starts = tuple(found[1] for each in names.split("|") if (found := _START.match(each)))
    return _Name(re.compile(rf"\b(?:{names})\b", re.IGNORECASE), starts)


_START = re.compile(r"([a-z]+)(?:[a-z]\?|(?![a-z?]))")
"""The letters that a name surely begins with: one that may be missing is not among them."""
_SUBJECTS = {
    str(subject): _name(names)
    for subject, names in (
        *_PATTERN_NAMES.items(),
        *_FEELING_NAMES.items(),
        *((part, rf"{part.lower()}s?") for part in TimeOfDay),
        *((day, rf"{day.lower()}s?") for day in Weekday),
    )
}
_EXPERIENCES = frozenset(map(str, (*_PATTERN_NAMES, *_FEELING_NAMES)))
_UNMEASURED = re.compile(
    r"\b(?:calm(?:ness)?|stress\w*|lonel\w*|exhaust\w*|tired\w*|fatigue\w*|grie[fv]\w*|jealous\w*|env(?:y|ious)"
    r"|worr(?:y|ied|ies|ying)|bored|boredom|furious|rage|disgust\w*|despair\w*|pain\w*|happiness|love[ds]?|hat(?:e|red)"
    r"|relie(?:f|ved)|nervous\w*|tension|overwhelm\w*|numb(?:ness)?|regret\w*|confus\w*|peace\w*|gratitude|grateful)\b",
    re.IGNORECASE,
)
"""Feelings that nothing here measures, so that no brief can hold them."""
_HEDGED_BEFORE = re.compile(
    r"(?:\b(?:may|might|could) (?:well |also |perhaps )?(?:be|have been|have had|show)"
    r"(?: (?:some|a|an|more|less|signs of))*|\bperhaps(?: a)?) [\"'\u201c\u2018]?$",
    re.IGNORECASE,
)
_HEDGED_AFTER = re.compile(r"[\"'\u201d\u2019]?(?: (?:others|thinking|thoughts))? (?:may|might|could)\b", re.IGNORECASE)


def subjects(draft: Draft, brief: Brief) -> str | None:
    """Feelings, patterns, times and days are named only where cited; an unsure pattern with "may" right beside it."""
    return _first(draft, brief, _ungrounded_subject)


def _first(draft: Draft, brief: Brief, fault: Callable[[Sentence, tuple[Fact, ...], Brief], str | None]) -> str | None:
    for place, sentence in enumerate(draft.everything()):
        cited = tuple(fact for name in sentence.evidence if (fact := brief.fact(name)) is not None)
        found = fault(sentence, cited, brief)
        if found is not None:
            return f"text {place}: {found}"
    return None


def _ungrounded_subject(sentence: Sentence, cited: tuple[Fact, ...], _: Brief) -> str | None:
    known = {fact.subject for fact in cited} | {
        name.removeprefix("with:") for fact in cited for name, _ in fact.shown if name.startswith("with:")
    }
    unmeasured = _UNMEASURED.search(sentence.text)
    if unmeasured:
        return f"{unmeasured[0]} is not measured"
    for subject, name in _named(sentence.text):
        unsure = subject in tuple(ThinkingPattern) and subject not in NAMED_OUTRIGHT
        for found in name.pattern.finditer(sentence.text):
            if subject not in known:
                return f"{found[0]} is not cited"
            if unsure and not _is_hedged(sentence.text, found):
                return f"{found[0]} is named as sure"
    return None


def _is_hedged(text: str, name: re.Match[str]) -> bool:
    before, after = text[: name.start()], text[name.end() :]
    return _HEDGED_BEFORE.search(before) is not None or _HEDGED_AFTER.match(after) is not None


def _named(text: str) -> list[tuple[str, _Name]]:
    folded = text.casefold()
    return [(subject, name) for subject, name in _SUBJECTS.items() if name.is_in(text, folded)]


def experiences_in(text: str) -> frozenset[str]:
    """The feelings and thinking patterns that `text` names."""
    return frozenset(subject for subject, _ in _named(text) if subject in _EXPERIENCES)


def subjects_in(text: str) -> frozenset[str]:
    """The feelings, patterns, times of day, weekdays and (written large) features that `text` names."""
    named = {subject for subject, _ in _named(text)}
    return frozenset(named | {name.upper() for name in ("Mirror", "Turn", "Lens") if re.search(rf"\b{name}\b", text)})
