"""Whether a text says only what its numbers say: the names of what was measured.

Judges no tone and repairs nothing. A check returns where it failed, or None.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter

from app.domain.affect import Emotion, ThinkingPattern, TimeOfDay, Weekday
from app.domain.narrative.brief import NAMED_OUTRIGHT, Brief, Fact
from app.domain.narrative.check_words import Words
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


_NAMES = {
    str(subject): names
    for subject, names in (
        *_PATTERN_NAMES.items(),
        *_FEELING_NAMES.items(),
        *((slot, rf"{slot.lower()}s?") for slot in (*TimeOfDay, *Weekday)),
    )
}
_SUBJECTS = tuple(_NAMES)
_NAMED = Words(rf"\b(?:{'|'.join(_NAMES.values())})\b")
"""No name begins like another's or inside one, so that a single look finds the names of all subjects."""
_WHOSE = re.compile("|".join(f"({names})" for names in _NAMES.values()))
"""The same with a group for each of `_SUBJECTS`, which would be slow to look for in a whole text."""
_FEATURES = re.compile(r"\b(?:Mirror|Turn|Lens)\b")
_EXPERIENCES = frozenset(map(str, (*_PATTERN_NAMES, *_FEELING_NAMES)))
_UNSURE = frozenset(map(str, ThinkingPattern)) - NAMED_OUTRIGHT
_UNMEASURED = Words(
    r"\b(?:calm(?:ness)?|stress\w*|lonel\w*|exhaust\w*|tired\w*|fatigue\w*|grie[fv]\w*|jealous\w*|env(?:y|ious)"
    r"|worr(?:y|ied|ies|ying)|bored|boredom|furious|rage|disgust\w*|despair\w*|pain\w*|happiness|love[ds]?|hat(?:e|red)"
    r"|relie(?:f|ved)|nervous\w*|tension|overwhelm\w*|numb(?:ness)?|regret\w*|confus\w*|peace\w*|gratitude|grateful)\b"
)
"""Feelings that nothing here measures, so that no brief can hold them."""
_STRENGTH = Words(
    r"\b(?:intense|deep|strong|powerful|mild|slight|faint|terrible|extreme|severe|great|huge|raw|constant|sheer|sudden"
    rf"|heavy|profound|crushing|real)(?:ly)? (?:{'|'.join(_FEELING_NAMES.values())})\b"
    rf"|\b(?:{'|'.join(_FEELING_NAMES.values())}) (?:w[io]ns?|rule[ds]?|reign\w*|haunt\w*|took over|takes over|crept"
    r"|overcame|overcomes|prevailed|stalk\w*|fill(?:s|ed)|flood\w*|drown\w*|grip\w*)\b"
)
"""How strong a feeling was is never shown: a brief counts the sessions that held it."""
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
    text = sentence.text
    unmeasured = _UNMEASURED.find(text)
    if unmeasured is not None:
        return f"{unmeasured} is not measured"
    strength = _STRENGTH.find(text)
    if strength is not None:
        return f"{strength} is stronger than a count"
    known = {fact.subject for fact in cited} | {
        name.removeprefix("with:") for fact in cited for name, _ in fact.shown if name.startswith("with:")
    }
    named = ((_place(found), found) for found in _NAMED.finditer(text))
    for place, found in sorted(named, key=itemgetter(0)):
        subject, name = _SUBJECTS[place], text[found.start() : found.end()]
        if subject not in known:
            return f"{name} is not cited"
        if subject in _UNSURE and not _is_hedged(text, found):
            return f"{name} is named as sure"
    return None


def _is_hedged(text: str, name: re.Match[str]) -> bool:
    before, after = text[: name.start()], text[name.end() :]
    return _HEDGED_BEFORE.search(before) is not None or _HEDGED_AFTER.match(after) is not None


def _place(found: re.Match[str]) -> int:
    """Whose name it is, by place in `_SUBJECTS`."""
    whose = _WHOSE.fullmatch(found[0])
    assert whose is not None, "each name has its group"
    return (whose.lastindex or 0) - 1


def _named(text: str) -> Iterator[str]:
    return (_SUBJECTS[_place(found)] for found in _NAMED.finditer(text))


def experiences_in(text: str) -> frozenset[str]:
    """The feelings and thinking patterns that `text` names."""
    return frozenset(_named(text)) & _EXPERIENCES


def subjects_in(text: str) -> frozenset[str]:
    """The feelings, patterns, times of day, weekdays and (written large) features that `text` names."""
    return frozenset((*_named(text), *map(str.upper, _FEATURES.findall(text))))
