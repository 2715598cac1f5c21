"""Turns a text into the word pieces that the encoder reads, one way for training and for run time.

Holds no weights; needs `tokenizers` and the standard library, and keeps nothing of what it reads.
"""

import re
import unicodedata
from pathlib import Path

from tokenizers import Tokenizer

_APOSTROPHES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})
_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2026": "...", "\u2013": "-", "\u2014": "-"})
_ELONGATED = re.compile(r"(.)\1{3,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Sk"))
"""Control, format, surrogate, private, unassigned and combining characters, and the tones of emoji: nothing is read."""

_MARK = re.compile(r"\[(?=(?:CLS|SEP|PAD|MASK|UNK)\])")
"""What the vocabulary uses for itself is ordinary text when a person writes it."""

_NOISE_IN_NAMES = re.compile(r"\b(?:sign|symbol|with)\b")


def plain(text: str) -> str:
    """One line in compatible forms with straight quotes; an emoji becomes its name; a run of one sign ends at three."""
    text = _ELONGATED.sub(r"\1\1\1", _CONTROL.sub(" ", text.translate(_APOSTROPHES)))
    if not text.isascii():
        text = "".join(map(_readable, unicodedata.normalize("NFKC", text.translate(_QUOTES))))
    return _MARK.sub("[ ", " ".join(text.split()))


def _readable(character: str) -> str:
    if character.isascii():
        return character
    kind = unicodedata.category(character)
    if kind in _DROPPED:
        return ""
    if kind == "So":
        return f" {_NOISE_IN_NAMES.sub(' ', unicodedata.name(character, '').lower())} "
    return character


class Wordpieces:
    """A WordPiece vocabulary made ready to use; may be shared by threads."""

    def __init__(self, path: Path) -> None:
        """`path`: a `tokenizer.json` of the tokenizers library. Raises OSError or ValueError when it is none."""
        content = path.read_bytes()
        try:
            self._tokenizer = Tokenizer.from_buffer(content)
        except Exception as error:  # the library raises nothing narrower
            raise ValueError("this is not a vocabulary of the encoder") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def places(self, text: str) -> list[int]:
        """Places of the pieces of one text in the vocabulary, the two marks of beginning and end included."""
        found: list[int] = self._tokenizer.encode(plain(text)).ids
        return found

    @property
    def count(self) -> int:
        """Pieces in the vocabulary."""
        return int(self._tokenizer.get_vocab_size())

    def parts(self, word: str) -> list[int]:
        """Places of the pieces of one word, without any mark."""
        found: list[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        return found
