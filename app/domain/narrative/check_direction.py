"""Whether words of higher, lower and alike say what a cited comparison says, each about its own subject.

Judges no count; a statement that cannot be read surely is refused, since the local composer can always stand in.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from app.domain.estimates.estimate import Direction
from app.domain.measures import Metric
from app.domain.narrative.brief import Brief, Fact
from app.domain.narrative.check_grounding import experiences_in
from app.domain.narrative.check_words import Words
from app.domain.narrative.draft import Draft

Facts = tuple[Fact, ...]
Saying = tuple[Direction, "_About", str]
"""A direction, what it is said of, and the word that says so."""


class _About(Enum):
    """What a word of direction speaks of."""

    MOOD = "how light or heavy"
    ANYTHING = "how much or how often"


_SAID: tuple[tuple[Direction, _About, str], ...] = (
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
        r"|more (?:joy|warm|hope|sad|fear|ang|sham|surpris)\w*"
        r"|mount(?:ed|ing|s)|swell\w*|deepen\w*|intensif\w*|heighten\w*|escalat\w*|spik\w*|jump\w*|strengthen\w*"
        r"|upwards?|upticks?|(?<!show )(?<!shows )(?<!showed )(?<!shown )(?<!showing )(?<!things come )up(?! to\b)",
    ),
    (
        Direction.LOWER,
        _About.ANYTHING,
        r"lower|fell|fallen|dropp\w*|decreas\w*|declin\w*|less often|less (?:\w+ )?than|fewer|weaker|rarer"
        r"|sank|eased|shr[aiu]nk\w*|below your usual|less of a"
        r"|(?:went|going|gone|is|was|are|were) (?:down|less)|less (?:frequent|present|common)\w*"
        r"|less (?:joy|warm|hope|sad|fear|ang|sham|surpris)\w*"
        r"|fad(?:e|ed|es|ing)|dip(?:s|ped|ping)?|dwindl\w*|subsid\w*|lessen\w*|diminish\w*|reced\w*|ebb\w*|wan(?:ed|ing)"
        r"|soften\w*|lighten\w*|weaken\w*|slid|plung\w*|reduc\w*|downwards?"
        r"|(?<!written )(?<!way )(?<!word )(?<!put )down",
    ),
    (
        Direction.SIMILAR,
        _About.ANYTHING,
        r"close to (?:your usual|the month before)|like your usual|(?:the )?same as|unchanged|steady|no different",
    ),
)
_WORDS = tuple((direction, about, Words(rf"\b(?:{words})\b")) for direction, about, words in _SAID)
_ANY = Words(rf"\b(?:{'|'.join(words for _, _, words in _SAID)})\b")
_OPPOSITE = {Direction.HIGHER: Direction.LOWER, Direction.LOWER: Direction.HIGHER}
_SIGN = {Direction.HIGHER: 1, Direction.LOWER: -1}
_MOVEMENTS = frozenset({Metric.SESSION_SHIFT_VALENCE, Metric.TURN_SHIFT_VALENCE})
_MOOD = frozenset({Metric.VALENCE, *_MOVEMENTS})
_ENERGY = Words(r"\benerg\w*")
_NEGATED = Words(r"\b(?:no(?! different)|not(?! (?:yet )?sure)|\w+n['\u2019]t|never|nor|neither|hardly|without)\b")
_FULL_STOP = re.compile(r"(?<=[.?])\s+")
_CLAUSE = re.compile(r",\s|:\s|\s(?:and|but|while|whereas|though|yet)\s")


def direction(draft: Draft, brief: Brief) -> str | None:
    """Every word of direction has a cited comparison (or movement) that says so of the subject it is said of.

    A statement with words of several directions is read clause by clause, each naming its own subject.
    """
    for place, text in enumerate(draft.everything()):
        if _ANY.find(text.text) is None:
            continue
        cited = tuple(fact for name in text.evidence if (fact := brief.fact(name)) is not None)
        before: frozenset[str] = frozenset()
        for sentence in _FULL_STOP.split(text.text):
            for statement in sentence.split("; "):
                before = experiences_in(statement) or before
                found = next(_faults(statement, before, cited), None)
                if found is not None:
                    return f"text {place}: {found}"
    return None


def says_direction(text: str) -> bool:
    """Whether `text` says that anything is higher, lower or alike."""
    return _ANY.find(text) is not None


def _faults(statement: str, names: frozenset[str], cited: Facts) -> Iterator[str]:
    """What is wrong with a statement about `names`: its own, or else those of the statement before."""
    said = _said(statement)
    kinds = {wanted for wanted, _, _ in said}
    if kinds and _NEGATED.find(statement) is not None:
        yield "a negated direction"
    if len(kinds) <= 1:
        yield from _unsaid(said, statement, names, cited)
        return
    for clause in _CLAUSE.split(statement):
        said, own = _said(clause), experiences_in(clause)
        moody = any(about is _About.MOOD for _, about, _ in said) or _ENERGY.find(clause) is not None
        if len({wanted for wanted, _, _ in said}) > 1 or (said and not (own or moody)) or (own and not said):
            yield "of several directions, it is open which is said of what"
        yield from _unsaid(said, clause, own, cited)


def _said(text: str) -> Sequence[Saying]:
    found = ((wanted, about, words.find(text)) for wanted, about, words in _WORDS)
    return [(wanted, about, word) for wanted, about, word in found if word is not None]


def _unsaid(said: Sequence[Saying], text: str, names: frozenset[str], cited: Facts) -> Iterator[str]:
    for wanted, about, word in said:
        groups: list[tuple[frozenset[Metric], str | None]]
        if about is _About.MOOD:
            groups = [(_MOOD, None)]
        elif _ENERGY.find(text) is not None:
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
