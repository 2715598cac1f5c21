"""Notices language of self-harm, so that an app can offer support at once and nothing celebrates over it.

Scores no risk, diagnoses nobody and tells nobody; it needs the standard library only and keeps nothing.

Figures of speech are taken out, quoted words are set apart, what is left is cut into clauses, and each clause is held
against the rules: the first that fits gives the level. Context (the past, a denial, somebody else speaking) turns
EXPLICIT into MENTION, and a wish turns a figure of speech into earnest. In doubt it leans to the side of care.
"""

import re
from collections.abc import Iterable, Iterator

from app.analyser import care_idioms, care_rules
from app.analyser.features import MAX_CHARACTERS
from app.domain.affect import CareLevel

_APOSTROPHES = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u200b": None}
)
WINDOW, WINDOW_OVERLAP = 400, 120
"""Characters of a clause that are read at once, and how many of them the next window reads again."""

REACH_OF_WISH = 120
"""Characters on either side of a figure of speech in which a wish or a purpose is looked for."""

_BLANKS = re.compile(r"[ \t*_~]+")
_BARE = re.compile(r"\b(do|does|did|wo|ca|would|should|could|is|was|were|have|has|had)nt\b")
_QUOTED = re.compile(r'"([^"]{1,400})"')
_OWN_VOICE = re.compile(r"\b(?:i|i'm|i've|me|my (?:head|mind|brain|thoughts?)|voice)\b[^.!?]{0,40}$")
_CLAUSE = re.compile(
    r"[.!?;\n\u2026:()\u2014\u2013]+|,? (?:but|yet|although|though|whereas) |, (?:and|so|then) (?=i\b)|, (?=i\b|"
    r"my\b(?! \w+ w(?:ould|ill))|he\b|she\b|they\b(?!'d|'ll| would| will))"
)
_RANK = (CareLevel.NONE, CareLevel.MENTION, CareLevel.EXPLICIT)


def care_level(texts: Iterable[str]) -> CareLevel:
    """Find the highest level in any of the texts of one person: NONE, MENTION or EXPLICIT.

    EXPLICIT is first person and present, about ending one's life or hurting oneself; MENTION touches the subject
    (the past, other people, news, quoted words, a denial). Figures of speech are NONE.
    """
    highest = 0
    for text in texts:
        highest = max(highest, _RANK.index(_level(text)))
        if highest == len(_RANK) - 1:
            break
    return _RANK[highest]


def _level(text: str) -> CareLevel:
    lowered = text[:MAX_CHARACTERS].lower().translate(_APOSTROPHES)
    if not any(stem in lowered for stem in care_rules.STEMS):
        return CareLevel.NONE
    plain = _BARE.sub(r"\1n't", _BLANKS.sub(" ", lowered))
    own, quoted = _set_quotes_apart(plain)
    found = {_clause_level(clause) for clause in _clauses(own)}
    if CareLevel.EXPLICIT in found:
        return CareLevel.EXPLICIT
    found |= {_clause_level(clause) for clause in _clauses(quoted)}
    return CareLevel.NONE if found <= {CareLevel.NONE} else CareLevel.MENTION


def _set_quotes_apart(plain: str) -> tuple[str, str]:
    """Part the person's own words from those they quote; their quoted thoughts, and a text all in quotes, are own."""
    quoted: list[str] = []

    def take(match: re.Match[str]) -> str:
        if len(match[1]) > 0.6 * len(plain) or _OWN_VOICE.search(plain[max(0, match.start() - 60) : match.start()]):
            return f" . {match[1]} . "
        quoted.append(match[1])
        return " "

    own = _QUOTED.sub(take, plain)
    return own, " . ".join(quoted)


def _clauses(plain: str) -> Iterator[str]:
    """Cut into clauses; one without any mark is read through a window, so that what is far away does not soften it."""
    for part in _CLAUSE.split(_without_idioms(plain)):
        clause = part.strip(" ,'\"-")
        for start in range(0, max(1, len(clause) - WINDOW_OVERLAP), WINDOW - WINDOW_OVERLAP):
            if window := clause[start : start + WINDOW]:
                yield window


def _without_idioms(plain: str) -> str:
    """Take figures of speech out; those that a wish or purpose in the same clause turns into earnest stay."""

    def take(match: re.Match[str]) -> str:
        before = _CLAUSE.split(match.string[max(0, match.start() - REACH_OF_WISH) : match.start()])[-1]
        after = _CLAUSE.split(match.string[match.end() : match.end() + REACH_OF_WISH])[0]
        earnest = care_idioms.WISH.search(before) or care_idioms.PURPOSE.search(after)
        return match[0] if earnest else " , "

    return care_idioms.UNLESS_WISHED.sub(take, care_idioms.HARMLESS.sub(" , ", plain))


def _clause_level(clause: str) -> CareLevel:
    found = [match for rule in care_rules.EXPLICIT if (match := rule.search(clause))]
    if found:
        # Somebody else's words soften what follows them only, so that the rule that ends first decides.
        end = min(match.end() for match in found)
        return CareLevel.MENTION if _at_a_distance(clause, end) else CareLevel.EXPLICIT
    return CareLevel.MENTION if any(rule.search(clause) for rule in care_rules.MENTION) else CareLevel.NONE


def _at_a_distance(clause: str, end: int) -> bool:
    """Whether the clause denies what is said up to `end`, gives somebody else's words, or speaks of a closed past."""
    if care_rules.DENIED.search(clause) or _in_other_words(clause[:end]):
        return True
    if care_rules.WANTED_NOW.search(clause):
        return False
    if care_rules.LONG_AGO.search(clause):
        return True
    return bool(care_rules.PAST.search(clause)) and not care_rules.RECENT.search(clause)


def _in_other_words(said: str) -> bool:
    """Whether somebody else speaks in what was said, and the person does not speak for themselves after that."""
    other = care_rules.SOMEONE_ELSE.search(said)
    return bool(other) and not care_rules.BUT_MINE.search(said)
