"""Turns a text into the sparse features that the small engine weighs, one way for training and for run time.

Holds no weights and no vocabulary; it needs the standard library only and keeps nothing of what it reads.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

MAX_CHARACTERS = 20_000
"""What lies beyond is not read: a turn is far shorter, and no text may hold a thread for long."""

REACH_OF_NOT = 3
"""Tokens after a negation that it is taken to deny."""

WORD_LENGTH = 24
"""Characters of a word that are taken apart into n-grams; longer runs are not words."""

_APOSTROPHES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"'})
_PLACEHOLDER = re.compile(r"\[(?:name|religion)\]")
_ELONGATED = re.compile(r"(.)\1{3,}")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]+|\.{2,}|[:;]-?[)(dp/]|[^\w\s.,'\"-]")
_SENTENCE_END = re.compile(r"(?<=[.!?\u2026])[\"')\]]*\s+|\n+")
_NEGATIONS = frozenset(("not", "no", "never", "without", "hardly", "cannot", "dont", "cant", "isnt", "wasnt", "didnt"))
_WORD = re.compile(r"[^\W\d_]")


def normalise(text: str) -> str:
    """Lower case, straight quotes, compatible forms, at most three equal characters in a row."""
    folded = text[:MAX_CHARACTERS]
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded).translate(_APOSTROPHES)
    return _ELONGATED.sub(r"\1\1\1", _PLACEHOLDER.sub(" ", folded.lower()))


def words(text: str) -> list[str]:
    """Words, runs of `!` and `?`, ellipses, smileys and other signs (emoji too), in order."""
    return _TOKEN.findall(normalise(text))


def sentences(text: str, *, longest: int = MAX_CHARACTERS) -> list[str]:
    """Split a text into sentences; the whole text when it has no end marks.

    A sentence of more than `longest` characters is cut at a blank, or in a word that is longer still.
    """
    parts = (part.strip() for part in _SENTENCE_END.split(text[:MAX_CHARACTERS]))
    return [piece for part in parts if part for piece in _cut(part, longest)]


def _cut(part: str, longest: int) -> list[str]:
    pieces = []
    while len(part) > longest:
        end = part.rfind(" ", 1, longest + 1)
        end = longest if end < 0 else end
        pieces.append(part[:end].strip())
        part = part[end:].strip()
    return [*pieces, part]


def is_word(token: str) -> bool:
    """Whether a token begins with a letter, as a word does and a sign or number does not."""
    return bool(_WORD.match(token))


def pieces(word: str) -> list[str]:
    """Character 3- to 5-grams of one word with a blank on either side, marked with a leading `~`."""
    padded = f" {word[:WORD_LENGTH]} "
    return [f"~{padded[start : start + size]}" for size in (3, 4, 5) for start in range(len(padded) - size + 1)]


def grams(tokens: list[str]) -> list[str]:
    """Words, pairs of neighbouring words, and words shortly after a negation, marked with `not_`."""
    return tokens + [f"{first} {second}" for first, second in pairwise(tokens)] + denied(tokens)


def denied(tokens: list[str]) -> list[str]:
    """Mark the words within `REACH_OF_NOT` tokens after a negation, up to the next sign: `not_happy`."""
    marked = []
    left = 0
    for token in tokens:
        if token in _NEGATIONS or token.endswith("n't"):
            left = REACH_OF_NOT
        elif left and is_word(token):
            marked.append(f"not_{token}")
            left -= 1
        else:
            left = 0
    return marked


def names(tokens: list[str]) -> list[str]:
    """Every feature of a text, with repetition: words, pairs and the pieces of words."""
    return grams(tokens) + [piece for token in tokens if is_word(token) for piece in pieces(token)]


class Featuriser:
    """A vocabulary made ready to weigh texts; it keeps nothing of them and may be shared by threads."""

    def __init__(self, vocabulary: Sequence[str], rarity: Sequence[float]) -> None:
        """`vocabulary`: the names in use; `rarity`: the inverse document frequency of each."""
        self.places = {name: place for place, name in enumerate(vocabulary)}
        self._rarity = list(rarity)
        self._known = {
            name: self._find(pieces(name))
            for name in vocabulary
            if is_word(name) and " " not in name and not name.startswith("not_")
        }

    def weigh(self, tokens: list[str]) -> tuple[list[int], list[float]]:
        """Places of the known features of one text and their weights: (1 + ln count) x rarity, of Euclidean length 1.

        Both lists are empty when nothing is known. Places come in the order of first appearance.
        """
        found = self._find(grams(tokens))
        for token in tokens:
            known = self._known.get(token)
            if known is not None:
                found += known
            elif is_word(token):
                found += self._find(pieces(token))
        counts = Counter(found)
        rarity = self._rarity
        weights = [
            rarity[place] if count == 1 else (1.0 + math.log(count)) * rarity[place] for place, count in counts.items()
        ]
        length = math.hypot(*weights)
        return list(counts), [weight / length for weight in weights]

    def _find(self, names: list[str]) -> list[int]:
        places = self.places
        return [places[name] for name in names if name in places]
