"""Whether a text reads easily: short sentences of short words, by the formula of Flesch (1948).

Knows English only, as the writers do; judges no meaning.
"""

import re
from functools import cache, lru_cache

from pyphen import Pyphen

from app.domain.narrative.brief import Brief
from app.domain.narrative.draft import Draft

MEAN_WORDS = 20
MOST_WORDS = 32
EASY = 70.0
"""For a whole draft: Flesch's border of "fairly easy". Hyphens miss some syllables, so that scores are a bit kind."""
HARD = 50.0
"""For each text of at least `FEWEST_WORDS`: his border of "difficult". A single hard one is not averaged out."""
FEWEST_WORDS = 5
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")


def reading_ease(draft: Draft, _: Brief) -> str | None:
    """At least 70 for the whole and 50 for each longer text; on average 20 words a sentence at most, none over 32."""
    for place, sentence in enumerate(draft.everything()):
        words = [len(part.split()) for part in _SENTENCE_END.split(sentence.text)]
        if sum(words) > MEAN_WORDS * len(words) or max(words) > MOST_WORDS:
            return f"text {place}: sentences are too long"
        if sum(words) >= FEWEST_WORDS and ease_of(sentence.text) < HARD:
            return f"text {place}: words are too long"
    return "words are too long" if ease_of_draft(draft) < EASY else None


def ease_of_draft(draft: Draft) -> float:
    """The ease of all that would be shown, read as one text; see `ease_of`."""
    return ease_of(". ".join(sentence.text.rstrip(".") for sentence in draft.everything()))


@lru_cache(maxsize=256)
def ease_of(text: str) -> float:
    """Flesch's reading ease: 206.835 - 1.015 words a sentence - 84.6 syllables a word; 100 is very easy, 0 very hard.

    Source: R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948).
    """
    words = _WORD.findall(text)
    if not words:
        return 100.0
    sentences = sum(1 for part in _SENTENCE_END.split(text) if _WORD.search(part))
    syllables = sum(syllables_in(word.casefold()) for word in words)
    return 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)


@lru_cache(maxsize=4_096)
def syllables_in(word: str) -> int:
    """How many syllables a small-lettered word has, by where it may be hyphenated; one for a number."""
    return len(_dictionary().positions(word)) + 1


@cache
def _dictionary() -> Pyphen:
    """Hyphenation rules of English, which ship with the library."""
    return Pyphen(lang="en_US")
