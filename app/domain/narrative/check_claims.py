"""Whether a text keeps to what a writer may say without numbers: fixed phrases, offers and open questions.

Judges no number. A sentence that holds nothing countable claims nothing, or is refused; so are all unusual letters.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from app.domain.narrative.brief import Brief
from app.domain.narrative.draft import MOST_CHARACTERS, Draft, Section, Sentence

_LETTERS = re.compile(r"[ -~\u2018\u2019\u201c\u201d\u2013\u2014]*")
"""What a plain text may hold once accents are read away and an ellipsis is three dots (NFKC)."""
_ACCENTED = re.compile(r"[ -~\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u2018\u2019\u201c\u201d\u2013\u2014]*")
_ENDS = re.compile(r"(?<=[.?!;])\s+")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
HARMLESS = frozenset(
    _WORD.findall(
        "a about after again all also an and any anything around as ask asked at back before began beside between "
        "both bring by call choice choose closely closer could day days did different do does else enough ever "
        "feel feels first for friend from gentle gently go going had has have held here hold holds hour hours how "
        "if in inside into is it its itself keep kind later lens lies life like line little look looked looking "
        "looks match matter matters may me might mind mirror moment moments month more most much next no not "
        "notice noticed now of on once one open or other others over own page part perhaps picture quiet rather "
        "read remember room said say second see session sessions share short simply slow small so softer some "
        "someone something sometimes stay stayed still story take talk tell than that the their them then there "
        "these they thing things think this those thought thoughts through time title to today together tomorrow "
        "turn usual was week weeks were what when whenever where which while who will wish with without word words "
        "would write yet you your ring rings true fit fits showed up"
    )
)
"""Words that offers, questions and titles are made of: none names a condition, a person, a place or a judgement."""
_OFFER = re.compile(
    r"(?:if|whenever) you (?:like|wish|would like)\b"
    r"|you (?:could|can|may) (?:also )?(?:look|open|keep|read|write|take)\b|it can simply\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:and |or )?(?:what|which|where|when|how|who|is|was|does|do|did|would|could|if|whenever)\b", re.IGNORECASE
)
_ASKED_OF = frozenset({"joy", "warmth", "hope", "sadness", "fear", "anger", "shame", "surprise"})
"""Feelings that a question may name; the check of subjects wants them cited there as anywhere."""
_CAVEAT = re.compile(
    r"(?:(?:these|they|all of (?:these|this)|what follows) )(?:are|comes?|came|rests?)(?: from| on)? (?:the )?moments"
    r"(?: that)? you chose to look at(?:,? (?:and )?not (?:from )?(?:a|your) whole life)?[.]?",
    re.IGNORECASE,
)
"""What is to be said once of all numbers here."""
_DOUBT = re.compile(r"(?:it|that|this) is not (?:yet )?sure[.]?", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|was|were|are|did|does|do|would|could|can|may|might|will|had|has|have|feels?|holds?|held|looks|you)\b",
    re.IGNORECASE,
)
_COUNTABLE = re.compile(
    r"\d|\b(?:none|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|most|all|higher|lower|lighter"
    r"|heavier|stronger|weaker|more|less|usual|joy|warmth|hope|sad(?:ness)?|fear|anger|angry|shame|surprise|may be"
    r"|may have|mornings?|afternoons?|evenings?|nights?|\w+days?)\b|\b(?:Mirror|Turn|Lens|None|One|Two|Three|Four|Five"
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
    """Where a sentence without anything countable is neither one of `fixed` nor an offer, a question or a title.

    `fixed` are phrases of a prompt revision; of their placeholders only {month} is filled, with the brief's own.
    Sentences that hold something countable must cite, and say nothing about the reader's state or the people around.
    None of `fixed` at all: the local composer's own, of which nothing is asked here.
    """
    if fixed is None:
        return None
    known = _parts(tuple(fixed), brief.period.first.strftime("%B"))
    headings = {sentence.text for sentence in draft.headings()} | {draft.title.text}
    for place, sentence in enumerate(draft.everything()):
        whole = _plain(sentence.text)
        for part in _ENDS.split(sentence.text):
            if whole in known or _plain(part) in known or is_open(part):
                continue
            if sentence.text in headings and _is_title(part):
                continue
            if not sentence.evidence or not _COUNTABLE.search(part):
                return f"text {place}: a claim that rests on nothing"
            about = _VIEWER.search(part)
            if about:
                return f"text {place}: {about[0].strip()}"
    return None


def is_open(text: str) -> bool:
    """Whether `text` asks or offers in harmless words, or says that it is not sure, or not a whole life."""
    if _DOUBT.fullmatch(text.strip()) or _CAVEAT.fullmatch(text.strip()):
        return True
    if text.rstrip().endswith("?"):
        return _QUESTION.match(text) is not None and _is_harmless(text, _ASKED_OF)
    return _OFFER.match(text) is not None and _is_harmless(text)


def _is_title(text: str) -> bool:
    return _is_harmless(text) and not _VERB.search(text)


def _is_harmless(text: str, beside: Collection[str] = ()) -> bool:
    words = (word.lower() for word in _WORD.findall(text))
    return not _DIGIT.search(text) and all(word in HARMLESS or word in beside for word in words)


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
