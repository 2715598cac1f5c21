"""Whether a text keeps to what a writer may say without numbers: fixed phrases, offers and open questions.

Judges no number. A sentence that holds nothing countable claims nothing, or is refused; so are all unusual letters.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from app.domain.narrative.brief import Brief
from app.domain.narrative.check_grounding import subjects_in
from app.domain.narrative.check_wording import is_plain_title, stranger
from app.domain.narrative.draft import MOST_CHARACTERS, Draft, Section, Sentence

_LETTERS = re.compile(r"[ -~\u2018\u2019\u201c\u201d\u2013\u2014]*")
"""What a plain text may hold once accents are read away and an ellipsis is three dots (NFKC)."""
_ACCENTED = re.compile(r"[ -~\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u2018\u2019\u201c\u201d\u2013\u2014]*")
_ENDS = re.compile(r"(?<=[.?!;])\s+")
_WHICH = r"(?:of (?:them|these|those)(?: moments| sessions| thoughts)?|moment|one|thought)"
_AGAIN = r"(?:look at(?: again)?|remember|keep|see again|tell of first|come back to|hold on to)"
_OPEN = re.compile(
    rf"(?:is there (?:one|a moment|something)(?: among them)?(?: that is| worth keeping| you would like to {_AGAIN})"
    rf"(?: still with you)?|which {_WHICH} would you (?:like|choose) to {_AGAIN}(?:, if any)?"
    rf"|which {_WHICH} (?:is|feels?) (?:most like your (?:week|month)|still with you)"
    r"|is there (?:someone|somebody) you would like to (?:share (?:this|it) with|tell)"
    r"|what would you like to keep (?:from|of) a (?:week|month) like this"
    r"|what (?:was|is) (?:there )?(?:around|near|with) you"
    r" (?:then|in (?:those|these) moments|at (?:that time|those times))"
    r"|what would a friend say to you in that moment|what were the days (?:between them|around it) like"
    r"|what (?:else )?(?:could|might|would) (?:it|that|this)(?: thought)? (?:be|mean|say|look like)"
    r"|how does (?:it|that|this|that thought|the thought) (?:sound|look|feel) (?:to you )?(?:today|now|from here)"
    r"|what was around you when (?:joy|warmth|hope|sadness|fear|anger|shame|surprise) showed up"
    r"|does (?:it|that|this|any of this)(?: still)? ring true(?:, or was it something else)?"
    r"|what would you say to (?:a friend|somebody|someone)(?: (?:with|who had) (?:this|that|such a) thought)?"
    r"|what do you (?:make of|notice in|see in) (?:it|that|this|them|these)"
    r"|what would you like to (?:remember|keep|notice|write down)(?: of (?:it|this (?:week|month)|them))?"
    r"|what was it like(?: to (?:look back|write it down|see it written))?)[?]",
    re.IGNORECASE,
)
"""Questions that may be asked by anybody of anybody: whole sentences, since harmless words make harmful ones, too."""
_OFFER = re.compile(
    r"(?:(?:if|whenever) you (?:like|want|wish|would like)(?: to)?, )?(?:you (?:can|could|may) )(?:also )?"
    r"(?:look at|open|read|see|come back to|return to|leave|write a little about) "
    r"(?:it|them|today|any of these moments|one(?: of (?:them|these(?: moments)?))?"
    r"|these moments|this|these|a moment|Mirror|Turn|Lens)"
    r"(?: again)?(?: here)?(?: (?:in|with) (?:Mirror|Turn|Lens))?"
    r"(?: (?:for a few minutes|for today|today|whenever you like))?[.]?"
    r"|(?:if you like, )?it (?:can|could) (?:simply )?(?:be left|stay) here"
    r"(?:,? for (?:today|now)(?: or for longer)?)?[.]?",
    re.IGNORECASE,
)
"""Offers, in the same way."""
_CAVEAT = re.compile(
    r"(?:(?:these|they|all of (?:these|this)|what follows) )(?:are|comes?|came|rests?)(?: from| on)? (?:the )?moments"
    r"(?: that)? you chose to look at(?:,? (?:and )?not (?:from )?(?:a|your) whole life)?[.]?",
    re.IGNORECASE,
)
"""What is to be said once of all numbers here."""
_DOUBT = re.compile(r"(?:it|that|this) is not (?:yet )?sure[.]?", re.IGNORECASE)
_COUNTABLE = re.compile(
    r"\d|\b(?:none|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|most|all|higher|lower|lighter"
    r"|heavier|stronger|weaker|more|less|usual|joy|warmth|hope|sad(?:ness)?|fear|anger|angry|shame|surprise"
    r"|mornings?|afternoons?|evenings?|nights?|\w+days?)\b|\b(?:Mirror|Turn|Lens|None|One|Two|Three|Four|Five"
    r"|Six|Seven|Eight|Nine|Ten|Eleven|Twelve|Half|Most|All)\b",
)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_VIEWER = re.compile(
    r"\b(?:you\b(?! (?:have (?:now )?)?(?:opened|began|looked|came|chose)\b)\S*"
    rf"|your\b(?! (?:usual|(?:first |\d+ )?(?:weeks?|months?|sessions?)|moments?|looking|{_MONTHS})\b)\S*"
    r"|yourself|yours|nobody|no one|everyone|everybody|people|husbands?|wife|partners?|famil\w+|mother|father"
    r"|parents?|(?:boss\w*|colleagues?|co-?workers?|child(?:ren)?|kids?|sons?|daughters?|brothers?|sisters?|siblings?|exes"
    r"|girlfriends?|boyfriends?|neighbou?rs?|teachers?|lovers?|spouses?|relatives?|at (?:work|home|school)|office"
    r"|church|jobs?|careers?|money|marriages?|relationships?|divorce\w*|health|weight|sleep\w*)\b)"
    r"(?: \w+)?",
    re.IGNORECASE,
)
"""What counts are not about: whatever the reader is or does beside opening sessions, and the people around."""


def letters(draft: Draft, _: Brief) -> str | None:
    """Printable ASCII, typographic quotes and dashes alone; what `as_read` reads as such counts as such."""
    for place, sentence in enumerate(draft.everything()):
        if _LETTERS.fullmatch(sentence.text) is None:
            return f"text {place}: a letter that is not plain"
    return None


def as_read(draft: Draft) -> Draft:
    """The same as an eye reads it: wide and joined letters as what they look like (NFKC), and without accents."""
    sections = tuple(
        Section(each.kind, _as_read(each.heading), tuple(map(_read, each.paragraphs))) for each in draft.sections
    )
    return Draft(draft.form, _read(draft.title), tuple(map(_read, draft.body)), sections)


def unfounded(draft: Draft, brief: Brief, fixed: Collection[str] | None) -> str | None:
    """Where a sentence is neither one of `fixed`, nor an offer, a question or a title, nor a statement in known words.

    `fixed` are phrases of a prompt revision; of their placeholders only {month} is filled, with the brief's own.
    A statement must cite, hold something countable, use no word but those of the counted phrases among `fixed`, and say
    nothing about the reader's state or the people around.
    None of `fixed` at all: the local composer's own, of which nothing is asked here.
    """
    if fixed is None:
        return None
    fixed = tuple(fixed)
    known = _parts(fixed, brief.period.first.strftime("%B"))
    headings = {sentence.text for sentence in draft.headings()} | {draft.title.text}
    for place, sentence in enumerate(draft.everything()):
        whole = _plain(sentence.text)
        for part in _ENDS.split(sentence.text):
            if whole in known or _plain(part) in known or is_open(part):
                continue
            if sentence.text in headings and is_plain_title(part):
                continue
            if not sentence.evidence or not (_COUNTABLE.search(part) or subjects_in(part)):
                return f"text {place}: a claim that rests on nothing"
            strange = stranger(part, fixed)
            if strange is not None:
                return f"text {place}: {strange} is no word of ours"
            about = _VIEWER.search(part)
            if about:
                return f"text {place}: {about[0].strip()}"
    return None


def is_open(text: str) -> bool:
    """Whether `text` asks or offers what anybody may be asked or offered, or says that it is not sure, or not all."""
    whole = text.strip()
    return any(kind.fullmatch(whole) for kind in (_OPEN, _OFFER, _DOUBT, _CAVEAT))


@lru_cache(maxsize=64)
def _parts(fixed: tuple[str, ...], month: str) -> frozenset[str]:
    """What may be said as it stands: the same for every text of a revision and month."""
    parts = (part for phrase in fixed for part in (phrase, *_ENDS.split(phrase)))
    filled = (part.replace("{month}", month).replace("{Month}", month) for part in parts)
    return frozenset(_plain(part) for part in filled if "{" not in part)


def _plain(text: str) -> str:
    return text.replace("\u2019", "'").strip().rstrip(".").casefold()


def _read(sentence: Sentence) -> Sentence:
    return Sentence(_as_read(sentence.text), sentence.evidence)


def _as_read(text: str) -> str:
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFKC", text)
    if len(composed) > MOST_CHARACTERS:
        return text  # Only letters that are not plain grow, and those are refused as they stand.
    if _ACCENTED.fullmatch(composed) is None:
        return composed
    return "".join(c for c in unicodedata.normalize("NFD", composed) if not unicodedata.combining(c))
