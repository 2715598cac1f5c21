"""How often two people, or one person twice, read the same: whole texts, headlines and sentences.

Once as they stand, and once as templates, with numbers and names left open. Judges no quality.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import chain
from math import exp, lgamma

from app.domain.measures import LABELS, when
from app.domain.narrative import Draft, Form
from app.domain.periods import Period

DRAWN = 1_000
LONG_AGO = 4
"""Weeks in which a reader still notices that they have read a sentence before."""
_ENDS = re.compile(r"(?<=[.?])\s+")
_DIGITS = re.compile(r"\d+")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_OTHER_NAMES = ("a mental filter", "“should” thinking")
_SLOTS = ("MORNING", "AFTERNOON", "EVENING", "NIGHT", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
_TIMES = tuple(when(slot) for slot in (*_SLOTS, "SATURDAY", "SUNDAY"))
_NAMES = re.compile(
    rf"\b(?i:{'|'.join(map(re.escape, sorted((*LABELS.values(), *_TIMES), key=len, reverse=True)))})\b"
    rf"|(?i:{'|'.join(_OTHER_NAMES)})|\b(?:{'|'.join(_MONTHS)})\b"
)


@dataclass(frozen=True, slots=True)
class Read:
    """A text as somebody read it, and the digest of the brief that it was written from."""

    person: int
    period: Period
    brief: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole text, a headline or a sentence of it, who read it when, and the digest of its brief."""

    person: int
    period: Period
    brief: str
    text: str


@dataclass(frozen=True, slots=True)
class Variety:
    """Shares (0 to 1) of all that was read, and how many different ones there are.

    `shared_now`: another person read the same in the same period; `shared_apart`: and had another brief, so that the
    writer could have said it otherwise; `shared_ever`: another person read it in any period; `again`: the same person
    read it in the period before; `lately`: in the four before, both of those who read anything then; `of_drawn`: how
    many different ones are to be expected among 1,000 drawn, or among all, when there are fewer.
    """

    pieces: int
    distinct: int
    of_drawn: float
    shared_now: float
    shared_apart: float
    shared_ever: float
    again: float
    lately: float


Cut = Callable[[Draft], Iterable[str]]


def whole(draft: Draft) -> Iterator[str]:
    """All of it as one."""
    yield "\n".join(sentence.text for sentence in draft.everything())


def headline(draft: Draft) -> Iterator[str]:
    """The headline of a card, or the title of a month."""
    yield draft.title.text


def counted_sentences(draft: Draft) -> Iterator[str]:
    """Sentences below the headline that show a number."""
    return (text for text in _sentences(draft) if _DIGITS.search(text))


def other_sentences(draft: Draft) -> Iterator[str]:
    """Sentences below the headline that show none: explanations, questions, offers."""
    return (text for text in _sentences(draft) if not _DIGITS.search(text))


CUTS: dict[str, Cut] = {
    "whole text": whole,
    "headline": headline,
    "sentence with numbers": counted_sentences,
    "sentence without numbers": other_sentences,
}


def variety(read: Sequence[Read], cut: Cut, *, masked: bool) -> Variety:
    """What `cut` takes from all that was read, compared; `masked`: as templates. ValueError when it takes nothing."""
    pieces = [
        Piece(each.person, each.period, each.brief, as_template(text) if masked else text)
        for each in read
        for text in cut(each.draft)
    ]
    if not pieces:
        raise ValueError("there is nothing to compare")
    now, ever = defaultdict[tuple[Period, str], set[tuple[int, str]]](set), defaultdict[str, set[int]](set)
    for piece in pieces:
        now[piece.period, piece.text].add((piece.person, piece.brief))
        ever[piece.text].add(piece.person)
    counts = Counter(piece.text for piece in pieces)
    return Variety(
        pieces=len(pieces),
        distinct=len(counts),
        of_drawn=expected_distinct(list(counts.values()), min(DRAWN, len(pieces))),
        shared_now=_share(any(who != one.person for who, _ in now[one.period, one.text]) for one in pieces),
        shared_apart=_share(
            any(who != one.person and brief != one.brief for who, brief in now[one.period, one.text]) for one in pieces
        ),
        shared_ever=_share(len(ever[piece.text]) > 1 for piece in pieces),
        again=_own_share(pieces, 1),
        lately=_own_share(pieces, LONG_AGO),
    )


def expected_distinct(counts: Sequence[int], drawn: int) -> float:
    """How many different ones are to be expected among `drawn` of them. Hurlbert, S. H. (1971), rarefaction."""
    total = sum(counts)

    def ways(n: int) -> float:
        return lgamma(n + 1) - lgamma(drawn + 1) - lgamma(n - drawn + 1)

    return sum(1 - exp(ways(total - count) - ways(total)) if total - count >= drawn else 1.0 for count in counts)


@lru_cache(maxsize=100_000)
def as_template(text: str) -> str:
    """The same with every number and every name of a feeling, pattern, feature, time, day or month left open."""
    return _DIGITS.sub("#", _NAMES.sub("~", text)).casefold()


def of_form(read: Iterable[Read], form: Form) -> list[Read]:
    """Cards alone, or months alone."""
    return [each for each in read if each.draft.form is form]


def _sentences(draft: Draft) -> Iterator[str]:
    below = (*draft.body, *chain.from_iterable(section.paragraphs for section in draft.sections))
    return chain.from_iterable(_ENDS.split(sentence.text) for sentence in below)


def _own_share(pieces: Sequence[Piece], most: int) -> float:
    """How much of what was read after up to `most` periods with anything to read had been read then."""
    anything, same = defaultdict[int, set[Period]](set), defaultdict[tuple[int, str], set[Period]](set)
    for piece in pieces:
        anything[piece.person].add(piece.period)
        same[piece.person, piece.text].add(piece.period)
    later = [piece for piece in pieces if _ago(anything[piece.person], piece.period, most)]
    return _share(_ago(same[piece.person, piece.text], piece.period, most) for piece in later)


def _ago(periods: set[Period], period: Period, most: int) -> bool:
    """Whether one of `periods` lies up to `most` periods before `period`; periods are of one kind."""
    reach = timedelta(days=most * (period.days + 3))  # a month may be three days shorter than the one before
    return any(other < period and period.first - other.first <= reach for other in periods)


def _share(found: Iterable[bool]) -> float:
    marks = list(found)
    return sum(marks) / max(1, len(marks))
