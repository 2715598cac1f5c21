"""Whether words of higher, lower and alike say what a cited comparison says, each about its own subject.

Judges no count; a statement that cannot be read surely is refused, since the local composer can always stand in.
"""

import re
from collections.abc import Iterator
from enum import Enum

from app.domain.estimates import Direction
from app.domain.measures import Metric
from app.domain.narrative.brief import Brief, Fact
from app.domain.narrative.check_grounding import experiences_in
from app.domain.narrative.draft import Draft

Facts = tuple[Fact, ...]


class _About(Enum):
    """What a word of direction speaks of."""

    MOOD = "how light or heavy"
    ANYTHING = "how much or how often"


_WORDS: tuple[tuple[Direction, _About, re.Pattern[str]], ...] = tuple(
    (direction, about, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for direction, about, words in (
        (
            Direction.HIGHER,
            _About.MOOD,
            r"better|brighter|calmer|happier|softer|improv\w*|(?:lighter|easier)(?! side| to)",
        ),
        (Direction.LOWER, _About.MOOD, r"worse\w*|darker|sadder|harder|heavier(?! side)"),
        (
            Direction.HIGHER,
            _About.ANYTHING,
            r"higher|rose|risen|rising|gr[eo]wn?|grow(?:s|ing)|increas\w*|more often|more (?:\w+ )?than|stronger"
            r"|climb\w*|soar\w*|surg\w*|above your usual|more of a"
            r"|(?:went|going|gone|is|was|are|were) (?:up|more)|more (?:frequent|present|common)\w*"
            r"|more (?:joy|warm|hope|sad|fear|ang|sham|surpris)\w*",
        ),
        (
            Direction.LOWER,
            _About.ANYTHING,
            r"lower|fell|fallen|dropp\w*|decreas\w*|declin\w*|less often|less (?:\w+ )?than|fewer|weaker|rarer"
            r"|sank|eased|shr[aiu]nk\w*|below your usual|less of a"
            r"|(?:went|going|gone|is|was|are|were) (?:down|less)|less (?:frequent|present|common)\w*"
            r"|less (?:joy|warm|hope|sad|fear|ang|sham|surpris)\w*",
        ),
        (
            Direction.SIMILAR,
            _About.ANYTHING,
            r"close to (?:your usual|the month before)|like your usual|(?:the )?same as|unchanged|steady|no different",
        ),
    )
)
_OPPOSITE = {Direction.HIGHER: Direction.LOWER, Direction.LOWER: Direction.HIGHER}
_SIGN = {Direction.HIGHER: 1, Direction.LOWER: -1}
_MOVEMENTS = frozenset({Metric.SESSION_SHIFT_VALENCE, Metric.TURN_SHIFT_VALENCE})
_MOOD = frozenset({Metric.VALENCE, *_MOVEMENTS})
_ENERGY = re.compile(r"\benerg\w*", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:no(?! different)|not(?! (?:yet )?sure)|\w+n['\u2019]t|never|nor|neither|hardly|without)\b", re.IGNORECASE
)
_FULL_STOP = re.compile(r"(?<=[.?])\s+")
_CLAUSE = re.compile(r",\s|:\s|\s(?:and|but|while|whereas|though|yet)\s")


def direction(draft: Draft, brief: Brief) -> str | None:
    """Every word of direction has a cited comparison (or movement) that says so of the subject it is said of.

    A statement with words of several directions is read clause by clause, each naming its own subject.
    """
    for place, text in enumerate(draft.everything()):
        cited = tuple(fact for name in text.evidence if (fact := brief.fact(name)) is not None)
        before: frozenset[str] = frozenset()
        for sentence in _FULL_STOP.split(text.text):
            for statement in sentence.split("; "):
                found = next(_faults(statement, cited, before), None)
                if found is not None:
                    return f"text {place}: {found}"
                before = experiences_in(statement) or before
    return None


def _faults(statement: str, cited: Facts, before: frozenset[str]) -> Iterator[str]:
    kinds = {wanted for wanted, _, _ in _found(statement)}
    if kinds and _NEGATED.search(statement):
        yield "a negated direction"
    if len(kinds) <= 1:
        yield from _unsaid(statement, experiences_in(statement) or before, cited)
        return
    for clause in _CLAUSE.split(statement):
        words, names = list(_found(clause)), experiences_in(clause)
        moody = any(about is _About.MOOD for _, about, _ in words) or _ENERGY.search(clause)
        if len({wanted for wanted, _, _ in words}) > 1 or (words and not (names or moody)) or (names and not words):
            yield "of several directions, it is open which is said of what"
        yield from _unsaid(clause, names, cited)


def _found(text: str) -> Iterator[tuple[Direction, _About, str]]:
    for wanted, about, pattern in _WORDS:
        match = pattern.search(text)
        if match:
            yield wanted, about, match[0]


def _unsaid(text: str, names: frozenset[str], cited: Facts) -> Iterator[str]:
    for wanted, about, word in _found(text):
        groups: list[tuple[frozenset[Metric], str | None]]
        if about is _About.MOOD:
            groups = [(_MOOD, None)]
        elif _ENERGY.search(text):
            groups = [(frozenset({Metric.AROUSAL}), None)]
        else:
            groups = [(frozenset(Metric), name) for name in names] or [(frozenset(Metric), None)]
        for metrics, name in groups:
            facts = [fact for fact in cited if fact.metric in metrics and name in (None, fact.subject)]
            if not _says(facts, wanted):
                yield f"{word} has no cited comparison that says so"


def _says(facts: list[Fact], wanted: Direction) -> bool:
    said = {fact.direction for fact in facts}
    said |= {
        direction
        for direction, sign in _SIGN.items()
        if any(fact.metric in _MOVEMENTS and fact.get("sign") == sign for fact in facts)
    }
    return wanted in said and _OPPOSITE.get(wanted) not in said
